"""The pure rules of delivery: signing, waiting, and whom we never call."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from app.core.ids import new_id
from app.delivery.backoff import SCHEDULE, next_attempt
from app.delivery.destination import DestinationRefused, destination, vetted
from app.delivery.envelope import headers, is_wanted
from app.delivery.signature import new_secret, shown

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


@given(st.binary(min_size=1))
def test_the_reference_library_verifies_what_we_sign(content: bytes) -> None:
    """With the old and with the new secret while one is being rotated."""
    body = b'{"told":"' + content.hex().encode() + b'"}'
    old, new = new_secret(), new_secret()
    sent = headers([new, old], new_id(AT), int(datetime.now(UTC).timestamp()), body, origin="https://nodus.example")
    for secret in (old, new):
        assert Webhook(shown(secret)).verify(body, sent) == {"told": content.hex()}


@given(st.integers(1, len(SCHEDULE) - 1), st.integers(0, 200_000), st.randoms(use_true_random=False))
def test_the_wait_grows_and_heeds_the_receiver(failed: int, wished: int, random: Random) -> None:
    """Never sooner than the schedule, never much later, unless the receiver asks; a day at most."""
    again = next_attempt(failed, AT, random, retry_after=timedelta(seconds=wished))
    assert again
    assert SCHEDULE[failed] <= again - AT <= max(SCHEDULE[failed] * 1.1, timedelta(days=1))
    assert again - AT >= min(timedelta(seconds=wished), timedelta(days=1))


def test_after_about_three_days_it_is_given_up() -> None:
    """Silence has an end, and it is told."""
    assert next_attempt(len(SCHEDULE), AT, Random(1)) is None
    assert timedelta(days=3) < sum(SCHEDULE, timedelta()) < timedelta(days=4)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.nl/x", "https://user@example.nl/", "https://example.nl:22/", "ftp://example.nl/", "https:///x",
        "https://127.0.0.1/", "https://10.0.0.1/", "https://169.254.169.254/latest", "https://[::1]/", "https://[::ffff:10.0.0.1]/",
        "https://100.64.0.1/", "https://[64:ff9b::a00:1]/", "https://example.nl/#x", "https://example.nl:port/",
        "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/", "https://127.1/", "https://0x7f.0.0.1/", "https://0/",
        "https://127.0.0.1./", "https://[::]/", "https://[::127.0.0.1]/", "https://[fec0::1]/", "https://[fd00::1]/", "https://[fe80::1]/",
        "https://[2002:7f00:1::]/", "https://[2001:0:7f00:1::]/", "https://[64:ff9b:1::a00:1]/", "https://[::ffff:0:7f00:1]/",
        "https://192.168.1.1/", "https://172.16.0.1/", "https://0.0.0.0/", "https://255.255.255.255/", "https://198.18.0.1/",
        "https://@example.nl/", "https://example.nl\\@127.0.0.1/", "https://[::1", "https://ⓛocalhost:22/",
    ],
)  # fmt: skip
def test_an_address_inside_is_never_called(url: str) -> None:
    """A webhook must not be a way into our own network."""
    with pytest.raises(DestinationRefused):
        destination(url)


@pytest.mark.parametrize(
    "address",
    [
        "10.1.2.3",
        "192.168.0.1",
        "::1",
        "fe80::1%eth0",
        "::ffff:127.0.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "2002:a00:1::",
        "64:ff9b::a9fe:a9fe",
        "192.0.0.8",
        "192.88.99.1",
        "2001:20::1",
        "3fff::1",
        "169.254.169.254",
        "::ffff:169.254.169.254",
        "fd00:ec2::254",
        "100.100.100.200",
    ],
)
def test_a_name_that_leads_inside_is_refused_even_among_others(address: str) -> None:
    """One private address among public ones is how a rebinding attack looks."""
    with pytest.raises(DestinationRefused):
        vetted(["93.184.216.34", address])


def test_a_public_address_is_called() -> None:
    """What is allowed is allowed."""
    assert destination("https://hooks.example.nl/in?x=1").path == "/in?x=1"
    assert vetted(["93.184.216.34"]) == "93.184.216.34"


def test_types_are_whole_words() -> None:
    """A beginning of a type counts up to a full stop, so that `case` is not `cases`."""
    assert is_wanted("nl.nodus.case.offered.v1", ["nl.nodus.case"])
    assert not is_wanted("nl.nodus.cases.x.v1", ["nl.nodus.case"])
    assert is_wanted("anything", [])

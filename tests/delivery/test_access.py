"""How an endpoint lets us in, and the other pure rules of endpoints: certificates, presets, states, keys."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.delivery.access import Access, Bearer, OAuth, ZgwJwt, merged, vet_headers
from app.delivery.certificate import examine
from app.delivery.presets import OPEN_NOTIFICATIES, Settled, vet
from app.delivery.rotation import public_key
from app.delivery.signature import new_secret
from app.delivery.states import ASKED_FOR, NotVerified, Standing, next_verification, settle

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
WORD = st.text(max_size=20)
AUTH = st.one_of(
    st.none(),
    st.builds(Bearer, WORD),
    st.builds(OAuth, WORD, WORD, WORD, st.none() | WORD),
    st.builds(ZgwJwt, WORD, WORD, WORD, WORD),
)


def a_certificate(
    ends: datetime = AT + timedelta(days=90), starts: datetime = AT - timedelta(days=1), *, lock: bytes | None = None
) -> tuple[str, str]:
    """A certificate that signed itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "nodus at amsterdam")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(7).not_valid_before(starts).not_valid_after(ends)
    chain = made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    how = BestAvailableEncryption(lock) if lock else NoEncryption()
    return chain.decode(), key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how).decode()


@given(st.builds(Access, st.dictionaries(WORD, WORD), AUTH, st.none() | WORD, st.none() | WORD))
def test_what_is_sealed_is_what_was_meant(access: Access) -> None:
    """The sender reads what the service wrote: a credential that changes on the way is a receiver that refuses us."""
    assert Access.from_bytes(access.to_bytes()) == access


@pytest.mark.parametrize(
    "name",
    [
        "Host",
        "connection",
        "Transfer-Encoding",
        "content-type",
        "Webhook-Id",
        "WebHook-Request-Origin",
        "ce-id",
        "proxy-x",
        "a b",
        "",
    ],
)
def test_headers_that_are_not_theirs_are_refused(name: str) -> None:
    """One of these would break the connection, or forge what we sign; the refusal does not repeat what was sent."""
    with pytest.raises(Invalid) as refused:
        vet_headers({name: "told"}, "none")
    assert refused.value.errors[0].pointer == "/headers"
    assert "told" not in refused.value.detail


@pytest.mark.parametrize("value", ["", "a\r\nb: c", " a", "zoë", "x" * 2001])
def test_a_value_is_one_line(value: str) -> None:
    """Two lines would be two headers, of which the second is anybody's."""
    with pytest.raises(Invalid):
        vet_headers({"x-key": value}, "none")


def test_authorization_has_one_source() -> None:
    """Their own header is theirs, unless we make it: the two would contradict each other."""
    vet_headers({"Authorization": "Basic abc"}, "none")
    with pytest.raises(Invalid):
        vet_headers({"Authorization": "Basic abc"}, "bearer")


def test_a_header_is_changed_without_sending_the_others_again() -> None:
    """Nobody can read the others back, so nobody can be asked to repeat them."""
    assert merged({"X-A": "1", "X-B": "2"}, {"x-a": "3", "X-B": None}) == {"x-a": "3"}


def test_a_certificate_is_shown_by_subject_and_end() -> None:
    """Enough to know which it is, and when somebody must act."""
    shown = examine(*a_certificate(), AT)
    assert (shown.subject, shown.ends_at) == ("CN=nodus at amsterdam", AT + timedelta(days=90))


@pytest.mark.parametrize(
    ("pair", "code"),
    [
        ((a_certificate()[0], a_certificate()[1]), "not_its_key"),
        (a_certificate(AT), "expired"),
        (a_certificate(starts=AT + timedelta(days=1)), "not_yet"),
        (a_certificate(lock=b"secret"), "locked"),
        (("no certificate", a_certificate()[1]), "certificate"),
        ((a_certificate()[0], "no key"), "key"),
    ],
)
def test_a_certificate_that_could_not_work_is_refused(pair: tuple[str, str], code: str) -> None:
    """Found when it is sent, not at night by the first handshake that fails."""
    with pytest.raises(Invalid) as refused:
        examine(*pair, AT)
    assert [error.code for error in refused.value.errors] == [code]


def test_a_hub_is_told_apart_from_its_neighbour() -> None:
    """The preset names every field that contradicts it, and the address that people get wrong."""
    right = Settled("https://hub.example.nl/open/api/v1/cloudevents", "zgw_jwt", "agreed", "strict")
    vet(OPEN_NOTIFICATIES, right)
    vet(None, Settled("https://hub.example.nl/", "none", "handshake", "loose"))
    with pytest.raises(Invalid) as refused:
        vet(OPEN_NOTIFICATIES, Settled("https://hub.example.nl/api/v1/notificaties", "none", "handshake", "loose"))
    assert [error.pointer for error in refused.value.errors] == ["/url", "/auth", "/verification", "/ordering"]


@given(
    st.sampled_from(["unverified", "active", "paused", "disabled"]),
    st.sampled_from(["handshake", "confirmation", "agreed"]),
    st.sampled_from([None, "active", "paused"]),
    st.frozensets(st.sampled_from(["verified", "moved", "other way"])),
)
def test_nothing_is_active_before_it_is_verified(state: str, way: str, wished: str | None, holds: frozenset[str]) -> None:
    """Whatever is wished in whatever order: events only go where somebody agreed, and what is paused stays so."""
    now = Standing(state, verified=state == "active" or ("verified" in holds and state != "unverified"))
    moved, other_way = "moved" in holds, "other way" in holds
    how: Any = {"verification": way, "wished": wished, "moved": moved, "other_way": other_way}
    try:
        after = settle(now, **how)
    except NotVerified:
        assert (state, wished, moved, other_way) == ("unverified", "active", False, False)
        return
    assert (after.state == "active") <= after.verified
    assert not (after.state == "unverified" and after.verified)
    assert not (moved and way != "agreed" and after.verified)
    assert after.starts <= (after.state == "unverified")
    if wished == "paused" or (wished is None and state in {"paused", "disabled"}):
        assert after.state == (wished or state)


def test_a_receiver_is_asked_for_an_hour() -> None:
    """Often at first, when somebody is looking on; then it is somebody's turn."""
    at, asked = AT, 0
    while again := next_verification(asked + 1, AT, at):
        at, asked = again, asked + 1
    assert (AT + timedelta(minutes=45) < at <= AT + ASKED_FOR, asked) == (True, 11)
    assert next_verification(1, AT, AT) == AT + timedelta(seconds=5)


def test_a_public_key_verifies_what_its_seed_signs() -> None:
    """What the owner is shown is all that a receiver needs."""
    seed = new_secret()
    prefix, told = public_key(seed)[:5], base64.b64decode(public_key(seed)[5:])
    assert prefix == "whpk_"
    Ed25519PublicKey.from_public_bytes(told).verify(Ed25519PrivateKey.from_private_bytes(seed).sign(b"told"), b"told")

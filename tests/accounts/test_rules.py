"""Passwords, codes and locks as rules: what is kept, what is good once, and how long nobody gets in."""

import base64
from datetime import UTC, datetime, timedelta
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP
from hypothesis import given, settings
from hypothesis import strategies as some

from app.accounts import codes, passwords
from app.accounts.locking import FREE, LONGEST, locked_until
from app.accounts.logins import LOGIN
from tests.conftest import AS_SHIPPED

AT = datetime(2026, 11, 24, 3, 10, tzinfo=UTC)
SECRET = b"12345678901234567890"
# RFC 6238, appendix B (SHA-1): eight figures there, of which an app shows the last six.
VECTORS = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]


@pytest.mark.parametrize(("second", "code"), VECTORS)
def test_codes_are_those_of_the_standard(second: int, code: str) -> None:
    """Every app that follows it shows the same."""
    step = second // codes.STEP
    assert HOTP(SECRET, 8, SHA1()).generate(step).decode() == code
    assert codes.code_at(SECRET, step).decode() == code[-6:]
    assert codes.step_of(SECRET, f"{code[-6:-3]} {code[-3:]}", datetime.fromtimestamp(second, UTC), 0) == step


@given(some.binary(min_size=20, max_size=20), some.integers(0, 3 * 10**9))
def test_a_clock_may_be_half_a_minute_off_and_no_more(secret: bytes, second: int) -> None:
    """The step before and the one after count; those further away don't, but for a code that happens to be the same."""
    at, step = datetime.fromtimestamp(second + 90, UTC), (second + 90) // codes.STEP
    for away in (-1, 0, 1):
        assert codes.step_of(secret, codes.code_at(secret, step + away).decode(), at, -1) is not None
    near = {codes.code_at(secret, step + away) for away in (-1, 0, 1)}
    for away in (-2, 2):
        code = codes.code_at(secret, step + away)
        assert code in near or codes.step_of(secret, code.decode(), at, -1) is None


@given(some.binary(min_size=20, max_size=20), some.integers(3, 10**8))
def test_a_code_is_good_once(secret: bytes, step: int) -> None:
    """After the step that was used neither it nor an earlier one is; whoever looked over a shoulder has nothing."""
    at = datetime.fromtimestamp(step * codes.STEP, UTC)
    used = codes.step_of(secret, codes.code_at(secret, step).decode(), at, 0)
    assert used is not None
    again = codes.step_of(secret, codes.code_at(secret, step).decode(), at, step)
    assert again is None or again > step


@given(some.text(max_size=12))
def test_nothing_typed_breaks_a_code(typed: str) -> None:
    """Whatever comes is a code or none."""
    assert codes.step_of(SECRET, typed, AT, 0) in {None, *range(int(AT.timestamp()) // 30 - 1, int(AT.timestamp()) // 30 + 2)}


def test_a_secret_is_typed_or_opened() -> None:
    """Both ways into an app tell the same secret, and whose it is."""
    secret = codes.new_secret()
    asked = parse_qs(urlsplit(codes.link(secret, "jip+2@nodus")).query)
    assert base64.b32decode(codes.typed(secret).replace(" ", "")) == secret
    assert (asked["secret"], asked["digits"], asked["period"]) == ([codes.typed(secret).replace(" ", "")], ["6"], ["30"])
    assert "jip%2B2%40nodus" in codes.link(secret, "jip+2@nodus")


@settings(max_examples=8, deadline=None)
@given(some.text(min_size=1, max_size=40), some.text(max_size=40))
def test_only_the_password_fits(password: str, other: str) -> None:
    """In any script; the same password is kept otherwise each time, and never as it is."""
    with patch.multiple(passwords, **AS_SHIPPED):
        assert passwords.kept(password).startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    kept = passwords.kept(password)
    assert passwords.fits(password, kept)
    assert passwords.fits(other, kept) == (other == password)
    assert kept != passwords.kept(password)


def test_nobody_has_no_password() -> None:
    """An account that is not there is looked at all the same; what is kept but broken fits nothing."""
    assert not passwords.fits("", None)
    assert not passwords.fits("x", "no phc string")
    assert not passwords.fits("x", "")


@given(some.integers(0, 260))
def test_length_is_all_that_is_asked(length: int) -> None:
    """Twelve to two hundred characters of whatever kind."""
    assert passwords.is_long_enough("é" * length) == (12 <= length <= 200)
    assert passwords.is_long_enough(passwords.some_password())


@given(some.integers(0, 10**6))
def test_a_lock_grows_and_ends(failures: int) -> None:
    """Never longer than a quarter of an hour, never shorter than the one before; the first few are free."""
    until = locked_until(failures, AT)
    if failures < FREE:
        assert until is None
    else:
        assert until
        later = locked_until(failures + 1, AT)
        assert later
        assert timedelta(minutes=1) <= until - AT <= later - AT <= LONGEST


@pytest.mark.parametrize("login", ["jip", "j.jansen@nodus", "a_b+c-d", "x" * 100])
def test_a_login_is_short_and_plain(login: str) -> None:
    """What can be read aloud on a telephone."""
    assert LOGIN.fullmatch(login)
    assert not LOGIN.fullmatch(login.upper() + " ")

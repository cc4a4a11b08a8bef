"""API tokens."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from app.core.ids import new_id
from app.identity.tokens import new_token, parse

KEY = new_id(datetime(2026, 11, 24, tzinfo=UTC))


def test_a_token_is_recognised_by_its_own_digest_only() -> None:
    """What is kept recognises the token, and is no token itself."""
    text, digest = new_token(KEY)
    _, other = new_token(KEY)
    token = parse(text)
    assert token is not None
    assert token.key == KEY
    assert token.fits(digest)
    assert not token.fits(other)
    assert digest.hex() not in text


@given(st.integers(6, 110), st.characters(codec="ascii"))
def test_a_mistyped_token_is_no_token(place: int, character: str) -> None:
    """A typing mistake is told at once, without asking the database."""
    text, _ = new_token(KEY)
    place = min(place, len(text) - 1)
    changed = text[:place] + character + text[place + 1 :]
    assert (parse(changed) is not None) == (changed == text)


@given(st.text())
def test_anything_may_come_in_the_header(text: str) -> None:
    """Whatever a stranger sends is refused, never a crash."""
    assert parse(text) is None

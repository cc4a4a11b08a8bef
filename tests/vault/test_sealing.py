"""Sealing."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.ids import new_id
from app.vault.sealing import Broken, new_key, seal, unseal

MOMENT = datetime(2026, 11, 24, tzinfo=UTC)
CASE = new_id(MOMENT)
KEY = new_key()


@given(st.binary())
def test_what_is_sealed_comes_out_unchanged(content: bytes) -> None:
    """Contents survive, whatever they are, and are not to be read in the seal."""
    sealed = seal(KEY, content, CASE)
    assert unseal(KEY, sealed, CASE) == content
    assert len(content) < 4 or content not in sealed


@given(st.data())
def test_an_altered_seal_does_not_open(data: st.DataObject) -> None:
    """Nobody with the database alone can change what a caller said."""
    sealed = bytearray(seal(KEY, b"barefoot in the rain", CASE))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Broken):
        unseal(KEY, bytes(sealed), CASE)


def test_a_seal_moved_to_another_case_does_not_open() -> None:
    """A row copied between cases must not show one person's data in the other's file."""
    with pytest.raises(Broken):
        unseal(KEY, seal(KEY, b"x", CASE), new_id(MOMENT))


def test_another_key_does_not_open_it() -> None:
    """Destroying the key is destroying the data."""
    with pytest.raises(Broken):
        unseal(new_key(), seal(KEY, b"x", CASE), CASE)

"""Keyed hashes."""

from hypothesis import given
from hypothesis import strategies as st

from app.vault.blind_index import HASH_BYTES, BlindIndex

ROOT = b"r" * 32


@given(st.text(), st.text())
def test_the_same_meets_and_nothing_else_does(one: str, other: str) -> None:
    """A hash that differs from day to day finds nothing; one that clashes tells of a stranger."""
    try:
        one.encode(), other.encode()
    except UnicodeEncodeError:
        return
    index = BlindIndex(ROOT)
    assert (index.newest("phone", one) == BlindIndex(ROOT).newest("phone", other)) == (one == other)
    assert len(index.newest("phone", one)) == HASH_BYTES


def test_kinds_and_roots_are_apart() -> None:
    """One who learns which address a hash is must not learn which telephone another is, nor anything of another installation."""
    index = BlindIndex(ROOT)
    assert index.newest("phone", "x") != index.newest("address", "x")
    assert index.newest("phone", "x") != BlindIndex(b"s" * 32).newest("phone", "x")


def test_keys_are_rotated_without_losing_what_was_kept() -> None:
    """After rotation new calls use the new key, and those of the last year are still found."""
    old, rotated, later = BlindIndex(ROOT, (1,)), BlindIndex(ROOT, (1, 2)), BlindIndex(ROOT, (2,))
    kept = old.newest("phone", "+31612345678")
    assert kept in rotated.all("phone", "+31612345678")
    assert rotated.newest("phone", "+31612345678") != kept
    assert rotated.newest("phone", "+31612345678") in later.all("phone", "+31612345678")
    assert kept not in later.all("phone", "+31612345678")


def test_what_is_secret_is_not_shown() -> None:
    """A traceback must not carry the root to the log."""
    assert "rrrr" not in repr(BlindIndex(ROOT))

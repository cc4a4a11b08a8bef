"""Identifiers: sorted by time, and readable aloud."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.core.ids import ALPHABET, check_letter, new_id, reference_for

MOMENT = datetime(2026, 11, 24, 12, tzinfo=UTC)
moments = st.datetimes(
    min_value=datetime(2000, 1, 1),
    max_value=datetime(2100, 1, 1),
    timezones=st.just(UTC),
)


@given(moments)
def test_an_id_tells_its_own_millisecond(at: datetime) -> None:
    """Partitions are ranges of ids: an id outside its month would be searched for in vain."""
    identifier = new_id(at)
    assert identifier.version == 7
    told = timedelta(milliseconds=identifier.int >> 80)
    assert timedelta() <= (at - datetime(1970, 1, 1, tzinfo=UTC)) - told < timedelta(milliseconds=1)


def test_ids_of_one_moment_keep_their_order() -> None:
    """The lines of one act stay on the timeline as they were written."""
    made = [new_id(MOMENT) for _ in range(1000)]
    assert all(earlier < later for earlier, later in pairwise(made))


def test_a_reference_does_not_tell_when_it_was_made() -> None:
    """A caller must not learn from two references which call came first."""
    references = [reference_for(new_id(MOMENT + timedelta(hours=hour))) for hour in range(50)]
    assert references != sorted(references)
    assert len(set(references)) == 50


@given(st.text(ALPHABET, min_size=8, max_size=8), st.integers(0, 7), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed(letters: str, place: int, other: str) -> None:
    """On the phone a letter is misheard; the check letter must not fit then (32 letters, 23 checks: some pairs share one)."""
    changed = letters[:place] + other + letters[place + 1 :]
    distance = abs(ALPHABET.index(letters[place]) - ALPHABET.index(other))
    assert (check_letter(changed) == check_letter(letters)) == (distance in {0, 23})


@given(st.text(ALPHABET, min_size=8, max_size=8), st.integers(0, 6))
def test_two_swapped_characters_are_noticed(letters: str, place: int) -> None:
    """Swapped neighbours are the commonest slip of a typist."""
    swapped = letters[:place] + letters[place + 1] + letters[place] + letters[place + 2 :]
    distance = abs(ALPHABET.index(letters[place]) - ALPHABET.index(letters[place + 1]))
    assert (check_letter(swapped) == check_letter(letters)) == (distance in {0, 23})

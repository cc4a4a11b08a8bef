"""What a list of municipalities would change: merged, split, renamed, in the middle of a year; and what is not believed."""

from datetime import date
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.directory.importing.difference import FEW, ImportRefused, believable, moves
from app.directory.importing.told import Kind, Municipality, too_old
from app.directory.municipalities import Change

DAY: Final = date(2027, 1, 1)
REGIONS: Final = {"province": "Groningen", "safety_region": "VR01", "ggd_region": "GGD Groningen", "police_unit": "Noord"}


def _known(*numbers: int) -> dict[str, Municipality]:
    return {f"GM{n:04}": Municipality(f"GM{n:04}", f"town {n}", **REGIONS) for n in numbers}


def _listed(*numbers: int) -> list[Municipality]:
    return [Municipality(f"GM{n:04}", f"town {n}") for n in numbers]


def _change(old: int, new: int, kind: str = "merged", on: date = DAY) -> Change:
    return Change(on, f"GM{old:04}", f"town {old}", f"GM{new:04}", f"town {new}", kind)


def test_a_split_names_both_successors() -> None:
    """Winsum went over into two: whoever had a contract over it must choose."""
    announced = [_change(53, 1966, "split"), _change(53, 1969, "split")]
    found = moves(_listed(1, 1966, 1969), _known(1, 53), announced, DAY, frozenset())
    assert [one.code for one in found.ended] == ["GM0053"]
    ended = next(one for one in found.differences(announced) if one.what == "ended")
    assert ended.first == ("GM0053 town 53 → GM1966 town 1966 and GM1969 town 1969",)


def test_an_announced_end_that_did_not_come_is_told() -> None:
    """A bill may fail: the list decides, and whoever announced it hears."""
    found = moves(_listed(1, 2), _known(1, 2), [_change(1, 2, "absorbed")], DAY, frozenset())
    assert found.differences([]) == ()
    assert found.notes == ("GM0001 was announced to end by then, and is in the file all the same.",)


def test_a_new_one_lies_where_what_it_was_made_of_lay() -> None:
    """The list of CBS tells a province at most; a meldpunt is found by safety region."""
    found = moves(_listed(1, 9), _known(1, 2), [_change(2, 9)], DAY, frozenset())
    assert [one.regions() for one in found.new] == [REGIONS]


def test_a_name_may_change_and_the_code_stay() -> None:
    """Cases keep their code; a rename is no end and no beginning."""
    found = moves([Municipality("GM0001", "another")], _known(1), [], DAY, frozenset())
    assert (found.new, found.ended) == ((), ())
    assert [now.name for _, now in found.renamed] == ["another"]


def test_what_the_list_does_not_tell_stays() -> None:
    """A copy with two columns must not wipe regions, one with a province moves only that."""
    found = moves([Municipality("GM0001", "town 1", province="Fryslân")], _known(1), [], DAY, frozenset())
    assert [(now.province, now.police_unit) for _, now in found.moved] == [("Fryslân", "Noord")]


@given(st.sets(st.integers(1, 60), min_size=1), st.sets(st.integers(1, 60), min_size=1), st.data())
def test_a_list_is_believed_exactly_when_few_come_and_go_unannounced(
    known: set[int], told: set[int], data: st.DataObject
) -> None:  # fmt: skip
    """Half a file would end half the country; an announced merger of any size is no reason to stop."""
    announced = data.draw(st.sets(st.sampled_from(sorted(known))))
    if made := sorted(told - known):
        changes = [_change(old, new) for new in made for old in sorted(announced or known)[:1]]
    else:
        changes = []
    changes += [_change(old, 99) for old in sorted(announced)]
    gone = known - told - {int(one.old_code[2:]) for one in changes}
    named = frozenset(f"GM{number:04}" for number in data.draw(st.sets(st.sampled_from(sorted(known)))))
    unnamed = [number for number in gone if f"GM{number:04}" not in named]
    if len(unnamed) > FEW:
        with pytest.raises(ImportRefused, match="--ending"):
            moves(_listed(*told), _known(*known), changes, DAY, named)
        return
    found = moves(_listed(*told), _known(*known), changes, DAY, named)
    after = (known - {int(one.code[2:]) for one in found.ended}) | {int(one.code[2:]) for one in found.new}
    assert after == told


def test_a_new_one_that_nobody_can_place_is_refused() -> None:
    """Without a region no desk is found for it; the sentence says where to get one."""
    with pytest.raises(ImportRefused, match="municipality_changes first"):
        moves(_listed(1, 9), _known(1), [], DAY, frozenset())


def test_many_new_ones_are_not_believed() -> None:
    """A list of another country, or of districts."""
    told = [Municipality(f"GM{number:04}", "x", **REGIONS) for number in range(1, 9)]
    with pytest.raises(ImportRefused, match="new that"):
        moves(told, _known(1), [], DAY, frozenset())
    assert len(moves(told, {}, [], DAY, frozenset()).new) == 8  # into an empty directory everything is new


@pytest.mark.parametrize(("ended", "well"), [(3, True), (200, True), (201, False), (4000, False)])
def test_a_file_that_was_cut_off_is_not_believed(ended: int, well: bool) -> None:  # noqa: FBT001
    """In a year less than one in a hundred postcodes goes."""
    if well:
        believable("postcodes", ended, 4000, smaller=False)
    else:
        with pytest.raises(ImportRefused, match="--smaller"):
            believable("postcodes", ended, 4000, smaller=False)
    believable("postcodes", ended, 4000, smaller=True)


@pytest.mark.parametrize(
    ("kind", "year", "well"),
    [
        (Kind.MUNICIPALITIES, 2027, True), (Kind.MUNICIPALITIES, 2026, False), (Kind.MUNICIPALITIES, 2028, False),
        (Kind.POSTCODES, 2026, True), (Kind.POSTCODES, 2025, False), (Kind.POSTCODES, 2028, False), (Kind.BOUNDARIES, 2026, True),
        (Kind.MUNICIPALITIES, None, True),
    ],
)  # fmt: skip
def test_a_file_of_another_year_is_told(kind: Kind, year: int | None, well: bool) -> None:  # noqa: FBT001
    """Postcodes appear in August and serve until the next; a list of municipalities is of one year."""
    reason = too_old(kind, year, DAY)
    assert (reason is None) == well
    assert well or f"--on {year}-01-01" in str(reason)

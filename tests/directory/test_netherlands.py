"""The Netherlands as they are loaded: every municipality, real desks with real hours, and places without a desk."""

import csv
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from itertools import chain
from typing import Any, Final

import pytest
import yaml

from app.directory.municipalities import Change, MunicipalityEnded, unknown
from app.directory.netherlands import INVENTED, Loaded, loaded
from app.directory.opening_hours import OpeningHours, closes_at, is_open
from app.directory.seeding import DATA

TUESDAY_EVENING: Final = datetime(2026, 11, 24, 19, tzinfo=UTC)


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((DATA / name).read_text(encoding="utf-8").splitlines()))


@cache
def _told() -> Mapping[str, Any]:
    return dict(yaml.safe_load((DATA / "organisations.yaml").read_text(encoding="utf-8")))


@cache
def _loaded() -> Loaded:
    return loaded(_rows("municipality_regions.csv"), _told())


def _codes() -> set[str]:
    return {row["municipality_code"] for row in _rows("municipality_regions.csv")}


def _served(kind: str) -> Counter[str]:
    return Counter(chain.from_iterable(one.municipalities for one in _loaded().services if one.kind == kind))


def _hours(slug: str) -> OpeningHours:
    return next(one.hours for one in _loaded().services if one.slug == slug)


def test_there_are_342_municipalities() -> None:
    """A municipality that is missing is a town from which nobody can be helped."""
    assert len(_codes()) == 342 == len(_rows("municipality_regions.csv"))


@pytest.mark.parametrize("line", ["crisis", "outreach"])
def test_every_municipality_has_both_lines(line: str) -> None:
    """What can't wait never depends on whether a municipality pays for a desk."""
    assert set(_served(line)) == _codes()
    rotating = [one for one in _loaded().services if one.kind == line and one.rotates]
    assert set(chain.from_iterable(one.municipalities for one in rotating)) == _codes()


def test_some_municipalities_have_no_meldpunt() -> None:
    """As in life: the routing must be seen to work there, so the data must have them."""
    names = {row["municipality_code"]: row["municipality_name"] for row in _rows("municipality_regions.csv")}
    without = {names[code] for code in _codes() - set(_served("meldpunt"))}
    assert 25 <= len(without) <= 60
    assert {"Vlieland", "Urk", "Baarle-Nassau"} <= without
    assert not {"Amsterdam", "Rotterdam", "Haarlem", "Assen"} & without


def test_a_worry_is_taken_by_one_desk_at_most() -> None:
    """Two desks for one street are two desks that each think it is the other's."""
    worry = [one.municipalities for one in _loaded().services if one.kind == "meldpunt" and "worry" in one.accepts]
    assert max(Counter(chain.from_iterable(worry)).values()) == 1


def test_every_real_desk_has_a_source_and_every_invented_one_says_so() -> None:
    """Nobody may take an invented telephone number for a real one."""
    for one in _loaded().organisations:
        assert one.invented == one.name.endswith(INVENTED), one.name
        assert one.invented or one.source, one.name
    assert sum(not one.invented for one in _loaded().organisations) == len(_told()["desks"]) == 11


def test_ids_come_from_slugs_that_no_two_share() -> None:
    """Two organisations with one id would be one, and one of them would vanish on loading."""
    assert max(Counter(one.slug for one in _loaded().organisations).values()) == 1
    assert max(Counter((one.slug, one.kind) for one in _loaded().services).values()) == 1
    slugs = {one.slug for one in _loaded().organisations}
    assert {one.slug for one in _loaded().services} == slugs
    assert {one.stand_in for one in _loaded().services} - {None} <= slugs


def test_who_names_a_stand_in_has_one() -> None:
    """A desk that leaves its nights to somebody must say to whom."""
    for one in _loaded().services:
        assert (one.out_of_hours == "named_provider") == (one.stand_in is not None), one.slug


@pytest.mark.parametrize(
    ("slug", "municipalities", "is_there"),
    [
        ("kennemerland", 9, False),
        ("drenthe", 12, False),
        ("amsterdam", 1, True),
        ("rotterdam", 1, True),
        ("kempengemeenten", 5, False),
    ],
)
def test_real_desks_have_their_own_area_and_hours(slug: str, municipalities: int, is_there: bool) -> None:  # noqa: FBT001
    """What their pages say: where they work, and whether somebody answers on a Tuesday evening."""
    desk = next(one for one in _loaded().services if one.slug == slug)
    assert (len(desk.municipalities), is_open(desk.hours, TUESDAY_EVENING)) == (municipalities, is_there)


def test_kennemerland_has_two_closing_times() -> None:
    """Five on Monday to Wednesday, ten from Thursday on: the odd week of a real desk is kept as it is."""
    closing = [closes_at(_hours("kennemerland"), datetime(2026, 11, day, 12, tzinfo=UTC)) for day in range(23, 30)]
    assert [one.hour + 1 for one in closing if one] == [17, 17, 17, 22, 22, 22, 22]


def test_the_national_desk_is_never_closed_and_serves_everybody() -> None:
    """The last rung."""
    desks = [one for one in _loaded().services if one.kind == "national_desk"]
    assert [(one.hours.always, one.municipalities) for one in desks] == [(True, ())]


@pytest.mark.parametrize("where", [["desks", 4, "municipalities"], ["regions", "VR01", "without"]])
def test_a_name_of_no_municipality_is_refused(where: list[Any]) -> None:
    """A slip of the pen must not leave a town without its desk, unseen."""
    told: Any = yaml.safe_load((DATA / "organisations.yaml").read_text(encoding="utf-8"))
    inner = told
    for part in where[:-1]:
        inner = inner[part]
    inner[where[-1]] = ["Amsterdan"]
    with pytest.raises(KeyError, match="Amsterdan"):
        loaded(_rows("municipality_regions.csv"), told)


def test_every_postcode_lies_in_municipalities_that_exist() -> None:
    """A postcode of an abolished municipality would send every caller of a town back with an error."""
    rows = _rows("pc4_municipality.csv")
    assert {code for row in rows for code in (row["municipality_code"], *row["also_municipality_codes"].split())} <= _codes()
    assert len({row["pc4"] for row in rows}) == len(rows) == 4074


def test_what_has_merged_is_gone_and_what_it_became_is_there() -> None:
    """On the day itself, not before: Wijdemeren still answers until the last evening of 2026."""
    changes = [
        Change(
            datetime.fromisoformat(row["effective_on"]).date(),
            *(row[name] for name in ("old_code", "old_name", "new_code", "new_name", "kind")),
        )
        for row in _rows("municipality_changes.csv")
    ]
    today = TUESDAY_EVENING.date()
    assert {change.new_code for change in changes} <= _codes()
    assert {change.old_code for change in changes if change.effective_on <= today}.isdisjoint(_codes())
    planned = next(change for change in changes if change.effective_on > today)
    assert not isinstance(unknown(planned.old_code, changes, today), MunicipalityEnded)
    ended = unknown(planned.old_code, changes, planned.effective_on)
    assert isinstance(ended, MunicipalityEnded)
    assert ended.extra["successors"] == [planned.new_code]

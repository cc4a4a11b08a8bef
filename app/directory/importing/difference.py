"""What a list of municipalities would change, and whether to believe it. Pure: values in, values out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from app.core.errors import Refused
from app.directory.importing.told import REGIONS, Kind, Municipality, Source
from app.directory.municipalities import Change

FEW: Final = 3  # ⚙ municipalities that may come or go without an announced change
SHOWN: Final = 5
MOST_ENDED: Final = 0.05  # ⚙ share of postcodes that may go at once; less than 1 % does in a year


class ImportRefused(Refused):
    """The file is well formed, and not to be believed; the detail says what to do."""

    slug, title = "import-refused", "The import is not to be believed"


@dataclass(frozen=True, slots=True)
class Difference:
    """How many of something are new, ended, renamed, moved or changed, and the first few of them."""

    about: str
    what: str
    number: int
    first: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contract:
    """A service whose area holds a municipality that ends or ended, and the successors to choose from, each as code and name."""

    service_id: UUID
    service: str
    organisation: str
    municipality_code: str
    municipality_name: str
    successors: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What a file is, what it changes on a day, and what somebody has to do about it."""

    kind: Kind
    source: Source
    on: date
    differences: tuple[Difference, ...]
    contracts: tuple[Contract, ...]
    notes: tuple[str, ...]
    seen_before: bool
    applied: bool

    @property
    def outcome(self) -> str:
        """In a sentence, what came of it."""
        if not self.differences:
            return "Already imported, no difference." if self.seen_before else "No difference."
        return "The difference was carried out." if self.applied else "Nothing was changed: this is what applying it would do."


@dataclass(frozen=True, slots=True)
class Moves:
    """What becomes of municipalities: whole rows for those that are new or told differently, codes of those that end."""

    new: tuple[Municipality, ...]
    ended: tuple[Municipality, ...]
    renamed: tuple[tuple[Municipality, Municipality], ...]
    moved: tuple[tuple[Municipality, Municipality], ...]
    notes: tuple[str, ...]

    def rows(self) -> list[Municipality]:
        """What is to be stored, each once."""
        return list({one.code: one for one in (*self.new, *(now for _, now in (*self.renamed, *self.moved)))}.values())

    def differences(self, announced: Iterable[Change]) -> tuple[Difference, ...]:
        """As the report shows them."""
        into: dict[str, list[str]] = {}
        for change in announced:
            into.setdefault(change.old_code, []).append(f"{change.new_code} {change.new_name}")
        told = {
            "new": [f"{one.code} {one.name}" for one in self.new],
            "ended": [
                f"{one.code} {one.name} → {' and '.join(into[one.code]) if one.code in into else 'not announced'}"
                for one in self.ended
            ],
            "renamed": [f"{was.code} {was.name} → {now.name}" for was, now in self.renamed],
            "moved": [f"{was.code} {was.name}: {_moved(was, now)}" for was, now in self.moved],
        }
        return tuple(
            Difference("municipalities", what, len(lines), tuple(lines[:SHOWN])) for what, lines in told.items() if lines
        )


def moves(
    listed: Sequence[Municipality],
    known: Mapping[str, Municipality],
    announced: Sequence[Change],
    on: date,
    ending: frozenset[str],
) -> Moves:
    """What a whole list changes about the municipalities of a day.

    Args:
        listed: what the file tells.
        known: the municipalities of that day, as the directory has them.
        announced: changes that have come into force by then.
        on: the day.
        ending: codes that may end though nobody announced it.

    Raises:
        ImportRefused: more than a few would come or go unannounced, or a new one's regions are not told.
    """
    told = {one.code: one for one in listed}
    ended = tuple(one for code, one in known.items() if code not in told)
    new = [one for code, one in told.items() if code not in known]
    into = {change.new_code for change in announced}
    over = {change.old_code for change in announced}
    gone = [one.code for one in ended if one.code not in over and one.code not in ending]
    come = [one.code for one in new if one.code not in into] if known else []
    if len(gone) > FEW:
        raise ImportRefused(
            f"The directory has {len(known)} municipalities on {on} and the file {len(told)}: {len(gone)} would end that nobody"
            f" announced: {first_few(gone)}. Take the whole file of that day; or import municipality_changes"
            " first; or name each that ends with `ending` (--ending GM0000)."
        )
    if len(come) > FEW:
        raise ImportRefused(
            f"The directory has {len(known)} municipalities on {on} and the file {len(told)}: {len(come)} would be new that"
            f" nobody announced: {first_few(come)}. Take the file of that day, or import municipality_changes first."
        )
    completed = tuple(_completed(one, known, announced) for one in new)
    now = [(known[code], _filled(one, known[code])) for code, one in told.items() if code in known]
    renamed = tuple((was, one) for was, one in now if was.name != one.name)
    moved = tuple((was, one) for was, one in now if was.regions() != one.regions())
    notes = [f"{code} ends, and nobody announced into what." for code in gone]
    notes += [f"{code} is new, and nobody announced out of what." for code in come]
    notes += [f"{code} was announced to end by then, and is in the file all the same." for code in sorted(over & told.keys())]
    return Moves(completed, ended, renamed, moved, tuple(notes))


def _completed(one: Municipality, known: Mapping[str, Municipality], announced: Sequence[Change]) -> Municipality:
    """A new municipality; regions that the list doesn't tell are those of what it was made of."""
    parents = [known[change.old_code] for change in announced if change.new_code == one.code and change.old_code in known]
    full = _filled(one, parents[0]) if parents else one
    if missing := [name for name, value in full.regions().items() if value is None]:
        raise ImportRefused(
            f"{one.code} is new, and neither the file nor an announced change tells its {', '.join(missing).replace('_', ' ')}."
            " Import municipality_changes first, or a list that has these columns, such as municipality_regions."
        )
    return full


def _filled(one: Municipality, other: Municipality) -> Municipality:
    told, others = one.regions(), other.regions()
    return Municipality(one.code, one.name, **{name: told[name] or others[name] for name in REGIONS})


def _moved(was: Municipality, now: Municipality) -> str:
    before, after = was.regions(), now.regions()
    return ", ".join(f"{before[name]} → {after[name]}" for name in REGIONS if before[name] != after[name])


def believable(about: str, ended: int, known: int, *, smaller: bool) -> None:
    """Refuse a file that was cut off.

    Raises:
        ImportRefused: it would end more postcodes than do in years.
    """
    if not smaller and ended > max(FEW, known * MOST_ENDED):
        raise ImportRefused(
            f"{ended} of {known} {about} would end: the file may be cut off, or of a part of the country. Take the whole one; if"
            " it is whole, say so with `smaller` (--smaller)."
        )


def first_few(codes: Sequence[str]) -> str:
    """The first few of codes, and how many more."""
    rest = len(codes) - SHOWN
    return ", ".join(codes[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")

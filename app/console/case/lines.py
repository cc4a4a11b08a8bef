"""What happened in a case, line by line: what is shown of each, and under which day and kind."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from babel.dates import format_date

from app.cases.case import Line
from app.console.moments import LOCALES
from app.directory.holidays import AMSTERDAM
from app.followup.items import PROCEDURES, Item
from app.team.audience import visibility_of

KINDS: Final = ("contact", "written", "todo", "owed", "people", "procedure", "course")
_WRITTEN = "note assessment agreement transport circle crisis_card view"
_TASKS = "action look_again goal goal_outcome snoozed"
_OWED = "aftercare_check feedback inform_person evaluation still_worried aftercare_plan deferral feedback_promised"
_PEOPLE = (
    "offered accepted declined expired reminded handed_over handover_asked handover_withdrawn handover_declined handover_expired"
    " handover_returned invited coordinator"
    " escalation joined joined_by joining_proposed unjoined split split_from same_person same_person_undone rerouted"
)
GROUP_OF: Final[Mapping[str, str]] = MappingProxyType(
    dict.fromkeys(_WRITTEN.split(), "written")
    | dict.fromkeys(_TASKS.split(), "todo")
    | dict.fromkeys(_OWED.split(), "owed")
    | dict.fromkeys(_PEOPLE.split(), "people")
    | {str(kind): "procedure" for kind in PROCEDURES}
    | {"contact": "contact", "caller_contact": "contact"}
)
ENDS: Final = ("_done", "_cancelled", "_corrected", "_moved")
# Told in the title, or to nobody: ids of other things, and what only programs need.
UNSAID: Final = frozenset({"state", "entry", "handover", "item", "corrects", "member", "subject", "organisation_id", "withdrawn"})


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the timeline. `ending`: how something that was begun before ended; `facts`: codes, moments and ids by name."""

    id: UUID
    at: datetime
    kind: str
    ending: str
    by: UUID | None
    facts: Mapping[str, Any]
    words: Mapping[str, str]
    seen_by: str
    corrected_by: UUID | None = None
    corrects: UUID | None = None
    item: Item | None = None
    is_end: bool = False

    @property
    def group(self) -> str:
        """Under which kind it is found."""
        return GROUP_OF.get(self.kind, "people" if self.kind.startswith("team_") else "course")

    @property
    def anchor(self) -> str:
        """Its place on the page."""
        return f"l-{self.id.hex}{'e' if self.is_end else ''}"

    @property
    def is_withdrawn(self) -> bool:
        """Whether it only says that something was entered in error."""
        return bool(self.facts.get("withdrawn"))

    @property
    def written_at(self) -> datetime:
        """When it was written down, which may be later than when it happened."""
        if self.is_end or self.id.version != 7:  # noqa: PLR2004  UUIDv7: the moment is in it
            return self.at
        return max(self.at, datetime.fromtimestamp((self.id.int >> 80) / 1000, tz=self.at.tzinfo))


@dataclass(frozen=True, slots=True)
class Day:
    """The lines of one day, newest first."""

    date: date
    title: str
    is_today: bool
    entries: Sequence[Entry]


def entry_of(row: Mapping[str, Any], items: Mapping[UUID, Item]) -> Entry:
    """A line of the story of a case."""
    told, facts = row["entry"], dict(row["facts"])
    kind = row["kind"] if told in {"item", "item_ended", "check", "obligation", "line"} else told
    kind, ending = _split(kind) if told == "line" else (kind, "")
    is_end = told in {"item_ended", "check", "obligation"}
    if is_end:
        ending = str(facts.get("result") if facts.get("result") in {"answered", "refused", "withdrawn"} else facts["state"])
    item = items.get(row["id"]) if told == "item" else None
    return Entry(
        row["id"], row["at"], kind, ending, row["organisation_id"], facts, row["words"], visibility_of(row["audience"]),
        row["corrected_by"], row["corrects_id"], item, is_end or told == "goal_outcome",
    )  # fmt: skip


def entry_of_line(line: Line) -> Entry:
    """A line in codes, for who has no part in the case."""
    kind, ending = _split(line.kind)
    return Entry(line.id, line.at, kind, ending, line.organisation, line.facts, {}, "team")


def _split(kind: str) -> tuple[str, str]:
    """What a line is about, and what became of it."""
    end = next((one for one in ENDS if kind.endswith(one)), "")
    return (kind.removesuffix(end), end.removeprefix("_")) if end else (kind, "")


def days_of(entries: Iterable[Entry], language: str, now: datetime) -> list[Day]:
    """The lines by day, newest first."""
    newest_first = sorted(entries, key=lambda one: (one.at, one.id), reverse=True)
    today = now.astimezone(AMSTERDAM).date()
    found = []
    for day, of in groupby(newest_first, key=lambda one: one.at.astimezone(AMSTERDAM).date()):
        title = format_date(day, "EEEE d MMMM y", LOCALES[language])
        found.append(Day(day, title, day == today, list(of)))
    return found


def said_since(entries: Iterable[Entry], seen: datetime) -> list[Entry]:
    """What was written after a moment, newest first."""
    new = [one for one in entries if one.written_at > seen + timedelta(milliseconds=1)]
    return sorted(new, key=lambda one: (one.at, one.id), reverse=True)


def organisations_in(entries: Iterable[Entry]) -> set[UUID]:
    """Every id in the lines that may be an organisation's."""
    found: set[UUID] = set()
    for one in entries:
        found |= {one.by} if one.by else set()
        for name, value in one.facts.items():
            if name not in UNSAID and name != "other_case_id":
                found |= {known for known in map(id_in, value if isinstance(value, list) else [value]) if known}
    return found


def id_in(value: object) -> UUID | None:
    """The id that a fact is, if it is one."""
    if isinstance(value, UUID):
        return value
    with suppress(ValueError):
        return UUID(value) if isinstance(value, str) and len(value) == 36 else None  # noqa: PLR2004  an id's length
    return None


def moment_in(value: object) -> datetime | None:
    """The moment that a fact is, if it is one."""
    if isinstance(value, str) and len(value) > 18 and value[4:5] == "-" and "T" in value:  # noqa: PLR2004  ISO 8601
        with suppress(ValueError):
            return datetime.fromisoformat(value)
    return None

"""What there is to see on the wall, as values: ids, codes, names of organisations and municipalities, moments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.cases.lifecycle import PRESSING

SOON: Final = 0.75  # of its time passed without an answer


@dataclass(frozen=True, slots=True)
class Talk:
    """A call of now. `state`: ringing, active, or left (open, and nothing was saved for long)."""

    id: UUID
    reference: str
    state: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Hour:
    """The telephone in the past hour; waits in seconds, None when nobody was answered."""

    offered: int
    answered: int
    unanswered: int
    median: float | None


@dataclass(frozen=True, slots=True)
class Asked:
    """An offer that nobody answered yet."""

    id: UUID
    case_id: UUID
    reference: str
    urgency: str
    place: str
    organisation: str
    phone: str | None
    offered_at: datetime
    accept_by: datetime

    def share(self, at: datetime) -> float:
        """How much of its time has passed, from 0 to 1."""
        whole = max(self.accept_by - self.offered_at, timedelta(seconds=1))
        return min(max((at - self.offered_at) / whole, 0.0), 1.0)

    def is_late(self, at: datetime) -> bool:
        """Whether it should have been answered by now."""
        return at >= self.accept_by

    def presses(self) -> bool:
        """Whether somebody needs help within hours."""
        return self.urgency in PRESSING


@dataclass(frozen=True, slots=True)
class Late:
    """A case in which something should have happened by `since`; `kind` of deadline, and how often it climbed."""

    id: UUID
    reference: str
    urgency: str
    place: str
    organisation: str
    kind: str
    since: datetime
    climbed: int


@dataclass(frozen=True, slots=True)
class Lying:
    """A case in which nobody does anything."""

    id: UUID
    reference: str
    urgency: str
    place: str
    organisation: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Lacking:
    """A gap in who can be asked. `places`: how many municipalities; `name`: of one of them."""

    id: UUID
    line: str
    name: str
    places: int
    organisation: str
    roster: UUID | None
    starts_at: datetime
    ends_at: datetime
    reason: str
    left: str
    acknowledged: bool
    codes: tuple[str, ...] = ()

    def is_now(self, at: datetime) -> bool:
        """Whether it has begun."""
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True, slots=True)
class Undelivered:
    """An endpoint that does not work; whom to ring."""

    id: UUID
    organisation: str
    phone: str | None
    why: str
    since: datetime | None
    pressing: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Oversight:
    """What only who watches over the country sees; `is_ours`: that is who looks. `watched_at`: when the auditor looked last."""

    is_ours: bool = False
    endpoints: Sequence[Undelivered] = ()
    mailboxes: int = 0
    broken: int = 0
    watched_at: datetime | None = None
    watch_is_silent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """Everything, each list with what is worst first. `more`: there are more late cases than were counted."""

    at: datetime
    talks: Sequence[Talk]
    waiting: int
    waits_since: datetime | None
    hour: Hour
    offers: Sequence[Asked]
    late: Sequence[Late]
    more: bool
    lying: Sequence[Lying]
    gaps: Sequence[Lacking]
    callbacks: int
    callbacks_since: datetime | None
    silences: Sequence[tuple[str, int]]
    oversight: Oversight

    @property
    def gaps_now(self) -> list[Lacking]:
        """Those that have begun."""
        return [one for one in self.gaps if one.is_now(self.at)]

    @property
    def gaps_coming(self) -> list[Lacking]:
        """Those that have not."""
        return [one for one in self.gaps if not one.is_now(self.at)]

    @property
    def codes_now(self) -> frozenset[str]:
        """The municipalities in which somebody is missing now."""
        return frozenset(code for one in self.gaps_now for code in one.codes)

    def of_talks(self, state: str) -> list[Talk]:
        """The calls of now in a state, longest first."""
        return [one for one in self.talks if one.state == state]

"""What a roster's pages show, as the rooms tell it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from uuid import UUID

from app.console.rosters.holes import Hole, ahead_of, empty, holes
from app.console.visiting import Visit
from app.core.errors import Forbidden, NotFound
from app.core.spans import Span
from app.core.work import Work
from app.coverage.gaps import Gap
from app.coverage.lines import Line
from app.coverage.service.find import find_own
from app.directory.planned import KeptShift
from app.directory.service import shifts as directory
from app.identity.may import missing
from app.rosters.participants import Participant
from app.rosters.service import overrides, participants, rosters, shown
from app.rosters.service.overrides import KeptOverride
from app.rosters.service.rosters import RosterPlan
from app.rosters.service.shown import Schedule

PLANS: Final = "directory:write"
MOST: Final = 200  # participants that are read at once
MOST_OF_ALL: Final = 2_000  # participants that a choice offers
LINES: Final[Mapping[str, tuple[Line, ...]]] = MappingProxyType(
    {"crisis": (Line.CRISIS,), "outreach": (Line.URGENT, Line.NORMAL, Line.OUTREACH)}
)
"""The lines that a roster of a kind of service is there for."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A roster over a span. `plan` is None where shifts came from elsewhere: those are read only."""

    roster: directory.Roster
    plan: RosterPlan | None
    span: Span
    schedule: Schedule
    holes: Sequence[Hole]
    overrides: Sequence[KeptOverride]
    people: Mapping[UUID, Participant]

    @property
    def layers(self) -> list[int]:
        """Those that are planned or taken, the one that goes first on top."""
        planned = [one.rotation.layer for one in self.plan.rotations] if self.plan else []
        return sorted({*planned, *(one.layer for one in self.schedule.shifts)}, reverse=True)

    @property
    def names(self) -> dict[UUID, str]:
        """Every participant's name."""
        return {one.id: one.name for one in self.people.values()}

    def name_of(self, participant: UUID | None) -> str:
        """A participant's name; empty when it is not known (any more)."""
        return self.people[participant].name if participant and participant in self.people else ""


def may_plan(visit: Visit) -> bool:
    """Whether this role changes rosters, or only reads them."""
    return not missing(visit.account.actor.scopes, (PLANS,))


def must_plan(visit: Visit) -> None:
    """Refuse a command of whoever only reads.

    Raises:
        Forbidden: the role changes no rosters.
    """
    if not may_plan(visit):
        raise Forbidden("Your role reads rosters, and changes none.")


async def own_roster(work: Work, roster_id: UUID) -> directory.Roster:
    """A roster of this organisation, planned or not.

    Raises:
        NotFound: it has no such roster.
    """
    found = (await directory.rosters(work, [roster_id])).get(roster_id)
    if found is None or found.organisation_id != work.organisation:
        raise NotFound("Your organisation has no such roster.")
    return found


async def everybody(work: Work) -> dict[UUID, Participant]:
    """The participants of this organisation, by name."""
    page = await participants.participants(work, None, MOST)
    found = [*page.items]
    while page.next and len(found) < MOST_OF_ALL:
        page = await participants.participants(work, found[-1].id, MOST)
        found += page.items
    return {one.id: one for one in sorted(found, key=lambda one: one.name.casefold())}


@dataclass(frozen=True, slots=True)
class Known:
    """What is the same of a roster in every week; read once. `plan` is None where its shifts come from elsewhere."""

    roster: directory.Roster
    plan: RosterPlan | None
    people: Mapping[UUID, Participant]


async def known(work: Work, roster_id: UUID) -> Known:
    """A roster of this organisation.

    Raises:
        NotFound: it has no such roster.
    """
    try:
        plan = await rosters.roster(work, roster_id)
    except NotFound:
        return Known(await own_roster(work, roster_id), None, await everybody(work))
    if plan.roster.organisation_id != work.organisation:
        raise NotFound("Your organisation has no such roster.")
    return Known(plan.roster, plan, await everybody(work))


async def seen(work: Work, roster_id: UUID, span: Span) -> Seen:
    """A roster of this organisation over a span.

    Raises:
        NotFound: it has no such roster.
    """
    return await seen_of(work, await known(work, roster_id), span)


async def seen_of(work: Work, one: Known, span: Span, among: Sequence[Hole] | None = None) -> Seen:
    """The same, of what was read already; `among` are the holes of a longer time, if they were looked for."""
    if one.plan is None:
        schedule = Schedule(await directory.shifts_on(work, [one.roster.id], span), {}, [])
        changed: Sequence[KeptOverride] = []
    else:
        schedule = await shown.schedule_of(work, one.plan, one.people, span)
        changed = await overrides.overrides_in(work, one.roster.id, span)
    found = await holes_of(work, one.roster, span, schedule.shifts) if among is None else among
    return Seen(one.roster, one.plan, span, schedule, found, changed, one.people)


async def holes_of(work: Work, roster: directory.Roster, span: Span, shifts: Sequence[KeptShift] | None = None) -> Sequence[Hole]:
    """When nobody is on a roster, and what that means; `shifts` are those of the span, if they were read already."""
    if shifts is None:
        shifts = await directory.shifts_on(work, [roster.id], span)
    nobody = empty(span, (one.span for one in shifts))
    ahead = ahead_of(nobody, work.at)
    return holes(nobody, await gaps_of(work, roster, ahead) if ahead else [], work.at)


async def gaps_of(work: Work, roster: directory.Roster, span: Span) -> list[Gap]:
    """The gaps of this organisation on the lines of a roster."""
    found = await find_own(work, span, LINES.get(roster.line, ()))
    return [one for one in found if roster.organisation_id in one.organisation_ids]

"""What a form asks to be changed on a roster: somebody instead, somebody more, somebody away, two who swap."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as kept
from datetime import datetime, timedelta
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final, get_args
from uuid import UUID

from app.console.rosters.weeks import local_moment
from app.console.visiting import Sent
from app.core.errors import FieldError, Invalid
from app.core.ids import new_id
from app.core.spans import Span, united, without
from app.core.work import Work
from app.rosters.cautions import Caution
from app.rosters.periods import period
from app.rosters.schedule import Kind, Override
from app.rosters.schemas.overrides import ReasonCode
from app.rosters.service import overrides, shown
from app.rosters.service.overrides import LONGEST
from app.rosters.service.shown import Preview

REASONS: Final = get_args(ReasonCode)
AROUND: Final = timedelta(days=2)  # rest before and after a shift counts too
LAYERS: Final = range(1, 101)
KINDS: Final[Mapping[str, Kind]] = MappingProxyType({str(one): one for one in Kind})


@dataclass(frozen=True, slots=True)
class Change:
    """An override as it is meant; `save` stores it."""

    told: Override
    save: Callable[[Work], Awaitable[Any]]

    @property
    def span(self) -> Span:
        """All that it touches."""
        other = self.told.other_span or self.told.span
        return Span(min(self.told.span.start, other.start), max(self.told.span.end, other.end))


@dataclass(slots=True)
class Whom:
    """Somebody whose shifts a change touches: how many they lose and get, and how many hours more or less that is."""

    name: str
    loses: int = 0
    gets: int = 0
    more: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Looked:
    """What a change would come to: shifts that go, change and come, new warnings, and when nobody would be there any more.

    `missed`: when of that somebody is missed, as the coverage room says; `left`: when somebody is missed still, with a new
    roster. Both are empty where that was not asked.
    """

    preview: Preview
    cautions: list[Caution]
    opened: list[Span]
    closed: list[Span]
    missed: list[Span] = kept(default_factory=list)
    left: list[Span] = kept(default_factory=list)

    @property
    def changes(self) -> int:
        """How many shifts go, change or come."""
        told = self.preview.difference
        return len(told.gone) + len(told.changed) + len(told.new)

    @property
    def empty(self) -> timedelta:
        """For how long nobody is there that was."""
        return sum((one.duration for one in self.opened), timedelta())

    @property
    def whom(self) -> list[Whom]:
        """For whom something changes, by name."""
        told, found = self.preview.difference, dict[UUID | None, Whom]()
        for one in (*told.gone, *(was for was, _ in told.changed)):
            who = found.setdefault(one.participant_id, Whom(one.participant))
            who.loses, who.more = who.loses + 1, who.more - one.span.duration
        for other in (*told.new, *(to for _, to in told.changed)):
            who = found.setdefault(other.participant_id, Whom(other.participant))
            who.gets, who.more = who.gets + 1, who.more + other.span.duration
        return sorted(found.values(), key=lambda one: one.name.casefold())

    @property
    def doubts(self) -> str:
        """What somebody should look at before it is saved, as a mark that a form carries; empty when there is nothing.

        By their ends: what begins now begins later when it is looked at again.
        """
        told = [
            *sorted((one.worry, str(one.participant), one.span.end) for one in self.cautions),
            *(one.end for one in self.opened),
        ]
        return sha256(repr(told).encode()).hexdigest()[:16] if told else ""


async def change_of(work: Work, roster_id: UUID, sent: Sent) -> Change:
    """What was asked for.

    Raises:
        Invalid: a field is missing or can't be; each is named.
        NotFound: a shift that is named is not there (any more).
    """
    kind = KINDS.get(sent["what"])
    reason = sent["reason"] if sent["reason"] in REASONS else "other"
    if kind is None:
        raise _invalid(FieldError("/what", "what", "Choose what is to change."))
    if kind is Kind.SWAP:
        ids = _id(sent, "shift"), _id(sent, "other_shift")
        told = await overrides.swap_of(work, roster_id, ids)
        settled = sent["settled"] == "yes"
        return Change(told, lambda work: overrides.ask_swap(work, roster_id, ids, reason, planner_sets=settled))
    told = Override(
        id=new_id(work.at),
        kind=kind,
        participant=_id(sent, "participant"),
        span=_span(sent),
        layer=None if kind is Kind.ABSENCE else _layer(sent),
        other=_id(sent, "other") if kind is Kind.ABSENCE and sent["other"] else None,
    )
    return Change(told, lambda work: overrides.put_over(work, roster_id, told, reason))


async def looked_at(work: Work, roster_id: UUID, change: Change, until: datetime | None = None) -> Looked:
    """What it would come to, beside what is planned now; from now `until` a moment, or around the change. Nothing is stored.

    Raises:
        Problem: whatever saving it would meet.
    """
    start = max(work.at, change.span.start - AROUND)
    near = Span(start, max(start, change.span.end) + AROUND)
    around = Span(work.at, max(until, near.end)) if until else near
    preview = await shown.preview_override(work, roster_id, change.told, around)
    return await beside(work, roster_id, preview, around)


async def beside(work: Work, roster_id: UUID, preview: Preview, span: Span) -> Looked:
    """A preview of a span, beside what is planned now."""
    before = await shown.final_schedule(work, roster_id, span)
    known = {(one.worry, one.participant, one.span) for one in before.cautions}
    fresh = [one for one in preview.cautions if (one.worry, one.participant, one.span) not in known]
    was = without((span,), united(one.span for one in before.shifts))
    will_be = without((span,), united(one.span for one in preview.shifts))
    return Looked(preview, fresh, list(without(will_be, was)), list(without(was, will_be)))


def _span(sent: Sent) -> Span:
    moments: dict[str, datetime] = {}
    faults: list[FieldError] = []
    for field in ("from", "until"):
        try:
            moments[field] = local_moment(sent[field], field)
        except Invalid as fault:
            faults += fault.errors
    if faults:
        raise _invalid(*faults)
    return period(moments["from"], moments["until"], LONGEST)


def _id(sent: Sent, field: str) -> UUID:
    try:
        return UUID(sent[field])
    except ValueError:
        raise _invalid(FieldError(f"/{field}", "choose", "Choose one.")) from None


def _layer(sent: Sent) -> int:
    told = sent["layer"]
    if not (told.isascii() and told.isdecimal() and len(told) < 4 and int(told) in LAYERS):  # noqa: PLR2004
        raise _invalid(FieldError("/layer", "layer", "Choose a layer from 1 to 100."))
    return int(told)


def _invalid(*faults: FieldError) -> Invalid:
    return Invalid("The form is not complete. Nothing was changed.", errors=faults)

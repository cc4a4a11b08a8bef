"""The page of a case, gathered: as much as the services tell whoever reads it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from app.cases import service as cases
from app.cases.service import Case, State
from app.console.case.beside import Beside, beside
from app.console.case.checklist import Lacking, lacking_in
from app.console.case.lines import Entry, entry_of, entry_of_line, organisations_in
from app.console.case.next_step import Promise, next_of, promises_in
from app.console.case.timeline import Strip, strip_of
from app.console.visiting import Visit
from app.core.errors import Forbidden
from app.core.work import Work
from app.directory.service import look_up as directory
from app.followup.items import Item, ItemKind
from app.followup.service import absences, joining
from app.followup.service import items as items_of
from app.followup.service.overview import Overview, overview
from app.followup.service.story import ON_PAPER, STORY, story
from app.followup.story import Order
from app.followup.ties import Tie
from app.intake.calls import Call
from app.intake.service.read import contents_of_case
from app.procedures.requests import Disclosure, disclosures_of
from app.routing.handovers import Handover
from app.routing.offers import Offer, OfferState
from app.routing.service import explain, handover
from app.team.membership import Member, MemberState
from app.team.service import members
from app.vault.purpose import Purpose

MOST: Final = 500  # lines at once; older ones follow on a page of their own
MOST_ON_PAPER: Final = 5000  # ⚙ some hundred and fifty sheets; older ones are printed apart
WRITES: Final = "cases:write"
TELLS: Final = frozenset({WRITES, "calls:write"})


@dataclass(frozen=True, slots=True)
class CasePage:
    """Everything that is shown. `overview`: for owner and team, others see codes. `told`: what callers said, if asked for."""

    case: Case
    entries: Sequence[Entry]
    names: Mapping[UUID, str]
    municipality: str
    next: Promise | None
    strip: Strip
    is_owner: bool
    may_write: bool
    purpose: Purpose | None
    older: str | None = None
    overview: Overview | None = None
    items: Mapping[UUID, Item] = field(default_factory=dict)
    lacking: Sequence[Lacking] | None = None
    handovers: Sequence[Handover] = ()
    offer: Offer | None = None
    invitation: Member | None = None
    ties: Sequence[Tie] = ()
    answers: str | None = None
    away: Sequence[Any] = ()
    beside: Beside = field(default_factory=Beside)
    conditions: Mapping[str, Any] | None = None
    may_tell: bool = False
    told: Sequence[tuple[Call, Mapping[str, Any]]] | None = None

    @property
    def is_open(self) -> bool:
        """Whether anything can still be done in it."""
        return self.case.state is not State.CLOSED

    @property
    def may_work(self) -> bool:
        """Whether the reader works on it."""
        return self.may_write and self.is_open and self.overview is not None

    @property
    def may_own(self) -> bool:
        """Whether the reader decides about it."""
        return self.may_work and self.is_owner

    @property
    def may_hear(self) -> bool:
        """Whether what the callers told is for the reader's organisation."""
        return self.is_owner or self.is_intake

    is_intake: bool = False

    @property
    def asked(self) -> Handover | None:
        """Somebody is being asked to take the case over."""
        return next((one for one in reversed(self.handovers) if one.state is OfferState.PENDING), None)

    @property
    def people(self) -> list[tuple[UUID, str]]:
        """Who may be given something to do, or be shown something: the owner and its team."""
        team = self.overview.team if self.overview else ()
        ids = [self.case.owner, *(one.organisation for one in team if one.state is MemberState.MEMBER)]
        return [(one, self.names.get(one, "")) for one in ids if one]

    @property
    def disclosed(self) -> list[Disclosure]:
        """Who learnt what about the person by information requests."""
        return disclosures_of([one for one in self.items.values() if one.kind is ItemKind.INFORMATION_REQUEST])

    def items_of(self, kind: str) -> list[Item]:
        """The items of a kind that still count, newest first."""
        found = [one for one in self.items.values() if one.kind == kind and not one.corrected_by and not one.withdrawn]
        return sorted(found, key=lambda one: one.id, reverse=True)


def usual_purpose(case: Case) -> Purpose:
    """What the page is opened for when nobody says: to reach the person, then to stay with them."""
    return Purpose.FIRST_CONTACT if case.state is State.ACCEPTED else Purpose.FOLLOW_UP


async def page_of(
    visit: Visit, case_id: UUID, asked_for: Purpose | None, cursor: str | None = None, *, on_paper: bool = False
) -> CasePage:
    """The page of a case. `asked_for`: what the callers told is read too, for this purpose; each look is logged.

    `on_paper`: with all of the timeline, and nothing that can be done; the log says that it was to be printed.

    Raises:
        NotFound: no such case for this organisation. Gone: its contents are destroyed.
    """
    work = visit.work
    case = await cases.get(work, case_id)
    cases.remember(work, case)
    purpose = asked_for or usual_purpose(case)
    try:
        seen = await overview(work, case_id, purpose) if case.owner else None
    except Forbidden:
        seen = None
    found = await _with_story(work, seen, purpose, cursor, on_paper=on_paper) if seen else await _in_codes(work, case)
    ids = organisations_in(found["entries"]) | {case.intake_organisation, *([case.owner] if case.owner else [])}
    ids |= {one.organisation for one in (seen.team if seen else ())} | {tie.other_organisation for tie in found.get("ties", ())}
    promises = [*promises_in(seen)] if seen else []
    step = next_of(case, seen)
    known = {one.at for one in promises}
    is_owner, is_intake = case.owner == work.organisation, case.intake_organisation == work.organisation
    of_owner = await _of_owner(work, case) if is_owner and seen else {}
    told = None
    if asked_for and (is_owner or is_intake):
        told = await contents_of_case(work, case_id, asked_for)
    is_whole = found.get("older") is None and cursor is None
    has_part = is_intake or seen is not None
    return CasePage(
        case=case,
        names={one.id: one.name for one in await directory.named(work, sorted(ids))},
        municipality=await _municipality(work, case),
        next=step,
        strip=strip_of(case, found["entries"], [*promises, *([step] if step and step.at not in known else [])], work.at),
        is_owner=is_owner,
        is_intake=is_intake,
        may_write=WRITES in visit.account.actor.scopes and not on_paper,
        purpose=purpose if seen else None,
        overview=seen,
        lacking=lacking_in(seen) if seen else None,
        told=told,
        beside=await beside(work, case, found["entries"], found.get("ties", ()), is_whole=is_whole) if has_part else Beside(),
        conditions=await _conditions(work, case_id, found.get("offer"), of_owner) if asked_for is Purpose.HANDOVER else None,
        may_tell=bool(visit.account.actor.scopes & TELLS) and (is_owner or is_intake) and not on_paper,
        **found,
        **of_owner,
    )


async def _conditions(work: Work, case_id: UUID, offer: Offer | None, of_owner: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What was said when the case was to be handed over, for who is asked to take it and its owner; the look is logged."""
    asked = offer.handover if offer else next((one.id for one in reversed(of_owner.get("handovers", ()))), None)
    return (await handover.words(work, case_id, asked, Purpose.HANDOVER))[1] if asked else None


async def _with_story(work: Work, seen: Overview, purpose: Purpose, cursor: str | None, *, on_paper: bool) -> dict[str, Any]:
    case_id = seen.case.id
    most, what = (MOST_ON_PAPER, ON_PAPER) if on_paper else (MOST, STORY)
    told = await story(work, case_id, purpose, Order.NEWEST_FIRST, cursor, most, what=what)
    items = {one.id: one for one in await items_of.items(work, case_id)}
    entries = [entry_of(row, items) for row in told.items]
    return {"entries": entries, "items": items, "older": told.next, "ties": await joining.ties(work, case_id)}


async def _in_codes(work: Work, case: Case) -> dict[str, Any]:
    """For who took the case in, is asked to take it, or is invited: the timeline in codes, and what waits for their answer."""
    entries = [entry_of_line(line) for line in await cases.lines(work, case.id)]
    _, offers = await explain.explain(work, case.id)
    mine = [one for one in offers if one.organisation == work.organisation and one.state is OfferState.PENDING]
    invited = [
        one
        for one in await members.members(work, case.id)
        if one.organisation == work.organisation and one.state is MemberState.INVITED and one.answer_by > work.at
    ]
    return {"entries": entries, "offer": next(iter(mine), None), "invitation": next(iter(invited), None)}


async def _of_owner(work: Work, case: Case) -> dict[str, Any]:
    """What only the owner decides with: who is asked to take it over, who answers now, who is away."""
    told: dict[str, Any] = {"handovers": await handover.handovers(work, case.id)}
    if case.state is State.CLOSED:
        return told
    away = await absences.absences(work, after=None, limit=20, now=True)
    told["away"] = away.items
    told["answers"] = await absences.answering(work, work.organisation, case.coordinator, case.deputy)
    return told


async def _municipality(work: Work, case: Case) -> str:
    names = await directory.municipality_names(work, [case.municipality_code])
    return names.get(case.municipality_code, case.municipality_code)


async def news_of(work: Work, case_id: UUID) -> tuple[Case, Overview | None, list[Entry]]:
    """A case in codes: nothing is opened, so that there is no look to log, however often it is asked for.

    Raises:
        NotFound: as `page_of`.
    """
    case = await cases.get(work, case_id)
    try:
        seen = await overview(work, case_id, None) if case.owner else None
    except Forbidden:
        seen = None
    if seen is None:
        return case, None, [entry_of_line(line) for line in await cases.lines(work, case_id)]
    told = await story(work, case_id, None, Order.NEWEST_FIRST, None, MOST)
    return case, seen, [entry_of(row, {}) for row in told.items]

"""What an organisation is asked at this moment: offers, soonest to be answered first, and other questions of others."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.cases import service as cases
from app.cases.case import Case
from app.cases.deadlines import first_contact_by, take_up_by
from app.core.errors import NotFound
from app.core.work import Work
from app.directory.service import look_up as directory
from app.followup.items import Item
from app.followup.service import duties
from app.routing.handovers import Handover
from app.routing.ladder import Rung
from app.routing.offers import Offer, What
from app.routing.service import handover as handovers
from app.routing.service import waiting
from app.team.membership import EndReason, Member
from app.team.service import invitations

MOST: Final = 100  # ⚙ nobody reads further; the rest comes up as these are answered
AN_HOUR: Final = timedelta(hours=1)
DECLINING: Final = (
    EndReason.NO_BASIS,
    EndReason.NO_CAPACITY,
    EndReason.WRONG_ORGANISATION,
    EndReason.PERSON_OBJECTED,
    EndReason.OTHER,
)


@dataclass(frozen=True, slots=True)
class AskedCase:
    """An offer as it is shown: codes of its case, names of who and where, and what is to be done when it is accepted."""

    offer: Offer
    reference: str
    municipality: str
    asked_by: str
    handover: Handover | None
    act_by: datetime

    @property
    def soon(self) -> int:
        """How many seconds before its end an offer presses: a quarter of its time, an hour at most."""
        whole = self.offer.accept_by - self.offer.offered_at
        return int(min(whole / 4, AN_HOUR).total_seconds())

    @property
    def is_last_rung(self) -> bool:
        """Whether there is nobody after this one: it can't be declined, and its time never runs out."""
        return self.offer.rung is Rung.NATIONAL_DESK


@dataclass(frozen=True, slots=True)
class Question:
    """Something else that others ask: to take part in a case, or to do or tell something in one."""

    id: UUID
    kind: str
    case: Case
    asked_by: str
    municipality: str
    by: datetime
    invitation: Member | None = None


@dataclass(frozen=True, slots=True)
class Everything:
    """All of it; `last`: when this organisation was asked for the last time."""

    offers: Sequence[AskedCase]
    questions: Sequence[Question]
    last: datetime | None


async def asked(work: Work) -> Everything:
    """What this organisation is asked now."""
    offers = await waiting.to_us(work, None, MOST)
    members = await invitations.to_us(work, None, MOST)
    items = [one for one in await duties.assigned(work, None, MOST) if one.organisation != work.organisation]
    about = [one.case_id for one in offers] + [one.case_id for one in members] + [one.case_id for one in items]
    known = await _cases(work, about)
    askers = [one.from_organisation for one in offers] + [one.invited_by for one in members] + [one.organisation for one in items]
    names, places = await names_of(work, askers), await _places(work, (*offers, *known.values()))
    rows = [
        AskedCase(
            one,
            known[one.case_id].reference if one.case_id in known else "",
            places[one.municipality_code],
            names.get(one.from_organisation, ""),
            await _handover(work, one),
            (first_contact_by if one.what is What.ASSIGNMENT else take_up_by)(one.urgency, work.at),
        )
        for one in offers
    ]
    found = [(one.id, "invitation", one.case_id, one.invited_by, one.answer_by, one) for one in members]
    questions = [
        Question(one, kind, known[case_id], names.get(who, ""), places[known[case_id].municipality_code], by, member)
        for one, kind, case_id, who, by, member in (*found, *_asked_in(items))
        if case_id in known
    ]
    return Everything(rows, sorted(questions, key=lambda one: (one.by, one.id)), None if rows else await waiting.last_to_us(work))


async def names_of(work: Work, ids: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """What organisations are called."""
    return {one.id: one.name for one in await directory.named(work, sorted({one for one in ids if one}))}


def _asked_in(items: Iterable[Item]) -> Iterator[tuple[UUID, str, UUID, UUID, datetime, None]]:
    for one in items:
        if one.due_at:
            yield one.id, one.kind, one.case_id, one.organisation, one.due_at, None


async def _places(work: Work, rows: Iterable[Offer | Case]) -> dict[str, str]:
    codes = sorted({one.municipality_code for one in rows})
    return {code: code for code in codes} | await directory.municipality_names(work, codes)


async def _cases(work: Work, ids: Sequence[UUID]) -> dict[UUID, Case]:
    return {case.id: case for case in await cases.some(work, sorted(set(ids)))}


async def _handover(work: Work, offer: Offer) -> Handover | None:
    if offer.handover is None:
        return None
    try:
        return await handovers.handover(work, offer.case_id, offer.handover)
    except NotFound:  # taken back since
        return None

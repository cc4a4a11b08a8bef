"""Look at everything that the wall shows: the services of the rooms, asked one after the other in the visitor's own work."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from app.callbacks import service as callbacks
from app.cases import service as cases
from app.cases.lifecycle import State
from app.console.wall.overseeing import oversee
from app.console.wall.seen import Asked, Hour, Lacking, Late, Lying, Oversight, Talk, Wall
from app.core.db import Database
from app.core.ids import least_id
from app.core.spans import Span
from app.core.work import Work
from app.coverage.service import gaps as coverage
from app.directory.service import coverage as duty
from app.directory.service import look_up as directory
from app.directory.service.look_up import Organisation
from app.intake.drafts import Draft
from app.intake.service import draft as drafts
from app.routing.offers import Offer
from app.routing.service import waiting as offers
from app.telephony.service import waiting as telephony
from app.watch.service import lying as watch
from app.watch.service import silent

MOST: Final = 200
LYING: Final = 50
AN_HOUR: Final = timedelta(hours=1)
A_DAY: Final = timedelta(hours=24)
URGENCIES: Final = ("acute", "crisis", "urgent", "normal", "advice")


@dataclass(frozen=True, slots=True)
class Names:
    """What municipalities and organisations are called, and whom to ring."""

    places: Mapping[str, str]
    organisations: Mapping[UUID, Organisation]

    def place(self, code: str) -> str:
        """A municipality by name; by its code when the directory has none."""
        return self.places.get(code, code)

    def organisation(self, of: UUID | None) -> str:
        """An organisation by name; empty when nobody is meant."""
        found = self.organisations.get(of) if of else None
        return found.name if found else ""

    def phone(self, of: UUID | None) -> str | None:
        """Its number."""
        found = self.organisations.get(of) if of else None
        return found.phone if found else None


async def look(work: Work, database: Database) -> Wall:
    """The wall of this organisation at this moment. The work has given its connection back when this ends."""
    asked = await offers.by_us(work, None, MOST)
    late = await cases.page(work, after=None, limit=MOST, overdue=True)
    lying = (await watch.page(work, after=None, limit=LYING)).items
    known = {case.id: case for case in await cases.some(work, sorted({one.case_id for one in asked}))}
    lacking = await _open_gaps(work)
    codes = [one.municipality_code for one in asked] + [one.municipality_code for one in late.items]
    codes += [one.municipality_code for one in lying] + [one["municipality_codes"][0] for one in lacking]
    concerned = [one.organisation for one in asked] + [one.owner for one in late.items]
    concerned += [one.organisation for one in lying] + [next(iter(one["organisation_ids"]), None) for one in lacking]
    names = await _names(work, codes, (one for one in concerned if one))
    rosters = await _rosters(work) if lacking else {}
    phone = await telephony.waiting(work, work.at - AN_HOUR, work.at)
    rung_back, silences = await callbacks.overdue(work), await _silences(work)
    talks = await drafts.drafts(work, after=None, limit=MOST)
    return Wall(
        at=work.at,
        talks=[_talk(one, work.at) for one in talks.items],
        waiting=phone.now,
        waits_since=phone.since,
        hour=Hour(phone.total.offered, phone.total.answered, phone.total.unanswered, phone.total.median),
        offers=[_asked(one, known[one.case_id].reference, names) for one in asked if one.case_id in known],
        late=sorted((_late(one, names) for one in late.items if one.state is not State.OFFERED), key=_worst),
        more=late.next is not None,
        lying=sorted((_lying(one, names) for one in lying), key=lambda one: one.since),
        gaps=[_lacking(row, names, rosters) for row in lacking],
        callbacks=rung_back.count,
        callbacks_since=rung_back.since,
        silences=silences,
        oversight=await _oversight(work, database),  # the last: it gives the connection back
    )


async def lacking_now(work: Work) -> frozenset[str]:
    """The municipalities in which somebody is missing at this moment."""
    found = [one for one in await _open_gaps(work) if one["starts_at"] <= work.at]
    return frozenset(code for one in found for code in one["municipality_codes"])


async def _oversight(work: Work, database: Database) -> Oversight:
    """For the national desks, which hear of every endpoint anyway; nobody else."""
    if work.organisation not in await directory.national_desks(work):
        return Oversight()
    await work.let_go()
    return await oversee(database)


async def _silences(work: Work) -> list[tuple[str, int]]:
    page = await silent.page(work, after=least_id(work.at - A_DAY), limit=MOST, kind=None)
    return Counter(str(one["kind"]) for one in page.items).most_common()


async def _open_gaps(work: Work) -> list[Mapping[str, Any]]:
    """Those that are not over yet, by when they start."""
    page = await coverage.stored(work, None, MOST, cleared=False, mine=False)
    return sorted((one for one in page.items if one["ends_at"] > work.at), key=lambda one: (one["starts_at"], one["id"]))


async def _rosters(work: Work) -> dict[tuple[UUID, str], UUID]:
    """The roster of an organisation on a line."""
    rows = await duty.duties(work, Span(work.at, work.at + timedelta(minutes=1)))
    return {(row["organisation_id"], row["line"]): row["roster_id"] for row in rows}


async def _names(work: Work, codes: Iterable[str], ids: Iterable[UUID]) -> Names:
    places = await directory.municipality_names(work, sorted(set(codes)))
    return Names(places, {one.id: one for one in await directory.named(work, sorted(set(ids)))})


def _talk(one: Draft, at: datetime) -> Talk:
    state = "left" if one.left_alone(at) else one.state
    return Talk(one.id, one.reference, state, one.saved_at if state == "left" else one.registered_at)


def _asked(one: Offer, reference: str, names: Names) -> Asked:
    who = one.organisation
    return Asked(
        one.id, one.case_id, reference, one.urgency, names.place(one.municipality_code), names.organisation(who),
        names.phone(who), one.offered_at, one.accept_by,
    )  # fmt: skip


def _late(case: cases.Case, names: Names) -> Late:
    return Late(
        case.id, case.reference, case.urgency, names.place(case.municipality_code), names.organisation(case.owner),
        case.deadline_kind or "follow_up", case.deadline_at or case.opened_at, case.climbed,
    )  # fmt: skip


def _worst(one: Late) -> tuple[int, datetime]:
    return URGENCIES.index(one.urgency), one.since


def _lying(one: watch.Lying, names: Names) -> Lying:
    return Lying(
        one.case_id, one.reference, one.urgency, names.place(one.municipality_code), names.organisation(one.organisation),
        one.last_act_at,
    )  # fmt: skip


def _lacking(row: Mapping[str, Any], names: Names, rosters: Mapping[tuple[UUID, str], UUID]) -> Lacking:
    codes: Sequence[str] = row["municipality_codes"]
    whose: UUID | None = next(iter(row["organisation_ids"]), None)
    roster = rosters.get((whose, row["line"])) if whose else None
    return Lacking(
        row["id"], row["line"], names.place(codes[0]), len(codes), names.organisation(whose), roster,
        row["starts_at"], row["ends_at"], row["reason"], row["left_rung"], row["acknowledgement"] is not None,
        tuple(codes),
    )  # fmt: skip

"""Handovers on the real database: two at once leave one outcome, and nobody gets by what row-level security guards."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.cases import service as cases
from app.cases.lifecycle import Urgency
from app.core.actor import WORKER, Actor
from app.core.db import Database
from app.core.errors import NotFound, Problem
from app.core.ids import new_id
from app.core.work import Work, begin
from app.directory.seeding import organisation_id
from app.followup.contacts import Contact, Party, Result, Way
from app.followup.service import contact as contacting
from app.routing.handovers import LONGEST, Elsewhere, NewHandover, Stay, answer_by
from app.routing.handovers import HandoverReason as Why
from app.routing.need import Need
from app.routing.offers import DeclineReason
from app.routing.service import answer, handover
from app.routing.tables import handover as handover_table
from app.routing.tables import offer as offer_table
from app.team.membership import TeamPurpose, TeamRole
from app.team.tables import case_member
from app.vault import open as vault
from tests.conftest import MOMENT
from tests.makers import AMSTERDAM_DESK, HOTLINE
from tests.routing.handing import GGZ, STRANGER
from tests.routing.test_answers import somebody_waits
from tests.routing.working import OPERATOR, a_desk_of, an_offer, look, standing, tell

OLD: Final = a_desk_of(AMSTERDAM_DESK)
NEW: Final = a_desk_of(GGZ)
OTHER: Final = a_desk_of(STRANGER)
SOON: Final = MOMENT + timedelta(minutes=5)
LATER: Final = MOMENT + timedelta(minutes=9)


@pytest.fixture
async def watching(fresh_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection that sees who waits for whom."""
    connection = await asyncpg.connect(fresh_url)
    yield connection
    await connection.close()


async def a_pending(database: Database, **how: Any) -> tuple[UUID, Any]:
    """An urgent case of Amsterdam's desk, that asks the ggz to take it over; the case and the offer."""
    case_id = await an_offer(database, "GM0363", Need(Urgency.URGENT), MOMENT)
    [first] = (await standing(database, case_id)).pending
    async with begin(database, OPERATOR, at=MOMENT) as work:
        vault.seal(work, case_id, {"worry": "Buurman eet niet."})
    async with begin(database, OLD, at=SOON) as work:
        await answer.accept(work, first["id"], 1, None)
    async with begin(database, OLD, at=SOON) as work:
        await handover.ask(work, case_id, NewHandover(Why.OTHER_EXPERTISE, GGZ, **how))
    [offer] = (await standing(database, case_id)).pending
    return case_id, offer


async def accept(work: Work, offer: Any) -> None:
    """As the ggz."""
    await answer.accept(work, offer["id"], offer["version"], None)


async def decline(work: Work, offer: Any) -> None:
    """As the ggz."""
    await answer.decline(work, offer["id"], offer["version"], DeclineReason.OTHER)


async def withdraw(work: Work, offer: Any) -> None:
    """As the owner."""
    await handover.withdraw(work, offer["case_id"], offer["handover_id"], offer["version"])


async def log(work: Work, offer: Any) -> None:
    """The owner goes on with its work."""
    await contacting.log(work, offer["case_id"], Contact(work.at, Way.PHONE, Party.PERSON, Result.REACHED), None)


@asynccontextmanager
async def first(database: Database, actor: Actor, act: Callable[[Work, Any], Awaitable[None]], offer: Any) -> AsyncIterator[None]:
    """Somebody's command, that is carried out and not yet committed while the block runs."""
    async with begin(database, actor, at=LATER) as work:
        await act(work, offer)
        await work.flush()
        yield


async def then(database: Database, actor: Actor, act: Callable[[Work, Any], Awaitable[None]], offer: Any) -> None:
    """Somebody's command."""
    async with begin(database, actor, at=LATER) as work:
        await act(work, offer)


async def test_an_acceptance_that_is_under_way_beats_everything(fresh_database: Database, watching: asyncpg.Connection) -> None:
    """Withdrawing, declining, expiring and working on wait for it, and find another owner."""
    others: list[tuple[Actor, Any, type[Problem]]] = [
        (OLD, withdraw, NotFound),
        (NEW, decline, answer.OfferEnded),
        (OLD, log, NotFound),
    ]
    for actor, act, refused in others:
        case_id, offer = await a_pending(fresh_database)
        async with first(fresh_database, NEW, accept, offer):
            waiting = asyncio.create_task(then(fresh_database, actor, act, offer))
            await somebody_waits(watching)
        with pytest.raises(refused):
            await waiting
        seen = await standing(fresh_database, case_id)
        assert (seen.states, seen.case["owner_organisation_id"]) == (["accepted", "accepted"], GGZ)
    case_id, offer = await a_pending(fresh_database)
    async with first(fresh_database, NEW, accept, offer):
        worker = asyncio.create_task(look(fresh_database, offer))
        await somebody_waits(watching)
    await worker
    assert (await standing(fresh_database, case_id)).states == ["accepted", "accepted"]


async def test_whatever_came_before_an_acceptance_counts(fresh_database: Database, watching: asyncpg.Connection) -> None:
    """Withdrawn or expired a moment before: it is too late. What the owner wrote a moment before goes over with the case."""
    for actor, act, ended in ((OLD, withdraw, "withdrawn"), (NEW, decline, "declined")):
        case_id, offer = await a_pending(fresh_database)
        async with first(fresh_database, actor, act, offer):
            late = asyncio.create_task(then(fresh_database, NEW, accept, offer))
            await somebody_waits(watching)
        with pytest.raises(answer.OfferEnded):
            await late
        seen = await standing(fresh_database, case_id)
        assert (seen.states[-1], seen.case["owner_organisation_id"]) == (ended, AMSTERDAM_DESK)
    case_id, offer = await a_pending(fresh_database)
    async with first(fresh_database, OLD, log, offer):
        waiting = asyncio.create_task(then(fresh_database, NEW, accept, offer))
        await somebody_waits(watching)
    await waiting
    seen = await standing(fresh_database, case_id)
    assert (seen.case["state"], seen.case["owner_organisation_id"]) == ("in_follow_up", GGZ)


async def test_all_at_once_leaves_one_owner_and_nobody_waits_in_a_circle(fresh_database: Database) -> None:
    """Accept, withdraw, decline, work on and expire, in whatever order they come."""
    for _ in range(6):
        case_id, offer = await a_pending(fresh_database)
        people = ((NEW, accept), (OLD, withdraw), (NEW, decline), (OLD, log))
        ends = await asyncio.gather(
            *(then(fresh_database, actor, act, offer) for actor, act in people), look(fresh_database, offer),
            return_exceptions=True,
        )  # fmt: skip
        assert all(isinstance(one, Problem | datetime) or one is None for one in ends), ends
        seen = await standing(fresh_database, case_id)
        assert len(seen.pending) == 0
        owner = GGZ if seen.states[-1] == "accepted" else AMSTERDAM_DESK
        assert seen.case["owner_organisation_id"] == owner


async def test_two_who_ask_at_once_ask_one(fresh_database: Database) -> None:
    """Two colleagues of the owner hand over to two others."""
    case_id, offer = await a_pending(fresh_database)
    await then(fresh_database, OLD, withdraw, offer)

    async def ask(to: UUID) -> None:
        async with begin(fresh_database, OLD, at=LATER) as work:
            await handover.ask(work, case_id, NewHandover(Why.MOVED, to))

    ends = await asyncio.gather(ask(GGZ), ask(STRANGER), return_exceptions=True)
    assert sorted(str(type(one).__name__) for one in ends) == ["HandoverPending", "NoneType"]
    assert len((await standing(fresh_database, case_id)).pending) == 1


def an_offer_of(case_id: UUID, by: UUID, **how: Any) -> dict[str, Any]:
    """A row that somebody might try to put there: an offer to the ggz."""
    row: dict[str, Any] = {
        "id": new_id(SOON), "case_id": case_id, "decision_id": None, "organisation_id": GGZ, "intake_organisation_id": HOTLINE,
        "written_by": by, "rung": "chosen", "state": "pending", "urgency": "urgent", "flags": [], "municipality_code": "GM0363",
        "offered_at": SOON, "accept_by": LATER, "next_call_at": LATER, "reminders": 0, "version": 1, "what": "handover",
        "handover_id": None, "from_organisation_id": by,
    }  # fmt: skip
    return row | how


async def test_no_stranger_can_offer_a_case_or_get_onto_it(fresh_database: Database) -> None:
    """The database refuses what no service of ours does: to offer another's case, in whoever's name; to stay uninvited."""
    case_id, offer = await a_pending(fresh_database, conditions="Rustig aan.")
    await then(fresh_database, OLD, withdraw, offer)
    asked = {"handover_id": offer["handover_id"]}
    tries: list[tuple[Actor, Any, dict[str, Any]]] = [
        (OTHER, offer_table, an_offer_of(case_id, STRANGER, **asked)),
        (OTHER, offer_table, an_offer_of(case_id, STRANGER, from_organisation_id=AMSTERDAM_DESK, **asked)),
        (OTHER, offer_table, an_offer_of(case_id, AMSTERDAM_DESK, **asked)),
        (OPERATOR, offer_table, an_offer_of(case_id, HOTLINE, **asked)),
        (OPERATOR, offer_table, an_offer_of(case_id, HOTLINE, from_organisation_id=AMSTERDAM_DESK, **asked)),
        (OLD, offer_table, an_offer_of(case_id, AMSTERDAM_DESK, organisation_id=AMSTERDAM_DESK, **asked)),
        (OTHER, handover_table, {
            "id": new_id(SOON), "case_id": case_id, "what": "handover", "organisation_id": STRANGER, "asked_at": SOON,
            "reason": "other", "warm": False,
        }),
        (OLD, case_member, {
            "id": new_id(SOON), "case_id": case_id, "organisation_id": STRANGER, "role": "police", "purpose": "safety",
            "state": "member", "invited_by": AMSTERDAM_DESK, "invited_at": SOON, "answer_by": SOON, "version": 1,
        }),
    ]  # fmt: skip
    for actor, table, row in tries:
        with pytest.raises(DBAPIError, match=r"row-level security|nobody_hands_over"):
            async with begin(fresh_database, actor, at=SOON) as work:
                work.write(table, **row)
    assert (await standing(fresh_database, case_id)).pending == []


async def test_who_was_asked_before_reads_nothing_of_the_next(fresh_database: Database) -> None:
    """Who declined, and a stranger, see no handover and no key; who is asked now sees its own only."""
    case_id, offer = await a_pending(fresh_database, conditions="De eerste.")
    looks = {
        "handovers": text("SELECT count(*) AS found FROM handover WHERE case_id = :case_id"),
        "keys": text("SELECT count(*) AS found FROM vault_key WHERE case_id = :case_id"),
        "cases": text("SELECT count(*) AS found FROM cases WHERE id = :case_id"),
        "owners": text("SELECT count(*) AS found FROM owners_of(:case_id)"),
    }

    async def sees(actor: Actor) -> list[int]:
        async with begin(fresh_database, actor, at=SOON) as work:
            return [(await work.rows(look, case_id=case_id))[0]["found"] for look in looks.values()]

    assert await sees(NEW) == [1, 1, 1, 1]
    await then(fresh_database, NEW, decline, offer)
    async with begin(fresh_database, OLD, at=LATER) as work:
        await handover.ask(work, case_id, NewHandover(Why.MOVED, STRANGER, conditions="De tweede."))
    assert await sees(NEW) == [0, 0, 0, 0]
    assert await sees(OTHER) == [1, 1, 1, 1]
    assert await sees(OLD) == [2, 1, 1, 1]
    assert await sees(a_desk_of(organisation_id("utrecht"))) == [0, 0, 0, 0]


async def test_the_old_owner_is_on_the_team_or_gone_in_the_same_moment(fresh_database: Database) -> None:
    """There is no moment at which it has lost the case and is not on its team yet."""
    case_id, offer = await a_pending(fresh_database, stay=Stay(TeamRole.MUNICIPALITY, TeamPurpose.SAFETY))
    async with begin(fresh_database, NEW, at=LATER) as work:
        await accept(work, offer)
        await work.flush()
        async with begin(fresh_database, OLD, at=LATER) as looking:
            assert (await cases.get(looking, case_id)).owner == AMSTERDAM_DESK
    async with begin(fresh_database, OLD, at=LATER) as work:
        assert (await cases.get(work, case_id)).owner == GGZ
    async with begin(fresh_database, WORKER, at=LATER) as work:
        [row] = await work.rows(text("SELECT * FROM case_member WHERE case_id = :case_id"), case_id=case_id)
    assert (row["organisation_id"], row["state"], row["invited_by"]) == (AMSTERDAM_DESK, "member", GGZ)


async def test_the_last_rung_accepts_and_hands_over_when_it_found_who_can(fresh_database: Database) -> None:
    """What it is told when it would decline is a way out: it stays the owner until the other accepts."""
    await tell(fresh_database, "DELETE FROM service_area WHERE municipality_code = 'GM0363'")
    case_id = await an_offer(fresh_database, "GM0363", Need(Urgency.URGENT), MOMENT)
    [offer] = (await standing(fresh_database, case_id)).pending
    desk = a_desk_of(HOTLINE)
    with pytest.raises(answer.CantDecline, match="hand the case over"):
        await then(fresh_database, desk, decline, offer)
    await then(fresh_database, desk, accept, offer)
    async with begin(fresh_database, desk, at=LATER) as work:
        with pytest.raises(handover.NobodyToTransferTo):
            await handover.ask(work, case_id, NewHandover(Why.TEMPORARY, elsewhere=Elsewhere()))
    async with begin(fresh_database, desk, at=LATER) as work:
        await handover.ask(work, case_id, NewHandover(Why.TEMPORARY, GGZ))
    seen = await standing(fresh_database, case_id)
    assert seen.case["owner_organisation_id"] == HOTLINE
    await then(fresh_database, NEW, accept, seen.pending[0])
    seen = await standing(fresh_database, case_id)
    assert (seen.case["owner_organisation_id"], seen.case["state"]) == (GGZ, "accepted")


@given(
    urgency=st.sampled_from([one for one in Urgency if one is not Urgency.ADVICE]),
    at=st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
)
def test_there_is_always_a_moment_by_which_to_answer(urgency: Urgency, at: datetime) -> None:
    """To come, and never further than anybody may ask for."""
    assert at < answer_by(urgency, at) <= at + LONGEST

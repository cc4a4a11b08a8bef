"""Answers and silences on the real database: exactly one of them counts."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from app.cases.lifecycle import Urgency
from app.core.actor import WORKER
from app.core.db import Database
from app.core.errors import NotFound, Stale
from app.core.work import begin
from app.directory.seeding import organisation_id
from app.routing import due
from app.routing.decide import NobodyLeft
from app.routing.need import Need
from app.routing.offers import DeclineReason, OfferState
from app.routing.service import answer
from app.routing.service.explain import explain
from tests.conftest import MOMENT
from tests.makers import AMSTERDAM_DESK, HOTLINE
from tests.routing.working import OPERATOR, a_desk_of, an_offer, look, standing, tell

AMSTERDAM = "GM0363"
DESK = a_desk_of(AMSTERDAM_DESK)
SOON = MOMENT + timedelta(minutes=5)


@pytest.fixture
async def watching(fresh_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection that sees who waits for whom."""
    connection = await asyncpg.connect(fresh_url)
    yield connection
    await connection.close()


async def somebody_waits(watching: asyncpg.Connection) -> None:
    """Return when a transaction of this database waits for another one's lock."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with asyncio.timeout(5):
        while not await watching.fetchval(waiting):
            await asyncio.sleep(0.01)


async def accept(database: Database, offer: Any, at: Any = SOON) -> None:
    """Accept as Amsterdam's desk."""
    async with begin(database, DESK, at=at) as work:
        await answer.accept(work, offer["id"], offer["version"], None)


async def a_pending(database: Database) -> tuple[UUID, Any]:
    """An urgent case that Amsterdam's desk is asked to take, and the offer."""
    case_id = await an_offer(database, AMSTERDAM, Need(Urgency.URGENT), MOMENT)
    [offer] = (await standing(database, case_id)).pending
    assert offer["organisation_id"] == AMSTERDAM_DESK
    return case_id, offer


async def test_an_acceptance_that_is_under_way_beats_the_expiry(fresh_database: Database, watching: asyncpg.Connection) -> None:
    """The desk was in time: the worker waits for its answer, and then leaves the case alone."""
    case_id, offer = await a_pending(fresh_database)
    async with begin(fresh_database, DESK, at=SOON) as work:
        await answer.accept(work, offer["id"], 1, "on duty")
        worker = asyncio.create_task(look(fresh_database, offer))
        await somebody_waits(watching)
    await worker
    seen = await standing(fresh_database, case_id)
    assert (seen.states, seen.case["owner_organisation_id"]) == (["accepted"], AMSTERDAM_DESK)


async def test_an_expiry_that_is_under_way_beats_the_acceptance(fresh_database: Database, watching: asyncpg.Connection) -> None:
    """The desk pressed the button a moment too late: it is told so, and the next one stays asked."""
    case_id, offer = await a_pending(fresh_database)
    async with begin(fresh_database, WORKER, at=offer["next_call_at"]) as work:
        await due.act(work, offer["id"])
        desk = asyncio.create_task(accept(fresh_database, offer))
        await somebody_waits(watching)
    with pytest.raises(answer.OfferEnded, match="somebody else was asked"):
        await desk
    seen = await standing(fresh_database, case_id)
    assert (seen.states, seen.case["owner_organisation_id"]) == (["expired", "pending"], None)


async def test_two_workers_that_meet_at_one_offer_ask_one_more(fresh_database: Database) -> None:
    """Any number of workers may run: none of them skips a rung."""
    case_id, offer = await a_pending(fresh_database)
    await asyncio.gather(*(look(fresh_database, offer) for _ in range(4)))
    assert (await standing(fresh_database, case_id)).states == ["expired", "pending"]


async def test_two_workers_that_meet_at_the_last_rung_remind_it_once(fresh_database: Database) -> None:
    """Who is called twice for one thing learns not to listen."""
    await tell(fresh_database, "DELETE FROM service_area WHERE municipality_code = :code", code=AMSTERDAM)
    case_id = await an_offer(fresh_database, AMSTERDAM, Need(Urgency.URGENT), MOMENT)
    [offer] = (await standing(fresh_database, case_id)).pending
    await asyncio.gather(*(look(fresh_database, offer) for _ in range(4)))
    seen = await standing(fresh_database, case_id)
    assert (seen.states, seen.offers[0]["rung"], seen.offers[0]["reminders"]) == (["pending"], "national_desk", 1)


async def test_declining_and_accepting_at_once_leaves_one_answer(fresh_database: Database) -> None:
    """Two colleagues of one desk disagree: the case has an owner or the next one is asked."""
    for _ in range(5):
        case_id, offer = await a_pending(fresh_database)

        async def decline(offer: Any = offer) -> None:
            async with begin(fresh_database, DESK, at=SOON) as work:
                await answer.decline(work, offer["id"], 1, DeclineReason.NO_CAPACITY)

        answers = await asyncio.gather(accept(fresh_database, offer), decline(), return_exceptions=True)
        assert [type(one) for one in answers if one] == [answer.OfferEnded]
        seen = await standing(fresh_database, case_id)
        assert (seen.case["owner_organisation_id"] is None) == (len(seen.pending) == 1)


async def test_who_is_not_asked_can_not_answer(fresh_database: Database) -> None:
    """Not a stranger, and not whoever took the call in, who may see the offer: both get the same answer."""
    _, offer = await a_pending(fresh_database)
    for actor in (a_desk_of(organisation_id("rotterdam")), OPERATOR):
        async with begin(fresh_database, actor, at=SOON) as work:
            with pytest.raises(NotFound):
                await answer.accept(work, offer["id"], 1, None)
            with pytest.raises(NotFound):
                await answer.decline(work, offer["id"], 1, DeclineReason.OTHER)


async def test_nothing_is_answered_on_a_version_that_was_not_read(fresh_database: Database) -> None:
    """A reminder changed the offer since: read it again, then answer."""
    _, offer = await a_pending(fresh_database)
    async with begin(fresh_database, DESK, at=SOON) as work:
        with pytest.raises(Stale):
            await answer.accept(work, offer["id"], 2, None)


@pytest.mark.parametrize("moment", [timedelta(minutes=30), timedelta(days=2)])
async def test_after_its_time_an_offer_can_not_be_accepted_even_when_no_worker_looked(
    fresh_database: Database, moment: timedelta
) -> None:
    """Accept by half past means before half past, also in an outage of the worker."""
    case_id, offer = await a_pending(fresh_database)
    with pytest.raises(answer.OfferEnded, match="run out"):
        await accept(fresh_database, offer, MOMENT + moment)
    assert (await standing(fresh_database, case_id)).states == ["pending"]


async def test_everybody_concerned_hears_what_became_of_an_offer(fresh_database: Database) -> None:
    """Who is asked and who took the call in; nobody else."""
    case_id, offer = await a_pending(fresh_database)
    async with begin(fresh_database, DESK, at=SOON) as work:
        await answer.decline(work, offer["id"], 1, DeclineReason.WRONG_AREA)
    [second] = (await standing(fresh_database, case_id)).pending
    await look(fresh_database, second)
    seen = await standing(fresh_database, case_id)
    [third] = seen.pending
    offered, declined, expired = "nl.nodus.case.offered.v1", "nl.nodus.offer.declined.v1", "nl.nodus.offer.expired.v1"
    heard: dict[UUID, list[str]] = {}
    for recipient, kind in seen.events:
        heard.setdefault(recipient, []).append(kind)
    assert heard[AMSTERDAM_DESK] == [offered, declined]
    assert heard[second["organisation_id"]] == [offered, expired, "nl.nodus.silence.noted.v1"]
    assert heard[HOTLINE][:5] == [offered, declined, offered, expired, offered]
    assert heard.keys() == {AMSTERDAM_DESK, HOTLINE, second["organisation_id"], third["organisation_id"]}
    assert [one["reason"] for one in seen.offers] == ["wrong_area", None, None]


async def test_without_a_national_desk_the_last_asked_stays_asked(fresh_database: Database) -> None:
    """Somebody deleted the last rung: the case is not lost; who was asked last is reminded, and may still accept."""
    case_id, offer = await a_pending(fresh_database)
    await tell(fresh_database, "DELETE FROM service WHERE kind = 'national_desk'")
    await tell(fresh_database, "DELETE FROM service_area WHERE municipality_code = :code", code=AMSTERDAM)
    async with begin(fresh_database, DESK, at=SOON) as work:
        with pytest.raises(NobodyLeft):
            await answer.decline(work, offer["id"], 1, DeclineReason.OTHER)
    at = await look(fresh_database, offer)
    seen = await standing(fresh_database, case_id)
    assert (seen.states, seen.offers[0]["reminders"]) == (["pending"], 1)
    assert (HOTLINE, "nl.nodus.offer.reminded.v1") in seen.events
    await accept(fresh_database, seen.offers[0], at + timedelta(minutes=1))
    assert (await standing(fresh_database, case_id)).case["owner_organisation_id"] == AMSTERDAM_DESK


async def test_a_municipality_that_merges_while_a_case_is_offered_loses_nothing(fresh_database: Database) -> None:
    """At New Year the code is gone: whoever was around it is asked, instead of the worker failing for ever."""
    case_id, offer = await a_pending(fresh_database)
    await tell(fresh_database, "UPDATE municipality SET valid = daterange(NULL, '2026-11-01') WHERE code = :code", code=AMSTERDAM)
    await look(fresh_database, offer)
    assert (await standing(fresh_database, case_id)).states == ["expired", "pending"]
    async with begin(fresh_database, OPERATOR, at=SOON) as work:
        decisions, _ = await explain(work, case_id)
    assert [one.replayed for one in decisions] == [True, True]


async def test_the_list_shows_own_offers_page_by_page(fresh_database: Database) -> None:
    """Whoever polls sees each once, and nobody else's."""
    made = [(await a_pending(fresh_database))[1]["id"] for _ in range(3)]
    async with begin(fresh_database, DESK, at=SOON) as work:
        first = await answer.offers(work, after=None, limit=2, state=OfferState.PENDING)
        assert first.next
        rest = await answer.offers(work, after=UUID(first.next), limit=2, state=OfferState.PENDING)
        assert [one.id for one in (*first.items, *rest.items)] == sorted(made)
        assert not (await answer.offers(work, after=None, limit=2, state=OfferState.DECLINED)).items
    async with begin(fresh_database, OPERATOR, at=SOON) as work:
        assert not (await answer.offers(work, after=None, limit=2, state=None)).items

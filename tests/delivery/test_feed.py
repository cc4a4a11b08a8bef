"""The feed: without gaps whatever the writers do, resumable, and empty answers from memory."""

import asyncio
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import product
from random import Random
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from app.core import clock, outbox
from app.core.actor import WORKER, Actor, Role
from app.core.asgi import Edge
from app.core.db import Database
from app.core.ids import new_id
from app.core.tables import idempotency
from app.core.work import begin
from app.delivery.asked import NotAcceptable, chosen, preferred_wait
from app.delivery.due import OLD_ANSWERS
from app.delivery.service import feed as service
from app.delivery.service import retention
from app.delivery.service.endpoints import create_endpoint
from app.main import edged
from tests.delivery.asgi import answered
from tests.delivery.test_send import Happened, an_organisation, announce
from tests.makers import AMSTERDAM_DESK, a_token, an_offered_case


class Undone(Exception):  # noqa: N818
    """A transaction that is taken back."""


async def test_no_event_is_skipped_while_many_write(fresh_database: Database) -> None:
    """Eight writers, some taken back, three recipients, one impatient reader: every number once, in order."""
    recipients = [new_id(clock.wall()) for _ in range(3)]
    random, done = Random(7), asyncio.Event()

    async def write(count: int) -> None:
        for _ in range(count):
            chosen = random.sample(recipients, random.randint(1, 3))
            try:
                async with begin(fresh_database, WORKER) as work:
                    outbox.record(work, Happened(case_id=new_id(work.at)), chosen)
                    await work.flush()
                    await asyncio.sleep(random.random() * 0.003)
                    if random.random() < 0.15:
                        raise Undone
            except Undone:
                pass

    async def read(recipient: UUID) -> list[int]:
        seen: list[int] = []
        while True:
            last = done.is_set()
            async with begin(fresh_database, WORKER) as work:
                part = await service.events(work, recipient, len(seen), 50)
            seen += range(part.after + 1, part.reached + 1)
            for body, number in zip(part.bodies, range(part.after + 1, part.reached + 1), strict=True):
                assert f'"sequence":"{number:020}"'.encode() in body
            if last and part.reached == part.head:
                return seen

    readers = [asyncio.create_task(read(one)) for one in recipients]
    await asyncio.gather(*(write(40) for _ in range(4)))
    done.set()
    for seen in await asyncio.gather(*readers):
        assert seen == list(range(1, len(seen) + 1))
        assert len(seen) > 20


@pytest.fixture
async def desk(database: Database) -> tuple[UUID, dict[str, str]]:
    """An organisation of this test's own, and its header."""
    organisation = await an_organisation(database)
    return organisation, await a_token(database, organisation, "desk")


async def test_a_poller_resumes_where_it_was(
    client: httpx.AsyncClient, database: Database, desk: tuple[UUID, dict[str, str]]
) -> None:
    """`next` is always there; what was seen is not seen again; nothing new is 304 for who asks so."""
    organisation, header = desk
    path = f"/v1/organisations/{organisation}/events"
    await announce(database, organisation, 7)
    asked = {"after": 0, "limit": 5, "wait": 5}  # the doorbell rings after the commit: who does not wait may be faster than it
    first = (await client.get(path, params=asked, headers=header)).json()
    rest = await client.get(path, params={"after": first["next"]}, headers=header)
    assert [len(first["events"]), len(rest.json()["events"])] == [5, 2]
    assert (first["end"], rest.json()["end"]) == (False, True)
    empty = await client.get(path, params={"after": 7}, headers=header)
    assert (empty.json()["events"], empty.json()["next"]) == ([], "7")
    same = await client.get(path, params={"after": 7}, headers=header | {"If-None-Match": empty.headers["etag"]})
    assert same.status_code == 304
    page = {"after": 0, "limit": 5}
    told = await client.get(path, params=page, headers=header)
    again = await client.get(path, params=page, headers=header | {"If-None-Match": told.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    batch = await client.get(path, headers=header | {"Accept": "application/cloudevents-batch+json"})
    assert len(batch.json()) == 7


async def test_a_long_poll_ends_with_the_event(
    client: httpx.AsyncClient, database: Database, desk: tuple[UUID, dict[str, str]]
) -> None:
    """Whoever waits is woken, long before the time is over."""
    organisation, header = desk
    path = f"/v1/organisations/{organisation}/events"
    waiting = asyncio.create_task(client.get(path, params={"after": 0, "wait": 20}, headers=header))
    await asyncio.sleep(0)
    await announce(database, organisation, 1)
    answer = await asyncio.wait_for(waiting, 5)
    assert len(answer.json()["events"]) == 1


async def test_what_is_not_ones_own_or_lies_ahead_is_refused(
    client: httpx.AsyncClient, database: Database, desk: tuple[UUID, dict[str, str]]
) -> None:
    """Another's feed does not exist; a number ahead of the feed means that a backup was restored."""
    organisation, header = desk
    other = await an_organisation(database)
    assert (await client.get(f"/v1/organisations/{other}/events", headers=header)).status_code == 404
    ahead = await client.get(f"/v1/organisations/{organisation}/events", params={"after": 99}, headers=header)
    assert ahead.status_code == 400
    assert "backup" in ahead.json()["detail"]
    assert ahead.json()["type"].endswith("/cursor-ahead")
    assert ahead.json()["snapshot"] == list(service.SNAPSHOT)


async def test_a_poller_of_http_feeds_is_at_home(
    client: httpx.AsyncClient, database: Database, desk: tuple[UUID, dict[str, str]]
) -> None:
    """Event ids as cursors, milliseconds, batches; with the number beside the id a restored backup can't pass unnoticed."""
    organisation, header = desk
    path = f"/v1/organisations/{organisation}/events"
    await announce(database, organisation, 3)
    batch = header | {"Accept": "application/cloudevents-batch+json"}
    first = await client.get(path, params={"timeout": 5000, "limit": 2}, headers=batch)
    assert [int(one["sequence"]) for one in first.json()] == [1, 2]
    assert first.headers["content-type"] == "application/cloudevents-batch+json"
    last = first.json()[-1]["id"]
    rest = await client.get(path, params={"lastEventId": last}, headers=batch)
    assert [int(one["sequence"]) for one in rest.json()] == [3]
    following = first.links["next"]["url"]
    assert (await client.get(following, headers=batch)).json() == rest.json()
    assert (await client.get(path, params={"lastEventId": last, "after": 2}, headers=header)).status_code == 200
    for lost in ({"lastEventId": last, "after": 1}, {"lastEventId": str(new_id(clock.wall()))}):
        gone = await client.get(path, params=lost, headers=header)
        assert gone.status_code == 410
        assert gone.json()["snapshot"] == list(service.SNAPSHOT)


async def test_preferences_are_told_back_and_unknown_forms_refused(
    client: httpx.AsyncClient, desk: tuple[UUID, dict[str, str]]
) -> None:
    """Whoever sends Prefer learns whether it was heard; whoever waited need not wait again; a form that we lack is 406."""
    organisation, header = desk
    path = f"/v1/organisations/{organisation}/events"
    plain = await client.get(path, params={"after": 0}, headers=header)
    assert (plain.headers["retry-after"], plain.headers.get("preference-applied")) == ("5", None)
    heard = await client.get(path, params={"timeout": 10}, headers=header | {"Prefer": "respond-async, wait=0"})
    assert (heard.headers["retry-after"], heard.headers["preference-applied"]) == ("0", "wait=0")
    known = header | {"If-None-Match": f'"other", W/{plain.headers["etag"]}'}
    assert (await client.get(path, headers=known)).status_code == 304
    assert (await client.get(path, headers=header | {"Accept": "text/html"})).status_code == 406


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (None, "a/x"), ("", "a/x"), ("*/*", "a/x"), ("b/y", "b/y"), ("a/*;q=0.4, b/y;q=0.5", "b/y"), ("A/X ; q=1.0", "a/x"),
        ("*/*, a/x;q=0", "b/y"), ("text/html, */*;q=0.1", "a/x"), ("a/x;q=zero", "a/x"), ("text/html", None), ("a/x;q=0", None),
    ],
)  # fmt: skip
def test_the_form_that_is_liked_best_is_chosen(accept: str | None, form: str | None) -> None:
    """The most specific range counts, 0 is never, and of two alike it is ours that comes first."""
    if form:
        assert chosen(accept, ("a/x", "b/y")) == form
    else:
        with pytest.raises(NotAcceptable):
            chosen(accept, ("a/x", "b/y"))


@given(st.text(), st.text())
def test_any_header_has_an_answer(accept: str, prefer: str) -> None:
    """Headers come from anybody: what can't be read is passed over, never a fault."""
    assert (preferred_wait(prefer, 30) or 0) <= 30
    with suppress(NotAcceptable):
        chosen(accept, ("a/x",))


async def test_the_quick_answer_is_the_routes_to_the_byte(
    app: FastAPI, database: Database, desk: tuple[UUID, dict[str, str]]
) -> None:
    """Whoever asks, and however: with and without the layer before the routing the answer is the same, or they drift apart."""
    organisation, header = desk
    await announce(database, organisation, 1)
    other = await an_organisation(database)
    ended = await a_token(database, organisation, "desk")
    askers: list[dict[str, str]] = [
        header, ended, await a_token(database, other, "desk"), await a_token(database, organisation, "desk", scopes=["cases:read"]),
        {}, {"Authorization": "Bearer nodus_x"}, {"Authorization": header["Authorization"][:-1] + "01"[header["Authorization"][-1] == "0"]},
    ]  # fmt: skip
    with_quick, without = edged(app), Edge(app, body_limit=app.state.settings.body_limit)
    for one in askers:  # remembered by the key ring, and the heads heard of the event
        await answered(without, f"/v1/organisations/{organisation}/events?after=0&wait=5", one)
    async with begin(database, WORKER) as work:
        await work.change(text("UPDATE api_key SET revoked_at = now() WHERE id = :id"), id=UUID(ended["Authorization"][13:45]))
    app.state.keyring._known.pop(UUID(ended["Authorization"][13:45]))  # five seconds later
    queries = (
        "?after=1",
        "?after=1&limit=7",
        "?after=1&limit=0",
        "?after=01",
        "?after=0",
        "?after=2",
        "",
        "?limit=2&after=1",
        "?after=1&x=",
    )
    forms: tuple[dict[str, str], ...] = (
        {}, {"Accept": "application/cloudevents-batch+json"}, {"Accept": "*/*"}, {"Accept": "text/html"},
        {"If-None-Match": '"f-1-1-1"'}, {"If-None-Match": "*"}, {"Prefer": "wait=0"}, {"If-None-Match": '"f-1-1-1"', "Accept": "text/csv"},
    )  # fmt: skip
    asked = [
        *product(askers[:1], queries, forms, (organisation,)),
        *product(askers, queries[:1], forms[::4], (organisation, other)),
    ]
    asked += product(askers, queries[4:5], forms[:2], (other,))
    quick: list[tuple[int, UUID]] = []
    for asker, query, form, whose in asked:
        target = f"/v1/organisations/{whose}/events{query}"
        ours, theirs = await answered(with_quick, target, asker | form), await answered(without, target, asker | form)
        assert (ours.status, ours.headers, ours.route) == (theirs.status, theirs.headers, theirs.route), (target, form)
        assert _without_instance(ours.body) == _without_instance(theirs.body)
        if ours.was_quick:
            quick.append((askers.index(asker), whose))
    assert quick == [(0, organisation)] * 12 + [(2, other)] * 2


def _without_instance(body: bytes) -> Any:
    if b'"instance"' not in body:
        return body
    return {name: value for name, value in json.loads(body).items() if name != "instance"}


async def test_old_events_go_and_the_way_back_leads_on(
    client: httpx.AsyncClient, database: Database, desk: tuple[UUID, dict[str, str]]
) -> None:
    """Kept: the young, what an endpoint has not had (paused too), and the last. A poller behind that is told how to go on."""
    organisation, header = desk
    path = f"/v1/organisations/{organisation}/events"
    await announce(database, organisation, 9)
    async with begin(database, Actor(organisation, Role.DESK)) as work:
        made, _ = await create_endpoint(work, url="https://paused.example/hook", types=(), from_start=True)
    later = clock.now() + retention.EVENTS_KEPT + timedelta(minutes=1)

    async def swept(at: datetime, state: str, through: int) -> int:
        async with begin(database, WORKER) as work:
            change = text("UPDATE webhook_endpoint SET state = :state, delivered_through = :through WHERE id = :id")
            await work.change(change, id=made.id, state=state, through=through)
        async with begin(database, WORKER, at=at) as work:
            await retention.sweep(work, organisation)
            await retention.sweep(work, organisation)
        return int((await client.get(path, params={"after": 8}, headers=header)).json()["oldest"])

    assert await swept(clock.now(), "active", 9) == 1
    assert await swept(later, "paused", 4) == 5
    assert await swept(later, "active", 9) == 9
    assert [one["sequence"][-1] for one in (await client.get(path, params={"after": 8}, headers=header)).json()["events"]] == [
        "9"
    ]
    gone = await client.get(path, params={"after": 3}, headers=header)
    assert (gone.status_code, gone.json()["oldest"]) == (410, "9")
    for told in gone.json()["snapshot"]:
        assert (await client.get(told, headers=header)).json()["feedPosition"] == "9"
    async with begin(database, WORKER, at=later) as work:
        assert organisation not in await retention.feeds_to_sweep(work)


def test_feeds_are_swept_by_night() -> None:
    """At two, UTC, and never at this very moment again: it would never end."""
    for hour, day in ((1, 24), (2, 25), (3, 25)):
        assert retention.next_night(datetime(2026, 11, 24, hour, tzinfo=UTC)) == datetime(2026, 11, day, 2, tzinfo=UTC)


async def test_kept_answers_go_after_a_week(database: Database, desk: tuple[UUID, dict[str, str]]) -> None:
    """They serve those who send the same again; later they are only one more place where something lies."""
    organisation, _ = desk
    at = datetime(2020, 1, 1, tzinfo=UTC)
    async with begin(database, Actor(organisation, Role.DESK)) as work:
        work.write(
            idempotency, organisation_id=organisation, route="POST /x", key="k", fingerprint=b"", status=201, headers={}, answer=b"",
            created_at=at,
        )  # fmt: skip
    for passed, found in ((timedelta(days=6), 0), (timedelta(days=8), 1)):
        async with begin(database, WORKER, at=at + passed) as work:
            due = await OLD_ANSWERS.claim(work)
            assert len(due) == found
            for one in due:
                await OLD_ANSWERS.act(work, one)
    async with begin(database, WORKER) as work:
        assert not await work.rows(text("SELECT 1 FROM idempotency WHERE organisation_id = :id"), id=organisation)


async def test_a_snapshot_and_the_feed_from_there_miss_nothing(fresh_client: httpx.AsyncClient, fresh_database: Database) -> None:
    """Lists that are read while others write, and the feed from their first page's position, come to what is true in the end."""
    operator = await a_token(fresh_database)
    desk = await a_token(fresh_database, AMSTERDAM_DESK, "desk")
    goal: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def write(place: int) -> None:
        for count in range(6):
            offer = (await an_offered_case(fresh_client, operator))["offered"]
            if (count + place) % 2:
                path = f"/v1/offers/{offer['offerId']}/decline"
                await fresh_client.post(path, json={"reason": "no_capacity"}, headers=desk | {"If-Match": '"1"'})

    async def pending() -> tuple[set[str], str]:
        found: set[str] = set()
        position, cursor = "", ""
        while True:
            query = f"/v1/offers?state=pending&limit=3{cursor}"
            page = (await fresh_client.get(query, headers=desk)).json()
            position = position or page["feedPosition"]
            found |= {one["id"] for one in page["items"]}
            if not page["next"]:
                return found, position
            cursor = f"&cursor={page['next']}"

    async def follow(known: set[str], position: str) -> set[str]:
        while not goal.done() or int(position) < goal.result():
            query = f"/v1/organisations/{AMSTERDAM_DESK}/events?after={position}&wait=1"
            page = (await fresh_client.get(query, headers=desk)).json()
            for one in page["events"]:
                if one["type"].endswith("case.offered.v1"):
                    known.add(one["data"]["offerId"])
                elif one["type"].endswith("offer.declined.v1"):
                    known.discard(one["data"]["offerId"])
            position = page["next"]
        return known

    writing = asyncio.gather(*(write(place) for place in range(3)))
    followers = []
    for _ in range(2):  # two may wait with one key
        await asyncio.sleep(0.05)
        followers.append(asyncio.create_task(follow(*await pending())))
    assert not writing.done()
    await writing
    truth, position = await pending()
    goal.set_result(int(position))
    assert len(truth) == 9
    for one in followers:
        assert await one == truth

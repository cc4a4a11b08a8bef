"""What became of each delivery, sending once more, and who is told when it does not arrive."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Any, ClassVar
from uuid import UUID

import asyncpg
import httpx
import orjson
import pytest
from sqlalchemy import text

from app.core import clock, outbox
from app.core.actor import WORKER
from app.core.db import Database
from app.core.due import Due, carry_out_once
from app.core.events import CaseEvent
from app.core.ids import new_id
from app.core.work import begin
from app.delivery import due
from app.delivery.envelope import is_wanted
from app.delivery.queries.messages import WANTED
from app.directory.service import look_up as directory
from tests.delivery.owning import Owner, an_owner, pointers
from tests.makers import HOTLINE

ATTEMPT = """INSERT INTO webhook_attempt
    (id, endpoint_id, organisation_id, event_id, number, attempt, started_at, duration_ms, status, outcome, error, trigger)
    VALUES ($1, $2, $3, $4, $5, 1, $6, $7, $8, $9, $10, 'scheduled')"""
WANTS = text(f"""SELECT {WANTED} AS wanted FROM
    (SELECT CAST(:types AS text[]) AS types, CAST(:codes AS text[]) AS municipality_codes) e,
    (SELECT CAST(:type AS text) AS type, CAST(:named AS text[]) AS municipality_codes, CAST(NULL AS uuid) AS case_id) v""")
HEARD = "SELECT recipient_id, body FROM event WHERE type = $1 ORDER BY recipient_id, number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Somewhere(CaseEvent):
    """An event of this test, about a municipality."""

    type: ClassVar[str] = "nl.nodus.test.somewhere.v1"
    municipality_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Urgent(CaseEvent):
    """An event of this test that can't wait."""

    type: ClassVar[str] = "nl.nodus.test.urgent.v1"

    @property
    def pressing(self) -> bool:
        """It can't."""
        return True


async def _happens(database: Database, owner: Owner, *events: CaseEvent) -> None:
    for event in events:
        async with begin(database, WORKER) as work:
            outbox.record(work, event, [owner.organisation])


def _somewhere(*codes: str) -> list[CaseEvent]:
    return [Somewhere(case_id=new_id(clock.wall()), municipality_code=code) for code in codes]


class History:
    """An endpoint of which five events were sent: the first arrived, the second was given up, the third is tried again; two wait."""

    def __init__(self, owner: Owner, endpoint: str, events: list[UUID], connection: asyncpg.Connection) -> None:
        """See `a_history`."""
        self.owner, self.endpoint, self.events, self.connection = owner, endpoint, events, connection
        self.path = f"/{endpoint}"

    async def note(self, place: int, outcome: str, error: str | None = None, *, status: int | None = 503) -> None:
        """One attempt at the event at a place."""
        at = clock.wall()
        named = (UUID(self.endpoint), self.owner.organisation, self.events[place], place + 1)
        await self.connection.execute(ATTEMPT, new_id(at), *named, at, 10 * (place + 1), status, outcome, error)

    async def messages(self, **asked: str) -> list[tuple[int, str]]:
        """Number and state of each message that is found."""
        answer = await self.owner.client.get(f"/v1/webhook-endpoints{self.path}/messages", params=asked, headers=self.owner.key)
        assert answer.status_code == 200, answer.text
        return [(one["number"], one["state"]) for one in answer.json()["items"]]


@pytest.fixture
async def history(client: httpx.AsyncClient, database: Database, raw: asyncpg.Connection) -> History:
    """A strict endpoint in the middle of its feed, which wants Amsterdam only: one event of Utrecht is not for it."""
    owner = await an_owner(client, database)
    made = await owner.make(municipalityCodes=["GM0363"], types=["nl.nodus.test"])
    await _happens(database, owner, *_somewhere("GM0363", "GM0363", "GM0363", "GM0363", "GM0344", "GM0363"))
    await raw.execute("SET ROLE nodus_worker")
    events = await raw.fetch("SELECT id FROM event WHERE recipient_id = $1 ORDER BY number", owner.organisation)
    found = History(owner, made["id"], [UUID(int=row["id"].int) for row in events], raw)
    await found.note(0, "failed", "http")
    await found.note(0, "delivered", status=204)
    await found.note(1, "given_up", "timeout", status=None)
    await found.note(2, "failed", "http")
    await raw.execute("UPDATE webhook_endpoint SET delivered_through = 2, attempts = 1 WHERE id = $1", UUID(made["id"]))
    return found


async def test_every_message_has_a_state_and_a_history(history: History) -> None:
    """An owner sees what arrived, what did not and what is still to come, without asking us; and no message of somebody else's place."""
    assert await history.messages() == [(6, "waiting"), (4, "waiting"), (3, "failed"), (2, "givenUp"), (1, "delivered")]
    for state, numbers in (("waiting", [6, 4]), ("failed", [3]), ("givenUp", [2]), ("delivered", [1])):
        assert await history.messages(state=state) == [(number, state) for number in numbers]
    answer = await history.owner.ask("GET", f"{history.path}/messages?limit=2")
    rest = await history.owner.ask("GET", f"{history.path}/messages?limit=3&cursor={answer['next']}")
    assert ([one["number"] for one in answer["items"] + rest["items"]], rest["next"]) == ([6, 4, 3, 2, 1], None)
    assert await history.messages(before="2026-01-01T00:00:00Z") == []
    tried = await history.owner.ask("GET", f"{history.path}/messages/{history.events[0]}/attempts")
    assert [(one["outcome"], one["status"], one["error"]) for one in tried["items"]] == [
        ("delivered", 204, None), ("failed", 503, "http"),
    ]  # fmt: skip
    assert (tried["message"]["attempts"], tried["message"]["type"]) == (2, "nl.nodus.test.somewhere.v1")
    await history.owner.ask("GET", f"{history.path}/messages/{history.events[4]}/attempts", None, 404)


async def test_one_is_sent_again_beside_the_order_or_in_its_turn(history: History) -> None:
    """What was passed goes again under its own id; what has not had its turn keeps it, and is hurried."""
    again = await history.owner.ask("POST", f"{history.path}/messages/{history.events[1]}/attempts", None, 202)
    assert (again["state"], again["nextAttemptAt"] is None) == ("failed", False)
    await history.owner.ask("POST", f"{history.path}/messages/{history.events[1]}/attempts", None, 202)
    rows = await history.connection.fetch("SELECT * FROM webhook_message WHERE endpoint_id = $1", UUID(history.endpoint))
    assert [(row["event_id"], row["number"], row["trigger"], row["body"]) for row in rows] == [
        (history.events[1], 2, "manual", None)
    ]
    await history.owner.ask("POST", f"{history.path}/messages/{history.events[2]}/attempts", None, 202)
    assert (
        await history.connection.fetchval("SELECT count(*) FROM webhook_message WHERE endpoint_id = $1", UUID(history.endpoint))
        == 1
    )
    await history.owner.ask("POST", f"{history.path}/messages/{new_id(clock.wall())}/attempts", None, 404)


async def test_recovery_sends_what_is_missing_or_everything(history: History) -> None:
    """What is ahead comes by itself, what waits already waits once, and what is not for the endpoint is not sent to it."""
    since = (clock.wall() - timedelta(hours=1)).isoformat()
    refused = await history.owner.ask("POST", f"{history.path}/recoveries", {"since": since, "until": since}, 400)
    assert pointers(refused) == ["/until"]
    await history.connection.execute("UPDATE webhook_endpoint SET delivered_through = 5 WHERE id = $1", UUID(history.endpoint))
    found = await history.owner.ask("POST", f"{history.path}/recoveries", {"since": since}, 202)
    assert found == {"count": 3, "complete": True}
    rest = await history.owner.ask("POST", f"{history.path}/recoveries", {"since": since, "include": "all"}, 202)
    assert rest == {"count": 1, "complete": True}
    rows = await history.connection.fetch(
        "SELECT number, trigger FROM webhook_message WHERE endpoint_id = $1 ORDER BY id", UUID(history.endpoint)
    )
    assert [(row["number"], row["trigger"]) for row in rows] == [(one, "recovery") for one in (2, 3, 4, 1)]


async def test_statistics_add_up(history: History) -> None:
    """Counts by outcome and reason, how long it takes, and what waits: enough to see whose fault it is."""
    told = await history.owner.ask("GET", f"{history.path}/statistics?hours=1")
    assert {(one["outcome"], one["error"]): one["count"] for one in told["outcomes"]} == {
        ("failed", "http"): 2, ("delivered", None): 1, ("given_up", "timeout"): 1,
    }  # fmt: skip
    assert (told["attempts"], told["deliveredShare"], told["backlog"]) == (4, 0.25, 3)
    assert (told["p50Ms"], told["p99Ms"], told["oldestWaitingAt"] is None) == (10, 30, False)
    empty = await history.owner.make()
    told = await history.owner.ask("GET", f"/{empty['id']}/statistics")
    assert (told["attempts"], told["deliveredShare"], told["p50Ms"], told["outcomes"]) == (0, None, None, [])


async def test_a_test_is_sent_to_whom_it_can_reach(history: History) -> None:
    """It is in no feed and has no number; to an endpoint that gets nothing it is refused, with the way out."""
    sent = await history.owner.ask("POST", f"{history.path}/test-events", None, 202)
    row = await history.connection.fetchrow(
        "SELECT * FROM webhook_message WHERE endpoint_id = $1 AND trigger = 'test'", UUID(history.endpoint)
    )
    assert row
    told = orjson.loads(row["body"])
    assert (told["id"], told["type"], "sequence" in told) == (sent["eventId"], "nl.nodus.endpoint.test.v1", False)
    await history.owner.ask("PATCH", history.path, {"state": "paused"}, seen=1)
    assert "active" in (await history.owner.ask("POST", f"{history.path}/test-events", None, 409))["detail"]


async def test_the_database_wants_what_the_sender_wants(database: Database) -> None:
    """One rule in two languages: recovery must not send what the sender would not, nor leave out what it would."""
    types: list[list[str]] = [[], ["nl.nodus.case"], ["nl.nodus.case.*", "x"], ["nl.nodus.cas"], ["nl.nodus.case.offered.v1"]]
    codes: list[list[str]] = [[], ["GM0363"]]
    named: list[list[str] | None] = [None, [], ["GM0363", "GM0344"], ["GM0344"]]
    async with begin(database, WORKER) as work:
        for one, kind, places, about in product(types, ["nl.nodus.case.offered.v1", "nl.nodus.cases"], codes, named):
            row = await work.one(WANTS, types=one, codes=places, type=kind, named=about)
            there = not places or not about or bool(set(places) & set(about))
            assert row
            assert row["wanted"] == (is_wanted(kind, one) and there), (one, kind, places, about)


class Alarms:
    """The alarms of a database of this test's own."""

    def __init__(self, database: Database, connection: asyncpg.Connection) -> None:
        """Nobody has heard anything."""
        self._database, self._connection = database, connection

    async def rings(self, alarm: Due[Any], event: str) -> dict[UUID, list[dict[str, Any]]]:
        """Look once; what each has heard of this kind so far."""
        assert (await carry_out_once(alarm, self._database))[1] == 0
        heard: dict[UUID, list[dict[str, Any]]] = {}
        for row in await self._connection.fetch(HEARD, f"nl.nodus.endpoint.{event}.v1"):
            heard.setdefault(UUID(int=row["recipient_id"].int), []).append(orjson.loads(row["body"])["data"])
        return heard

    async def set(self, change: str, *values: Any) -> None:
        """Let it be so."""
        await self._connection.execute(f"UPDATE webhook_endpoint SET {change}", *values)


async def test_what_does_not_work_is_told_of(
    fresh_client: httpx.AsyncClient, fresh_database: Database, owner: asyncpg.Connection
) -> None:
    """Unverified, gone, failing for days, a certificate that ends: its organisation and the national desk hear each, once."""
    ours, alarms, now = await an_owner(fresh_client, fresh_database), Alarms(fresh_database, owner), clock.wall()
    made = await ours.make(verification="handshake")
    unverified = due.unverified_endpoints(directory.national_desks)
    await alarms.set("verification_started_at = $1, verification_error = 'connect'", now - timedelta(minutes=14))
    assert await alarms.rings(unverified, "unverified") == {}
    await alarms.set("verification_started_at = $1", now - timedelta(minutes=16))
    heard = await alarms.rings(unverified, "unverified")
    assert (set(heard), heard[HOTLINE][0]["error"]) == ({ours.organisation, HOTLINE}, "connect")
    assert await alarms.rings(unverified, "unverified") == heard

    await ours.ask("PATCH", f"/{made['id']}", {"verification": "agreed"}, seen=1)
    ends = due.disabled_endpoints(directory.national_desks)
    await alarms.set("failing_since = $1", now - timedelta(days=5, hours=1))
    assert await alarms.rings(ends, "disabled") == {}, "no worker tried it: it is our failure, not theirs"
    event = new_id(now)
    await owner.execute(ATTEMPT, new_id(now), UUID(made["id"]), ours.organisation, event, 1, now, 5, 503, "failed", "http")
    heard = await alarms.rings(ends, "disabled")
    assert (set(heard), heard[HOTLINE][0]["reason"]) == ({ours.organisation, HOTLINE}, "failing")
    shown = await ours.ask("GET", f"/{made['id']}")
    assert (shown["state"], shown["disabledReason"]) == ("disabled", "failing")
    again = await ours.ask("PATCH", f"/{made['id']}", {"state": "active"}, seen=2)
    assert (again["disabledReason"], again["failingSince"]) == (None, None)
    await alarms.set("state = 'disabled', disabled_reason = 'gone', disabled_at = now()")  # as the sender does after 410
    heard = await alarms.rings(ends, "disabled")
    assert [told["reason"] for told in heard[HOTLINE]] == ["failing", "gone"]
    assert await alarms.rings(ends, "disabled") == heard

    certificates = due.ending_certificates(directory.national_desks)
    await alarms.set("certificate_ends_at = $1", now + timedelta(days=31))
    assert await alarms.rings(certificates, "certificate_ending") == {}
    await alarms.set("certificate_ends_at = $1", now + timedelta(days=29))
    heard = await alarms.rings(certificates, "certificate_ending")
    assert (set(heard), await alarms.rings(certificates, "certificate_ending")) == ({ours.organisation, HOTLINE}, heard)

    await alarms.set("failing_since = $1, told_at = NULL", now - timedelta(minutes=16))  # and none of its events is about a case
    heard = await alarms.rings(due.silent_endpoints(directory.national_desks), "silent")
    assert [told["caseId"] for told in heard[HOTLINE]] == [None]


async def test_what_can_not_wait_is_told_of_after_two_minutes(
    fresh_client: httpx.AsyncClient, fresh_database: Database, owner: asyncpg.Connection
) -> None:
    """Whether the endpoint is down, disabled or paused: nobody pauses an emergency on purpose. Once a range, never of itself."""
    ours, alarms = await an_owner(fresh_client, fresh_database), Alarms(fresh_database, owner)
    await _happens(fresh_database, ours, Urgent(case_id=new_id(clock.wall())))  # before the endpoint: no news
    made = await ours.make(fromStart=True)
    await ours.ask("PATCH", f"/{made['id']}", {"state": "paused"}, seen=1)
    cases = [new_id(clock.wall()) for _ in range(3)]
    await _happens(fresh_database, ours, *(Urgent(case_id=case) for case in cases[:2]), *_somewhere("GM0363"))
    pressing = due.pressing_undelivered(directory.national_desks)
    assert await alarms.rings(pressing, "pressing_undelivered") == {}
    await owner.execute("UPDATE event SET recorded_at = recorded_at - interval '2 minutes'")
    heard = await alarms.rings(pressing, "pressing_undelivered")
    assert set(heard) == {ours.organisation, HOTLINE}
    [told] = heard[HOTLINE]
    assert (told["undelivered"], told["fromNumber"], told["throughNumber"], told["state"]) == (2, 2, 3, "paused")
    assert (told["caseId"], due.PRESSING._value.get()) == (str(cases[0]), 3)
    assert await alarms.rings(pressing, "pressing_undelivered") == heard
    await owner.execute("UPDATE event SET recorded_at = recorded_at - interval '2 minutes'")
    assert await alarms.rings(pressing, "pressing_undelivered") == heard, "an alarm is not alarmed about"
    await _happens(fresh_database, ours, Urgent(case_id=cases[2]))
    await owner.execute("UPDATE event SET recorded_at = recorded_at - interval '2 minutes'")
    heard = await alarms.rings(pressing, "pressing_undelivered")
    assert [one["undelivered"] for one in heard[HOTLINE]] == [2, 1]
    # Loose: the cursor has gone on, and it is tried again beside the order.
    await alarms.set("delivered_through = 100, pressing_told_through = 0, state = 'active'")
    await owner.execute(
        """INSERT INTO webhook_message (id, endpoint_id, organisation_id, event_id, number, type, trigger, next_attempt_at, created_at)
        SELECT uuidv7(), e.id, e.organisation_id, v.id, v.number, v.type, 'scheduled', now(), now()
        FROM webhook_endpoint e JOIN event v ON v.recipient_id = e.organisation_id AND v.number = 3"""
    )
    heard = await alarms.rings(pressing, "pressing_undelivered")
    assert [(one["undelivered"], one["fromNumber"]) for one in heard[HOTLINE]][2:] == [(1, 3)]

"""Nothing is left lying: what the views find, who hears, what is counted, and the alarm when nobody looks any more."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import asyncpg
import httpx
import pytest

from app import doctor
from app.cases.silence import Silence
from app.core import clock
from app.core.actor import WORKER
from app.core.db import Database
from app.core.due import Due, carry_out_once
from app.core.metrics import AUDITOR_SILENT
from app.core.work import begin
from app.followup import due as followup
from app.followup.clocks import LEFT_LYING_AFTER
from app.routing import due as routing
from app.team import due as team
from app.watch import alarm, due
from app.watch.heartbeat import LOOKS_EVERY, SILENT_AFTER, is_due, is_silent
from app.watch.service import audit
from tests.conftest import settings_for
from tests.makers import AMSTERDAM_DESK, a_token, an_accepted_case, an_offered_case, heard, now
from tests.nursery import Nursery
from tests.team.table import MENTAL_HEALTH, Table, a_table
from tests.travel import travelling

DAY = timedelta(days=1)


async def _worker(database: Database, *lists: Due[Any]) -> None:
    for one in lists:
        _, failed = await carry_out_once(one, database)
        assert not failed


async def _lying(table: Table, who: str = "owner", expected: int = 200) -> list[dict[str, Any]]:
    answer = await table.client.get("/v1/watch/left-lying", headers=table.keys[who])
    assert answer.status_code == expected, answer.text
    return answer.json()["items"] if expected == 200 else []


async def test_a_case_on_which_nobody_acts_is_shown_to_one_person_by_name(
    fresh_client: httpx.AsyncClient, fresh_database: Database
) -> None:
    """After fourteen days, and again after a week; what the worker does is no act; an act ends it, and only an act."""
    with travelling(now() - 60 * DAY) as travel:
        table = await a_table(fresh_client, fresh_database, ggz=MENTAL_HEALTH)
        version = (await table.read("owner"))["version"]
        names = {"coordinator": "regisseur", "deputy": "plaatsvervanger"}
        path = f"/v1/cases/{table.case}/coordinator"
        assert (await table.client.put(path, json=names, headers=table.keys["owner"] | {"If-Match": f'"{version}"'})).is_success
        travel.on(days=13, hours=23)
        await _worker(fresh_database, followup.OVERDUE, due.LEFT_LYING)
        assert await _lying(table) == []
        travel.on(hours=1)
        [shown] = await _lying(table)
        assert (shown["caseId"], shown["answers"]) == (table.case, "regisseur")
        assert await _lying(table, "ggz") == []
        await _lying(table, "operator", 403)
        for days, told in ((0, 1), (1, 1), (7, 2)):
            travel.on(days=days)
            await _worker(fresh_database, followup.OVERDUE, due.LEFT_LYING)
            kinds = [kind for kind, _ in await heard(fresh_client, table.keys["owner"], AMSTERDAM_DESK)]
            assert kinds.count("nl.nodus.case.left_lying.v1") == told
        await table.do("owner", "contacts", {"way": "visit", "party": "person", "result": "reached"})
        assert await _lying(table) == []
        travel.on(days=14)
        await _worker(fresh_database, due.LEFT_LYING)
        kinds = [kind for kind, _ in await heard(fresh_client, table.keys["owner"], AMSTERDAM_DESK)]
        assert kinds.count("nl.nodus.case.left_lying.v1") == 3


async def test_a_case_that_waits_for_a_planned_check_lies_nowhere(
    fresh_client: httpx.AsyncClient, fresh_database: Database
) -> None:
    """Between the checks of week 4 and 12 nobody need act; once one is overdue, somebody must."""
    with travelling(now() - 100 * DAY) as travel:
        table = await a_table(fresh_client, fresh_database)
        await table.do("owner", "contacts", {"way": "visit", "party": "person", "result": "reached"})
        goal = (await table.do("owner", "goals", {"what": "Rust."}))["id"]
        await table.do("owner", f"goals/{goal}/outcome", {"outcome": "reached"})
        await table.do("owner", "aftercare/obligations/inform_person/fulfilment", {})
        travel.on(days=7)
        checks = (await table.read("owner", "/aftercare"))["checks"]
        await table.do("owner", f"aftercare/checks/{checks[0]['id']}/result", {"result": "stable"})
        travel.on(days=20)
        assert await _lying(table) == []
        travel.on(days=2)
        assert [one["state"] for one in await _lying(table)] == ["aftercare"]


async def test_silence_is_an_event_and_is_counted(fresh_client: httpx.AsyncClient, fresh_database: Database) -> None:
    """An offer that nobody looked at, an invitation that nobody answered, a first contact that nobody made."""
    with travelling(now() - 30 * DAY) as travel:
        table = await a_table(fresh_client, fresh_database, ggz=MENTAL_HEALTH)
        unseen = await an_offered_case(fresh_client, table.keys["operator"])
        seen = await an_offered_case(fresh_client, table.keys["operator"])
        sight = await fresh_client.post(f"/v1/offers/{seen['offered']['offerId']}/sight", headers=table.keys["owner"])
        assert sight.is_success, sight.text
        invited = await table.invite("owner", MENTAL_HEALTH)
        travel.on(days=4)
        await _worker(fresh_database, routing.EXPIRED_OFFERS, team.INVITATIONS, followup.OVERDUE, followup.OVERDUE)
        assert (await table.read("owner", "/team"))["items"][0]["state"] == "expired"
        late = await table.do("ggz", f"team/{invited['id']}/answer", {"accept": True}, 409, version=2)
        assert late["state"] == "expired"
        answer = await fresh_client.get("/v1/watch/silences", headers=table.keys["owner"])
        told = {one["kind"]: one for one in answer.json()["items"]}
        assert (len(answer.json()["items"]), sorted(told)) == (3, sorted(Silence))
        assert told["offer_unseen"]["subjectId"] == unseen["offered"]["offerId"]
        assert told["invitation_unanswered"]["organisationId"] == str(MENTAL_HEALTH)
        assert told["no_first_contact"]["subjectId"] == table.case
        others = await fresh_client.get("/v1/watch/silences", headers=table.keys["ggz"])
        assert [one["kind"] for one in others.json()["items"]] == ["invitation_unanswered"]
        page = await fresh_client.get("/v1/watch/silences?limit=2", headers=table.keys["owner"])
        rest = await fresh_client.get(f"/v1/watch/silences?cursor={page.json()['next']}", headers=table.keys["owner"])
        assert page.json()["items"] + rest.json()["items"] == answer.json()["items"]
        only = await fresh_client.get("/v1/watch/silences?kind=no_first_contact", headers=table.keys["owner"])
        assert [one["id"] for one in only.json()["items"]] == [told["no_first_contact"]["id"]]
        kinds = [kind for kind, _ in await heard(fresh_client, table.keys["owner"], AMSTERDAM_DESK)]
        assert kinds.count("nl.nodus.silence.noted.v1") == 3


async def test_an_invitation_expires_once_whoever_looks(client: httpx.AsyncClient, database: Database) -> None:
    """Two workers, and one who answered just before: nothing is ended twice."""
    with travelling(now() - 30 * DAY) as travel:
        table = await a_table(client, database, ggz=MENTAL_HEALTH)
        first = await table.invite("owner", MENTAL_HEALTH)
        at = travel.on(days=4)

        async def expire() -> None:
            async with begin(database, WORKER, at=at) as work:
                await team.act(work, first["id"])

        await asyncio.gather(*(expire() for _ in range(3)))
        [member] = (await table.read("owner", "/team"))["items"]
        assert (member["state"], member["version"]) == ("expired", 2)
        second = await table.invite("owner", MENTAL_HEALTH)  # who was silent once may be asked again
        await table.do("ggz", f"team/{second['id']}/answer", {"accept": True}, version=1)
        async with begin(database, WORKER, at=travel.on(days=9)) as work:
            assert second["id"] not in {str(one) for one in await team.claim(work)}
            await team.act(work, second["id"])
        assert (await table.read("owner", "/team"))["items"][1]["state"] == "member"


async def _found(url: str) -> dict[str, doctor.Finding]:
    return {one.about: one for one in await doctor.examine(settings_for(url))}


async def test_what_must_always_hold_is_found_when_it_does_not(
    fresh_client: httpx.AsyncClient, fresh_database: Database, fresh_url: str, owner: asyncpg.Connection
) -> None:
    """The database refuses most of it; past its constraints the auditor, the metric and the doctor still see."""
    operator, desk = await a_token(fresh_database), await a_token(fresh_database, AMSTERDAM_DESK, "desk")
    case = await an_accepted_case(fresh_client, operator, desk)
    offered = await an_offered_case(fresh_client, operator)
    await _worker(fresh_database, due.AUDITOR)
    findings = await _found(fresh_url)
    assert all(findings[about].well for about in ("invariants", "left lying", "auditor"))
    await owner.execute("ALTER TABLE cases DROP CONSTRAINT an_open_case_has_a_deadline")
    await owner.execute("UPDATE cases SET deadline_at = NULL WHERE id = $1", case)
    await owner.execute("UPDATE offer SET state = 'withdrawn' WHERE id = $1", offered["offered"]["offerId"])
    other = await an_accepted_case(fresh_client, operator, desk)
    await owner.execute("UPDATE cases SET next_climb_at = now() - interval '16 minutes' WHERE id = $1", other)
    async with begin(fresh_database, WORKER) as work:
        assert await audit.faults(work) == {"no_owner": 1, "no_deadline": 1, "clock_stopped": 1}
        await audit.audit(work)
    finding = (await _found(fresh_url))["invariants"]
    assert (finding.well, "no_owner: 1" in finding.sentence) == (False, True)
    await owner.execute("UPDATE cases SET last_act_at = now() - interval '15 days' WHERE id = $1", other)
    assert not (await _found(fresh_url))["left lying"].well


async def test_the_view_and_the_rule_mean_the_same_time(owner: asyncpg.Connection) -> None:
    """Fourteen days in the database and in the program."""
    told = await owner.fetchval("SELECT pg_get_viewdef('case_left_lying')")
    assert f"{LEFT_LYING_AFTER.total_seconds() / 3600:.0f}:00:00" in told


def test_an_auditor_that_was_quiet_for_five_minutes_has_stopped() -> None:
    """Also one that never began; and a clock that was set back must not keep it from looking."""
    at = datetime(2026, 11, 29, 12, tzinfo=UTC)
    assert (is_due(None, at), is_silent(None, at)) == (True, True)
    assert not is_due(at - LOOKS_EVERY / 2, at)
    assert is_due(at + timedelta(hours=1), at)
    assert not is_silent(at - SILENT_AFTER, at)
    assert is_silent(at - SILENT_AFTER - timedelta(seconds=1), at)


@pytest.fixture
def outside() -> Iterator[tuple[str, list[str]]]:
    """An address outside that notes who asks."""
    asked: list[str] = []

    class Listening(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Listening)
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/here", asked
    server.shutdown()
    thread.join()
    server.server_close()


async def test_the_alarm_sounds_from_elsewhere_when_the_worker_is_killed(
    fresh_database: Database, fresh_url: str, owner: asyncpg.Connection, nursery: Nursery, outside: tuple[str, list[str]]
) -> None:
    """A real worker looks; killed, it does not, and server, doctor and the address outside each know within minutes."""
    address, asked = outside
    telling = settings_for(fresh_url, heartbeat_url=address)
    assert not await alarm.ping_once(fresh_database, telling)
    nursery.start("worker", fresh_url)
    async with asyncio.timeout(30):
        while not await owner.fetchval("SELECT count(*) FROM audit"):
            await asyncio.sleep(0.05)
    assert not await alarm.sound_if_silent(fresh_database, clock.wall())
    assert await alarm.ping_once(fresh_database, telling)
    assert (await _found(fresh_url))["auditor"].well
    nursery.kill("worker")
    assert await alarm.sound_if_silent(fresh_database, clock.wall() + SILENT_AFTER + LOOKS_EVERY)
    await owner.execute("UPDATE audit SET at = at - interval '6 minutes'")
    assert not (await _found(fresh_url))["auditor"].well
    assert not await alarm.ping_once(fresh_database, telling)
    assert asked == ["/here"]


async def test_who_serves_hears_that_nobody_looks(fresh_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's own task sets the metric that somebody is woken by; a database that is away is no sign of life."""
    monkeypatch.setattr(alarm, "LISTENS_EVERY", timedelta(seconds=0.01))
    task = asyncio.create_task(alarm.listen(fresh_database))
    AUDITOR_SILENT.set(0)
    async with asyncio.timeout(10):
        while not AUDITOR_SILENT._value.get():
            await asyncio.sleep(0.01)
        await _worker(fresh_database, due.AUDITOR)
        while AUDITOR_SILENT._value.get():
            await asyncio.sleep(0.01)
    task.cancel()
    gone = Database("postgresql://nobody@127.0.0.1:1/none", settings_for("postgresql://nobody@127.0.0.1:1/none"))
    assert await alarm.sound_if_silent(gone, clock.wall())
    await gone.close()


async def test_the_auditor_looks_once_a_minute_whoever_asks(fresh_database: Database) -> None:
    """Ten workers must not count all cases ten times a minute."""
    async with begin(fresh_database, WORKER) as work:
        assert await due.claim_audit(work)
    await _worker(fresh_database, due.AUDITOR)
    async with begin(fresh_database, WORKER) as work:
        assert not await due.claim_audit(work)

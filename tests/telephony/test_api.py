"""An exchange tells of calls: what becomes of them, and of everything that can be wrong with what it tells."""

import asyncio
import itertools
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
import httpx
import pytest

from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import begin
from app.intake import due as intake_due
from app.telephony import due
from app.telephony.service import taking, waiting
from tests.intake.drafting import Screen
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_token, now
from tests.telephony.calling import Exchange

NUMBER: Final = "+31 6 8765 4321"
ROW: Final = """
    SELECT p.state, p.extension, p.queue, p.waited_ms, p.talked_ms, p.held_ms, p.answered_by, c.state AS draft, c.key_id,
      (SELECT count(*) FROM callback b WHERE b.call_id = c.id AND b.state = 'open') AS to_ring
    FROM phone_call p LEFT JOIN call c ON c.id = p.call_id WHERE p.external = $1"""


@pytest.fixture
async def supervisor(database: Database) -> dict[str, str]:
    """The header of a supervisor of the hotline."""
    return await a_token(database, role="supervisor")


@pytest.fixture
async def operator(database: Database) -> dict[str, str]:
    """The header of an operator of the hotline."""
    return await a_token(database)


@pytest.fixture
async def exchange(client: httpx.AsyncClient, supervisor: dict[str, str]) -> Exchange:
    """An exchange whose clock is right, with a call that begins."""
    return await Exchange.registered(client, supervisor)


async def _row(raw: asyncpg.Connection, exchange: Exchange) -> dict[str, Any]:
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_worker")
        [found] = await raw.fetch(ROW, exchange.call)
    return dict(found)


async def _callbacks(client: httpx.AsyncClient, operator: dict[str, str], draft: str) -> list[dict[str, Any]]:
    page = (await client.get("/v1/callbacks", params={"limit": 200}, headers=operator)).json()
    return [one for one in page["items"] if one["callId"] == draft]


async def test_a_call_from_the_first_ring_to_the_last_word(
    client: httpx.AsyncClient, exchange: Exchange, operator: dict[str, str], raw: asyncpg.Connection
) -> None:
    """It rings on the screen of who will answer, the draft becomes theirs, and stays open when the line is gone."""
    sat = await client.put(f"/v1/telephone-systems/{exchange.id}/agents/204", headers=operator)
    assert sat.status_code == 204, sat.text
    rings = await exchange.tell("offered", number=NUMBER, queue="zorgen")
    assert (rings["state"], rings["note"]) == ("ringing", None)
    assert rings["link"] == f"http://127.0.0.1:8000/call/{rings['draft']}"
    await exchange.tell("offered", 1, queue="zorgen", agent="204")
    screen = (await client.get(f"/v1/telephone-systems/{exchange.id}/screens/204", headers=operator)).json()["items"]
    assert [(one["draft"], one["state"], one["link"]) for one in screen] == [(rings["draft"], "ringing", rings["link"])]
    await exchange.tell("answered", 7, agent="204")
    draft = await client.get(f"/v1/drafts/{rings['draft']}", headers=operator)
    assert draft.status_code == 200, draft.text
    assert NUMBER not in draft.text
    ended = await exchange.tell("ended", 9, reason="16")
    assert ended["state"] == "ended"
    found = await _row(raw, exchange)
    assert (found["draft"], found["waited_ms"], found["talked_ms"], found["to_ring"]) == ("active", 7000, 2000, 0)
    lines = (await client.get("/v1/telephony/lines", headers=operator)).json()["items"]
    assert "204" in [one["extension"] for one in lines if one["systemId"] == exchange.id]


async def test_who_hangs_up_before_an_answer_is_rung_back(
    client: httpx.AsyncClient, exchange: Exchange, operator: dict[str, str], raw: asyncpg.Connection
) -> None:
    """Nobody answered: the draft ends, and within a quarter of an hour somebody rings, if there is a number."""
    draft = (await exchange.tell("offered", number=NUMBER))["draft"]
    await exchange.tell("ended", 8)
    [callback] = await _callbacks(client, operator, draft)
    assert (callback["why"], callback["overdue"]) == ("unanswered", False)
    assert datetime.fromisoformat(callback["dueAt"]) - now() < timedelta(minutes=15)
    claimed = await client.post(f"/v1/callbacks/{callback['id']}/claim", headers=operator)
    assert claimed.json()["contents"]["number"] == NUMBER
    assert (await _row(raw, exchange))["draft"] == "abandoned"


@pytest.mark.parametrize("number", [None, "anonymous", "Unknown"])
async def test_without_a_number_nobody_can_be_rung(exchange: Exchange, raw: asyncpg.Connection, number: str | None) -> None:
    """Withheld numbers come in many words; none of them is one."""
    await exchange.tell("offered", number=number)
    await exchange.tell("ended", 8)
    found = await _row(raw, exchange)
    assert (found["state"], found["draft"], found["to_ring"]) == ("abandoned", "abandoned", 0)


async def test_in_every_order_it_comes_to_the_same(
    client: httpx.AsyncClient, supervisor: dict[str, str], operator: dict[str, str], raw: asyncpg.Connection
) -> None:
    """Twenty-four orders of one call: the line, the draft, whose it is and who must be rung are the same in the end."""
    exchange = await Exchange.registered(client, supervisor)
    await client.put(f"/v1/telephone-systems/{exchange.id}/agents/204", headers=operator)
    events = [
        ("offered", 0, {"number": NUMBER, "queue": "zorgen"}),
        ("answered", 4, {"agent": "204"}),
        ("held", 5, {}),
        ("ended", 9, {}),
    ]
    found = []
    for order in itertools.permutations(events):
        exchange.call = f"in the order {[kind for kind, *_ in order]}"
        for kind, after, facts in order:
            await exchange.tell(kind, after, **facts)
        found.append(await _row(raw, exchange))
    assert found == [found[0]] * 24
    shown = {name: found[0][name] for name in ("state", "extension", "waited_ms", "talked_ms", "held_ms", "draft", "to_ring")}
    assert list(shown.values()) == ["ended", "204", 4000, 5000, 4000, "active", 0]
    assert found[0]["key_id"] == found[0]["answered_by"] != UUID(exchange.id)


async def test_the_same_message_twice_is_one_event(
    client: httpx.AsyncClient, exchange: Exchange, operator: dict[str, str]
) -> None:
    """A sender that did not hear the answer sends again: one draft, one promise."""
    first = await exchange.tell("offered", message="msg_1", number=NUMBER)
    again = await exchange.tell("offered", message="msg_1", number=NUMBER)
    assert (again["repeated"], again["draft"]) == (True, first["draft"])
    await exchange.tell("ended", 8, message="msg_2")
    await exchange.tell("ended", 8, message="msg_2")
    await exchange.tell("ended", 9, message="msg_3")
    assert len(await _callbacks(client, operator, first["draft"])) == 1


async def test_at_the_same_moment_is_one_after_the_other(
    client: httpx.AsyncClient, exchange: Exchange, operator: dict[str, str], raw: asyncpg.Connection
) -> None:
    """Everything of a call at once, each twice, over several connections: one draft, and it ends as it would have in order."""
    events = [("offered", 0, {"number": NUMBER}), ("answered", 4, {"agent": "204"}), ("ended", 9, {})] * 2
    answers = await asyncio.gather(*(exchange.tell(kind, after, message=kind, **facts) for kind, after, facts in events))
    assert [one["repeated"] for one in answers].count(True) == 3
    found = await _row(raw, exchange)
    assert (found["state"], found["draft"], found["to_ring"], found["waited_ms"]) == ("ended", "active", 0, 4000)
    drafts = {one["draft"] for one in answers} - {None}
    assert len(drafts) == 1
    assert await _callbacks(client, operator, drafts.pop()) == []


async def test_an_unknown_call_is_kept_and_seen(
    client: httpx.AsyncClient, exchange: Exchange, supervisor: dict[str, str], database: Database
) -> None:
    """No error that an exchange would send for ever: it is kept, counted, and matched when its beginning comes."""
    told = await exchange.tell("answered", 4, agent="204")
    assert (told["state"], told["draft"]) == ("unknown", None)
    assert "call.offered" in told["note"]
    address = f"/v1/telephone-systems/{exchange.id}/unknown-calls"
    [unknown] = (await client.get(address, headers=supervisor)).json()["items"]
    assert (unknown["call"], unknown["types"]) == (exchange.call, ["call.answered"])
    async with begin(database, WORKER) as work:
        assert sum(one.unknown for one in await waiting.health(work)) >= 1
    assert (await exchange.tell("offered"))["state"] == "answered"
    assert (await client.get(address, headers=supervisor)).json()["items"] == []


async def test_events_of_a_call_that_is_over_change_nothing(exchange: Exchange, raw: asyncpg.Connection) -> None:
    """A completed call is not opened again by what the exchange says afterwards."""
    for kind, after in (("offered", 0), ("answered", 3), ("ended", 6)):
        await exchange.tell(kind, after)
    before = await _row(raw, exchange)
    for kind, after in (("ended", 7), ("offered", 8), ("resumed", 9)):
        assert (await exchange.tell(kind, after))["state"] == "ended"
    assert await _row(raw, exchange) == before


@pytest.mark.parametrize("ahead", [-420.0, 420.0])
async def test_a_clock_that_is_off_by_minutes_is_told_of(
    client: httpx.AsyncClient, supervisor: dict[str, str], raw: asyncpg.Connection, ahead: float
) -> None:
    """Waiting times hold all the same, the call rang now by our clock, and somebody hears that a clock must be set."""
    exchange = await Exchange.registered(client, supervisor, ahead=ahead)
    exchange.begins += timedelta(seconds=10)
    told = await exchange.tell("offered")
    assert told["skewSeconds"] == pytest.approx(-ahead, abs=2)
    assert ("behind" if ahead < 0 else "ahead") in told["note"]
    await exchange.tell("answered", 6)
    found = await _row(raw, exchange)
    assert found["waited_ms"] == 6000
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_worker")
        rang = await raw.fetchval("SELECT rang_at FROM phone_call WHERE external = $1", exchange.call)
    assert abs(rang - now()) < timedelta(seconds=10)
    shown = (await client.get(f"/v1/telephone-systems/{exchange.id}", headers=supervisor)).json()
    assert shown["clockIsOff"]


async def test_only_who_holds_the_secret_is_heard(client: httpx.AsyncClient, exchange: Exchange) -> None:
    """Another secret, other bytes, an old delivery or none of it: 401, and nothing of it is kept."""
    event = exchange.event("offered")
    other = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo0NTY3ODk="
    assert (await exchange.send(event, secret=other)).status_code == 401
    late = await exchange.send(event, late=400)
    assert (late.status_code, "5 minutes" in late.json()["detail"]) == (401, True)
    how = exchange.signed(event)
    how["content"] = how["content"].replace(b"offered", b"ended!!")
    address = f"/v1/telephone-systems/{exchange.id}/events"
    assert (await client.post(address, **how)).status_code == 401
    assert (await client.post(address, json=event)).status_code == 400
    unsigned = {"webhook-id": "1", "webhook-timestamp": "1", "webhook-signature": "v1,"}
    assert (await client.post(address, json=event, headers=unsigned)).status_code == 401
    assert (await exchange.send(event, late=200)).status_code == 202


@pytest.mark.parametrize("odd", ["²", "1²", "-1", "1e9", "9" * 20])
async def test_a_timestamp_that_is_no_number_is_refused(exchange: Exchange, odd: str) -> None:
    """`²` counts as a digit and is no number: whoever guesses at the door gets an answer, not a fault of ours."""
    delivery = exchange.signed(exchange.event("offered"))
    headers = {**delivery["headers"], "webhook-timestamp": odd.encode("latin-1")}
    answer = await exchange.client.post(
        f"/v1/telephone-systems/{exchange.id}/events", content=delivery["content"], headers=headers
    )
    assert answer.status_code == 401, answer.text


async def test_a_secret_is_renewed_without_losing_a_call(
    client: httpx.AsyncClient, exchange: Exchange, supervisor: dict[str, str]
) -> None:
    """Both fit for a day, so that the exchange can be told in peace; a removed exchange is heard no more."""
    address = f"/v1/telephone-systems/{exchange.id}"
    renewed = await client.post(f"{address}/secret-rotation", headers=supervisor | {"If-Match": '"1"'})
    assert (renewed.status_code, renewed.headers["etag"]) == (201, '"2"')
    old, exchange.secret = exchange.secret, renewed.json()["secret"]
    assert (await exchange.send(exchange.event("offered"))).status_code == 202
    assert (await exchange.send(exchange.event("ended", 3), secret=old)).status_code == 202
    stale = await client.delete(address, headers=supervisor | {"If-Match": '"1"'})
    removed = await client.delete(address, headers=supervisor | {"If-Match": '"2"'})
    assert (stale.status_code, removed.status_code) == (412, 204)
    assert (await exchange.send(exchange.event("offered"))).status_code == 401


async def test_a_warm_transfer_stands_with_both_parties(
    client: httpx.AsyncClient, exchange: Exchange, operator: dict[str, str], raw: asyncpg.Connection
) -> None:
    """Who was called, when they spoke, who accepted; sealed, and read with a purpose."""
    draft = (await exchange.tell("offered", number=NUMBER))["draft"]
    await exchange.tell("answered", 2, agent="204")
    to = {"agent": "204", "way": "warm", "to": "0900 0113"}
    await exchange.tell("transferred", 5, stage="accepted", acceptedBy="Anna van 113", **to)
    await exchange.tell("transferred", 3, stage="calling", **to)
    await exchange.tell("transferred", 6, stage="not_reached", to="06 1111 1111", transfer="second")
    address = f"/v1/telephony/calls/{draft}"
    told = (await client.get(address, params={"purpose": "triage"}, headers=operator)).json()
    assert told["number"] == NUMBER
    first, second = sorted(told["transfers"], key=lambda one: str(one["result"]))
    assert (first["result"], first["to"], first["acceptedBy"], first["extension"]) == (
        "accepted",
        "0900 0113",
        "Anna van 113",
        "204",
    )
    begun, taken = (datetime.fromisoformat(first[name]) for name in ("callingAt", "acceptedAt"))
    assert taken - begun == timedelta(seconds=2)
    assert (second["result"], second["to"], second["acceptedBy"]) == ("not_reached", "06 1111 1111", None)
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_worker")
        looks = await raw.fetchval("SELECT count(*) FROM access_log WHERE what = $1", f"telephone call {draft}")
        kept = [row[0] for table in ("phone_call", "phone_event", "phone_transfer", "call", "event")
                for row in await raw.fetch(f"SELECT t::text FROM {table} t")]  # fmt: skip
    assert looks == 1
    assert not [one for one in kept if "8765 4321" in one or "Anna van" in one or "0900 0113" in one]


async def test_a_transfer_is_a_hand_off_of_the_call(
    client: httpx.AsyncClient, exchange: Exchange, operator: dict[str, str], raw: asyncpg.Connection
) -> None:
    """Nobody types again what the exchange knows: whoever reads the call sees to whom it was put through, and that they took over."""
    await exchange.tell("transferred", 3, stage="calling", to="0113", way="warm", transfer="1")  # with a 0 for an outside line
    draft = (await exchange.tell("offered", number=NUMBER))["draft"]
    await exchange.tell("answered", 2, agent="204")
    [made] = (await client.get(f"/v1/drafts/{draft}/hand-offs?purpose=triage", headers=operator)).json()["items"]
    assert (made["to"], made["way"], made["state"]) == ("suicide_prevention", "warm", "calling")
    await exchange.tell("transferred", 5, stage="accepted", acceptedBy="Anna van 113", transfer="1")
    await exchange.tell("transferred", 4, stage="speaking", transfer="1")
    await exchange.tell("transferred", 6, stage="not_reached", to="06 1234 9999", way="cold", transfer="2")
    first, second = (await client.get(f"/v1/drafts/{draft}/hand-offs?purpose=triage", headers=operator)).json()["items"]
    assert (first["id"], first["state"], first["acceptedBy"]) == (made["id"], "accepted", "Anna van 113")
    assert (second["to"], second["way"], second["state"], second["number"]) == ("other", "cold", "not_reached", None)
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_worker")
        kept = [row[0] for table in ("hand_off", "phone_transfer") for row in await raw.fetch(f"SELECT t::text FROM {table} t")]
    assert not [one for one in kept if "12349999" in one or "612349999" in one or "Anna van" in one]


async def test_waiting_is_counted_hour_by_hour(client: httpx.AsyncClient, database: Database, statements: list[str]) -> None:
    """Two answered after 4 and 40 seconds, one who rang off, one who waits: in one statement, for the wall and the year."""
    alone = await a_token(database, AMSTERDAM_DESK, "supervisor")
    exchange = await Exchange.registered(client, alone)
    for call, answered, ended in (("a", 4, 60), ("b", 40, 60), ("c", None, 90), ("d", None, None)):
        exchange.call, exchange.begins = call, now() - timedelta(seconds=100)
        await exchange.tell("offered", agent="1")
        if answered:
            await exchange.tell("answered", answered)
        if ended:
            await exchange.tell("ended", ended)
    statements.clear()
    told = (await client.get("/v1/telephony/waiting", headers=alone)).json()
    assert len(statements) == 1
    total = told["total"]
    assert (total["offered"], total["answered"], total["unanswered"], told["waitingNow"]) == (4, 2, 1, 1)
    assert (total["medianWait"], total["p90Wait"], total["longestWait"]) == (4, 40, 90)
    assert (total["within20s"], total["within60s"]) == (0.3333, 0.6667)
    assert sum(one["offered"] for one in told["hours"]) == 4
    backwards = {"from": now().isoformat(), "until": (now() - timedelta(hours=1)).isoformat()}
    assert (await client.get("/v1/telephony/waiting", params=backwards, headers=alone)).status_code == 400


async def test_a_call_of_which_nothing_is_heard_any_more_ends(
    client: httpx.AsyncClient, exchange: Exchange, operator: dict[str, str], database: Database, raw: asyncpg.Connection
) -> None:
    """An exchange that died rings on no wall for ever; who rang is rung back, and a late answer still counts."""
    draft = (await exchange.tell("offered", number=NUMBER))["draft"]
    for minutes in (16, 17):
        async with begin(database, WORKER, at=now() + timedelta(minutes=minutes)) as work:
            for one in await due.claim(work):
                await taking.give_up(work, one)
    found = await _row(raw, exchange)
    assert (found["state"], found["draft"], found["to_ring"]) == ("abandoned", "abandoned", 1)
    assert (await exchange.tell("answered", 5, agent="204"))["state"] == "ended"
    found = await _row(raw, exchange)
    assert (found["draft"], found["to_ring"], found["waited_ms"]) == ("active", 0, 5000)
    async with begin(database, WORKER, at=now() + timedelta(hours=25)) as work:
        for one in await due.claim(work):
            await taking.give_up(work, one)
    address = f"/v1/telephony/calls/{draft}"
    assert (await client.get(address, params={"purpose": "triage"}, headers=operator)).json()["number"] is None


async def test_an_answer_that_is_being_taken_comes_before_giving_up(
    exchange: Exchange, database: Database, raw: asyncpg.Connection
) -> None:
    """Nobody is rung back, and nobody's call ends, because the worker looked while an answer was on its way in."""
    await exchange.tell("offered", number=NUMBER)
    async with begin(database, WORKER, at=now() + timedelta(minutes=16)) as work:
        claimed = await due.claim(work)

    async def give_up() -> None:
        for one in claimed:
            async with begin(database, WORKER, at=now() + timedelta(minutes=16)) as work:
                await taking.give_up(work, one)

    async with raw.transaction():
        await raw.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"{exchange.id} {exchange.call}")
        giving_up = asyncio.create_task(give_up())
        done, _ = await asyncio.wait({giving_up}, timeout=0.5)
        assert not done
    await giving_up
    assert (await _row(raw, exchange))["to_ring"] == 1


async def test_whom_to_ring_outlives_a_draft_that_was_abandoned_while_it_rang(
    client: httpx.AsyncClient, exchange: Exchange, operator: dict[str, str], database: Database
) -> None:
    """A click on a call that rings ends its draft, not the caller: the number lies under the draft's key until somebody rang."""
    draft = (await exchange.tell("offered", number=NUMBER))["draft"]
    gone = await client.post(f"/v1/drafts/{draft}/abandonment", headers=operator | {"If-Match": '"1"'})
    assert gone.status_code == 204, gone.text
    await exchange.tell("ended", 8)
    for hours in (25, 50):
        async with begin(database, WORKER, at=now() + timedelta(hours=hours)) as work:
            await intake_due.destroy(work, UUID(draft))
    [callback] = await _callbacks(client, operator, draft)
    claimed = await client.post(f"/v1/callbacks/{callback['id']}/claim", headers=operator)
    assert claimed.status_code == 201, claimed.text
    assert claimed.json()["contents"]["number"] == NUMBER
    headers = operator | {"If-Match": claimed.headers["etag"]}
    await client.post(f"/v1/callbacks/{callback['id']}/closing", json={"reason": "rang_again"}, headers=headers)
    async with begin(database, WORKER, at=now() + timedelta(hours=100)) as work:
        assert UUID(draft) in await intake_due.claim_to_destroy(work)
        await intake_due.destroy(work, UUID(draft))
        assert UUID(draft) not in await intake_due.claim_to_destroy(work)


async def test_what_was_typed_while_it_rang_is_not_kept_for_ever(
    client: httpx.AsyncClient, exchange: Exchange, operator: dict[str, str], database: Database
) -> None:
    """Somebody rang off while an operator had begun to type: it can be taken up again for a day, and then it goes."""
    draft = (await exchange.tell("offered"))["draft"]
    await Screen(client, operator, draft).save(worry="Zij huilt.")
    await exchange.tell("ended", 8)
    listed = (await client.get("/v1/drafts?state=abandoned&limit=200", headers=operator)).json()["items"]
    assert draft in {one["id"] for one in listed}
    async with begin(database, WORKER, at=now() + timedelta(hours=25)) as work:
        assert UUID(draft) in await intake_due.claim_to_destroy(work)


async def test_others_see_nothing_of_an_exchange(
    client: httpx.AsyncClient, database: Database, exchange: Exchange, operator: dict[str, str]
) -> None:
    """Another organisation's exchange does not exist; an operator keeps none, and sits where they may."""
    stranger = await a_token(database, AMSTERDAM_DESK, "supervisor")
    address = f"/v1/telephone-systems/{exchange.id}"
    assert (await client.get(address, headers=stranger)).status_code == 404
    assert (await client.put(f"{address}/agents/9", headers=stranger)).status_code == 404
    assert (await client.get(address, headers=operator)).status_code == 403
    assert (await client.get(f"{address}/screens/9", headers=stranger)).status_code == 404


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)//{draft}", "https://x.nl/", "{base}/{call}/{draft}", "{base}/{draft}/{draft}"]
)
async def test_a_link_opens_a_draft_and_nothing_else(client: httpx.AsyncClient, supervisor: dict[str, str], link: str) -> None:
    """It is opened on every operator's screen: an address with the draft in it, once."""
    body = {"label": "centrale", "link": link}
    assert (await client.post("/v1/telephone-systems", json=body, headers=supervisor)).status_code == 400


async def test_whoever_moves_takes_the_calls_along(
    client: httpx.AsyncClient, exchange: Exchange, operator: dict[str, str], database: Database, raw: asyncpg.Connection
) -> None:
    """An operator sits at one extension at a time; the last to sit down has it; standing up twice is standing up once."""
    colleague = await a_token(database)
    address = f"/v1/telephone-systems/{exchange.id}/agents"
    for who, extension in ((operator, "204"), (operator, "205"), (colleague, "205")):
        assert (await client.put(f"{address}/{extension}", headers=who)).status_code == 204
    for _ in range(2):
        assert (await client.delete(f"{address}/205", headers=operator)).status_code == 204
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_worker")
        rows = await raw.fetch("SELECT extension, organisation_id FROM phone_agent WHERE system_id = $1", UUID(exchange.id))
    assert [tuple(row) for row in rows] == [("205", HOTLINE)]

"""Deadlines as a calendar, read back by a parser: references and what must be done, and nothing about anybody."""

from datetime import date, datetime, timedelta

import httpx
from icalendar import Calendar, Event

from app.core.db import Database
from tests.boards.reading import Board
from tests.makers import AMSTERDAM_DESK, a_token, now
from tests.team.table import MENTAL_HEALTH, a_table
from tests.travel import travelling

REACHED = {"way": "visit", "party": "person", "result": "reached"}


async def _made(board: Board, who: str, **body: str) -> str:
    made = await board.ask(who, "POST", "deadline-calendars", 201, json=body)
    return httpx.URL(made["address"]).path


async def _read(client: httpx.AsyncClient, path: str) -> dict[str, Event]:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/calendar")
    calendar = Calendar.from_ical(answer.content)
    assert isinstance(calendar, Calendar)
    return {str(one["SUMMARY"]): one for one in calendar.events}


async def test_a_deadline_is_an_appointment_with_an_alarm(board: Board) -> None:
    """At the deadline, with a warning before; the same bytes until something changes, and then a higher sequence."""
    path = await _made(board, "owner")
    client = board.table.client
    [row] = await board.rows("owner", "my-cases")
    [(title, event)] = (await _read(client, path)).items()
    assert title == f"{row['reference']} · first contact"
    assert event.start == datetime.fromisoformat(row["deadlineAt"]).replace(microsecond=0)
    [alarm] = event.walk("VALARM")
    assert alarm.to_ical().splitlines()[-2] == b"TRIGGER:-PT2H"
    first = await client.get(path)
    again = await client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    await board.table.do("owner", "actions", {"what": "Bellen.", "dueAt": (now() + timedelta(hours=30)).isoformat()})
    changed = await client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    after = await _read(client, path)
    assert after.keys() == {title, f"{row['reference']} · action"}
    assert (str(after[title]["UID"]), after[title].sequence > event.sequence) == (str(event["UID"]), True)
    told = changed.text
    assert "Buurman" not in told
    assert "1012AB" not in told
    assert "Bellen" not in told


async def test_a_statutory_term_is_a_whole_day(fresh_client: httpx.AsyncClient, fresh_database: Database) -> None:
    """It ends with its last day, whatever the hour; what is overdue stays to be seen."""
    with travelling(now() - timedelta(days=60)) as travel:
        board = Board(await a_table(fresh_client, fresh_database))
        path = await _made(board, "owner")
        await board.table.do("owner", "contacts", REACHED)
        owed = (await board.table.read("owner", "/aftercare"))["obligations"]
        due = next(datetime.fromisoformat(one["dueAt"]) for one in owed if one["kind"] == "inform_person")
        events = await _read(board.table.client, path)
        [inform] = [one for title, one in events.items() if title.endswith("inform person")]
        assert isinstance(inform.start, date)
        assert not isinstance(inform.start, datetime)
        assert inform.end - inform.start == timedelta(days=1)
        assert abs(inform.start - due.date()) <= timedelta(days=1)
        travel.on(days=45)
        assert events.keys() == (await _read(board.table.client, path)).keys()


async def test_a_coordinator_sees_their_own_and_a_member_what_it_must_do(board: Board, fresh_database: Database) -> None:
    """Filtered by coordinator; and of the cases of others only what is this organisation's to do."""
    table = board.table
    await table.join("ggz", MENTAL_HEALTH)
    due = (now() + timedelta(hours=5)).isoformat()
    await table.do("owner", "actions", {"what": "Gaan.", "dueAt": due, "assignedTo": str(MENTAL_HEALTH)})
    theirs = await _read(table.client, await _made(board, "ggz"))
    assert [title.split(" · ")[1] for title in theirs] == ["action"]
    assert await _read(table.client, await _made(board, "owner", coordinator="Yvonne")) == {}
    listed = await board.ask("owner", "GET", "deadline-calendars")
    assert [one["coordinator"] for one in listed["items"]] == ["Yvonne"]
    assert listed["items"][0].keys() == {"id", "coordinator", "madeAt"}


async def test_an_address_can_be_withdrawn_and_a_wrong_one_tells_nothing(board: Board) -> None:
    """By its own organisation only; from then on it shows nothing."""
    path = await _made(board, "owner")
    client = board.table.client
    identifier, secret = path.removesuffix(".ics").rsplit("/", 2)[1:]
    assert (await client.get(path.replace(secret, "x" * 43))).status_code == 404
    await board.ask("ggz", "DELETE", f"deadline-calendars/{identifier}", 404)
    assert (await client.get(path)).status_code == 200
    await board.ask("owner", "DELETE", f"deadline-calendars/{identifier}", 204)
    assert (await client.get(path)).status_code == 404
    await board.ask("owner", "DELETE", f"deadline-calendars/{identifier}", 404)


async def test_the_secret_is_shown_once(board: Board, fresh_database: Database) -> None:
    """A repeated request does not get it again: the answer that shows it is not kept."""
    key = await a_token(fresh_database, AMSTERDAM_DESK, "desk")
    headers = key | {"Idempotency-Key": "once"}
    first = await board.table.client.post("/v1/deadline-calendars", json={}, headers=headers)
    second = await board.table.client.post("/v1/deadline-calendars", json={}, headers=headers)
    assert first.status_code == second.status_code == 201
    assert first.json()["address"] != second.json()["address"]

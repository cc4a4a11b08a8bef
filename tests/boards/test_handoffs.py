"""What a shift hands to the next through HTTP: written, read with a purpose, confirmed, and told of when it is not."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from app.boards import due
from app.core.db import Database
from app.core.due import carry_out_once
from app.directory.seeding import organisation_id
from tests.boards.reading import Board
from tests.makers import AMSTERDAM_DESK, an_offered_case, heard, now
from tests.rosters.planning import Planner
from tests.team.table import MENTAL_HEALTH, a_table
from tests.travel import Travel, travelling

HANDOFF = "nl.nodus.shift_handoff."


def _body(case: str | None = None, starts: float = 1, hours: float = 8, **others: Any) -> dict[str, Any]:
    lines = [{"note": "De sleutel ligt bij de balie."}, *([{"caseId": case, "note": "Hij belt om acht uur."}] if case else [])]
    moments = {
        "startsAt": (now() + timedelta(hours=starts)).isoformat(),
        "endsAt": (now() + timedelta(hours=starts + hours)).isoformat(),
    }
    return {"from": {"function": "avond"}, "to": {"function": "nacht"}, "lines": lines} | moments | others


async def _told(board: Board) -> list[str]:
    events = await heard(board.table.client, board.table.keys["owner"], AMSTERDAM_DESK)
    return [kind.removeprefix(HANDOFF).removesuffix(".v1") for kind, _ in events if kind.startswith(HANDOFF)]


async def test_what_is_handed_over_is_read_and_confirmed(board: Board) -> None:
    """Words only with a purpose; every line is read before it counts; what is not clear is asked back and answered."""
    made = await board.ask("owner", "POST", "shift-handoffs", 201, json=_body(board.table.case))
    assert [line["note"] for line in made["lines"]] == [None, None]
    assert [one["what"] for one in made["added"]["pressing"]["items"]] == ["first_contact"]
    assert (await board.ask("owner", "GET", "shift-handoffs"))["items"][0]["lines"][0]["note"] is None
    [read] = (await board.ask("owner", "GET", "shift-handoffs", params={"purpose": "handover"}))["items"]
    assert [line["note"] for line in read["lines"]] == ["De sleutel ligt bij de balie.", "Hij belt om acht uur."]
    ids = [line["id"] for line in read["lines"]]
    path = f"shift-handoffs/{made['id']}/confirmations"
    refused = await board.ask("owner", "POST", path, 400, json={"lines": ids[:1]})
    assert (refused["type"].rsplit("/", 1)[1], refused["left"]) == ("lines-not-read", ids[1:])
    await board.ask("owner", "POST", path, 400, json={"lines": [*ids, str(uuid4())]})
    asked = {"function": "nacht", "lines": ids, "questions": [{"lineId": ids[1], "question": "Op welk nummer?"}]}
    confirmed = await board.ask("owner", "POST", path, 201, json=asked)
    assert (confirmed["state"], confirmed["confirmations"][0]["function"]) == ("confirmed", "nacht")
    [question] = confirmed["questions"]
    answer = f"shift-handoffs/{made['id']}/questions/{question['id']}/answer"
    await board.ask("owner", "POST", answer, 201, json={"answer": "Staat in het dossier."})
    await board.ask("owner", "POST", answer, 409, json={"answer": "Nog eens."})
    whole = await board.ask("owner", "GET", f"shift-handoffs/{made['id']}", params={"purpose": "handover"})
    assert [(one["question"], one["answer"]) for one in whole["questions"]] == [("Op welk nummer?", "Staat in het dossier.")]
    assert await _told(board) == ["written", "confirmed", "answered"]


async def test_every_look_is_logged_and_nothing_is_stored_in_the_open(board: Board, owner: asyncpg.Connection) -> None:
    """A line about a case under the key of that case, the other under one of its own; a look at each is on record."""
    made = await board.ask("owner", "POST", "shift-handoffs", 201, json=_body(board.table.case))
    stored = await owner.fetch("SELECT sealed FROM shift_handoff_line")
    assert all(b"balie" not in bytes(row["sealed"]) and b"belt" not in bytes(row["sealed"]) for row in stored)
    logged = "SELECT case_id::text FROM access_log WHERE what = 'handoff of a shift' AND purpose = 'handover'"
    assert await owner.fetch(logged) == []
    await board.ask("owner", "GET", "shift-handoffs", params={"purpose": "handover"})
    assert {row["case_id"] for row in await owner.fetch(logged)} == {board.table.case, made["id"]}


async def test_nobody_else_sees_it(board: Board) -> None:
    """It is the organisation's own: not for the team of its case, nor for who took the call in."""
    await board.table.join("ggz", MENTAL_HEALTH)
    made = await board.ask("owner", "POST", "shift-handoffs", 201, json=_body(board.table.case))
    for who in ("ggz", "police", "operator"):
        assert (await board.ask(who, "GET", "shift-handoffs"))["items"] == []
        await board.ask(who, "GET", f"shift-handoffs/{made['id']}", 404, params={"purpose": "handover"})
        await board.ask(who, "POST", f"shift-handoffs/{made['id']}/confirmations", 404, json={"lines": []})
    await board.ask("operator", "POST", "shift-handoffs", 403, json=_body())


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"lines": [{"caseId": str(uuid4()), "note": "Wie?"}]}, "/lines/0/caseId"),
        ({"to": {"shiftId": str(uuid4())}}, "/to/shiftId"),
        ({"from": {"shiftId": str(uuid4())}}, "/from/shiftId"),
        ({"endsAt": None}, "/startsAt"),
        ({"starts": 13}, "/startsAt"),
        ({"starts": -9}, "/startsAt"),
        ({"hours": 25}, "/endsAt"),
        ({"to": {}}, "/to"),
    ],
)
async def test_what_can_not_be_meant_changes_nothing(board: Board, changes: dict[str, Any], pointer: str) -> None:
    """A case of another, a shift of another, moments that no shift has: each refused with its place."""
    starts, hours = changes.get("starts", 1), changes.get("hours", 8)
    others = {key: value for key, value in changes.items() if key not in {"starts", "hours"}}
    problem = await board.ask("owner", "POST", "shift-handoffs", 400, json=_body(starts=starts, hours=hours, **others))
    assert problem["errors"][0]["pointer"] == pointer
    assert (await board.ask("owner", "GET", "shift-handoffs"))["items"] == []


async def test_a_case_of_the_team_may_be_handed_over_and_goes_with_its_membership(board: Board) -> None:
    """Whoever has left the team no longer reads what it wrote about the case; the rest of the handoff stays."""
    member = await board.table.join("ggz", MENTAL_HEALTH)
    made = await board.ask("ggz", "POST", "shift-handoffs", 201, json=_body(board.table.case))
    await board.table.do("ggz", f"team/{member}/end", {"reason": "task_done"}, version=2)
    read = await board.ask("ggz", "GET", f"shift-handoffs/{made['id']}", params={"purpose": "handover"})
    assert [line["note"] for line in read["lines"]] == ["De sleutel ligt bij de balie.", None]


async def test_a_shift_of_a_roster_tells_its_moments(fresh_client: httpx.AsyncClient, fresh_database: Database) -> None:
    """And only a shift of one's own organisation."""
    board = Board(await a_table(fresh_client, fresh_database))
    planner = await Planner.start(fresh_client, fresh_database)
    await planner.roster(planner.rotation(await planner.people("Anna", "Bram")))
    from tests.makers import a_token

    board.table.keys["theirs"] = await a_token(fresh_database, planner.organisation, "desk")
    rosters = await planner.ask("GET", "/rosters")
    shifts = await planner.shifts(rosters["items"][0]["id"])
    running = next(
        one for one in shifts if datetime.fromisoformat(one["startsAt"]) <= now() < datetime.fromisoformat(one["endsAt"])
    )
    body = _body(to={"shiftId": running["id"]}, startsAt=None, endsAt=None)
    made = await board.ask("theirs", "POST", "shift-handoffs", 201, json=body)
    assert (made["startsAt"], made["endsAt"]) == (running["startsAt"], running["endsAt"])
    refused = await board.ask("owner", "POST", "shift-handoffs", 400, json=body)
    assert refused["errors"][0]["pointer"] == "/to/shiftId"


async def _due(database: Database, travel: Travel, **span: float) -> None:
    travel.on(**span)
    await carry_out_once(due.UNCONFIRMED, database)


async def test_silence_is_told_again_and_again_until_the_shift_is_over(
    fresh_client: httpx.AsyncClient, fresh_database: Database
) -> None:
    """Half an hour into the new shift, then every half hour; at its end it is missed, and can't be confirmed any more."""
    with travelling(now() - timedelta(days=60)) as travel:
        board = Board(await a_table(fresh_client, fresh_database))
        made = await board.ask("owner", "POST", "shift-handoffs", 201, json=_body(starts=1, hours=2))
        await _due(fresh_database, travel, minutes=89)
        assert await _told(board) == ["written"]
        await _due(fresh_database, travel, minutes=1)
        await _due(fresh_database, travel, minutes=1)
        assert await _told(board) == ["written", "unconfirmed"]
        await _due(fresh_database, travel, minutes=30)
        assert await _told(board) == ["written", "unconfirmed", "unconfirmed"]
        travel.on(hours=3)
        await _due(fresh_database, travel, minutes=1)
        await _due(fresh_database, travel, hours=1)
        assert (await _told(board)).count("unconfirmed") == 3
        read = await board.ask("owner", "GET", f"shift-handoffs/{made['id']}")
        assert (read["state"], read["reminders"]) == ("missed", 3)
        assert (await board.ask("owner", "GET", "shift-handoffs"))["items"] == []
        late = await board.ask(
            "owner",
            "POST",
            f"shift-handoffs/{made['id']}/confirmations",
            409,
            json={"lines": [one["id"] for one in read["lines"]]},
        )
        assert late["type"].endswith("handoff-over")


async def test_who_confirms_is_not_told_of(fresh_client: httpx.AsyncClient, fresh_database: Database) -> None:
    """Confirmed in time: silence about it. Its words that are about no case are kept for a month, and no longer."""
    with travelling(now() - timedelta(days=60)) as travel:
        board = Board(await a_table(fresh_client, fresh_database))
        made = await board.ask("owner", "POST", "shift-handoffs", 201, json=_body(board.table.case))
        ids = {"lines": [one["id"] for one in made["lines"]]}
        await board.ask("owner", "POST", f"shift-handoffs/{made['id']}/confirmations", 201, json=ids)
        await _due(fresh_database, travel, hours=3)
        assert await _told(board) == ["written", "confirmed"]
        travel.on(days=31)
        assert (await carry_out_once(due.TO_DESTROY, fresh_database)) == (1, 0)
        assert (await carry_out_once(due.TO_DESTROY, fresh_database)) == (0, 0)
        read = await board.ask("owner", "GET", f"shift-handoffs/{made['id']}", params={"purpose": "handover"})
        assert [line["note"] for line in read["lines"]] == [None, "Hij belt om acht uur."]


async def test_the_system_adds_what_nobody_must_forget(board: Board) -> None:
    """What presses, what is due in the next shift (also in the cases of others), what this organisation is asked."""
    table = board.table
    await table.join("ggz", MENTAL_HEALTH)
    soon = (now() + timedelta(hours=3)).isoformat()
    await table.do("owner", "actions", {"what": "Gaan.", "dueAt": soon, "assignedTo": str(MENTAL_HEALTH)})
    offered = await an_offered_case(table.client, table.keys["operator"])
    ours = (await board.ask("owner", "POST", "shift-handoffs", 201, json=_body()))["added"]
    assert [(one["caseId"], one["what"]) for one in ours["toAccept"]["items"]] == [(offered["caseId"], "offer")]
    assert [(one["caseId"], one["what"]) for one in ours["due"]["items"]] == [(table.case, "follow_up")]
    theirs = (await board.ask("ggz", "POST", "shift-handoffs", 201, json=_body()))["added"]
    assert [(one["caseId"], one["what"]) for one in theirs["due"]["items"]] == [(table.case, "action")]
    assert theirs["pressing"] == theirs["overdue"] == {"items": [], "more": False}
    assert organisation_id("amsterdam") == AMSTERDAM_DESK

"""Boards through HTTP: each row is on the board where somebody must act, and on no other's."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import httpx
import pytest

from app.cases.lifecycle import Flag
from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import begin
from app.followup import due as climbing
from tests.boards.reading import Board
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_call, a_token, an_offered_case, now
from tests.team.table import MENTAL_HEALTH
from tests.travel import travelling

BOARDS = ("my-cases", "overdue", "waiting-for-others", "to-accept", "actions", "aftercare-this-week")
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
REACHED = {"way": "visit", "party": "person", "result": "reached"}


async def _counts(board: Board, who: str) -> dict[str, int]:
    told = await board.ask(who, "GET", "boards")
    return {name: one["count"] for name, one in told.items() if name != "week"}


async def test_my_cases_are_mine_and_soonest_first(board: Board) -> None:
    """Whoever took a case in, or has nothing to do with it, has an empty board; the feed position says where to go on."""
    second = await board.case()
    page = await board.page("owner", "my-cases")
    assert [row["caseId"] for row in page["items"]] == [board.table.case, second]
    assert page["feedPosition"].isdigit()
    assert page["items"][0]["deadlineKind"] == "first_contact"
    for who in ("operator", "ggz", "police"):
        assert (await board.page(who, "my-cases"))["items"] == []
    assert await _counts(board, "owner") == {
        "myCases": 2, "overdue": 0, "waitingForOthers": 0, "toAccept": 0, "actions": 0, "aftercareThisWeek": 0
    }  # fmt: skip


async def test_a_page_is_stable_while_rows_change(board: Board) -> None:
    """A row that moves may be seen again; no other is seen twice, and none is missed."""
    ids = [board.table.case, *[await board.case() for _ in range(4)]]
    first = await board.page("owner", "my-cases", limit=2)
    assert [row["caseId"] for row in first["items"]] == ids[:2]
    board.table.case = ids[0]
    await board.table.do("owner", "contacts", REACHED)  # the first one moves to a later place
    new = await board.case()
    rest = await board.page("owner", "my-cases", limit=10, cursor=first["next"])
    seen = [row["caseId"] for row in rest["items"]]
    assert ids[0] in seen
    assert [one for one in seen if one != ids[0]] == [*ids[2:], new]
    assert rest["next"] is None


async def test_filters_of_my_cases(board: Board) -> None:
    """Coordinator, state, urgency, municipality, flags: each narrows, and together they narrow more."""
    keys = board.table.keys
    receipt = await an_offered_case(board.table.client, keys["operator"])
    taken = await board.table.client.post(
        f"/v1/offers/{receipt['offered']['offerId']}/acceptance", json={"coordinator": "Yvonne Jansen"},
        headers=keys["owner"] | {"If-Match": '"1"'},
    )  # fmt: skip
    assert taken.status_code == 201, taken.text
    theirs = receipt["caseId"]
    await board.table.do("owner", "contacts", REACHED)
    ours = board.table.case

    async def found(**wanted: Any) -> list[str]:
        return [row["caseId"] for row in await board.rows("owner", "my-cases", **wanted)]

    assert await found(coordinator="Yvonne Jansen") == [theirs]
    assert await found(state="in_follow_up") == [ours]
    assert await found(urgency="urgent") == [theirs, ours]
    assert await found(urgency="acute") == []
    assert await found(municipalityCode="GM0363") == [theirs, ours]
    assert await found(municipalityCode=["GM0599", "GM0363"], state="accepted") == [theirs]
    assert await found(municipalityCode="GM0599") == []
    flags = (await board.table.read("owner"))["flags"]
    assert await found(flag=flags or ["medical"]) == ([theirs, ours] if flags else [])
    assert await found(flag=Flag.WEAPON) == []
    await board.page("owner", "my-cases", 400, state="gone")
    await board.page("owner", "my-cases", 400, cursor="x-y")
    await board.page("owner", "my-cases", 400, cursor="ffffffffffffffffffff-00000000000000000000000000000000")


async def test_what_is_overdue_says_what_since_when_and_how_far_it_has_climbed(
    fresh_client: httpx.AsyncClient, fresh_database: Database
) -> None:
    """The person was not reached in a day; the worker lets it climb, and the board says to whom."""
    from tests.team.table import a_table

    with travelling(now() - timedelta(days=20)) as travel:
        board = Board(await a_table(fresh_client, fresh_database))
        [mine] = (await board.page("owner", "my-cases"))["items"]
        assert (await board.page("owner", "overdue"))["items"] == []
        travel.to(datetime.fromisoformat(mine["deadlineAt"]) + timedelta(minutes=1))
        async with begin(fresh_database, WORKER) as work:
            [case] = await climbing.claim(work)
            await climbing.act(work, case)
        [late] = (await board.page("owner", "overdue"))["items"]
        assert (late["overdue"], late["level"], late["deadlineAt"]) == (["first_contact"], "coordinator", mine["deadlineAt"])
        assert late["climbsAt"] > late["deadlineAt"]
        assert (await _counts(board, "owner"))["overdue"] == 1
        assert (await board.page("operator", "overdue"))["items"] == []
        await board.table.do("owner", "contacts", REACHED)
        assert (await board.page("owner", "overdue"))["items"] == []


async def test_what_others_must_do_waits_on_one_board_and_presses_on_another(board: Board) -> None:
    """An action for a member: waiting at the owner, to do at the member. An invitation: waiting, and to accept."""
    table = board.table
    invited = await table.invite("owner", MENTAL_HEALTH)
    [waits] = await board.rows("owner", "waiting-for-others")
    assert (waits["kind"], waits["organisationId"], waits["id"]) == ("invitation", str(MENTAL_HEALTH), invited["id"])
    [asked] = await board.rows("ggz", "to-accept")
    assert (asked["kind"], asked["id"], asked["version"], asked["ownerOrganisationId"]) == (
        "invitation", invited["id"], 1, str(AMSTERDAM_DESK)
    )  # fmt: skip
    assert 0 < asked["secondsLeft"] <= 3 * 86400
    await table.do("ggz", f"team/{invited['id']}/answer", {"accept": True}, version=1)
    assert await board.rows("owner", "waiting-for-others") == await board.rows("ggz", "to-accept") == []
    due = [(now() + timedelta(hours=hours)).isoformat() for hours in (1, 2, 3)]
    theirs = await table.do("owner", "actions", {"what": "Gaan.", "dueAt": due[1], "assignedTo": str(MENTAL_HEALTH)})
    mine = await table.do("owner", "actions", {"what": "Bellen.", "dueAt": due[0]})
    hidden = await table.do("ggz", "actions", {"what": "Lezen.", "dueAt": due[2], "visibility": "owner"})
    assert [row["id"] for row in await board.rows("owner", "actions")] == [mine["id"]]
    assert [row["id"] for row in await board.rows("ggz", "actions")] == [theirs["id"], hidden["id"]]
    assert [row["id"] for row in await board.rows("owner", "waiting-for-others")] == [theirs["id"], hidden["id"]]
    assert await _counts(board, "owner") == {
        "myCases": 1, "overdue": 0, "waitingForOthers": 2, "toAccept": 0, "actions": 1, "aftercareThisWeek": 0
    }  # fmt: skip
    assert (await _counts(board, "ggz"))["actions"] == 2
    await table.do("ggz", f"items/{theirs['id']}/end", {}, version=1)
    assert [row["id"] for row in await board.rows("owner", "waiting-for-others")] == [hidden["id"]]
    await table.do("ggz", f"team/{invited['id']}/end", {"reason": "task_done"}, version=2)
    assert await board.rows("ggz", "actions") == []
    assert await board.rows("police", "actions") == []


async def test_an_offer_waits_where_it_was_written_and_presses_where_it_goes(board: Board) -> None:
    """Whoever is asked sees how long it has; whoever took the call in sees that nobody has answered."""
    receipt = await an_offered_case(board.table.client, board.table.keys["operator"])
    [asked] = await board.rows("owner", "to-accept")
    [waits] = await board.rows("operator", "waiting-for-others")
    assert asked["id"] == waits["id"] == receipt["offered"]["offerId"]
    assert asked["kind"] == waits["kind"] == "offer"
    assert asked["secondsLeft"] > 0
    assert (waits["organisationId"], waits["caseId"]) == (str(AMSTERDAM_DESK), receipt["caseId"])
    assert await board.rows("ggz", "to-accept") == []


async def test_a_handover_waits_for_who_asks_and_presses_on_who_is_asked(board: Board) -> None:
    """The owner waits, the ggz is pressed, and whoever once took the call in waits for nothing: the case has an owner."""
    body = {"organisationId": str(MENTAL_HEALTH), "reason": "other_expertise"}
    asked = await board.table.do("owner", "handovers", body)
    for who, name in (("owner", "waiting-for-others"), ("ggz", "to-accept")):
        [row] = [one for one in await board.rows(who, name) if one["kind"] == "handover"]
        assert (row["id"], row["caseId"]) == (asked["offers"][0]["id"], board.table.case)
    assert [one for one in await board.rows("operator", "waiting-for-others") if one["caseId"] == board.table.case] == []


async def test_an_invitation_nobody_answered_in_time_is_on_no_board(
    fresh_client: httpx.AsyncClient, fresh_database: Database
) -> None:
    """It is over by itself: nobody waits for it, and nobody can accept it."""
    from tests.team.table import a_table

    with travelling(now() - timedelta(days=20)) as travel:
        board = Board(await a_table(fresh_client, fresh_database, ggz=MENTAL_HEALTH))
        await board.table.invite("owner", MENTAL_HEALTH)
        assert len(await board.rows("ggz", "to-accept")) == 1
        travel.on(days=4)
        assert await board.rows("ggz", "to-accept") == await board.rows("owner", "waiting-for-others") == []
        assert (await _counts(board, "ggz"))["toAccept"] == 0


async def test_the_checks_of_a_week(board: Board) -> None:
    """Three checks after 1, 4 and 12 weeks: each in its own week of Amsterdam's calendar, and in no other."""
    table = board.table
    await table.do("owner", "contacts", REACHED)
    goal = (await table.do("owner", "goals", {"of": "person", "what": "Rust."}))["id"]
    await table.do("owner", f"goals/{goal}/outcome", {"outcome": "reached"})
    checks = (await table.read("owner", "/aftercare"))["checks"]
    assert await board.rows("owner", "aftercare-this-week") == []
    for check in checks:
        year, week, _ = datetime.fromisoformat(check["dueAt"]).astimezone(AMSTERDAM).isocalendar()
        [row] = await board.rows("owner", "aftercare-this-week", week=f"{year}-W{week:02}")
        assert (row["checkId"], row["week"], row["caseId"], row["overdue"]) == (check["id"], check["week"], table.case, False)
        assert await board.rows("ggz", "aftercare-this-week", week=f"{year}-W{week:02}") == []
    await board.page("owner", "aftercare-this-week", 400, week="2026-W60")
    await board.page("owner", "aftercare-this-week", 400, week="soon")


async def test_a_case_that_ends_leaves_every_board(board: Board, owner: asyncpg.Connection) -> None:
    """Closed, and reopened: what hangs on it goes and comes back with it; the database keeps whose it is."""
    table = board.table
    await table.invite("owner", MENTAL_HEALTH)
    await table.do("owner", "actions", {"what": "Bellen.", "dueAt": (now() + timedelta(hours=1)).isoformat()})
    case = UUID(table.case)
    closed = """UPDATE cases SET state = 'closed', closed_at = now(), deadline_at = NULL, deadline_kind = NULL,
        next_climb_at = NULL WHERE id = $1"""
    await owner.execute(closed, case)
    for name in BOARDS:
        assert await board.rows("owner", name) == [], name
    assert await board.rows("ggz", "to-accept") == []
    reopened = """UPDATE cases SET state = 'accepted', closed_at = NULL, deadline_at = now(), deadline_kind = 'follow_up',
        next_climb_at = now(), owner_organisation_id = $2 WHERE id = $1"""
    await owner.execute(reopened, case, HOTLINE)
    assert [row["kind"] for row in await board.rows("operator", "waiting-for-others")] == ["action", "invitation"]
    assert await board.rows("owner", "my-cases") == []


async def test_nobody_writes_whose_a_row_is(board: Board, owner: asyncpg.Connection) -> None:
    """The owner that stands in a row is the database's to say: a forged one is put right before anybody sees it."""
    made = await board.table.do("owner", "actions", {"what": "Bellen.", "dueAt": (now() + timedelta(hours=1)).isoformat()})
    forged = "UPDATE case_item SET owner_organisation_id = $2 WHERE id = $1 RETURNING owner_organisation_id"
    assert await owner.fetchval(forged, UUID(made["id"]), HOTLINE) == AMSTERDAM_DESK


async def test_boards_need_a_key_that_reads_cases(board: Board, fresh_database: Database) -> None:
    """A planner has nothing to do with cases."""
    board.table.keys["planner"] = await a_token(fresh_database, AMSTERDAM_DESK, "planner")
    for name in BOARDS:
        await board.page("planner", name, 403)
    await board.ask("planner", "GET", "boards", 403)


@pytest.mark.parametrize("name", BOARDS)
async def test_a_board_costs_few_statements(
    name: str, client: httpx.AsyncClient, database: Database, statements: list[str]
) -> None:
    """However many rows: the position of the feed, the rows of each room, their cases."""
    desk = await a_token(database, AMSTERDAM_DESK, "desk")
    await client.get(f"/v1/boards/{name}", headers=desk)
    statements.clear()
    assert (await client.get(f"/v1/boards/{name}", headers=desk)).status_code == 200
    assert len(statements) <= 5


async def test_a_personal_name_finds_nothing(board: Board) -> None:
    """Boards are searched by ids, references and municipalities: whoever knows a name learns nothing by it."""
    keys = board.table.keys
    call = a_call(
        worry="Mevrouw Jansen eet niet.",
        caller={"anonymity": "known", "relation": "neighbour", "name": "Piet Bakker", "phone": "0612345678"},
    )
    answer = await board.table.client.post("/v1/calls", json=call, headers=keys["operator"])
    assert answer.status_code == 201, answer.text
    taken = await board.table.client.post(
        f"/v1/offers/{answer.json()['offered']['offerId']}/acceptance", json={"coordinator": "Yvonne de Wit"},
        headers=keys["owner"] | {"If-Match": '"1"'},
    )  # fmt: skip
    assert taken.status_code == 201, taken.text
    assert len(await board.rows("owner", "my-cases")) == 2
    for name in ("Jansen", "Bakker", "Piet", "Yvonne", "de Wit", "0612345678", "eet", "1012AB", "%%", "__"):
        assert await board.rows("owner", "my-cases", q=name) == [], name


async def test_what_is_looked_for_is_found(board: Board) -> None:
    """An id, a reference as it is heard on the phone, the beginning of a municipality, accents and capitals aside."""
    [row] = await board.rows("owner", "my-cases")
    reference = row["reference"]
    heard = [reference, reference.lower(), reference.replace("-", " "), reference.replace("0", "o").replace("1", "l")]
    for told in (row["caseId"], *heard, "Amsterdam", "amster", "ÁMSTER", "GM0363", "gm03"):
        assert [one["caseId"] for one in await board.rows("owner", "my-cases", q=told)] == [row["caseId"]], told
    wrong = "A" if reference[-1] != "A" else "B"
    for told in (reference[:-1] + wrong, "Rotterdam", "GM0599", "sterdam"):
        assert await board.rows("owner", "my-cases", q=told) == [], told
    assert await board.rows("owner", "my-cases", q="Amsterdam", municipalityCode="GM0599") == []
    assert await board.rows("ggz", "my-cases", q=reference) == []
    assert await board.rows("owner", "overdue", q=reference) == []
    await board.page("owner", "my-cases", 400, q="a")

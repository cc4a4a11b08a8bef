"""Cases about one person are joined, one about two persons is split; and both can be found from either."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from app.cases.lifecycle import State
from app.core.db import Database
from app.followup.items import ItemKind
from app.followup.ties import STAY, UNDO_WITHIN, CantJoinCases, insist_on_joinable
from tests.followup.following import REACHED, Following
from tests.makers import AMSTERDAM_DESK, a_token, an_offered_case, heard, now
from tests.team.table import POLICE, Table
from tests.travel import travelling

ROTTERDAM = "3011AD"
OTHER = POLICE  # another owner


async def _accepted(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str], **call: Any
) -> tuple[Following, dict[str, Any]]:
    receipt = await an_offered_case(client, operator, **call)
    path = f"/v1/offers/{receipt['offered']['offerId']}/acceptance"
    answer = await client.post(path, json={}, headers=desk | {"If-Match": '"1"'})
    assert answer.status_code == 201, answer.text
    return Following(client, desk, receipt["caseId"]), receipt


async def _two(client: httpx.AsyncClient, database: Database) -> tuple[Following, Following, dict[str, Any]]:
    """Two cases of one owner; a caller of the first was promised to hear."""
    operator, desk = await a_token(database), await a_token(database, AMSTERDAM_DESK, "desk")
    first, receipt = await _accepted(client, operator, desk, feedbackPromised=True)
    second, _ = await _accepted(client, operator, desk)
    return first, second, receipt


async def _join(case: Following, into: str, expected: int = 201) -> Any:
    version = (await case.read())["version"]
    return await case.do("joining", {"into": into}, expected, **{"If-Match": f'"{version}"'})


@pytest.mark.parametrize("kind", ItemKind)
def test_what_has_parts_of_its_own_ends_in_its_case(kind: ItemKind) -> None:
    """A statutory term does not begin again because a file was joined."""
    if kind in STAY:
        with pytest.raises(CantJoinCases, match="End that first"):
            insist_on_joinable(State.IN_FOLLOW_UP, [kind], handover=False)
        return
    insist_on_joinable(State.IN_FOLLOW_UP, [kind], handover=False)
    with pytest.raises(CantJoinCases):
        insist_on_joinable(State.CLOSED, [kind], handover=False)
    with pytest.raises(CantJoinCases, match="take this case over"):
        insist_on_joinable(State.AFTERCARE, [kind], handover=True)


async def test_what_is_still_to_be_done_goes_over(client: httpx.AsyncClient, database: Database) -> None:
    """Actions, goals, promises and calls are in the case that goes on; the other says where it went."""
    case, into, receipt = await _two(client, database)
    await case.do("contacts", REACHED)
    await case.do("goals", {"of": "person", "what": "Weer slapen."})
    due = (now() + timedelta(hours=3)).isoformat()
    action = await case.do("actions", {"what": "De huisarts bellen.", "dueAt": due})
    await into.into_aftercare()
    tie = await _join(case, into.case)
    assert (tie["state"], tie["kind"], tie["otherCaseId"]) == ("done", "joined", into.case)
    joined = await case.read()
    assert (joined["state"], joined["joinedInto"]) == ("closed", into.case)
    refused = await case.do("contacts", REACHED, 409)
    assert (refused["type"].rsplit("/", 1)[1], refused["intoCaseId"]) == ("case-joined", into.case)
    on = await into.read()
    assert (on["state"], on["deadlineAt"][:16]) == ("in_follow_up", due[:16])  # its goal is a relapse, its action is next
    [item] = (await into.read("/items", kind="action", purpose="follow_up"))["items"]
    assert (item["note"], item["state"], item["dueAt"][:16]) == ("De huisarts bellen.", "open", due[:16])
    [left] = (await case.read("/items", kind="action"))["items"]
    assert (left["id"], left["state"], left["endedFacts"]) == (action["id"], "cancelled", {"joined_into": into.case})
    goals = (await into.read("/goals", purpose="follow_up"))["items"]
    assert [one["what"] for one in goals if one["outcome"] is None] == ["Weer slapen."]
    for kind in ("feedback", "still_worried"):
        owed = await into.owed(kind)
        assert owed
        assert owed["state"] == "open"
    calls = (await into.read("/calls", purpose="follow_up"))["items"]
    assert receipt["id"] in {one["call"]["id"] for one in calls}
    lines = [line["kind"] for line in (await into.read("/timeline"))["items"]]
    assert "joined_by" in lines
    assert (await into.read("/ties"))["items"] == (await case.read("/ties"))["items"]
    assert ("nl.nodus.case.tied.v1", case.case) in await heard(client, case.desk, AMSTERDAM_DESK)


async def test_a_call_that_names_the_joined_case_joins_the_one_that_goes_on(
    client: httpx.AsyncClient, database: Database
) -> None:
    """The caller has the old code: it still leads somewhere."""
    case, into, receipt = await _two(client, database)
    operator = await a_token(database)
    reference = (await case.read())["reference"]
    await _join(case, into.case)
    call = {
        "answers": {"danger_now": "no", "not_eating": "yes"}, "worry": "Weer.",
        "caller": {"anonymity": "anonymous", "relation": "neighbour"},
        "place": {"stay": {"postcode": "1012AB", "houseNumber": "12"}},
    }  # fmt: skip
    for named in ({"joins": reference}, {"addsTo": receipt["reference"]}):
        answer = await client.post("/v1/calls", json=call | named, headers=operator)
        assert answer.status_code == 201, answer.text
        assert answer.json()["joinedCaseId"] == into.case


async def test_a_call_whose_case_was_joined_is_not_split_off_by_itself(client: httpx.AsyncClient, database: Database) -> None:
    """Its own case is closed: nobody would have it."""
    case, into, receipt = await _two(client, database)
    await _join(case, into.case)
    operator = await a_token(database)
    call = await client.get(f"/v1/calls/{receipt['id']}", params={"purpose": "triage"}, headers=operator)
    split = operator | {"If-Match": call.headers["ETag"]}
    refused = await client.post(f"/v1/calls/{receipt['id']}/splitting", json={"reason": "mistake"}, headers=split)
    assert refused.json()["type"].endswith("cant-join"), refused.text


async def test_it_is_undone_and_what_was_done_stays_done(client: httpx.AsyncClient, database: Database) -> None:
    """They were two after all: calls, open actions and the deadline go back; after a month they don't."""
    with travelling(now() - timedelta(days=60)) as travel:
        case, into, receipt = await _two(client, database)
        await case.do("contacts", REACHED)
        await into.do("contacts", REACHED)
        due = (travel.at + timedelta(days=3)).isoformat()
        for what in ("Bellen.", "Schrijven."):
            await case.do("actions", {"what": what, "dueAt": due})
        before = await case.read()
        tie = await _join(case, into.case)
        first, second = (await into.read("/items", kind="action"))["items"]
        await into.do(f"items/{first['id']}/end", {"note": "Gedaan."}, 201, **{"If-Match": '"1"'})
        travel.on(days=2)
        path = f"joining/{tie['id']}/undo"
        await into.do(path, {}, 412, **{"If-Match": '"99"'})
        version = {"If-Match": f'"{(await into.read("/ties"))["items"][0]["version"]}"'}
        await case.do(path, {}, 404, **version)  # the other way round
        undone = await into.do(path, {}, 201, **version)
        assert undone["state"] == "undone"
        after = await case.read()
        assert {name: after[name] for name in ("state", "deadlineAt", "joinedInto")} == {
            name: before[name] for name in ("state", "deadlineAt", "joinedInto")
        }
        assert [one["state"] for one in (await case.read("/items", kind="action"))["items"]] == ["cancelled", "open"]
        assert [one["state"] for one in (await into.read("/items", kind="action"))["items"]] == ["done", "cancelled"]
        assert second["id"] not in {one["subject"] for one in (await into.read("/closing-checklist"))["missing"]}
        calls = {one["call"]["id"] for one in (await into.read("/calls", purpose="follow_up"))["items"]}
        assert receipt["id"] not in calls
        assert (await into.do(path, {}, 409, **{"If-Match": f'"{undone["version"]}"'}))["type"].endswith("tie-ended")
        again = await _join(case, into.case)
        travel.on(days=UNDO_WITHIN.days + 1)
        stamp = {"If-Match": f'"{(await into.read("/ties"))["items"][-1]["version"]}"'}
        assert (await into.do(f"joining/{again['id']}/undo", {}, 409, **stamp))["type"].endswith("tie-ended")


async def _across(client: httpx.AsyncClient, database: Database) -> tuple[Table, Following]:
    """A case of Amsterdam's, with Rotterdam on its team; and one of Rotterdam's about the same person."""
    operator = await a_token(database)
    keys = {"owner": await a_token(database, AMSTERDAM_DESK, "desk"), "other": await a_token(database, OTHER, "desk")}
    into, _ = await _accepted(client, operator, keys["owner"])
    table = Table(client, into.case, keys)
    await table.join("other", OTHER, "mental_health")
    place = {"stay": {"postcode": ROTTERDAM, "houseNumber": "1"}}
    case, _ = await _accepted(client, operator, keys["other"], place=place, feedbackPromised=True)
    return table, case


async def test_the_owner_of_the_other_case_must_agree(client: httpx.AsyncClient, database: Database) -> None:
    """Until then nothing moves, and the case does not close; then the other owner has it all, words too."""
    table, case = await _across(client, database)
    await case.do("contacts", REACHED)
    await case.do("goals", {"of": "person", "what": "Bij zijn moeder zijn."})
    due = (now() + timedelta(hours=3)).isoformat()
    await case.do("actions", {"what": "Moeder bellen.", "dueAt": due})
    tie = await _join(case, table.case)
    assert (tie["state"], tie["otherOrganisationId"]) == ("proposed", str(AMSTERDAM_DESK))
    assert (await _join(case, table.case, 409))["type"].endswith("tie-ended")
    assert (await case.read())["state"] == "in_follow_up"
    waits = [one for one in (await case.close(409))["missing"] if one["code"] == "pending_joining"]
    assert [one["responsible"] for one in waits] == [str(AMSTERDAM_DESK)]
    assert ("nl.nodus.case.tied.v1", table.case) in await heard(client, table.keys["owner"], AMSTERDAM_DESK)
    path = f"joining/{tie['id']}/answer"
    await table.do("other", path, {"accept": True}, 404, version=tie["version"])
    done = await table.do("owner", path, {"accept": True}, version=tie["version"])
    assert done["state"] == "done"
    [item] = (await table.read("owner", "/items", kind="action", purpose="follow_up"))["items"]
    assert (item["note"], item["assignedTo"]) == ("Moeder bellen.", str(OTHER))  # it is on the team, and does it
    goals = (await table.read("owner", "/goals", purpose="follow_up"))["items"]
    assert [one["what"] for one in goals] == ["Bij zijn moeder zijn."]
    taken = Following(client, table.keys["owner"], case.case)
    assert (await taken.read("/contacts", purpose="follow_up"))["items"][0]["note"] == REACHED["note"]
    assert (await taken.read("/items"))["items"]
    assert (await taken.read())["joinedInto"] == table.case
    assert (await taken.do("contacts", REACHED, 409))["intoCaseId"] == table.case


async def test_the_other_owner_may_decline_and_a_stranger_has_no_say(client: httpx.AsyncClient, database: Database) -> None:
    """No is an answer, and changes nothing; silence ends by itself."""
    with travelling(now() - timedelta(days=20)) as travel:
        table, case = await _across(client, database)
        tie = await _join(case, table.case)
        path = f"joining/{tie['id']}/answer"
        assert (await table.do("owner", path, {"accept": False}, version=1))["state"] == "declined"
        assert (await table.do("owner", path, {"accept": True}, 409, version=2))["type"].endswith("tie-ended")
        late = await _join(case, table.case)
        travel.on(days=4)
        late_path = f"joining/{late['id']}/answer"
        assert (await table.do("owner", late_path, {"accept": True}, 409, version=1))["type"].endswith("tie-ended")
        assert "pending_joining" not in {one["code"] for one in (await case.close(409))["missing"]}
        member = next(one for one in (await table.read("owner", "/team"))["items"])
        await table.do("owner", f"team/{member['id']}/end", {"reason": "no_basis"}, version=member["version"])
        await _join(case, table.case, 404)  # it sees no such case any more


async def test_the_database_joins_nothing_that_was_not_proposed(
    client: httpx.AsyncClient, database: Database, raw: asyncpg.Connection
) -> None:
    """Whatever the program does: only the owner of the case that goes on ends another in it, as that one's owner proposed."""
    table, case = await _across(client, database)
    tie = await _join(case, table.case)
    for organisation in (OTHER, table.case):
        async with raw.transaction():
            await raw.execute(f"SET LOCAL ROLE nodus_app; SET LOCAL nodus.organisation = '{organisation}'")
            assert await raw.fetchval("SELECT lock_tie($1)", UUID(tie["id"])) is None
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await _in_a_savepoint(raw, "SELECT join_case($1, now(), now())", UUID(tie["id"]))


async def _in_a_savepoint(raw: asyncpg.Connection, statement: str, *binds: object) -> None:
    async with raw.transaction():
        await raw.fetchval(statement, *binds)


async def test_bad_joinings_change_nothing(client: httpx.AsyncClient, database: Database) -> None:
    """Into itself, into one that is closed or unknown, without the version: each refused."""
    case, into, _ = await _two(client, database)
    assert (await _join(case, case.case, 400))["errors"][0]["pointer"] == "/into"
    await _join(case, str(AMSTERDAM_DESK), 404)
    await case.do("joining", {"into": into.case}, 428)
    await case.do("joining", {"into": into.case}, 412, **{"If-Match": '"99"'})
    await into.finish()
    assert (await _join(case, into.case, 409))["type"].endswith("cant-join-cases")
    assert (await case.read())["state"] == "accepted"
    assert (await case.read("/ties"))["items"] == []


async def test_nobody_is_asked_onto_the_team_of_a_case_that_was_joined(client: httpx.AsyncClient, database: Database) -> None:
    """The invitation ends with the case, and whoever had it hears."""
    case, into, _ = await _two(client, database)
    await case.do("team", {"organisationId": str(OTHER), "role": "police", "purpose": "safety"})
    await _join(case, into.case)
    [member] = (await case.read("/team"))["items"]
    assert (member["state"], member["reason"]) == ("withdrawn", "other")
    told = await heard(client, await a_token(database, OTHER, "desk"), OTHER)
    assert [kind for kind, subject in told if subject == case.case][-1] == "nl.nodus.team.changed.v1"


async def test_what_comes_along_with_a_split_may_be_due_first(client: httpx.AsyncClient, database: Database) -> None:
    """The clock of the new case is that of the soonest of all that is in it."""
    case, _, _ = await _two(client, database)
    due = (now() + timedelta(minutes=20)).isoformat()
    item = (await case.do("actions", {"what": "Nu langsgaan.", "dueAt": due}))["id"]
    version = {"If-Match": f'"{(await case.read())["version"]}"'}
    made = await case.do("split", {"reason": "household", "items": [item]}, 201, **version)
    shown = await Following(client, case.desk, made["caseId"]).read()
    assert (datetime.fromisoformat(shown["deadlineAt"]), shown["deadlineKind"]) == (datetime.fromisoformat(due), "follow_up")


@pytest.mark.parametrize("kind", [ItemKind.INQUIRY_NOTICE, ItemKind.PROSECUTOR_HANDOVER, ItemKind.CALAMITY_REPORT])
def test_the_end_of_a_procedure_stays_with_it(kind: ItemKind) -> None:
    """A copy in another case would belong to nothing, and nobody could end it."""
    with pytest.raises(CantJoinCases, match="End that first"):
        insist_on_joinable(State.IN_FOLLOW_UP, [kind], handover=False)


async def test_a_case_about_another_person_is_split_off(client: httpx.AsyncClient, database: Database) -> None:
    """The same owner, a clock of its own, chosen items with their words; each points at the other."""
    case, _, _ = await _two(client, database)
    await case.do("contacts", REACHED)
    due = (now() + timedelta(days=2)).isoformat()
    item = (await case.do("actions", {"what": "Ook naar de zus vragen.", "dueAt": due}))["id"]
    other = (await case.do("actions", {"what": "Alleen van hem.", "dueAt": due}))["id"]
    version = {"If-Match": f'"{(await case.read())["version"]}"'}
    wrong = await case.do("split", {"items": [item, case.case]}, 400, **version)
    assert wrong["errors"][0]["pointer"] == "/items/1"
    made = await case.do("split", {"reason": "household", "items": [item], "urgency": "urgent"}, 201, **version)
    new = Following(client, case.desk, made["caseId"])
    shown = await new.read()
    assert (shown["state"], shown["splitFrom"], shown["urgency"]) == ("accepted", case.case, "urgent")
    assert (shown["ownerOrganisationId"], shown["deadlineKind"]) == (str(AMSTERDAM_DESK), "first_contact")
    [copy] = (await new.read("/items", purpose="follow_up"))["items"]
    assert (copy["note"], copy["state"]) == ("Ook naar de zus vragen.", "open")
    assert {one["id"] for one in (await case.read("/items"))["items"]} == {item, other}
    assert (await new.read("/ties"))["items"] == (await case.read("/ties"))["items"]
    assert "split" in [line["kind"] for line in (await case.read("/timeline"))["items"]]
    assert "split_from" in [line["kind"] for line in (await new.read("/timeline"))["items"]]
    await new.do("contacts", REACHED)
    await new.do("goals", {"of": "person", "what": "Rust."})
    await new.do(f"items/{copy['id']}/end", {}, 201, **{"If-Match": '"1"'})
    assert (await new.owed("inform_person")) is not None
    stranger = await a_token(database, OTHER, "desk")
    answer = await client.post(f"/v1/cases/{case.case}/split", json={}, headers=stranger | version)
    assert answer.status_code == 404

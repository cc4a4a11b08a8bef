"""Tasks over HTTP: found, read, moved by the same rules as everywhere."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from app.core import outbox
from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import begin
from app.exchange.codes import CONTACT_WAY, DECLINE_REASON, OUTPUT
from app.routing.events import OfferReminded
from tests.exchange.conftest import Offered
from tests.exchange.validating import by_node, must_be_installed
from tests.followup.following import WAIVER, Following
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_token, an_offered_case, expire

Header = dict[str, str]


def reached(at: datetime | None = None) -> dict[str, Any]:
    """The part of a Task that says that the person was reached."""
    when = (at or datetime.now(UTC)).isoformat()
    output = [{"type": {"coding": [{"system": CONTACT_WAY, "code": "phone"}]}, "valueDateTime": when}]
    return {"status": "in-progress", "output": output}


def texts(answer: httpx.Response) -> str:
    """All sentences of an OperationOutcome."""
    return " ".join(issue["details"]["text"] for issue in answer.json()["issue"])


def test_the_second_validator_says_no() -> None:
    """A validator that finds nothing in anything proves nothing; it alone knows the closed lists."""
    must_be_installed()
    wrong = {"resourceType": "Task", "status": "zzz", "intent": "order", "color": "red"}
    assert [len(one) for one in by_node([wrong, {"resourceType": "Task", "status": "accepted", "intent": "order"}])] == [2, 0]


async def test_from_asked_to_closed(fhir: httpx.AsyncClient, client: httpx.AsyncClient, offered: Offered, desk: Header) -> None:
    """A patient record that speaks nothing but FHIR takes a case all the way, and hears what is missing."""
    task = await offered()
    where = f"/Task/{task['id']}"
    assert (task["status"], task["priority"], "for" in task) == ("requested", "urgent", False)
    for status in ("received", "accepted"):
        answer = await fhir.put(where, json=task | {"status": status}, headers=desk)
        assert answer.status_code == 200, answer.text
        assert answer.headers["etag"] == f'W/"{answer.json()["meta"]["versionId"]}"'
        assert answer.json()["meta"]["lastUpdated"] > task["meta"]["lastUpdated"]
        task = answer.json()
        assert task["status"] == status
    assert task["for"]["reference"] == task["focus"]["reference"].replace("ServiceRequest", "Patient")
    refused = await fhir.patch(where, json={"status": "in-progress"}, headers=desk)
    assert refused.status_code == 422
    assert "person was reached" in texts(refused)
    answer = await fhir.patch(where, json=reached() | {"note": [{"text": "Doet open."}]}, headers=desk)
    assert answer.json()["status"] == "in-progress", answer.text
    refused = await fhir.patch(where, json={"status": "completed"}, headers=desk)
    codes = [one["details"]["coding"][0]["code"] for one in refused.json()["issue"] if "coding" in one["details"]]
    assert refused.status_code == 422
    assert codes == ["goal", "aftercare", "inform_person", "evaluation"]
    ending = {"type": {"coding": [{"system": OUTPUT, "code": "closing-outcome"}]}, "valueCode": "better"}
    completed = {"status": "completed", "output": [ending]}
    answer = await fhir.patch(where, json=completed, headers=desk)
    assert (answer.status_code, len(answer.json()["issue"])) == (422, 5)
    case = task["focus"]["reference"].split("/")[1]
    following = Following(client, desk, case)
    for check in await following.into_aftercare():
        await following.do(f"aftercare/checks/{check}/result", WAIVER)
    for kind in ("inform_person", "evaluation"):
        await following.fulfil(kind, WAIVER)
    answer = await fhir.patch(where, json=completed, headers=desk)
    assert answer.json()["status"] == "completed", answer.text
    assert (await fhir.get(task["focus"]["reference"], headers=desk)).json()["status"] == "completed"
    closed = answer.json()["meta"]
    version = {"If-Match": f'"{(await following.read())["version"]}"'}
    await following.do("reopening", {"reason": "relapse"}, 201, **version)
    again = (await fhir.get(where, headers=desk)).json()
    assert again["status"] == "in-progress"  # reopened: its task goes on, newer than it was
    assert again["meta"]["lastUpdated"] > closed["lastUpdated"]
    assert (await fhir.get(task["focus"]["reference"], headers=desk)).json()["status"] == "active"
    lines = (await following.read("/timeline"))["items"]
    assert {"offered", "accepted", "in_follow_up", "contact", "closing_outcome"} < {line["kind"] for line in lines}
    assert (await following.read("/contacts", purpose="follow_up"))["items"][0]["note"] == "Doet open."


async def test_a_relapse_is_seen(fhir: httpx.AsyncClient, client: httpx.AsyncClient, offered: Offered, desk: Header) -> None:
    """A patient record that asks what is newer than it knows hears that aftercare has become follow-up again."""
    task = await offered()
    where = f"/Task/{task['id']}"
    assert (await fhir.patch(where, json={"status": "accepted"}, headers=desk)).status_code == 200
    following = Following(client, desk, task["focus"]["reference"].split("/")[1])
    await following.into_aftercare()
    before = (await fhir.get(where, headers=desk)).json()
    await following.do("goals", {"what": "Opnieuw."})
    newer = {"_id": task["id"], "_lastUpdated": f"gt{before['meta']['lastUpdated']}"}
    [entry] = (await fhir.get("/Task", params=newer, headers=desk)).json()["entry"]
    states = [one["businessStatus"]["coding"][0]["code"] for one in (before, entry["resource"])]
    assert states == ["aftercare", "in_follow_up"]


async def test_seen_stops_nothing(fhir: httpx.AsyncClient, client: httpx.AsyncClient, offered: Offered, desk: Header) -> None:
    """Who took the call in hears that somebody looked; who read the offer before may still answer it."""
    task = await offered()
    offer = f"/v1/offers/{task['id']}"
    before = (await client.get(offer, headers=desk)).json()
    for _ in range(2):
        assert (await client.post(f"{offer}/sight", headers=desk)).status_code == 201
    after = (await client.get(offer, headers=desk)).json()
    assert after["seenAt"]
    assert before | {"seenAt": after["seenAt"]} == after
    assert (await fhir.get(f"/Task/{task['id']}", headers=desk)).json()["status"] == "received"
    answer = await client.post(f"{offer}/acceptance", json={}, headers=desk | {"If-Match": '"1"'})
    assert answer.status_code == 201
    assert (await client.post(f"{offer}/sight", headers=desk)).status_code == 409


async def test_rejecting_says_why(fhir: httpx.AsyncClient, offered: Offered, desk: Header) -> None:
    """The next one is asked, and why is counted: a reason that nobody can count is no reason."""
    task = await offered()
    wrong: tuple[Any, ...] = (None, {"text": "Vol"}, {"coding": [{"system": DECLINE_REASON, "code": "tired"}]})
    for no_reason in wrong:
        refused = await fhir.patch(f"/Task/{task['id']}", json={"status": "rejected", "statusReason": no_reason}, headers=desk)
        assert refused.status_code == 422
        assert "no_capacity" in texts(refused)
    reason: dict[str, Any] = {"coding": [{"system": DECLINE_REASON, "code": "no_capacity"}], "text": "Vol"}
    operations = [
        {"op": "test", "path": "/status", "value": "requested"},
        {"op": "replace", "path": "/status", "value": "rejected"},
        {"op": "add", "path": "/statusReason", "value": reason},
    ]
    media = {"Content-Type": "application/json-patch+json"}
    answer = await fhir.patch(f"/Task/{task['id']}", json=operations, headers=desk | media)
    assert answer.json()["status"] == "rejected", answer.text
    assert answer.json()["statusReason"] == {"coding": reason["coding"]}
    refused = await fhir.patch(f"/Task/{task['id']}", json={"status": "accepted"}, headers=desk)
    assert refused.status_code == 422
    assert "nothing more" in texts(refused)


async def test_an_offer_that_ran_out_is_cancelled(
    fhir: httpx.AsyncClient, offered: Offered, desk: Header, database: Database
) -> None:
    """Who answers too late hears so, and what became of it."""
    task = await offered()
    await expire(database, task["id"])
    refused = await fhir.put(f"/Task/{task['id']}", json=task | {"status": "accepted"}, headers=desk)
    assert refused.status_code == 412
    assert refused.json()["issue"][0]["code"] == "conflict"
    told = (await fhir.get(f"/Task/{task['id']}", headers=desk)).json()
    assert (told["status"], told["statusReason"]["coding"][0]["code"]) == ("cancelled", "expired")
    assert (await fhir.get(told["focus"]["reference"], headers=desk)).status_code == 403


FORBIDDEN: tuple[dict[str, Any], ...] = (
    {"priority": "routine"},
    {"owner": {"display": "Iemand anders"}},
    {"businessStatus": {"text": "Bezig"}},
    {"focus": None},
    {"description": "Plughname"},
    {"status": "accepted", "note": [{"text": "Plughname"}]},
    {"statusReason": {"text": "Plughname"}},
    {"status": "failed"},
    {"status": "cancelled"},
)


async def test_what_an_owner_may_not_change(fhir: httpx.AsyncClient, offered: Offered, desk: Header) -> None:
    """Refused with a reason, never left out in silence: a record that believes it was stored is worse than an error."""
    task = await offered()
    for changes in FORBIDDEN:
        wanted = {name: value for name, value in (task | changes).items() if value is not None}
        for answer in (
            await fhir.put(f"/Task/{task['id']}", json=wanted, headers=desk),
            await fhir.patch(f"/Task/{task['id']}", json=changes, headers=desk),
        ):
            assert answer.status_code == 422, (changes, answer.text)
            assert answer.json()["issue"][0]["code"] == "business-rule"
            assert "Plughname" not in answer.text
    assert (await fhir.get(f"/Task/{task['id']}", headers=desk)).json() == task


async def test_nobody_overwrites_what_they_have_not_seen(fhir: httpx.AsyncClient, offered: Offered, desk: Header) -> None:
    """If-Match goes before the body's version; a PUT that names none is not carried out; what is sent again changes nothing."""
    task = await offered()
    where, accepted = f"/Task/{task['id']}", task | {"status": "accepted"}
    nameless = {name: value for name, value in accepted.items() if name != "meta"}
    assert (await fhir.put(where, json=nameless, headers=desk)).status_code == 428
    assert (await fhir.put(where, json=accepted, headers=desk | {"If-Match": 'W/"9"'})).status_code == 412
    assert (await fhir.put(where, json=accepted, headers=desk | {"If-Match": "Plughname"})).status_code == 400
    keyed = desk | {"If-Match": 'W/"1"', "Idempotency-Key": str(uuid4())}
    first, again = [await fhir.put(where, json=accepted, headers=keyed) for _ in range(2)]
    assert first.status_code == 200
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (await fhir.put(where, json=accepted, headers=desk)).status_code == 412
    same = await fhir.put(where, json=first.json(), headers=desk)
    assert same.status_code == 200
    assert same.json() == first.json()
    known = await fhir.get(where, headers=desk | {"If-None-Match": first.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    assert (await fhir.head(where, headers=desk)).headers["last-modified"].endswith("GMT")


async def test_searching(fhir: httpx.AsyncClient, offered: Offered, desk: Header, statements: list[str]) -> None:
    """Filters, pages, what is included: each page in two statements, however many tasks are on it."""
    mark = (await fhir.get("/Task?_count=1&_sort=-_lastUpdated", headers=desk)).json()["meta"]["lastUpdated"]
    tasks = [await offered() for _ in range(3)]
    await fhir.patch(f"/Task/{tasks[1]['id']}", json={"status": "accepted"}, headers=desk)
    asked = {
        "_lastUpdated": f"gt{mark}",
        "_count": "2",
        "_include": "Task:focus",
        "owner.identifier": f"urn:uuid:{AMSTERDAM_DESK}",
    }
    statements.clear()
    page = (await fhir.get("/Task", params=asked, headers=desk)).json()
    assert len([one for one in statements if "pg_notify" not in one]) == 3  # one of them for the owner's numbers
    statements.clear()
    following = (await fhir.get({one["relation"]: one["url"] for one in page["link"]}["next"], headers=desk)).json()
    assert len(statements) == 3
    found = [(one["search"]["mode"], one["resource"]["id"]) for one in page["entry"] + following["entry"]]
    order = [tasks[0]["id"], tasks[2]["id"], tasks[1]["id"]]
    assert [one for mode, one in found if mode == "match"] == order
    assert [one for mode, one in found if mode == "include"] == [tasks[1]["focus"]["reference"].split("/")[1]]
    assert "next" not in {one["relation"] for one in following["link"]}
    reference = tasks[1]["identifier"][0]
    for query, expected in {
        f"identifier={reference['system']}|{reference['value']}": [order[2]],
        f"identifier=elsewhere|{reference['value']}": [],
        f"status=accepted&_lastUpdated=gt{mark}": [order[2]],
        f"status=requested,received&_lastUpdated=gt{mark}&_sort=-_lastUpdated": [order[1], order[0]],
        f"_lastUpdated=gt{mark}&_lastUpdated=le{tasks[0]['meta']['lastUpdated']}": [order[0]],
        f"focus={tasks[2]['focus']['reference']}": [order[1]],
        f"_lastUpdated=gt{mark}&owner:identifier=http://fhir.nl/fhir/NamingSystem/ura|12345678": [],
        f"_lastUpdated=gt{page['meta']['lastUpdated']}": [],
        f"_lastUpdated=lt2026-01&_id={order[0]}": [],
    }.items():
        answer = await fhir.get(f"/Task?{query}", headers=desk)
        assert [one["resource"]["id"] for one in answer.json().get("entry", [])] == expected, query
    form = await fhir.post("/Task/_search", data={"_lastUpdated": f"gt{mark}", "_count": "0"}, headers=desk)
    assert form.json()["total"] == 3


async def test_what_is_not_known_of_a_search(fhir: httpx.AsyncClient, desk: Header) -> None:
    """Ignored and not told as if it had counted; refused of whoever prefers that."""
    answer = await fhir.get("/Task?patient=Plughname&status=rejected", headers=desk)
    assert answer.json()["link"][0]["url"].endswith("/fhir/r4/Task?status=rejected")
    strict = await fhir.get("/Task?patient=Plughname", headers=desk | {"Prefer": "handling=strict"})
    assert strict.status_code == 400, strict.text
    assert "Plughname" not in strict.text
    for wrong in (
        "status=zzz",
        "_lastUpdated=gt2026-11-24T03:10:00",
        "_lastUpdated=ne2026",
        "_sort=status",
        "_count=-1",
        "_page=x",
        "status:not=rejected",
    ):
        answer = await fhir.get(f"/Task?{wrong}", headers=desk)
        assert (answer.status_code, answer.json()["issue"][0]["code"]) == (400, "invalid"), wrong


async def test_a_task_that_commits_late_is_not_skipped(
    fhir: httpx.AsyncClient, offered: Offered, desk: Header, database: Database
) -> None:
    """What began an hour ago and commits now comes after what was told already: a poller goes on from there, and must see it."""
    early, late = [await offered() for _ in range(2)]
    page = (await fhir.get(f"/Task?_id={early['id']},{late['id']}", headers=desk)).json()
    mark = page["meta"]["lastUpdated"]
    assert mark >= late["meta"]["lastUpdated"] > early["meta"]["lastUpdated"]
    about = {"case_id": UUID(early["focus"]["reference"].split("/")[1]), "offer_id": UUID(early["id"])}
    for _ in range(2):
        async with begin(database, WORKER, at=datetime.now(UTC) - timedelta(hours=1)) as work:
            event = OfferReminded(organisation_id=AMSTERDAM_DESK, reminders=1, accept_by=work.at, **about)
            outbox.record(work, event, [AMSTERDAM_DESK])
        found = (await fhir.get(f"/Task?_lastUpdated=gt{mark}", headers=desk)).json()
        assert [one["resource"]["id"] for one in found["entry"]] == [early["id"]]
        assert found["meta"]["lastUpdated"] == found["entry"][0]["resource"]["meta"]["lastUpdated"] > mark
        mark = found["meta"]["lastUpdated"]


async def test_a_poller_misses_nothing(
    fhir: httpx.AsyncClient, client: httpx.AsyncClient, operator: Header, desk: Header
) -> None:
    """While calls come in and are accepted by four hands at once, a poller goes from moment to moment: it sees the last of each."""
    mark = (await fhir.get("/Task?_count=0", headers=desk)).json()["meta"]["lastUpdated"]
    made: list[str] = []
    seen: dict[str, str] = {}

    async def ring_and_accept() -> None:
        for _ in range(4):
            task_id = (await an_offered_case(client, operator))["offered"]["offerId"]
            answer = await client.patch(f"/fhir/r4/Task/{task_id}", json={"status": "accepted"}, headers=desk)
            assert answer.status_code == 200, answer.text
            made.append(task_id)

    async def poll(mark: str) -> str:
        found = (await client.get(f"/fhir/r4/Task?_lastUpdated=gt{mark}&_count=200", headers=desk)).json()
        seen.update({one["resource"]["id"]: one["resource"]["status"] for one in found.get("entry", ())})
        return str(found["meta"]["lastUpdated"])

    calling = asyncio.gather(*(ring_and_accept() for _ in range(4)))
    while not calling.done():
        mark = await poll(mark)
    await calling
    await poll(mark)
    assert {task_id: seen.get(task_id) for task_id in made} == dict.fromkeys(made, "accepted")


async def test_other_organisations_see_nothing(
    fhir: httpx.AsyncClient, offered: Offered, desk: Header, database: Database
) -> None:
    """Not even that it exists: who took the call in has no task, and neither has anybody else."""
    task = await offered()
    case = task["focus"]["reference"].split("/")[1]
    other = await a_token(database, HOTLINE, "supervisor")
    for path in (f"/Task/{task['id']}", f"/Patient/{case}", f"/ServiceRequest/{case}", f"/Communication?subject=Patient/{case}"):
        assert (await fhir.get(path, headers=other)).status_code == 404, path
    assert (await fhir.patch(f"/Task/{task['id']}", json={"status": "accepted"}, headers=other)).status_code == 404
    assert "entry" not in (await fhir.get(f"/Task?_id={task['id']}", headers=other)).json()

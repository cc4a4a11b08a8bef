"""What is written about a person through HTTP: assessments, transport, agreements, the crisis card, and every refusal."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.core.db import Database
from app.followup.written import CARD
from tests.makers import now
from tests.team.table import MENTAL_HEALTH, POLICE, SOCIAL_TEAM, Table, a_table
from tests.travel import travelling

CARD_IN = {"helps": "Rustig praten.", "whomToRing": "Zijn zus.", "doesNotHelp": "Aanraken."}


@pytest.fixture
async def table(client: httpx.AsyncClient, database: Database) -> Table:
    """A case with the ggz and a social team on it; the police have nothing to do with it."""
    table = await a_table(client, database, ggz=MENTAL_HEALTH, social=SOCIAL_TEAM, police=POLICE)
    await table.join("ggz", MENTAL_HEALTH)
    await table.join("social", SOCIAL_TEAM, "social_team")
    return table


async def items(table: Table, who: str = "owner", **params: str) -> list[dict[str, Any]]:
    """The items that somebody sees, with their words."""
    found: list[dict[str, Any]] = (await table.read(who, "/items", 200, purpose="follow_up", **params))["items"]
    return found


async def test_everything_written_is_kept_in_codes_and_sealed_words(table: Table) -> None:
    """Codes to steer by, words for whoever has a purpose; nothing of it is a score on a form of life domains."""
    await table.do("ggz", "assessments", {"level": "high", "method": "clinical", "note": "Slaapt niet."})
    ride = {"by": "police", "policeReason": "danger", "fromPlace": "Thuis", "toPlace": "Kliniek"}
    await table.do("owner", "transports", ride)
    await table.do("social", "agreements", {"what": "Elke dag bellen.", "agreedWith": "person_and_circle"})
    await table.do("owner", "notes", {"what": "Hij heeft een hond."})
    told = {one["kind"]: one for one in await items(table)}
    assert told["assessment"]["facts"] == {"level": "high", "method": "clinical"}
    assert told["transport"]["facts"] == {"by": "police", "police_reason": "danger"}
    assert told["transport"]["words"] == {"from": "Thuis", "to": "Kliniek"}
    assert told["agreement"]["facts"] == {"with": "person_and_circle"}
    assert told["note"]["note"] == "Hij heeft een hond."
    assert {one["state"] for one in told.values()} == {"noted"}
    bare = (await table.read("owner", "/items"))["items"]
    assert all(one["note"] is None and one["words"] is None for one in bare)


async def test_the_persons_own_circle_takes_part_by_the_persons_wish(table: Table) -> None:
    """A sister who is rung first, and a legal representative, whom nobody has to ask about; their names are sealed."""
    sister = {"tie": "sibling", "part": "contact", "agreed": "yes", "name": "Zus", "phone": "0612345678"}
    await table.do("social", "circle", sister)
    await table.do(
        "owner", "circle", {"tie": "legal_representative", "part": "decides", "agreed": "not_needed", "name": "Mentor"}
    )
    first, second = await items(table, "ggz", kind="circle")
    assert (first["facts"], first["words"]) == (
        {"tie": "sibling", "part": "contact", "agreed": "yes"}, {"name": "Zus", "phone": "0612345678"},
    )  # fmt: skip
    assert second["facts"]["part"] == "decides"
    for wrong, pointer in (({"part": "decides"}, "/part"), ({"agreed": "not_needed"}, "/agreed")):
        assert (await table.do("owner", "circle", sister | wrong, 400))["errors"][0]["pointer"] == pointer
    await table.do("police", "circle", sister, 404)
    assert len(await items(table, kind="circle")) == 2


async def test_what_is_arranged_is_a_duty(table: Table) -> None:
    """Transport for tomorrow, or an agreement to look at again, moves the deadline of the case until it is done."""
    await table.do("owner", "contacts", {"way": "visit", "party": "person", "result": "reached"})
    due = now() + timedelta(hours=20)
    ride = {"by": "ambulance", "dueAt": due.isoformat(), "assignedTo": str(MENTAL_HEALTH)}
    made = await table.do("owner", "transports", ride)
    assert made["deadlineAt"][:16] == due.isoformat()[:16]
    await table.do("ggz", f"items/{made['id']}/end", {}, version=1)
    review = {"what": "Niet meer bellen 's nachts.", "dueAt": (now() + timedelta(hours=9)).isoformat()}
    [*_, last] = [await table.do("ggz", "agreements", review), *await items(table, kind="agreement")]
    assert (last["state"], last["assignedTo"]) == ("open", str(MENTAL_HEALTH))


@pytest.mark.parametrize(
    ("what", "body", "pointer"),
    [
        ("assessments", {"level": "high", "method": "other_instrument"}, "/note"),
        ("assessments", {"level": "zeer hoog", "method": "clinical"}, "/level"),
        ("assessments", {"level": "low", "method": "clinical", "at": "2190-01-01T00:00:00Z"}, "/at"),
        ("transports", {"by": "police"}, "/policeReason"),
        ("transports", {"by": "ambulance", "policeReason": "danger"}, "/policeReason"),
        ("transports", {"by": "ambulance", "dueAt": "2020-01-01T00:00:00Z"}, "/dueAt"),
        ("agreements", {"what": "Bellen.", "dueAt": "2020-01-01T00:00:00Z"}, "/dueAt"),
        ("notes", {"what": "Iets.", "visibility": "named"}, "/named"),
        ("notes", {"what": "Iets.", "visibility": "named", "named": [str(POLICE)]}, "/named"),
        ("actions", {"what": "Gaan.", "dueAt": "2020-01-01T00:00:00Z"}, "/dueAt"),
        ("actions", {"what": "Gaan.", "dueAt": "2190-01-01T00:00:00Z", "assignedTo": str(POLICE)}, "/assignedTo"),
        (
            "contacts",
            {"way": "visit", "party": "person", "result": "reached", "visibility": "named", "named": [str(POLICE)]},
            "/named",
        ),
        ("goals", {"what": "Rust.", "visibility": "named", "named": [str(POLICE)]}, "/named"),
    ],
)
async def test_what_can_not_be_meant_changes_nothing(table: Table, what: str, body: dict[str, Any], pointer: str) -> None:
    """In the future, due in the past, for who is outside the team, the police without a reason: refused where it went wrong."""
    before = await table.read("owner")
    refused = await table.do("owner", what, body, 400)
    assert refused["errors"][0]["pointer"] == pointer
    assert await table.read("owner") == before
    assert await items(table) == []


async def test_who_has_no_part_or_left_writes_nothing(table: Table) -> None:
    """A stranger sees no case at all; a member that left sees none any more; who took the call in has no part in it."""
    note = {"what": "Iets."}
    await table.do("police", "notes", note, 404)
    await table.do("operator", "notes", note, 403)
    for path in ("/story", "/overview", "/crisis-card"):
        await table.read("police", path, 404, purpose="follow_up")
        await table.read("operator", path, 403, purpose="follow_up")
    [ggz, *_] = (await table.read("owner", "/team"))["items"]
    await table.do("ggz", f"team/{ggz['id']}/end", {"reason": "task_done"}, version=2)
    for what, body in (("notes", note), ("crisis-cards", CARD_IN), ("assessments", {"level": "low", "method": "clinical"})):
        await table.do("ggz", what, body, 404)
    await table.read("ggz", "/story", 404, purpose="follow_up")
    late = {"what": "Gaan.", "dueAt": (now() + timedelta(days=1)).isoformat(), "assignedTo": str(MENTAL_HEALTH)}
    assert (await table.do("owner", "actions", late, 400))["errors"][0]["code"] == "not_on_team"


async def test_one_crisis_card_is_valid_and_none_is_lost(table: Table) -> None:
    """Whoever writes a new one must have read the one that is valid; the earlier stays, marked with what took its place."""
    await table.read("owner", "/crisis-card", 404, purpose="follow_up")
    first = (await table.do("ggz", "crisis-cards", CARD_IN))["id"]
    again = await table.do("owner", "crisis-cards", CARD_IN, 409)
    assert (again["type"].rsplit("/", 1)[1], again["current"]) == ("crisis-card-changed", first)
    second = (await table.do("social", "crisis-cards", CARD_IN | {"signals": "Loopt 's nachts.", "replaces": first}))["id"]
    await table.do("ggz", "crisis-cards", CARD_IN | {"replaces": first}, 409)
    card = await table.read("ggz", "/crisis-card", purpose="first_contact")
    assert (card["id"], card["replaces"]) == (second, first)
    assert [one["name"] for one in card["fields"]] == [name for name in CARD if name != "agreed"]
    assert {one["id"]: one["correctedBy"] for one in await items(table)} == {first: second, second: None}
    error = {"reason": "entered_in_error"}
    await table.do("owner", f"items/{second}/corrections", error, version=1)
    await table.read("owner", "/crisis-card", 404, purpose="follow_up")
    third = (await table.do("owner", "crisis-cards", CARD_IN))["id"]
    assert (await table.read("owner", "/crisis-card", purpose="follow_up"))["id"] == third


async def test_an_action_is_moved_with_a_reason(table: Table) -> None:
    """Later, or to somebody else: the deadline follows, and the timeline says who did it and why."""
    await table.do("owner", "contacts", {"way": "visit", "party": "person", "result": "reached"})
    await table.do("owner", "aftercare/obligations/inform_person/fulfilment", {})
    due, later = now() + timedelta(days=1), now() + timedelta(days=3)
    body = {"what": "Bellen.", "dueAt": due.isoformat(), "assignedTo": str(MENTAL_HEALTH), "visibility": "owner"}
    action = (await table.do("owner", "actions", body))["id"]
    path = f"items/{action}/moves"
    moved = await table.do("ggz", path, {"reason": "absence", "dueAt": later.isoformat()}, version=1)
    assert (moved["dueAt"][:16], moved["version"]) == (later.isoformat()[:16], 2)
    assert (await table.read("owner"))["deadlineAt"][:16] == later.isoformat()[:16]
    given = await table.do("owner", path, {"reason": "others_closer", "assignedTo": str(SOCIAL_TEAM)}, version=2)
    assert (given["assignedTo"], given["named"]) == (str(SOCIAL_TEAM), sorted([str(MENTAL_HEALTH), str(SOCIAL_TEAM)]))
    lines = [one for one in (await table.read("social", "/timeline"))["items"] if one["kind"] == "action_moved"]
    assert [one["facts"]["reason"] for one in lines] == ["others_closer"]  # it was not its action before
    assert len([one for one in (await table.read("owner", "/timeline"))["items"] if one["kind"] == "action_moved"]) == 2
    done = await table.do("social", f"items/{action}/end", {}, version=3)
    assert done["state"] == "done"
    ended = await table.do("owner", path, {"reason": "absence", "dueAt": later.isoformat()}, 409, version=4)
    assert ended["type"].endswith("item-ended")


async def test_what_is_no_move_is_refused(table: Table) -> None:
    """Into the past, too far, nowhere, outside the team, by who must not hand it on, or of what was read otherwise."""
    due = now() + timedelta(days=1)
    body = {"what": "Bellen.", "dueAt": due.isoformat(), "assignedTo": str(MENTAL_HEALTH)}
    action = (await table.do("owner", "actions", body))["id"]
    path, why = f"items/{action}/moves", {"reason": "no_capacity"}
    for wrong, code in (
        (why, "nothing"),
        (why | {"dueAt": (now() - timedelta(days=1)).isoformat()}, "past"),
        (why | {"dueAt": (now() + timedelta(days=40)).isoformat()}, "too_far"),
        (why | {"assignedTo": str(POLICE)}, "not_on_team"),
    ):
        assert (await table.do("owner", path, wrong, 400, version=1))["errors"][0]["code"] == code
    to_social = why | {"assignedTo": str(SOCIAL_TEAM)}
    await table.do("ggz", path, to_social, 403, version=1)
    await table.do("social", path, why | {"dueAt": (now() + timedelta(days=2)).isoformat()}, 403, version=1)
    await table.do("owner", path, to_social, 412, version=7)
    await table.do("owner", path, to_social, 428)
    note = (await table.do("owner", "notes", {"what": "Iets."}))["id"]
    await table.do("owner", f"items/{note}/moves", to_social, 409, version=1)
    [kept] = await items(table, kind="action")
    assert (kept["version"], kept["assignedTo"]) == (1, str(MENTAL_HEALTH))


async def test_the_latest_assessment_is_the_one_that_was_made_last(table: Table) -> None:
    """Not the one that was typed last, nor one that was corrected."""
    with travelling(now() - timedelta(days=3)) as travel:
        before = travel.at - timedelta(days=1)
        recent = (await table.do("ggz", "assessments", {"level": "acute", "method": "clinical"}))["id"]
        old = {"level": "low", "method": "structured", "at": before.isoformat()}
        await table.do("ggz", "assessments", old)
        assert (await table.read("owner", "/overview", purpose="follow_up"))["assessment"]["id"] == recent
        travel.on(hours=1)
        said = {"reason": "mistake", "assessment": {"level": "raised", "method": "clinical"}}
        await table.do("ggz", f"items/{recent}/corrections", said, version=1)
        shown = (await table.read("social", "/overview", purpose="follow_up"))["assessment"]
        assert shown["facts"] == {"level": "raised", "method": "clinical", "reason": "mistake"}

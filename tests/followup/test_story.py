"""Everything on one timeline, and the page of a case: each sees what is meant for it, in few statements, and the look is logged."""

import itertools
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.actor import Actor, Role
from app.core.db import Database
from app.core.errors import Invalid
from app.core.work import begin
from app.followup.service.overview import overview
from app.followup.service.story import story
from app.followup.story import Order, Place, place_of
from app.team.audience import Visibility, audience_of, sees
from tests.followup.following import WAIVER
from tests.makers import AMSTERDAM_DESK, now
from tests.team.table import MENTAL_HEALTH, SOCIAL_TEAM, Table, a_table
from tests.travel import travelling

SPOKEN = {"way": "visit", "party": "person", "result": "reached", "note": "Zij deed open."}
places = st.builds(
    Place,
    st.datetimes(datetime(1971, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC)),
    st.uuids(),
    st.integers(0, 3),
)


@given(place=places)
def test_a_cursor_is_its_place(place: Place) -> None:
    """To the microsecond, and short enough for an address."""
    assert place_of(place.cursor) == place
    assert len(place.cursor) <= 64


@given(cursor=st.text(max_size=64) | st.from_regex(r"[0-9a-f]{49}", fullmatch=True))
def test_anything_else_is_no_cursor(cursor: str) -> None:
    """Refused, whatever was sent, or a place that says the same."""
    with suppress(Invalid):
        assert place_of(cursor).cursor == cursor


async def a_life(client: httpx.AsyncClient, database: Database) -> Table:
    """A case with two members, and one of everything."""
    table = await a_table(client, database, ggz=MENTAL_HEALTH, social=SOCIAL_TEAM)
    await table.join("ggz", MENTAL_HEALTH)
    await table.join("social", SOCIAL_TEAM, "social_team")
    await table.do("owner", "contacts", SPOKEN)
    goal = (await table.do("owner", "goals", {"of": "person", "what": "Slapen."}))["id"]
    due = (now() + timedelta(days=2)).isoformat()
    action = (await table.do("owner", "actions", {"what": "Bellen.", "dueAt": due, "assignedTo": str(MENTAL_HEALTH)}))["id"]
    await table.do(
        "ggz", f"items/{action}/moves", {"reason": "absence", "dueAt": (now() + timedelta(days=3)).isoformat()}, version=1
    )
    await table.do("ggz", f"items/{action}/end", {"note": "Gedaan."}, version=2)
    note = (await table.do("ggz", "notes", {"what": "Alleen.", "visibility": "owner"}))["id"]
    await table.do("ggz", f"items/{note}/corrections", {"reason": "mistake", "note": {"what": "Samen."}}, version=1)
    await table.do("ggz", "assessments", {"level": "high", "method": "clinical"})
    await table.do("social", "crisis-cards", {"helps": "Rust.", "whomToRing": "Zus."})
    await table.do("owner", "aftercare/obligations/inform_person/fulfilment", {"note": "Verteld."})
    await table.do("owner", f"goals/{goal}/outcome", {"outcome": "reached", "note": "Slaapt."})
    check = (await table.read("owner", "/aftercare"))["checks"][0]["id"]
    await table.do("owner", f"aftercare/checks/{check}/result", WAIVER)
    return table


async def all_of(table: Table, who: str, order: str, limit: int) -> list[dict[str, Any]]:
    """The whole story, page by page."""
    found: list[dict[str, Any]] = []
    more: dict[str, str] = {}
    while True:
        page = await table.read(who, "/story", 200, purpose="follow_up", order=order, limit=str(limit), **more)
        found += page["items"]
        if page["next"] is None:
            return found
        assert len(page["items"]) == limit
        more = {"cursor": page["next"]}


async def test_the_story_tells_everything_once_in_order(client: httpx.AsyncClient, database: Database) -> None:
    """From both ends, in pages of any size; what a line would tell again is left out."""
    table = await a_life(client, database)
    oldest = await all_of(table, "owner", "oldest_first", 200)
    for limit in (1, 3, 7):
        assert await all_of(table, "owner", "newest_first", limit) == oldest[::-1]
    assert [one["at"] for one in oldest] == sorted(one["at"] for one in oldest)
    told = [(one["entry"], one["kind"]) for one in oldest]
    assert told[:3] == [("line", "opened"), ("line", "offered"), ("line", "accepted")]
    for once in (
        ("contact", "person"), ("goal", "person"), ("goal_outcome", "person"), ("item", "action"), ("line", "action_moved"),
        ("item_ended", "action"), ("item", "assessment"), ("item", "crisis_card"), ("obligation", "inform_person"),
        ("check", "aftercare_check"),
    ):  # fmt: skip
        assert told.count(once) == 1, once
    assert told.count(("item", "note")) == 2
    assert not {"contact", "goal", "note", "note_corrected", "action", "action_done"} & {
        kind for entry, kind in told if entry == "line"
    }
    words = {word for one in oldest for word in one["words"].values()}
    assert words >= {"Zij deed open.", "Slapen.", "Bellen.", "Gedaan.", "Alleen.", "Samen.", "Rust.", "Verteld.", "Slaapt."}
    old, new = (one for one in oldest if one["kind"] == "note")
    assert (old["correctedBy"], new["correctsId"], old["visibility"]) == (new["id"], old["id"], "owner")


async def test_each_hears_its_own_story(client: httpx.AsyncClient, database: Database) -> None:
    """For every writer and visibility, of contacts and of items: the story shows what the pure rule says, and no more."""
    orgs = {"owner": AMSTERDAM_DESK, "ggz": MENTAL_HEALTH, "social": SOCIAL_TEAM}
    table = await a_table(client, database, ggz=MENTAL_HEALTH, social=SOCIAL_TEAM)
    await table.join("ggz", MENTAL_HEALTH)
    await table.join("social", SOCIAL_TEAM, "social_team")
    written: dict[str, tuple[UUID, Any]] = {}
    for writer, visibility in itertools.product(orgs, Visibility):
        named = [SOCIAL_TEAM] if visibility is Visibility.NAMED else []
        seen = {"visibility": visibility, "named": [str(one) for one in named]}
        for what, body in (("notes", {"what": "Iets."}), ("contacts", SPOKEN)):
            made = await table.do(writer, what, body | seen)
            written[made["id"]] = (orgs[writer], audience_of(visibility, named))
    for reader, organisation in orgs.items():
        told = {one["id"] for one in await all_of(table, reader, "oldest_first", 50)} & written.keys()
        assert told == {
            one
            for one, (writer, audience) in written.items()
            if sees(organisation, owner=AMSTERDAM_DESK, writer=writer, audience=audience, on_team=True)
        }
        page = await table.read(reader, "/overview", purpose="follow_up")
        assert {one["id"] for one in page["contacts"]} <= told
        assert all(one["note"] for one in page["contacts"])


async def test_a_look_is_logged_once_and_needs_a_purpose(
    client: httpx.AsyncClient, database: Database, raw: asyncpg.Connection
) -> None:
    """However many entries it shows; without a purpose, with another's cursor, or of no known order it shows none."""
    table = await a_life(client, database)

    async def looks() -> list[str]:
        async with raw.transaction():
            await raw.execute("SET LOCAL ROLE nodus_worker")
            rows = await raw.fetch("SELECT what FROM access_log WHERE case_id = $1 ORDER BY id", UUID(table.case))
        return [row["what"] for row in rows]

    before = await looks()
    await table.read("ggz", "/story", purpose="follow_up")
    await table.read("ggz", "/overview", purpose="follow_up")
    assert (await looks())[len(before) :] == ["story of the case", "page of the case"]
    for wrong in (
        {},
        {"purpose": "curiosity"},
        {"purpose": "follow_up", "cursor": "abc"},
        {"purpose": "follow_up", "order": "any"},
    ):
        await table.read("ggz", "/story", 400, **wrong)
    await table.read("ggz", "/overview", 400)
    assert len(await looks()) == len(before) + 2


async def test_the_page_of_a_case_takes_two_statements(
    client: httpx.AsyncClient, database: Database, statements: list[str]
) -> None:
    """Everything on it, however much there is: one question, and the line in the log."""
    table = await a_life(client, database)
    await table.read("owner", "/overview", purpose="follow_up")
    statements.clear()
    page = await table.read("owner", "/overview", purpose="follow_up")
    asked = [one for one in statements if "FROM api_key" not in one]
    assert len(asked) == 2, asked
    assert len(statements) <= 3
    assert page["case"]["version"] == (await table.read("owner"))["version"]
    assert page["ownerName"]
    assert [(one["role"], one["state"]) for one in page["team"]] == [("mental_health", "member"), ("social_team", "member")]
    assert all(one["name"] for one in page["team"])
    [goal] = page["goals"]
    assert (goal["what"], goal["outcome"], goal["note"]) == ("Slapen.", "reached", "Slaapt.")
    assert page["openItems"] == []
    assert page["assessment"]["facts"] == {"level": "high", "method": "clinical"}
    assert [one["text"] for one in page["crisisCard"]["fields"]] == ["Rust.", "Zus."]
    assert [one["state"] for one in page["checks"]] == ["waived", "planned", "planned"]
    assert {one["kind"]: one["state"] for one in page["obligations"]} == {"evaluation": "open", "inform_person": "done"}
    assert next(one["note"] for one in page["obligations"] if one["kind"] == "inform_person") == "Verteld."
    assert [one["note"] for one in page["contacts"]] == ["Zij deed open."]
    assert page["missing"] == (await table.read("owner", "/closing-checklist"))["missing"]
    assert page["overdue"] == []


async def test_the_page_of_a_case_on_which_nobody_has_worked(client: httpx.AsyncClient, database: Database) -> None:
    """What is owed is shown before the first command stores it, and the same is missing as the checklist says."""
    table = await a_table(client, database)
    page = await table.read("owner", "/overview", purpose="first_contact")
    assert [one["kind"] for one in page["obligations"]] == ["inform_person"]
    assert page["missing"] == (await table.read("owner", "/closing-checklist"))["missing"]
    assert (page["assessment"], page["crisisCard"], page["contacts"], page["team"]) == (None, None, [], [])
    assert page["case"]["deadlineKind"] == "first_contact"


async def test_a_member_is_not_told_what_is_hidden_from_it(client: httpx.AsyncClient, database: Database) -> None:
    """Neither in what is open, nor in the name of what is overdue; what forbids closing is the owner's."""
    with travelling(now() - timedelta(days=30)) as travel:
        table = await a_table(client, database, ggz=MENTAL_HEALTH)
        await table.join("ggz", MENTAL_HEALTH)
        await table.do("owner", "contacts", SPOKEN)
        await table.do("owner", "aftercare/obligations/inform_person/fulfilment", {})
        ride = {
            "by": "police",
            "policeReason": "suspect",
            "dueAt": (travel.at + timedelta(days=1)).isoformat(),
            "visibility": "owner",
        }
        await table.do("owner", "transports", ride)
        travel.on(days=2)
        seen, own = [await table.read(who, "/overview", purpose="follow_up") for who in ("ggz", "owner")]
        assert (own["overdue"], [one["kind"] for one in own["openItems"]]) == (["transport"], ["transport"])
        assert (seen["overdue"], seen["openItems"], seen["missing"], seen["contacts"]) == ([], [], None, [])


@pytest.mark.parametrize("path", ["/story", "/overview"])
async def test_who_was_only_invited_reads_nothing(client: httpx.AsyncClient, database: Database, path: str) -> None:
    """It sees that there is a case, in codes, to decide whether to join."""
    table = await a_table(client, database, ggz=MENTAL_HEALTH)
    await table.invite("owner", MENTAL_HEALTH)
    await table.read("ggz", path, 403, purpose="follow_up")


async def test_without_a_purpose_it_tells_codes_only(
    client: httpx.AsyncClient, database: Database, raw: asyncpg.Connection
) -> None:
    """What is looked at again and again by a screen opens nothing, so that there is no look to log; all else is the same."""
    table = await a_life(client, database)
    case = UUID(table.case)

    async def looks() -> int:
        async with raw.transaction():
            await raw.execute("SET LOCAL ROLE nodus_worker")
            return int(await raw.fetchval("SELECT count(*) FROM access_log WHERE case_id = $1", case))

    before = await looks()
    async with begin(database, Actor(organisation=AMSTERDAM_DESK, role=Role.DESK)) as work:
        page = await overview(work, case, None)
        told = await story(work, case, None, Order.NEWEST_FIRST, None, 200)
    assert await looks() == before
    assert page.goals
    assert page.missing
    assert not any(one["words"] or one["ended"] for one in page.goals)
    assert len(told.items) > 10
    assert not any(row["words"] for row in told.items)

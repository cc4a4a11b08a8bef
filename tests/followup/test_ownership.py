"""The level of problem ownership: nobody holds a problem before they have said yes."""

from datetime import timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.db import Database
from app.core.errors import Invalid
from app.followup.ownership import ANSWER_HOURS, OFFICIALS, Official, ProblemLevel, insist_on_official
from tests.followup.following import WAIVER
from tests.makers import AMSTERDAM_DESK, now
from tests.team.table import MENTAL_HEALTH, POLICE, SOCIAL_TEAM, Table, a_table
from tests.travel import travelling

ASKED = {"level": "executive", "official": "mayor", "assignedTo": str(SOCIAL_TEAM), "reason": "danger", "note": "Brand."}


@given(level=st.sampled_from(ProblemLevel), official=st.sampled_from(Official))
def test_an_official_holds_what_the_function_allows(level: ProblemLevel, official: Official) -> None:
    """A manager is no mayor; every level has somebody, and a time to answer."""
    assert OFFICIALS[level]
    assert ANSWER_HOURS[level] > 0
    if official in OFFICIALS[level]:
        insist_on_official(level, official)
    else:
        with pytest.raises(Invalid):
            insist_on_official(level, official)


@pytest.fixture
async def table(client: httpx.AsyncClient, database: Database) -> Table:
    """A case with the ggz on its team, and the municipality, for which the social team stands."""
    table = await a_table(client, database, ggz=MENTAL_HEALTH, social=SOCIAL_TEAM, police=POLICE)
    await table.join("ggz", MENTAL_HEALTH)
    await table.join("social", SOCIAL_TEAM, "municipality")
    return table


async def held(table: Table, who: str = "ggz") -> tuple[str, str | None]:
    """The level that the page of the case shows, and whose it is."""
    told = (await table.read(who, "/overview", purpose="follow_up"))["ownership"]
    return told["level"], told["organisationId"]


async def test_a_level_counts_when_it_is_accepted(table: Table) -> None:
    """Asked is not held; declined is not held; then it is, until somebody accepts another."""
    assert await held(table) == ("practitioner", str(AMSTERDAM_DESK))
    first = (await table.do("ggz", "escalations", ASKED))["id"]
    assert await held(table) == ("practitioner", str(AMSTERDAM_DESK))
    no = {"accept": False, "reason": "level_not_needed", "note": "Eerst de manager."}
    declined = await table.do("social", f"escalations/{first}/answer", no, version=1)
    assert (declined["state"], declined["endedFacts"]) == ("cancelled", {"reason": "level_not_needed"})
    assert await held(table) == ("practitioner", str(AMSTERDAM_DESK))
    second = (await table.do("owner", "escalations", ASKED))["id"]
    assert (await table.do("social", f"escalations/{second}/answer", {"accept": True}, version=1))["state"] == "done"
    assert await held(table) == ("executive", str(SOCIAL_TEAM))
    same = await table.do("owner", "escalations", ASKED, 400)
    assert same["errors"][0]["code"] == "same"
    down = {"level": "process", "official": "process_director", "assignedTo": str(AMSTERDAM_DESK), "reason": "quieter"}
    third = (await table.do("social", "escalations", down))["id"]
    await table.do("owner", f"escalations/{third}/answer", {"accept": True}, version=1)
    assert await held(table, "social") == ("process", str(AMSTERDAM_DESK))


async def test_an_official_who_is_silent_is_overdue(client: httpx.AsyncClient, database: Database) -> None:
    """The question has a moment; when it passes it is the case's overdue thing, and climbs as anything else."""
    begun = now() - timedelta(days=10)
    with travelling(begun) as travel:
        table = await a_table(client, database, social=SOCIAL_TEAM)
        await table.join("social", SOCIAL_TEAM, "municipality")
        await table.do("owner", "contacts", {"way": "visit", "party": "person", "result": "reached"})
        await table.do("owner", "aftercare/obligations/inform_person/fulfilment", {})
        asked = await table.do("owner", "escalations", ASKED)
        assert asked["deadlineAt"][:16] == (begun + timedelta(hours=24)).isoformat()[:16]
        travel.on(hours=25)
        assert (await table.read("owner", "/overview", purpose="follow_up"))["overdue"] == ["escalation"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"official": "manager"}, "/official"),
        ({"assignedTo": str(POLICE)}, "/assignedTo"),
        ({"answerBy": "2020-01-01T00:00:00Z"}, "/answerBy"),
        ({"level": "national"}, "/level"),
    ],
)
async def test_what_can_not_be_asked(table: Table, change: dict[str, str], pointer: str) -> None:
    """Of a function without that say, of who is outside the team, by a moment that has passed."""
    before = await table.read("owner")
    assert (await table.do("owner", "escalations", ASKED | change, 400))["errors"][0]["pointer"] == pointer
    assert await table.read("owner") == before


async def test_only_who_was_asked_answers_and_only_once(table: Table) -> None:
    """Not the asker, not another member; not by the way in which an action is done; and one question at a time."""
    item = (await table.do("ggz", "escalations", ASKED))["id"]
    waiting = await table.do("owner", "escalations", ASKED | {"level": "management", "official": "manager"}, 409)
    assert waiting["type"].endswith("scaling-asked")
    path, yes = f"escalations/{item}/answer", {"accept": True}
    await table.do("ggz", path, yes, 403, version=1)
    await table.do("police", path, yes, 404, version=1)
    await table.do("social", path, {"accept": False}, 400, version=1)
    await table.do("social", path, yes, 412, version=3)
    await table.do("social", path, yes, 428)
    await table.do("social", f"items/{item}/end", {}, 409, version=1)
    await table.do("social", f"items/{item}/end", {"outcome": "cancelled"} | WAIVER, 409, version=1)
    await table.do("owner", f"items/{item}/end", {}, 409, version=1)
    await table.do(
        "social", f"items/{item}/moves", {"reason": "absence", "dueAt": (now() + timedelta(days=9)).isoformat()}, 409, version=1
    )
    assert await held(table) == ("practitioner", str(AMSTERDAM_DESK))
    await table.do("ggz", f"items/{item}/end", {"outcome": "cancelled"} | WAIVER, version=1)
    ended = await table.do("social", path, yes, 409, version=2)
    assert ended["type"].endswith("item-ended")
    note = (await table.do("owner", "notes", {"what": "Iets."}))["id"]
    await table.do("owner", f"escalations/{note}/answer", yes, 404, version=1)

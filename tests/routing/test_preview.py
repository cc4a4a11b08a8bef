"""What would be decided: at any moment, from what the directory said then."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
import pytest
from sqlalchemy import text

from app.cases.lifecycle import Urgency
from app.core.actor import WORKER
from app.core.db import Database
from app.core.errors import Invalid
from app.core.work import begin
from app.directory.places import PlaceOfStay, PlaceUnknown
from app.routing import queries
from app.routing.need import Kind, Need
from app.routing.service.preview import Preview, preview
from tests.conftest import MOMENT
from tests.makers import AMSTERDAM, a_token, an_offered_case
from tests.routing.working import an_offer

LATER: Final = MOMENT + timedelta(hours=9)  # a Tuesday evening: desks with office hours are closed
CHANGED: Final = LATER + timedelta(hours=1)
NOW: Final = CHANGED + timedelta(days=1)
PLACES: Final = ("GM0363", "GM0392", "GM0014", "GM0505", "GM0088")
NEEDS: Final = (
    Need(Urgency.CRISIS), Need(Urgency.URGENT), Need(Urgency.NORMAL, Kind.POLICE), Need(Urgency.URGENT, age=15),
)  # fmt: skip
CHANGES: Final = (
    """UPDATE service SET hours = '{"always": true}', out_of_hours = 'none', out_of_hours_organisation_id = NULL""",
    "UPDATE organisation SET name = name || ' (new name)'",
    "UPDATE organisation SET ends_on = '2026-11-24' WHERE kind = 'care_provider' AND name LIKE 'Crisis%'",
    "UPDATE shift SET participant = 'somebody else'",
    "DELETE FROM shift WHERE layer = 1 AND lower(span) < '2026-11-25'",
    "DELETE FROM service_area WHERE municipality_code IN ('GM0363', 'GM0014')",
)


async def _change(database: Database, at: datetime) -> None:
    async with begin(database, WORKER, at=at) as work:
        for statement in CHANGES:
            assert await work.change(text(statement))


async def _ask(database: Database, code: str, need: Need, at: datetime | None, known: datetime | None = None) -> Preview:
    async with begin(database, WORKER, at=NOW) as work:
        return await preview(work, PlaceOfStay(municipality_code=code), need, at, known)


def _lines(told: Preview) -> list[dict[str, Any]]:
    return [line.to_json() for line in told.decision.lines]


async def test_yesterday_is_explained_as_it_was_decided_yesterday(fresh_database: Database) -> None:
    """Hours, names, shifts and areas change; what was decided before stays explained, candidate by candidate."""
    cases = {(code, n): await an_offer(fresh_database, code, need, LATER) for code in PLACES for n, need in enumerate(NEEDS)}
    await _change(fresh_database, CHANGED)
    for (code, n), case_id in cases.items():
        async with begin(fresh_database, WORKER) as work:
            stored = await work.one(queries.LAST_DECISION, case_id=case_id)
        assert stored is not None
        told = await _ask(fresh_database, code, NEEDS[n], LATER)
        assert _lines(told) == stored["lines"]
        assert (told.decision.offered_to, told.decision.accept_by) == (stored["offered_to"], stored["accept_by"])
        assert told.known.known_at == LATER
        assert told.directory_version is None
        assert not told.notes


async def test_the_same_moment_as_known_later_is_another_answer(fresh_database: Database) -> None:
    """What should have been, and what was known: two questions, two moments."""
    await _change(fresh_database, CHANGED)
    then = await _ask(fresh_database, "GM0392", Need(Urgency.URGENT), LATER)
    now = await _ask(fresh_database, "GM0392", Need(Urgency.URGENT), LATER, NOW)
    assert then.decision.offered_to != now.decision.offered_to or _lines(then) != _lines(now)
    assert "(new name)" in now.decision.offered_name
    assert now.directory_version is not None
    just_after = await _ask(fresh_database, "GM0392", Need(Urgency.URGENT), LATER, CHANGED)
    assert _lines(just_after) == _lines(now)
    assert just_after.directory_version == now.directory_version


async def test_a_moment_to_come_is_told_from_what_is_known_now(fresh_database: Database) -> None:
    """A planner asks about Christmas night; the directory of today answers, by its number."""
    christmas = datetime(2026, 12, 25, 2, tzinfo=UTC)
    told = await _ask(fresh_database, "GM0392", Need(Urgency.URGENT), christmas)
    assert told.known.known_at == NOW
    assert told.directory_version
    assert "Closed until" in told.decision.lines[0].reason.text


async def test_before_the_first_memory_the_first_is_told_and_said_to_be(fresh_database: Database) -> None:
    """Nothing is known of last year: the answer is from the first that is remembered, and says so."""
    told = await _ask(fresh_database, "GM0392", Need(Urgency.URGENT), datetime(2025, 3, 3, 12, tzinfo=UTC))
    assert told.known.known_at == MOMENT
    assert "remembers nothing before 2026-11-24T12:00:00Z" in told.notes[0]


@pytest.mark.parametrize(
    ("need", "at", "known"),
    [
        (Need(Urgency.ADVICE), None, None),
        (Need(Urgency.URGENT), datetime(9999, 12, 31, tzinfo=UTC), None),
        (Need(Urgency.URGENT), datetime(1, 1, 1, tzinfo=UTC), None),
        (Need(Urgency.URGENT), None, NOW + timedelta(days=1)),
    ],
)
async def test_what_nobody_can_know_is_refused(
    database: Database, need: Need, at: datetime | None, known: datetime | None
) -> None:
    """A slip in a date is told as one, instead of an answer about another century."""
    with pytest.raises(Invalid, match="can't be decided"):
        await _ask(database, "GM0363", need, at, known)


async def test_a_municipality_of_no_place_is_refused_in_the_past_too(database: Database) -> None:
    """Weesp went into Amsterdam in 2022: whoever asks is told so."""
    with pytest.raises(PlaceUnknown, match="GM0363"):
        await _ask(database, "GM0457", Need(Urgency.URGENT), LATER)


async def test_the_answer_equals_what_a_real_call_got(client: httpx.AsyncClient, database: Database) -> None:
    """Over the API: the decision of a case, and the preview of its moment, are one and the same."""
    operator = await a_token(database)
    case = (await an_offered_case(client, operator))["caseId"]
    routing = (await client.get(f"/v1/cases/{case}/routing", headers=operator)).json()
    decision = routing["decisions"][0]
    asked = {"postcode": AMSTERDAM, "urgency": routing["offers"][0]["urgency"], "at": decision["at"]}
    told = (await client.get("/v1/routing/preview", params=asked, headers=operator)).json()
    assert told["candidates"] == decision["candidates"]
    assert (told["offeredTo"], told["acceptBy"]) == (decision["offeredTo"], decision["acceptBy"])
    asked["at"] = asked["at"].removesuffix("Z") + "+00:00"
    assert (await client.get("/v1/routing/preview", params=asked, headers=operator)).json() == told


@pytest.mark.parametrize(
    "asked",
    [
        {"urgency": "urgent"},
        {"urgency": "urgent", "postcode": "0000AA"},
        {"urgency": "urgent", "municipalityCode": "GM0363", "at": "2026-12-25T03:00:00"},
        {"urgency": "urgent", "municipalityCode": "GM0363", "knownAt": "yesterday"},
        {"urgency": "advice", "municipalityCode": "GM0363"},
        {"municipalityCode": "GM0363"},
        {"urgency": "urgent", "municipalityCode": "GM0363", "age": "-1"},
    ],
)
async def test_a_question_that_is_none_is_refused(client: httpx.AsyncClient, database: Database, asked: dict[str, str]) -> None:
    """A moment without an offset is nobody's moment; each refusal names its field."""
    answer = await client.get("/v1/routing/preview", params=asked, headers=await a_token(database))
    assert answer.status_code == 400
    assert answer.json()["errors"]

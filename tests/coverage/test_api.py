"""What planners, supervisors and administrators may ask and change."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from app.core.db import Database
from app.main import edged
from tests.conftest import running
from tests.coverage.countries import CODES, an_id
from tests.coverage.watching import CRISIS, LAST, SECOND, WITH_SECOND, furnish, work_at
from tests.makers import a_token, now

DAY = timedelta(days=1)


@pytest.fixture
async def region(own: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A client on a region whose crisis roster has run out, looked at by a worker a moment ago."""
    await furnish(own, WITH_SECOND)
    async with own.engine.connect() as connection:
        await connection.exec_driver_sql("SET ROLE nodus_worker")
        await connection.exec_driver_sql("DELETE FROM shift")
        await connection.exec_driver_sql("RESET ROLE")
    await work_at(own, now())
    async with running(own.settings) as app:
        transport = httpx.ASGITransport(edged(app), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://nodus.test") as made:
            yield made


def _items(response: httpx.Response) -> list[dict[str, Any]]:
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()["items"]
    return found


async def test_everywhere_at_any_moment(region: httpx.AsyncClient, own: Database) -> None:
    """A supervisor sees for next Christmas night what a caller would meet, with the reason."""
    supervisor = await a_token(own, LAST, "supervisor")
    christmas = {"at": "2026-12-25T03:00:00+01:00", "line": "crisis"}
    found = (await region.get("/v1/coverage", params=christmas, headers=supervisor)).json()
    assert found["at"] == "2026-12-25T02:00:00Z"
    assert [(one["municipalityCode"], one["rung"], one["organisationName"]) for one in found["items"]] == [
        (CODES[0], "contracted", "crisis"), (CODES[1], "contracted", "crisis"), (CODES[2], "contracted", "other"),
    ]  # fmt: skip
    assert found["items"][0]["why"] == "Contracted for the municipality; no shift of it runs now."
    refused = await region.get("/v1/coverage", params={"line": "outreach"}, headers=supervisor)
    assert refused.status_code == 400
    spans = await region.get("/v1/coverage/spans", params={"line": "crisis", "municipality": CODES[2]}, headers=supervisor)
    assert [one["municipalityCodes"] for one in _items(spans)] == [[CODES[2]]]
    too_long = {"from": "2026-01-01T00:00Z", "to": "2028-01-01T00:00Z"}
    assert (await region.get("/v1/coverage/gaps", params=too_long, headers=supervisor)).status_code == 400


async def test_gaps_are_shown_to_whom_they_concern(region: httpx.AsyncClient, own: Database) -> None:
    """A planner sees their own organisation's; who watches over the country, all."""
    planner, stranger = await a_token(own, CRISIS, "planner"), await a_token(own, SECOND, "planner")
    supervisor = await a_token(own, LAST, "supervisor")
    [mine] = _items(await region.get("/v1/gaps", headers=planner))
    assert (mine["line"], mine["reason"], mine["organisationIds"]) == ("crisis", "no_shift", [str(CRISIS)])
    assert _items(await region.get("/v1/gaps", headers=stranger)) == []
    assert (await region.get(f"/v1/gaps/{mine['id']}", headers=stranger)).status_code == 404
    assert len(_items(await region.get("/v1/gaps", headers=supervisor))) == 2
    assert _items(await region.get("/v1/gaps", params={"mine": True}, headers=supervisor)) == []
    assert _items(await region.get("/v1/gaps", params={"cleared": True}, headers=supervisor)) == []
    found = _items(await region.get("/v1/coverage/gaps", params={"line": "crisis"}, headers=planner))
    assert [one["municipalityCodes"] for one in found] == [list(CODES[:2]), [CODES[2]]]


async def test_a_gap_is_acknowledged_by_who_is_responsible(region: httpx.AsyncClient, own: Database) -> None:
    """With If-Match, so that two planners don't both arrange a stand-in; a code, never a note."""
    planner, stranger = await a_token(own, CRISIS, "planner"), await a_token(own, SECOND, "planner")
    [mine] = _items(await region.get("/v1/gaps", headers=planner))
    path, body = f"/v1/gaps/{mine['id']}/acknowledgement", {"code": "being_filled"}
    assert (await region.post(path, json=body, headers=planner)).status_code == 428
    version = {"If-Match": (await region.get(f"/v1/gaps/{mine['id']}", headers=planner)).headers["etag"]}
    assert (await region.post(path, json=body, headers=stranger | version)).status_code == 404
    done = await region.post(path, json=body, headers=planner | version)
    assert (done.status_code, done.json()["acknowledgement"], done.json()["acknowledgedBy"]) == (201, "being_filled", str(CRISIS))
    assert (await region.post(path, json=body, headers=planner | version)).status_code == 412
    note = {"code": "being_filled", "note": "Jan is ill"}
    assert (await region.post(path, json=note, headers=planner | {"If-Match": done.headers["etag"]})).status_code == 400


async def test_the_database_keeps_gaps_apart(region: httpx.AsyncClient, own: Database) -> None:
    """Around the application: whatever we forget in a query, another organisation's gap is not there, and can't be closed."""
    connection = await asyncpg.connect(own.settings.database_url)
    try:
        for who, seen in ((CRISIS, 1), (SECOND, 0), (LAST, 2)):
            async with connection.transaction():
                await connection.execute(f"SET LOCAL ROLE nodus_app; SET LOCAL nodus.organisation = '{who}'")
                assert await connection.fetchval("SELECT count(*) FROM gap") == seen
                done = await connection.execute("UPDATE gap SET acknowledgement = 'being_filled', acknowledged_at = now()")
                assert done == f"UPDATE {seen}"
        for statement in ("UPDATE gap SET cleared_at = now(), closed_by = 'filled'", "DELETE FROM gap", "TABLE coverage_look"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with connection.transaction():
                    await connection.execute(f"SET LOCAL ROLE nodus_app; SET LOCAL nodus.organisation = '{CRISIS}'; {statement}")
        async with connection.transaction():
            await connection.execute(f"SET LOCAL ROLE nodus_app; SET LOCAL nodus.organisation = '{SECOND}'")
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(
                    "INSERT INTO fallback (service_id, by_service_id, organisation_id) VALUES ($1, $2, $3)",
                    an_id("service crisis"), an_id("service second"), CRISIS,
                )  # fmt: skip
    finally:
        await connection.close()


def _demand(**changes: Any) -> dict[str, Any]:
    body = {"line": "crisis", "scheme": "municipality", "codes": [CODES[0]], "enough": "on_duty"}
    return {**body, "hours": {"weekly": {"0-4": ["09:00-17:00"]}}, **changes}


async def test_what_must_be_covered_is_kept_by_who_serves_there(region: httpx.AsyncClient, own: Database) -> None:
    """A planner asks for less at night where their organisation serves, changes it, takes it back; nobody else's."""
    planner, stranger = await a_token(own, CRISIS, "planner"), await a_token(own, SECOND, "planner")
    made = await region.post("/v1/demands", json=_demand(), headers=planner)
    assert made.status_code == 201, made.text
    path, version = made.headers["location"], {"If-Match": made.headers["etag"]}
    assert (await region.get(path, headers=stranger)).json() == made.json()
    evening = {"from": "2026-12-01T20:00Z", "to": "2026-12-01T21:00Z", "line": "crisis", "municipality": CODES[0]}
    [free] = _items(await region.get("/v1/coverage/gaps", params=evening, headers=planner))
    assert (free["intended"], free["left"]) == (True, "contracted")
    assert _items(await region.get("/v1/coverage/gaps", params={**evening, "intended": False}, headers=planner)) == []
    assert (await region.put(path, json=_demand(), headers=planner)).status_code == 428
    assert (await region.put(path, json=_demand(), headers=stranger | version)).status_code == 403
    ended = await region.put(path, json=_demand(validUntil="2026-11-30"), headers=planner | version)
    assert (ended.status_code, ended.json()["validUntil"], ended.headers["etag"]) == (200, "2026-11-30", '"2"')
    [gap] = _items(await region.get("/v1/coverage/gaps", params=evening, headers=planner))
    assert gap["intended"] is False
    assert (await region.delete(path, headers=planner | version)).status_code == 412
    assert (await region.delete(path, headers=stranger | {"If-Match": '"2"'})).status_code == 403
    assert (await region.delete(path, headers=planner | {"If-Match": '"2"'})).status_code == 204
    assert (await region.get(path, headers=planner)).status_code == 404


WRONG = {
    "a code of another scheme": ({"scheme": "safety_region"}, 400),
    "the country, and a code": ({"scheme": "country"}, 400),
    "no code": ({"codes": []}, 400),
    "a municipality that is another's": ({"codes": [CODES[2]]}, 403),
    "the whole country": ({"scheme": "country", "codes": []}, 403),
    "a desk on the crisis line": ({"enough": "meldpunt"}, 400),
    "the national desk as cover": ({"enough": "national_desk"}, 400),
    "no such hour": ({"hours": {"weekly": {"0": ["09:00-25:00"]}}}, 400),
    "hours of another shape": ({"hours": {"weekly": ["09:00"]}}, 400),
    "an end before the start": ({"validFrom": "2026-12-01", "validUntil": "2026-11-01"}, 400),
}


@pytest.mark.parametrize(("changes", "status"), WRONG.values(), ids=WRONG.keys())
async def test_a_demand_that_can_not_be_is_refused(
    region: httpx.AsyncClient, own: Database, changes: dict[str, Any], status: int
) -> None:
    """A demand that is misunderstood silences a gap: it says what is wrong, and nothing is kept."""
    planner = await a_token(own, CRISIS, "planner")
    refused = await region.post("/v1/demands", json=_demand(**changes), headers=planner)
    assert refused.status_code == status, refused.text
    assert _items(await region.get("/v1/demands", headers=planner)) == []


async def test_an_administrator_may_ask_for_the_country(region: httpx.AsyncClient, own: Database) -> None:
    """What holds everywhere is not one planner's to say."""
    administrator = await a_token(own, LAST, "administrator")
    made = await region.post("/v1/demands", json=_demand(scheme="country", codes=[]), headers=administrator)
    assert made.status_code == 201, made.text


async def test_a_fallback_is_named_by_whose_service_it_is(region: httpx.AsyncClient, own: Database) -> None:
    """Once named, the gap is closed in the plan as it is in routing; taken away again it is back."""
    planner, stranger = await a_token(own, CRISIS, "planner"), await a_token(own, SECOND, "planner")
    crisis, second = str(an_id("service crisis")), str(an_id("service second"))
    body = {"serviceId": crisis, "byServiceId": second}
    assert (await region.post("/v1/fallbacks", json=body, headers=stranger)).status_code == 403
    other_line = {"serviceId": crisis, "byServiceId": str(an_id("service outreach"))}
    assert (await region.post("/v1/fallbacks", json=other_line, headers=planner)).status_code == 409
    nobody = {"serviceId": crisis, "byServiceId": crisis}
    assert (await region.post("/v1/fallbacks", json=nobody, headers=planner)).status_code == 404
    assert (await region.post("/v1/fallbacks", json=body, headers=planner)).status_code == 201
    assert (await region.post("/v1/fallbacks", json=body, headers=planner)).status_code == 409
    assert [one["byServiceId"] for one in _items(await region.get("/v1/fallbacks", headers=stranger))] == [second]
    asked = {"line": "crisis", "municipality": CODES[0]}
    [gap] = _items(await region.get("/v1/coverage/gaps", params=asked, headers=planner))
    assert gap["closedByFallback"] is True
    path = f"/v1/fallbacks/{crisis}"
    assert (await region.delete(path, headers=stranger | {"If-Match": '"1"'})).status_code == 403
    assert (await region.delete(path, headers=planner | {"If-Match": '"2"'})).status_code == 412
    assert (await region.delete(path, headers=planner | {"If-Match": '"1"'})).status_code == 204
    assert (await region.delete(path, headers=planner | {"If-Match": '"1"'})).status_code == 404


async def test_a_gap_that_is_over_can_not_be_acknowledged(region: httpx.AsyncClient, own: Database) -> None:
    """Whoever answers too late learns that it is over."""
    planner = await a_token(own, CRISIS, "planner")
    await work_at(own, now() + 20 * DAY)
    [gone, *_] = _items(await region.get("/v1/gaps", headers=planner))
    path = f"/v1/gaps/{gone['id']}"
    version = (await region.get(path, headers=planner)).headers["etag"]
    answer = await region.post(f"{path}/acknowledgement", json={"code": "risk_accepted"}, headers=planner | {"If-Match": version})
    assert (gone["closedBy"], answer.status_code) == ("passed", 409)
    assert answer.json()["type"].endswith("gap-cleared")


async def test_duty_now_and_next(region: httpx.AsyncClient, own: Database) -> None:
    """Who plans sees their own rosters; whoever asks for nobody's hears that there is no such organisation."""
    planner = await a_token(own, CRISIS, "planner")
    found = (await region.get("/v1/duty-summary", headers=planner)).json()
    assert found["organisationId"] == str(CRISIS)
    [roster] = found["rosters"]
    assert (roster["now"], roster["next"], roster["line"]) == (None, None, "crisis")
    [unfilled] = roster["unfilled"]
    assert datetime.fromisoformat(unfilled["endsAt"]) - datetime.fromisoformat(unfilled["startsAt"]) == 7 * DAY
    nobody = await region.get("/v1/duty-summary", params={"organisationId": str(an_id("nobody"))}, headers=planner)
    assert nobody.status_code == 404

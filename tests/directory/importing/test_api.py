"""Imports through HTTP: whole files on one path only, for administrators only."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from app.core.db import Database
from app.directory.importing.upload import ONE_AT_A_TIME
from app.directory.seeding import DATA
from tests.conftest import client_of, running, settings_for
from tests.directory.importing.files import PC6_HEADER, cbs_rows, written, zipped
from tests.makers import AMSTERDAM_DESK, a_call, a_token

ADDRESS: Final = "/v1/directory-imports"
CSV: Final = {"Content-Type": "text/csv"}


@pytest.fixture
async def administrator(database: Database) -> dict[str, str]:
    """Who may import."""
    return await a_token(database, AMSTERDAM_DESK, "administrator")


async def _send(client: httpx.AsyncClient, headers: dict[str, str], content: bytes | str, **asked: Any) -> httpx.Response:
    parameters = {"kind": "municipalities", "on": "2026-11-24", **asked}
    return await client.post(ADDRESS, params=parameters, content=content, headers=CSV | headers)


async def test_a_file_is_looked_at(client: httpx.AsyncClient, administrator: dict[str, str]) -> None:
    """The report says what the file is and what it would change; nothing did."""
    content = written(cbs_rows(GM0363="Mokum"), delimiter=";").encode("cp1252")
    answer = await _send(client, administrator, content, fileName="gemeenten-alfabetisch-2026.csv")
    assert answer.status_code == 200, answer.text
    report = answer.json()
    assert (report["format"], report["encoding"], report["delimiter"]) == (
        "CBS Gemeenten alfabetisch",
        "Windows-1252",
        "semicolon",
    )
    assert (report["rows"], report["year"], report["applied"]) == (342, 2026, False)
    renamed = {"about": "municipalities", "what": "renamed", "number": 1, "first": ["GM0363 Amsterdam → Mokum"]}
    assert report["differences"] == [renamed]
    found = (await client.get("/v1/municipalities/GM0363", headers=administrator)).json()
    assert found["municipalityName"] == "Amsterdam"


async def test_what_is_applied_is_recorded_once(client: httpx.AsyncClient, administrator: dict[str, str]) -> None:
    """Repeated with the same key it is the same answer; repeated without, "already imported"; another file needs another key."""
    content = (DATA / "municipality_regions.csv").read_bytes()
    keyed = administrator | {"Idempotency-Key": "import-of-the-regions"}
    first = await _send(client, keyed, content, apply=True)
    again = await _send(client, keyed, content, apply=True)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == first.json()
    assert (await _send(client, administrator, content, apply=True)).json()["outcome"] == "Already imported, no difference."
    other = await _send(client, keyed, written(cbs_rows()), apply=True)
    assert (other.status_code, other.json()["type"]) == (422, "/v1/problems/idempotency-key-reused")
    page = (await client.get(ADDRESS, params={"limit": 200}, headers=administrator)).json()
    (recorded,) = [one for one in page["items"] if one["sha256"] == first.json()["sha256"]]
    assert (recorded["kind"], recorded["rows"], recorded["counts"]) == ("municipalities", 342, [])
    assert recorded["keyId"]


async def test_a_zip_and_a_map(client: httpx.AsyncClient, administrator: dict[str, str], tmp_path: Path) -> None:
    """Each with its own media type."""
    content = written([PC6_HEADER, ["1012AB", "1", "", "", "363"]], delimiter=";").encode()
    packed = zipped(tmp_path / "made.zip", {"pc6hnr20260801_gwb.csv": content}).read_bytes()
    zip_type = administrator | {"Content-Type": "application/zip"}
    answer = await _send(client, zip_type, packed, kind="postcodes", smaller=True)
    assert answer.json()["differences"][0]["first"] == ["1012AB GM0363"], answer.text
    geo_type = administrator | {"Content-Type": "application/geo+json"}
    shapes = (DATA / "municipalities.geojson").read_bytes()
    answer = await _send(client, geo_type, shapes, kind="boundaries")
    assert (answer.json()["rows"], answer.json()["differences"]) == (342, [])


async def test_a_broken_file_names_its_line(client: httpx.AsyncClient, administrator: dict[str, str]) -> None:
    """The reason crosses from the process that reads; what stands in the line does not."""
    answer = await _send(client, administrator, "Gemeentecode;Gemeentenaam\n363;Amsterdam\ngeheim;Utrecht\n", apply=True)
    assert (answer.status_code, answer.json()["type"], answer.json()["line"]) == (400, "/v1/problems/import-file-broken", 3)
    assert "geheim" not in answer.text
    answer = await _send(client, administrator, "")
    assert (answer.status_code, "empty" in answer.json()["detail"]) == (400, True)


async def test_half_a_list_is_refused(client: httpx.AsyncClient, administrator: dict[str, str]) -> None:
    """The sentence says what to do, for people and for programs."""
    answer = await _send(client, administrator, written(cbs_rows()[:100]), apply=True)
    assert (answer.status_code, answer.json()["type"]) == (409, "/v1/problems/import-refused")
    assert "ending" in answer.json()["detail"]


@pytest.mark.parametrize("role", ["operator", "desk", "planner", "supervisor"])
async def test_nobody_else_imports(client: httpx.AsyncClient, database: Database, role: str) -> None:
    """What is everybody's is changed by administrators; others are refused before their file is read."""
    headers = await a_token(database, AMSTERDAM_DESK, role)
    assert (await _send(client, headers, "nothing that can be read")).status_code == 403
    assert (await client.get(ADDRESS, headers=headers)).status_code == 403


async def test_files_go_to_one_path_only(client: httpx.AsyncClient, administrator: dict[str, str]) -> None:
    """Elsewhere nobody may send a file; there nobody sends JSON."""
    refused = await client.post("/v1/calls", content=b"a;b\n", headers=administrator | CSV)
    assert refused.status_code == 415
    refused = await client.post(ADDRESS, params={"kind": "postcodes"}, json={}, headers=administrator)
    assert (refused.status_code, "text/csv" in refused.json()["detail"]) == (415, True)


async def _endless() -> AsyncIterator[bytes]:
    for _ in range(1000):
        yield b"x" * 100


async def test_a_file_that_is_too_large_is_not_read_to_its_end(shared_url: str, database: Database) -> None:
    """Told its length it is refused at once, and without as soon as it passes the limit."""
    headers = await a_token(database, AMSTERDAM_DESK, "administrator")
    async with running(settings_for(shared_url, import_limit=2048)) as app, client_of(app) as client:
        for content in (b"x" * 4096, _endless()):
            answer = await client.post(ADDRESS, params={"kind": "postcodes"}, content=content, headers=headers | CSV)
            assert (answer.status_code, answer.json()["type"]) == (413, "/v1/problems/too-large")


async def test_a_place_with_its_number_is_found_by_one_statement(
    client: httpx.AsyncClient, administrator: dict[str, str], statements: list[str]
) -> None:
    """It is on the way of every call."""
    place = {"postcode": "1012AB", "houseNumber": "12"}
    statements.clear()
    found = await client.post("/v1/places/_resolve", json=place, headers=administrator)
    assert (found.status_code, len([one for one in statements if "municipality" in one])) == (200, 1)


async def test_one_file_at_a_time(client: httpx.AsyncClient, administrator: dict[str, str]) -> None:
    """Reading takes a core: a second one waits outside, so that calls don't."""
    async with ONE_AT_A_TIME:
        answer = await _send(client, administrator, written(cbs_rows()))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "30")


async def test_a_house_number_decides_for_a_call_too(fresh_url: str, fresh_database: Database) -> None:
    """From the import to the operator's screen: one statement finds the place, and what decides is what is asked for."""
    administrator = await a_token(fresh_database, AMSTERDAM_DESK, "administrator")
    operator = await a_token(fresh_database)
    rows = [PC6_HEADER, ["1012AB", "1", "", "", "363"], ["1012AB", "2", "", "", "384"]]
    async with running(settings_for(fresh_url)) as app, client_of(app) as client:
        applied = await _send(client, administrator, written(rows), kind="postcodes", smaller=True, apply=True)
        assert applied.json()["applied"], applied.text
        asked = await client.post("/v1/places/_resolve", json={"postcode": "1012AB"}, headers=operator)
        assert (asked.status_code, asked.json()["errors"][0]["pointer"]) == (400, "/houseNumber")
        place = {"postcode": "1012AB", "houseNumber": "2a"}
        found = (await client.post("/v1/places/_resolve", json=place, headers=operator)).json()
        assert (found["municipalityCode"], found["how"]) == ("GM0384", "house_number")
        call = await client.post("/v1/calls", json=a_call(place={"stay": place}), headers=operator)
        assert call.status_code == 201, call.text
        case = (await client.get(f"/v1/cases/{call.json()['caseId']}", headers=operator)).json()
        assert case["municipalityCode"] == "GM0384"

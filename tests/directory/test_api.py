"""The directory through HTTP, on the real database."""

from collections import defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest

from app.core.db import Database
from app.directory.seeding import organisation_id
from tests.conftest import MOMENT
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_token

CRISIS_AMSTERDAM = organisation_id("crisis-vr13")
SHIFTS = f"/v1/organisations/{CRISIS_AMSTERDAM}/shifts"
NOBODY = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
async def reader(database: Database) -> dict[str, str]:
    """The header of an operator, who may read the directory."""
    return await a_token(database)


async def _every(client: httpx.AsyncClient, path: str, headers: dict[str, str], limit: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await client.get(path, params={"limit": limit, **cursor}, headers=headers)).json()
        assert len(page["items"]) <= limit
        found += page["items"]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


async def test_every_municipality_comes_once_by_code(client: httpx.AsyncClient, reader: dict[str, str]) -> None:
    """The 342 of today, page by page."""
    codes = [one["code"] for one in await _every(client, "/v1/municipalities", reader, 100)]
    assert len(codes) == 342
    assert codes == sorted(set(codes))


async def test_every_organisation_comes_once(client: httpx.AsyncClient, reader: dict[str, str]) -> None:
    """A list that skips one hides a desk; what is invented says so."""
    found = await _every(client, "/v1/organisations", reader, 17)
    ids = [one["id"] for one in found]
    assert ids == sorted(set(ids))
    told = {one["id"]: one for one in found}
    assert told[str(AMSTERDAM_DESK)]["source"]
    assert told[str(HOTLINE)]["invented"]


async def test_a_municipality_tells_who_serves_it_now(client: httpx.AsyncClient, reader: dict[str, str]) -> None:
    """One question, and the operator knows who is there; small letters are no reason to refuse."""
    told = (await client.get("/v1/municipalities/gm0363", headers=reader)).json()
    desk = next(one for one in told["desks"] if one["organisationId"] == str(AMSTERDAM_DESK))
    assert (told["municipalityCode"], told["municipalityName"]) == ("GM0363", "Amsterdam")
    assert (desk["isOpen"], desk["closesAt"], desk["opensAt"]) == (True, None, None)
    assert {one["line"] for one in told["providers"]} == {"crisis", "outreach"}


async def test_a_municipality_without_a_desk_says_so(client: httpx.AsyncClient, reader: dict[str, str]) -> None:
    """Vlieland: no desk, and still somebody for a crisis."""
    told = (await client.get("/v1/municipalities/GM0096", headers=reader)).json()
    assert (told["municipalityName"], told["desks"]) == ("Vlieland", [])
    assert {one["line"] for one in told["providers"]} == {"crisis", "outreach"}


@pytest.mark.parametrize(
    ("code", "slug", "successors"),
    [
        ("GM9999", "place-unknown", None),
        ("amsterdam", "place-unknown", None),
        ("GM0457", "municipality-ended", ["GM0363"]),
        ("GM0053", "municipality-ended", ["GM1966", "GM1969"]),
    ],
)
async def test_an_old_code_names_what_to_use(
    client: httpx.AsyncClient, reader: dict[str, str], code: str, slug: str, successors: list[str] | None
) -> None:
    """Other systems keep old codes for years: the answer says what became of it, also when it was split."""
    answer = await client.get(f"/v1/municipalities/{code}", headers=reader)
    assert (answer.status_code, answer.json()["type"]) == (400, f"/v1/problems/{slug}")
    assert sorted(answer.json().get("successors", [])) == (successors or [])


@pytest.mark.parametrize(
    ("place", "code", "how"),
    [
        ({"postcode": "1012ab"}, "GM0363", "postcode"),
        ({"municipalityCode": "GM0363"}, "GM0363", "municipality"),
        ({"postcode": "1012 AB", "municipalityCode": "GM0599"}, "GM0599", "municipality"),
    ],
)
async def test_a_place_has_a_municipality(
    client: httpx.AsyncClient, reader: dict[str, str], place: dict[str, str], code: str, how: str
) -> None:
    """A named municipality decides: who knows it knows better than a postcode."""
    told = (await client.post("/v1/places/_resolve", json=place, headers=reader)).json()
    assert (told["municipalityCode"], told["how"]) == (code, how)


async def test_a_postcode_on_a_border_is_asked_about(client: httpx.AsyncClient, reader: dict[str, str]) -> None:
    """Nobody guesses which of the municipalities it is; with one of them named it is known."""
    answer = await client.post("/v1/places/_resolve", json={"postcode": "1096 AB"}, headers=reader)
    told = answer.json()
    assert (answer.status_code, told["type"]) == (400, "/v1/problems/place-ambiguous")
    assert len(told["municipalities"]) > 1
    assert all(code in told["detail"] for code in told["municipalities"])
    named = {"postcode": "1096 AB", "municipalityCode": told["municipalities"][1]}
    assert (await client.post("/v1/places/_resolve", json=named, headers=reader)).status_code == 200


@pytest.mark.parametrize(
    ("place", "pointer"),
    [
        ({"postcode": "0123 AB"}, "/postcode"),
        ({"postcode": "1012 SS"}, "/postcode"),
        ({"postcode": "1001 AB"}, "/postcode"),
        ({"municipalityCode": "Amsterdam"}, "/municipalityCode"),
        ({"municipalityCode": "GM0363", "postcode": "misheard"}, "/postcode"),
        ({"postcode": 1012}, "/postcode"),
        ({"street": "Damrak"}, "/street"),
        ({}, "/place"),
    ],
)
async def test_a_place_that_can_not_be_is_refused_unrepeated(
    client: httpx.AsyncClient, reader: dict[str, str], place: dict[str, Any], pointer: str
) -> None:
    """The answer names the field and the remedy, never the address."""
    answer = await client.post("/v1/places/_resolve", json=place, headers=reader)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)
    assert not [value for value in place.values() if str(value) in answer.text and value != "GM0363"]


async def test_one_organisation_or_none(client: httpx.AsyncClient, reader: dict[str, str]) -> None:
    """An id of nobody is not found, and a word is no id."""
    found = await client.get(f"/v1/organisations/{AMSTERDAM_DESK}", headers=reader)
    assert (found.json()["kind"], found.json()["invented"]) == ("meldpunt", False)
    assert (await client.get(f"/v1/organisations/{NOBODY}", headers=reader)).status_code == 404
    assert (await client.get(f"/v1/organisations/{NOBODY}/shifts", headers=reader)).status_code == 404
    assert (await client.get("/v1/organisations/amsterdam", headers=reader)).status_code == 400


async def test_shifts_of_a_period_follow_each_other(client: httpx.AsyncClient, reader: dict[str, str]) -> None:
    """A crisis service that is there round the clock shows no gap, and the period is covered to its edges."""
    until = MOMENT + timedelta(days=7)
    period = {"startsAt": MOMENT.isoformat(), "endsAt": until.isoformat()}
    items = (await client.get(SHIFTS, params=period, headers=reader)).json()["items"]
    spans = defaultdict(list)
    for one in items:
        spans[one["rosterId"], one["layer"]].append((one["startsAt"], one["endsAt"]))
    assert spans
    for found in spans.values():
        assert all(one[1] == other[0] for one, other in pairwise(found))
        assert datetime.fromisoformat(found[0][0]) <= MOMENT
        assert datetime.fromisoformat(found[-1][1]) >= until


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        ("2026-11-24T12:00:00Z", "2026-11-24T12:00:00Z"),
        ("2026-11-24T12:00:00Z", "2026-11-23T12:00:00Z"),
        ("2026-11-24T12:00:00Z", "2027-11-24T12:00:00Z"),
        ("2026-11-24T12:00:00", "2026-11-25T12:00:00Z"),
        ("tomorrow", "2026-11-25T12:00:00Z"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
    ],
)
async def test_a_period_that_can_not_be_shown_is_refused(
    client: httpx.AsyncClient, reader: dict[str, str], starts: str, ends: str
) -> None:
    """Backwards, endless, without an offset: each would answer with something else than was asked."""
    answer = await client.get(SHIFTS, params={"startsAt": starts, "endsAt": ends}, headers=reader)
    assert (answer.status_code, answer.json()["type"]) == (400, "/v1/problems/invalid-input")


@pytest.mark.parametrize("params", [{"limit": 0}, {"limit": 201}, {"limit": "many"}, {"cursor": "x"}, {"cursor": "x" * 65}])
@pytest.mark.parametrize("path", ["/v1/municipalities", "/v1/organisations"])
async def test_pages_that_can_not_be_are_refused(
    client: httpx.AsyncClient, reader: dict[str, str], path: str, params: dict[str, Any]
) -> None:
    """A cursor of somebody else's making shows a wrong page at best."""
    assert (await client.get(path, params=params, headers=reader)).status_code == 400


ROUTES = ("/v1/municipalities", "/v1/municipalities/GM0363", "/v1/organisations", f"/v1/organisations/{AMSTERDAM_DESK}", SHIFTS)


@pytest.mark.parametrize("path", ROUTES)
async def test_a_stranger_and_a_narrow_key_hear_nothing(client: httpx.AsyncClient, database: Database, path: str) -> None:
    """Who is on duty tonight is nobody's business: no token is 401, a key without the scope 403."""
    narrow = await a_token(database, scopes=["calls:read"])
    stranger = await client.get(path)
    assert (stranger.status_code, stranger.headers["www-authenticate"]) == (401, "Bearer")
    lacking = await client.get(path, headers=narrow)
    assert lacking.status_code == 403
    assert "directory:read" in lacking.json()["detail"]

"""Organisations through HTTP: made, read, changed, ended; by those who may."""

from typing import Any

import asyncpg
import httpx
import pytest

from app.core.db import Database
from tests.directory.keeping import Headers, a_desk, a_service, an_administrator, an_organisation, at, pointers
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_token

NOBODY = "00000000-0000-7000-8000-000000000000"
EVERYTHING: dict[str, Any] = {
    "kind": "care_provider",
    "name": "Zorggroep Volledig",
    "invented": True,
    "phone": "023 - 515 99 98",
    "source": "a test",
    "oin": "00000001 823288444 000",
    "kvk": "0101.0101",
    "agb": "06290713",
    "ura": "90000123",
    "contactWays": [
        {"kind": "phone", "value": "14 023", "use": "citizens"},
        {"kind": "phone", "value": "0800-0113", "use": "citizens"},
        {"kind": "email", "value": "Meld@Example.NL", "use": "professionals"},
        {"kind": "web_form", "value": "https://Meldpunt.Example.nl/formulier?x=1", "use": "police"},
        {"kind": "secure_mail", "value": "veilig@zorgmail.example", "use": "hand_off"},
        {"kind": "postal", "value": "Postbus 1,  2000 AA Haarlem", "use": "office"},
    ],
    "languages": ["nl", "en", "dse", "nl"],
    "endsOn": "2031-01-01",
}


@pytest.fixture
async def admin(database: Database) -> Headers:
    """An administrator."""
    return await an_administrator(database)


async def test_everything_about_an_organisation_comes_back(client: httpx.AsyncClient, admin: Headers) -> None:
    """What is kept is what was told, in one form: numbers without spaces, phones that can be dialled, no language twice."""
    made = await client.post("/v1/organisations", json=EVERYTHING, headers=admin)
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    read = await client.get(made.headers["location"], headers=admin)
    assert (read.json(), read.headers["etag"]) == (made.json(), '"1"')
    told = read.json()
    assert (told["oin"], told["kvk"], told["phone"]) == ("00000001823288444000", "01010101", "+31235159998")
    assert [one["value"] for one in told["contactWays"]] == [
        "14023",
        "08000113",
        "Meld@example.nl",
        "https://meldpunt.example.nl/formulier?x=1",
        "veilig@zorgmail.example",
        "Postbus 1, 2000 AA Haarlem",
    ]
    assert told["languages"] == ["nl", "en", "dse"]
    listed = await client.get("/v1/organisations", params={"kind": "care_provider", "limit": 200}, headers=admin)
    assert told in listed.json()["items"]
    assert {one["kind"] for one in listed.json()["items"]} == {"care_provider"}


async def test_a_change_names_what_changes_and_leaves_the_rest(client: httpx.AsyncClient, admin: Headers) -> None:
    """Merge patch: left out stays, null empties; and what changes nothing makes no new version."""
    made = await an_organisation(client, admin, phone="113", languages=["nl", "en"], ura="90000456")
    path = f"/v1/organisations/{made['id']}"
    changed = await client.patch(path, json={"phone": None, "endsOn": "2030-06-01"}, headers=admin | at(1))
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"'), changed.text
    assert changed.json() == made | {"phone": None, "endsOn": "2030-06-01", "version": 2}
    again = await client.patch(path, json={"endsOn": "2030-06-01"}, headers=admin | at(2))
    assert (again.json(), again.headers["etag"]) == (changed.json(), '"2"')


async def test_two_editors_do_not_overwrite_each_other(client: httpx.AsyncClient, admin: Headers) -> None:
    """Who read the version before is told which one it is now; who sends none is asked for it."""
    made = await an_organisation(client, admin)
    path = f"/v1/organisations/{made['id']}"
    assert (await client.patch(path, json={"name": "Een"}, headers=admin | at(1))).status_code == 200
    late = await client.patch(path, json={"name": "Twee"}, headers=admin | at(1))
    assert (late.status_code, late.json()["currentVersion"]) == (412, 2)
    assert (await client.patch(path, json={"name": "Twee"}, headers=admin)).status_code == 428
    assert (await client.get(path, headers=admin)).json()["name"] == "Een"


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"oin": "0000000182328844400"}, "/oin"),
        ({"kvk": "1234567x"}, "/kvk"),
        ({"agb": "１２３４５６７８"}, "/agb"),
        ({"ura": ""}, "/ura"),
        ({"phone": "12"}, "/phone"),
        ({"contactWays": [{"kind": "email", "value": "geen adres", "use": "citizens"}]}, "/contactWays/0/value"),
        ({"contactWays": [{"kind": "web_form", "value": "http://example.nl", "use": "citizens"}]}, "/contactWays/0/value"),
        ({"contactWays": [{"kind": "fax", "value": "023-5159998", "use": "citizens"}]}, "/contactWays/0/kind"),
        ({"languages": []}, "/languages"),
        ({"languages": ["Nederlands"]}, "/languages/0"),
        ({"kind": "zorg"}, "/kind"),
        ({"name": " "}, "/name"),
        ({"endsOn": "morgen"}, "/endsOn"),
        ({"id": NOBODY}, "/id"),
    ],
)
async def test_what_can_not_be_is_refused_with_its_place(
    client: httpx.AsyncClient, admin: Headers, wrong: dict[str, Any], pointer: str
) -> None:
    """A wrong number reaches somebody else, so it is refused where it stands, and not repeated."""
    answer = await client.post("/v1/organisations", json={"kind": "other", "name": "X", **wrong}, headers=admin)
    assert (answer.status_code, pointers(answer)) == (400, {pointer})
    assert "Value error" not in answer.text
    assert "geen adres" not in answer.text


async def test_null_for_what_must_be_there_is_refused(client: httpx.AsyncClient, admin: Headers) -> None:
    """An organisation without a name could not be offered anything by name."""
    made = await an_organisation(client, admin)
    answer = await client.patch(f"/v1/organisations/{made['id']}", json={"name": None}, headers=admin | at(1))
    assert (answer.status_code, pointers(answer)) == (400, {"/name"})


async def test_a_number_belongs_to_one_organisation(client: httpx.AsyncClient, admin: Headers) -> None:
    """Two entries with one KvK number are one organisation twice, and only one of them would be kept up to date."""
    one = await an_organisation(client, admin, kvk="87654321", agb="41414141")
    body = {"kind": "other", "name": "Y", "kvk": "8765 4321"}
    taken = await client.post("/v1/organisations", json=body, headers=admin)
    assert (taken.status_code, taken.json()["type"], pointers(taken)) == (409, "/v1/problems/identifier-taken", {"/kvk"})
    other = await an_organisation(client, admin)
    path = f"/v1/organisations/{other['id']}"
    assert pointers(await client.patch(path, json={"agb": one["agb"]}, headers=admin | at(1))) == {"/agb"}
    assert (await client.patch(path, json={"agb": "41414142"}, headers=admin | at(1))).status_code == 200


async def test_an_organisation_keeps_how_it_is_reached_and_no_more(
    client: httpx.AsyncClient, admin: Headers, database: Database
) -> None:
    """A desk knows its own number best; that it is a meldpunt, and until when, is not for itself to say."""
    made = await an_organisation(client, admin)
    path, own = f"/v1/organisations/{made['id']}", await a_desk(database, made["id"])
    ways = [{"kind": "phone", "value": "112", "use": "police"}]
    changed = await client.patch(path, json={"contactWays": ways, "languages": ["nl", "fy"]}, headers=own | at(1))
    assert (changed.status_code, changed.json()["contactWays"]) == (200, ways)
    refused = await client.patch(path, json={"kvk": "11112222", "phone": "113"}, headers=own | at(2))
    assert (refused.status_code, pointers(refused)) == (403, {"/kvk"})
    same = await client.patch(path, json={"name": made["name"], "phone": "113"}, headers=own | at(2))
    assert (same.status_code, same.json()["phone"]) == (200, "113")
    assert (await client.post("/v1/organisations", json={"kind": "other", "name": "X"}, headers=own)).status_code == 403


async def test_nobody_changes_another_organisation(client: httpx.AsyncClient, admin: Headers, database: Database) -> None:
    """Said in words, and apart from an organisation that there is not."""
    made = await an_organisation(client, admin)
    planner = await a_token(database, AMSTERDAM_DESK, "planner")
    refused = await client.patch(f"/v1/organisations/{made['id']}", json={"phone": "113"}, headers=planner | at(1))
    assert (refused.status_code, refused.json()["detail"].split(".")[0]) == (403, "This is another organisation's")
    missing = await client.patch(f"/v1/organisations/{NOBODY}", json={"phone": "113"}, headers=planner | at(1))
    assert missing.status_code == 404


async def test_the_database_itself_keeps_others_out(client: httpx.AsyncClient, admin: Headers, raw: asyncpg.Connection) -> None:
    """Whatever a query of ours forgets: around the application an organisation changes its own rows, and makes none."""
    made = await an_organisation(client, admin)
    service = await a_service(client, admin, made["id"])
    changes = (
        ("UPDATE organisation SET phone = '113' WHERE id = $1", made["id"]),
        ("UPDATE service SET rank = rank + 1 WHERE id = $1", service["id"]),
    )
    for mine, touched in ((str(AMSTERDAM_DESK), "UPDATE 0"), (made["id"], "UPDATE 1")):
        for statement, row in changes:
            async with raw.transaction():
                await raw.execute(f"SET LOCAL ROLE nodus_app; SET LOCAL nodus.organisation = '{mine}'")
                assert await raw.execute(statement, row) == touched
    for statement in (
        "INSERT INTO organisation (id, kind, name) VALUES (gen_random_uuid(), 'other', 'X')",
        f"INSERT INTO service (id, organisation_id, kind, name, hours) VALUES (gen_random_uuid(), '{made['id']}', 'ggd', 'X', '{{}}')",
    ):
        alone = f"SET LOCAL ROLE nodus_app; SET LOCAL nodus.organisation = '{made['id']}'; {statement}"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await raw.execute(f"BEGIN; {alone}")
        await raw.execute("ROLLBACK")


async def test_who_is_relied_upon_does_not_end(client: httpx.AsyncClient, admin: Headers) -> None:
    """Closed desks must not hand their callers to nobody; and without a national desk a case could have nobody."""
    stand_in, desk = await an_organisation(client, admin), await an_organisation(client, admin)
    rule = {"outOfHours": "named_provider", "standInOrganisationId": stand_in["id"]}
    service = await a_service(client, admin, desk["id"], **rule)
    path = f"/v1/organisations/{stand_in['id']}"
    refused = await client.patch(path, json={"endsOn": "2030-01-01"}, headers=admin | at(1))
    assert (refused.status_code, refused.json()["services"]) == (409, [service["id"]])
    ends = await client.patch(f"/v1/services/{service['id']}", json={"endsOn": "2029-12-01"}, headers=admin | at(1))
    assert ends.status_code == 200
    assert (await client.patch(path, json={"endsOn": "2030-01-01"}, headers=admin | at(1))).status_code == 200
    hotline = (await client.get(f"/v1/organisations/{HOTLINE}", headers=admin)).json()
    last = await client.patch(
        f"/v1/organisations/{HOTLINE}", json={"endsOn": "2030-01-01"}, headers=admin | at(hotline["version"])
    )
    assert (last.status_code, last.json()["type"]) == (409, "/v1/problems/refused")

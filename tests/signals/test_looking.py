"""Earlier calls about the same, as counts first."""

from typing import Any

import asyncpg
import httpx
import pytest

from app.core.db import Database
from app.signals.service import looking
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_call, a_token
from tests.signals.conftest import looks, rings, somewhere

CALM: dict[str, Any] = {"answers": {"danger_now": "no", "can_wait": "yes"}}


async def test_a_repeat_about_the_same_address_in_another_spelling_is_seen(
    client: httpx.AsyncClient, operator: dict[str, str], house: str
) -> None:
    """The whole point: `12 a` and `12A`, a space in the postcode, and another caller."""
    await rings(client, operator, f"{house} a")
    found = await looks(client, operator, {"place": {"stay": {"postcode": "1012 ab", "houseNumber": f"{house}A"}}})
    [address] = found["matches"]
    assert (address["kind"], address["sure"], address["in90Days"], address["in12Months"], address["ours"]) == (
        "address",
        True,
        1,
        1,
        1,
    )
    assert (address["openCase"], address["sameDay"], address["urgencyRising"], address["otherMunicipality"]) == (
        True,
        True,
        False,
        False,
    )
    assert found["askHere"] == []
    only_number = await looks(client, operator, {"place": somewhere(house)})
    assert [(one["sure"], one["in90Days"]) for one in only_number["matches"]] == [(False, 1)]


async def test_counts_hold_no_contents(client: httpx.AsyncClient, operator: dict[str, str], house: str) -> None:
    """Counts come first: nothing of what was told, no call, no case, no name, and no word of a known caller."""
    caller = {"anonymity": "known", "name": "Wilhelmina Geheim", "phone": "0687654321"}
    receipt = await rings(client, operator, house, caller=caller)
    answer = await client.post(
        "/v1/calls/_earlier", json={"place": somewhere(house), "caller": {"phone": "06 87654321"}}, headers=operator
    )
    assert {one["kind"] for one in answer.json()["matches"]} == {"address", "phone"}
    for hidden in ("Geheim", "87654321", "eet al", receipt["id"], receipt["caseId"], receipt["reference"], "known"):
        assert hidden not in answer.text


async def test_the_same_person_elsewhere_is_found_by_name_and_birth(
    client: httpx.AsyncClient, operator: dict[str, str], house: str
) -> None:
    """Somebody who wanders has no address: a name that is spelled otherwise must do."""
    born = f"19{int(house) % 60 + 30}-05-23"
    await rings(client, operator, house, person={"name": f"Ayşe Yıldız-Q{house}x", "birthDate": born, "phone": "0612340000"})
    found = await looks(client, operator, {"person": {"name": "YILDIZ, A.", "birthDate": born}})
    assert any(one["kind"] == "person" and one["sure"] for one in found["matches"])


async def test_advice_leaves_a_trace_but_keeps_no_more(
    client: httpx.AsyncClient, operator: dict[str, str], house: str, raw: asyncpg.Connection
) -> None:
    """Three times advice about one house is a signal, though nothing of each is kept that identifies anybody."""
    receipt = await rings(client, operator, house, **CALM)
    assert receipt["caseId"] is None
    [address] = (await looks(client, operator, {"place": somewhere(house)}))["matches"][:1]
    assert (address["in90Days"], address["openCase"], address["joins"]) == (1, False, None)
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_worker")
        rows = await raw.fetch("SELECT trace::text AS told FROM trace WHERE call_id = $1", receipt["id"])
    assert len(rows) == 2
    assert not [row for row in rows if "1012" in row["told"]]


async def test_a_wrong_number_leaves_no_trace(client: httpx.AsyncClient, operator: dict[str, str], house: str) -> None:
    """Who misdialled reports nobody."""
    await rings(client, operator, house, **CALM, kind="wrong_number")
    assert (await looks(client, operator, {"place": somewhere(house)}))["matches"] == []


async def test_rising_urgency_is_told(client: httpx.AsyncClient, operator: dict[str, str], house: str) -> None:
    """Normal last month, urgent now: the operator must hear that it gets worse."""
    await rings(client, operator, house, **CALM)
    asked = {"place": somewhere(house)}
    assert not (await looks(client, operator, asked))["matches"][0]["urgencyRising"]
    assert (await looks(client, operator, asked | {"urgency": "urgent"}))["matches"][0]["urgencyRising"]


async def test_another_organisation_is_named_and_nothing_of_what_it_knows(
    client: httpx.AsyncClient, database: Database, operator: dict[str, str], desk: dict[str, str], house: str
) -> None:
    """Whom to ask, with a telephone number: across organisations only the count, until they talk."""
    receipt = await rings(client, operator, house)
    accepted = await client.post(
        f"/v1/offers/{receipt['offered']['offerId']}/acceptance", json={}, headers=desk | {"If-Match": '"1"'}
    )
    assert accepted.status_code == 201
    stranger = await a_token(database, (await _another(client, operator)), "supervisor")
    found = await looks(client, stranger, {"place": somewhere(house)})
    assert {(one["in90Days"], one["ours"], one["openCase"]) for one in found["matches"]} == {(1, 0, True)}
    assert [one["organisationId"] for one in found["askHere"]] == [str(AMSTERDAM_DESK)]
    asked = {"place": somewhere(house), "purpose": "triage", "need": "danger"}
    opened = await client.post("/v1/calls/_opening", json=asked, headers=stranger)
    assert opened.json() == {"items": []}


async def _another(client: httpx.AsyncClient, who: dict[str, str]) -> Any:
    page = (await client.get("/v1/organisations?kind=meldpunt", headers=who)).json()["items"]
    return next(one["id"] for one in page if one["id"] not in {str(HOTLINE), str(AMSTERDAM_DESK)})


async def test_contents_open_after_a_stated_need_and_each_look_is_logged(
    client: httpx.AsyncClient, operator: dict[str, str], house: str, raw: asyncpg.Connection
) -> None:
    """Who opened whose words, for which purpose and why: in the transaction of the look."""
    receipt = await rings(client, operator, house)
    asked = {"place": somewhere(house), "purpose": "triage"}
    unsaid = await client.post("/v1/calls/_opening", json=asked, headers=operator)
    assert unsaid.status_code == 400
    headers = operator | {"Idempotency-Key": '"look-once"'}
    opened = await client.post("/v1/calls/_opening", json=asked | {"need": "danger"}, headers=headers)
    assert [one["contents"]["worry"] for one in opened.json()["items"]] == ["Buurman eet al dagen niet."]
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_worker")
        logged = await raw.fetch("SELECT what, purpose FROM access_log WHERE case_id = $1", receipt["caseId"])
        kept = await raw.fetchval("SELECT count(*) FROM idempotency WHERE key = 'look-once'")
    assert [(row["what"], row["purpose"]) for row in logged] == [(f"call {receipt['id']} for danger", "triage")]
    assert kept == 0


async def test_whoever_owns_the_case_may_open_what_others_heard(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str], supervisor: dict[str, str], house: str
) -> None:
    """The desk that follows somebody gets a call itself at night, and needs what the hotline heard before."""
    receipt = await rings(client, operator, house)
    asked = {"place": somewhere(house), "purpose": "follow_up", "need": "agreements"}
    before = await client.post("/v1/calls/_opening", json=asked, headers=supervisor)
    await client.post(f"/v1/offers/{receipt['offered']['offerId']}/acceptance", json={}, headers=desk | {"If-Match": '"1"'})
    after = await client.post("/v1/calls/_opening", json=asked, headers=supervisor)
    assert (len(before.json()["items"]), len(after.json()["items"])) == (0, 1)


async def test_nothing_to_look_for_is_refused(client: httpx.AsyncClient, operator: dict[str, str]) -> None:
    """A name alone would meet half the country; the answer says what is needed."""
    answer = await client.post("/v1/calls/_earlier", json={"person": {"name": "Jansen"}}, headers=operator)
    assert answer.status_code == 400
    assert "date of birth" in answer.text


async def test_only_who_takes_calls_may_look(client: httpx.AsyncClient, desk: dict[str, str], house: str) -> None:
    """Asking about somebody is a disclosure: whoever takes no calls has no reason to."""
    answer = await client.post("/v1/calls/_earlier", json={"place": somewhere(house)}, headers=desk)
    assert answer.status_code == 403


async def test_guessing_is_slowed_down_and_leaves_a_list(
    client: httpx.AsyncClient, database: Database, house: str, monkeypatch: pytest.MonkeyPatch, raw: asyncpg.Connection
) -> None:
    """Who tries a street house by house is refused, told when to come back, and can be found."""
    monkeypatch.setattr(looking, "LOOKS_AN_HOUR", 3)
    curious = await a_token(database)
    asked = {"place": somewhere(house)}
    answers = [await client.post("/v1/calls/_earlier", json=asked, headers=curious) for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 3600
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_worker")
        rows = await raw.fetch("SELECT earlier_look::text AS told FROM earlier_look ORDER BY at DESC LIMIT 3")
    assert all("address" in row["told"] and house not in row["told"] for row in rows)


async def test_the_path_of_a_call_still_has_three_statements(
    client: httpx.AsyncClient, operator: dict[str, str], house: str, statements: list[str]
) -> None:
    """Traces ride in the statement that stores the call: a caller pays no round trip for them."""
    await rings(client, operator, house)
    statements.clear()
    person = {"name": "Ayşe Yıldız", "birthDate": "1971-05-23", "phone": "0612345678"}
    body = a_call(place=somewhere(house), person=person)
    await client.post("/v1/calls", json=body, headers=operator | {"Idempotency-Key": f'"three-{house}"'})
    assert len([one for one in statements if "pg_notify" not in one]) == 3


async def test_another_municipality_is_told(client: httpx.AsyncClient, operator: dict[str, str], house: str) -> None:
    """Somebody who was rung about in Almere, and now in Amsterdam, is on the move."""
    phone = {"phone": f"061{int(house):07}"}
    almere = {"stay": {"municipalityCode": "GM0034", "description": "bij het station"}}
    await rings(client, operator, house, place=almere, person=phone)
    [found] = (await looks(client, operator, {"place": somewhere(house), "person": phone}))["matches"]
    assert (found["kind"], found["otherMunicipality"]) == ("phone", True)
    [same] = (await looks(client, operator, {"place": almere, "person": phone}))["matches"]
    assert not same["otherMunicipality"]

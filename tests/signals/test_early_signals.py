"""Early signals through HTTP and the worker."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from app.cases.lifecycle import Urgency
from app.core.actor import WORKER, Actor, Role
from app.core.db import Database
from app.core.due import carry_out_once
from app.core.ids import new_id
from app.core.work import begin
from app.signals import due
from app.signals.marks import About, Address
from app.signals.service import tracing
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_token, now
from tests.signals.conftest import looks, rings, somewhere

CALM: dict[str, Any] = {"answers": {"danger_now": "no", "can_wait": "yes"}}


async def _look_at(database: Database, *receipts: dict[str, Any]) -> None:
    """Let the worker look at these calls."""
    for one in receipts:
        async with begin(database, WORKER) as work:
            await due.look_at(work, UUID(one["id"]))


async def _signals(client: httpx.AsyncClient, desk: dict[str, str], since: set[str], **asked: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        params = asked | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/v1/early-signals", params={"limit": 100, **params}, headers=desk)).json()
        items += page["items"]
        cursor = page["next"]
        if cursor is None:
            return [one for one in items if one["id"] not in since]


async def _known(client: httpx.AsyncClient, desk: dict[str, str]) -> set[str]:
    return {one["id"] for one in await _signals(client, desk, set())}


@pytest.fixture
async def raised(
    client: httpx.AsyncClient, database: Database, operator: dict[str, str], desk: dict[str, str], house: str
) -> dict[str, Any]:
    """A signal to Amsterdam's desk: two calls about one house on one day."""
    before = await _known(client, desk)
    calls = [await rings(client, operator, house) for _ in range(2)]
    await _look_at(database, *calls)
    [found] = await _signals(client, desk, before)
    return found


async def test_two_on_one_day_are_a_signal_to_the_desk_of_the_municipality(
    client: httpx.AsyncClient, raised: dict[str, Any], desk: dict[str, str], raw: asyncpg.Connection
) -> None:
    """The coordinator hears of it at once, with the reason, and without anything that was said."""
    assert (raised["rule"], raised["state"], raised["municipalityCode"], raised["times"]) == ("same_day", "raised", "GM0363", 1)
    assert raised["explanation"]["en"].startswith("2 reports on one day")
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_worker")
        rows = await raw.fetch(
            "SELECT recipient_id, convert_from(body, 'UTF8') AS told FROM event WHERE type = 'nl.nodus.early_signal.raised.v1'"
        )
    [told] = [row for row in rows if raised["id"] in row["told"]]
    assert told["recipient_id"] == AMSTERDAM_DESK
    assert "1012" not in told["told"]


async def test_cases_are_named_only_to_who_may_see_them(
    client: httpx.AsyncClient, raised: dict[str, Any], operator: dict[str, str], database: Database, desk: dict[str, str]
) -> None:
    """Amsterdam's desk is being asked about both cases, so it sees both; of others it hears whom to ask."""
    assert len(raised["caseIds"]) == 2
    assert {one["organisationId"] for one in raised["askHere"]} == {str(HOTLINE)}
    page = (await client.get("/v1/organisations?kind=meldpunt", headers=operator)).json()["items"]
    stranger = await a_token(database, next(one["id"] for one in page if one["id"] != str(AMSTERDAM_DESK)), "desk")
    assert (await client.get(f"/v1/early-signals/{raised['id']}", headers=stranger)).status_code == 404


async def test_the_next_call_brings_it_up_to_date_and_makes_no_second_one(
    client: httpx.AsyncClient,
    database: Database,
    raised: dict[str, Any],
    operator: dict[str, str],
    desk: dict[str, str],
    house: str,
) -> None:
    """A coordinator with the same signal ten times reads none of them."""
    before = await _known(client, desk)
    await _look_at(database, await rings(client, operator, house))
    assert [one["rule"] for one in await _signals(client, desk, before)] == ["repeated"]
    again = (await client.get(f"/v1/early-signals/{raised['id']}", headers=desk)).json()
    assert (again["times"], again["facts"]["count"]) == (2, 3)
    assert [one["act"] for one in again["acts"]] == ["raised", "again"]


async def test_it_is_acknowledged_and_its_outcome_told_once(
    client: httpx.AsyncClient, raised: dict[str, Any], desk: dict[str, str]
) -> None:
    """What came of it is the only way to know whether the rules are worth anything."""
    address = f"/v1/early-signals/{raised['id']}"
    unread = await client.post(f"{address}/acknowledgement", headers=desk)
    seen = await client.post(f"{address}/acknowledgement", headers=desk | {"If-Match": '"1"'})
    stale = await client.post(f"{address}/dismissal", json={"reason": "no_worry"}, headers=desk | {"If-Match": '"1"'})
    body = {"ledToHelp": "yes", "what": "care_started"}
    ended = await client.post(f"{address}/outcome", json=body, headers=desk | {"If-Match": seen.headers["etag"]})
    late = await client.post(
        f"{address}/dismissal", json={"reason": "no_worry"}, headers=desk | {"If-Match": ended.headers["etag"]}
    )
    assert [one.status_code for one in (unread, seen, stale, ended, late)] == [428, 201, 412, 201, 409]
    assert (ended.json()["state"], ended.json()["ledToHelp"], ended.json()["acknowledgedAt"] is not None) == (
        "ended",
        "yes",
        True,
    )
    assert [one["act"] for one in ended.json()["acts"]] == ["raised", "acknowledged", "outcome"]
    figures = (await client.get("/v1/early-signals/_evaluation", headers=desk)).json()["items"]
    [ours] = [one for one in figures if one["rule"] == "same_day" and one["municipalityCode"] == "GM0363"]
    assert ours["ours"]
    assert ours["ledToHelp"]["yes"] >= 1


async def test_dismissed_the_rule_is_silent_about_this_house_for_a_while(
    client: httpx.AsyncClient,
    database: Database,
    raised: dict[str, Any],
    operator: dict[str, str],
    desk: dict[str, str],
    house: str,
) -> None:
    """A shelter is rung about every day; who has said so must not say it every day."""
    address = f"/v1/early-signals/{raised['id']}/dismissal"
    answer = await client.post(address, json={"reason": "shared_address"}, headers=desk | {"If-Match": '"1"'})
    assert answer.status_code == 201
    before = await _known(client, desk)
    await _look_at(database, await rings(client, operator, house))
    assert {one["rule"] for one in await _signals(client, desk, before)} == {"repeated"}


async def test_an_operator_of_the_hotline_does_not_dismiss(
    client: httpx.AsyncClient, raised: dict[str, Any], operator: dict[str, str]
) -> None:
    """A signal is for whoever coordinates there."""
    address = f"/v1/early-signals/{raised['id']}/dismissal"
    answer = await client.post(address, json={"reason": "no_worry"}, headers=operator | {"If-Match": '"1"'})
    assert answer.status_code == 403


async def test_two_workers_raise_one_signal(
    client: httpx.AsyncClient, database: Database, operator: dict[str, str], desk: dict[str, str], house: str
) -> None:
    """Both take a call about the same house at the same moment: one waits for the other, and there is one signal."""
    before = await _known(client, desk)
    calls = [await rings(client, operator, house) for _ in range(3)]
    await asyncio.gather(*(_look_at(database, one) for one in (*calls, *calls)))
    found = await _signals(client, desk, before, rule="same_day")
    assert len(found) == 1


async def test_a_person_and_their_house_make_one_signal(
    client: httpx.AsyncClient, database: Database, operator: dict[str, str], desk: dict[str, str], house: str
) -> None:
    """The same two calls told once as a person and once as an address would look like twice the worry."""
    before = await _known(client, desk)
    person = {"name": f"Ayşe {_letters(house)}", "birthDate": "1971-05-23"}
    await _look_at(database, *[await rings(client, operator, house, person=person) for _ in range(2)])
    assert [(one["rule"], one["about"]) for one in await _signals(client, desk, before)] == [("same_day", "person")]


async def test_four_hundred_reports_about_one_person_stay_one_thread(
    client: httpx.AsyncClient,
    database: Database,
    operator: dict[str, str],
    desk: dict[str, str],
    house: str,
    raw: asyncpg.Connection,
) -> None:
    """It has happened (facts F20): one person, four hundred reports; one line for the operator, one signal a rule."""
    await _drain(database, raw)  # what other tests left
    before = await _known(client, desk)
    name, born = f"Wensley {_letters(house)}", date(1971, 5, 23)
    about = About((Address("1012AB", house),), name, born)
    async with begin(database, Actor(HOTLINE, Role.OPERATOR, new_id(now()))) as work:
        for number in range(398):
            at = work.at - timedelta(hours=20 * (398 - number))
            tracing.leave(work, tracing.Ended(new_id(at), at, Urgency.NORMAL, "GM0363", None), about)
    async with raw.transaction():  # those of long ago were looked at long ago
        await raw.execute("SET LOCAL ROLE nodus_worker")
        await raw.execute(
            "DELETE FROM signal_due WHERE call_id NOT IN (SELECT call_id FROM signal_due ORDER BY call_id DESC LIMIT 40)"
        )
    for _ in range(2):
        await rings(client, operator, house, person={"name": name.upper(), "birthDate": born.isoformat()})
    await _drain(database, raw)
    asked = {"place": somewhere(house), "person": {"name": f"{_letters(house)}, W.", "birthDate": born.isoformat()}}
    found = (await looks(client, operator, asked))["matches"]
    assert {(one["kind"], one["sure"], one["in12Months"], one["sameDay"]) for one in found} == {
        ("person", True, 400, True),
        ("address", True, 400, True),
    }
    signals = await _signals(client, desk, before)
    assert {one["rule"] for one in signals} == {"repeated", "same_day", "rising_urgency"}
    assert len(signals) == 3
    assert {one["about"] for one in signals} == {"person"}


def _letters(house: str) -> str:
    """A surname that no other test has."""
    return "".join("BDGKLMNPRT"[int(digit)] + "a" for digit in house)


async def _drain(database: Database, raw: asyncpg.Connection) -> None:
    while sum(await carry_out_once(due.EARLY_SIGNALS, database)):
        pass
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_worker")
        assert await raw.fetchval("SELECT count(*) FROM signal_due") == 0


async def test_advice_only_still_reaches_the_desk_of_the_place(
    client: httpx.AsyncClient, database: Database, operator: dict[str, str], desk: dict[str, str], house: str
) -> None:
    """Three times advice about one house opens no case, and is just what a coordinator should hear of."""
    before = await _known(client, desk)
    await _look_at(database, *[await rings(client, operator, house, **CALM) for _ in range(3)])
    found = await _signals(client, desk, before)
    assert {(one["rule"], one["municipalityCode"]) for one in found} == {("same_day", "GM0363"), ("repeated", "GM0363")}
    assert all(one["caseIds"] == [] for one in found)


async def test_a_call_after_closing_is_a_signal(
    client: httpx.AsyncClient,
    database: Database,
    operator: dict[str, str],
    desk: dict[str, str],
    house: str,
    raw: asyncpg.Connection,
) -> None:
    """Closed in good faith, and back within half a year: aftercare was not enough, and somebody must know."""
    first = await rings(client, operator, house)
    await client.post(f"/v1/offers/{first['offered']['offerId']}/acceptance", json={}, headers=desk | {"If-Match": '"1"'})
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_worker")
        await raw.execute("UPDATE cases SET state = 'closed', closed_at = now() WHERE id = $1", first["caseId"])
    before = await _known(client, desk)
    await _look_at(database, first, await rings(client, operator, house))
    found = await _signals(client, desk, before)
    assert "back_after_closing" in {one["rule"] for one in found}
    [back] = [one for one in found if one["rule"] == "back_after_closing"]
    assert "{" not in back["explanation"]["nl"]

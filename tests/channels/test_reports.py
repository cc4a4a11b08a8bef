"""Professionals and other desks: taken in by the national desk, and nothing is read back but how far it is."""

import httpx
import pytest

from app.channels.due import act, claim
from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import begin
from tests.channels.makers import POLICE, a_professional, a_report, a_transfer, heard, listed
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_token


async def test_a_professional_reports_and_hears_how_far_it_is(client: httpx.AsyncClient, database: Database) -> None:
    """From the report to "taken up": the desk takes it in, Amsterdam accepts it, and the sender hears only that."""
    key = await a_professional(database)
    desk = await a_token(database, AMSTERDAM_DESK, "desk")
    receipt = (await client.post("/v1/reports", json=a_report(phone="0201234567"), headers=key)).json()
    assert set(receipt) == {"id", "reference", "sentAt", "handOffs"}
    reports = await listed(client, "/v1/reports", key)
    assert next(one for one in reports if one["id"] == receipt["id"])["progress"] == "being_asked"
    operator = await a_token(database, HOTLINE, "operator")
    calls = await listed(client, "/v1/calls", operator)
    call = next(one for one in calls if one["reference"] == receipt["reference"])
    assert call["channel"] == "professional"
    told = (await client.get(f"/v1/calls/{call['id']}?purpose=triage", headers=operator)).json()["contents"]
    assert told["caller"]["organisation"]
    assert told["caller"]["phone"] == "0201234567"
    offers = await listed(client, "/v1/offers", desk)
    offer = next(one for one in offers if one["caseId"] == call["caseId"])["id"]
    await client.post(f"/v1/offers/{offer}/acceptance", json={}, headers=desk | {"If-Match": '"1"'})
    reports = await listed(client, "/v1/reports", key)
    mine = next(one for one in reports if one["id"] == receipt["id"])
    assert mine == {"id": receipt["id"], "reference": receipt["reference"], "sentAt": receipt["sentAt"], "progress": "taken_up"}


async def test_a_sender_hears_that_it_was_a_mistake(client: httpx.AsyncClient, database: Database) -> None:
    """Who believes that somebody is asked, while the report was withdrawn, waits for nobody."""
    key, operator = await a_professional(database), await a_token(database, HOTLINE, "operator")
    receipt = (await client.post("/v1/reports", json=a_report(phone="0201234567"), headers=key)).json()
    found = (await client.post("/v1/calls/_reference", json={"reference": receipt["reference"]}, headers=operator)).json()
    why, address = {"reason": "Verkeerde persoon."}, f"/v1/calls/{found['callId']}/error"
    answer = await client.post(address, json=why, headers=operator | {"If-Match": '"1"'})
    assert answer.status_code == 200, answer.text
    reports = await listed(client, "/v1/reports", key)
    assert next(one for one in reports if one["id"] == receipt["id"])["progress"] == "entered_in_error"


async def test_a_sender_reads_nothing_of_the_case(client: httpx.AsyncClient, database: Database) -> None:
    """The work was done for the desk; its calls and cases stay closed for whoever sent them, and others see no report."""
    key = await a_professional(database)
    other = await a_token(database, AMSTERDAM_DESK, "professional")
    receipt = (await client.post("/v1/reports", json=a_report(), headers=key)).json()
    operator = await a_token(database, HOTLINE, "operator")
    calls = await listed(client, "/v1/calls", operator)
    call = next(one for one in calls if one["reference"] == receipt["reference"])
    for path in (f"/v1/calls/{call['id']}?purpose=triage", f"/v1/cases/{call['caseId']}", "/v1/cases", "/v1/police-reports"):
        assert (await client.get(path, headers=key)).status_code == 403
    desk = await a_token(database, POLICE, "desk")  # the same organisation with more scopes: row-level security says no
    assert (await client.get(f"/v1/cases/{call['caseId']}", headers=desk)).status_code == 404
    assert (await client.get(f"/v1/cases/{call['caseId']}/calls?purpose=triage", headers=desk)).status_code == 404
    reports = await listed(client, "/v1/reports", other)
    assert receipt["id"] not in {one["id"] for one in reports}


async def test_the_same_key_of_two_senders_is_two_keys(client: httpx.AsyncClient, database: Database) -> None:
    """Both work for the same desk: an Idempotency-Key that happens to be the same must not give one the other's receipt."""
    told = {"Idempotency-Key": "1"}
    first = await client.post("/v1/reports", json=a_report(), headers=(await a_professional(database)) | told)
    other = await a_token(database, AMSTERDAM_DESK, "professional")
    second = await client.post("/v1/reports", json=a_report(), headers=other | told)
    assert first.json()["reference"] != second.json()["reference"]
    again = await client.post("/v1/reports", json=a_report(), headers=other | told)
    assert again.json() == second.json()


async def test_a_transfer_is_the_senders_until_accepted(client: httpx.AsyncClient, database: Database) -> None:
    """Whoever hands over hears by event when somebody else has accepted, once; until then it answers for the call."""
    sender, desk = await a_token(database, POLICE, "desk"), await a_token(database, AMSTERDAM_DESK, "desk")
    asked_before = {one["id"] for one in await listed(client, "/v1/offers", desk)}
    receipt = (await client.post("/v1/transfers", json=a_transfer(), headers=sender)).json()
    address = f"/v1/transfers/{receipt['id']}"
    before = (await client.get(address, headers=sender)).json()
    assert before["acceptedAt"] is None
    assert before["progress"] == "being_asked"
    [offer] = {one["id"] for one in await listed(client, "/v1/offers", desk)} - asked_before
    await client.post(f"/v1/offers/{offer}/acceptance", json={}, headers=desk | {"If-Match": '"1"'})
    async with begin(database, WORKER) as work:
        due = [one for one in await claim(work) if str(one) == receipt["id"]]
        assert due
    for _ in range(2):
        async with begin(database, WORKER) as work:
            await act(work, due[0])
    told = await heard(client, POLICE, sender, "nl.nodus.transfer.accepted.v1", receipt["id"])
    assert [one["organisationId"] for one in told] == [str(AMSTERDAM_DESK)]
    after = (await client.get(address, headers=sender)).json()
    assert after["progress"] == "taken_up"
    assert after["acceptedBy"]


async def test_a_desk_hands_nothing_over_to_itself(client: httpx.AsyncClient, database: Database) -> None:
    """The national desk stores its own calls; a transfer from itself would have nobody to answer for it."""
    operator = await a_token(database, HOTLINE, "operator")
    answer = await client.post("/v1/transfers", json=a_transfer(), headers=operator)
    assert answer.status_code == 409
    assert answer.json()["type"] == "/v1/problems/refused"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"worry": "x" * 100_000}, "/worry"),
        ({"worry": "a\x00b"}, "/worry"),
        ({"place": {}}, "/place"),
        ({"consent": "maybe"}, "/consent"),
        ({"joins": "ABCD-EFGH-X"}, "/joins"),
        ({"routing": {"organisationId": str(AMSTERDAM_DESK), "reason": "ours"}}, "/routing"),
        ({"channel": "phone"}, "/channel"),
    ],
)
async def test_what_a_professional_may_not_say(
    client: httpx.AsyncClient, database: Database, change: dict[str, object], pointer: str
) -> None:
    """A sender chooses neither channel, nor who takes the case, nor which case it joins; and each fault is named."""
    answer = await client.post("/v1/reports", json=a_report(**change), headers=await a_professional(database))
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_emoji_and_right_to_left_are_kept_as_told(client: httpx.AsyncClient, database: Database) -> None:
    """People write as they write; what is no control character stays."""
    worry = "هو لا يأكل 😟 e\u0301 \u202eabc"
    receipt = (await client.post("/v1/reports", json=a_report(worry=worry), headers=await a_professional(database))).json()
    operator = await a_token(database, HOTLINE, "operator")
    calls = await listed(client, "/v1/calls", operator)
    call = next(one for one in calls if one["reference"] == receipt["reference"])
    contents = (await client.get(f"/v1/calls/{call['id']}?purpose=triage", headers=operator)).json()["contents"]
    assert contents["worry"] == worry

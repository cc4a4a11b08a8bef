"""Corrections: what was said stays, what is right is read, and all of it can be taken back."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from app.core.db import Database
from app.directory.seeding import organisation_id
from app.intake.amending import REVERSIBLE, Change, Made, NotReversible, amended, backwards, may_undo
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_call, a_token, an_accepted_case, an_offered_case, heard, now

AT = datetime(2026, 11, 25, tzinfo=UTC)
FIELDS = ("worry", "observed", "caller.name", "caller.phone", "answers.weapon", "place.stay")
FIRST = {"worry": "a", "caller": {"name": "b"}, "answers": {"weapon": "no"}}


class Amending(RuleBasedStateMachine):
    """A call that is corrected and corrected back in any order."""

    def __init__(self) -> None:
        """Nothing was corrected yet."""
        super().__init__()
        self.contents: dict[str, Any] = dict(FIRST)
        self.made: list[Made] = []
        self.befores: list[list[Change]] = []

    @rule(told=st.dictionaries(st.sampled_from(FIELDS), st.none() | st.text("xyz", max_size=2), min_size=1, max_size=3))
    def amend(self, told: dict[str, str | None]) -> None:
        """Somebody corrects some fields."""
        changes = [Change(field, value) for field, value in told.items()]
        self.befores.append(backwards(self.contents, changes))
        self.contents = amended(self.contents, changes)
        self.made.append(Made(len(self.made), frozenset(told), AT + REVERSIBLE, undone=False))

    @rule(which=st.integers(0, 30))
    def undo(self, which: int) -> None:
        """Somebody takes one back, if it may be."""
        if which >= len(self.made):
            return
        try:
            one = may_undo(which, self.made, AT)
        except NotReversible:
            return
        self.contents = amended(self.contents, self.befores[which])
        self.made[which] = Made(one.id, one.fields, one.reversible_until, undone=True)

    @invariant()
    def the_first_can_be_had_back(self) -> None:
        """Whatever was done, taking all of it back gives what was said at first."""
        contents, made = self.contents, list(self.made)
        for place in reversed(range(len(made))):
            if not made[place].undone:
                one = may_undo(place, made, AT)
                contents = amended(contents, self.befores[place])
                made[place] = Made(one.id, one.fields, one.reversible_until, undone=True)
        assert {part: told for part, told in contents.items() if told != {}} == FIRST


TestAmending = Amending.TestCase
TestAmending.settings = settings(max_examples=60, stateful_step_count=12, deadline=None)


def test_after_its_term_a_correction_stays() -> None:
    """What everybody has worked with for weeks is corrected again, not silently undone."""
    with pytest.raises(NotReversible, match="term"):
        may_undo(1, [Made(1, frozenset({"worry"}), AT, undone=False)], AT + timedelta(seconds=1))


@pytest.fixture
async def operator(database: Database) -> dict[str, str]:
    """An operator of the hotline."""
    return await a_token(database)


@pytest.fixture
async def desk(database: Database) -> dict[str, str]:
    """Amsterdam's desk."""
    return await a_token(database, AMSTERDAM_DESK, "desk")


async def _amend(
    client: httpx.AsyncClient, who: dict[str, str], call: str, version: int, told: dict[str, Any], **how: Any
) -> httpx.Response:
    body = {"changes": [{"field": field, "value": value} for field, value in told.items()], "reason": "Verkeerd verstaan."}
    return await client.post(f"/v1/calls/{call}/amendments", json=body | how, headers=who | {"If-Match": f'"{version}"'})


async def _do(client: httpx.AsyncClient, who: dict[str, str], path: str, version: int, **body: Any) -> httpx.Response:
    return await client.post(f"/v1/{path}", json=body or {}, headers=who | {"If-Match": f'"{version}"'})


async def _read(client: httpx.AsyncClient, who: dict[str, str], call: str) -> dict[str, Any]:
    return dict((await client.get(f"/v1/calls/{call}?purpose=quality", headers=who)).json())


async def test_a_call_reads_as_corrected_and_can_be_had_back(client: httpx.AsyncClient, operator: dict[str, str]) -> None:
    """Whoever acts reads what is right; whoever asks later sees what was said first, who changed it and why."""
    receipt = await an_offered_case(client, operator)
    done = await _amend(client, operator, receipt["id"], 1, {"worry": "Buurvrouw eet niet.", "person.ageBand": "65_plus"})
    assert done.status_code == 201, done.text
    assert done.json()["reversibleUntil"]
    told = await _read(client, operator, receipt["id"])
    assert (told["contents"]["worry"], told["call"]["version"]) == ("Buurvrouw eet niet.", 2)
    listed = (await client.get(f"/v1/calls/{receipt['id']}/amendments?purpose=quality", headers=operator)).json()["items"]
    assert (listed[0]["reason"], listed[0]["changes"][0]["before"]) == ("Verkeerd verstaan.", a_call()["worry"])
    stale = await _amend(client, operator, receipt["id"], 1, {"worry": "x"})
    assert stale.status_code == 412
    back = await _do(client, operator, f"calls/{receipt['id']}/amendments/{listed[0]['id']}/undo", 2)
    assert back.status_code == 200, back.text
    assert (await _read(client, operator, receipt["id"]))["contents"]["worry"] == a_call()["worry"]
    again = await _do(client, operator, f"calls/{receipt['id']}/amendments/{listed[0]['id']}/undo", 3)
    assert again.json()["type"] == "/v1/problems/not-reversible"


async def test_urgency_rises_with_a_correction_and_never_falls(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str], database: Database
) -> None:
    """A weapon that was misheard shortens the deadline at once; that there is none after all is told, and decided by people."""
    receipt = await an_offered_case(client, operator)
    raised = (await _amend(client, operator, receipt["id"], 1, {"answers.danger_now": "yes"})).json()
    assert (raised["urgency"], raised["urgencyRaised"]) == ("acute", True)
    case = (await client.get(f"/v1/cases/{receipt['caseId']}", headers=operator)).json()
    assert case["urgency"] == "acute"
    assert datetime.fromisoformat(case["deadlineAt"]) < datetime.fromisoformat(receipt["offered"]["acceptBy"])
    offer = (await client.get(f"/v1/offers/{receipt['offered']['offerId']}", headers=desk)).json()
    assert (offer["urgency"], offer["acceptBy"]) == ("acute", case["deadlineAt"])
    hastened = ("nl.nodus.offer.hastened.v1", receipt["caseId"])  # or who is asked thinks that there is time until tomorrow
    assert (await heard(client, desk, AMSTERDAM_DESK)).count(hastened) == 1
    assert (await heard(client, await a_token(database, role="supervisor"), HOTLINE)).count(hastened) == 1
    lower = (await _amend(client, operator, receipt["id"], 2, {"answers.danger_now": "no"})).json()
    assert (lower["urgency"], lower["urgencyWouldBe"], lower["urgencyRaised"]) == ("acute", "urgent", False)


async def test_another_place_is_rerouted_only_when_asked_and_nobody_accepted(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str]
) -> None:
    """A wrong municipality keeps a case from who could help; but a case that somebody has is not pulled out of their hands."""
    receipt = await an_offered_case(client, operator)
    groningen = {"place.stay": {"municipalityCode": "GM0014"}}
    told = (await _amend(client, operator, receipt["id"], 1, groningen)).json()
    assert (told["place"], told["municipalityIs"]) == ("can_be_rerouted", "GM0014")
    told = (await _amend(client, operator, receipt["id"], 2, groningen, reroute=True)).json()
    assert told["place"] == "rerouted"
    case = (await client.get(f"/v1/cases/{receipt['caseId']}", headers=operator)).json()
    assert (case["municipalityCode"], case["state"]) == ("GM0014", "offered")
    gone = (await client.get(f"/v1/offers/{receipt['offered']['offerId']}", headers=desk)).json()
    assert gone["state"] == "withdrawn"
    mine = await an_accepted_case(client, operator, desk)
    call = (await client.get(f"/v1/cases/{mine}/calls?purpose=follow_up", headers=desk)).json()["items"][0]["call"]["id"]
    kept = (await _amend(client, operator, call, 1, groningen, reroute=True)).json()
    assert kept["place"] == "owner_decides"


async def test_an_error_withdraws_what_nobody_accepted_and_can_be_taken_back(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str]
) -> None:
    """A report that was sent by mistake wakes nobody; one marked by mistake is offered again; nothing is deleted."""
    receipt = await an_offered_case(client, operator)
    at_once = await _do(client, operator, f"calls/{receipt['id']}/error", 1)
    assert (at_once.status_code, at_once.json()["case"]) == (200, "withdrawn"), at_once.text
    case = (await client.get(f"/v1/cases/{receipt['caseId']}", headers=operator)).json()
    assert (case["state"], bool(case["withdrawnAt"])) == ("closed", True)
    headers = desk | {"If-Match": '"2"'}
    late = await client.post(f"/v1/offers/{receipt['offered']['offerId']}/acceptance", json={}, headers=headers)
    assert late.status_code in {404, 409, 412}
    assert (await _amend(client, operator, receipt["id"], 2, {"worry": "x"})).json()["type"].endswith("not-to-be-corrected")
    asked = await client.post("/v1/calls/_reference", json={"reference": receipt["reference"]}, headers=operator)
    assert asked.json()["codes"] == ["received", "entered_in_error", "call_again"]
    back = await _do(client, operator, f"calls/{receipt['id']}/error/withdrawal", 2)
    assert (back.status_code, back.json()["case"]) == (200, "offered_again"), back.text
    case = (await client.get(f"/v1/cases/{receipt['caseId']}", headers=operator)).json()
    assert (case["state"], case["withdrawnAt"]) == ("offered", None)
    assert (await _do(client, operator, f"calls/{receipt['id']}/error/withdrawal", 3)).json()["type"].endswith("not-in-error")


async def test_a_case_that_was_accepted_stays_with_its_owner(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str]
) -> None:
    """Whoever is on their way to somebody is not called back by a click: they hear it, and decide."""
    case = await an_accepted_case(client, operator, desk)
    call = (await client.get(f"/v1/cases/{case}/calls?purpose=follow_up", headers=desk)).json()["items"][0]["call"]["id"]
    assert (await _do(client, operator, f"calls/{call}/error", 1)).status_code == 400
    marked = await _do(client, operator, f"calls/{call}/error", 1, reason="Dubbel ingevoerd.")
    assert marked.json()["case"] == "owner_decides", marked.text
    assert (await client.get(f"/v1/cases/{case}", headers=desk)).json()["state"] == "accepted"
    assert ("nl.nodus.call.in_error.v1", call) in await heard(client, desk, AMSTERDAM_DESK)


async def test_whoever_has_the_case_that_a_call_joined_hears_of_its_corrections(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str]
) -> None:
    """A weapon that was misheard must reach who is on the way, though the call is part of an earlier one's case."""
    case = await an_accepted_case(client, operator, desk)
    call = (await client.post("/v1/calls", json=a_call(joins=case), headers=operator)).json()
    assert (call["disposition"], call["joinedCaseId"]) == ("joined_case", case), call
    version = (await client.get(f"/v1/cases/{case}", headers=desk)).json()["version"]
    done = await _amend(client, operator, call["id"], 1, {"answers.weapon": "yes", "answers.danger_now": "yes"})
    assert (done.status_code, done.json()["urgencyRaised"], done.json()["needsSomebody"]) == (201, True, False), done.text
    assert done.json()["caseId"]  # more urgent than the case it joined: one of its own is offered
    assert ("nl.nodus.call.amended.v1", call["id"]) in await heard(client, desk, AMSTERDAM_DESK)
    assert (await client.get(f"/v1/cases/{case}", headers=desk)).json()["version"] > version
    lines = (await client.get(f"/v1/cases/{case}/timeline", headers=desk)).json()["items"]
    assert [one["facts"]["call_id"] for one in lines if one["kind"] == "call_amended"] == [call["id"]]
    await _do(client, operator, f"calls/{call['id']}/error", 2, reason="Ander adres.")
    await _do(client, operator, f"calls/{call['id']}/error/withdrawal", 3)
    told = await heard(client, desk, AMSTERDAM_DESK)
    assert told.count(("nl.nodus.call.in_error.v1", call["id"])) == 2


async def test_the_owner_agrees_that_it_was_an_error(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str]
) -> None:
    """A case about nobody must not climb for ever; and that it was somebody after all is put right by either side."""
    case = await an_accepted_case(client, operator, desk)
    address = f"cases/{case}/error-agreement"

    async def now_is() -> dict[str, Any]:
        return dict((await client.get(f"/v1/cases/{case}", headers=desk)).json())

    before = await now_is()
    early = await _do(client, desk, address, before["version"])
    assert early.json()["type"] == "/v1/problems/nothing-to-agree", early.text
    call = (await client.get(f"/v1/cases/{case}/calls?purpose=follow_up", headers=desk)).json()["items"][0]["call"]["id"]
    marked = (await _do(client, operator, f"calls/{call}/error", 1, reason="Dubbel ingevoerd.")).json()
    assert marked["case"] == "owner_decides"
    assert (await _do(client, operator, address, (await now_is())["version"])).status_code == 403  # may only take calls
    assert (await _do(client, desk, address, 1)).status_code == 412
    agreed = await _do(client, desk, address, (await now_is())["version"])
    assert (agreed.status_code, agreed.json()["state"]) == (201, "closed"), agreed.text
    assert agreed.json()["reversibleUntil"] == marked["reversibleUntil"]
    assert ("nl.nodus.case.closed.v1", case) in await heard(client, desk, AMSTERDAM_DESK)
    assert (await now_is())["withdrawnAt"] is None
    back = await _do(client, desk, f"{address}/withdrawal", agreed.json()["version"])
    assert (back.status_code, back.json()["state"]) == (200, "accepted"), back.text
    assert (await now_is())["deadlineAt"] == before["deadlineAt"]
    twice = await _do(client, desk, f"{address}/withdrawal", back.json()["version"])
    assert twice.json()["type"] == "/v1/problems/nothing-to-agree"
    assert (await _do(client, desk, address, back.json()["version"])).status_code == 201
    undone = await _do(client, operator, f"calls/{call}/error/withdrawal", 2)
    assert (undone.status_code, undone.json()["case"]) == (200, "reopened"), undone.text
    assert (await now_is())["state"] == "accepted"
    assert (await heard(client, desk, AMSTERDAM_DESK)).count(("nl.nodus.case.reopened.v1", case)) == 2


async def test_whoever_is_asked_to_take_a_case_over_follows_its_call(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str], database: Database
) -> None:
    """What became more urgent must be answered sooner; of an error nothing is asked any more."""
    case = await an_accepted_case(client, operator, desk)
    other = organisation_id("crisis-vr13")
    ggz = await a_token(database, other, "desk")
    asked = await client.post(f"/v1/cases/{case}/handovers", json={"organisationId": str(other), "reason": "moved"}, headers=desk)
    [offer] = asked.json()["offers"]
    call = (await client.get(f"/v1/cases/{case}/calls?purpose=follow_up", headers=desk)).json()["items"][0]["call"]["id"]
    raised = await _amend(client, operator, call, 1, {"answers.danger_now": "yes"})
    assert raised.status_code == 201, raised.text
    after = (await client.get(f"/v1/offers/{offer['id']}", headers=ggz)).json()
    assert (after["state"], after["urgency"], after["version"]) == ("pending", "acute", 2)
    assert after["acceptBy"] < offer["acceptBy"]
    assert ("nl.nodus.offer.hastened.v1", case) in await heard(client, ggz, other)
    await _do(client, operator, f"calls/{call}/error", 2, reason="Dubbel ingevoerd.")
    version = (await client.get(f"/v1/cases/{case}", headers=desk)).json()["version"]
    agreed = await _do(client, desk, f"cases/{case}/error-agreement", version)
    assert agreed.json()["state"] == "closed", agreed.text
    assert (await client.get(f"/v1/offers/{offer['id']}", headers=ggz)).json()["state"] == "withdrawn"
    assert ("nl.nodus.offer.withdrawn.v1", case) in await heard(client, ggz, other)


async def test_a_case_that_another_call_joined_is_not_ended_as_an_error(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str]
) -> None:
    """Somebody else rang about the same person: that call stands, whatever became of the first."""
    case = await an_accepted_case(client, operator, desk)
    call = (await client.get(f"/v1/cases/{case}/calls?purpose=follow_up", headers=desk)).json()["items"][0]["call"]["id"]
    await an_offered_case(client, operator, joins=case)
    await _do(client, operator, f"calls/{call}/error", 1, reason="Dubbel ingevoerd.")
    version = (await client.get(f"/v1/cases/{case}", headers=desk)).json()["version"]
    refused = await _do(client, desk, f"cases/{case}/error-agreement", version)
    assert refused.json()["type"] == "/v1/problems/nothing-to-agree", refused.text


async def test_an_error_withdraws_no_case_that_another_call_joined(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str]
) -> None:
    """Somebody else rang about the same house: with the case their call would be nobody's, and nobody would hear it."""
    receipt = await an_offered_case(client, operator)
    other = (await client.post("/v1/calls", json=a_call(joins=receipt["caseId"]), headers=operator)).json()
    assert other["disposition"] == "joined_case"
    assert (await _do(client, operator, f"calls/{receipt['id']}/error", 1)).status_code == 400
    marked = await _do(client, operator, f"calls/{receipt['id']}/error", 1, reason="Dubbel ingevoerd.")
    assert (marked.status_code, marked.json()["case"]) == (200, "owner_decides"), marked.text
    assert (await client.get(f"/v1/cases/{receipt['caseId']}", headers=operator)).json()["state"] == "offered"
    assert (await _do(client, operator, f"calls/{other['id']}/error", 1, reason="Ook dubbel.")).status_code == 200
    await _do(client, operator, f"calls/{receipt['id']}/error/withdrawal", 2)
    again = await _do(client, operator, f"calls/{receipt['id']}/error", 3, reason="Toch.")
    assert again.json()["case"] == "withdrawn", again.text


async def test_two_cases_about_one_person_are_one_thread(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str], database: Database
) -> None:
    """Two thirds of police reports are about somebody known: both cases show the other, and a mistake can be taken back."""
    one, other = [(await an_offered_case(client, operator))["caseId"] for _ in range(2)]
    body = {"caseId": other, "reason": "same_address"}
    made = await client.post(f"/v1/cases/{one}/same-person", json=body, headers=operator)
    assert made.status_code == 201, made.text
    assert (await client.post(f"/v1/cases/{other}/same-person", json=body | {"caseId": one}, headers=operator)).status_code == 409
    seen = (await client.get(f"/v1/cases/{other}/same-person", headers=operator)).json()["items"]
    assert [item["caseId"] for item in seen] == [one]
    stranger = await a_token(database, organisation_id("rotterdam"), "desk")
    assert (await client.post(f"/v1/cases/{one}/same-person", json=body, headers=stranger)).status_code == 404
    assert (await client.post(f"/v1/cases/{one}/same-person", json=body, headers=desk)).status_code == 403  # only asked
    undone = await client.post(f"/v1/cases/{other}/same-person/{seen[0]['id']}/undo", headers=operator)
    assert undone.json()["undoneAt"], undone.text
    assert (await client.post(f"/v1/cases/{one}/same-person", json=body, headers=operator)).status_code == 201


async def test_the_crisis_services_grade_stands_beside_our_urgency(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str], database: Database
) -> None:
    """Two scales are two facts: theirs is kept as they told it, and ours is not overwritten."""
    case = await an_accepted_case(client, operator, desk)
    at = (now() - timedelta(seconds=1)).isoformat()
    for who, grade in ((desk, "2"), (operator, "3")):
        answer = await client.post(f"/v1/cases/{case}/triage-grade", json={"grade": grade, "at": at}, headers=who)
        assert answer.status_code == 201, answer.text
    told = (await client.get(f"/v1/cases/{case}/triage-grade", headers=desk)).json()["items"]
    assert [(one["grade"], one["scale"]) for one in told] == [("2", "ggz-triagewijzer"), ("3", "ggz-triagewijzer")]
    assert (await client.get(f"/v1/cases/{case}", headers=desk)).json()["urgency"] == "urgent"
    reader = await a_token(database, scopes=["cases:read"])
    refused = await client.post(f"/v1/cases/{case}/triage-grade", json={"grade": "2", "at": at}, headers=reader)
    assert refused.status_code == 403


BAD: dict[str, dict[str, Any]] = {
    "no field": {"jansen": "x"},
    "a field of the office": {"protocol": "nl-2026.2"},
    "another kind": {"person.ageBand": "Jansen"},
    "an answer that there is not": {"answers.weapon": "Jansen"},
    "a question that there is not": {"answers.jansen": "yes"},
    "an anonymous caller with a name": {"caller.name": "Jansen"},
    "a place that there is not": {"place.stay": {"municipalityCode": "GM9999"}},
    "later than now": {"receivedAt": "2190-01-01T00:00:00Z"},
    "a part as a whole": {"caller": {"name": "Jansen"}},
}


@pytest.mark.parametrize("told", BAD.values(), ids=BAD.keys())
async def test_what_can_not_be_right_changes_nothing(
    client: httpx.AsyncClient, operator: dict[str, str], told: dict[str, Any]
) -> None:
    """A correction that makes a call impossible would be worse than the error that it corrects."""
    receipt = await an_offered_case(client, operator)
    answer = await _amend(client, operator, receipt["id"], 1, told)
    assert answer.status_code == 400, answer.text
    assert "Jansen" not in answer.text
    assert (await _read(client, operator, receipt["id"]))["call"]["version"] == 1


async def test_another_organisation_corrects_nothing(
    client: httpx.AsyncClient, operator: dict[str, str], database: Database
) -> None:
    """What was told to us is ours to correct."""
    receipt = await an_offered_case(client, operator)
    stranger = await a_token(database, organisation_id("rotterdam"), "operator")
    assert (await _amend(client, stranger, receipt["id"], 1, {"worry": "x"})).status_code == 404
    assert (await _do(client, stranger, f"calls/{receipt['id']}/error", 1, reason="x")).status_code == 404
    missing = UUID(int=1)
    assert (await _do(client, operator, f"calls/{receipt['id']}/amendments/{missing}/undo", 1)).status_code == 404


async def test_a_correction_keeps_no_more_of_advice_than_the_call(client: httpx.AsyncClient, operator: dict[str, str]) -> None:
    """Advice keeps the least data; a correction must not be the way by which a name stays after all."""
    answers = {"danger_now": "no", "can_wait": "yes"}
    advice = (await client.post("/v1/calls", json=a_call(kind="advice", answers=answers), headers=operator)).json()
    told = {"person.name": "Wilhelmina", "worry": "Zij zingt 's nachts.", "answers.suicide": "yes"}
    done = await _amend(client, operator, advice["id"], 1, told)
    assert (done.status_code, done.json()["needsSomebody"]) == (201, True), done.text
    listed = await client.get(f"/v1/calls/{advice['id']}/amendments?purpose=quality", headers=operator)
    assert "zingt" in listed.text
    assert "Wilhelmina" not in listed.text
    assert "Wilhelmina" not in (await client.get(f"/v1/calls/{advice['id']}?purpose=quality", headers=operator)).text

"""Hand-offs: nobody is let go before somebody else has taken over."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from hypothesis.strategies import sampled_from

from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import begin
from app.directory.seeding import organisation_id
from app.intake import due
from app.intake.codes import CallKind
from app.intake.hand_offs import (
    STEPS,
    UNDER_WAY,
    HandOffEnded,
    HandOffState,
    To,
    addressee,
    number_of,
    stays_ours,
    step,
    with_numbers,
)
from app.intake.triage import HandOff
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_call, a_token, an_accepted_case, heard, now

ACUTE = {"danger_now": "yes"}


class AHandOff(RuleBasedStateMachine):
    """A hand-off to which anything may be said in any order."""

    def __init__(self) -> None:
        """It rings."""
        super().__init__()
        self.state = HandOffState.CALLING
        self.ended: HandOffState | None = None

    @rule(to=sampled_from(HandOffState))
    def say(self, to: HandOffState) -> None:
        """Somebody says where it stands."""
        try:
            self.state = step(self.state, to)
        except HandOffEnded:
            return
        if self.ended is None and self.state not in UNDER_WAY:
            self.ended = self.state

    @invariant()
    def what_has_ended_stays_so(self) -> None:
        """Nobody can make a declined hand-off an accepted one afterwards, or the other way round."""
        assert self.ended is None or self.state is self.ended
        assert self.state is not HandOffState.NOT_MADE

    @invariant()
    def ours_until_accepted(self) -> None:
        """Whatever was said, only an acceptance lets a call end as handed off."""
        assert stays_ours(CallKind.HANDED_OFF, [self.state]) == (self.ended is not HandOffState.ACCEPTED)


TestAHandOff = AHandOff.TestCase
TestAHandOff.settings = settings(max_examples=60, stateful_step_count=8, deadline=None)


def test_every_state_says_what_may_follow() -> None:
    """A state without an entry would be a crash while somebody waits on the line."""
    assert set(STEPS) == set(HandOffState)
    assert all(STEPS[state] for state in UNDER_WAY)


def test_the_number_is_that_of_the_line_for_hand_offs() -> None:
    """The public number of a crisis service has a queue; the one for a warm hand-over has not."""
    ways = [{"kind": "phone", "use": "citizens", "value": "1"}, {"kind": "phone", "use": "hand_off", "value": "2"}]
    services = [{"kind": "meldpunt", "contact_ways": ways[:1]}, {"kind": "crisis", "contact_ways": ways}]
    assert number_of("crisis_service", services) == "2"
    assert number_of("general_practitioner", services) is None
    assert (addressee("police"), addressee("the neighbour, 0612345678")) == ("police", "other")


@pytest.fixture
async def operator(database: Database) -> dict[str, str]:
    """An operator of the hotline."""
    return await a_token(database)


@pytest.fixture
async def desk(database: Database) -> dict[str, str]:
    """Amsterdam's desk."""
    return await a_token(database, AMSTERDAM_DESK, "desk")


async def _draft(client: httpx.AsyncClient, operator: dict[str, str], **changes: Any) -> str:
    answer = await client.post("/v1/drafts", json=a_call(**changes), headers=operator)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def _complete(client: httpx.AsyncClient, operator: dict[str, str], draft: str) -> dict[str, Any]:
    answer = await client.post(f"/v1/drafts/{draft}/completion", headers=operator | {"If-Match": '"1"'})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def _say(client: httpx.AsyncClient, operator: dict[str, str], made: dict[str, Any], **body: str) -> httpx.Response:
    headers = operator | {"If-Match": f'"{made["version"]}"'}
    return await client.post(f"/v1/hand-offs/{made['id']}/result", json=body, headers=headers)


async def _timeline(client: httpx.AsyncClient, operator: dict[str, str], case: str) -> list[dict[str, Any]]:
    return list((await client.get(f"/v1/cases/{case}/timeline", headers=operator)).json()["items"])


async def test_a_warm_transfer_shows_its_four_states(client: httpx.AsyncClient, operator: dict[str, str]) -> None:
    """The operator sees calling, speaking, accepted by whom; and only then the call ends as handed off."""
    draft = await _draft(client, operator, kind="handed_off", answers=ACUTE)
    start = await client.post(f"/v1/drafts/{draft}/hand-offs", json={"to": "emergency"}, headers=operator)
    assert start.status_code == 201, start.text
    made = start.json()
    assert (made["state"], made["number"], made["proposedBy"], made["way"]) == ("calling", "112", "urgency", "warm")
    made = (await _say(client, operator, made, state="speaking")).json()
    done = await _say(client, operator, made, state="accepted", acceptedBy="Meldkamer, Jansen")
    assert done.json()["state"] == "accepted"
    assert (await _say(client, operator, done.json(), state="declined")).json()["type"].endswith("hand-off-ended")
    receipt = await _complete(client, operator, draft)
    assert (receipt["kind"], receipt["disposition"], receipt["dispositionReason"]) == ("handed_off", "handed_off", None)
    told = await client.get(f"/v1/calls/{draft}/hand-offs?purpose=handover", headers=operator)
    assert [one["acceptedBy"] for one in told.json()["items"]] == ["Meldkamer, Jansen"]
    lines = [one["facts"] for one in await _timeline(client, operator, receipt["caseId"]) if one["kind"] == "hand_off"]
    assert [(one["to"], one["state"]) for one in lines] == [("emergency", "accepted")]


@pytest.mark.parametrize("result", ["not_reached", "declined"])
async def test_what_nobody_accepts_stays_ours(client: httpx.AsyncClient, operator: dict[str, str], result: str) -> None:
    """The promise to the caller is kept by us when the other line is dead: a report, offered, and the reason said."""
    receipt = await client.post(
        "/v1/calls",
        json=a_call(kind="handed_off", answers=ACUTE, handOffs=[{"to": "emergency", "result": result}]),
        headers=operator,
    )
    told = receipt.json()
    assert (told["kind"], told["disposition"], told["dispositionReason"]) == ("report", "case_opened", "stays_ours")
    assert told["offered"]
    assert "stays_ours" in {one["kind"] for one in await _timeline(client, operator, told["caseId"])}


async def test_what_was_proposed_and_not_made_is_listed(client: httpx.AsyncClient, operator: dict[str, str]) -> None:
    """A proposal that everybody forgot is seen in the receipt and by whoever takes the case; left out with a reason it is not."""
    answers = ACUTE | {"suicide": "yes", "violence_home": "yes"}
    left_out = [{"to": "suicide_prevention", "result": "not_made", "reason": "caller_declines"}]
    answer = await client.post("/v1/calls", json=a_call(answers=answers, handOffs=left_out), headers=operator)
    receipt = answer.json()
    assert receipt["openHandOffs"] == ["emergency", "veilig_thuis"]
    lines = [one for one in await _timeline(client, operator, receipt["caseId"]) if one["kind"] == "hand_offs_open"]
    assert lines[0]["facts"]["to"] == ["emergency", "veilig_thuis"]
    without = await client.post("/v1/calls", json=a_call(handOffs=[{"to": "emergency", "result": "not_made"}]), headers=operator)
    assert without.status_code == 400


async def test_a_crisis_service_is_proposed_with_the_number_around_the_place(
    client: httpx.AsyncClient, operator: dict[str, str], raw: asyncpg.Connection
) -> None:
    """Nobody has to look a regional number up while somebody cries on the other line."""
    draft = await _draft(client, operator, answers={"suicide": "yes"}, place={"stay": {"municipalityCode": "GM0363"}})
    ways = '[{"kind": "phone", "value": "+31205555555", "use": "hand_off"}]'
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_worker")
        await raw.execute("""UPDATE service SET contact_ways = $1 WHERE kind = 'crisis' AND id IN (
            SELECT service_id FROM service_area WHERE municipality_code = 'GM0363')""", ways)  # fmt: skip
    told = (await client.get(f"/v1/drafts/{draft}/hand-offs?purpose=triage", headers=operator)).json()
    crisis = next(one for one in told["proposed"] if one["to"] == "crisis_service")
    assert crisis["number"] == "+31205555555"
    started = await client.post(f"/v1/drafts/{draft}/hand-offs", json={"to": "crisis_service"}, headers=operator)
    assert (started.json()["number"], started.json()["proposedBy"]) == ("+31205555555", "urgency")


async def test_a_receipt_and_a_preview_show_the_number_around_the_place(
    client: httpx.AsyncClient, operator: dict[str, str], raw: asyncpg.Connection, statements: list[str]
) -> None:
    """Whoever has the caller on the line dials what the screen shows; storing the call costs no statement more for it."""
    ways = '[{"kind": "phone", "value": "+31505555555", "use": "hand_off"}]'
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_worker")
        await raw.execute("""UPDATE service SET contact_ways = $1 WHERE kind = 'crisis' AND id IN (
            SELECT service_id FROM service_area WHERE municipality_code = 'GM0014')""", ways)  # fmt: skip
    body = a_call(answers={"suicide": "yes"}, place={"stay": {"municipalityCode": "GM0014"}})
    previewed = await client.post("/v1/calls/_preview", json=body, headers=operator)
    assert previewed.status_code == 200, previewed.text
    statements.clear()
    stored = await client.post("/v1/calls", json=body, headers=operator)
    assert len(statements) <= 4, statements  # with who asks
    for told in (previewed.json(), stored.json()):
        numbers = {one["to"]: one["number"] for one in told["verdict"]["handOffs"]}
        assert numbers == {"crisis_service": "+31505555555", "suicide_prevention": "113"}


async def test_where_no_number_is_known_the_text_says_whom_to_ask(client: httpx.AsyncClient, operator: dict[str, str]) -> None:
    """An empty number is a dead end; there is always somebody who knows."""
    body = a_call(answers={"medical": "unknown", "danger_now": "no"})
    told = (await client.post("/v1/calls/_preview", json=body, headers=operator)).json()["verdict"]["handOffs"]
    [doctor] = told
    assert (doctor["to"], doctor["number"]) == ("general_practitioner", "")
    assert doctor["text"]["nl"].startswith("Betrek de huisarts of huisartsenpost. Vraag ")
    assert "Ask " in doctor["text"]["en"]


def test_everybody_without_a_number_has_somebody_to_ask() -> None:
    """Also whom a protocol of one's own names, in a language of its own."""
    for to in (*To, "the_vet"):
        [one] = with_numbers([HandOff(to, "", "warm", {"nl": "Bel.", "en": "Ring.", "fy": "Skilje."})], [])
        assert len(one.text["nl"]) > len("Bel. ")
        assert one.text["fy"] == "Skilje."


async def test_who_took_over_is_sealed(client: httpx.AsyncClient, operator: dict[str, str], raw: asyncpg.Connection) -> None:
    """The name of a colleague elsewhere, and words instead of a code, are in no clear column."""
    off = {"to": "tante Wilhelmina", "result": "accepted", "acceptedBy": "Zuster Geheim", "number": "bij de buren"}
    receipt = (await client.post("/v1/calls", json=a_call(handOffs=[off]), headers=operator)).json()
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_worker")
        rows = await raw.fetch("SELECT h::text AS told FROM hand_off h WHERE call_id = $1", UUID(receipt["id"]))
        rows += await raw.fetch("SELECT l::text AS told FROM call l WHERE id = $1", UUID(receipt["id"]))
    for row in rows:
        for secret in ("Wilhelmina", "Geheim", "buren"):
            assert secret not in row["told"]
            assert secret.encode().hex() not in row["told"]


async def test_the_number_of_somebody_is_sealed(
    client: httpx.AsyncClient, operator: dict[str, str], raw: asyncpg.Connection
) -> None:
    """An aunt's telephone, and which practice somebody goes to, tell of them: they are read with a purpose, or not at all."""
    aunt = {"to": "tante Wilhelmina", "result": "accepted", "number": "06 12345678"}
    draft = await _draft(client, operator, kind="report", answers=ACUTE, handOffs=[aunt])
    body = {"to": "general_practitioner", "number": "020 1234567"}
    headers = operator | {"Idempotency-Key": f"practice-{draft}"}
    made = (await client.post(f"/v1/drafts/{draft}/hand-offs", json=body, headers=headers)).json()
    assert (await _say(client, operator, made, state="accepted", acceptedBy="Zuster Geheim")).status_code == 200
    await _complete(client, operator, draft)
    told = (await client.get(f"/v1/calls/{draft}/hand-offs?purpose=handover", headers=operator)).json()["items"]
    assert {one["to"]: (one["number"], one["acceptedBy"]) for one in told} == {
        "general_practitioner": ("+31201234567", "Zuster Geheim"), "other": ("+31612345678", None),
    }  # fmt: skip
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_worker")
        rows = await raw.fetch("SELECT h::text AS told FROM hand_off h WHERE call_id = $1", UUID(draft))
        await raw.execute(f"SET LOCAL ROLE nodus_app; SET LOCAL nodus.organisation = '{HOTLINE}'")
        rows += await raw.fetch(
            "SELECT convert_from(answer, 'UTF8') AS told FROM idempotency WHERE key = $1", headers["Idempotency-Key"]
        )
    assert len(rows) == 3
    assert not [row for row in rows if "2345678" in row["told"] or "1234567" in row["told"]]


async def test_one_that_nobody_ended_is_not_reached_and_told(
    client: httpx.AsyncClient, operator: dict[str, str], database: Database
) -> None:
    """A hand-off that was forgotten rings for ever in nobody's ear: a quarter of an hour after the call it is ours again."""
    draft = await _draft(client, operator, kind="handed_off", answers=ACUTE)
    made = (await client.post(f"/v1/drafts/{draft}/hand-offs", json={"to": "emergency"}, headers=operator)).json()
    receipt = await _complete(client, operator, draft)
    assert receipt["dispositionReason"] == "stays_ours"
    async with begin(database, WORKER) as work:
        assert UUID(made["id"]) not in await due.HAND_OFFS.claim(work)
    for _ in range(2):  # a second worker does nothing
        async with begin(database, WORKER, at=now() + timedelta(minutes=16)) as work:
            await due.HAND_OFFS.act(work, UUID(made["id"]))
    told = (await client.get(f"/v1/calls/{draft}/hand-offs?purpose=quality", headers=operator)).json()
    assert [one["state"] for one in told["items"]] == ["not_reached"]
    supervisor = await a_token(database, HOTLINE, "supervisor")
    told_of = [what for what, subject in await heard(client, supervisor, HOTLINE) if subject == draft]
    assert told_of.count("nl.nodus.hand_off.not_reached.v1") == 1
    lines = [one["facts"]["state"] for one in await _timeline(client, operator, receipt["caseId"]) if one["kind"] == "hand_off"]
    assert lines == ["calling", "not_reached"]


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "nobody we know": ({"to": "Jansen"}, "invalid-input"),
    "no number": ({"to": "police", "number": "bel Jansen"}, "invalid-input"),
    "left out without a reason": ({"to": "police", "state": "not_made"}, "invalid-input"),
    "another state": ({"to": "police", "state": "gone"}, "invalid-input"),
    "neither warm nor cold": ({"to": "police", "way": "lauw"}, "invalid-input"),
}


@pytest.mark.parametrize(("body", "slug"), BAD.values(), ids=BAD.keys())
async def test_what_can_not_be_right_is_refused(
    client: httpx.AsyncClient, operator: dict[str, str], body: dict[str, Any], slug: str
) -> None:
    """A hand-off with a wrong number would be dialled; the answer says what is wrong and repeats nothing."""
    draft = await _draft(client, operator)
    answer = await client.post(f"/v1/drafts/{draft}/hand-offs", json=body, headers=operator)
    assert (answer.status_code, answer.json()["type"]) == (400, f"/v1/problems/{slug}")
    assert "Jansen" not in answer.text


async def test_the_owner_reads_who_took_over_and_another_does_not(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str], database: Database
) -> None:
    """Whoever follows the case must know with whom the emergency services left it; nobody else."""
    case = await an_accepted_case(client, operator, desk)
    other = await a_token(database, AMSTERDAM_DESK, "operator")
    stranger = await a_token(database, organisation_id("rotterdam"), "operator")
    calls = (await client.get(f"/v1/cases/{case}/calls?purpose=follow_up", headers=desk)).json()["items"]
    call = calls[0]["call"]["id"]
    assert (await client.get(f"/v1/calls/{call}/hand-offs?purpose=follow_up", headers=other)).status_code == 200
    assert (await client.get(f"/v1/calls/{call}/hand-offs?purpose=follow_up", headers=stranger)).status_code == 404

"""The caller rings again: what was misheard is found, what may not be told is not."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.lifecycle import State
from app.cases.references import ReferenceMisread, reference_heard
from app.core.db import Database
from app.core.ids import ALPHABET, reference_for
from app.directory.seeding import organisation_id
from app.followup.feedback import MAY_HEAR_OUTCOME, Listener
from app.intake.telling import Known, Told, answer
from tests.makers import AMSTERDAM_DESK, a_call, a_token, an_accepted_case, an_offered_case, now

AT = datetime(2026, 11, 25, tzinfo=UTC)


@given(identifier=st.uuids(version=4), around=st.sampled_from(["{}", " {} ", "{}."]), small=st.booleans(), dashes=st.booleans())
def test_what_was_heard_is_the_reference(identifier: UUID, around: str, *, small: bool, dashes: bool) -> None:
    """Somebody reads it aloud, somebody types it: capitals, dashes and zeros don't matter, and it is found all the same."""
    reference = reference_for(identifier)
    typed = reference if dashes else reference.replace("-", "")
    head = typed[:-1].replace("0", "O").replace("1", "l") + typed[-1]
    assert reference_heard(around.format(head.lower() if small else head)) == reference


@given(st.uuids(version=4), st.integers(0, 7), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_never_looked_up(identifier: UUID, place: int, other: str) -> None:
    """A misheard letter must not lead to somebody else's call."""
    reference = reference_for(identifier)
    letters = list(reference.replace("-", ""))
    apart = abs(ALPHABET.index(letters[place]) - ALPHABET.index(other))
    if apart in {0, 23}:  # 0 and Q, 1 and R … 8 and Z: the check letter has 23 values, the others 32
        return
    letters[place] = other
    with pytest.raises(ReferenceMisread):
        reference_heard("".join(letters))


@given(st.text(max_size=30))
def test_anything_may_be_typed(told: str) -> None:
    """Whatever somebody types is a reference in its one form, or refused with a sentence; it is never an error of ours."""
    with suppress(ReferenceMisread):
        assert len(reference_heard(told)) == 11


@given(
    state=st.sampled_from([None, *State]),
    listener=st.sampled_from([None, *Listener]),
    reached=st.booleans(),
    sure=st.booleans(),
    in_error=st.booleans(),
)
def test_only_the_closed_list_hears_of_the_person(
    state: State | None, listener: Listener | None, *, reached: bool, sure: bool, in_error: bool
) -> None:
    """The law has a closed list (F33); whoever is not surely on it hears neither outcome nor whether the person was reached."""
    accepted = AT if state not in {None, State.OFFERED} else None
    told = answer(Known(state, accepted, reached, "better", in_error), listener, sure=sure)
    on_the_list = sure and listener in MAY_HEAR_OUTCOME
    assert told.codes[0] is Told.RECEIVED
    assert told.codes[-1] is Told.CALL_AGAIN
    if not on_the_list:
        assert told.outcome is None
        assert Told.CONTACT_MADE not in told.codes
        assert told.instead or accepted is None or in_error
    assert all((told.say.nl, told.say.en))


@pytest.fixture
async def operator(database: Database) -> dict[str, str]:
    """An operator of the hotline."""
    return await a_token(database)


async def _ask(client: httpx.AsyncClient, who: dict[str, str], reference: str, **how: Any) -> httpx.Response:
    return await client.post("/v1/calls/_reference", json={"reference": reference, **how}, headers=who)


async def test_who_rings_again_hears_what_happens(
    client: httpx.AsyncClient, operator: dict[str, str], database: Database, raw: asyncpg.Connection
) -> None:
    """Callers fear that nothing happened: with the reference of call or case they hear it; and each look is in the log."""
    by = now() + timedelta(days=2)
    receipt = await an_offered_case(client, operator, feedbackPromised=True, feedbackBy=by.isoformat())
    for reference in (receipt["reference"], receipt["caseReference"].lower().replace("-", " ")):
        told = (await _ask(client, operator, reference)).json()
        assert (told["callId"], told["codes"]) == (receipt["id"], ["received", "being_asked", "call_again"])
        assert datetime.fromisoformat(told["feedbackBy"]) == by
    desk = await a_token(database, AMSTERDAM_DESK, "desk")
    offer = receipt["offered"]["offerId"]
    await client.post(f"/v1/offers/{offer}/acceptance", json={}, headers=desk | {"If-Match": '"1"'})
    told = (await _ask(client, operator, receipt["reference"], listener="neighbour", verified=True)).json()
    assert (told["codes"], told["outcome"]) == (["received", "taken_up", "call_again"], None)
    assert told["instead"]["nl"]
    owed = (await client.get(f"/v1/cases/{receipt['caseId']}/aftercare", headers=desk)).json()["obligations"]
    assert [datetime.fromisoformat(one["dueAt"]) for one in owed if one["kind"] == "feedback"] == [by]
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_worker")
        looks = await raw.fetchval(
            "SELECT count(*) FROM access_log WHERE case_id = $1 AND action = 'look'", UUID(receipt["caseId"])
        )
    assert looks == 3


async def test_a_wrong_or_strange_reference_tells_nothing(
    client: httpx.AsyncClient, operator: dict[str, str], database: Database
) -> None:
    """Guessing must tell nobody whether there is such a call, and nobody reads another organisation's."""
    receipt = await an_offered_case(client, operator)
    swapped = receipt["reference"][:-1] + ("A" if receipt["reference"][-1] != "A" else "B")
    misread = await _ask(client, operator, swapped)
    assert (misread.status_code, misread.json()["type"]) == (400, "/v1/problems/reference-misread")
    other = await a_token(database, organisation_id("rotterdam"), "operator")
    never = await _ask(client, operator, reference_for(UUID(int=12345)))
    strange = await _ask(client, other, receipt["reference"])
    assert (strange.status_code, never.status_code) == (404, 404)
    assert strange.json()["detail"] == never.json()["detail"]


async def test_who_rings_again_adds_to_the_case(client: httpx.AsyncClient, operator: dict[str, str], database: Database) -> None:
    """What the caller forgot the first time reaches whoever has the case, without a second case."""
    desk = await a_token(database, AMSTERDAM_DESK, "desk")
    case = await an_accepted_case(client, operator, desk)
    call = (await client.get(f"/v1/cases/{case}/calls?purpose=follow_up", headers=desk)).json()["items"][0]["call"]
    added = await client.post(
        "/v1/calls", json=a_call(addsTo=call["reference"].lower(), worry="De hond blaft ook."), headers=operator
    )
    assert (added.status_code, added.json()["disposition"]) == (201, "joined_case"), added.text
    assert added.json()["joinedCaseId"] == case
    told = (await client.get(f"/v1/cases/{case}/calls?purpose=follow_up", headers=desk)).json()["items"]
    assert [one["contents"]["worry"] for one in told][-1] == "De hond blaft ook."
    again = await _ask(client, operator, added.json()["reference"])
    assert "taken_up" in again.json()["codes"]


async def test_what_was_added_to_the_wrong_case_comes_off_again(client: httpx.AsyncClient, operator: dict[str, str]) -> None:
    """The reference was another neighbour's: split off, the call has a case of its own, and stays out of the first."""
    first = await an_offered_case(client, operator)
    added = (await client.post("/v1/calls", json=a_call(addsTo=first["reference"]), headers=operator)).json()
    assert added["joinedCaseId"] == first["caseId"]
    split = await client.post(
        f"/v1/calls/{added['id']}/splitting", json={"reason": "another_person"}, headers=operator | {"If-Match": '"1"'}
    )
    assert (split.status_code, split.json()["joinedCaseId"]) == (201, None), split.text
    assert split.json()["caseId"] not in {None, first["caseId"]}


async def test_a_call_in_error_is_neither_joined_nor_split(client: httpx.AsyncClient, operator: dict[str, str]) -> None:
    """Splitting it would open and offer a case about nobody."""
    first = await an_offered_case(client, operator)
    added = (await client.post("/v1/calls", json=a_call(joins=first["caseId"]), headers=operator)).json()
    address, seen = f"/v1/calls/{added['id']}", [operator | {"If-Match": f'"{version}"'} for version in (1, 2)]
    marked = await client.post(f"{address}/error", json={"reason": "Dubbel."}, headers=seen[0])
    assert marked.status_code == 200, marked.text
    split = await client.post(f"{address}/splitting", json={"reason": "mistake"}, headers=seen[1])
    assert (split.status_code, split.json()["type"]) == (409, "/v1/problems/cant-join"), split.text


BAD = {
    "a deadline without a promise": {"feedbackBy": "2027-01-01T00:00:00Z"},
    "a promise that is broken already": {"feedbackPromised": True, "feedbackBy": "2020-01-01T00:00:00Z"},
    "a promise for another life": {"feedbackPromised": True, "feedbackBy": "2099-01-01T00:00:00Z"},
    "two cases": {"joins": "K7M4-2QXD-H", "addsTo": "K7M4-2QXD-H"},
    "no reference": {"addsTo": "Jansen"},
}


@pytest.mark.parametrize("changes", BAD.values(), ids=BAD.keys())
async def test_what_can_not_be_right_is_refused(
    client: httpx.AsyncClient, operator: dict[str, str], changes: dict[str, Any]
) -> None:
    """A promise with an impossible moment would be an obligation that is overdue for ever."""
    answer = await client.post("/v1/calls", json=a_call(**changes), headers=operator)
    assert answer.status_code == 400, answer.text
    assert "Jansen" not in answer.text

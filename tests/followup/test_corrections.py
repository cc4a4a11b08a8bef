"""Corrections instead of deletions: the old stays readable, everybody who saw it sees what corrects it, and no duty is lost."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.db import Database
from app.core.errors import Problem
from app.followup.correcting import CORRECTABLE, correction_audience, insist_on_correctable
from app.followup.items import Item, ItemKind, ItemState
from app.team.audience import sees
from tests.makers import AMSTERDAM_DESK, now
from tests.team.table import MENTAL_HEALTH, SOCIAL_TEAM, Table, a_table

OWNER, WRITER, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
AT = datetime(2026, 11, 1, 9, tzinfo=UTC)


def an_item(**changes: Any) -> Item:
    """A note of a member."""
    usual: dict[str, Any] = {
        "id": uuid4(), "case_id": uuid4(), "kind": ItemKind.NOTE, "organisation": WRITER, "written_at": AT, "at": AT,
        "audience": None, "state": ItemState.NOTED, "assigned_to": None, "due_at": None, "ended_at": None, "facts": {},
        "ended_facts": {}, "parent": None, "corrects": None, "version": 1,
    }  # fmt: skip
    return Item(**usual | changes)


@given(
    kind=st.sampled_from(ItemKind),
    state=st.sampled_from(ItemState),
    by=st.sampled_from((OWNER, WRITER, OTHER)),
    corrected=st.booleans(),
    taken_back=st.booleans(),
)
def test_a_correction_never_loses_a_duty(
    kind: ItemKind, state: ItemState, by: UUID, *, corrected: bool, taken_back: bool
) -> None:
    """What passes is by the writer or the owner, corrected for the first time, of a kind that has no rules of its own."""
    item = an_item(kind=kind, state=state, corrected_by=uuid4() if corrected else None)
    try:
        insist_on_correctable(item, by, OWNER, taken_back=taken_back)
    except Problem:
        return
    assert by != OTHER
    assert not corrected
    assert kind in CORRECTABLE | {ItemKind.CRISIS_CARD}
    assert not (taken_back and state is ItemState.OPEN)


@given(
    audience=st.none() | st.lists(st.sampled_from((OWNER, WRITER, OTHER)), unique=True).map(tuple),
    reader=st.sampled_from((OWNER, WRITER, OTHER)),
    corrector=st.sampled_from((OWNER, WRITER)),
)
def test_who_saw_what_was_wrong_sees_what_is_right(audience: tuple[UUID, ...] | None, reader: UUID, corrector: UUID) -> None:
    """Nobody goes on with a mistake because the correction was not for them."""
    old = an_item(audience=audience)
    seen = sees(reader, owner=OWNER, writer=WRITER, audience=audience, on_team=True)
    new = sees(reader, owner=OWNER, writer=corrector, audience=correction_audience(old), on_team=True)
    assert new == seen


@pytest.fixture
async def table(client: httpx.AsyncClient, database: Database) -> Table:
    """A case with the ggz and a social team on it, in follow-up."""
    table = await a_table(client, database, ggz=MENTAL_HEALTH, social=SOCIAL_TEAM)
    await table.join("ggz", MENTAL_HEALTH)
    await table.join("social", SOCIAL_TEAM, "social_team")
    await table.do("owner", "contacts", {"way": "visit", "party": "person", "result": "reached"})
    return table


async def told(table: Table, who: str) -> dict[str, dict[str, Any]]:
    """The items that somebody sees, by id."""
    return {one["id"]: one for one in (await table.read(who, "/items", purpose="follow_up"))["items"]}


async def test_the_old_stays_readable_and_marked(table: Table) -> None:
    """Also for its writer when the owner corrects what only the two of them see."""
    old = (await table.do("ggz", "notes", {"what": "Woont alleen.", "visibility": "owner"}))["id"]
    right = {"reason": "new_facts", "note": {"what": "Woont bij zijn broer."}}
    new = (await table.do("owner", f"items/{old}/corrections", right, version=1))["id"]
    for who in ("owner", "ggz"):
        seen = await told(table, who)
        assert (seen[old]["note"], seen[old]["correctedBy"]) == ("Woont alleen.", new)
        assert (seen[new]["note"], seen[new]["correctsId"]) == ("Woont bij zijn broer.", old)
    assert not {old, new} & set(await told(table, "social"))
    twice = await table.do("owner", f"items/{old}/corrections", right, 409, version=1)
    assert (twice["type"].rsplit("/", 1)[1], twice["correctedBy"]) == ("corrected-already", new)
    await table.do("owner", f"items/{new}/corrections", right, version=1)


async def test_a_duty_passes_over_to_the_correction(table: Table) -> None:
    """For whom and by when it was; the deadline of the case stands, and what is overdue stays overdue."""
    due = now() + timedelta(hours=5)
    body = {"what": "Belen.", "dueAt": due.isoformat(), "assignedTo": str(MENTAL_HEALTH)}
    old = await table.do("owner", "actions", body)
    right = {"reason": "mistake", "action": {"what": "Bellen."}}
    new = await table.do("owner", f"items/{old['id']}/corrections", right, version=1)
    assert new["deadlineAt"] == old["deadlineAt"]
    seen = await told(table, "ggz")
    assert (seen[old["id"]]["state"], seen[old["id"]]["endedFacts"]) == ("cancelled", {"corrected": True})
    assert [seen[new["id"]][name] for name in ("state", "assignedTo")] == ["open", str(MENTAL_HEALTH)]
    lost = await table.do("owner", f"items/{new['id']}/corrections", {"reason": "entered_in_error"}, 409, version=1)
    assert lost["type"].endswith("duty-would-be-lost")
    await table.do("ggz", f"items/{new['id']}/end", {"note": "Gesproken."}, version=1)
    spelt = {"reason": "mistake", "action": {"what": "Opbellen."}}
    last = await table.do("owner", f"items/{new['id']}/corrections", spelt, version=2)
    kept = (await told(table, "ggz"))[last["id"]]
    assert [kept[name] for name in ("state", "endedNote", "note")] == ["done", "Gesproken.", "Opbellen."]
    entries = (await table.read("owner", "/story", purpose="follow_up"))["items"]
    assert [one["id"] for one in entries if one["entry"] == "item_ended"] == [last["id"]]


async def test_entered_in_error_leaves_nothing_in_its_place(table: Table) -> None:
    """It belongs to another case: still readable, and no longer what counts."""
    wrong = (await table.do("ggz", "assessments", {"level": "acute", "method": "clinical"}))["id"]
    mark = (await table.do("ggz", f"items/{wrong}/corrections", {"reason": "entered_in_error"}, version=1))["id"]
    assert (await table.read("owner", "/overview", purpose="follow_up"))["assessment"] is None
    assert (await told(table, "owner"))[wrong]["correctedBy"] == mark
    await table.do("ggz", f"items/{mark}/corrections", {"reason": "entered_in_error"}, 409, version=1)


async def test_bad_corrections_change_nothing(table: Table) -> None:
    """By another member, of another kind, of more than one thing, of nothing, of the future, or of what was read otherwise."""
    note = (await table.do("ggz", "notes", {"what": "Iets."}))["id"]
    path, right = f"items/{note}/corrections", {"reason": "mistake", "note": {"what": "Iets anders."}}
    await table.do("social", path, right, 403, version=1)
    await table.do("ggz", path, right, 412, version=9)
    await table.do("ggz", path, right, 428)
    other = {"reason": "mistake", "assessment": {"level": "low", "method": "clinical"}}
    assert (await table.do("ggz", path, other, 400, version=1))["errors"][0]["code"] == "other_kind"
    await table.do("ggz", path, {"reason": "mistake"}, 400, version=1)
    await table.do("ggz", path, right | {"reason": "entered_in_error"}, 400, version=1)
    await table.do("ggz", path, right | {"action": {"what": "Ook."}}, 400, version=1)
    ride = (await table.do("ggz", "transports", {"by": "ambulance"}))["id"]
    police = {"reason": "mistake", "transport": {"by": "police"}}
    refused = await table.do("ggz", f"items/{ride}/corrections", police, 400, version=1)
    assert refused["errors"][0]["pointer"] == "/transport/policeReason"
    late = right | {"at": (now() + timedelta(days=1)).isoformat()}
    assert (await table.do("ggz", path, late, 400, version=1))["errors"][0]["pointer"] == "/at"
    asked = {"level": "management", "official": "manager", "assignedTo": str(AMSTERDAM_DESK), "reason": "money"}
    level = (await table.do("ggz", "escalations", asked))["id"]
    await table.do("ggz", f"items/{level}/corrections", {"reason": "entered_in_error"}, 409, version=1)
    assert {one["version"] for one in (await told(table, "owner")).values()} == {1}

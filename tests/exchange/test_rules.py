"""The tables between our words and the standard's, and what a search and a change mean: no database, no HTTP."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.cases.lifecycle import Flag, State, Urgency
from app.core.errors import Invalid, Problem, TooMany, Unavailable
from app.core.problem import all_problems
from app.exchange.changes import Asked, asked, merged, patched
from app.exchange.codes import CONTACT_WAY, DECLINE_REASON, OUTPUT, TaskStatus
from app.exchange.fhir_task import (
    ASKED,
    MOVES,
    OWN,
    PRIORITY,
    STATUS,
    Act,
    Standing,
    possible_from,
    service_request_of,
    standings_of,
    task_of,
    told,
)
from app.exchange.outcome import BusinessRule, outcome_of, status_of
from app.exchange.search import Place, is_named, search
from app.routing.offers import DeclineReason, OfferState
from tests.exchange.validating import by_model

AT = datetime(2026, 11, 24, 2, 10, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))


def a_row(standing: Standing = Standing.PENDING, **changes: Any) -> dict[str, Any]:
    """A row of the view `task`."""
    row: dict[str, Any] = {
        "id": UUID(int=1), "case_id": UUID(int=2), "organisation_id": UUID(int=3), "standing": standing, "offer_version": 1,
        "case_version": None, "seen_at": None, "updated_at": AT, "reference": "K7M4-2QXD-H", "urgency": "urgent",
        "flags": ["suicide"], "offered_at": AT, "accept_by": AT, "opened_at": AT, "reason": None, "municipality_code": "GM0034",
        "intake_organisation_id": UUID(int=4), "intake_name": "Landelijk", "owner_name": "GGZ", "agb": None, "ura": None, "oin": None,
        "what": "assignment", "handover_reason": None,
    }  # fmt: skip
    return row | changes


def test_every_state_has_its_status() -> None:
    """No state of an offer or a case is without a word, and none of the words is made up: the tables are whole."""
    ended = {OfferState.DECLINED, OfferState.EXPIRED, OfferState.WITHDRAWN}
    ours = {"pending", "seen", "in_error", "handed_over"} | {one.value for one in ended} | set(State) - {State.OFFERED}
    assert set(Standing) == ours == set(STATUS)
    assert set(PRIORITY) == set(Urgency)
    assert {STATUS[one] for one in ASKED} == {TaskStatus.REQUESTED, TaskStatus.RECEIVED}
    assert {act for (of, to), act in MOVES.items() if {of, to} <= set(STATUS.values())} == set(Act)
    for standing in Standing:
        assert standing in standings_of(frozenset({STATUS[standing]}))


@settings(deadline=None)  # the first one loads the model
@given(st.sampled_from(Standing), st.sampled_from(Urgency), st.lists(st.sampled_from(Flag), unique=True), st.booleans())
def test_every_task_is_one_of_the_standards(standing: Standing, urgency: Urgency, flags: list[str], has_number: bool) -> None:  # noqa: FBT001
    """Whatever the state: FHIR's own model takes it, and whom it is about is named only after accepting."""
    row = a_row(standing, urgency=urgency, flags=flags, reason="other" if standing is Standing.DECLINED else None)
    task = told(row | {"agb": "01234567" if has_number else None})
    made = task_of(task)
    by_model(made)
    assert ("for" in made) == (standing in OWN)
    assert ("statusReason" in made) == (made["status"] in {"rejected", "cancelled"})
    if task.is_own:
        by_model(service_request_of(task))


@given(st.sampled_from(TaskStatus), st.sampled_from(TaskStatus))
def test_a_step_is_an_act_or_refused_with_what_is_possible(now: TaskStatus, to: TaskStatus) -> None:
    """There is one table of what an owner may do; everything else is a sentence that tells the way."""
    current = {"resourceType": "Task", "id": "1", "status": now}
    reason = {"coding": [{"system": DECLINE_REASON, "code": "other"}]}
    output = [{"type": {"coding": [{"system": CONTACT_WAY, "code": "visit"}]}, "valueDateTime": "2026-11-24T03:10:00+01:00"}]
    details: dict[Act | None, dict[str, Any]] = {Act.DECLINE: {"statusReason": reason}, Act.REACH: {"output": output}}
    more = details.get(MOVES.get((now, to)), {})
    wanted = current | more | {"status": to}
    if now is to:
        assert asked(current, wanted).act is None
    elif (now, to) in MOVES:
        assert asked(current, wanted).act is MOVES[now, to]
    else:
        with pytest.raises(BusinessRule, match=", ".join(possible_from(now)) or "nothing more"):
            asked(current, wanted)


def test_what_a_change_tells() -> None:
    """The details of an act come through as they were meant, in another spelling of the same moment too."""
    current = task_of(told(a_row()))
    again = current | {"authoredOn": "2026-11-24T03:10:00+01:00"}
    assert asked(current, again) == Asked(None)
    for reason in DeclineReason:
        concept = {"coding": [{"system": "http://elsewhere", "code": "x"}, {"system": DECLINE_REASON, "code": reason}]}
        assert asked(current, current | {"status": "rejected", "statusReason": concept}).reason is reason
    going = task_of(told(a_row(Standing.AFTERCARE)))
    ending = [{"type": {"coding": [{"system": OUTPUT, "code": "closing-outcome"}]}, "valueCode": "stable"}]
    assert asked(going, going | {"status": "completed", "output": ending}).outcome == "stable"
    with pytest.raises(Invalid):
        asked(current, current | {"id": "2"})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(JSON, st.dictionaries(st.sampled_from(["output", "note", "statusReason", "meta"]), JSON, max_size=3), JSON)
def test_no_body_is_a_fault_of_ours(operation: Any, patch: dict[str, Any], value: Any) -> None:
    """Whatever JSON comes in, the answer is an act or a refusal, never a crash."""
    current = task_of(told(a_row(Standing.ACCEPTED)))
    coded = {"type": {"coding": value}, "valueDateTime": value}
    bodies: tuple[Callable[[], dict[str, Any]], ...] = (
        lambda: merged(current, patch),
        lambda: current | patch | {"status": "in-progress"},
        lambda: current | {"status": "in-progress", "output": [coded, operation], "note": value},
        lambda: patched(current, [operation, {"op": "add", "path": "/note/-", "value": value}]),
        lambda: patched(current, [{"op": "replace", "path": "/status", "value": value}]),
    )
    for body in bodies:
        try:
            asked(current, body())
        except Problem as problem:
            by_model(outcome_of(problem, None))


@given(MOMENTS, st.sampled_from(["gt", "ge", "lt", "le", ""]), st.sampled_from([0, 60, -330]))
def test_a_moment_means_itself(at: datetime, prefix: str, offset: int) -> None:
    """In any offset, to the microsecond: `gt` of what was told leaves out nothing but what was told."""
    there = (at.replace(tzinfo=None) + timedelta(minutes=offset)).isoformat()
    sign, minutes = ("-", -offset) if offset < 0 else ("+", offset)
    bounds = search([("_lastUpdated", f"{prefix}{there}{sign}{minutes // 60:02}:{minutes % 60:02}")]).bounds
    expected = {"gt": {"after"}, "ge": {"not_before"}, "lt": {"until"}, "le": {"not_after"}, "": {"not_before", "not_after"}}
    assert bounds == dict.fromkeys(expected[prefix], at)


@pytest.mark.parametrize(
    ("value", "bounds"),
    [
        ("gt2026-11-24", {"not_before": datetime(2026, 11, 25, tzinfo=UTC)}),
        ("le2026-12", {"until": datetime(2027, 1, 1, tzinfo=UTC)}),
        ("2026", {"not_before": datetime(2026, 1, 1, tzinfo=UTC), "until": datetime(2027, 1, 1, tzinfo=UTC)}),
        ("ge2026-11-24T03:10:00 01:00", {"not_before": AT}),
    ],
)
def test_a_day_is_the_whole_of_it(value: str, bounds: dict[str, datetime]) -> None:
    """As the standard has it, in UTC; and a plus that nobody encoded is still one."""
    assert search([("_lastUpdated", value)]).bounds == bounds


@given(st.lists(st.tuples(st.sampled_from(["gt", "ge"]), MOMENTS), min_size=1, max_size=4), MOMENTS)
def test_several_bounds_all_count(given_bounds: list[tuple[str, datetime]], at: datetime) -> None:
    """A poller that sends two gets what both allow."""
    bounds = search([("_lastUpdated", f"{prefix}{one.isoformat()}") for prefix, one in given_bounds]).bounds
    inside = at > bounds.get("after", at - timedelta(1)) and at >= bounds.get("not_before", at)
    assert inside == all(at > one if prefix == "gt" else at >= one for prefix, one in given_bounds)


@given(MOMENTS, st.uuids())
def test_a_page_goes_on_where_it_ended(at: datetime, identifier: UUID) -> None:
    """What stands in a `next` link is read back as it was; what counted goes with it, what did not is gone."""
    first = search([("status", "requested"), ("_page", Place(AT, uuid4()).told()), ("foo", "bar")])
    assert "foo" not in first.query(Place(at, identifier))
    again = search([("_page", Place(at, identifier).told())])
    assert again.beyond == Place(at, identifier)


def test_who_an_organisation_is() -> None:
    """By its number, with or without its system; a number in another's system is another's."""
    own, names = UUID(int=3), [("http://fhir.nl/fhir/NamingSystem/ura", "12345678")]
    for asked_for in ("http://fhir.nl/fhir/NamingSystem/ura|12345678", "12345678", f"Organization/{own}", f"x,{own}"):
        assert is_named(asked_for, names, own), asked_for
    for asked_for in ("http://fhir.nl/fhir/NamingSystem/agb-z|12345678", "|12345678", f"Organization/{UUID(int=4)}", ""):
        assert not is_named(asked_for, names, own), asked_for


def test_every_problem_is_an_outcome() -> None:
    """Also those that need a flood or a lost database to be seen: each has a code of the standard, and its sentence."""
    for kind in all_problems().values():
        if kind.__init__ is Problem.__init__:
            outcome = outcome_of(kind("It is so."), UUID(int=1))
            by_model(outcome)
            assert outcome["issue"][0]["details"]["text"]
    assert outcome_of(TooMany("Wait."), None)["issue"][0]["code"] == "throttled"
    assert outcome_of(Unavailable("Away."), None)["issue"][0]["code"] == "transient"
    assert status_of(TooMany("Wait.")) == 429


def test_a_patch_without_a_bottom_is_refused() -> None:
    """JSON may be deeper than what compares it can go."""
    deep: list[Any] = []
    for _ in range(1000):
        deep = [deep]
    operations = [{"op": "add", "path": "/note", "value": deep}, {"op": "test", "path": "/note", "value": deep}]
    with pytest.raises(Invalid):
        patched({"status": "requested"}, operations)

"""The rules of the procedures, without a database: steps in order, bases that hold, dissent that can't be left out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Invalid, Problem
from app.followup.items import Item, ItemEnded, ItemKind, ItemState
from app.followup.obligations import DecidedBy
from app.procedures import calamity, inquiry, joint_table, requests
from app.procedures.bases import Basis, BasisMissing, Consent, Disclosed, OutsideParty, insist_on_basis
from app.procedures.calamity import Calamity, CalamityState
from app.procedures.joint_table import Judgement, Verdict
from app.procedures.requests import Answering, Direction, NewRequest, RequestState

NOW: Final = datetime(2026, 11, 24, 9, tzinfo=UTC)
ME, OTHER, THIRD = UUID(int=1), UUID(int=2), UUID(int=3)


def an_item(kind: ItemKind, state: ItemState = ItemState.OPEN, **changes: Any) -> Item:
    """An item of the owner's, written now."""
    ended = None if state in {ItemState.OPEN, ItemState.NOTED} else NOW
    known = Item(
        UUID(int=9), UUID(int=8), kind, ME, NOW, NOW, None, state, ME, NOW + timedelta(days=1), ended, {}, {}, None, None, 1
    )
    return replace(known, **changes)


@pytest.mark.parametrize("table", [requests.STEPS, inquiry.STEPS, calamity.STEPS, joint_table.STEPS])
def test_every_state_is_in_its_table_and_leads_to_an_end(table: dict[StrEnum, frozenset[StrEnum]]) -> None:
    """A state that the table forgets, or that leads nowhere but is no end, is a case that never closes."""
    states = set(type(next(iter(table))))
    assert set(table) == states
    ends = {state for state in states if not table[state]}
    assert ends
    for state in states:
        reached, front = {state}, {state}
        while front:
            front = {to for one in front for to in table[one]} - reached
            reached |= front
        assert reached & ends


@given(st.none() | st.sampled_from(Basis), st.sampled_from(Consent))
def test_a_basis_holds_or_is_refused(basis: Basis | None, consent: Consent) -> None:
    """None is none; consent that was not given is none either; every other stands by itself."""
    if basis is None or (basis is Basis.CONSENT and consent is not Consent.GIVEN):
        with pytest.raises(BasisMissing):
            insist_on_basis(basis, consent)
    else:
        assert insist_on_basis(basis, consent) is basis


@given(
    st.builds(
        NewRequest,
        st.sampled_from(Direction),
        st.none() | st.just(OTHER),
        st.none() | st.sampled_from(OutsideParty),
        st.none() | st.sampled_from(Basis),
        st.sampled_from(Consent),
        st.lists(st.sampled_from(Disclosed), max_size=4).map(tuple),
    )
)
def test_a_request_says_with_whom_on_which_basis_and_what_it_discloses(new: NewRequest) -> None:
    """Whatever is sent: it is refused, or it is all there."""
    asks = new.direction is Direction.OUT
    nobody = (new.organisation is None) == (new.party is None)
    baseless = new.basis is None or (new.basis is Basis.CONSENT and new.consent is not Consent.GIVEN)
    if nobody or (asks and (baseless or not new.discloses)):
        with pytest.raises(Invalid):
            requests.facts_of(new)
        return
    facts = requests.facts_of(new)
    assert ("organisation" in facts) != ("party" in facts)
    if new.direction is Direction.OUT:
        assert facts["discloses"] == sorted(set(new.discloses))
        assert facts["basis"] != Basis.CONSENT or facts["consent"] == Consent.GIVEN
    else:
        assert "basis" not in facts


@pytest.mark.parametrize("result", [RequestState.ANSWERED, RequestState.REFUSED, RequestState.WITHDRAWN])
@pytest.mark.parametrize("to", RequestState)
def test_a_request_ends_once(result: RequestState, to: RequestState) -> None:
    """What was answered is not refused afterwards, nor taken back."""
    item = an_item(ItemKind.INFORMATION_REQUEST, ItemState.DONE, ended_facts={"result": result})
    with pytest.raises(ItemEnded):
        requests.step(item, to)


def test_an_answer_to_another_says_what_it_discloses() -> None:
    """Who asks us learns something; who answers us tells us, and that is no disclosure of ours."""
    ours = an_item(ItemKind.INFORMATION_REQUEST, facts={"direction": "out"})
    theirs = an_item(ItemKind.INFORMATION_REQUEST, facts={"direction": "in"})
    how = Answering(Basis.PUBLIC_TASK)
    assert "disclosed" not in requests.answer_facts(ours, how)
    with pytest.raises(Invalid):
        requests.answer_facts(theirs, how)


def test_disclosures_are_our_questions_and_our_answers() -> None:
    """The person may ask who learnt what: also of a question that was taken back, never of an answer to us."""
    asked = {"direction": "out", "party": "hospital", "basis": "vital_interest", "consent": "not_possible"}
    taken_back = an_item(
        ItemKind.INFORMATION_REQUEST,
        ItemState.CANCELLED,
        facts=asked | {"discloses": ["name"]},
        ended_facts={"result": "withdrawn"},
    )
    told = an_item(
        ItemKind.INFORMATION_REQUEST, ItemState.DONE, id=UUID(int=10), facts={"direction": "in", "organisation": str(OTHER)},
        ended_facts={"result": "answered", "basis": "wpg", "disclosed": ["police"]},
    )  # fmt: skip
    refused = replace(told, id=UUID(int=11), ended_facts={"result": "refused", "reason": "no_basis"})
    first, second = requests.disclosures_of([taken_back, told, refused])
    assert (first.party, first.disclosed) == (OutsideParty.HOSPITAL, (Disclosed.NAME,))
    assert (second.organisation, second.basis, second.disclosed) == (OTHER, Basis.WPG, (Disclosed.POLICE,))


@given(st.sampled_from(CalamityState), st.sampled_from(CalamityState))
def test_a_calamity_takes_its_steps_in_order(at: CalamityState, to: CalamityState) -> None:
    """The inspectorate hears before it ends; nothing happens twice."""
    report = an_item(ItemKind.CALAMITY_REPORT, ItemState.OPEN if at is CalamityState.REPORTED else ItemState.DONE)
    item = an_item(ItemKind.CALAMITY, ItemState.DONE if at is CalamityState.ENDED else ItemState.OPEN)
    known = Calamity(item, report)
    assert known.state is at
    if to in calamity.STEPS[at]:
        calamity.insist_on_step(known, to)
    else:
        with pytest.raises(Problem):
            calamity.insist_on_step(known, to)


def test_only_a_manager_ends_a_calamity() -> None:
    """The freeze ends with it."""
    with pytest.raises(calamity.NeedsManager):
        calamity.end_facts(calamity.CalamityOutcome.NO_CALAMITY, DecidedBy.COORDINATOR)
    assert calamity.end_facts(calamity.CalamityOutcome.NO_CALAMITY, DecidedBy.MANAGER)["by"] == DecidedBy.MANAGER


@given(
    st.sets(st.sampled_from([ME, OTHER, THIRD]), min_size=2),
    st.dictionaries(st.sampled_from([ME, OTHER, THIRD]), st.sampled_from(Verdict)),
    st.sampled_from(Verdict),
)
def test_dissent_and_absence_are_counted_not_chosen(invited: set[UUID], found: dict[UUID, Verdict], decision: Verdict) -> None:
    """Everybody at the table agrees, dissents or is absent: exactly one of the three."""
    item = an_item(ItemKind.JOINT_TABLE, facts=joint_table.invitation(invited, NOW + timedelta(days=1), None, NOW))
    given_at_table = [Judgement(one, verdict) for one, verdict in found.items() if one in invited]
    facts = joint_table.decision_facts(item, given_at_table, decision, DecidedBy.COORDINATOR)
    agreeing = {str(one.organisation) for one in given_at_table if one.verdict is decision}
    assert sorted([*agreeing, *facts["dissent"], *facts["absent"]]) == sorted(str(one) for one in invited)


@given(st.timedeltas(timedelta(days=-40), timedelta(days=40)), st.integers(0, 3))
def test_a_table_is_held_by_some_before_a_moment_to_come(until: timedelta, many: int) -> None:
    """One is no table, and a moment past or a season away is none for judging."""
    invited = [ME, OTHER, THIRD][:many]
    if many >= joint_table.FEWEST and timedelta() < until <= joint_table.LONGEST:
        facts = joint_table.invitation(invited, NOW + until, None, NOW)
        item = an_item(ItemKind.JOINT_TABLE, facts=facts)
        assert joint_table.invited_to(item) == tuple(invited)
        assert joint_table.judge_by(item) == NOW + until < joint_table.decision_due(NOW + until)
    else:
        with pytest.raises(Invalid):
            joint_table.invitation(invited, NOW + until, None, NOW)


@given(st.none() | st.just(NOW), st.none() | st.sampled_from(inquiry.NotHeard))
def test_the_person_was_heard_or_not(heard_at: datetime | None, not_heard: inquiry.NotHeard | None) -> None:
    """Both is neither."""
    hearing = inquiry.Hearing(heard_at, not_heard)
    if (heard_at is None) == (not_heard is None):
        with pytest.raises(Invalid):
            inquiry.hearing_facts(hearing, NOW)
    else:
        assert inquiry.hearing_facts(hearing, NOW)["step"] == inquiry.Step.HEARING

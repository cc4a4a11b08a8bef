"""The protocol, and the verdict on what callers say."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from app.cases.lifecycle import Flag, Urgency
from app.intake.parsing import Faulty, parse
from app.intake.protocol import Example, Protocol
from app.intake.service.protocols import FOLDER, known, protocol
from app.intake.triage import ChosenUrgency, UrgencyTooLow, is_lower, judge

NL: Protocol = protocol("nl-2026.1")
ALL: list[Protocol] = list(known().values())
EXAMPLES = [(one, example) for one in ALL for example in one.examples]


@st.composite
def answered(draw: st.DrawFn) -> tuple[Protocol, dict[str, str]]:
    """A protocol of ours and answers to it, also to questions that would not have been asked."""
    one = draw(st.sampled_from(ALL))
    keys = draw(st.sets(st.sampled_from(sorted(one.questions))))
    return one, {key: draw(st.sampled_from(one.questions[key].options)) for key in sorted(keys)}


@pytest.mark.parametrize(("one", "example"), EXAMPLES, ids=[f"{one.version} {example.name}" for one, example in EXAMPLES])
def test_a_call_is_judged_as_a_professional_would(one: Protocol, example: Example) -> None:
    """Plain situations, each with the urgency, flags and hand-offs that it must have."""
    verdict = judge(one, example.answers, example.chosen)
    assert verdict.urgency is example.urgency
    assert set(verdict.flags) == set(example.flags)
    assert {hand_off.to for hand_off in verdict.hand_offs} == set(example.hand_offs)


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.version)
def test_every_protocol_has_its_table_of_calls(one: Protocol) -> None:
    """Forty calls, with every urgency and every flag: a protocol is known by what it says, not by how it is built."""
    assert len(one.examples) >= 40
    assert {example.urgency for example in one.examples} == set(Urgency)
    assert {flag for example in one.examples for flag in example.flags} == set(one.flags)


@given(answered(), st.data())
def test_danger_never_makes_a_call_less_urgent(asked: tuple[Protocol, dict[str, str]], data: st.DataObject) -> None:
    """Yes or don't know to a question about danger is at least as urgent as no; where `no` is the danger, the other way round."""
    one, told = asked
    question = data.draw(st.sampled_from([key for key, asked in one.questions.items() if asked.about == "safety"]))
    dangerous, calm = ("no", "yes") if question == "children_safe" else ("yes", "no")
    without = judge(one, told | {question: calm}).urgency
    for worse in (dangerous, "unknown"):
        assert not is_lower(judge(one, told | {question: worse}).urgency, without)


@given(answered(), st.sampled_from(sorted(Urgency)), st.one_of(st.none(), st.text(min_size=1)))
def test_the_operator_raises_freely_and_lowers_within_bounds(
    asked: tuple[Protocol, dict[str, str]], chosen: Urgency, reason: str | None
) -> None:
    """Never below what a flag demands; lower only with a reason; whatever is allowed is what counts."""
    one, told = asked
    free = judge(one, told)
    demanded = [one.flags[flag].at_least for flag in free.flags]
    lowered = is_lower(chosen, free.urgency)
    may = not lowered or (bool((reason or "").strip()) and not any(is_lower(chosen, least) for least in demanded))
    try:
        verdict = judge(one, told, ChosenUrgency(chosen, reason))
    except UrgencyTooLow:
        assert not may
    else:
        assert may
        assert (verdict.urgency, verdict.proposed) == (chosen, free.urgency)
        assert not any(is_lower(verdict.urgency, least) for least in demanded)


@given(answered())
def test_advice_is_suggested_by_what_counts(asked: tuple[Protocol, dict[str, str]]) -> None:
    """Nothing is suggested without its urgency or flag, and nothing that fits is left out."""
    one, told = asked
    verdict = judge(one, told)
    fits = [code for code, advice in one.advice.items() if verdict.urgency in advice.urgencies or advice.flags & {*verdict.flags}]
    assert list(verdict.suggested_advice) == fits


def _told() -> dict[str, Any]:
    return dict(yaml.safe_load((FOLDER / "nl-2026.1.yaml").read_text(encoding="utf-8")))


def test_every_fault_of_a_protocol_is_found_at_once() -> None:
    """Whoever writes a protocol must not find its faults one by one, or a caller find them."""
    told = _told()
    del told["questions"]["weapon"]
    told["questions"]["fire"].pop("en")
    told["urgencies"] = [one for one in told["urgencies"] if one["urgency"] != "advice"]
    told["flagged"] = [one for one in told["flagged"] if one["flag"] != "minor"]
    with pytest.raises(Faulty) as refused:
        parse(told)
    faults = " ".join(refused.value.faults)
    for part in ("question weapon", "no text in en", "Nothing leads to advice", "Nothing raises the flag minor"):
        assert part in faults


@pytest.mark.parametrize("told", [{}, {"version": 1}, {"version": "x", "languages": 3}])
def test_what_is_no_protocol_is_refused(told: dict[str, Any]) -> None:
    """A file of another form is named as such, not a crash deep inside."""
    with pytest.raises(Faulty):
        parse(told)


def test_every_flag_has_a_meaning() -> None:
    """A flag without the least urgency that it demands would demand nothing."""
    assert set(NL.flags) == set(Flag)

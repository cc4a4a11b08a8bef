"""The protocol, and the verdict on what callers say."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from app.cases.lifecycle import Flag, Urgency
from app.intake.parsing import Faulty, parse
from app.intake.protocol import Protocol
from app.intake.service.protocols import FOLDER, protocol
from app.intake.triage import ChosenUrgency, UrgencyTooLow, is_lower, judge

NL: Protocol = protocol("nl-2026.1")
SAFETY = [key for key, question in NL.questions.items() if question.about == "safety"]
answers = st.dictionaries(st.sampled_from(sorted(NL.questions)), st.sampled_from(["yes", "no", "unknown"]))

EXAMPLES: list[tuple[str, dict[str, str], str, set[str], set[str]]] = [
    ("he stands with a knife in the hall", {"weapon": "yes", "danger_now": "yes"}, "acute", {"weapon"}, {"emergency", "police"}),
    ("somebody is in danger, nothing else known", {"danger_now": "yes"}, "acute", set(), {"emergency"}),
    ("danger can't be ruled out", {"danger_now": "unknown"}, "crisis", set(), {"crisis_service"}),
    ("a smell of gas, perhaps", {"fire": "unknown"}, "acute", {"fire"}, {"emergency"}),
    ("she took pills", {"medical": "yes"}, "acute", {"medical"}, {"emergency", "general_practitioner"}),
    ("she may have taken pills", {"medical": "unknown"}, "urgent", {"medical"}, {"general_practitioner"}),
    ("he says he wants to die", {"suicide": "yes"}, "crisis", {"suicide"}, {"crisis_service", "suicide_prevention"}),
    ("not asked whether he wants to die, it crossed her mind", {"suicide": "unknown"}, "urgent", {"suicide"}, {"suicide_prevention"}),
    ("a knife lies about, no danger", {"weapon": "yes", "danger_now": "no"}, "urgent", {"weapon"}, {"police"}),
    ("a knife, and danger not ruled out", {"weapon": "yes", "danger_now": "unknown"}, "acute", {"weapon"}, {"emergency", "police"}),
    ("he hits his wife", {"violence_home": "yes"}, "urgent", {"violence_home"}, {"veilig_thuis"}),
    ("children look on", {"children": "yes"}, "normal", {"child_involved"}, {"veilig_thuis"}),
    ("mother with dementia walked off", {"missing": "yes", "dementia": "yes"}, "urgent", {"missing_dementia"}, {"police"}),
    ("missing, no dementia", {"missing": "yes", "dementia": "no"}, "normal", set(), set()),
    ("a boy of fourteen hears voices", {"minor": "yes"}, "normal", {"minor"}, {"youth_services"}),
    ("can't be talked to any more", {"severe_confusion": "yes"}, "crisis", set(), {"crisis_service"}),
    ("has not eaten for days", {"not_eating": "yes"}, "urgent", set(), set()),
    ("no shelter tonight", {"shelter": "no"}, "urgent", set(), set()),
    ("not known whether there is shelter", {"shelter": "unknown"}, "normal", set(), set()),
    ("it gets worse by the day", {"worse": "yes"}, "urgent", set(), set()),
    ("shouts in the street every evening", {"nuisance": "yes"}, "normal", set(), set()),
    ("a lonely neighbour, advice is enough", {"can_wait": "yes"}, "advice", set(), set()),
    ("advice is enough, but children are there", {"can_wait": "yes", "children": "yes"}, "normal", {"child_involved"}, {"veilig_thuis"}),
    ("advice is enough, but danger now", {"can_wait": "yes", "danger_now": "yes"}, "acute", set(), {"emergency"}),
    ("the three questions of the law", {"serious_disadvantage": "yes", "disorder_suspected": "yes", "unwilling": "yes"}, "normal", {"wvggz"}, set()),
    ("two of the three", {"serious_disadvantage": "yes", "disorder_suspected": "yes"}, "normal", set(), set()),
    ("nothing was asked", {}, "normal", set(), set()),
]  # fmt: skip


@pytest.mark.parametrize(("told", "given_answers", "urgency", "flags", "hand_offs"), EXAMPLES, ids=[one[0] for one in EXAMPLES])
def test_a_call_is_judged_as_a_professional_would(
    told: str, given_answers: dict[str, str], urgency: str, flags: set[str], hand_offs: set[str]
) -> None:
    """Plain situations, each with the urgency, flags and hand-offs that it must have."""
    verdict = judge(NL, given_answers)
    assert (verdict.urgency, set(verdict.flags), {one.to for one in verdict.hand_offs}) == (
        urgency,
        flags,
        hand_offs,
    ), told


@given(answers, st.sampled_from(SAFETY))
def test_danger_never_makes_a_call_less_urgent(told: dict[str, str], question: str) -> None:
    """Yes or don't know to a question about safety is at least as urgent as no."""
    calm = judge(NL, told | {question: "no"}).urgency
    for worse in ("yes", "unknown"):
        assert not is_lower(judge(NL, told | {question: worse}).urgency, calm)


@given(answers, st.sampled_from(sorted(Urgency)), st.one_of(st.none(), st.text(min_size=1)))
def test_the_operator_raises_freely_and_lowers_within_bounds(told: dict[str, str], chosen: Urgency, reason: str | None) -> None:
    """Never below what a flag demands; lower only with a reason; whatever is allowed is what counts."""
    free = judge(NL, told)
    demanded = [NL.flags[flag].at_least for flag in free.flags]
    try:
        verdict = judge(NL, told, ChosenUrgency(chosen, reason))
    except UrgencyTooLow:
        assert is_lower(chosen, free.urgency)
        assert not (reason or "").strip() or any(is_lower(chosen, least) for least in demanded)
    else:
        assert verdict.urgency is chosen
        assert not any(is_lower(chosen, least) for least in demanded)


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

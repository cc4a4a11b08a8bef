"""Protocols for tests: small ones that hypothesis makes, and every way through them, by brute force."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any, Final

from hypothesis import strategies as st

from app.cases.lifecycle import Flag, Urgency
from app.intake.authored import YES_NO
from app.intake.protocol import Protocol, holds

KEYS: Final = ("one", "two", "three", "four")
TEXT: Final = {"nl": "Een zin.", "en": "A sentence."}
FLAGS: Final = tuple(Flag)[:3]
conditions = st.dictionaries(
    st.sampled_from(KEYS), st.lists(st.sampled_from(YES_NO), min_size=1, max_size=2, unique=True), min_size=1, max_size=3
)


@st.composite
def small_protocols(draw: st.DrawFn) -> dict[str, Any]:
    """A file of the right form with four questions, circles among them included; it may have any other fault."""
    about = st.sampled_from(["safety", "situation"])
    questions = {key: {"about": draw(about), "ask_when": draw(st.just({}) | conditions), **TEXT} for key in KEYS}
    flags = draw(st.dictionaries(st.sampled_from(FLAGS), st.sampled_from(Urgency), max_size=2))
    raised = st.tuples(st.sampled_from(FLAGS), conditions)
    rules = st.tuples(st.sampled_from(Urgency), conditions)
    return {
        "version": "x-1",
        "languages": ["nl", "en"],
        "questions": questions,
        "flags": {str(flag): {"at_least": str(least), **TEXT} for flag, least in flags.items()},
        "flagged": [{"flag": str(flag), "when": when} for flag, when in draw(st.lists(raised, max_size=3)) if flag in flags],
        "otherwise": str(draw(st.sampled_from(Urgency))),
        "urgencies": [
            {"urgency": str(urgency), "code": f"rule_{place}", "when": when, **TEXT}
            for place, (urgency, when) in enumerate(draw(st.lists(rules, min_size=1, max_size=6)))
        ],
        "hand_offs": [],
        "observations": {},
        "advice": {},
    }


def ways_through(protocol: Protocol) -> Iterator[Mapping[str, str]]:
    """Every set of answers that a caller could have given: each to a question that was to be asked by then."""
    options = [(None, *question.options) for question in protocol.questions.values()]
    for chosen in product(*options):
        answers = {key: answer for key, answer in zip(protocol.questions, chosen, strict=True) if answer}
        if is_a_way(protocol, answers):
            yield answers


def is_a_way(protocol: Protocol, answers: Mapping[str, str]) -> bool:
    """Whether the questions can have been asked one after the other."""
    given: dict[str, str] = {}
    while more := {
        key: answer for key, answer in answers.items() if key not in given and holds(protocol.questions[key].ask_when, given)
    }:
        given |= more
    return given.keys() == answers.keys()

"""What can be reached in a protocol, against every way through small ones."""

import random
from typing import Any

from hypothesis import given, settings

from app.cases.lifecycle import Urgency
from app.intake.asking import next_questions
from app.intake.authored import YES_NO
from app.intake.parsing import read
from app.intake.protocol import SAFETY, holds
from app.intake.reaching import Reach
from app.intake.service.protocols import known
from app.intake.triage import judge
from tests.intake.authoring import TEXT, is_a_way, small_protocols, ways_through


@settings(max_examples=60, deadline=None)
@given(small_protocols())
def test_what_can_be_reached_is_decided_exactly(told: dict[str, Any]) -> None:
    """A linter that says too much is switched off, one that says too little lets an urgency go missing."""
    protocol = read(told)
    reach = Reach(protocol)
    ways = list(ways_through(protocol))
    verdicts = [judge(protocol, answers) for answers in ways]
    for urgency in Urgency:
        found = reach.answers_leading_to(urgency)
        assert (found is not None) == any(verdict.proposed is urgency for verdict in verdicts)
        if found is not None:
            assert is_a_way(protocol, found)
            assert judge(protocol, found).proposed is urgency
    for rule in protocol.urgency_rules:
        assert (reach.space(rule.when) is not None) == any(holds(rule.when, answers) for answers in ways)
        wins = [holds(rule.when, way) and not any(holds(one, way) for one in reach.above(rule.urgency)) for way in ways]
        assert (reach.witness([rule.when], reach.above(rule.urgency)) is not None) == any(wins)
    for key in protocol.questions:
        asked = any(key in answers for answers in ways)
        assert (reach.space({key: frozenset(protocol.questions[key].options)}) is not None) == asked


@settings(max_examples=40, deadline=None)
@given(small_protocols())
def test_a_circle_is_named_as_it_is(told: dict[str, Any]) -> None:
    """Each question of a circle waits for the next one, and none of them is ever asked."""
    protocol = read(told)
    asked = {key for answers in ways_through(protocol) for key in answers}
    for circle in Reach(protocol).circles():
        for key, needed in zip(circle, (*circle[1:], circle[0]), strict=True):
            assert needed in protocol.questions[key].ask_when
        assert not asked & set(circle)


def test_many_rules_are_decided_too() -> None:
    """Two hundred rules over twenty questions, where trying out takes minutes: an author waits for an answer while typing."""
    chance = random.Random(3)
    keys = [f"question_{number}" for number in range(20)]

    def when(count: int) -> dict[str, list[str]]:
        return {key: chance.sample(YES_NO, 2) for key in chance.sample(keys, count)}

    rules = [("acute", 3)] * 190 + [("crisis", 3), ("urgent", 3), ("advice", 2)]
    told = {
        "version": "x-1",
        "languages": ["nl", "en"],
        "questions": {key: {"about": "situation", **TEXT} for key in keys},
        "flags": {},
        "flagged": [],
        "otherwise": "normal",
        "urgencies": [{"urgency": one, "code": f"rule_{n}", "when": when(w), **TEXT} for n, (one, w) in enumerate(rules)],
        "hand_offs": [],
        "observations": {},
        "advice": {},
    }
    protocol = read(told)
    for urgency in Urgency:
        found = Reach(protocol).answers_leading_to(urgency)
        assert found is None or judge(protocol, found).proposed is urgency


def test_all_questions_of_ours_are_asked_in_turn() -> None:
    """Whoever follows what is to be asked next gets through, and hears of danger first."""
    for protocol in known().values():
        answers: dict[str, str] = {}
        while left := next_questions(protocol, answers):
            about = [protocol.questions[key].about == SAFETY for key in left]
            assert about == sorted(about, reverse=True)
            answers[left[0]] = "yes"
        assert answers.keys() == protocol.questions.keys() - {"can_wait"} or "can_wait" in answers

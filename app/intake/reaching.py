"""What can be reached in a protocol, decided exactly.

A question may be answered when its `ask_when` holds, and may always be left unanswered. A condition asks certain answers of
certain questions, and so do the `ask_when` of those questions: together again one condition, its *space*. Whatever is possible
is possible with only the questions of a space answered, since an answer less never makes another condition hold. So only these
few questions are looked at, never all of them.
"""

from collections.abc import Iterable, Mapping

from app.cases.lifecycle import Urgency
from app.intake.protocol import Condition, Protocol, is_lower

Space = dict[str, frozenset[str]]


class Reach:
    """The ways through a protocol. Names that it does not have are taken as they stand: they are found elsewhere."""

    def __init__(self, protocol: Protocol) -> None:
        """Find the questions that can be asked at all."""
        self.protocol = protocol
        asked: set[str] = set()
        while more := {key for key, one in protocol.questions.items() if key not in asked and self._needs(key) <= asked}:
            asked |= more
        self._in_circles = frozenset(protocol.questions) - asked

    def _needs(self, question: str) -> set[str]:
        return set(self.protocol.questions[question].ask_when) & set(self.protocol.questions)

    def circles(self) -> tuple[tuple[str, ...], ...]:
        """The circles in which questions wait for each other, each told once, from its first question."""
        found: dict[frozenset[str], tuple[str, ...]] = {}
        for start in self.protocol.questions:
            walked: list[str] = []
            now = start
            while now in self._in_circles and now not in walked:
                walked.append(now)
                now = min(self._needs(now) & self._in_circles)
            if walked and now == start:
                found.setdefault(frozenset(walked), tuple(walked))
        return tuple(found.values())

    def space(self, *whens: Condition) -> Space | None:
        """The answers that let all of these conditions hold; None when they can't."""
        found: Space = {}
        waiting = [item for when in whens for item in when.items()]
        while waiting:
            question, answers = waiting.pop()
            if question in self._in_circles:
                return None
            known = self.protocol.questions.get(question)
            if question not in found and known:
                waiting += known.ask_when.items()
            found[question] = found.get(question, answers) & answers
            if not found[question]:
                return None
        return found

    def witness(self, whens: Iterable[Condition], avoiding: Iterable[Condition] = ()) -> Mapping[str, str] | None:
        """Answers with which all of `whens` hold and none of `avoiding` does; None when there are none."""
        space = self.space(*whens)
        return None if space is None else _some(space, avoiding)

    def answers_leading_to(self, urgency: Urgency) -> Mapping[str, str] | None:
        """Answers with which the protocol proposes this urgency; None when there are none."""
        protocol, avoiding = self.protocol, self.above(urgency)
        ways: list[list[Condition]] = [[rule.when] for rule in protocol.urgency_rules if rule.urgency is urgency]
        if urgency is protocol.otherwise:
            ways.append([])
        flagged = [
            rule.when
            for rule in protocol.flag_rules
            if rule.flag in protocol.flags and protocol.flags[rule.flag].at_least is urgency
        ]
        if not is_lower(urgency, protocol.otherwise):
            ways += [[when] for when in flagged]
        else:  # only beside a rule that keeps `otherwise` out
            mild = [rule.when for rule in protocol.urgency_rules if not is_lower(urgency, rule.urgency)]
            ways += [[when, other] for when in flagged for other in mild]
        for way in ways:
            if (found := self.witness(way, avoiding)) is not None:
                return found
        return None

    def above(self, urgency: Urgency) -> list[Condition]:
        """The conditions that make a call more urgent than this."""
        rules = [rule.when for rule in self.protocol.urgency_rules if is_lower(urgency, rule.urgency)]
        meanings = self.protocol.flags
        return rules + [
            rule.when
            for rule in self.protocol.flag_rules
            if rule.flag in meanings and is_lower(urgency, meanings[rule.flag].at_least)
        ]


def implies(space: Space, when: Condition) -> bool:
    """Whether `when` holds with all answers of the space."""
    return all(question in space and space[question] <= answers for question, answers in when.items())


def _some(space: Space, avoiding: Iterable[Condition]) -> Mapping[str, str] | None:
    """Answers out of the space, one for each question, with which no condition of `avoiding` holds.

    Each condition that still may hold is kept from it by one of its questions; the one with the fewest ways out goes first.
    """
    likely = [when for when in avoiding if all(question in space and space[question] & when[question] for question in when)]
    if not likely:
        return {question: min(answers) for question, answers in space.items()}
    ways_out = [[question for question in when if space[question] - when[question]] for when in likely]
    fewest = min(range(len(likely)), key=lambda place: len(ways_out[place]))
    left = dict(space)
    for question in ways_out[fewest]:
        without = left[question] - likely[fewest][question]
        found = _some({**left, question: without}, likely)
        if found is not None:
            return found
        left[question] &= likely[fewest][question]
    return None

"""What a protocol would change against another: in the file, and for calls that came, by their answers alone."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from heapq import nlargest
from typing import Any, Final

from app.cases.lifecycle import Flag, Urgency
from app.intake.protocol import RANK, Condition, Protocol
from app.intake.triage import Verdict, judge

FEWEST: Final = 5  # ⚙ calls: what fewer callers said could be known again
SHOWN: Final = 20  # ⚙ examples
Answers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PartChanged:
    """A part of the file: added, removed, or changed in some respects."""

    kind: str
    name: str
    change: str
    respects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a protocol makes of answers."""

    urgency: Urgency
    flags: tuple[Flag, ...]
    hand_offs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OtherwiseJudged:
    """Answers that come out otherwise, and of how many calls."""

    answers: Answers
    calls: int
    before: Outcome
    after: Outcome


@dataclass(slots=True)
class Tally:
    """How many calls come out otherwise; answers are added with the number of calls that gave them."""

    before: Protocol
    after: Protocol
    kinds: int = 0
    calls: int = 0
    changed: int = 0
    unread: int = 0
    urgencies: Counter[tuple[Urgency, Urgency]] = field(default_factory=Counter)
    flags: Counter[tuple[str, bool]] = field(default_factory=Counter)
    hand_offs: Counter[tuple[str, bool]] = field(default_factory=Counter)
    examples: list[OtherwiseJudged] = field(default_factory=list)

    def add(self, answers: Answers, calls: int) -> None:
        """Judge answers by both; an answer that one of them does not know is left out there, and counted in `unread`."""
        first, second = outcome(self.before, answers), outcome(self.after, answers)
        self.kinds += 1
        self.calls += calls
        if not _knows(self.before, answers) or not _knows(self.after, answers):
            self.unread += calls
        self.urgencies[first.urgency, second.urgency] += calls
        if first == second:
            return
        self.changed += calls
        self._count(self.flags, first.flags, second.flags, calls)
        self._count(self.hand_offs, first.hand_offs, second.hand_offs, calls)
        if calls >= FEWEST:
            self.examples = nlargest(
                SHOWN, [*self.examples, OtherwiseJudged(answers, calls, first, second)], key=lambda one: one.calls
            )

    @staticmethod
    def _count(into: Counter[tuple[str, bool]], first: tuple[str, ...], second: tuple[str, ...], calls: int) -> None:
        for name in {*first} ^ {*second}:
            into[str(name), name in second] += calls

    def matrix(self) -> list[tuple[Urgency, Urgency, int]]:
        """From which urgency to which, and how many calls; the gravest first."""
        found = sorted(self.urgencies.items(), key=lambda one: (RANK[one[0][0]], RANK[one[0][1]]))
        return [(first, second, calls) for (first, second), calls in found]


def outcome(protocol: Protocol, answers: Answers) -> Outcome:
    """What a protocol makes of the answers that it knows."""
    verdict: Verdict = judge(protocol, {key: one for key, one in answers.items() if _is_known(protocol, key, one)})
    return Outcome(verdict.proposed, tuple(sorted(verdict.flags)), tuple(sorted(one.to for one in verdict.hand_offs)))


def _is_known(protocol: Protocol, key: str, answer: str) -> bool:
    return key in protocol.questions and answer in protocol.questions[key].options


def _knows(protocol: Protocol, answers: Answers) -> bool:
    return all(_is_known(protocol, key, one) for key, one in answers.items())


def changed_parts(before: Protocol, after: Protocol) -> tuple[PartChanged, ...]:
    """What was added, removed or changed between two files, in their order."""
    first, second = _parts(before), _parts(after)
    found: list[PartChanged] = []
    for kind, olds in first.items():
        news = second[kind]
        for name in dict.fromkeys([*olds, *news]):
            if name not in news:
                found.append(PartChanged(kind, name, "removed", ()))
            elif name not in olds:
                found.append(PartChanged(kind, name, "added", ()))
            elif respects := tuple(one for one in olds[name] if olds[name][one] != news[name][one]):
                found.append(PartChanged(kind, name, "changed", respects))
    return tuple(found)


def _parts(protocol: Protocol) -> dict[str, dict[str, dict[str, Any]]]:
    return {
        "protocol": {"": {"languages": protocol.languages, "otherwise": protocol.otherwise}},
        "question": {
            key: {"about": one.about, "text": one.text, "say": one.say, "options": one.options, "ask_when": one.ask_when}
            for key, one in protocol.questions.items()
        },
        "flag": {
            str(flag): {"at_least": one.at_least, "text": one.text, "when": list(_raising(protocol, flag))}
            for flag, one in protocol.flags.items()
        },
        "rule": {
            one.code: {"urgency": one.urgency, "when": one.when, "text": one.text} for one in protocol.urgency_rules
        },
        "hand_off": {one.to: _hand_off(protocol, one.to) for one in protocol.hand_offs},
        "observation": {key: {"text": one} for key, one in protocol.observations.items()},
        "advice": {
            key: {"text": one.text, "suggest": (one.urgencies, one.flags)} for key, one in protocol.advice.items()
        },
    }  # fmt: skip


def _raising(protocol: Protocol, flag: Flag) -> Iterator[Condition]:
    return (rule.when for rule in protocol.flag_rules if rule.flag is flag)


def _hand_off(protocol: Protocol, to: str) -> dict[str, Any]:
    """All entries of one: the first says the text, each adds when it is proposed."""
    entries = [one for one in protocol.hand_offs if one.to == to]
    return {
        "number": entries[0].number,
        "way": entries[0].way,
        "text": entries[0].text,
        "urgencies": frozenset().union(*(one.urgencies for one in entries)),
        "flags": frozenset().union(*(one.flags for one in entries)),
    }

"""What is odd about the rules of a usable protocol: rules that do nothing, options nobody looks at, doubt taken for no."""

from collections.abc import Iterator
from itertools import combinations
from typing import Final

from app.cases.lifecycle import Flag, Urgency
from app.intake.parsing import Fault, conditions
from app.intake.protocol import SAFETY, Condition, Protocol, UrgencyRule, is_lower
from app.intake.reaching import Reach, implies

UNKNOWN: Final = "unknown"
CALM: Final = frozenset({"no", UNKNOWN})


def contradictions(protocol: Protocol) -> Iterator[Fault]:
    """The same condition with two urgencies, and a code for two rules: nobody knows which is meant."""
    for (_, one), (place, other) in combinations(enumerate(protocol.urgency_rules), 2):
        if one.when == other.when:
            what = f"{one.urgency} and {other.urgency}" if one.urgency is not other.urgency else f"{one.urgency}, twice"
            sentence = f"The rules {one.code} and {other.code} have the same condition and say {what}."
            yield Fault("contradicting_rules", sentence, ("urgencies", place))
        if one.code == other.code:
            yield Fault("code_twice", f"Two rules are called {one.code}.", ("urgencies", place, "code"))


def unreachable(protocol: Protocol, reach: Reach) -> Iterator[Fault]:
    """Questions that are never asked and rules that never hold, by what must be answered before."""
    in_circles = {key for circle in reach.circles() for key in circle}
    for key, question in protocol.questions.items():
        if key not in in_circles and reach.space({key: frozenset(question.options)}) is None:
            yield Fault("unreachable_question", f"The question {key} is never asked.", ("questions", key, "ask_when"))
    for name, when, path in conditions(protocol):
        if path[0] != "questions" and reach.space(when) is None:
            yield Fault("unreachable_rule", f"The {name} never holds: its questions are not asked, or not together.", path)


def moot_rules(protocol: Protocol, reach: Reach) -> Iterator[Fault]:
    """Rules that never decide anything, because something at least as severe always holds with them."""
    for place, rule in enumerate(protocol.urgency_rules):
        space = reach.space(rule.when)
        if space is None:
            continue
        path = ("urgencies", place)
        broader = [
            one for one in protocol.urgency_rules if one.when != rule.when and not is_lower(one.urgency, rule.urgency)
            and implies(space, one.when)
        ]  # fmt: skip
        if broader:
            sentence = f"The rule {rule.code} never wins: {broader[0].code} ({broader[0].urgency}) holds whenever it does."
            yield Fault("never_wins", sentence, path)
        elif reach.witness([rule.when], reach.above(rule.urgency)) is None:
            yield Fault("never_wins", _outdone(protocol, rule, reach), path)


def _outdone(protocol: Protocol, rule: UrgencyRule, reach: Reach) -> str:
    space = reach.space(rule.when) or {}
    for raised in protocol.flag_rules:
        meaning = protocol.flags.get(raised.flag)
        if meaning and is_lower(rule.urgency, meaning.at_least) and implies(space, raised.when):
            return (
                f"The rule {rule.code} is moot: the flag {raised.flag} is up whenever it holds, and demands {meaning.at_least}."
            )
    return f"The rule {rule.code} never wins: with every answer something more severe holds as well."


def unlooked_for(protocol: Protocol) -> Iterator[Fault]:
    """Questions and options that no condition names."""
    named: dict[str, set[str]] = {key: set() for key in protocol.questions}
    for _, when, _ in conditions(protocol):
        for asked, answers in when.items():
            named.get(asked, set()).update(answers)
    for key, question in protocol.questions.items():
        if not named[key]:
            if not question.informs:
                sentence = f"No rule uses the question {key}. Say `informs: true` when it is for whoever takes the case."
                yield Fault("question_unused", sentence, ("questions", key))
            continue
        left = [one for one in question.options if one not in named[key] | {UNKNOWN}]
        if len(left) > 1:  # one of them may be the calm one
            sentence = f"No rule uses these answers to {key}, so they make no difference: {', '.join(left)}."
            yield Fault("option_unused", sentence, ("questions", key, "options"))


def doubt_taken_for_no(protocol: Protocol) -> Iterator[Fault]:
    """Safety questions of which "unknown" weighs no more than "no" somewhere: in doubt somebody may be in danger."""
    flagged = [(one.when, ("flagged", place, "when")) for place, one in enumerate(protocol.flag_rules)]
    ruled = [
        (one.when, ("urgencies", place, "when"))
        for place, one in enumerate(protocol.urgency_rules)
        if is_lower(protocol.otherwise, one.urgency)
    ]
    for key, question in protocol.questions.items():
        if question.about != SAFETY:
            continue
        if UNKNOWN not in question.options:
            yield Fault("no_unknown", f"The safety question {key} has no answer `unknown`.", ("questions", key))
            continue
        everything = [when for when, _ in flagged + ruled]
        for when, path in flagged + ruled:
            if key in when and not when[key] & CALM and not any(_also_in_doubt(key, when, one) for one in everything):
                sentence = f"`unknown` to the safety question {key} counts as no here, and nowhere as danger."
                yield Fault("unknown_counts_as_no", sentence, (*path, key))


def _also_in_doubt(key: str, when: Condition, other: Condition) -> bool:
    """Whether `other` holds with "unknown" to the question wherever `when` holds with another answer."""
    doubted = {**when, key: frozenset({UNKNOWN})}
    return key in other and implies(dict(doubted), other)


def never_proposed(protocol: Protocol, reach: Reach) -> Iterator[Fault]:
    """Hand-offs that nothing proposes, or only together with one before them; advice that nothing suggests."""
    reached = {urgency for urgency in Urgency if reach.answers_leading_to(urgency) is not None}
    raised = {rule.flag for rule in protocol.flag_rules if reach.space(rule.when) is not None}
    seen: dict[str, tuple[set[Urgency], set[Flag]]] = {}
    for place, one in enumerate(protocol.hand_offs):
        before = seen.setdefault(one.to, (set(), set()))
        urgencies, flags = (one.urgencies & reached) - before[0], (one.flags & raised) - before[1]
        if not urgencies and not flags:
            yield Fault("hand_off_unproposed", f"Nothing proposes this hand-off to {one.to}.", ("hand_offs", place))
        before[0].update(urgencies)
        before[1].update(flags)
    if protocol.advice and not any(one.urgencies or one.flags for one in protocol.advice.values()):
        yield Fault("advice_unsuggested", "No advice is suggested by an urgency or a flag.", ("advice",))
        return
    for key, advice in protocol.advice.items():
        if not (advice.urgencies & reached or advice.flags & raised):
            yield Fault("advice_unsuggested", f"Nothing suggests the advice {key}.", ("advice", key))

"""From answers to urgency, flags and hand-offs, each with its reason. Pure: the same answers, the same verdict.

Source: the protocol that is given; domain.md, Urgency ⚙. The operator raises freely, lowers with a reason, and never below
what a flag demands.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from app.cases.lifecycle import Flag, Urgency
from app.core.errors import FieldError, Invalid
from app.intake.protocol import ChosenUrgency, Protocol, Texts, holds, is_lower, severest

__all__ = ["AnswersInvalid", "ChosenUrgency", "HandOff", "Reason", "UrgencyTooLow", "Verdict", "is_lower", "judge"]


class AnswersInvalid(Invalid):
    """An answer that the protocol does not know."""

    slug, title = "answers-invalid", "The answers don't fit the protocol"


class UrgencyTooLow(Invalid):
    """The operator's choice is lower than it may be."""

    slug, title = "urgency-too-low", "The urgency can't be that low"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the verdict is what it is: a code for programs, texts for people, by language."""

    code: str
    text: Texts


@dataclass(frozen=True, slots=True)
class HandOff:
    """Somebody to put the caller through to."""

    to: str
    number: str
    way: str
    text: Texts


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the answers mean. `proposed` is the protocol's urgency, `urgency` the one that counts."""

    urgency: Urgency
    proposed: Urgency
    flags: tuple[Flag, ...]
    hand_offs: tuple[HandOff, ...]
    reasons: tuple[Reason, ...]
    suggested_advice: tuple[str, ...] = ()


def judge(protocol: Protocol, answers: Mapping[str, str], chosen: ChosenUrgency | None = None) -> Verdict:
    """What the answers mean by this protocol, and with the operator's choice.

    Raises:
        AnswersInvalid: a question or an answer that the protocol does not have; all of them are named.
        UrgencyTooLow: lowered without a reason, or below what a flag demands.
    """
    _check(protocol, answers)
    flags = tuple(dict.fromkeys(rule.flag for rule in protocol.flag_rules if holds(rule.when, answers)))
    rules = [rule for rule in protocol.urgency_rules if holds(rule.when, answers)]
    reasons = [Reason(rule.code, rule.text) for rule in rules]
    reasons += [Reason(f"flag_{flag}", protocol.flags[flag].text) for flag in flags]
    asked = [rule.urgency for rule in rules] or [protocol.otherwise]
    demanded = [protocol.flags[flag].at_least for flag in flags]
    proposed = severest(*asked, *demanded)
    urgency = _with_choice(proposed, chosen, demanded, flags)
    if chosen and urgency is not proposed:
        reasons.append(_choice_reason(proposed, urgency))
    hand_offs, advice = _hand_offs(protocol, urgency, flags), _advice(protocol, urgency, flags)
    return Verdict(urgency, proposed, flags, hand_offs, tuple(reasons), advice)


def _check(protocol: Protocol, answers: Mapping[str, str]) -> None:
    faults = []
    for key, answer in answers.items():
        question = protocol.questions.get(key)
        if question is None:
            faults.append(FieldError("/answers", "unknown_question", f"One of the questions is not in {protocol.version}."))
        elif answer not in question.options:
            options = ", ".join(question.options)
            faults.append(
                FieldError(f"/answers/{key}", "unknown_answer", f"Answers are {options}; leave out what was not asked.")
            )
    if faults:
        address = f"/v1/protocols/{protocol.version}"
        raise AnswersInvalid(f"Some answers don't fit the protocol; {address} lists questions and answers.", errors=faults)


def _with_choice(proposed: Urgency, chosen: ChosenUrgency | None, demanded: list[Urgency], flags: tuple[Flag, ...]) -> Urgency:
    if chosen is None or not is_lower(chosen.urgency, proposed):
        return chosen.urgency if chosen else proposed
    if demanded and is_lower(chosen.urgency, severest(*demanded)):
        least = severest(*demanded)
        raise UrgencyTooLow(
            f"With {', '.join(flags)} the urgency is at least {least}. Choose {least} or higher.",
            errors=[FieldError("/urgency/chosen", "below_flag", f"At least {least}.")],
        )
    if not (chosen.reason or "").strip():
        raise UrgencyTooLow(
            f"The protocol says {proposed}. Lower is possible, with a reason.",
            errors=[FieldError("/urgency/reason", "missing", "Say why the urgency is lower than the protocol's.")],
        )
    return chosen.urgency


def _choice_reason(proposed: Urgency, urgency: Urgency) -> Reason:
    if is_lower(urgency, proposed):
        return Reason("lowered", {"nl": "Verlaagd door de medewerker.", "en": "Lowered by the operator."})
    return Reason("raised", {"nl": "Verhoogd door de medewerker.", "en": "Raised by the operator."})


def _hand_offs(protocol: Protocol, urgency: Urgency, flags: tuple[Flag, ...]) -> tuple[HandOff, ...]:
    found: dict[str, HandOff] = {}
    for rule in protocol.hand_offs:
        if urgency in rule.urgencies or rule.flags & set(flags):
            found.setdefault(rule.to, HandOff(rule.to, rule.number, rule.way, rule.text))
    return tuple(found.values())


def _advice(protocol: Protocol, urgency: Urgency, flags: tuple[Flag, ...]) -> tuple[str, ...]:
    raised = set(flags)
    return tuple(code for code, one in protocol.advice.items() if urgency in one.urgencies or one.flags & raised)

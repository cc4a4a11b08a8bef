"""A triage protocol: questions, rules, hand-offs and catalogues, as a value that was checked when it was read."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.cases.lifecycle import Flag, Urgency

YES_NO: Final = ("yes", "no", "unknown")
WAYS: Final = frozenset({"warm", "cold"})
SEVEREST_FIRST: Final = (Urgency.ACUTE, Urgency.CRISIS, Urgency.URGENT, Urgency.NORMAL, Urgency.ADVICE)
Texts = Mapping[str, str]
Condition = Mapping[str, frozenset[str]]


class Faulty(ValueError):  # noqa: N818  says what the file is
    """The file is no protocol; every fault is named."""

    def __init__(self, faults: Iterable[str]) -> None:
        """Name all of them."""
        self.faults = tuple(faults)
        super().__init__("; ".join(self.faults))


@dataclass(frozen=True, slots=True)
class Question:
    """One question, its answers, and the sentence to say."""

    key: str
    about: str
    text: Texts
    say: Texts
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UrgencyRule:
    """When it holds, the call is at least this urgent."""

    urgency: Urgency
    code: str
    when: Condition
    text: Texts


@dataclass(frozen=True, slots=True)
class FlagRule:
    """When it holds, the flag is up."""

    flag: Flag
    when: Condition


@dataclass(frozen=True, slots=True)
class FlagMeaning:
    """What a flag says, and the least urgency that it demands."""

    at_least: Urgency
    text: Texts


@dataclass(frozen=True, slots=True)
class HandOffRule:
    """To whom the caller is put through, when one of these urgencies or flags is there."""

    to: str
    number: str
    way: str
    urgencies: frozenset[Urgency]
    flags: frozenset[Flag]
    text: Texts


@dataclass(frozen=True, slots=True)
class Protocol:
    """A version of the protocol."""

    version: str
    languages: tuple[str, ...]
    questions: Mapping[str, Question]
    flags: Mapping[Flag, FlagMeaning]
    flag_rules: tuple[FlagRule, ...]
    urgency_rules: tuple[UrgencyRule, ...]
    otherwise: Urgency
    hand_offs: tuple[HandOffRule, ...]
    observations: Mapping[str, Texts]
    advice: Mapping[str, Texts]


def parse(told: Mapping[str, Any]) -> Protocol:
    """Read a protocol.

    Raises:
        Faulty: a text is missing in a language, a rule names what there is not, an urgency can't be reached, or more.
    """
    try:
        protocol = _read(told)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Faulty([f"The file has another form than a protocol: {error!r}."]) from error
    if faults := tuple(_faults(protocol)):
        raise Faulty(faults)
    return protocol


def _read(told: Mapping[str, Any]) -> Protocol:
    languages = tuple(told["languages"])

    def texts(entry: Mapping[str, Any]) -> Texts:
        return {language: entry[language] for language in languages if language in entry}

    return Protocol(
        version=told["version"],
        languages=languages,
        questions={
            key: Question(key, one["about"], texts(one), texts(one.get("say", {})), tuple(one.get("options", YES_NO)))
            for key, one in told["questions"].items()
        },
        flags={Flag(key): FlagMeaning(Urgency(one["at_least"]), texts(one)) for key, one in told["flags"].items()},
        flag_rules=tuple(FlagRule(Flag(one["flag"]), _condition(one["when"])) for one in told["flagged"]),
        urgency_rules=tuple(
            UrgencyRule(Urgency(one["urgency"]), one["code"], _condition(one["when"]), texts(one)) for one in told["urgencies"]
        ),
        otherwise=Urgency(told["otherwise"]),
        hand_offs=tuple(
            HandOffRule(
                one["to"],
                one["number"],
                one["way"],
                frozenset(Urgency(urgency) for urgency in one.get("urgencies", ())),
                frozenset(Flag(flag) for flag in one.get("flags", ())),
                texts(one),
            )
            for one in told["hand_offs"]
        ),
        observations={key: texts(one) for key, one in told["observations"].items()},
        advice={key: texts(one) for key, one in told["advice"].items()},
    )


def _condition(told: Mapping[str, Any]) -> Condition:
    return {question: frozenset(answers) for question, answers in told.items()}


def _faults(protocol: Protocol) -> Iterator[str]:
    yield from _missing_texts(protocol)
    yield from _unknown_names(protocol)
    reached = {rule.urgency for rule in protocol.urgency_rules} | {protocol.otherwise}
    for urgency in Urgency:
        if urgency not in reached:
            yield f"Nothing leads to {urgency}."
    raised = {rule.flag for rule in protocol.flag_rules}
    for flag in protocol.flags:
        if flag not in raised:
            yield f"Nothing raises the flag {flag}."


def _missing_texts(protocol: Protocol) -> Iterator[str]:
    named: list[tuple[str, Texts]] = [(f"question {one.key}", one.text) for one in protocol.questions.values()]
    named += [(f"flag {key}", one.text) for key, one in protocol.flags.items()]
    named += [(f"rule {one.code}", one.text) for one in protocol.urgency_rules]
    named += [(f"hand-off {one.to}", one.text) for one in protocol.hand_offs]
    named += [(f"observation {key}", text) for key, text in protocol.observations.items()]
    named += [(f"advice {key}", text) for key, text in protocol.advice.items()]
    for name, text in named:
        for language in protocol.languages:
            if not text.get(language, "").strip():
                yield f"The {name} has no text in {language}."


def _unknown_names(protocol: Protocol) -> Iterator[str]:  # noqa: C901  one look at each kind of name
    rules: list[tuple[str, Condition]] = [(f"rule {one.code}", one.when) for one in protocol.urgency_rules]
    rules += [(f"rule for flag {one.flag}", one.when) for one in protocol.flag_rules]
    for name, when in rules:
        if not when:
            yield f"The {name} has no condition."
        for question, answers in when.items():
            if question not in protocol.questions:
                yield f"The {name} names the question {question}, which there is not."
            elif wrong := answers - set(protocol.questions[question].options):
                yield f"The {name} names answers to {question} that it does not have: {', '.join(sorted(wrong))}."
    for rule in protocol.flag_rules:
        if rule.flag not in protocol.flags:
            yield f"The flag {rule.flag} has no meaning."
    for hand_off in protocol.hand_offs:
        if hand_off.way not in WAYS:
            yield f"The hand-off to {hand_off.to} is neither warm nor cold."

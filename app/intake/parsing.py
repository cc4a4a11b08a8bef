"""From a file to a protocol, with everything that is wrong with it named at once."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from app.cases.lifecycle import Flag, Urgency
from app.intake import protocol as values
from app.intake.authored import ProtocolFile
from app.intake.protocol import ChosenUrgency, Condition, Protocol, Texts
from app.intake.reaching import Reach

OBLIGATORY: Final = ("nl", "en")  # ⚙ the languages of the console
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something with which a protocol can't be used: a code, a sentence, and where in the file."""

    code: str
    sentence: str
    path: Path


class Faulty(ValueError):  # noqa: N818  says what the file is
    """The file is no protocol; every fault is named."""

    def __init__(self, found: Iterable[Fault]) -> None:
        """Name all of them."""
        self.found = tuple(found)
        self.faults = tuple(one.sentence for one in self.found)
        super().__init__(" ".join(self.faults))


def parse(told: object) -> Protocol:
    """Read a protocol.

    Raises:
        Faulty: the form is another; a text is missing in a language, a rule names what there is not, questions wait for each
            other, an urgency can't be reached, or more.
    """
    protocol = read(told)
    if found := tuple(faults(protocol)):
        raise Faulty(found)
    return protocol


def read(told: object) -> Protocol:
    """Read a protocol whose meaning is not looked at.

    Raises:
        Faulty: the file has another form.
    """
    try:
        return _value(ProtocolFile.model_validate(told))
    except ValidationError as error:
        raise Faulty(_misshapen(error)) from None


def faults(protocol: Protocol) -> Iterator[Fault]:
    """What forbids the use of a protocol."""
    yield from _missing_texts(protocol)
    yield from _unknown_names(protocol)
    reach = Reach(protocol)
    for circle in reach.circles():
        way = " → ".join((*circle, circle[0]))
        yield Fault("cycle", f"Questions wait for each other: {way}.", ("questions", circle[0], "ask_when"))
    for urgency in Urgency:
        if reach.answers_leading_to(urgency) is None:
            yield Fault("urgency_unreached", f"Nothing leads to {urgency}.", ("urgencies",))
    for flag in protocol.flags:
        if not any(rule.flag is flag and reach.space(rule.when) is not None for rule in protocol.flag_rules):
            yield Fault("flag_unraised", f"Nothing raises the flag {flag}.", ("flags", flag))


def _misshapen(error: ValidationError) -> Iterator[Fault]:
    for one in error.errors(include_url=False, include_context=False, include_input=False):
        path = tuple(part for part in one["loc"] if part != "[key]")
        where = "/".join(str(part) for part in path) or "the file"
        yield Fault("form", f"{where} has another form than a protocol's: {one['msg'].rstrip('.')}.", path)


def _value(file: ProtocolFile) -> Protocol:
    return Protocol(
        version=file.version,
        languages=tuple(file.languages),
        starts_on=file.valid.starts_on,
        ends_on=file.valid.ends_on,
        questions={
            key: values.Question(
                key, one.about, one.texts, one.say, tuple(one.options), _condition(one.ask_when), informs=one.informs
            )
            for key, one in file.questions.items()
        },
        flags={key: values.FlagMeaning(one.at_least, one.texts) for key, one in file.flags.items()},
        flag_rules=tuple(values.FlagRule(one.flag, _condition(one.when)) for one in file.flagged),
        urgency_rules=tuple(values.UrgencyRule(one.urgency, one.code, _condition(one.when), one.texts) for one in file.urgencies),
        otherwise=file.otherwise,
        hand_offs=tuple(
            values.HandOffRule(one.to, one.number, one.way, frozenset(one.urgencies), frozenset(one.flags), one.texts)
            for one in file.hand_offs
        ),
        observations={key: one.texts for key, one in file.observations.items()},
        advice={
            key: values.Advice(one.texts, frozenset(one.suggest.urgencies), frozenset(one.suggest.flags))
            for key, one in file.advice.items()
        },
        examples=tuple(
            values.Example(
                name=one.name,
                answers=one.answers,
                chosen=ChosenUrgency(one.chosen.urgency, one.chosen.reason) if one.chosen else None,
                urgency=one.urgency,
                flags=frozenset(one.flags),
                hand_offs=frozenset(one.hand_offs),
            )
            for one in file.examples
        ),
    )


def _condition(told: Mapping[str, Any]) -> Condition:
    return {question: frozenset(answers) for question, answers in told.items()}


def named_texts(protocol: Protocol) -> Iterator[tuple[str, Texts, Path]]:
    """Every text that each language must have: what it is, the texts, and where."""
    for key, question in protocol.questions.items():
        yield f"question {key}", question.text, ("questions", key)
    for flag, meaning in protocol.flags.items():
        yield f"flag {flag}", meaning.text, ("flags", flag)
    for place, rule in enumerate(protocol.urgency_rules):
        yield f"rule {rule.code}", rule.text, ("urgencies", place)
    for place, hand_off in enumerate(protocol.hand_offs):
        yield f"hand-off {hand_off.to}", hand_off.text, ("hand_offs", place)
    for key, texts in protocol.observations.items():
        yield f"observation {key}", texts, ("observations", key)
    for key, advice in protocol.advice.items():
        yield f"advice {key}", advice.text, ("advice", key)


def _missing_texts(protocol: Protocol) -> Iterator[Fault]:
    for language in OBLIGATORY:
        if language not in protocol.languages:
            yield Fault("language_missing", f"Every protocol is also in {language}.", ("languages",))
    for name, texts, path in named_texts(protocol):
        for language in protocol.languages:
            if not texts.get(language, "").strip():
                yield Fault("text_missing", f"The {name} has no text in {language}.", path)


def conditions(protocol: Protocol) -> Iterator[tuple[str, Condition, Path]]:
    """Every condition of the protocol: whose it is, and where."""
    for place, rule in enumerate(protocol.urgency_rules):
        yield f"rule {rule.code}", rule.when, ("urgencies", place, "when")
    for place, raised in enumerate(protocol.flag_rules):
        yield f"rule for flag {raised.flag}", raised.when, ("flagged", place, "when")
    for key, question in protocol.questions.items():
        if question.ask_when:
            yield f"ask_when of {key}", question.ask_when, ("questions", key, "ask_when")


def _unknown_names(protocol: Protocol) -> Iterator[Fault]:
    for name, when, path in conditions(protocol):
        if not when:
            yield Fault("condition_missing", f"The {name} has no condition.", path[:-1])
        for question, answers in when.items():
            if question not in protocol.questions:
                sentence = f"The {name} names the question {question}, which there is not."
                yield Fault("unknown_question", sentence, (*path, question))
            elif wrong := answers - set(protocol.questions[question].options):
                sentence = f"The {name} names answers to {question} that it does not have: {', '.join(sorted(wrong))}."
                yield Fault("unknown_answer", sentence, (*path, question))
    named: list[tuple[str, frozenset[Flag], Path]] = []
    named += [("list flagged", frozenset({one.flag}), ("flagged", place)) for place, one in enumerate(protocol.flag_rules)]
    named += [(f"hand-off to {one.to}", one.flags, ("hand_offs", place)) for place, one in enumerate(protocol.hand_offs)]
    named += [(f"advice {key}", one.flags, ("advice", key)) for key, one in protocol.advice.items()]
    for name, flags, path in named:
        for flag in sorted(flags - set(protocol.flags)):
            yield Fault("unknown_flag", f"The {name} names the flag {flag}, which has no meaning.", path)

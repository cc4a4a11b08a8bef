"""Everything that is wrong or odd about a protocol's file, each with its line."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from app.cases.lifecycle import Urgency
from app.intake import doubts
from app.intake.marked import Marked, Unreadable, marked
from app.intake.parsing import Fault, Faulty, Path, faults, named_texts, read
from app.intake.plainness import too_hard
from app.intake.protocol import SAFETY, Example, Protocol
from app.intake.reaching import Reach
from app.intake.triage import AnswersInvalid, UrgencyTooLow, judge

ERROR: Final = "error"
WARNING: Final = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing: the line, from 1; whether the protocol can't be used with it or is only odd; a code and a sentence."""

    line: int
    severity: str
    code: str
    sentence: str


def lint(text: str, name: str | None = None) -> tuple[Finding, ...]:
    """What is wrong or odd about a file, by line; `name` is the file's, without its ending."""
    try:
        file = marked(text)
    except Unreadable as error:
        return (Finding(error.line, ERROR, error.found[0].code, error.faults[0]),)
    found = _findings(file, ERROR, file.faults)
    try:
        protocol = read(file.value)
    except Faulty as error:
        return _sorted([*found, *_findings(file, ERROR, error.found)])
    if name is not None and name != protocol.version:
        found += _findings(file, ERROR, [Fault("file_name", f"The file must be called {protocol.version}.yaml.", ("version",))])
    wrong = [*faults(protocol), *failing_examples(protocol)]
    reach = Reach(protocol)
    wrong += [*doubts.contradictions(protocol), *doubts.unreachable(protocol, reach), *doubts.doubt_taken_for_no(protocol)]
    odd = [
        *doubts.moot_rules(protocol, reach),
        *doubts.unlooked_for(protocol),
        *doubts.never_proposed(protocol, reach),
        *_left_unsaid(protocol),
        *_hard_texts(protocol),
        *_without_example(protocol),
    ]
    return _sorted([*found, *_findings(file, ERROR, wrong), *_findings(file, WARNING, odd)])


def failing_examples(protocol: Protocol) -> Iterator[Fault]:
    """The examples that the protocol does not classify as they state."""
    for place, example in enumerate(protocol.examples):
        path: Path = ("examples", place)
        try:
            verdict = judge(protocol, example.answers, example.chosen)
        except (AnswersInvalid, UrgencyTooLow) as error:
            yield Fault("example_refused", f"The example “{example.name}” is refused: {error.detail}", path)
            continue
        except KeyError:  # a flag without a meaning: that is a finding of its own
            continue
        wrong = [
            *_unlike("urgency", {example.urgency}, {verdict.urgency}),
            *_unlike("flags", example.flags, verdict.flags),
            *_unlike("hand-offs", example.hand_offs, (one.to for one in verdict.hand_offs)),
        ]
        if wrong:
            yield Fault("example_fails", f"The example “{example.name}” comes out otherwise: {'; '.join(wrong)}.", path)


def _unlike(what: str, stated: Iterable[str], came_out: Iterable[str]) -> Iterator[str]:
    said, is_so = sorted(map(str, stated)), sorted(map(str, came_out))
    if said != is_so:
        yield f"{what} {', '.join(is_so) or 'none'}, not {', '.join(said) or 'none'}"


def _left_unsaid(protocol: Protocol) -> Iterator[Fault]:
    for key, question in protocol.questions.items():
        if question.about == SAFETY:
            missing = [one for one in protocol.languages if not question.say.get(one, "").strip()]
            if missing:
                sentence = f"The safety question {key} has no sentence to say in {', '.join(missing)}."
                yield Fault("say_missing", sentence, ("questions", key))


def _hard_texts(protocol: Protocol) -> Iterator[Fault]:
    said = [(f"sentence of {key}", one.say, ("questions", key, "say")) for key, one in protocol.questions.items()]
    for name, texts, path in [*named_texts(protocol), *said]:
        for language, text in texts.items():
            if why := too_hard(text, language):
                yield Fault("hard_text", f"The {name} may be too hard in {language}: {why}.", (*path, language))


def _without_example(protocol: Protocol) -> Iterator[Fault]:
    def shown(examples: Iterable[Example]) -> set[str]:
        return {str(name) for one in examples for name in (one.urgency, *one.flags)}

    missing = [str(one) for one in (*Urgency, *protocol.flags) if str(one) not in shown(protocol.examples)]
    if missing:
        yield Fault("example_missing", f"No example shows {', '.join(missing)}.", ("examples",))


def _findings(file: Marked, severity: str, found: Iterable[Fault]) -> list[Finding]:
    return [Finding(file.line(one.path), severity, one.code, one.sentence) for one in found]


def _sorted(found: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(dict.fromkeys(found), key=lambda one: (one.line, one.severity, one.code, one.sentence)))

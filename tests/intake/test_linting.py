"""The linter of protocols."""

import json
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.cases.lifecycle import Urgency
from app.intake.authored import schema
from app.intake.linting import ERROR, lint
from app.intake.marked import marked
from app.intake.parsing import faults, read
from app.intake.plainness import too_hard
from app.intake.service.protocols import FOLDER
from app.intake.triage import judge
from tests.intake.authoring import small_protocols, ways_through

OURS: Final = sorted(FOLDER.glob("*.yaml"))
NEWEST: Final = FOLDER / "nl-2026.2.yaml"
SCHEMA: Final = jsonschema_rs.validator_for(schema())
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates()
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.integers(), inner, max_size=4)
)


@cache
def _ours() -> dict[str, Any]:
    return dict(marked(NEWEST.read_text(encoding="utf-8")).value)


def _told() -> dict[str, Any]:
    return deepcopy(_ours())


def _typed(told: object) -> str:
    return str(yaml.dump(told, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False))


def _codes(told: object) -> set[str]:
    return {one.code for one in lint(_typed(told))}


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.stem)
def test_ours_are_without_findings(path: Path) -> None:
    """Nobody believes a linter whose own house is untidy."""
    assert lint(path.read_text(encoding="utf-8"), path.stem) == ()


def _circle(told: dict[str, Any]) -> None:
    told["questions"]["fire"]["ask_when"] = {"missing": ["yes"]}
    told["questions"]["missing"]["ask_when"] = {"fire": ["no"]}


def _waits_for_what_excludes_it(told: dict[str, Any]) -> None:
    told["questions"]["care_knows"]["ask_when"] = {"can_wait": ["yes"], "danger_now": ["yes"]}


def _never_together(told: dict[str, Any]) -> None:
    rule = {"urgency": "crisis", "code": "odd", "when": {"suicide": ["no"], "suicide_now": ["yes"]}, "nl": "x", "en": "x"}
    told["urgencies"].append(rule)


def _same_condition(told: dict[str, Any]) -> None:
    told["urgencies"].append({**deepcopy(told["urgencies"][0]), "urgency": "urgent", "code": "odd"})


def _narrower(told: dict[str, Any]) -> None:
    when = {"danger_now": ["yes"], "worse": ["yes"]}
    told["urgencies"].append({"urgency": "crisis", "code": "odd", "when": when, "nl": "x", "en": "x"})


def _below_its_flag(told: dict[str, Any]) -> None:
    told["urgencies"].append({"urgency": "normal", "code": "odd", "when": {"weapon": ["yes"]}, "nl": "x", "en": "x"})


def _options(told: dict[str, Any]) -> None:
    told["questions"]["worse"]["options"] = ["yes", "slowly", "no", "unknown"]


def _doubt(told: dict[str, Any]) -> None:
    told["flagged"][0]["when"] = {"weapon": ["yes"]}


def _hard(told: dict[str, Any]) -> None:
    told["questions"]["fire"]["nl"] = "Is er mogelijkerwijs sprake van een veiligheidsbeïnvloedende calamiteit ter plaatse?"


BROKEN: Final[dict[str, tuple[str, Callable[[dict[str, Any]], object]]]] = {
    "questions that wait for each other": ("cycle", _circle),
    "a question that is never asked": ("unreachable_question", _waits_for_what_excludes_it),
    "a rule that never holds": ("unreachable_rule", _never_together),
    "two urgencies for one condition": ("contradicting_rules", _same_condition),
    "a rule below a broader one": ("never_wins", _narrower),
    "a rule below what its flag demands": ("never_wins", _below_its_flag),
    "a text that is missing": ("text_missing", lambda told: told["flags"]["fire"].pop("en")),
    "a language that is missing": ("language_missing", lambda told: told.update(languages=["nl", "de"])),
    "an urgency that is never reached": ("urgency_unreached", lambda told: told["urgencies"].pop()),
    "a flag that is never raised": ("flag_unraised", lambda told: told["flagged"].pop()),
    "a hand-off that is never proposed": ("hand_off_unproposed", lambda told: told["hand_offs"][2].update(flags=[])),
    "a question that there is not": ("unknown_question", lambda told: told["flagged"][0]["when"].update(moon=["full"])),
    "an answer that there is not": ("unknown_answer", lambda told: told["flagged"][0]["when"].update(fire=["maybe"])),
    "don't know counts as no": ("unknown_counts_as_no", _doubt),
    "a safety question without don't know": ("no_unknown", lambda told: told["questions"]["fire"].update(options=["yes", "no"])),
    "answers that make no difference": ("option_unused", _options),
    "a question that nobody uses": ("question_unused", lambda told: told["questions"]["alone"].pop("informs")),
    "a text that is too hard": ("hard_text", _hard),
    "advice that is never suggested": ("advice_unsuggested", lambda told: told["advice"]["ring_again"].pop("suggest")),
    "a safety question without a sentence": ("say_missing", lambda told: told["questions"]["fire"].pop("say")),
    "an example that fails": ("example_fails", lambda told: told["examples"][0].update(urgency="normal")),
    "an example that is refused": ("example_refused", lambda told: told["examples"][0].update(answers={"moon": "full"})),
    "an urgency without an example": (
        "example_missing",
        lambda told: told.update(examples=[one for one in told["examples"] if one["urgency"] != "advice"]),
    ),
    "another form": ("form", lambda told: told["hand_offs"][0].update(way="lukewarm")),
    "a word it does not know": ("form", lambda told: told["questions"]["fire"].update(Colour="red")),
}


@pytest.mark.parametrize(("code", "breaking"), BROKEN.values(), ids=BROKEN.keys())
def test_each_fault_is_found(code: str, breaking: Callable[[dict[str, Any]], object]) -> None:
    """Whoever writes a protocol hears it before a caller does."""
    told = _told()
    breaking(told)
    assert code in _codes(told)


def test_a_finding_names_its_line() -> None:
    """In a file of three hundred lines nobody looks for it."""
    lines = NEWEST.read_text(encoding="utf-8").splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith("  - {flag: minor"))
    lines[place] = "  - {flag: minor, when: {minor: [nearly]}}"
    lines += ["otherwise: urgent"]
    found = {(one.line, one.code) for one in lint("\n".join(lines))}
    assert {(place + 1, "unknown_answer"), (len(lines), "duplicate_key")} <= found


def test_what_is_typed_is_what_counts() -> None:
    """`no` is an answer and no falsehood, 112 a number to dial, and Norwegian a language."""
    value = marked("a: [yes, no, on]\nno: 0112\non: 2027-01-01\nempty:\n").value
    assert value == {"a": ["yes", "no", "on"], "no": "0112", "on": "2027-01-01", "empty": None}


@pytest.mark.parametrize("text", ["&a [*a]", "{<<: *b}", "a: &x 1\nb: *x", "[" * 5000, "a: b: c", "? [1]\n: 2", "%YAML 9.9\n---\na", "\x00", "--- 1\n--- 2", ""])  # fmt: skip
def test_odd_yaml_gets_a_clear_answer(text: str) -> None:
    """Circles of anchors, no YAML at all, two documents, nothing: an error with a line, never a crash."""
    found = lint(text)
    assert found[0].severity == ERROR
    assert found[0].line >= 1


@settings(max_examples=50, deadline=None)
@given(anything | st.fixed_dictionaries(dict.fromkeys(_told(), anything)))
def test_the_linter_never_crashes_on_any_value(told: object) -> None:
    """Whatever somebody typed, they get findings."""
    assert lint(_typed(told))


@settings(max_examples=50, deadline=None)
@given(st.text())
@example("!!python/object:os.system x")
@example("%YAML 1." + "9" * 5000)
def test_the_linter_never_crashes_on_any_text(text: str) -> None:
    """Not even when it is no YAML."""
    assert lint(text)


@settings(max_examples=50, deadline=None)
@given(small_protocols())
def test_without_findings_every_urgency_can_be_reached(told: dict[str, Any]) -> None:
    """What may be loaded leads everywhere; what leads somewhere only is refused. And the linter is at least as strict."""
    errors = {one.code for one in lint(_typed(told)) if one.severity == ERROR}
    protocol = read(told)
    if wrong := {one.code for one in faults(protocol)}:
        assert wrong <= errors
    else:
        assert {judge(protocol, answers).proposed for answers in ways_through(protocol)} == set(Urgency)


def test_the_schema_is_what_the_parser_reads() -> None:
    """An editor that accepts what we refuse, or the other way round, is worse than none."""
    assert json.loads((FOLDER / "schema.json").read_text(encoding="utf-8")) == schema()
    for path in OURS:
        told = json.loads(json.dumps(marked(path.read_text(encoding="utf-8")).value).replace('"true"', "true"))
        assert SCHEMA.is_valid(told)
    told = _told()
    told["questions"]["fire"]["informs"] = True
    for name, (code, breaking) in BROKEN.items():
        if code == "form":
            broken = json.loads(json.dumps(told).replace('"true"', "true"))
            breaking(broken)
            assert not SCHEMA.is_valid(broken), name


def test_long_sentences_and_words_are_hard() -> None:
    """A modest measure, in both languages; our own sentences pass."""
    assert too_hard("Bel ons opnieuw als het verandert.", "nl") is None
    assert too_hard(" ".join(["woord"] * 19) + ".", "nl") == "a sentence of 19 words"
    assert too_hard("Arbeidsongeschiktheidsverzekering", "nl") == "a word of 33 letters"
    assert too_hard("Functional indicators necessitate interdisciplinary deliberation regularly.", "en")

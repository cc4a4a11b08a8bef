"""Everything that can stand on the page of a case has words, in both languages; and the line in time is drawn from left to right."""

import re
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from uuid import uuid4

import pytest

import app
from app.cases.lifecycle import Flag, State, Urgency
from app.cases.service import Case
from app.cases.silence import Silence
from app.console.case.commands import COMMANDS
from app.console.case.forms import fields_of, moment_of
from app.console.case.lines import GROUP_OF, KINDS, Entry
from app.console.case.next_step import Promise
from app.console.case.saying import Saying
from app.console.case.timeline import strip_of
from app.console.words import LANGUAGES, words
from app.core.problem import all_problems
from app.followup.items import ItemKind
from app.followup.schemas.care import ContactIn
from app.followup.situation import ObligationKind
from app.intake.codes import Channel
from app.team.membership import MemberState

WRITES = re.compile(r'(?:cases\.|\b)line(?:_for)?\(\s*work,\s*[\w.]+,\s*"(\w+)"')
START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def _kinds() -> set[str]:
    """Every kind of line that our source writes by name, and those that are made of a state."""
    root = Path(app.__file__).parent
    named = set(chain.from_iterable(WRITES.findall(file.read_text(encoding="utf-8")) for file in root.rglob("*.py")))
    made = {f"team_{one}" for one in MemberState} | {f"sent_by_{one}" for one in Channel}
    return named | made | set(State) | set(ItemKind) | set(ObligationKind)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_line_has_words(language: str) -> None:
    """Nobody reads a code; and each is found under a kind that can be chosen."""
    saying, kinds = Saying(words(language), {}, uuid4()), _kinds()
    assert len(kinds) > 80
    bare = {kind for kind in kinds if saying.what(kind) == kind.replace("_", " ") and f"case_line_{kind}" not in saying.t}
    assert not bare
    assert set(GROUP_OF.values()) < set(KINDS)
    assert all(f"case_kind_{kind}" in saying.t for kind in KINDS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_has_words(language: str) -> None:
    """Each command its name, each field its label, each choice a word."""
    saying = Saying(words(language), {}, uuid4())
    for command in COMMANDS.values():
        assert f"case_do_{command.name.replace('-', '_')}" in saying.t
        for field in command.fields:
            assert saying.field(command.name, field.name)
            bare = [
                one
                for one in field.choices
                if not {f"case_v_{field.name.rpartition('.')[2]}_{one}", f"case_v_{one}"} & saying.t.names
            ]
            assert not bare, (command.name, field.name)
    for code in (*Flag, *Silence):
        assert f"case_v_{code}" in saying.t or f"case_v_flags_{code}" in saying.t


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_has_words(language: str) -> None:
    """What stands in the way of a command is told in the reader's language, not in that of programs."""
    rooms = ("app.followup.", "app.procedures.", "app.team.", "app.signals.service.acting", "app.intake.service.about_cases")
    slugs = {slug for slug, kind in all_problems().items() if kind.__module__.startswith(rooms)}
    assert len(slugs) > 30
    assert not [one for one in slugs if f"case_problem_{one.replace('-', '_')}" not in words(language)]


def test_a_form_is_what_the_api_takes() -> None:
    """The same lengths, choices and musts; a moment that was typed is Dutch time."""
    way, note, at = fields_of(ContactIn, "way note at")
    assert (way.kind, way.required, "visit" in way.choices) == ("choice", True, True)
    assert (note.kind, note.required, note.most) == ("text", False, 8000)
    assert (at.kind, at.required) == ("moment", False)
    assert moment_of("2026-07-01T12:00") == "2026-07-01T12:00:00+02:00"
    assert moment_of("morgen") == "morgen"


def _entry(kind: str, hours: float, **facts: object) -> Entry:
    return Entry(uuid4(), START + timedelta(hours=hours), kind, "", None, facts, {}, "team")


def _a_case(*, closed: bool) -> Case:
    at = START + timedelta(hours=50) if closed else None
    return Case(
        uuid4(), "AAAA-AAAA-A", uuid4(), uuid4(), None, State.CLOSED if closed else State.IN_FOLLOW_UP, Urgency.URGENT, (), "GM0363",
        START, START, at, None, None, 0, None, 1,
    )  # fmt: skip


def test_the_line_in_time() -> None:
    """Past before now before what is promised; who was asked before who has it; what is late stands in the past."""
    asked, owner = uuid4(), uuid4()
    entries = [
        _entry("opened", 0), _entry("offered", 0, to=str(asked)), _entry("declined", 0.5), _entry("offered", 0.5, to=str(owner)),
        _entry("accepted", 1), *(_entry("contact", 2 + n / 100, result="tried") for n in range(30)), _entry("note", 40),
    ]  # fmt: skip
    now = START + timedelta(hours=48)
    promises = [Promise("action", now + timedelta(days=days), "x") for days in (-1, 1, 30)]
    strip = strip_of(_a_case(closed=False), entries, promises, now)
    assert strip.now is not None
    late, soon, far = [mark.x for mark in strip.marks if mark.promise]
    assert late < strip.now < soon < far <= 1000
    assert [(one.organisation, one.state) for one in strip.stretches] == [(asked, "asked"), (owner, "asked"), (owner, "owner")]
    assert [one.x for one in strip.stretches] == sorted(one.x for one in strip.stretches)
    contacts = [mark for mark in strip.marks if mark.lane == 1]
    assert sum(len(mark.entries) for mark in contacts) == 30 > len(contacts)
    assert all(0 < mark.x <= 1000 for mark in strip.marks)
    done = strip_of(_a_case(closed=True), entries, promises, now + timedelta(days=99))
    assert done.now is None
    assert not [mark for mark in done.marks if mark.promise]
    assert strip_of(_a_case(closed=False), [], [], now).marks == []

"""What the rooms refuse with, in the reader's language: their English sentence is found among the templates of a catalogue.

The sentences of `words/refusals/<language>.po` are those of the source itself, with a name in braces where a value is filled in;
a test reads the source, and knows of each that has no translation. Whatever is not found stays English, and is marked as such.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from string import Formatter
from typing import Final

from babel.dates import format_date
from babel.messages.pofile import read_po
from markupsafe import Markup, escape

from app.console import moments
from app.console.words import LANGUAGES, words
from app.core.errors import Problem

FOLDER: Final = Path(__file__).parent / "words" / "refusals"
TEMPLATE: Final = "python-brace-format"  # the flag of what has places; an address such as /v1/rosters/{id} is its own value
SENTENCE, TITLE, WORD = "sentence", "title", "word"  # contexts; a word is what a value may be: a state, a role, a count
LONGEST: Final = 4000
ISO: Final = re.compile(r"20\d\d-\d\d-\d\d(T.*)?$")
DEPTH: Final = 3
# Values that are sentences themselves: where such a one is not known, the whole is not.
SENTENCES: Final = frozenset({
    "advice", "ask", "detail", "ended", "error", "faults", "msg", "other_ways", "reason", "sentence", "sentences", "told",
    "wrong",
})  # fmt: skip
BETWEEN: Final = {"; ": "; ", ", ": ", ", " and ": " en ", " or ": " of "}  # what stands between the values of a list


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence with places for values: `between` stands before, between and after them; `used` are those that `told` tells."""

    between: tuple[str, ...]
    names: tuple[str, ...]
    told: str
    used: tuple[str, ...]

    @classmethod
    def of(cls, sentence: str, told: str) -> "Template":
        """Read a sentence as `str.format` does."""
        between, names = [""], []
        for text, name, _, _ in Formatter().parse(sentence):
            between[-1] += text
            if name is not None:
                names.append(name)
                between.append("")
        used = tuple(name for _, name, _, _ in Formatter().parse(told) if name is not None)
        return cls(tuple(between), tuple(names), told, used)

    def values(self, text: str) -> dict[str, str] | None:
        """What stands at the places, if `text` is this sentence; each as short as can be, in one walk along the text."""
        first, *_, last = self.between
        if not (text.startswith(first) and text.endswith(last) and len(text) >= len(first) + len(last)):
            return None
        at, end, found = len(first), len(text) - len(last), []
        for after in self.between[1:-1]:
            there = text.find(after, at, end)
            if there < 0:
                return None
            found.append(text[at:there])
            at = there + len(after)
        return dict(zip(self.names, [*found, text[at:end]], strict=True))


class Refusals:
    """The refusals of one language, by their English sentences."""

    def __init__(self, language: str, told: Mapping[str, str], templates: Mapping[str, str], words_: "Refusals | None") -> None:
        """Take sentences without values, and those with; `words_`: what may be values."""
        self.plain, self._language, self._words = told, language, words_
        made = [Template.of(sentence, text) for sentence, text in templates.items()]
        self._templates = sorted(made, key=lambda one: -sum(map(len, one.between)))  # the one that says most comes first

    def __call__(self, text: str, depth: int = DEPTH) -> str | None:
        """The sentence in this language; None when it is not known."""
        if len(text) > LONGEST or text in self.plain:
            return self.plain.get(text)
        for one in self._templates if depth else ():
            if (found := one.values(text)) is not None:
                values = {name: self._value(name, found[name], depth - 1) for name in one.used}
                if None not in values.values():
                    return one.told.format(**values)
        return None

    def has_values(self, text: str) -> bool:
        """Whether it tells more than its kind can: which, how many, until when."""
        first = next((one for one in self._templates if one.values(text) is not None), None)
        return text not in self.plain and first is not None and bool(first.used)

    def _value(self, name: str, value: str, depth: int) -> str | None:
        if name in SENTENCES:
            return self(value, depth)
        if self._words and value in self._words.plain:
            return self._words.plain[value]
        if when := _when(self._language, value):
            return when
        for between, told in BETWEEN.items():
            if between in value:
                return told.join(self._value("", one, depth) or one for one in value.split(between))
        return self._words(value, depth) or value if self._words else value


def _when(language: str, value: str) -> str | None:
    """A day or a moment as people say it; None of anything else."""
    if not ISO.match(value):
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moments.day_and_time(language, at) if at.tzinfo else format_date(at.date(), "d MMMM y", moments.LOCALES[language])


@cache
def refusals(language: str) -> Refusals | None:
    """The catalogue of a language; None of English, in which the rooms speak.

    Raises:
        ValueError: a sentence is there twice, or marked as doubtful.
    """
    file = FOLDER / f"{language}.po"
    if not file.exists():
        return None
    said: dict[tuple[str, bool], dict[str, str]] = {(kind, has): {} for kind in (SENTENCE, WORD, TITLE) for has in (False, True)}
    with file.open("rb") as opened:
        for message in read_po(opened, language):
            if message.id:
                kind = said[message.context or SENTENCE, TEMPLATE in message.flags]
                if message.id in kind or message.fuzzy:
                    raise ValueError(f"{file.name}: {message.id} is there twice, or marked as doubtful.")
                kind[str(message.id)] = str(message.string)
    words_ = Refusals(language, said[WORD, False], said[WORD, True], None)
    return Refusals(language, {**said[TITLE, False], **said[SENTENCE, False]}, said[SENTENCE, True], words_)


def translations() -> dict[str, Callable[[str], str | None]]:
    """How the API tells its problems in the other languages that it knows, by language."""
    found = {language: refusals(language) for language in LANGUAGES}
    return {language: one for language, one in found.items() if one}


def said(language: str, text: str) -> str:
    """A sentence of a room for a page: in its language, or in English and marked so."""
    catalogue = refusals(language)
    told = catalogue(text) if catalogue else text
    return told if told is not None else Markup('<span lang="en">{}</span>').format(escape(text))


def headline(problem: Problem, language: str) -> str:
    """What a problem means, in the reader's language: by its kind, else by its own sentence, else by its status."""
    told, catalogue = words(language), refusals(language)
    own = f"problem_{problem.slug.replace('-', '_')}"
    if own not in told and catalogue and (sentence := catalogue(problem.detail)):
        return sentence
    return told(next(name for name in (own, f"problem_{problem.status}", "problem_other") if name in told))


def beneath(language: str, problem: Problem, own: str = "problem_") -> str:
    """What its own sentence adds to the headline; empty when nothing.

    To a text of its kind (`own`: how their names begin) it adds what such a text can't know: the values.
    """
    catalogue, ours = refusals(language), refusals(LANGUAGES[0])
    is_known = catalogue is None or catalogue(problem.detail) is not None
    if own + problem.slug.replace("-", "_") in words(language):
        return said(language, problem.detail) if is_known and ours and ours.has_values(problem.detail) else ""
    return "" if catalogue and is_known else said(language, problem.detail)


def in_frame(language: str) -> dict[str, Callable[..., str]]:
    """What templates ask for."""
    return {"in_words": partial(said, language), "beneath": partial(beneath, language)}

"""The rules of early signals as values; the file that comes with the program is data, and checked when it is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from app.signals.marks import Kind


class Test(StrEnum):
    """What a rule looks at."""

    COUNT = "count"
    RISING = "rising"
    MUNICIPALITIES = "municipalities"
    AFTER_CLOSING = "after_closing"


@dataclass(frozen=True, slots=True)
class Rule:
    """When calls about one subject are a signal. `within` zero: on one day of the Dutch calendar."""

    code: str
    test: Test
    about: frozenset[Kind]
    at_least: int
    within: timedelta
    text: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]]

    def said(self, facts: Mapping[str, Any]) -> dict[str, str]:
        """Why there is a signal, in every language: counts, codes and days."""
        return {language: text.format_map(self._in(language, facts)) for language, text in self.text.items()}

    def _in(self, language: str, facts: Mapping[str, Any]) -> dict[str, Any]:
        words = self.words.get(language, {})
        return {name: words.get(fact, fact) if name.startswith("urgency") else fact for name, fact in facts.items()}


@dataclass(frozen=True, slots=True)
class Rules:
    """All of them, and how long each stays silent after a signal has ended, by why it ended."""

    version: str
    rules: tuple[Rule, ...]
    quiet: Mapping[str, timedelta]

    @property
    def longest(self) -> timedelta:
        """How far back the rules look, and a day."""
        return max(one.within for one in self.rules) + timedelta(days=1)

    def of(self, code: str) -> Rule | None:
        """The rule with this code, if there is one still."""
        return next((one for one in self.rules if one.code == code), None)


def parse(told: Mapping[str, Any]) -> Rules:
    """Read the rules.

    Raises:
        KeyError, TypeError, ValueError: the file has another form.
    """
    rules = tuple(
        Rule(
            one["code"],
            Test(one["test"]),
            frozenset(Kind(kind) for kind in one["about"]),
            int(one["at_least"]),
            timedelta(days=int(one["days"])),
            {str(language): str(text) for language, text in one["text"].items()},
            told.get("urgencies", {}),
        )
        for one in told["rules"]
    )
    if len({one.code for one in rules}) < len(rules):
        raise ValueError("Two rules have the same code.")
    return Rules(told["version"], rules, {code: timedelta(days=days) for code, days in told["quiet_days"].items()})

"""Codes of a case as words, in the reader's language; an organisation by its name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from app.console.case.lines import UNSAID, Entry, id_in, moment_in
from app.console.words import Words

# What is the same word for several things: their names decide.
ALIKE = {"decided_by": "by", "outcome_told": "outcomeTold", "with": "agreedWith"}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of what a line tells: a word, or a moment; `label` says of what, where that is not clear by itself."""

    label: str
    text: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Saying:
    """Words of one language, and names of organisations."""

    t: Words
    names: Mapping[UUID, str]
    us: UUID
    said: dict[str, list[Part]] = field(default_factory=dict)  # each line is told in several places

    def name(self, organisation: UUID | None) -> str:
        """What an organisation is called; nobody and strangers too."""
        if organisation is None:
            return self.t("case_nobody")
        return self.names.get(organisation) or self.t("case_stranger")

    def value(self, field: str, code: object) -> str:
        """A code in words: by its field, where the same word means several things, else by itself."""
        last = field.rpartition(".")[2]
        tried = (f"case_v_{last}_{code}", f"case_v_{code}", f"case_item_{code}")
        found = next((one for one in tried if one in self.t), None)
        return self.t(found) if found else str(code).replace("_", " ")

    def field(self, command: str, name: str) -> str:
        """The label of a field of a form."""
        tried = (f"case_f_{command}_{name}", f"case_f_{name}", f"case_f_{name.rpartition('.')[2]}")
        return self.t(next((one for one in tried if one in self.t), tried[-1]))

    def title(self, entry: Entry) -> str:
        """What a line is about, in a few words."""
        if entry.is_withdrawn:
            return self.t("case_in_error", what=self.what(entry.kind))
        ending = f"case_end_{entry.ending}"
        return self.t(ending, what=self.what(entry.kind)) if ending in self.t else self.what(entry.kind)

    def what(self, kind: str) -> str:
        """What is begun or promised, as it is called."""
        found = next((one for one in (f"case_line_{kind}", f"case_item_{kind}") if one in self.t), None)
        return self.t(found) if found else kind.replace("_", " ")

    def parts(self, entry: Entry) -> list[Part]:
        """What a line tells besides its title, in codes that became words."""
        if entry.anchor not in self.said:
            self.said[entry.anchor] = self._told(entry)
        return self.said[entry.anchor]

    def _told(self, entry: Entry) -> list[Part]:
        facts = {name: told for name, told in entry.facts.items() if name not in UNSAID and told is not None}
        return [part for name, told in facts.items() for part in self._parts(name, told)]

    def _parts(self, name: str, told: Any) -> Iterator[Part]:
        if isinstance(told, list):
            for one in told:
                yield from self._parts(name, one)
        elif at := moment_in(told):
            yield from (Part(self.t(label), at=at) for label in (f"case_at_{name}",) if label in self.t)
        elif known := id_in(told):
            if known in self.names and known != self.us:
                yield Part(self.t(f"case_who_{name}") if f"case_who_{name}" in self.t else "", self.names[known])
        elif told:
            text = self._word(name, told)
            yield from (Part("", one) for one in (text,) if one)

    def _word(self, name: str, told: object) -> str:
        """A code as a word; a number, or that something is so, only where there are words for it."""
        if isinstance(told, bool):
            return self.t(f"case_yes_{name}") if f"case_yes_{name}" in self.t else ""
        if isinstance(told, int):
            return self.t(f"case_n_{name}", n=told) if f"case_n_{name}" in self.t else ""
        return self.value(ALIKE.get(name, name), told)

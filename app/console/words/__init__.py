"""Every text of the pages: a gettext catalogue a language and a part of the console, which translators' tools read as they are.

A text has a name instead of an English original: Dutch is written first, and no language is the translation of another.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from babel.messages.pofile import read_po

FOLDER: Final = Path(__file__).parent
LANGUAGES: Final = ("nl", "en")


class Words:
    """The texts of one language, by name."""

    def __init__(self, told: Mapping[str, str | tuple[str, ...]]) -> None:
        """Take texts; one that counts has a form for one and a form for more."""
        self._told = told
        self.names = frozenset(told)
        self._starting: dict[str, dict[str, str]] = {}

    def __call__(self, name: str, /, n: int | None = None, **values: object) -> str:
        """A text with its values filled in; `n` chooses the form, and is one of the values.

        Raises:
            KeyError: there is no such text.
        """
        text = self._told[name]
        if not isinstance(text, str):
            text = text[0 if n == 1 else 1]
        return text.format(n=n, **values) if values or n is not None else text

    def __contains__(self, name: str) -> bool:
        """Whether there is such a text."""
        return name in self._told

    def starting(self, start: str) -> dict[str, str]:
        """The texts whose name begins so, by the rest of it: what a script of a page says."""
        if start not in self._starting:
            found = {name.removeprefix(start): self(name) for name in sorted(self.names) if name.startswith(start)}
            self._starting[start] = found
        return self._starting[start]


@cache
def words(language: str) -> Words:
    """The texts of a language; a name that two catalogues have is a fault.

    Raises:
        ValueError: two catalogues of the language have the same name, or a text is marked as doubtful.
    """
    told: dict[str, str | tuple[str, ...]] = {}
    for file in sorted((FOLDER / language).glob("*.po")):
        with file.open("rb") as opened:
            for message in read_po(opened, language):
                name = message.id[0] if isinstance(message.id, tuple) else message.id
                if name in told or message.fuzzy:
                    raise ValueError(f"{file.name}: {name} is there twice, or marked as doubtful.")
                if name:
                    text = message.string
                    told[str(name)] = text if isinstance(text, str) else tuple(text or ())
    return Words(MappingProxyType(told))

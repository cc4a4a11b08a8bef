"""Forms before anything is typed: a page holds some forty of them, nearly all alike from case to case, so each is made once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from uuid import UUID

from markupsafe import Markup, escape

from app.console.case.commands import COMMANDS
from app.console.case.forms import Command
from app.console.case.saying import Saying
from app.console.pages import environment
from app.console.words import words

People = tuple[tuple[UUID, str], ...]
SUBJECT: Final = "subject\ue000"  # stands in a form that is kept, for what it will be about; nobody types a private character
NAMING: Final = frozenset({"member", "organisations"})  # kinds of fields in which people choose among who takes part


@dataclass(frozen=True, slots=True)
class Blank:
    """The fields of forms in a language, on a case on which these organisations work."""

    language: str
    people: People

    def __call__(self, command: Command, subject: str) -> Markup:
        """The fields of a command about `subject`, empty."""
        naming = any(one.kind in NAMING or "named" in one.choices for one in command.fields)
        return Markup(_made(self.language, command.name, self.people if naming else ()).replace(SUBJECT, escape(subject)))  # noqa: S704  made by our template


@lru_cache(2048)
def _made(language: str, name: str, people: People) -> str:
    names: Mapping[UUID, str] = {}
    told = words(language)
    shown = {"t": told, "says": Saying(told, names, UUID(int=0)), "page": {"people": people}, "tried": "", "fault": None}
    return environment().get_template("case/blank.html").render(shown, command=COMMANDS[name], subject=SUBJECT)

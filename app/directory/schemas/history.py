"""A history of changes on the wire."""

from typing import Any
from uuid import UUID

from pydantic import Field

from app.core.events import camel
from app.core.http import Moment, Wire
from app.directory.history import Entry
from app.directory.service.history import History
from app.directory.service.services import COLUMN, FIELD


class ByOut(Wire):
    """Whose key it was."""

    key_id: UUID
    label: str
    organisation_id: UUID
    organisation_name: str


class FieldChange(Wire):
    """One field that says something else."""

    field: str
    before: Any = Field(alias="from")
    after: Any = Field(alias="to")


class EntryOut(Wire):
    """What changed at one moment."""

    at: Moment
    by: ByOut | None = Field(description="Null: the command line, or a key that is gone")
    changes: list[FieldChange]


class HistoryOut(Wire):
    """Every change, newest first; the last is its making."""

    items: list[EntryOut]

    @classmethod
    def of(cls, told: History) -> "HistoryOut":
        """The history as the API shows it."""
        return cls(items=[_entry(one, told) for one in told.entries])


def _entry(entry: Entry, told: History) -> EntryOut:
    key = entry.by
    who = told.whose.get(key) if key else None
    by = (
        ByOut(key_id=key, label=who.label, organisation_id=who.organisation_id, organisation_name=who.organisation_name)
        if key and who
        else None
    )
    changes = [FieldChange(field=_name(one.field), before=one.before, after=one.after) for one in entry.changes]
    return EntryOut(at=entry.at, by=by, changes=changes)


def _name(column: str) -> str:
    return camel(FIELD if column == COLUMN else column)

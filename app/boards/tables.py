"""Calendars of deadlines, and handoffs between shifts."""

from typing import Final

from sqlalchemy import Column, DateTime, Integer, LargeBinary, SmallInteger, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from app.core.tables import metadata

deadline_calendar: Final = Table(
    "deadline_calendar",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", Uuid, nullable=False),
    Column("coordinator", Text),
    Column("digest", LargeBinary, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("withdrawn_at", DateTime(timezone=True)),
)

shift_handoff: Final = Table(
    "shift_handoff",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", Uuid, nullable=False),
    Column("key_id", Uuid),
    Column("written_at", DateTime(timezone=True), nullable=False),
    Column("from_shift_id", Uuid),
    Column("from_function", Text),
    Column("to_shift_id", Uuid),
    Column("to_function", Text),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("added", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("remind_at", DateTime(timezone=True)),
    Column("reminders", SmallInteger, nullable=False),
    Column("confirmed_at", DateTime(timezone=True)),
    Column("destroyed_at", DateTime(timezone=True)),
    Column("version", Integer, nullable=False),
)

shift_handoff_line: Final = Table(
    "shift_handoff_line",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("handoff_id", Uuid, nullable=False),
    Column("organisation_id", Uuid, nullable=False),
    Column("place", SmallInteger, nullable=False),
    Column("case_id", Uuid),
    Column("sealed", LargeBinary, nullable=False),
)

shift_handoff_confirmation: Final = Table(
    "shift_handoff_confirmation",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("handoff_id", Uuid, nullable=False),
    Column("organisation_id", Uuid, nullable=False),
    Column("key_id", Uuid),
    Column("function", Text),
    Column("at", DateTime(timezone=True), nullable=False),
)

shift_handoff_question: Final = Table(
    "shift_handoff_question",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("handoff_id", Uuid, nullable=False),
    Column("line_id", Uuid, nullable=False),
    Column("organisation_id", Uuid, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("asked_by", Uuid),
    Column("sealed", LargeBinary, nullable=False),
    Column("answered_at", DateTime(timezone=True)),
    Column("answered_by", Uuid),
    Column("answer_sealed", LargeBinary),
)

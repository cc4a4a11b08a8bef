"""Callbacks, and every attempt."""

from typing import Final

from sqlalchemy import Column, DateTime, Integer, LargeBinary, SmallInteger, Table, Text, Uuid

from app.core.tables import metadata

callback: Final = Table(
    "callback",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", Uuid, nullable=False),
    Column("call_id", Uuid, nullable=False),
    Column("case_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("promised_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("next_attempt_at", DateTime(timezone=True)),
    Column("claimed_by", Uuid),
    Column("claimed_until", DateTime(timezone=True)),
    Column("reminders", SmallInteger, nullable=False),
    Column("next_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    Column("reason", Text),
    Column("sealed", LargeBinary),
    Column("version", Integer, nullable=False),
)

callback_attempt: Final = Table(
    "callback_attempt",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("callback_id", Uuid, nullable=False),
    Column("organisation_id", Uuid, nullable=False),
    Column("key_id", Uuid),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("result", Text, nullable=False),
    Column("call_id", Uuid),
)

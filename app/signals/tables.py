"""Traces of calls, early signals and what was done about them, and who looked."""

from typing import Final

from sqlalchemy import Boolean, Column, DateTime, Integer, LargeBinary, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from app.core.tables import metadata

trace: Final = Table(
    "trace",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("at", DateTime(timezone=True), primary_key=True),
    Column("call_id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("sure", Boolean, nullable=False),
    Column("about_case_id", Uuid),
    Column("organisation_id", Uuid, nullable=False),
    Column("municipality_code", Text),
    Column("urgency", Text, nullable=False),
)

signal_due: Final = Table(
    "signal_due",
    metadata,
    Column("call_id", Uuid, primary_key=True),
    Column("organisation_id", Uuid, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)

signal_thread: Final = Table(
    "signal_thread",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("thread_id", Uuid, nullable=False),
)

early_signal: Final = Table(
    "early_signal",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("rule", Text, nullable=False),
    Column("thread_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("organisation_ids", ARRAY(Uuid), nullable=False),
    Column("municipality_code", Text),
    Column("involved", ARRAY(Uuid), nullable=False),
    Column("case_ids", ARRAY(Uuid), nullable=False),
    Column("raised_at", DateTime(timezone=True), nullable=False),
    Column("last_at", DateTime(timezone=True), nullable=False),
    Column("times", Integer, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("acknowledged_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    Column("quiet_until", DateTime(timezone=True)),
    Column("reason", Text),
    Column("led_to_help", Text),
    Column("what", Text),
    Column("version", Integer, nullable=False),
)

early_signal_act: Final = Table(
    "early_signal_act",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("signal_id", Uuid, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("organisation_id", Uuid),
    Column("key_id", Uuid),
    Column("act", Text, nullable=False),
    Column("code", Text),
)

earlier_look: Final = Table(
    "earlier_look",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("organisation_id", Uuid, nullable=False),
    Column("key_id", Uuid),
    Column("kinds", ARRAY(Text), nullable=False),
    Column("found", Integer, nullable=False),
)

"""Decisions, offers and handovers."""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Integer, LargeBinary, SmallInteger, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from app.core.tables import metadata

decision: Final = Table(
    "decision",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("rules", Text, nullable=False),
    Column("directory_version", BigInteger, nullable=False),
    Column("inputs", JSONB, nullable=False),
    Column("lines", JSONB, nullable=False),
    Column("offered_to", Uuid, nullable=False),
    Column("accept_by", DateTime(timezone=True), nullable=False),
    Column("written_by", Uuid, nullable=False),
)

offer: Final = Table(
    "offer",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, nullable=False),
    Column("decision_id", Uuid),
    Column("organisation_id", Uuid, nullable=False),
    Column("intake_organisation_id", Uuid, nullable=False),
    Column("written_by", Uuid, nullable=False),
    Column("rung", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("urgency", Text, nullable=False),
    Column("flags", ARRAY(Text), nullable=False),
    Column("municipality_code", Text, nullable=False),
    Column("offered_at", DateTime(timezone=True), nullable=False),
    Column("accept_by", DateTime(timezone=True), nullable=False),
    Column("next_call_at", DateTime(timezone=True), nullable=False),
    Column("reminders", SmallInteger, nullable=False),
    Column("answered_at", DateTime(timezone=True)),
    Column("reason", Text),
    Column("version", Integer, nullable=False),
    Column("seen_at", DateTime(timezone=True)),
    Column("what", Text, nullable=False),
    Column("handover_id", Uuid),
    Column("from_organisation_id", Uuid),
)

handover: Final = Table(
    "handover",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, nullable=False),
    Column("what", Text, nullable=False),
    Column("organisation_id", Uuid, nullable=False),
    Column("key_id", Uuid),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("reason", Text, nullable=False),
    Column("warm", Boolean, nullable=False),
    Column("municipality_code", Text),
    Column("provider", Text),
    Column("stay_role", Text),
    Column("stay_purpose", Text),
    Column("sealed", LargeBinary),
)

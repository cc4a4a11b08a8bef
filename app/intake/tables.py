"""Calls, drafts included: a draft is a call that is still active."""

from typing import Final

from sqlalchemy import Boolean, Column, DateTime, Integer, LargeBinary, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from app.core.tables import metadata

call: Final = Table(
    "call",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, nullable=False),
    Column("joined_case_id", Uuid),
    Column("organisation_id", Uuid, nullable=False),
    Column("key_id", Uuid),
    Column("state", Text, nullable=False),
    Column("kind", Text),
    Column("disposition", Text),
    Column("reference", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("registered_at", DateTime(timezone=True), nullable=False),
    Column("completed_at", DateTime(timezone=True)),
    Column("protocol", Text, nullable=False),
    Column("answers", JSONB, nullable=False),
    Column("proposed_urgency", Text),
    Column("urgency", Text),
    Column("flags", ARRAY(Text), nullable=False),
    Column("reasons", JSONB, nullable=False),
    Column("observations", ARRAY(Text), nullable=False),
    Column("advice", ARRAY(Text), nullable=False),
    Column("hand_offs", JSONB, nullable=False),
    Column("caller_anonymity", Text),
    Column("caller_relation", Text),
    Column("person_may_know_caller", Boolean, nullable=False),
    Column("age_band", Text),
    Column("municipality_code", Text),
    Column("feedback_promised", Boolean, nullable=False),
    Column("sealed", LargeBinary),
    Column("version", Integer, nullable=False),
)

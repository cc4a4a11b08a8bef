"""Exchanges, who sits at which extension, calls on the line, what was told of them, and transfers."""

from typing import Final

from sqlalchemy import BigInteger, Column, DateTime, Integer, LargeBinary, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from app.core.tables import metadata

phone_system: Final = Table(
    "phone_system",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", Uuid, nullable=False),
    Column("label", Text, nullable=False),
    Column("link", Text, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("previous_secret", LargeBinary),
    Column("previous_until", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("removed_at", DateTime(timezone=True)),
    Column("last_event_at", DateTime(timezone=True)),
    Column("skew", JSONB, nullable=False),
    Column("version", Integer, nullable=False),
)

phone_agent: Final = Table(
    "phone_agent",
    metadata,
    Column("system_id", Uuid, primary_key=True),
    Column("extension", Text, primary_key=True),
    Column("organisation_id", Uuid, nullable=False),
    Column("key_id", Uuid, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
)

phone_call: Final = Table(
    "phone_call",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", Uuid, nullable=False),
    Column("system_id", Uuid, nullable=False),
    Column("external", Text, nullable=False),
    Column("case_id", Uuid, nullable=False),
    Column("call_id", Uuid),
    Column("state", Text, nullable=False),
    Column("queue", Text),
    Column("extension", Text),
    Column("answered_by", Uuid),
    Column("offered_at", DateTime(timezone=True)),
    Column("answered_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    Column("rang_at", DateTime(timezone=True)),
    Column("waited_ms", BigInteger),
    Column("talked_ms", BigInteger),
    Column("held_ms", BigInteger),
    Column("reason", Text),
    Column("sealed", LargeBinary),
    Column("next_at", DateTime(timezone=True)),
)

phone_event: Final = Table(
    "phone_event",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", Uuid, nullable=False),
    Column("system_id", Uuid, nullable=False),
    Column("phone_call_id", Uuid, nullable=False),
    Column("message", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("facts", JSONB, nullable=False),
)

phone_transfer: Final = Table(
    "phone_transfer",
    metadata,
    Column("phone_call_id", Uuid, primary_key=True),
    Column("reference", Text, primary_key=True),
    Column("organisation_id", Uuid, nullable=False),
    Column("way", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("extension", Text),
    Column("calling_at", DateTime(timezone=True)),
    Column("speaking_at", DateTime(timezone=True)),
    Column("accepted_at", DateTime(timezone=True)),
    Column("not_reached_at", DateTime(timezone=True)),
    Column("sealed_to", LargeBinary),
    Column("sealed_by", LargeBinary),
    Column("hand_off_id", Uuid),
)

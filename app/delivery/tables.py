"""Endpoints with their secrets, what is sent to them beside the order, and every attempt to deliver to them."""

from typing import Final

from sqlalchemy import BigInteger, Column, DateTime, Integer, LargeBinary, SmallInteger, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from app.core.tables import metadata

webhook_endpoint: Final = Table(
    "webhook_endpoint",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", Uuid, nullable=False),
    Column("url", Text, nullable=False),
    Column("types", ARRAY(Text), nullable=False),
    Column("state", Text, nullable=False),
    Column("delivered_through", BigInteger, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("next_attempt_at", DateTime(timezone=True), nullable=False),
    Column("leased_until", DateTime(timezone=True)),
    Column("leased_by", Uuid),
    Column("attempted_at", DateTime(timezone=True)),
    Column("failing_since", DateTime(timezone=True)),
    Column("last_error", Text),
    Column("told_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("version", Integer, nullable=False),
    Column("label", Text),
    Column("preset", Text),
    Column("verification", Text, nullable=False),
    Column("verified_at", DateTime(timezone=True)),
    Column("challenge", LargeBinary),
    Column("municipality_codes", ARRAY(Text), nullable=False),
    Column("ordering", Text, nullable=False),
    Column("per_minute", Integer),
    Column("granted_per_minute", Integer),
    Column("auth_kind", Text, nullable=False),
    Column("access", LargeBinary),
    Column("header_names", ARRAY(Text), nullable=False),
    Column("certificate_ends_at", DateTime(timezone=True)),
    Column("disabled_reason", Text),
    Column("disabled_at", DateTime(timezone=True)),
    Column("pressing_told_through", BigInteger, nullable=False),
    Column("verification_started_at", DateTime(timezone=True)),
    Column("verification_attempts", SmallInteger, nullable=False),
    Column("next_verification_at", DateTime(timezone=True)),
    Column("verification_error", Text),
    Column("challenge_ends_at", DateTime(timezone=True)),
    Column("certificate_subject", Text),
    Column("certificate_told_at", DateTime(timezone=True)),
    Column("disabled_told_at", DateTime(timezone=True)),
)

webhook_secret: Final = Table(
    "webhook_secret",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("endpoint_id", Uuid, nullable=False),
    Column("organisation_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True)),
)

webhook_message: Final = Table(
    "webhook_message",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("endpoint_id", Uuid, nullable=False),
    Column("organisation_id", Uuid, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("number", BigInteger),
    Column("type", Text, nullable=False),
    Column("body", LargeBinary),
    Column("trigger", Text, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("next_attempt_at", DateTime(timezone=True), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

webhook_attempt: Final = Table(
    "webhook_attempt",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("endpoint_id", Uuid, nullable=False),
    Column("organisation_id", Uuid, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("number", BigInteger),
    Column("attempt", SmallInteger, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("duration_ms", Integer, nullable=False),
    Column("status", SmallInteger),
    Column("outcome", Text, nullable=False),
    Column("error", Text),
    Column("trigger", Text, nullable=False),
)

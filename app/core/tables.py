"""The tables every room needs: the outbox with its counters, and the answers kept for repeated requests."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata: Final = MetaData()

recipient_counter: Final = Table(
    "recipient_counter",
    metadata,
    Column("recipient_id", Uuid, primary_key=True),
    Column("last", BigInteger, nullable=False),
    Column("oldest", BigInteger, nullable=False),
    Column("sweep_at", DateTime(timezone=True), nullable=False),
)

event: Final = Table(
    "event",
    metadata,
    Column("recipient_id", Uuid, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("type", Text, nullable=False),
    Column("case_id", Uuid),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("pressing", Boolean, nullable=False),
    Column("municipality_codes", ARRAY(Text)),
)

idempotency: Final = Table(
    "idempotency",
    metadata,
    Column("organisation_id", Uuid, primary_key=True),
    Column("route", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("headers", JSONB, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

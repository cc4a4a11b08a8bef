"""Demand, fallbacks, gaps, and when was looked."""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, SmallInteger, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, JSONB, TSTZRANGE

from app.core.tables import metadata

demand: Final = Table(
    "demand",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", Uuid, nullable=False),
    Column("line", Text, nullable=False),
    Column("scheme", Text, nullable=False),
    Column("codes", ARRAY(Text), nullable=False),
    Column("hours", JSONB, nullable=False),
    Column("valid", DATERANGE, nullable=False),
    Column("enough", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("recorded_by", Uuid),
)

fallback: Final = Table(
    "fallback",
    metadata,
    Column("service_id", Uuid, primary_key=True),
    Column("by_service_id", Uuid, nullable=False),
    Column("organisation_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("recorded_by", Uuid),
)

gap: Final = Table(
    "gap",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("line", Text, nullable=False),
    Column("municipality_codes", ARRAY(Text), nullable=False),
    Column("organisation_ids", ARRAY(Uuid), nullable=False),
    Column("span", TSTZRANGE, nullable=False),
    Column("runs_on", Boolean, nullable=False),
    Column("left_rung", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("told", ARRAY(Uuid), nullable=False),
    Column("found_at", DateTime(timezone=True), nullable=False),
    Column("next_at", DateTime(timezone=True), nullable=False),
    Column("acknowledgement", Text),
    Column("acknowledged_by", Uuid),
    Column("acknowledged_at", DateTime(timezone=True)),
    Column("cleared_at", DateTime(timezone=True)),
    Column("closed_by", Text),
    Column("version", Integer, nullable=False),
)

coverage_look: Final = Table(
    "coverage_look",
    metadata,
    Column("sole", Boolean, primary_key=True),
    Column("directory_version", BigInteger),
    Column("next_at", DateTime(timezone=True), nullable=False),
    Column("summarised_on", Date),
)

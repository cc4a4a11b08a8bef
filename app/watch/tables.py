"""The auditor's last look, and when somebody was last told of what lies around."""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Table, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from app.core.tables import metadata

audit: Final = Table(
    "audit",
    metadata,
    Column("sole", Boolean, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("left_lying", BigInteger, nullable=False),
    Column("faults", JSONB, nullable=False),
)

left_lying_told: Final = Table(
    "left_lying_told",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("organisation_id", Uuid, nullable=False),
    Column("told_at", DateTime(timezone=True), nullable=False),
)

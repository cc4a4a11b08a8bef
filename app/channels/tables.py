"""Who sent what came otherwise than by phone, and the police's reports as they came."""

from typing import Final

from sqlalchemy import Column, DateTime, Integer, LargeBinary, Table, Text, Uuid

from app.core.tables import metadata

report: Final = Table(
    "report",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("organisation_id", Uuid, nullable=False),
    Column("sender_organisation_id", Uuid),
    Column("call_id", Uuid, nullable=False),
    Column("sent_at", DateTime(timezone=True), nullable=False),
    Column("consent", Text),
    Column("way", Text),
    Column("told_at", DateTime(timezone=True)),
    Column("form_key", LargeBinary),
)

police_report: Final = Table(
    "police_report",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", Uuid, nullable=False),
    Column("sender_organisation_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("parser", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("message", LargeBinary, nullable=False),
    Column("fault", Text),
    Column("call_id", Uuid),
    Column("sealed_under", Uuid, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("version", Integer, nullable=False),
)

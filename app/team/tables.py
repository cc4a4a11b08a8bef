"""Members."""

from typing import Final

from sqlalchemy import Column, DateTime, Integer, Table, Text, Uuid

from app.core.tables import metadata

case_member: Final = Table(
    "case_member",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, nullable=False),
    Column("organisation_id", Uuid, nullable=False),
    Column("role", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("invited_by", Uuid, nullable=False),
    Column("invited_at", DateTime(timezone=True), nullable=False),
    Column("answer_by", DateTime(timezone=True), nullable=False),
    Column("answered_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    Column("reason", Text),
    Column("owner_organisation_id", Uuid),
    Column("version", Integer, nullable=False),
)

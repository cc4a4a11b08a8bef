"""Keys of cases, and the access log."""

from typing import Final

from sqlalchemy import Column, DateTime, LargeBinary, Table, Text, Uuid

from app.core.tables import metadata

vault_key: Final = Table(
    "vault_key",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("intake_organisation_id", Uuid, nullable=False),
    Column("wrapped", LargeBinary),
    Column("master", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("destroyed_at", DateTime(timezone=True)),
)

access_log: Final = Table(
    "access_log",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("organisation_id", Uuid, nullable=False),
    Column("key_id", Uuid),
    Column("role", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("case_id", Uuid, nullable=False),
    Column("what", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("request_id", Uuid),
)

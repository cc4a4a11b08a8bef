"""How far tasks follow their organisation's feed. What they say is in the view `task`, over offers and cases."""

from typing import Final

from sqlalchemy import BigInteger, Column, DateTime, Table, Uuid

from app.core.tables import metadata

task_reader: Final = Table(
    "task_reader",
    metadata,
    Column("organisation_id", Uuid, primary_key=True),
    Column("through", BigInteger, nullable=False),
    Column("latest", DateTime(timezone=True), nullable=False),
)

task_mark: Final = Table(
    "task_mark",
    metadata,
    Column("offer_id", Uuid, primary_key=True),
    Column("organisation_id", Uuid, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
)

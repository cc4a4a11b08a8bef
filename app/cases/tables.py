"""Cases and their timelines."""

from typing import Final

from sqlalchemy import Column, DateTime, Integer, SmallInteger, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from app.core.tables import metadata

cases: Final = Table(
    "cases",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("reference", Text, nullable=False, unique=True),
    Column("intake_organisation_id", Uuid, nullable=False),
    Column("owner_organisation_id", Uuid),
    Column("coordinator", Text),
    Column("state", Text, nullable=False),
    Column("urgency", Text, nullable=False),
    Column("flags", ARRAY(Text), nullable=False),
    Column("municipality_code", Text, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("accepted_at", DateTime(timezone=True)),
    Column("closed_at", DateTime(timezone=True)),
    Column("deadline_at", DateTime(timezone=True)),
    Column("deadline_kind", Text),
    Column("climbed", SmallInteger, nullable=False),
    Column("next_climb_at", DateTime(timezone=True)),
    Column("promised_at", DateTime(timezone=True)),
    Column("withdrawn_at", DateTime(timezone=True)),
    Column("deputy", Text),
    Column("last_act_at", DateTime(timezone=True), nullable=False),
    Column("joined_into", Uuid),
    Column("split_from", Uuid),
    Column("version", Integer, nullable=False),
)

silence: Final = Table(
    "silence",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("kind", Text, nullable=False),
    Column("case_id", Uuid, nullable=False),
    Column("organisation_id", Uuid, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("hearers", ARRAY(Uuid), nullable=False),
)

case_line: Final = Table(
    "case_line",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("kind", Text, nullable=False),
    Column("organisation_id", Uuid),
    Column("facts", JSONB, nullable=False),
    Column("audience", ARRAY(Uuid)),
)

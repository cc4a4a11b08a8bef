"""Contacts, goals, aftercare checks, what is owed, and the items of a case."""

from typing import Final

from sqlalchemy import Column, DateTime, Integer, LargeBinary, SmallInteger, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from app.core.tables import metadata

contact: Final = Table(
    "contact",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, nullable=False),
    Column("organisation_id", Uuid, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("way", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("sealed", LargeBinary),
    Column("audience", ARRAY(Uuid)),
)

goal: Final = Table(
    "goal",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, nullable=False),
    Column("organisation_id", Uuid, nullable=False),
    Column("of", Text, nullable=False),
    Column("set_at", DateTime(timezone=True), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("outcome", Text),
    Column("outcome_at", DateTime(timezone=True)),
    Column("outcome_sealed", LargeBinary),
    Column("version", Integer, nullable=False),
    Column("audience", ARRAY(Uuid)),
    Column("without_own", Text),
)

aftercare_check: Final = Table(
    "aftercare_check",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, nullable=False),
    Column("organisation_id", Uuid, nullable=False),
    Column("round", SmallInteger, nullable=False),
    Column("week", SmallInteger, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("result", Text),
    Column("decided_by", Text),
    Column("sealed", LargeBinary),
    Column("ended_at", DateTime(timezone=True)),
    Column("owner_organisation_id", Uuid),
    Column("version", Integer, nullable=False),
    Column("snoozed", SmallInteger, nullable=False),
)

obligation: Final = Table(
    "obligation",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("organisation_id", Uuid, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("facts", JSONB, nullable=False),
    Column("sealed", LargeBinary),
    Column("version", Integer, nullable=False),
)

case_tie: Final = Table(
    "case_tie",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("case_id", Uuid, nullable=False),
    Column("other_case_id", Uuid, nullable=False),
    Column("organisation_id", Uuid, nullable=False),
    Column("other_organisation_id", Uuid, nullable=False),
    Column("key_id", Uuid),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("answer_by", DateTime(timezone=True)),
    Column("answered_at", DateTime(timezone=True)),
    Column("reversible_until", DateTime(timezone=True)),
    Column("undone_at", DateTime(timezone=True)),
    Column("before", JSONB, nullable=False),
    Column("moved", JSONB, nullable=False),
    Column("version", Integer, nullable=False),
)

case_item: Final = Table(
    "case_item",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("organisation_id", Uuid, nullable=False),
    Column("key_id", Uuid),
    Column("written_at", DateTime(timezone=True), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("audience", ARRAY(Uuid)),
    Column("state", Text, nullable=False),
    Column("assigned_to", Uuid),
    Column("due_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    Column("ended_by", Uuid),
    Column("facts", JSONB, nullable=False),
    Column("sealed", LargeBinary),
    Column("ended_facts", JSONB, nullable=False),
    Column("ended_sealed", LargeBinary),
    Column("parent_id", Uuid),
    Column("corrects_id", Uuid),
    Column("owner_organisation_id", Uuid),
    Column("version", Integer, nullable=False),
    Column("snoozed", SmallInteger, nullable=False),
)

coordinator_absence: Final = Table(
    "coordinator_absence",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", Uuid, nullable=False),
    Column("coordinator", Text, nullable=False),
    Column("deputy", Text, nullable=False),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("key_id", Uuid),
    Column("written_at", DateTime(timezone=True), nullable=False),
    Column("withdrawn_at", DateTime(timezone=True)),
)

"""Calls, drafts included: a draft is a call that is still open. And the history of drafts."""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Integer, LargeBinary, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from app.core.tables import metadata

call: Final = Table(
    "call",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, nullable=False),
    Column("joined_case_id", Uuid),
    Column("organisation_id", Uuid, nullable=False),
    Column("key_id", Uuid),
    Column("state", Text, nullable=False),
    Column("kind", Text),
    Column("disposition", Text),
    Column("reference", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("registered_at", DateTime(timezone=True), nullable=False),
    Column("completed_at", DateTime(timezone=True)),
    Column("protocol", Text, nullable=False),
    Column("answers", JSONB, nullable=False),
    Column("proposed_urgency", Text),
    Column("urgency", Text),
    Column("flags", ARRAY(Text), nullable=False),
    Column("reasons", JSONB, nullable=False),
    Column("observations", ARRAY(Text), nullable=False),
    Column("advice", ARRAY(Text), nullable=False),
    Column("hand_offs", JSONB, nullable=False),
    Column("caller_anonymity", Text),
    Column("caller_relation", Text),
    Column("person_may_know_caller", Boolean, nullable=False),
    Column("age_band", Text),
    Column("municipality_code", Text),
    Column("feedback_promised", Boolean, nullable=False),
    Column("feedback_by", DateTime(timezone=True)),
    Column("in_error_at", DateTime(timezone=True)),
    Column("sealed", LargeBinary),
    Column("version", Integer, nullable=False),
    Column("held_since", DateTime(timezone=True)),
    Column("saved_at", DateTime(timezone=True)),
    Column("left_alone_at", DateTime(timezone=True)),
    Column("destroy_at", DateTime(timezone=True)),
    Column("marks", LargeBinary),
)

draft_save: Final = Table(
    "draft_save",
    metadata,
    Column("call_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("organisation_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key_id", Uuid),
    Column("screen", Text),
    Column("sequence", BigInteger),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("sealed", LargeBinary),
)

hand_off: Final = Table(
    "hand_off",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("call_id", Uuid, nullable=False),
    Column("case_id", Uuid, nullable=False),
    Column("organisation_id", Uuid, nullable=False),
    Column("addressee", Text, nullable=False),
    Column("number", Text),
    Column("way", Text, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("speaking_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    Column("chase_at", DateTime(timezone=True)),
    Column("sealed", LargeBinary),
    Column("version", Integer, nullable=False),
)

triage_grade: Final = Table(
    "triage_grade",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, nullable=False),
    Column("organisation_id", Uuid, nullable=False),
    Column("key_id", Uuid),
    Column("grade", Text, nullable=False),
    Column("scale", Text, nullable=False),
    Column("scale_version", Text, nullable=False),
    Column("graded_by", Text, nullable=False),
    Column("graded_at", DateTime(timezone=True), nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
)

call_amendment: Final = Table(
    "call_amendment",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("call_id", Uuid, nullable=False),
    Column("case_id", Uuid, nullable=False),
    Column("organisation_id", Uuid, nullable=False),
    Column("key_id", Uuid),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("fields", ARRAY(Text), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
    Column("reversible_until", DateTime(timezone=True), nullable=False),
    Column("undone_at", DateTime(timezone=True)),
    Column("undone_by", Uuid),
)

entered_in_error: Final = Table(
    "entered_in_error",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("call_id", Uuid, nullable=False),
    Column("case_id", Uuid, nullable=False),
    Column("organisation_id", Uuid, nullable=False),
    Column("key_id", Uuid),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("sealed", LargeBinary),
    Column("withdrew_case", Boolean, nullable=False),
    Column("reversible_until", DateTime(timezone=True), nullable=False),
    Column("withdrawn_at", DateTime(timezone=True)),
    Column("withdrawn_by", Uuid),
)

error_agreement: Final = Table(
    "error_agreement",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, nullable=False),
    Column("organisation_id", Uuid, nullable=False),
    Column("key_id", Uuid),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("case_state", Text, nullable=False),
    Column("deadline_at", DateTime(timezone=True), nullable=False),
    Column("deadline_kind", Text, nullable=False),
    Column("reversible_until", DateTime(timezone=True), nullable=False),
    Column("withdrawn_at", DateTime(timezone=True)),
    Column("withdrawn_by", Uuid),
)

same_person: Final = Table(
    "same_person",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_a_id", Uuid, nullable=False),
    Column("case_b_id", Uuid, nullable=False),
    Column("organisation_id", Uuid, nullable=False),
    Column("key_id", Uuid),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("reason", Text, nullable=False),
    Column("reversible_until", DateTime(timezone=True), nullable=False),
    Column("undone_at", DateTime(timezone=True)),
    Column("undone_by", Uuid),
)

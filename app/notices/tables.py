"""Mailboxes, the notices that go to them, and each mail."""

from typing import Final

from sqlalchemy import BigInteger, Column, DateTime, Integer, LargeBinary, SmallInteger, Table, Text, Uuid

from app.core.tables import metadata

mailbox: Final = Table(
    "mailbox",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", Uuid, nullable=False),
    Column("address", LargeBinary, nullable=False),
    Column("language", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("code", LargeBinary),
    Column("code_made_at", DateTime(timezone=True)),
    Column("mailed_at", DateTime(timezone=True)),
    Column("confirmed_at", DateTime(timezone=True)),
    Column("told_through", BigInteger, nullable=False),
    Column("failing_since", DateTime(timezone=True)),
    Column("last_error", Text),
    Column("silent_told_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("version", Integer, nullable=False),
    Column("sweep_at", DateTime(timezone=True), nullable=False),
)

code_mailed: Final = Table(
    "code_mailed",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", Uuid, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)

notice: Final = Table(
    "notice",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", Uuid, nullable=False),
    Column("mailbox_id", Uuid, nullable=False),
    Column("offer_id", Uuid, nullable=False),
    Column("case_id", Uuid, nullable=False),
    Column("reference", Text, nullable=False),
    Column("urgency", Text, nullable=False),
    Column("municipality_code", Text, nullable=False),
    Column("municipality_name", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("counted_from", DateTime(timezone=True), nullable=False),
    Column("accept_by", DateTime(timezone=True), nullable=False),
    Column("remind_at", DateTime(timezone=True)),
    Column("alarm_at", DateTime(timezone=True)),
    Column("sent_at", DateTime(timezone=True)),
    Column("opened_at", DateTime(timezone=True)),
    Column("bounced_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    Column("outcome", Text),
    Column("what", Text, nullable=False),
)

notice_mail: Final = Table(
    "notice_mail",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", Uuid, nullable=False),
    Column("mailbox_id", Uuid, nullable=False),
    Column("notice_id", Uuid),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("next_attempt_at", DateTime(timezone=True), nullable=False),
    Column("leased_until", DateTime(timezone=True)),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("sent_at", DateTime(timezone=True)),
    Column("error", Text),
)

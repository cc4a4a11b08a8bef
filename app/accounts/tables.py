"""Accounts and the sessions that are open."""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, DateTime, LargeBinary, SmallInteger, Table, Text, Uuid

from app.core.tables import metadata

account: Final = Table(
    "account",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", Uuid, nullable=False),
    Column("login", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("password", Text, nullable=False),
    Column("totp", LargeBinary),
    Column("totp_is_on", Boolean, nullable=False),
    Column("totp_step", BigInteger, nullable=False),
    Column("failures", SmallInteger, nullable=False),
    Column("locked_until", DateTime(timezone=True)),
    Column("known_failures", SmallInteger, nullable=False),
    Column("known_locked_until", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
)
sign_in: Final = Table(
    "sign_in",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("account_id", Uuid, nullable=False),
    Column("is_whole", Boolean, nullable=False),
    Column("began_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)

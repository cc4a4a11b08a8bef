"""How duty is planned, as tables; the shifts that come of it are the directory's."""

from typing import Any, Final

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, LargeBinary, SmallInteger, Table, Text, Time, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, TSTZRANGE

from app.core.tables import metadata


def _id() -> Column[Any]:
    return Column("id", Uuid, primary_key=True)


def _owner() -> Column[Any]:
    return Column("organisation_id", Uuid, nullable=False)


def _version() -> Column[Any]:
    return Column("version", Integer, nullable=False)


participant: Final = Table(
    "participant",
    metadata,
    _id(),
    _owner(),
    Column("name", Text, nullable=False),
    Column("phone", Text),
    Column("email", Text),
    Column("qualifications", ARRAY(Text), nullable=False),
    Column("ends_on", Date),
    _version(),
)

roster_plan: Final = Table(
    "roster_plan",
    metadata,
    Column("roster_id", Uuid, primary_key=True),
    _owner(),
    Column("kind", Text, nullable=False),
    Column("area", Text),
    Column("confirms", Boolean, nullable=False),
    Column("ends_on", Date),
    Column("generated_at", DateTime(timezone=True)),
    Column("generated_until", DateTime(timezone=True)),
    Column("generate_at", DateTime(timezone=True)),
    _version(),
)

rotation: Final = Table(
    "rotation",
    metadata,
    _id(),
    Column("roster_id", Uuid, nullable=False),
    _owner(),
    Column("layer", SmallInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("every", SmallInteger, nullable=False),
    Column("hand_over", Time, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date),
    Column("participants", ARRAY(Uuid), nullable=False),
    Column("weekdays", ARRAY(SmallInteger), nullable=False),
    Column("day_from", Time),
    Column("day_to", Time),
    Column("seats", SmallInteger, nullable=False),
    Column("qualification", Text),
    _version(),
)

roster_override: Final = Table(
    "roster_override",
    metadata,
    _id(),
    Column("roster_id", Uuid, nullable=False),
    _owner(),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("participant_id", Uuid, nullable=False),
    Column("layer", SmallInteger),
    Column("span", TSTZRANGE, nullable=False),
    Column("other_participant_id", Uuid),
    Column("other_layer", SmallInteger),
    Column("other_span", TSTZRANGE),
    Column("reason", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("made_by", Uuid),
    Column("decided_at", DateTime(timezone=True)),
    _version(),
)

sign_up: Final = Table(
    "sign_up",
    metadata,
    _id(),
    Column("rotation_id", Uuid, nullable=False),
    Column("roster_id", Uuid, nullable=False),
    _owner(),
    Column("participant_id", Uuid, nullable=False),
    Column("span", TSTZRANGE, nullable=False),
    Column("seat", SmallInteger, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
)

unavailability: Final = Table(
    "unavailability",
    metadata,
    _id(),
    Column("participant_id", Uuid, nullable=False),
    _owner(),
    Column("span", TSTZRANGE, nullable=False),
)

calendar_feed: Final = Table(
    "calendar_feed",
    metadata,
    _id(),
    _owner(),
    Column("roster_id", Uuid),
    Column("participant_id", Uuid),
    Column("digest", LargeBinary, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("withdrawn_at", DateTime(timezone=True)),
)

shift_confirmation: Final = Table(
    "shift_confirmation",
    metadata,
    _id(),
    Column("shift_id", Uuid, nullable=False),
    Column("roster_id", Uuid, nullable=False),
    _owner(),
    Column("participant_id", Uuid, nullable=False),
    Column("place", SmallInteger, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("pass_on_at", DateTime(timezone=True)),
    Column("confirmed_at", DateTime(timezone=True)),
    Column("confirmed_by", Uuid),
)

"""The directory's tables."""

from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, SmallInteger, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, JSONB, TSTZRANGE

from app.core.tables import metadata


def recorded() -> tuple[Column[Any], Column[Any]]:
    """Since when a row says this, and by which key; what it said before is in `directory_history`."""
    return Column("recorded_at", DateTime(timezone=True), nullable=False), Column("recorded_by", Uuid)


municipality: Final = Table(
    "municipality",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("safety_region", Text, nullable=False),
    Column("ggd_region", Text, nullable=False),
    Column("police_unit", Text, nullable=False),
    Column("province", Text, nullable=False),
    Column("valid", DATERANGE, nullable=False),
    Column("boundary", JSONB),
    *recorded(),
)

municipality_change: Final = Table(
    "municipality_change",
    metadata,
    Column("effective_on", Date, primary_key=True),
    Column("old_code", Text, primary_key=True),
    Column("old_name", Text, nullable=False),
    Column("new_code", Text, primary_key=True),
    Column("new_name", Text, nullable=False),
    Column("kind", Text, nullable=False),
)

postcode: Final = Table(
    "postcode",
    metadata,
    Column("pc4", Text, primary_key=True),
    Column("municipality_code", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("also_municipality_codes", ARRAY(Text), nullable=False),
    *recorded(),
)

organisation: Final = Table(
    "organisation",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("invented", Boolean, nullable=False),
    Column("phone", Text),
    Column("source", Text),
    Column("ends_on", Date),
    Column("version", Integer, nullable=False),
    Column("oin", Text),
    Column("kvk", Text),
    Column("agb", Text),
    Column("ura", Text),
    Column("contact_ways", JSONB, nullable=False),
    Column("languages", ARRAY(Text), nullable=False),
    *recorded(),
)

service: Final = Table(
    "service",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("accepts", ARRAY(Text), nullable=False),
    Column("minimum_age", SmallInteger, nullable=False),
    Column("rank", SmallInteger, nullable=False),
    Column("hours", JSONB, nullable=False),
    Column("out_of_hours", Text, nullable=False),
    Column("out_of_hours_organisation_id", Uuid),
    Column("version", Integer, nullable=False),
    Column("contact_ways", JSONB, nullable=False),
    Column("languages", ARRAY(Text), nullable=False),
    Column("channels", JSONB, nullable=False),
    Column("ends_on", Date),
    *recorded(),
)

service_area: Final = Table(
    "service_area",
    metadata,
    Column("service_id", Uuid, primary_key=True),
    Column("municipality_code", Text, primary_key=True),
    Column("valid", DATERANGE, primary_key=True),
    Column("pc4s", ARRAY(Text)),
    *recorded(),
)

roster: Final = Table(
    "roster",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("service_id", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    *recorded(),
)

shift: Final = Table(
    "shift",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("roster_number", Integer, nullable=False),
    Column("layer", SmallInteger, nullable=False),
    Column("span", TSTZRANGE, nullable=False),
    Column("participant", Text, nullable=False),
    Column("participant_id", Uuid),
    *recorded(),
)

directory_version: Final = Table(
    "directory_version",
    metadata,
    Column("sole", Boolean, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)

directory_history: Final = Table(
    "directory_history",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("entity", Text, nullable=False),
    Column("recorded", TSTZRANGE, nullable=False),
    Column("recorded_by", Uuid),
    Column("ended_by", Uuid),
    Column("told", JSONB, nullable=False),
)

postcode6: Final = Table(
    "postcode6",
    metadata,
    Column("pc6", Text, primary_key=True),
    Column("municipality_code", Text, nullable=False),
)

postcode6_number: Final = Table(
    "postcode6_number",
    metadata,
    Column("pc6", Text, primary_key=True),
    Column("house_number", Integer, primary_key=True),
    Column("municipality_code", Text, primary_key=True),
)

directory_import: Final = Table(
    "directory_import",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("counts", JSONB, nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("key_id", Uuid),
)

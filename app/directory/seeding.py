"""Load the Netherlands from the facts in `data/`: for the demo, the tests, and a first start. Can be repeated.

Ids of what is loaded come from their names (UUIDv5), so that loading again finds the same rows, and examples stay true.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from importlib.resources import files
from random import Random
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson
import yaml
from sqlalchemy import Table, text

from app.core.spans import Span
from app.core.work import Work
from app.directory import tables
from app.directory.netherlands import Loaded, Named, loaded
from app.directory.rotations import Rotation, Unit, moment, turns

DATA: Final = files("app.directory") / "data"
# A crisis service is there round the clock; outreach teams leave some nights open, as in life.
TEAMS: Final = {"crisis": ("team A", "team B", "team C"), "outreach": ("wijkteam", "avondteam")}
HAND_OVERS: Final = {"crisis": (time(7), 8), "outreach": (time(8), 12)}  # the first of a day, and how many hours a turn
LEFT_OPEN: Final = {"crisis": 0.0, "outreach": 0.25}
PUT: Final = {
    tables.municipality: "code", tables.municipality_change: "effective_on, old_code, new_code", tables.postcode: "pc4",
    tables.organisation: "id", tables.service: "id", tables.service_area: "service_id, municipality_code, valid",
}  # fmt: skip


async def load_netherlands(work: Work, *, from_day: date, days: int) -> None:
    """Store municipalities, postcodes, boundaries, organisations, areas, and rosters with shifts for `days` from `from_day`."""
    netherlands = loaded(_table("municipality_regions.csv"), yaml.safe_load(_text("organisations.yaml")))
    await _put(work, tables.municipality, _municipalities())
    await _put(work, tables.municipality_change, _table("municipality_changes.csv"), ignored=("checked",))
    await _put(work, tables.postcode, _postcodes())
    await _put(work, tables.organisation, [_organisation(one) for one in netherlands.organisations])
    await _put(work, tables.service, _services(netherlands))
    await _put(work, tables.service_area, _areas(netherlands))
    await _rosters(work, netherlands, from_day, days)


def organisation_id(slug: str) -> UUID:
    """The id of a loaded organisation."""
    return uuid5(NAMESPACE_URL, f"https://nodus.example/organisations/{slug}")


def _service_id(slug: str, kind: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"https://nodus.example/services/{slug}/{kind}")


def _roster_id(slug: str, kind: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"https://nodus.example/rosters/{slug}/{kind}")


def _text(name: str) -> str:
    return (DATA / name).read_text(encoding="utf-8")


def _table(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(_text(name))))


def _municipalities() -> list[dict[str, Any]]:
    shapes = {one["properties"]["code"]: one["geometry"] for one in orjson.loads(_text("municipalities.geojson"))["features"]}
    return [
        {
            "code": row["municipality_code"],
            "name": row["municipality_name"],
            "safety_region": row["safety_region_code"],
            "ggd_region": row["ggd_region"],
            "police_unit": row["police_unit"],
            "province": row["province_name"],
            "valid": "(,)",
            "boundary": shapes[row["municipality_code"]],
        }
        for row in _table("municipality_regions.csv")
    ]


def _postcodes() -> list[dict[str, Any]]:
    return [
        {
            "pc4": row["pc4"],
            "municipality_code": row["municipality_code"],
            "place": row["place"],
            "also_municipality_codes": row["also_municipality_codes"].split(),
        }
        for row in _table("pc4_municipality.csv")
    ]


def _organisation(one: Named) -> dict[str, Any]:
    return {
        "id": organisation_id(one.slug), "kind": one.kind, "name": one.name, "invented": one.invented,
        "phone": one.phone, "source": one.source,
    }  # fmt: skip


def _services(netherlands: Loaded) -> list[dict[str, Any]]:
    return [
        {
            "id": _service_id(one.slug, one.kind),
            "organisation_id": organisation_id(one.slug),
            "kind": one.kind,
            "name": one.name,
            "accepts": sorted(one.accepts),
            "minimum_age": one.minimum_age,
            "rank": one.rank,
            "hours": one.hours.to_json(),
            "out_of_hours": one.out_of_hours,
            "out_of_hours_organisation_id": organisation_id(one.stand_in) if one.stand_in else None,
        }
        for one in netherlands.services
    ]


def _areas(netherlands: Loaded) -> list[dict[str, Any]]:
    return [
        {"service_id": _service_id(one.slug, one.kind), "municipality_code": code, "valid": "(,)"}
        for one in netherlands.services
        for code in one.municipalities
    ]


async def _rosters(work: Work, netherlands: Loaded, from_day: date, days: int) -> None:
    random = Random(from_day.toordinal())  # noqa: S311  rosters are no secret, and the same day must give the same ones
    for one in netherlands.services:
        if one.rotates:
            row = {
                "id": _roster_id(one.slug, one.kind),
                "service_id": _service_id(one.slug, one.kind),
                "name": one.name,
            }
            await _put(work, tables.roster, [row], key="id")
            spans = [
                {"span": f"[{span.start.isoformat()},{span.end.isoformat()})", "participant": team}
                for span, team in _turns(_roster_id(one.slug, one.kind), one.kind, from_day - timedelta(days=2), days + 2)
                if random.random() >= LEFT_OPEN[one.kind]
            ]
            await work.change(SHIFTS, roster=row["id"], shifts=orjson.dumps(spans).decode())


def _turns(roster: UUID, kind: str, first_day: date, days: int) -> Iterator[tuple[Span, str]]:
    hand_over, hours = HAND_OVERS[kind]
    rotation = Rotation(id=roster, layer=1, unit=Unit.HOUR, every=hours, hand_over=hand_over, starts_on=first_day)
    first = moment(datetime.combine(first_day, hand_over))
    for turn in turns(rotation, Span(first, first + timedelta(days=days, hours=hours))):
        yield turn.span, TEAMS[kind][turn.number % len(TEAMS[kind])]


SHIFTS: Final = text("""
  INSERT INTO shift (id, roster_number, layer, span, participant)
  SELECT gen_random_uuid(), r.number, 1, s.span, s.participant
  FROM roster r, jsonb_to_recordset(CAST(:shifts AS jsonb)) AS s (span tstzrange, participant text)
  WHERE r.id = :roster
    AND NOT EXISTS (SELECT FROM shift h WHERE h.roster_number = r.number AND h.layer = 1 AND h.span && s.span)
""")


async def _put(
    work: Work, table: Table, rows: Iterable[Mapping[str, Any]], *, ignored: tuple[str, ...] = (), key: str = ""
) -> None:
    """Insert rows or bring them up to date, all of a table in one statement."""
    told = [{name: value for name, value in row.items() if name not in ignored} for row in rows]
    columns = list(told[0])
    key = key or PUT[table]
    kept = [name for name in columns if name not in key.split(", ")]
    action = "UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in kept) if kept else "NOTHING"
    statement = text(
        f"INSERT INTO {table.name} ({', '.join(columns)}) SELECT {', '.join(columns)}"
        f" FROM json_populate_recordset(CAST(NULL AS {table.name}), CAST(:rows AS json)) ON CONFLICT ({key}) DO {action}"
    )
    await work.change(statement, rows=orjson.dumps(told, default=str).decode())

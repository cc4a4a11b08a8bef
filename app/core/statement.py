"""Many inserts of many rooms as one statement, and the numbering of events with it.

Rows travel as JSON, one parameter a table, so the text is the same for the same tables however many rows there are, and both
the driver's and the server's statement caches hold. PostgreSQL turns JSON into the columns' own types.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import ARRAY, DateTime, LargeBinary, Table, Uuid
from sqlalchemy.types import TypeEngine

# Counter locks are taken in the order of the recipients and are the last that a transaction takes: two transactions for the
# same two organisations would otherwise wait for each other. The counter's row stays locked until commit, so numbers follow
# the order of commits and a reader never overtakes a writer.
EVENTS: Final = """
  announced AS (SELECT * FROM jsonb_to_recordset(${n}::jsonb) AS a (
    recipient_id uuid, place int, id uuid, type text, case_id uuid, pressing boolean,
    municipality_codes text[], recorded_at timestamptz, head text, tail text)),
  counted AS (
    INSERT INTO recipient_counter AS c (recipient_id, last)
    SELECT recipient_id, count(*) FROM announced GROUP BY recipient_id ORDER BY recipient_id
    ON CONFLICT (recipient_id) DO UPDATE SET last = c.last + excluded.last
    RETURNING c.recipient_id, c.last),
  numbered AS (
    SELECT a.*, c.last - count(*) OVER (PARTITION BY a.recipient_id)
      + row_number() OVER (PARTITION BY a.recipient_id ORDER BY a.place) AS number
    FROM announced a JOIN counted c USING (recipient_id)),
  recorded AS (
    INSERT INTO event (recipient_id, number, id, type, case_id, pressing, municipality_codes, recorded_at, body)
    SELECT recipient_id, number, id, type, case_id, pressing, municipality_codes, recorded_at,
      convert_to(head || lpad(number::text, 20, '0') || tail, 'UTF8')
    FROM numbered)
"""

Rows = Mapping[tuple[Table, tuple[str, ...]], Sequence[Mapping[str, object]]]


@lru_cache(maxsize=256)
def text_of(shape: tuple[tuple[str, tuple[str, ...]], ...], with_events: bool) -> str:  # noqa: FBT001  a cache key
    """The statement that inserts rows of this shape: (table, columns) pairs, each a JSON parameter."""
    parts = []
    for place, (table, columns) in enumerate(shape, start=1):
        named = ", ".join(f'"{column}"' for column in columns)
        parts.append(
            f'w{place} AS (INSERT INTO "{table}" ({named}) SELECT {named}'  # noqa: S608  names come from our Table objects
            f' FROM json_populate_recordset(NULL::"{table}", ${place}::json))'
        )
    if with_events:
        parts.append(EVENTS.replace("{n}", str(len(shape) + 1)))
        return f"WITH {', '.join(parts)} SELECT recipient_id, last FROM counted"  # noqa: S608
    return f"WITH {', '.join(parts)} SELECT"


def compose(rows: Rows, events: Sequence[Mapping[str, object]]) -> tuple[str, tuple[str, ...]]:
    """Text and parameters of the one statement that stores `rows` and `events`."""
    shape = tuple((table.name, columns) for table, columns in rows)
    parameters = [_json(list(batch)) for batch in rows.values()]
    if events:
        parameters.append(_json(list(events)))
    return text_of(shape, bool(events)), tuple(parameters)


def row_of(table: Table, told: Mapping[str, Any]) -> dict[str, Any]:
    """A row that came as JSON, in the columns' own types; the way back."""
    return {column.name: _typed(column.type, told.get(column.name)) for column in table.c}


def _typed(kind: TypeEngine[Any], value: Any) -> Any:  # noqa: ANN401  JSON
    match kind:
        case _ if value is None:
            return None
        case DateTime():
            return datetime.fromisoformat(value)
        case Uuid():
            return UUID(value)
        case LargeBinary():
            return bytes.fromhex(value.removeprefix("\\x"))
        case ARRAY():
            return [_typed(kind.item_type, one) for one in value]
        case _:
            return value


def _json(rows: list[Mapping[str, object]]) -> str:
    return orjson.dumps(rows, default=_text).decode()


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, UUID):  # the driver's own kind of UUID
        return str(value)
    if isinstance(value, frozenset | set):
        raise TypeError("Sort a set before it is stored, so that equal things are stored equally.")
    raise TypeError(f"A row can't hold a {type(value).__name__}.")

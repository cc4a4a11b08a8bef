"""What can't be saved in a draft is named, nothing of that save is stored, and nothing that was stored is lost."""

import json
from typing import Any, Final

import httpx
import pytest

from app.core.db import Database
from tests.intake.drafting import a_draft, history, read
from tests.makers import a_token

JSON: Final = {"Content-Type": "application/json"}
FAMILY: Final = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
TURNED: Final = "\u202bהוא לא אוכל\u202c, zegt hij \u200fشكرا"


@pytest.fixture
async def operator(database: Database) -> dict[str, str]:
    """The header of an operator of the hotline."""
    return await a_token(database)


async def save(
    client: httpx.AsyncClient, who: dict[str, str], draft: str, field: str, value: Any, **others: Any
) -> httpx.Response:
    """One field, over the line as ASCII, so that half a character comes through too."""
    body = {"screen": "s", "sequence": 1, "seen": 1, "changes": [{"field": field, "value": value}]} | others
    return await client.patch(f"/v1/drafts/{draft}", content=json.dumps(body).encode(), headers=who | JSON)


NAMED: Final = {
    "unknown field": ("Jansen", "x", "/changes/0/field", "unknown_field"),
    "an object that is saved by its members": ("person", {"name": "Jansen"}, "/changes/0/field", "unknown_field"),
    "a question that is no name": ("answers.Jan sen", "yes", "/changes/0/field", "unknown_field"),
    "a way out of the answers": ("answers.__proto__.x", "yes", "/changes/0/field", "unknown_field"),
    "wrong type": ("person.name", 1234567, "/changes/0/value", "string_type"),
    "an object for a text": ("worry", {"Jansen": 1}, "/changes/0/value", "string_type"),
    "unknown code": ("caller.relation", "Jansen", "/changes/0/value", "enum"),
    "naive moment": ("receivedAt", "2026-11-24T12:00:00", "/changes/0/value", "timezone_aware"),
    "no date": ("person.birthDate", "Jansen", "/changes/0/value", "date_from_datetime_parsing"),
    "too long for a line": ("person.name", "J" * 201, "/changes/0/value", "string_too_long"),
    "a hundred kilobytes": ("worry", "x" * 100_000, "/changes/0/value", "string_too_long"),
    "NUL": ("worry", "een \u0000 nul", "/changes/0/value", "string_pattern_mismatch"),
    "escape": ("worry", "een \u001b[2J teken", "/changes/0/value", "string_pattern_mismatch"),
    "half a character": ("worry", "een \ud800 half teken", "/changes/0/value", "string_unicode"),
    "half a character in an answer": ("answers.weapon", "\udfff", "/changes/0/value", "string_unicode"),
    "half a hand-off": ("handOffs", [{"to": "112"}], "/changes/0/value/0", "missing"),
    "a reason without an urgency": ("urgency", {"reason": "Jansen"}, "/changes/0/value", "missing"),
}


@pytest.mark.parametrize(("field", "value", "pointer", "code"), NAMED.values(), ids=NAMED.keys())
async def test_a_field_that_can_not_be_is_named(
    client: httpx.AsyncClient, operator: dict[str, str], field: str, value: Any, pointer: str, code: str
) -> None:
    """Whoever types hears which field and why, at once; the answer repeats nothing, and the draft is as it was."""
    draft = await a_draft(client, operator, worry="Hij eet niet.")
    answer = await save(client, operator, draft, field, value)
    assert answer.status_code == 400, answer.text
    assert (answer.json()["errors"][0]["pointer"], answer.json()["errors"][0]["code"]) == (pointer, code)
    assert "Jansen" not in answer.text
    if code == "string_too_long":
        assert answer.json()["errors"][0]["message"].startswith(field)
        assert any(limit in answer.json()["errors"][0]["message"] for limit in ("200", "8000"))
    kept = await read(client, operator, draft)
    assert (kept["version"], kept["contents"]["worry"]) == (1, "Hij eet niet.")


async def test_one_wrong_field_keeps_the_others_from_being_stored_half(
    client: httpx.AsyncClient, operator: dict[str, str]
) -> None:
    """All or nothing: the client sends the rest again under the same sequence, which was not used up."""
    draft = await a_draft(client, operator)
    changes = [{"field": "worry", "value": "a"}, {"field": "person.name", "value": 1}, {"field": "worry", "value": "b"}]
    answer = await save(client, operator, draft, "", "", changes=changes)
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/changes/1/value", "/changes/2/field"]
    again = await save(client, operator, draft, "worry", "a")
    assert (again.status_code, again.json()["version"]) == (200, 2)


SAVED: Final = {
    "emoji": ("worry", f"Zij zei {FAMILY}\U0001f1f3\U0001f1f1", None),
    "right to left": ("worry", TURNED, None),
    "lines and tabs": ("worry", "een\n\ttwee", None),
    "marks on letters": ("person.name", "Zoe\u0308 de Vre\u0301", None),
    "as long as may be": ("worry", "\U0001f600" * 8000, None),
    "quotes": ("worry", "'; DROP TABLE call; --", None),
    "empty clears": ("tried", "", ""),
    "blank clears": ("tried", "  \n ", ""),
    "null clears": ("tried", None, ""),
    "null takes the usual": ("caller.anonymity", None, "anonymous"),
    "a list": ("observations", ["a", "b"], None),
    "an urgency with its reason": ("urgency", {"chosen": "crisis", "reason": "mes"}, None),
    "a place deeper": ("place.stay.postcode", "1012AB", None),
}


@pytest.mark.parametrize(("field", "value", "kept"), SAVED.values(), ids=SAVED.keys())
async def test_what_is_typed_is_kept_as_it_is(
    client: httpx.AsyncClient, operator: dict[str, str], field: str, value: Any, kept: Any
) -> None:
    """Byte for byte, in whatever script and direction; and what was emptied is empty."""
    draft = await a_draft(client, operator, tried="bellen", caller={"anonymity": "known"})
    answer = await save(client, operator, draft, field, value)
    assert answer.status_code == 200, answer.text
    found: Any = (await read(client, operator, draft))["contents"]
    for name in field.split("."):
        found = found[name]
    assert found == (value if kept is None else kept or None)
    assert (await history(client, operator, draft))[-1]["changes"][0]["field"] == field


FRAMES: Final = {
    "no screen": ({"screen": ""}, 400),
    "a screen with a name": ({"screen": "de heer Jansen"}, 400),
    "sequence nought": ({"sequence": 0}, 400),
    "a sequence beyond all": ({"sequence": 2**60}, 400),
    "seen what was not yet": ({"seen": 7}, 400),
    "nothing changed": ({"changes": []}, 400),
    "no value": ({"changes": [{"field": "worry"}]}, 400),
    "too many at once": ({"changes": [{"field": f"answers.q{n}", "value": "yes"} for n in range(201)]}, 400),
    "too many answers": ({"changes": [{"field": f"answers.q{n}", "value": "yes"} for n in range(101)]}, 400),
    "too large": ({"changes": [{"field": "worry", "value": "x" * 262_144}]}, 413),
    "another frame": ({"Jansen": 1}, 400),
}


@pytest.mark.parametrize(("others", "status"), FRAMES.values(), ids=FRAMES.keys())
async def test_a_save_that_is_none_changes_nothing(
    client: httpx.AsyncClient, operator: dict[str, str], others: dict[str, Any], status: int
) -> None:
    """A client that is broken hears so, and the draft is as it was."""
    draft = await a_draft(client, operator)
    answer = await save(client, operator, draft, "worry", "x", **others)
    assert answer.status_code == status, answer.text
    assert "Jansen" not in answer.text
    assert (await read(client, operator, draft))["version"] == 1

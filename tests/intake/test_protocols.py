"""Protocols over HTTP: which versions there are, in which language, when they count, and what a new one would change."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Final
from uuid import uuid4

import httpx
import pytest

from app import doctor
from app.core import settings
from app.core.actor import Actor, Role
from app.core.db import Database
from app.core.work import begin
from app.intake.authored import schema
from app.intake.difference import Tally, changed_parts
from app.intake.languages import best_language
from app.intake.schemas.asked import CallIn
from app.intake.service import draft as drafts
from app.intake.service import protocols
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_call, a_token, an_offered_case, now

OPERATOR: Final = Actor(organisation=HOTLINE, role=Role.OPERATOR, key=uuid4())
ENDED: Final = "utrecht-1"


@pytest.fixture
async def operator(database: Database) -> dict[str, str]:
    """The header of an operator of the hotline."""
    return await a_token(database)


def _forget() -> None:
    settings.load.cache_clear()
    protocols.shelf.cache_clear()


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installation with protocols of its own: one that ended ten days ago, in three languages, and one that is broken."""
    told = (protocols.FOLDER / "nl-2026.1.yaml").read_text(encoding="utf-8")
    ends = now().date() - timedelta(days=10)
    told = told.replace("version: nl-2026.1", f"version: {ENDED}").replace("valid: {}", f"valid: {{until: {ends}}}")
    (tmp_path / f"{ENDED}.yaml").write_text(told, encoding="utf-8")
    (tmp_path / "broken.yaml").write_text("version: broken\n", encoding="utf-8")
    (tmp_path / "again.yaml").write_text(told, encoding="utf-8")
    monkeypatch.setenv("NODUS_PROTOCOLS_FOLDER", str(tmp_path))
    _forget()
    yield tmp_path
    monkeypatch.undo()
    _forget()


async def test_versions_stand_side_by_side_with_their_days(
    client: httpx.AsyncClient, operator: dict[str, str], own_folder: Path
) -> None:
    """A region keeps its own beside ours; a file with faults is left out, and intake goes on."""
    told = (await client.get("/v1/protocols", headers=operator)).json()
    assert told["items"] == ["nl-2026.1", "nl-2026.2", ENDED]
    versions = {one["version"]: one for one in told["versions"]}
    assert versions["nl-2026.2"]["validFrom"] == "2027-01-01"
    assert (versions["nl-2026.1"]["valid"], versions[ENDED]["valid"]) == (True, False)
    assert protocols.left_out().keys() == {"broken.yaml", "again.yaml"}
    looked = next(one for one in await doctor.examine(settings.load()) if one.about == "protocols")
    assert not looked.well
    assert "broken.yaml is left out" in looked.sentence
    german = (await client.get("/v1/protocols", params={"language": "de"}, headers=operator)).json()
    assert german["items"] == []


async def test_a_call_names_a_version_of_its_own_days(
    client: httpx.AsyncClient, operator: dict[str, str], own_folder: Path
) -> None:
    """What came while it was valid is stored by it; what came later hears which is valid now; it is readable for ever."""
    came = (now() - timedelta(days=20)).isoformat()
    await an_offered_case(client, operator, protocol=ENDED, receivedAt=came)
    refused = await client.post("/v1/calls", json=a_call(protocol=ENDED), headers=operator)
    assert (refused.status_code, refused.json()["type"]) == (400, "/v1/problems/protocol-not-valid")
    assert "nl-2026.1" in refused.json()["detail"]
    assert (await client.get(f"/v1/protocols/{ENDED}", headers=operator)).status_code == 200


async def test_a_draft_keeps_the_version_it_was_opened_under(database: Database, own_folder: Path) -> None:
    """Nobody has to ask everything anew because midnight passed during the call."""
    call = CallIn.model_validate(a_call(protocol=ENDED))
    async with begin(database, OPERATOR, at=now() - timedelta(days=12)) as work:
        opened = drafts.open_draft(work, call)
    async with begin(database, OPERATOR) as work:
        receipt = await drafts.complete(work, opened.id, 1)
    assert receipt.case_id


async def test_a_protocol_in_one_language(client: httpx.AsyncClient, operator: dict[str, str]) -> None:
    """A screen that shows Dutch need not carry six languages over a slow line; by default all are there, as before."""
    path = "/v1/protocols/nl-2026.2"
    everything = (await client.get(path, headers=operator)).json()
    assert {"nl", "en", "pl"} <= everything["questions"][0]["say"].keys()
    english = await client.get(path, params={"language": "en"}, headers=operator)
    assert english.headers["content-language"] == "en"
    told = english.json()
    texts = [one["text"] for one in told["questions"]] + [*told["advice"].values(), *told["observations"].values()]
    assert {tuple(one) for one in texts} == {("en",)}
    assert told["questions"][2]["askWhen"] == {"weapon": ["unknown", "yes"]}
    assert told["suggestions"]["call_113"] == {"urgencies": [], "flags": ["suicide"]}
    wanted = await client.get(path, headers=operator | {"Accept-Language": "fr, en-GB;q=0.8"})
    assert wanted.json()["language"] == "en"
    unknown = await client.get(path, params={"language": "xx"}, headers=operator)
    assert unknown.status_code == 400


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [("", "nl"), ("en", "en"), ("fr, en-GB;q=0.8", "en"), ("nl;q=0.1, en;q=0.2", "en"), ("en;q=0", "nl"), ("en;q=x, *", "nl"), (",;;=", "nl")],
)  # fmt: skip
def test_the_language_that_is_wanted_most(wanted: str, chosen: str) -> None:
    """A browser names several with weights; what can't be read is no reason to refuse."""
    assert best_language(wanted, ("nl", "en")) == chosen


async def test_a_preview_tells_what_to_ask_and_advise(client: httpx.AsyncClient, operator: dict[str, str]) -> None:
    """Somebody is upset on the phone: the screen need not think about what comes next."""
    body = a_call(answers={"suicide": "yes"})
    told = (await client.post("/v1/calls/_preview", json=body, headers=operator)).json()
    assert told["nextQuestions"][:2] == ["danger_now", "weapon"]
    assert "suicide" not in told["nextQuestions"]
    assert "talk_about_it" in told["verdict"]["suggestedAdvice"]


async def test_a_call_says_what_advice_was_given(client: httpx.AsyncClient, operator: dict[str, str]) -> None:
    """Expert advice is a result, not a note: whoever takes the case sees it in the codes."""
    receipt = await an_offered_case(client, operator, advice={"given": ["call_112", "ring_again"]})
    told = (await client.get(f"/v1/calls/{receipt['id']}", params={"purpose": "quality"}, headers=operator)).json()
    assert told["call"]["advice"] == told["contents"]["advice"]["given"] == ["call_112", "ring_again"]


async def test_the_schema_is_for_editors(client: httpx.AsyncClient) -> None:
    """An editor has no key, and needs none."""
    answer = await client.get("/v1/protocols/_schema")
    assert answer.headers["content-type"] == "application/schema+json"
    assert answer.json() == schema()


async def test_what_a_new_version_would_change(fresh_client: httpx.AsyncClient, fresh_database: Database) -> None:
    """Told over the organisation's own calls, by their answers alone: what few callers said is in no example."""
    operator, supervisor = await a_token(fresh_database), await a_token(fresh_database, role="supervisor")
    lost = {"danger_now": "no", "missing": "yes", "dementia": "unknown"}
    for answers in [lost] * 5 + [{"danger_now": "no", "missing": "unknown", "dementia": "unknown"}, {"worse": "yes"}]:
        await an_offered_case(fresh_client, operator, answers=answers)
    body = {"before": "nl-2026.1", "after": "nl-2026.2"}
    told = (await fresh_client.post("/v1/protocols/_difference", json=body, headers=supervisor)).json()
    assert (told["calls"], told["changed"], told["unread"]) == (7, 6, 0)
    assert told["urgencies"] == [
        {"before": "urgent", "after": "urgent", "calls": 1},
        {"before": "normal", "after": "urgent", "calls": 6},
    ]
    assert told["flags"] == [{"name": "missing_dementia", "gained": 6, "lost": 0}]
    assert told["handOffs"] == [{"name": "police", "gained": 6, "lost": 0}]
    assert [(one["answers"], one["calls"]) for one in told["examples"]] == [(lost, 5)]
    assert {"kind": "question", "name": "weapon_in_hand", "change": "added", "respects": []} in told["parts"]
    other = await a_token(fresh_database, AMSTERDAM_DESK, "administrator")
    assert (await fresh_client.post("/v1/protocols/_difference", json=body, headers=other)).json()["calls"] == 0
    assert (await fresh_client.post("/v1/protocols/_difference", json=body, headers=operator)).status_code == 403


def test_a_version_differs_from_itself_in_nothing() -> None:
    """And an answer that a version does not know is left out and counted, never guessed."""
    first, second = protocols.protocol("nl-2026.1"), protocols.protocol("nl-2026.2")
    assert changed_parts(first, first) == ()
    tally = Tally(first, second)
    tally.add({"weapon": "yes", "weapon_in_hand": "yes"}, 7)
    assert (tally.calls, tally.unread, tally.changed) == (7, 7, 7)
    assert tally.examples[0].after.urgency == "acute"


def test_days_are_half_open() -> None:
    """The last day of one version is the eve of the next."""
    newest = protocols.protocol("nl-2026.2")
    assert [newest.is_valid_on(day) for day in (date(2026, 12, 31), date(2027, 1, 1))] == [False, True]


async def test_who_names_none_gets_the_newest_of_that_day(client: httpx.AsyncClient, operator: dict[str, str]) -> None:
    """A version that becomes valid is used from its first day without anybody changing a client; what is kept names it."""
    days = (date(2026, 12, 31), date(2027, 1, 1))
    assert [protocols.valid_protocol("newest", day).version for day in days] == ["nl-2026.1", "nl-2026.2"]
    stored = await an_offered_case(client, operator)
    kept = (await client.get(f"/v1/calls/{stored['id']}?purpose=quality", headers=operator)).json()
    draft = (await client.post("/v1/drafts", json={}, headers=operator)).json()["id"]
    typed = (await client.get(f"/v1/drafts/{draft}", headers=operator)).json()
    told = {kept["call"]["protocol"], kept["contents"]["protocol"], typed["contents"]["protocol"]}
    assert told == {protocols.valid_protocol("newest", now().date()).version}

"""Drafts through HTTP: saved field by field, by several screens, taken over, left, taken up again."""

import asyncio
from datetime import timedelta
from uuid import UUID

import asyncpg
import httpx
import pytest
from sqlalchemy import text

from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import begin
from app.intake import due
from app.intake.schemas.asked import CallIn
from app.intake.service import draft as drafts
from tests.intake.drafting import Screen, a_draft, history, read
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_call, a_token, now


@pytest.fixture
async def operator(database: Database) -> dict[str, str]:
    """The header of an operator of the hotline."""
    return await a_token(database)


@pytest.fixture
async def colleague(database: Database) -> dict[str, str]:
    """Another operator of the hotline."""
    return await a_token(database)


async def test_two_screens_type_in_one_draft_and_neither_overwrites_the_other(
    client: httpx.AsyncClient, operator: dict[str, str], colleague: dict[str, str]
) -> None:
    """Different fields come together; of the same field the first stays, and the second hears both values."""
    draft = await a_draft(client, operator)
    left, right = Screen(client, operator, draft), Screen(client, colleague, draft, "right")
    await left.save(person__name="Jan", worry="Hij eet niet.")
    told = await right.save(person__name="Johan", answers__weapon="no")
    assert (told["saved"], told["version"]) == (["answers.weapon"], 3)
    [conflict] = told["conflicts"]
    assert (conflict["field"], conflict["mine"], conflict["theirs"], conflict["by"]["screen"]) == (
        "person.name", "Johan", "Jan", "left",
    )  # fmt: skip
    assert {one["field"]: one["value"] for one in told["news"]} == {"person.name": "Jan", "worry": "Hij eet niet."}
    assert {one["screen"] for one in told["screens"]} == {"left", "right"}
    assert told["heldBy"]["you"] is False
    kept = await read(client, operator, draft)
    assert (kept["contents"]["person"]["name"], kept["contents"]["answers"]) == ("Jan", {"weapon": "no"})
    assert kept["fields"]["answers.weapon"]["screen"] == "right"
    lines = await history(client, operator, draft)
    assert [(line["kind"], line["screen"]) for line in lines] == [("opened", None), ("saved", "left"), ("saved", "right")]
    assert lines[2]["changes"][0] == {"field": "person.name", "outcome": "conflict", "old": "Jan", "new": "Johan"}
    again = await right.save(person__name="Johan")
    assert (again["saved"], again["conflicts"]) == (["person.name"], [])


async def test_a_save_that_comes_twice_counts_once(
    client: httpx.AsyncClient, operator: dict[str, str], raw: asyncpg.Connection
) -> None:
    """The network swallowed the answer: the client sends again and hears what it would have heard, also after the call ended."""
    draft = await a_draft(client, operator, **a_call())
    screen = Screen(client, operator, draft)
    first = await screen.save(worry="a")
    await screen.save(worry="b")
    assert await screen.save(sequence=1, seen=1, worry="a") == first
    assert (await read(client, operator, draft))["contents"]["worry"] == "b"
    assert len(await history(client, operator, draft)) == 3
    done = await client.post(f"/v1/drafts/{draft}/completion", headers=operator | {"If-Match": '"3"'})
    assert done.status_code == 201, done.text
    assert done.json()["disposition"] == "case_opened"
    assert await screen.save(sequence=1, seen=1, worry="a") == first
    late = await screen.answer(worry="c")
    assert (late.status_code, late.json()["type"]) == (409, "/v1/problems/draft-ended")


async def test_a_late_save_changes_only_what_was_not_saved_later(client: httpx.AsyncClient, operator: dict[str, str]) -> None:
    """The network turned two saves around: what the operator typed last stays, and nothing of the first is missing."""
    draft = await a_draft(client, operator)
    screen = Screen(client, operator, draft)
    await screen.save(sequence=2, seen=1, worry="laatst")
    late = await screen.save(sequence=1, seen=1, worry="eerst", tried="bellen")
    assert (late["saved"], late["superseded"], late["conflicts"]) == (["tried"], ["worry"], [])
    contents = (await read(client, operator, draft))["contents"]
    assert (contents["worry"], contents["tried"]) == ("laatst", "bellen")


async def test_an_answer_with_contents_is_nowhere_in_the_clear(
    client: httpx.AsyncClient, operator: dict[str, str], raw: asyncpg.Connection
) -> None:
    """A client that sends an Idempotency-Key all the same: what others typed stands in the answer, which is not kept for it."""
    draft = await a_draft(client, operator, worry="Wilhelmina Geheim schreeuwt.")
    body = {"screen": "s", "sequence": 1, "seen": 1, "changes": [{"field": "tried", "value": "Wilhelmina Geheim bellen"}]}
    await Screen(client, operator, draft, "other").save(worry="Wilhelmina Geheim huilt.")
    answer = await client.patch(f"/v1/drafts/{draft}", json=body, headers=operator | {"Idempotency-Key": '"needless"'})
    assert answer.json()["news"][0]["value"] == "Wilhelmina Geheim huilt."
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_worker")
        for table in ("call", "draft_save", "idempotency", "event"):
            for row in await raw.fetch(f"SELECT t::text AS told FROM {table} t"):
                assert "Wilhelmina" not in row["told"]
                assert b"Wilhelmina".hex() not in row["told"]


async def test_a_duplicated_tab_is_told_apart(client: httpx.AsyncClient, operator: dict[str, str]) -> None:
    """A browser that duplicates a tab copies its id: the second must not pass for the first sent again."""
    draft = await a_draft(client, operator)
    await Screen(client, operator, draft).save(worry="links")
    other = await Screen(client, operator, draft).answer(worry="rechts")
    assert (other.status_code, other.json()["type"]) == (422, "/v1/problems/sequence-reused")


async def test_many_screens_at_the_same_moment_lose_nothing(client: httpx.AsyncClient, operator: dict[str, str]) -> None:
    """Ten tabs, twice each request, all at once: every field is there, every save has one line."""
    draft = await a_draft(client, operator)
    screens = [Screen(client, operator, draft, f"tab-{number}") for number in range(10)]
    saves = [
        screen.save(sequence=1, seen=1, **{f"answers__q{number}": "yes"})
        for number, screen in enumerate(screens)
        for _ in range(2)
    ]
    told = await asyncio.gather(*saves)
    assert all(one["conflicts"] == [] for one in told)
    kept = await read(client, operator, draft)
    assert kept["contents"]["answers"] == {f"q{number}": "yes" for number in range(10)}
    assert kept["version"] == len(await history(client, operator, draft)) == 11


async def test_a_whole_save_shares_storage_and_history(client: httpx.AsyncClient, operator: dict[str, str]) -> None:
    """PUT and PATCH are two ways into one draft: a screen hears what a whole save changed, and cleared."""
    draft = await a_draft(client, operator)
    screen = Screen(client, operator, draft)
    await screen.save(worry="a", tried="b")
    whole = await client.put(f"/v1/drafts/{draft}", json={"worry": "c"}, headers=operator | {"If-Match": '"2"'})
    assert (whole.status_code, whole.headers["etag"]) == (200, '"3"')
    told = await screen.save(worry="d")
    assert [one["field"] for one in told["conflicts"]] == ["worry"]
    assert {one["field"]: one["value"] for one in told["news"]} == {"worry": "c", "tried": None}


async def test_a_colleague_takes_over_and_the_old_screen_hears_it(
    client: httpx.AsyncClient, operator: dict[str, str], colleague: dict[str, str], database: Database
) -> None:
    """Somebody faints at a desk: the call has another holder at once, and what was still on its way is kept too."""
    draft = await a_draft(client, operator)
    screen = Screen(client, operator, draft)
    path = f"/v1/drafts/{draft}/takeover"
    assert (await client.post(path, json={}, headers=colleague)).status_code == 428
    assert (await client.post(path, json={}, headers=colleague | {"If-Match": '"7"'})).status_code == 412
    taken = await client.post(path, json={"reason": "Zij is onwel."}, headers=colleague)
    assert (taken.status_code, taken.json()["heldBy"]["you"]) == (200, True)
    again = await client.post(path, json={"reason": "Zij is onwel."}, headers=colleague)
    assert again.json()["version"] == taken.json()["version"]
    told = await screen.save(worry="nog getypt")
    assert (told["heldBy"]["keyId"], told["heldBy"]["you"]) == (taken.json()["heldBy"]["keyId"], False)
    assert told["saved"] == ["worry"]
    lines = await history(client, operator, draft)
    assert [(line["kind"], line["reason"]) for line in lines][1] == ("taken_over", "Zij is onwel.")
    async with begin(database, WORKER) as work:
        rows = await work.rows(text("SELECT body FROM event WHERE type = 'nl.nodus.call.taken_over.v1'"))
    assert sum(draft in bytes(row["body"]).decode() for row in rows) == 1


async def test_of_two_who_answer_one_has_the_call(
    client: httpx.AsyncClient, operator: dict[str, str], colleague: dict[str, str]
) -> None:
    """Two pick up at once: the other hears who has it, and hangs up."""
    draft = await a_draft(client, operator, ringing=True)
    listed = (await client.get("/v1/drafts?state=ringing&limit=200", headers=operator)).json()["items"]
    assert [one["heldBy"] for one in listed if one["id"] == draft] == [None]
    early = await client.post(f"/v1/drafts/{draft}/completion", headers=operator | {"If-Match": '"1"'})
    assert (early.status_code, early.json()["type"]) == (409, "/v1/problems/still-ringing")
    path = f"/v1/drafts/{draft}/answer"
    answers = await asyncio.gather(client.post(path, headers=operator), client.post(path, headers=colleague))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    assert lost.json()["heldBy"] == won.json()["heldBy"]["keyId"]
    winner = operator if won is answers[0] else colleague
    assert (await client.post(path, headers=winner)).json()["version"] == won.json()["version"]


async def test_what_was_abandoned_by_mistake_comes_back(
    client: httpx.AsyncClient, operator: dict[str, str], database: Database, raw: asyncpg.Connection
) -> None:
    """A wrong click costs nothing for a day; after it the key is destroyed, and with it everything that was typed."""
    draft = await a_draft(client, operator, worry="Zij huilt.")
    gone = await client.post(f"/v1/drafts/{draft}/abandonment", headers=operator | {"If-Match": '"1"'})
    assert (gone.status_code, gone.headers["etag"]) == (204, '"2"')
    listed = (await client.get("/v1/drafts?state=abandoned&limit=200", headers=operator)).json()["items"]
    assert draft in {one["id"] for one in listed}
    back = await client.post(f"/v1/drafts/{draft}/resumption", headers=operator | {"If-Match": '"2"'})
    assert (back.status_code, (await read(client, operator, draft))["contents"]["worry"]) == (200, "Zij huilt.")
    twice = await client.post(f"/v1/drafts/{draft}/resumption", headers=operator | {"If-Match": '"3"'})
    assert twice.json()["type"] == "/v1/problems/not-abandoned"
    await client.post(f"/v1/drafts/{draft}/abandonment", headers=operator | {"If-Match": '"3"'})
    async with begin(database, WORKER, at=now() + timedelta(hours=23)) as work:
        assert UUID(draft) not in await due.claim_to_destroy(work)
        await due.destroy(work, UUID(draft))
    async with begin(database, WORKER, at=now() + timedelta(hours=25)) as work:
        assert UUID(draft) in await due.claim_to_destroy(work)
        await due.destroy(work, UUID(draft))
    late = await client.post(f"/v1/drafts/{draft}/resumption", headers=operator | {"If-Match": '"4"'})
    assert late.status_code == 410
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_worker")
        row = await raw.fetchrow(
            "SELECT c.sealed, k.wrapped, k.destroyed_at, (SELECT count(*) FROM draft_save WHERE call_id = c.id) AS lines"
            " FROM call c JOIN vault_key k USING (case_id) WHERE c.id = $1",
            UUID(draft),
        )
    assert row
    assert (row["sealed"], row["wrapped"], row["lines"]) == (None, None, 0)
    assert row["destroyed_at"]


async def test_a_call_left_open_is_told_of_once(client: httpx.AsyncClient, operator: dict[str, str], database: Database) -> None:
    """Somebody walked away from an open call: the wall shows it, and a supervisor hears it, once until somebody types again."""
    draft = await a_draft(client, operator)
    later = now() + timedelta(minutes=16)
    for expected in (True, False):
        async with begin(database, WORKER, at=later) as work:
            assert (UUID(draft) in await due.claim_left_open(work)) is expected
            await due.tell(work, UUID(draft))
    async with begin(database, WORKER) as work:
        rows = await work.rows(text("SELECT body FROM event WHERE type = 'nl.nodus.call.left_open.v1'"))
    assert sum(draft in bytes(row["body"]).decode() for row in rows) == 1
    await Screen(client, operator, draft).save(worry="verder")
    async with begin(database, WORKER, at=now() + timedelta(minutes=16)) as work:
        assert UUID(draft) in await due.claim_left_open(work)


async def test_the_exchange_opens_and_ends_calls_for_an_organisation(
    client: httpx.AsyncClient, operator: dict[str, str], database: Database
) -> None:
    """The worker has no organisation of its own: it says whose call rings, and may answer for somebody it does not know."""
    async with begin(database, WORKER) as work:
        draft = drafts.open_draft(work, CallIn(), ringing=True, organisation=HOTLINE)
    async with begin(database, WORKER) as work:
        answered = await drafts.answer(work, draft.id)
    assert (answered.state, answered.key) == ("active", None)
    mine = await client.post(f"/v1/drafts/{draft.id}/answer", headers=operator)
    assert mine.json()["heldBy"]["you"] is True
    await Screen(client, operator, str(draft.id)).save(worry="a")
    async with begin(database, WORKER) as work:
        ended = await drafts.abandon(work, draft.id)
    assert ended.state == "abandoned"


async def test_another_organisation_sees_nothing_of_a_draft(
    client: httpx.AsyncClient, operator: dict[str, str], database: Database
) -> None:
    """The history holds everything that was ever typed: it is nobody else's, whatever a query forgets."""
    draft = await a_draft(client, operator, worry="geheim")
    stranger = await a_token(database, AMSTERDAM_DESK, "operator")
    assert (await Screen(client, stranger, draft).answer(worry="x")).status_code == 404
    for path in (f"/v1/drafts/{draft}", f"/v1/drafts/{draft}/history?purpose=quality"):
        assert (await client.get(path, headers=stranger)).status_code == 404
    for path in ("answer", "takeover"):
        answer = await client.post(f"/v1/drafts/{draft}/{path}", headers=stranger | {"If-Match": '"1"'})
        assert answer.status_code == 404


async def test_what_does_not_go_together_is_told_at_completion(client: httpx.AsyncClient, operator: dict[str, str]) -> None:
    """An anonymous caller says a name in passing: it is kept while typing, and the end says what to do about it."""
    draft = await a_draft(client, operator, **a_call())
    await Screen(client, operator, draft).save(caller__name="Wil")
    assert (await read(client, operator, draft))["contents"]["caller"]["name"] == "Wil"
    refused = await client.post(f"/v1/drafts/{draft}/completion", headers=operator | {"If-Match": '"2"'})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/caller"), refused.text
    assert "Wil" not in refused.text


async def test_the_path_of_a_save_has_two_statements_and_no_look(
    client: httpx.AsyncClient, operator: dict[str, str], statements: list[str], raw: asyncpg.Connection
) -> None:
    """One second of typing of two hundred people is two hundred saves: each further round trip is paid by all."""
    draft = await a_draft(client, operator)
    screen = Screen(client, operator, draft)
    await screen.save(worry="a")
    statements.clear()
    await screen.save(worry="ab")
    assert len([one for one in statements if "pg_notify" not in one]) == 2, statements
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_worker")
        what = await raw.fetch("SELECT 1 FROM access_log WHERE what LIKE '%' || $1 || '%'", draft)
    assert what == []


async def test_the_history_of_a_call_without_a_case_is_not_kept(
    client: httpx.AsyncClient, operator: dict[str, str], database: Database
) -> None:
    """Advice keeps the least: a name that was typed must not live on in the history of typing."""
    call = a_call(answers={"danger_now": "no", "can_wait": "yes"})
    draft = await a_draft(client, operator, **call)
    done = await client.post(f"/v1/drafts/{draft}/completion", headers=operator | {"If-Match": '"1"'})
    assert done.json()["caseId"] is None
    assert [line["kind"] for line in await history(client, operator, draft)] == ["opened", "completed"]
    async with begin(database, WORKER, at=now() + timedelta(hours=25)) as work:
        assert UUID(draft) in await due.claim_to_destroy(work)
        await due.destroy(work, UUID(draft))
    assert await history(client, operator, draft) == []
    kept = await client.get(f"/v1/calls/{draft}", params={"purpose": "quality"}, headers=operator)
    assert kept.json()["contents"]["worry"] == "Buurman eet al dagen niet."

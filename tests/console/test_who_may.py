"""Every page, part and command of the console for every role, for others' things, and for nobody."""

from collections.abc import AsyncIterator
from itertools import product
from typing import Final
from urllib.parse import quote

import asyncpg
import httpx
import pytest

from app.core.db import Database
from app.identity.doors import COOKIE
from app.identity.may import SCOPES_OF
from tests.conftest import as_owner
from tests.console.everything import STRANGE, Ids, Way, as_them, everything
from tests.console.everything import WAYS as EVERYTHING_THERE_IS
from tests.console.signed_in import SignedIn, signed_in
from tests.delivery.test_send import an_organisation

ROLES: Final = tuple(SCOPES_OF)
# Not by role alone: `directory/test_accounts_page.py` looks at who keeps the registers.
WAYS: Final = [way for way in EVERYTHING_THERE_IS if not way.path.startswith("/directory/imports")]
OPERATOR, SUPERVISOR, DESK, PLANNER, ADMINISTRATOR, OFFICER = (
    "operator", "supervisor", "desk", "planner", "administrator", "privacy_officer",
)  # fmt: skip
CHANGERS: Final = {ADMINISTRATOR, PLANNER, DESK}
# Who has what begins with a path, the longest that fits: to read, and to change something.
MAY: Final[dict[str, tuple[set[str], set[str]]]] = {
    "/call": ({OPERATOR, SUPERVISOR},) * 2,
    "/cases/organisations": ({DESK, SUPERVISOR},) * 2,
    "/cases": ({DESK, SUPERVISOR, OPERATOR}, {DESK, SUPERVISOR}),
    "/inbox": ({DESK, SUPERVISOR},) * 2,
    "/wall": ({SUPERVISOR}, set()),
    "/rosters": ({PLANNER, SUPERVISOR, DESK}, {PLANNER, DESK}),
    "/rosters/new": ({PLANNER, DESK},) * 2,
    "/rosters/{roster_id}/settings": ({PLANNER, DESK},) * 2,
    "/rosters/{roster_id}/rotations/new": ({PLANNER, DESK},) * 2,
    "/figures": ({SUPERVISOR, PLANNER, ADMINISTRATOR}, set()),
    "/directory": (CHANGERS | {SUPERVISOR, OPERATOR},) * 2,
    "/directory/services": (CHANGERS,) * 2,
    "/directory/{kind}": (CHANGERS,) * 2,
    "/endpoints": ({ADMINISTRATOR, DESK, SUPERVISOR}, {ADMINISTRATOR, DESK}),
    "/endpoints/{endpoint_id}": ({ADMINISTRATOR, DESK},) * 2,
    "/accounts": ({ADMINISTRATOR},) * 2,
    "/access-log": ({OFFICER}, set()),
    "/live": (set(ROLES), set()),
    "/home": (set(ROLES), set()),
    "/account": (set(ROLES),) * 2,
    "/sign-out": (set(ROLES),) * 2,
}
TABLES: Final = (
    "call", "hand_off", "cases", "case_line", "case_item", "case_member", "offer", "handover", "contact", "goal", "obligation",
    "shift_handoff", "shift_handoff_line", "shift_handoff_confirmation", "roster_plan", "rotation", "roster_override", "shift",
    "calendar_feed", "callback", "callback_attempt", "participant", "sign_up", "unavailability", "webhook_endpoint", "webhook_secret",
    "account", "sign_in", "organisation", "service",
)  # fmt: skip
ACTED: Final = {  # what a form could say, so that it is refused for whose thing it is, and not for what it lacks
    "version": "1", "act": "save", "what": "confirm", "reason": "no_capacity", "state": "withdrawn", "code": "known",
    "answer": "x", "do": "end:report", "outcome": "deescalated", "url": "https://a.example.nl/in", "always": "yes",
    "turn-00000000-0000-0000-0000-000000000001": "1",
}  # fmt: skip


@pytest.fixture
async def ours(database: Database) -> dict[str, SignedIn]:
    """Somebody in every role, at an organisation that has nothing."""
    organisation = await an_organisation(database)
    return {role: await signed_in(database, organisation, role) for role in ROLES}


@pytest.fixture
async def others(database: Database, browser: httpx.AsyncClient) -> Ids:
    """What other organisations have."""
    return (await everything(database, browser)).ids


@pytest.fixture
async def owner(shared_url: str) -> AsyncIterator[asyncpg.Connection]:
    """Who sees every row."""
    connection = await asyncpg.connect(as_owner(shared_url))
    yield connection
    await connection.close()


async def state_of(owner: asyncpg.Connection, others: Ids) -> dict[str, str]:
    """A mark of every row of others, by table."""
    named = [f"%{one}%" for told in others.values() for one in told if len(one) == 36]
    ask = "SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {} t WHERE t::text LIKE ANY ($1)"
    return {table: await owner.fetchval(ask.format(table), named) for table in TABLES}


def test_every_way_has_its_roles() -> None:
    """A new page is let in only once somebody has said here who has it."""
    assert len(WAYS) > 60
    for way in WAYS:
        assert may(way), way


async def test_nobody_is_let_in_without_a_session(browser: httpx.AsyncClient, others: Ids) -> None:
    """A page leads to the sign-in, and back only where nothing would be repeated; a script hears 401."""
    for way in WAYS:
        for path in way.filled(others):
            answer = await browser.request(way.method, path, data=ACTED if way.is_command else None)
            back = "" if way.is_command else quote(path, safe="")
            assert (answer.status_code, answer.headers.get("location")) == (303, f"/sign-in?next={back}"), (way, path)
            part = await browser.request(way.method, path, headers={"X-Part": "x"})
            assert part.status_code == 401, (way, path)
            assert STRANGE not in answer.text + part.text


async def test_a_role_has_its_pages_and_none_of_others(
    browser: httpx.AsyncClient, ours: dict[str, SignedIn], others: Ids, owner: asyncpg.Connection
) -> None:
    """What a role has not is refused; what is another organisation's is not there, and stays as it is."""
    before = await state_of(owner, others)
    for role, way in product(ROLES, WAYS):
        for path in way.filled(others):
            if way.path in {"/live", "/sign-out"} and role in may(way):
                continue  # a stream has no end; whoever is out can't go on
            if role == ADMINISTRATOR and way.path.startswith("/directory/") and way.is_command:
                continue  # keeps everybody's
            if not way.places and role in may(way) - {min(may(way))}:
                continue  # the same page as another role has
            answer = await browser.request(way.method, path, headers=as_them(ours[role]), data=ACTED if way.is_command else None)
            assert answer.status_code in expected(way, role), (way, path, answer.status_code, answer.text[-3000:])
            assert STRANGE not in answer.text or way.path.startswith("/directory"), (way, path)
            assert answer.headers["cache-control"] == "no-store"
    assert await state_of(owner, others) == before


def may(way: Way) -> set[str]:
    """The roles that have it."""
    start = max((one for one in MAY if way.path == one or way.path.startswith(f"{one}/")), key=len)
    return MAY[start][way.is_command]


def expected(way: Way, role: str) -> set[int]:
    """How a way to others' things is answered."""
    if role not in may(way):
        return {403}
    is_open = "{" not in way.path or way.path.startswith("/directory")
    if way.is_command:
        return {200, 201, 303, 400, 403, 404} if is_open else {400, 403, 404}
    return {200, 303, 404} if is_open else {303, 404}


async def test_a_command_needs_the_token_of_its_session(
    browser: httpx.AsyncClient, ours: dict[str, SignedIn], others: Ids
) -> None:
    """Neither without one, nor with that of another session; by form or by header."""
    for way in WAYS:
        if not way.is_command:
            continue
        for path in way.filled(others):
            role = min(may(way))
            cookie = {"Cookie": f"{COOKIE}={ours[role].secret}"}
            another = ours["professional" if role != "professional" else DESK].token
            for headers, sent in (({}, ACTED), ({"X-Page-Token": another}, ACTED), ({}, ACTED | {"page_token": another})):
                answer = await browser.post(path, headers=cookie | headers, data=sent)
                assert answer.status_code == 403, (way, path)

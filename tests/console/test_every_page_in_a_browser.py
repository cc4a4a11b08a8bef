"""Every page of every role, and the states that it can be in (`states.py`), in a real browser: for every eye, width and language."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

import httpx
import pytest
from playwright.async_api import ConsoleMessage, Error, Page

from app.accounts.service.signing_in import Sessions
from app.core.db import Database
from app.core.embedded import LOGIN, Embedded
from app.directory.seeding import organisation_id
from app.identity.doors import COOKIE
from tests.conftest import client_of, copy_of, running, settings_for
from tests.console.case.making import a_rich_case
from tests.console.everything import WAYS, everything
from tests.console.inbox.desk import a_desk_with_work
from tests.console.looking import FEWER, NARROW, WIDE, wrong_in_dutch, wrong_in_english
from tests.console.serving import browsing, served
from tests.console.signed_in import SignedIn, signed_in
from tests.console.states import NO_PAGES, STATES, unfold
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_call, a_token, now
from tests.rosters.planning import a_provider
from tests.routing.handing import GGZ
from tests.team.table import MENTAL_HEALTH

ROTTERDAM: Final = organisation_id("rotterdam")


async def _people(database: Database, organisation: UUID, lonely: UUID) -> dict[str, SignedIn | None]:
    """Who looks; `organisation` has one of everything, `lonely` has nothing."""
    roles = {
        "operator": (HOTLINE, "operator"),
        "supervisor": (HOTLINE, "supervisor"),
        "desk": (AMSTERDAM_DESK, "desk"),
        "lonely": (lonely, "desk"),
        "planner": (organisation, "planner"),
        "handing": (organisation, "desk"),
        "administrator": (organisation, "administrator"),
        "keeper": (HOTLINE, "administrator"),
        "officer": (AMSTERDAM_DESK, "privacy_officer"),
        "worker": (MENTAL_HEALTH, "desk"),
        "invited": (GGZ, "desk"),
    }
    made = {name: await signed_in(database, where, role, "Ayşe van der Bovenkamp") for name, (where, role) in roles.items()}
    return {"nobody": None, **made}


async def _calls(client: httpx.AsyncClient, operator: dict[str, str]) -> dict[str, str]:
    """A call that is acute, with all that can stand in it, and one that has ended."""
    acute = {"answers": {"danger_now": "yes", "suicide": "unknown"}, "observed": "Roept op straat. " * 20}
    found = {}
    for name, body in (("acute", a_call(**acute)), ("ended", a_call())):
        found[name] = (await client.post("/v1/drafts", json=body, headers=operator)).json()["id"]
    done = await client.post(f"/v1/drafts/{found['ended']}/completion", headers=operator | {"If-Match": '"1"'})
    assert done.status_code == 201, done.text
    return found


async def _ids(client: httpx.AsyncClient, database: Database) -> tuple[dict[str, str], dict[str, SignedIn | None]]:
    """What there is to look at, by the names in `STATES`, and who looks."""
    there = await everything(database, client)
    lonely, _ = await a_provider(database)
    operator = await a_token(database)
    work = await a_desk_with_work(client, database)
    planner = await a_token(database, there.organisation, "planner")
    span = {"startsAt": now().isoformat(), "endsAt": (now() + timedelta(days=7)).isoformat()}
    shifts = await client.get(f"/v1/rosters/{there.ids['roster_id'][0]}/shifts", params=span, headers=planner)
    services = await client.get(f"/v1/organisations/{ROTTERDAM}/services", headers=operator)
    ids = {name: told[0] for name, told in there.ids.items()} | {
        "rich": str((await a_rich_case(client, database)).case),
        "own": work.own,
        "asked": work.offers["acute"]["offered"]["offerId"],
        "nothing": str(uuid4()),
        "rotterdam": str(ROTTERDAM),
        "shift": shifts.json()["items"][0]["id"],
        "hours": services.json()["items"][0]["id"],
        **await _calls(client, operator),
    }
    return ids, await _people(database, there.organisation, lonely)


def test_every_page_is_looked_at() -> None:
    """A page that is new has a line in `STATES`, and those that are gone have none."""
    looked = {one.path.partition("?")[0] for one in STATES}
    pages = {way.path for way in WAYS if not way.is_command} - NO_PAGES
    alike = {page: re.compile(re.sub(r"{\w+}", "[^/]+", page)) for page in pages}
    assert not [page for page, pattern in alike.items() if not any(pattern.fullmatch(one) for one in looked)]


@dataclass(frozen=True, slots=True)
class Stage:
    """All that there is, served, and one page of a browser to look at it."""

    database: Database
    address: str
    page: Page
    ids: dict[str, str]
    people: dict[str, SignedIn | None]

    async def enter(self, who: str, language: str) -> None:
        """Be somebody, who reads a language."""
        told = {"lang": language} | ({COOKIE: one.secret} if (one := self.people[who]) else {})
        await self.page.context.clear_cookies()
        await self.page.context.add_cookies([{"name": name, "value": value, "url": self.address} for name, value in told.items()])


@pytest.fixture(scope="module")
async def stage(cluster: Embedded) -> AsyncIterator[Stage]:
    """Made once for all of this file, in a database of its own: so it is known what is there, and what is empty."""
    name = copy_of(cluster)
    settings = settings_for(cluster.url_of(name, LOGIN))
    database = Database(settings.database_url, settings)
    async with running(settings) as app, client_of(app) as client:
        ids, people = await _ids(client, database)
    async with served(settings) as address, browsing(reduced_motion="reduce") as page:
        yield Stage(database, address, page, ids, people)
    await database.close()
    cluster.psql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("who", dict.fromkeys(one.who for one in STATES))
async def test_every_page(stage: Stage, who: str, language: str) -> None:
    """In Dutch all of it; in English, on a small screen, what longer or shorter words can break. All faults are told at once."""
    is_dutch = language == "nl"
    wrong: list[str] = []
    with _overheard(stage.page) as said:
        await stage.enter(who, language)
        await stage.page.set_viewport_size(WIDE if is_dutch else NARROW)
        for state in (one for one in STATES if one.who == who):
            await stage.page.goto(stage.address + state.path.format_map(stage.ids))
            await (state.do or unfold)(stage.page)
            await stage.page.evaluate(FEWER)
            found = await (wrong_in_dutch if is_dutch else wrong_in_english)(stage.page, is_state=bool(state.do))
            wrong += [f"{state.path}: {one}" for one in (*found, *said)]
            said.clear()
    assert not wrong, "\n".join(wrong)


@contextmanager
def _overheard(page: Page) -> Iterator[list[str]]:
    """What the browser complains of: faults of a script, what the policy forbids; not that a status is what it is meant to be."""
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if "Failed to load resource" not in message.text:
            said.append(message.text)

    def fail(error: Error) -> None:
        said.append(str(error))

    page.on("console", hear)
    page.on("pageerror", fail)
    yield said
    page.remove_listener("console", hear)
    page.remove_listener("pageerror", fail)


async def test_a_session_that_has_ended(stage: Stage) -> None:
    """What is laid over a page then is for every eye too; and nothing of the page is left in sight."""
    page, worker = stage.page, stage.people["worker"]
    assert worker
    await stage.enter("worker", "nl")
    await page.set_viewport_size(WIDE)
    await page.goto(stage.address + "/inbox")
    await Sessions(stage.database).sign_out(worker.secret)
    await page.evaluate("dispatchEvent(new Event('online'))")
    await page.locator("[role=alert]").first.wait_for()
    assert not await wrong_in_dutch(page)

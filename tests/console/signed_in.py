"""Somebody who signed in, for tests of the pages: an account of an organisation, and a client or browser that has its session."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
from playwright.async_api import Page

from app.accounts.service import people
from app.accounts.service.signing_in import Sessions, token_of
from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import begin
from app.identity.doors import COOKIE
from app.main import edged
from tests.conftest import running, settings_for
from tests.console.serving import browsing

PASSWORD: Final = "vier gele fietsen"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An account with a session. `token`: what its forms send along."""

    id: UUID
    login: str
    secret: str

    @property
    def token(self) -> str:
        """The token of the session's pages."""
        return token_of(self.secret)


async def signed_in(database: Database, organisation: UUID, role: str, name: str = "Jip Voorbeeld") -> SignedIn:
    """Make an account of an organisation in a role, and open a session."""
    login = f"t{uuid4().hex[:12]}"
    async with begin(database, WORKER) as work:
        made, _ = people.make(work, organisation=organisation, role=role, login=login, name=name, password=PASSWORD)
    return SignedIn(made, login, await Sessions(database).sign_in_as(login))


@asynccontextmanager
async def a_client(database: Database, who: SignedIn | None = None, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application with somebody's session; forms sent by it carry the token by header."""
    async with running(settings_for(database.settings.database_url, **settings)) as app:
        transport = httpx.ASGITransport(edged(app), raise_app_exceptions=False)
        headers = {"X-Page-Token": who.token} if who else {}
        cookies = {COOKIE: who.secret} if who else {}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://nodus.test", headers=headers, cookies=cookies, timeout=30
        ) as client:
            yield client


@asynccontextmanager
async def browsing_as(who: SignedIn, address: str, language: str = "nl", **looks: Any) -> AsyncIterator[Page]:
    """A page of a real browser with somebody's session, in a language; `address` is where the application is served."""
    async with browsing(**looks) as page:
        cookies = {COOKIE: who.secret, "lang": language}
        await page.context.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookies.items()])
        yield page

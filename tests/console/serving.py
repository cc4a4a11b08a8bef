"""The pages as a browser meets them: a served socket, the demo's file, Debian's chromium."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest
import uvicorn
from playwright.async_api import Browser, Page, async_playwright
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.db import Database
from app.core.settings import Settings
from app.demo.stage import Member
from app.demo.summary import Check, Summary
from app.demo.telling import write_for_the_start_page
from app.directory.seeding import organisation_id
from app.main import edged
from tests.conftest import running, settings_for
from tests.console.looking import AXE, AXE_AT
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_token

PROVIDER: Final = organisation_id("crisis-vr13")
HOSTS: Final = (
    "--host-resolver-rules=MAP *.test 127.0.0.1"  # an address that a browser does not trust as it trusts its own machine
)
# A page lives for a second: what V8 would spend on making its scripts quick never comes back.
AS_WRITTEN: Final = "--js-flags=--no-maglev --no-turbofan"
FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", AS_WRITTEN, HOSTS)
_started: Final[dict[str, Any]] = {}


async def a_play(database: Database, folder: Path) -> Settings:
    """Settings of a demo that was played to its end, told in `folder`."""
    members: list[Member] = []
    for role, kind, organisation in (
        ("operator", "hotline", HOTLINE),
        ("supervisor", "hotline", HOTLINE),
        ("desk", "meldpunt", AMSTERDAM_DESK),
        ("desk", "care_provider", PROVIDER),
    ):
        token = (await a_token(database, organisation, role))["Authorization"].removeprefix("Bearer ")
        members.append(Member(str(organisation), f"{kind} (verzonnen)", kind, role, token))
    summary = Summary(webhooks=7, polled=3, checks=[Check("no call is lost", holds=True, told="10 planned, 10 answered 201")])
    summary.calls.update({"acute": 1, "normal": 7, "advice": 2})
    summary.states.update({"accepted": 3, "closed": 5})
    write_for_the_start_page(folder, "http://nodus.test", members, summary)
    return settings_for(database.settings.database_url, demo=True, demo_file=str(folder / "demo.json"))


@asynccontextmanager
async def served(settings: Settings, port: int = 0) -> AsyncIterator[str]:
    """The application on a socket of its own; its address."""
    async with running(settings) as app:
        server = uvicorn.Server(uvicorn.Config(_with_axe(edged(app)), port=port, log_config=None, lifespan="off"))
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        finally:
            app.state.heads.let_go()  # as a signal would: open streams end
            server.should_exit = True
            await serving


def _with_axe(app: ASGIApp) -> ASGIApp:
    """The application, and beside it the script that looks at its pages: a browser that has it reads it once."""

    async def either(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == AXE_AT:
            headers = {"Cache-Control": "max-age=86400, immutable"}
            await Response(AXE, media_type="text/javascript", headers=headers)(scope, receive, send)
        else:
            await app(scope, receive, send)

    return either


@asynccontextmanager
async def browsing(**looks: Any) -> AsyncIterator[Page]:
    """A page of a real browser. Where there is none the test is skipped, but never where CI says there must be one."""
    chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium")  # the first needs half of the second's CPU
    if chromium is None:
        assert not os.environ.get("NODUS_BROWSER_NEEDED"), "chromium is missing: apt-get install chromium-headless-shell"
        pytest.skip("needs a browser: apt-get install chromium-headless-shell")
    context = await (await _chromium(chromium)).new_context(**looks)
    try:
        yield await context.new_page()
    finally:  # also after a failure: the server that is being ended waits for what is open
        await context.close()


async def _chromium(path: str) -> Browser:
    """One a worker, since it takes a second of CPU to start; every test has a context of its own in it."""
    if "browser" not in _started:
        _started["driver"] = await async_playwright().start()
        _started["browser"] = await _started["driver"].chromium.launch(executable_path=path, args=list(FLAGS))
    browser: Browser = _started["browser"]
    return browser


async def end_chromium() -> None:
    """When all is done."""
    if "browser" in _started:
        await _started["browser"].close()
        await _started["driver"].stop()
        _started.clear()

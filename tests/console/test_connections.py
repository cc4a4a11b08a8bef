"""No request of a page holds two connections: many that hold one and wait for another would wait for each other."""

import httpx
import pytest

from app.core.db import Database
from tests.console.directory.test_directory_pages import WEEK, meldpunt, version
from tests.console.rosters.desk import a_desk
from tests.console.signed_in import a_client, signed_in
from tests.makers import HOTLINE

__all__ = ["meldpunt"]


async def test_a_form_is_saved_with_the_only_connection(database: Database, meldpunt: tuple[str, str]) -> None:
    """Read, looked at, refused and stored: what was read first has let go of it by then."""
    path = f"/directory/services/{meldpunt[1]}/hours"
    async with a_client(database, await signed_in(database, HOTLINE, "administrator"), pool_size=1) as browser:
        sent = WEEK | {"day0": "9-12", "version": version((await browser.get(path)).text)}
        assert (await browser.post(path, data=sent | {"act": "preview"})).status_code == 200
        assert (await browser.post(path, data=sent | {"act": "save"})).status_code == 303
        assert (await browser.post(path, data=sent | {"act": "save"})).status_code == 412


@pytest.mark.parametrize("path", ["/wall", "/wall/now", "/wall/map", "/figures", "/endpoints"])
async def test_a_page_is_shown_with_the_only_connection(database: Database, path: str) -> None:
    """What the worker knows, and the map of everybody, are asked for before or after the visitor's own work."""
    async with a_client(database, await signed_in(database, HOTLINE, "supervisor"), pool_size=1) as browser:
        answer: httpx.Response = await browser.get(path)
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("act", ["look", "try", "save"])
async def test_a_plan_is_rehearsed_with_the_only_connection(database: Database, act: str) -> None:
    """What was read first has let go of it before the change is done, looked at and undone."""
    desk = await a_desk(database)
    async with a_client(database, desk.who, pool_size=1) as browser:
        path = f"/rosters/participants/{desk.people['Anna']}/end"
        answer = await browser.post(path, data={"version": "1", "act": act})
        assert answer.status_code == (409 if act == "save" else 200 if act == "look" else 400), answer.text

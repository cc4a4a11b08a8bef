"""Where a service is there, as a page: seen with what a change does, put back, and told what can't be."""

import json
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from re import findall
from uuid import UUID

import httpx
import pytest

from app import directory
from app.core.db import Database
from tests.console.directory.test_directory_pages import meldpunt, version
from tests.console.signed_in import a_client, signed_in
from tests.makers import AMSTERDAM_DESK

__all__ = ["meldpunt"]
SHAPES = Path(directory.__file__).parent / "data" / "municipalities.geojson"
ALMERE = {"place": ["Almere"], "postcodes": [""], "first": [""], "last": [""]}


def typed(*lines: tuple[str, str, str, str]) -> dict[str, list[str]]:
    """Lines as a form sends them."""
    return {
        name: list(told) for name, told in zip(("place", "postcodes", "first", "last"), zip(*lines, strict=True), strict=True)
    }


@pytest.fixture
async def browser(database: Database, meldpunt: tuple[str, str]) -> AsyncIterator[httpx.AsyncClient]:
    """Of somebody at the desk itself."""
    async with a_client(database, await signed_in(database, UUID(meldpunt[0]), "desk", "Jip Desk")) as client:
        yield client


async def test_an_area_is_seen_before_it_counts_and_put_back(browser: httpx.AsyncClient, meldpunt: tuple[str, str]) -> None:
    """By name, by code and in part; who loses everybody is told; as it was is one link away."""
    path = f"/directory/services/{meldpunt[1]}/areas"
    page = (await browser.get(path)).text
    assert 'value="Almere"' in page
    assert "Terug naar hoe het was" not in page
    wanted = typed(("lelystad", "8223, 8224", "", ""), ("GM0050", "", "2027-01-01", "2027-06-30"))
    seen = await browser.post(path, data=wanted | {"version": version(page), "act": "preview"})
    assert "<b>Lelystad</b>" in seen.text
    assert "8223, 8224" in seen.text
    assert "tot en met 2027-06-30" in seen.text
    assert "vervalt" in seen.text
    assert 'value="Almere"' in (await browser.get(path)).text  # nothing was stored
    saved = await browser.post(path, data=wanted | {"version": version(seen.text), "act": "save"})
    assert saved.headers["location"] == f"/directory/organisations/{meldpunt[0]}?done=dir_changed"
    page = (await browser.get(path)).text
    assert 'value="2027-06-30"' in page
    assert "Almere" not in page.partition("<datalist")[0]
    [back] = findall(r'href="([^"]+\?known=[^"]+)"', page)
    before = await browser.get(unescape(back))
    assert "zoals het was op" in before.text
    assert 'value="Almere"' in before.text
    stored = await browser.post(path, data=ALMERE | {"version": version(before.text), "act": "save"})
    assert stored.status_code == 303
    stale = await browser.post(path, data=wanted | {"version": version(before.text), "act": "save"})
    assert stale.status_code == 412
    assert 'value="8223, 8224"' in stale.text  # what was typed is not lost


@pytest.mark.parametrize(
    ("lines", "fields"),
    [
        ([("Nergenshuizen", "", "", ""), ("Almere", "", "", "")], ["place-0"]),
        ([("", "1234", "", ""), ("Almere", "1012", "", "")], ["postcodes-1"]),
        ([("Almere", "twaalf", "", "")], ["postcodes-0"]),
        ([("Almere", "", "", ""), ("GM0034", "", "", "")], ["first-1"]),
        ([("Almere", "", "2027-02-01", "2027-01-01")], ["last-0"]),
        ([("Almere", "", "soon", "9999-12-31")], ["first-0"]),
        ([('"><script>alert(1)</script>', "", "", "")], ["place-0"]),
    ],
)
async def test_what_can_not_be_is_told_at_its_line(
    browser: httpx.AsyncClient, meldpunt: tuple[str, str], lines: list[tuple[str, str, str, str]], fields: list[str]
) -> None:
    """By the directory's own rule, with a link to the field; what was typed stays, and nothing of it runs."""
    answer = await browser.post(
        f"/directory/services/{meldpunt[1]}/areas", data=typed(*lines) | {"version": "2", "act": "preview"}
    )
    assert answer.status_code == 400
    assert "<script>alert" not in answer.text
    for field in fields:
        assert f'id="{field}-fault"' in answer.text
        assert f'<a href="#{field}">' in answer.text


async def test_only_whose_it_is_changes_it(database: Database, meldpunt: tuple[str, str]) -> None:
    """Another desk is refused by the directory; a moment that is none is passed over."""
    path = f"/directory/services/{meldpunt[1]}/areas"
    async with a_client(database, await signed_in(database, AMSTERDAM_DESK, "desk")) as other:
        assert (await other.post(path, data=ALMERE | {"version": "2", "act": "save"})).status_code in {403, 412}
        assert (await other.get(f"{path}?known=yesterday")).status_code == 200
        assert (await other.get(f"{path}?known=1999-01-01T00:00:00Z")).status_code == 404


async def test_a_service_may_be_there_for_the_whole_country(browser: httpx.AsyncClient, meldpunt: tuple[str, str]) -> None:
    """Three hundred and forty-two lines are looked at like one."""
    path = f"/directory/services/{meldpunt[1]}/areas"
    codes = [one["properties"]["code"] for one in json.loads(SHAPES.read_text())["features"]]
    assert len(codes) == 342
    seen = await browser.post(path, data=typed(*((code, "", "", "") for code in codes)) | {"version": "2", "act": "preview"})
    assert seen.status_code == 200, seen.text

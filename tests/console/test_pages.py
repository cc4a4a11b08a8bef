"""The pages as they leave the server: both languages whole, every line to type works, nothing from elsewhere."""

import re
import shlex
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from typing import Final

import httpx
import orjson
import pytest

from app.console.assets import assets
from app.console.municipalities import BOUNDARIES, SHAPES
from app.console.play import read_play
from app.console.words import LANGUAGES, words
from app.core.db import Database
from app.main import edged
from tests.conftest import running
from tests.console.serving import a_play

CONSOLE: Final = Path(str(BOUNDARIES)).parents[2] / "console"
CALLED: Final = ((CONSOLE / "templates", "*.html"), (CONSOLE, "*.py"), (CONSOLE / "static", "*.js"))
CALL: Final = r"""\bt\(['"]([\w-]+)['"][,)]"""
STARTED: Final = r"""(?:\(['"]|\bf")(\w+_)(?:['"] ~|\{|'\) [|])"""
FILLED: Final = re.compile(r"\{(\w+)\}")


@pytest.fixture
async def demo(database: Database, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the demo."""
    async with running(await a_play(database, tmp_path)) as app:
        transport = httpx.ASGITransport(edged(app), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://nodus.test") as client:
            yield client


async def test_every_line_on_the_page_works_as_it_stands(demo: httpx.AsyncClient) -> None:
    """A newcomer types what is shown; a line that fails is worse than none."""
    page = await demo.get("/")
    lines = [unescape(line) for line in re.findall(r"<pre.*?><code>(.*?)</code>", page.text)]
    assert len(lines) == 5
    for line in lines:
        curl, _, header, *rest = shlex.split(line)
        assert curl == "curl"
        headers = dict([header.split(": ", 1)])
        if rest[0] == "--json":
            answer = await demo.post(rest[2], content=rest[1], headers=headers | {"Content-Type": "application/json"})
        else:
            answer = await demo.get(rest[0], headers=headers)
        assert answer.is_success, answer.text


async def test_outside_the_demo_nothing_is_told(client: httpx.AsyncClient) -> None:
    """A real installation shows neither tokens nor who is on duty to whoever comes by."""
    page = await client.get("/")
    assert page.status_code == 200
    assert "nodus_" not in page.text
    assert '<path class="m-' not in page.text


async def test_the_reader_chooses_the_language(client: httpx.AsyncClient) -> None:
    """By the switch, else by the browser, else Dutch."""
    for query, accepted, language in (
        ("", "", "nl"),
        ("", "de, en;q=0.7", "en"),
        ("?lang=nl", "en", "nl"),
        ("?lang=xx", "", "nl"),
    ):
        page = await client.get("/docs" + query, headers={"Accept-Language": accepted})
        assert page.headers["content-language"] == language
        assert f'<html lang="{language}">' in page.text


async def test_pages_ask_for_nothing_from_elsewhere(client: httpx.AsyncClient) -> None:
    """All that a page needs comes from this server, under a policy that allows nothing else, and may be kept for ever."""
    page = await client.get("/")
    assert "'unsafe" not in page.headers["content-security-policy"]
    asked = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
    assert len(asked) >= 4
    for address in asked:
        answer = await client.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    assert not re.findall(r'(?:src|href)="https?:', page.text)
    style = next(asset.content.decode() for name, asset in assets().items() if name.endswith(".css"))
    assert all(name in assets() for name in re.findall(r"url\(([^)]+)\)", style))
    assert (await client.get("/static/pages.000000000000.css")).status_code == 404


def test_both_languages_say_everything() -> None:
    """A text that one language lacks is a page that breaks for its readers; one that nobody shows is work for nothing."""
    assert words("nl").names == words("en").names
    sources = [file.read_text() for folder, kind in CALLED for file in folder.rglob(kind)]
    used = {name for source in sources for name in re.findall(CALL, source)}
    assert used <= words("nl").names, used - words("nl").names
    started = tuple(start for source in sources for start in re.findall(STARTED, source))
    assert not [name for name in words("nl").names - used if not name.startswith(started)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_or_names_other_values(language: str) -> None:
    """A form for one and a form for more where one is needed; the same values as in the other language."""
    for name in words(language).names:
        ours, others = (FILLED.findall(str(words(one)._told[name])) for one in (language, LANGUAGES[language == "nl"]))
        assert words(language)._told[name], name
        assert set(ours) == set(others), name


def test_what_a_browser_loads_stays_light() -> None:
    """Less than 250 kB of styles and scripts for all pages together, before compression: a desk's line may be slow."""
    sizes = {name: len(one.content) for name, one in assets().items() if name.endswith((".css", ".js"))}
    assert sum(sizes.values()) < 250_000, sizes


@pytest.mark.parametrize("template", sorted((CONSOLE / "templates").rglob("*.html")), ids=lambda one: one.name)
def test_a_template_keeps_to_the_policy(template: Path) -> None:
    """What the policy of our pages would stop silently, or what would show a text as it came, is not written at all."""
    text = template.read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"""<style|\bstyle=|\bon[a-z]+=["']|javascript:|\bhx-on|\|\s*safe\b""", text)


def test_the_map_is_whole_and_light() -> None:
    """Every municipality of today has a shape, and all of them together stay under 150 kB."""
    codes = {one["properties"]["code"] for one in orjson.loads(BOUNDARIES.read_bytes())["features"]}
    assert SHAPES.keys() == codes
    assert all(path.startswith("M") for path in SHAPES.values())
    assert sum(map(len, SHAPES.values())) < 150_000 - 342 * 120


async def test_the_reference_shows_every_operation(client: httpx.AsyncClient) -> None:
    """What can be asked and is not on the page does not exist for its readers."""
    page = (await client.get("/docs")).text
    document = (await client.get("/v1/openapi.json")).json()
    for item in document["paths"].values():
        for operation in item.values():
            assert f'id="{operation["operationId"]}"' in page
    assert set(re.findall(r'href="#([\w-]+)"', page)) <= set(re.findall(r'id="([\w.-]+)"', page))


def test_without_a_demo_there_is_no_play(tmp_path: Path) -> None:
    """Neither an unnamed file nor one that is not there yet is a fault."""
    assert read_play("") is None
    assert read_play(str(tmp_path / "none.json")) is None

"""Files under hashed names: each leads to the others as they are now, so that a browser may keep all of them for ever."""

import re

import pytest

from app.console.assets import assets, hashed


async def test_a_script_asks_for_others_by_their_hashes() -> None:
    """A module that is imported changes its name with its contents; so does whoever imports it, and whoever imports that."""
    files = {
        "a.js": b'import { b } from "./b.js"; import("./c.js");',
        "b.js": b'export * from "./c.js";',
        "c.js": b"export let c;",
    }
    before, after = hashed(files), hashed(files | {"c.js": b"export let d;"})
    for served in (before, after):
        assert len(served) == 3
        told = {name: served[name].content.decode() for name in served}
        asked = [name for text in told.values() for name in re.findall(r'"\./([^"]+)"', text)]
        assert len(asked) == 3
        assert set(asked) <= set(served)
    assert not set(before) & set(after)


async def test_a_style_sheet_asks_for_a_font_by_its_hash() -> None:
    """And a name that begins like another is another."""
    served = hashed({"x.css": b"src: url(a.woff2), url(a.woff2.map)", "a.woff2": b"font"})
    style, font = sorted(served, key=lambda name: not name.endswith(".css"))
    assert f"url({font}), url(a.woff2.map)" in served[style].content.decode()


async def test_a_circle_is_told() -> None:
    """Neither could be named before the other; whoever makes one hears which files they are."""
    with pytest.raises(ValueError, match=r"a\.js asks for b\.js asks for a\.js"):
        hashed({"a.js": b'from "./b.js"', "b.js": b'from "./a.js"'})


async def test_nothing_of_ours_asks_for_what_is_not_there() -> None:
    """A module that is missing stops its page's script without a word."""
    for name, asset in assets().items():
        if name.endswith(".js"):
            assert set(re.findall(r'"\./([\w.-]+\.js)"', asset.content.decode())) <= set(assets()), name

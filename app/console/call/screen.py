"""The files that the call screen is made of, and so its version: another file, another version."""

import hashlib
import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from app.console.assets import address, assets

BEGUN_WITH: Final = (
    "nodus.svg", "tokens.css", "console.css", "call.css", "console.js", "call.js", "call_away.js",
    "fira-sans-latin-400-normal.woff2",
)  # fmt: skip
NAMED: Final = re.compile(rb"[\w-]+\.[0-9a-f]{12}\.\w+")
FOLDER: Final = "/static/"


@cache
def files() -> Sequence[str]:
    """Where each of them is served: those that its pages name, and those that these ask for."""
    found: dict[str, None] = {}
    left = [address(name).removeprefix(FOLDER) for name in BEGUN_WITH]
    while left:
        name = left.pop()
        if name not in found:
            found[name] = None
            left += [one for one in map(bytes.decode, NAMED.findall(assets()[name].content)) if one in assets()]
    return sorted(FOLDER + name for name in found)


@cache
def version() -> str:
    """The version of the screen."""
    return hashlib.sha256("\n".join(files()).encode()).hexdigest()[:12]

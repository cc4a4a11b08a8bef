"""The files of the pages, under names that change with their contents, so that browsers may keep them for ever."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

FOLDER: Final = Path(__file__).parent / "static"
MEDIA: Final = MappingProxyType(
    {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".woff2": "font/woff2", ".svg": "image/svg+xml"}
)
ASKED: Final = re.compile(rb"""(url\(|"\./)([\w.-]+)(\)|")""")


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its content and the media type it is served as."""

    content: bytes
    media_type: str


@cache
def assets() -> Mapping[str, Asset]:
    """Every file by its hashed name. What a style sheet or script asks for (`url(name)`, `"./name"`) it finds by that too."""
    found = {file.name: file.read_bytes() for file in sorted(FOLDER.iterdir()) if file.suffix in MEDIA}
    named: dict[str, str] = {}
    for name in found:
        _name(name, found, named)
    return {hashed: Asset(found[name], MEDIA[Path(name).suffix]) for name, hashed in named.items()}


@cache
def address(name: str) -> str:
    """Where a file is served.

    Raises:
        KeyError: there is no such file.
    """
    stem, _, suffix = name.rpartition(".")
    for hashed in assets():
        if hashed.startswith(f"{stem}.") and hashed.endswith(f".{suffix}"):
            return f"/static/{hashed}"
    raise KeyError(name)


def _name(name: str, found: dict[str, bytes], named: dict[str, str]) -> str:
    """The hashed name of a file, after those that it asks for: scripts that import each other in a circle can't have one."""
    if name in named:
        return named[name]

    def led(asked: re.Match[bytes]) -> bytes:
        other = asked[2].decode()
        return asked[1] + _name(other, found, named).encode() + asked[3] if other in found else asked[0]

    if name.endswith((".css", ".js")):
        found[name] = ASKED.sub(led, found[name])
    stem, _, suffix = name.rpartition(".")
    named[name] = f"{stem}.{hashlib.sha256(found[name]).hexdigest()[:12]}.{suffix}"
    return named[name]

"""The files of the pages, under names that change with their contents, so that browsers may keep them for ever."""

import hashlib
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

ASKS: Final = MappingProxyType({".css": ("url(", ")"), ".js": ('"./', '"')})  # how a file asks for another


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its content and the media type it is served as."""

    content: bytes
    media_type: str


@cache
def assets() -> Mapping[str, Asset]:
    """Every file by its hashed name; what a style sheet (`url(name)`) or script (`from "./name"`) asks for is led to it."""
    return hashed({file.name: file.read_bytes() for file in sorted(FOLDER.iterdir()) if file.suffix in MEDIA})


def hashed(files: Mapping[str, bytes]) -> Mapping[str, Asset]:
    """Files under names that change with their contents, and with those of every file that they ask for.

    Raises:
        ValueError: two files ask for each other: neither can have its name before the other.
    """
    named: dict[str, str] = {}
    found: dict[str, Asset] = {}

    def name_of(plain: str, asked_by: tuple[str, ...] = ()) -> str:
        if plain in asked_by:
            raise ValueError(f"{' asks for '.join((*asked_by, plain))}: a circle.")
        if plain not in named:
            content = files[plain]
            for other in _asked_for(plain, content, files):
                begins, ends = ASKS[Path(plain).suffix]
                told = begins + name_of(other, (*asked_by, plain)) + ends
                content = content.replace(f"{begins}{other}{ends}".encode(), told.encode())
            named[plain] = _hashed(plain, content)
            found[named[plain]] = Asset(content, MEDIA[Path(plain).suffix])
        return named[plain]

    for plain in files:
        name_of(plain)
    return found


def _asked_for(name: str, content: bytes, files: Mapping[str, bytes]) -> list[str]:
    if Path(name).suffix not in ASKS:
        return []
    begins, ends = ASKS[Path(name).suffix]
    return [other for other in files if f"{begins}{other}{ends}".encode() in content]


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


def _hashed(name: str, content: bytes) -> str:
    stem, _, suffix = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{suffix}"

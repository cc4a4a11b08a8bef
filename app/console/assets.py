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


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its content and the media type it is served as."""

    content: bytes
    media_type: str


@cache
def assets() -> Mapping[str, Asset]:
    """Every file by its hashed name. A style sheet's `url(name)` is led to the hashed name of what it asks for."""
    found = {file.name: file.read_bytes() for file in sorted(FOLDER.iterdir()) if file.suffix in MEDIA}
    renamed = {name: _hashed(name, content) for name, content in found.items() if not name.endswith(".css")}
    for name in [name for name in found if name.endswith(".css")]:
        for plain, hashed in renamed.items():
            found[name] = found[name].replace(f"url({plain})".encode(), f"url({hashed})".encode())
        renamed[name] = _hashed(name, found[name])
    return {hashed: Asset(found[name], MEDIA[Path(name).suffix]) for name, hashed in renamed.items()}


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

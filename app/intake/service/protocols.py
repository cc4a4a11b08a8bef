"""The protocols that come with the program, each read and checked once."""

from functools import cache
from importlib.resources import files
from typing import Final

import yaml

from app.core.errors import FieldError, Invalid
from app.intake.protocol import Protocol, parse

FOLDER: Final = files("app.intake") / "protocols"


class ProtocolUnknown(Invalid):
    """No protocol has this version."""

    slug, title = "protocol-unknown", "The protocol is not known"


@cache
def versions() -> tuple[str, ...]:
    """The versions that there are, oldest first."""
    return tuple(sorted(one.name.removesuffix(".yaml") for one in FOLDER.iterdir() if one.name.endswith(".yaml")))


def protocol(version: str) -> Protocol:
    """A protocol.

    Raises:
        ProtocolUnknown: there is none of this version.
    """
    if version not in versions():
        known = ", ".join(versions())
        fault = FieldError("/protocol", "unknown", f"Known: {known}.")
        raise ProtocolUnknown(f"There is no protocol of this version; there are {known}.", errors=[fault])
    return _read(version)


@cache
def _read(version: str) -> Protocol:
    return parse(yaml.safe_load((FOLDER / f"{version}.yaml").read_text(encoding="utf-8")))

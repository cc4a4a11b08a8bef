"""The protocols that calls may name: those that come with the program and the installation's own, each read and checked once."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

import structlog

from app.core.errors import FieldError, Invalid
from app.core.settings import load
from app.intake.marked import marked
from app.intake.parsing import Fault, Faulty, parse
from app.intake.protocol import NEWEST, Protocol

FOLDER: Final = Path(str(files("app.intake"))) / "protocols"
log = structlog.get_logger(__name__)


class ProtocolUnknown(Invalid):
    """No protocol has this version."""

    slug, title = "protocol-unknown", "The protocol is not known"


class ProtocolNotValid(Invalid):
    """The version was not valid when the call was received."""

    slug, title = "protocol-not-valid", "The protocol is not valid for this call"


def versions() -> tuple[str, ...]:
    """The versions that there are, oldest first."""
    return tuple(known())


def protocol(version: str) -> Protocol:
    """A protocol, valid today or not.

    Raises:
        ProtocolUnknown: there is none of this version.
    """
    found = known().get(version)
    if found is None:
        names = ", ".join(versions())
        fault = FieldError("/protocol", "unknown", f"Known: {names}.")
        raise ProtocolUnknown(f"There is no protocol of this version; there are {names}.", errors=[fault])
    return found


def valid_protocol(version: str, day: date) -> Protocol:
    """A protocol that a call of this day, in the Netherlands, may name; `newest` names the one that became valid last.

    Raises:
        ProtocolUnknown: there is none of this version.
        ProtocolNotValid: it was not valid on that day; those that were are named.
    """
    valid_now = sorted((one for one in known().values() if one.is_valid_on(day)), key=lambda one: one.starts_on or date.min)
    if version == NEWEST and valid_now:
        return valid_now[-1]
    found = protocol(version)
    if found in valid_now:
        return found
    valid = ", ".join(one.version for one in valid_now) or "none"
    since = f" from {found.starts_on}" if found.starts_on else ""
    until = f" until {found.ends_on}" if found.ends_on else ""
    raise ProtocolNotValid(
        f"{found.version} is valid{since}{until}. Valid for this call: {valid}.",
        errors=[FieldError("/protocol", "not_valid", f"Valid: {valid}.")],
    )


def known() -> Mapping[str, Protocol]:
    """Every version that can be used, by name."""
    return shelf()[0]


def left_out() -> Mapping[str, str]:
    """The files that can't be used, and why."""
    return shelf()[1]


def prepare() -> None:
    """Read every file before the first caller waits for it; the log hears of those that are left out."""
    for name, why in left_out().items():
        log.error("protocol.faulty", file=name, error=why)


@cache
def shelf() -> tuple[Mapping[str, Protocol], Mapping[str, str]]:
    """Read every file, once. One with faults is left out: intake goes on."""
    folders = [FOLDER, *([Path(load().protocols_folder)] if load().protocols_folder else [])]
    found: dict[str, Protocol] = {}
    faulty: dict[str, str] = {}
    for path in (path for folder in folders for path in sorted(folder.glob("*.yaml"))):
        try:
            one = read_file(path)
            if one.version in found:
                raise Faulty([Fault("twice", f"There is a protocol {one.version} already.", ("version",))])  # noqa: TRY301
        except (Faulty, OSError, UnicodeDecodeError) as error:
            faulty[path.name] = str(error)
        else:
            found[one.version] = one
    return dict(sorted(found.items())), faulty


def read_file(path: Path) -> Protocol:
    """The protocol of a file, checked.

    Raises:
        Faulty: it is no protocol, or not the one that the file's name says.
        OSError, UnicodeDecodeError: the file can't be read.
    """
    told = marked(path.read_text(encoding="utf-8"))
    if told.faults:
        raise Faulty(told.faults)
    found = parse(told.value)
    if found.version != path.stem:
        raise Faulty([Fault("file_name", f"The file must be called {found.version}.yaml.", ("version",))])
    return found

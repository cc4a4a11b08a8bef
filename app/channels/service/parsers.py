"""Which parsers there are, and what a report is when one of them, or none, could read it."""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Final

from pydantic import ValidationError

from app.channels import police_form, police_mail
from app.channels.police import MAIL, Original, Parser, Unreadable
from app.intake.codes import Channel
from app.intake.schemas.asked import CallIn

GROUP: Final = "nodus.police_parsers"
OURS: Final[Mapping[str, Parser]] = MappingProxyType(
    {police_form.NAME: police_form.read_lines, "nodus-json-1": police_form.read_json}
)
USUAL: Final = MappingProxyType({"text/plain": police_form.NAME, "application/json": "nodus-json-1"})


@cache
def parsers() -> Mapping[str, Parser]:
    """Every parser by its name: ours, and those of packages that are installed beside this one."""
    return MappingProxyType({**OURS, **{one.name: one.load() for one in entry_points(group=GROUP)}})


def call_in(original: Original) -> tuple[str, CallIn]:
    """Who read an original, and the call in it.

    Raises:
        Unreadable: no parser could; also when a parser broke down, so that no report is lost by a fault in it.
    """
    name = original.parser or ""
    try:
        media, content = original.media_type, original.content
        if media == MAIL:
            media, content = police_mail.form_in(content)
        name = original.parser or USUAL[media]
        told = parsers()[name](content)
        call = CallIn.model_validate({**told, "channel": Channel.POLICE, "kind": "report"})
    except Unreadable:
        raise
    except ValidationError as error:
        where = "/".join(str(part) for part in error.errors()[0]["loc"] if isinstance(part, str))
        raise Unreadable(f"invalid {where}"[:100]) from None
    except Exception:  # noqa: BLE001  a parser of somebody else may break in any way
        raise Unreadable("parser_failed") from None
    return name, call

"""What a poller asks by its headers: in which form, whether it has it already, and how long it would wait.

Sources: RFC 9110 §12.5.1 (Accept) and §13.1.2 (If-None-Match), RFC 7240 (Prefer).
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from app.core.errors import Problem

WAIT: Final = re.compile(r"wait\s*=\s*\"?([0-9]{1,9})\"?", re.IGNORECASE)
QUALITY: Final = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")


class NotAcceptable(Problem):
    """None of the forms that Accept names is given here."""

    slug, title, status = "not-acceptable", "Not in this form", 406


@lru_cache(maxsize=256)
def chosen(accept: str | None, offered: tuple[str, ...]) -> str:
    """The form that an Accept header likes best; of those it likes alike, the first offered. Without one: the first.

    Raises:
        NotAcceptable: it likes none of them.
    """
    ranges = [_range(one) for one in (accept or "").split(",") if one.strip()]
    if not ranges:
        return offered[0]
    best, liked = "", 0.0
    for media in offered:
        if (quality := _quality(media, ranges)) > liked:
            best, liked = media, quality
    if not best:
        raise NotAcceptable(f"Ask for {', '.join(offered[:-1])} or {offered[-1]} in Accept, or leave it out.")
    return best


def _range(text: str) -> tuple[str, float]:
    """A media range and its quality; one that can't be read is liked as if it had none."""
    name, *parameters = (part.strip().lower() for part in text.split(";"))
    given = next((value.strip() for key, _, value in (one.partition("=") for one in parameters) if key.strip() == "q"), "1")
    return name, float(given) if QUALITY.fullmatch(given) else 1.0


def _quality(media: str, ranges: Sequence[tuple[str, float]]) -> float:
    """How a form is liked: the most specific range that covers it decides."""
    for covering in (media, media.partition("/")[0] + "/*", "*/*"):
        if found := [quality for name, quality in ranges if name == covering]:
            return max(found)
    return 0.0


def is_known(if_none_match: str | None, tag: str) -> bool:
    """Whether who asks has what this ETag stands for."""
    return if_none_match is not None and (
        if_none_match.strip() == "*" or tag in (one.strip().removeprefix("W/") for one in if_none_match.split(","))
    )


def preferred_wait(prefer: str | None, longest: int) -> int | None:
    """The seconds that `Prefer: wait=…` asks for, `longest` at most; None: it asks for none. Others are not ours to honour."""
    for one in re.split(r"[,;]", prefer or ""):
        if found := WAIT.fullmatch(one.strip()):
            return min(int(found[1]), longest)
    return None

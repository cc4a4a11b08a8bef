"""How often somebody may do something on a page that has no door of its own; each process counts for itself."""

import secrets
from datetime import timedelta
from typing import Any, Final

from fastapi import Request

from app.channels.limiter import Limiter
from app.core import clock

SPAN: Final = timedelta(minutes=10)  # ⚙


def may(request: Request, what: str, most: int, *, about: str = "") -> bool:
    """Whether this address may do it once more, `most` times in ten minutes; `about` is counted apart."""
    limiters: dict[str, Limiter] = _kept(request.app.state)
    limiter = limiters.setdefault(what, Limiter(secrets.token_bytes(32), most=most, span=SPAN))
    return limiter.may(_who(request, about), clock.wall())


def undo(request: Request, what: str, *, about: str = "") -> None:
    """What `may` counted last was no guess: a shift that begins signs in at the same moment, behind one address."""
    if limiter := _kept(request.app.state).get(what):
        limiter.undo(_who(request, about))


def _who(request: Request, about: str) -> str:
    who = request.client.host if request.client else ""
    return f"{about} {who}" if about else who


def _kept(state: Any) -> dict[str, Limiter]:
    if not hasattr(state, "limiters"):
        state.limiters = {}
    found: dict[str, Limiter] = state.limiters
    return found

"""What is wrong on our own side: an endpoint that receives nothing, nobody on duty, a handoff that nobody has read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from app.boards.handoffs import HandoffState
from app.boards.service import handoffs
from app.boards.service.handoffs import Handoff
from app.core.actor import Actor
from app.core.work import Work
from app.coverage.gaps import Reason
from app.coverage.service import gaps
from app.delivery.service import endpoints

ENDPOINTS: Final = "webhooks:manage"
MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that does not work: its text is `inbox_alert_<what>`; `about` names which, `since` or until when."""

    what: str
    about: str
    at: datetime | None
    there: str


@dataclass(frozen=True, slots=True)
class OwnSide:
    """What is wrong, and what a shift handed to this one or the next."""

    alerts: Sequence[Alert]
    handoffs: Sequence[Handoff]

    @property
    def unread(self) -> int:
        """Handoffs that nobody has confirmed."""
        return sum(one.state is HandoffState.WAITING for one in self.handoffs)


async def own_side(work: Work, actor: Actor) -> OwnSide:
    """What an organisation should know of itself, as far as this role may."""
    found = await _endpoints(work) if ENDPOINTS in actor.scopes else []
    for row in (await gaps.stored(work, None, MOST, cleared=False, mine=True)).items:
        if row["starts_at"] <= work.at < row["ends_at"] and row["reason"] != Reason.BY_AGREEMENT:
            found.append(Alert("nobody", row["line"], row["ends_at"], "/rosters"))
    return OwnSide(list({(one.what, one.about): one for one in found}.values()), await handoffs.current(work, None))


async def _endpoints(work: Work) -> list[Alert]:
    return [
        Alert(
            "disabled" if one.state == "disabled" else "failing",
            one.label or urlsplit(one.url).hostname or "",
            one.disabled_at or one.failing_since,
            "/endpoints",
        )
        for one in await endpoints.ours(work)
        if one.state == "disabled" or (one.state != "paused" and one.failing_since)
    ]

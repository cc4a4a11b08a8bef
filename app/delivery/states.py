"""What state an endpoint is in after somebody wished something of it, and when its receiver is asked again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.core.errors import FieldError, Refused

AGAIN_AFTER: Final = timedelta(seconds=5)  # ⚙ then twice as long each time
AT_MOST: Final = timedelta(minutes=10)  # ⚙
ASKED_FOR: Final = timedelta(hours=1)  # ⚙
CODE_LIVES: Final = timedelta(hours=24)  # ⚙


class NotVerified(Refused):
    """Nothing is sent to an address before its owner has agreed."""

    slug, title = "endpoint-not-verified", "The endpoint is not verified"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an endpoint stands. `starts`: its verification begins now, anew."""

    state: str
    verified: bool
    starts: bool = False


def settle(
    now: Standing, *, verification: str, wished: str | None = None, moved: bool = False, other_way: bool = False
) -> Standing:
    """The standing after a change: `moved` to another address, `other_way` of verifying, `wished` active or paused.

    An address that was agreed stays agreed. A paused endpoint that moves stays paused, and is verified when it goes on.

    Raises:
        NotVerified: it is to be active, and its verification is under way or was given up.
    """
    verified = verification == "agreed" or (now.verified and not moved)
    if wished == "active" and now.state == "unverified" and not (verified or moved or other_way):
        sentence = "It becomes active by being verified: `verification` says what is missing, POST …/verifications starts again."
        raise NotVerified(sentence, errors=[FieldError("/state", "not_verified", sentence)])
    at_work = wished == "active" or (wished is None and now.state in {"active", "unverified"})
    state = (wished or now.state) if not at_work else "active" if verified else "unverified"
    starts = state == "unverified" and (now.state != "unverified" or moved or other_way)
    return Standing(state, verified, starts)


def next_verification(attempts: int, since: datetime, at: datetime) -> datetime | None:
    """When to ask the receiver again after so many attempts, of which the last was at `at`; None: an hour has passed."""
    again = at + min(AGAIN_AFTER * 2 ** min(attempts - 1, 10), AT_MOST)
    return again if again <= since + ASKED_FOR else None

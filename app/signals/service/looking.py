"""Look for earlier calls about the same: counts first, across organisations; every look is kept, and too many are refused."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from app.cases.lifecycle import Urgency
from app.core.errors import TooMany
from app.core.ids import new_id
from app.core.work import Work
from app.directory.places import PlaceOfStay
from app.directory.service import look_up as directory
from app.directory.service.look_up import Organisation
from app.signals import queries
from app.signals.evaluate import local_midnight
from app.signals.marks import About, Kind
from app.signals.matches import LONGEST, RECENT, Match, in_order, match_of
from app.signals.service.hashing import looked_for
from app.signals.service.tokens import match_for
from app.signals.tables import earlier_look

LOOKS_AN_HOUR: Final = 300  # ⚙ a key; an operator needs three a call
AN_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Found:
    """A match, and what `joins` takes for its open case."""

    match: Match
    joins: str | None


@dataclass(frozen=True, slots=True)
class Earlier:
    """What there was before, and who else knows of it."""

    found: tuple[Found, ...]
    ask_here: tuple[Organisation, ...]


async def earlier(work: Work, about: About, *, municipality_code: str | None, urgency: Urgency | None) -> Earlier:
    """Earlier calls of the last twelve months about the same address, person or telephone, as counts.

    Raises:
        TooMany: this key has looked 300 times ⚙ within an hour.
    """
    await _within_rate(work)
    rows = await work.rows(queries.EARLIER, **binds_of(work, about))
    if municipality_code is None and any(row["kind"] != Kind.ADDRESS for row in rows):
        municipality_code = await _municipality(work, about)  # an address lies in one
    matches = in_order([match_of(row, municipality_code, urgency) for row in rows])
    _keep_look(work, about, sum(one.in_12_months for one in matches))
    others = sorted({one for match in matches for one in match.others})
    found = tuple(Found(one, match_for(work, one.open_case) if one.open_case else None) for one in matches)
    return Earlier(found, tuple(await directory.named(work, others)))


def binds_of(work: Work, about: About) -> dict[str, Any]:
    """What the statement is asked with: hashes, and how far back."""
    asked = looked_for(work, about)
    return {
        "hashes": [hashed for hashed, _ in asked],
        "kinds": [mark.kind for _, mark in asked],
        "sures": [mark.sure for _, mark in asked],
        "until": work.at,
        "today": local_midnight(work.at),
        "recent": RECENT,
        "longest": LONGEST,
    }


async def readable(work: Work, about: About, most: int) -> list[UUID]:
    """The newest calls about the same, at most `most`, of those that this organisation took or whose case it owns.

    Raises:
        TooMany: as `earlier`.
    """
    await _within_rate(work)
    hashes = [hashed for hashed, _ in looked_for(work, about)]
    rows = await work.rows(queries.READABLE_CALLS, hashes=hashes, since=work.at - LONGEST, most=most)
    _keep_look(work, about, len(rows))
    return [row["call_id"] for row in rows]


def _keep_look(work: Work, about: About, found: int) -> None:
    kinds = sorted({mark.kind for _, mark in looked_for(work, about)})
    work.write(
        earlier_look,
        id=new_id(work.at),
        at=work.at,
        organisation_id=work.organisation,
        key_id=work.actor.key,
        kinds=kinds,
        found=found,
    )


async def _municipality(work: Work, about: About) -> str | None:
    for one in about.addresses:
        return await directory.municipality_of(work, PlaceOfStay(postcode=one.postcode, house_number=one.house_number))
    return None


async def _within_rate(work: Work) -> None:
    row = await work.one(queries.LOOKS, key_id=work.actor.key, since=work.at - AN_HOUR)
    if row and row["count"] >= LOOKS_AN_HOUR:
        wait = max(1, int((row["first_at"] + AN_HOUR - work.at).total_seconds()))
        raise TooMany(f"This key has looked for earlier calls {LOOKS_AN_HOUR} times within an hour.", retry_after=wait)

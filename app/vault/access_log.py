"""The access log (verwerkingslog): who looked at what, when, on whose behalf and what for; never what it said.

Source: NEN 7513 (the five minimum items), Logboek Dataverwerkingen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog

from app.core.errors import Forbidden
from app.core.ids import least_id, new_id
from app.core.paging import Page, page_of
from app.core.work import Work
from app.vault import queries
from app.vault.purpose import Purpose
from app.vault.tables import access_log

READING: Final = "access-log:read"
HURRY: Final = 25  # ⚙ cases that somebody opens within an hour of the clock before it is shown as striking
CROWD: Final = 8  # ⚙ people of one organisation who open one case
SHOWN: Final = 5

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look. `key_id`: who, when it was somebody of the own organisation; of others their organisation is told, no more."""

    id: UUID
    at: datetime
    organisation_id: UUID
    role: str
    action: str
    case_id: UUID
    what: str
    purpose: str
    key_id: UUID | None
    is_ours: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which looks, from `since` until `until` (not included). `whose`: ours, others, or both when empty."""

    since: datetime
    until: datetime
    case_id: UUID | None = None
    key_id: UUID | None = None
    purpose: str | None = None
    whose: str = ""


@dataclass(frozen=True, slots=True)
class Striking:
    """What somebody may want to ask about: many cases in one hour, or one case that many opened. It proves nothing."""

    hurries: Sequence[tuple[UUID, datetime, int]]  # which key, in which hour, how many cases
    crowds: Sequence[tuple[UUID, int]]  # which case, how many keys


def log(work: Work, case_id: UUID, *, action: str, what: str, purpose: Purpose) -> None:
    """Record one look in the transaction of the look itself."""
    work.write(
        access_log,
        id=new_id(work.at),
        at=work.at,
        organisation_id=work.organisation,
        key_id=work.actor.key,
        role=work.actor.role,
        action=action,
        case_id=case_id,
        what=what,
        purpose=purpose,
        request_id=work.request_id,
    )


async def looks(work: Work, asked: Asked, before: UUID | None, limit: int) -> Page[Look]:
    """The looks of this organisation's people, and of others at cases that it took in; newest first.

    Reading leaves a trace: a line in the program's log; about one case a line in this log, which the next reader sees.

    Raises:
        Forbidden: only who holds `access-log:read` reads it.
    """
    _may(work)
    logger.info("vault.access_log_read", organisation=str(work.organisation), key=str(work.actor.key))
    rows = await work.rows(
        queries.LOOKS,
        after=least_id(asked.since),
        before=min(least_id(asked.until), before) if before else least_id(asked.until),
        case_id=asked.case_id,
        key_id=asked.key_id,
        purpose=asked.purpose,
        ours=asked.whose != "others",
        others=asked.whose != "ours",
        most=limit + 1,
    )
    found = [Look(**row) for row in rows]
    if asked.case_id and found:
        log(work, asked.case_id, action="look", what="access log of the case", purpose=Purpose.QUALITY)
    return page_of(found, limit, found[limit - 1].id if len(found) > limit else None)


async def striking(work: Work, since: datetime, until: datetime) -> Striking:
    """What strikes in the looks of this organisation's own people.

    Raises:
        Forbidden: as `looks`.
    """
    _may(work)
    span = {"after": least_id(since), "before": least_id(until), "most": SHOWN}
    hurries = await work.rows(queries.HURRIES, **span, many=HURRY)
    crowds = await work.rows(queries.CROWDS, **span, many=CROWD)
    return Striking(
        [(row["key_id"], row["hour"], row["cases"]) for row in hurries], [(row["case_id"], row["people"]) for row in crowds]
    )


def _may(work: Work) -> None:
    if READING not in work.actor.scopes:
        raise Forbidden("Only a privacy officer reads the access log.")

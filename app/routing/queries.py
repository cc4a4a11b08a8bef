"""Statements about decisions and offers; row-level security decides which rows they see."""

from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, select, text, tuple_, union_all, update

from app.core.paging import KEPT, Place
from app.routing.tables import decision, handover, offer

OFFER: Final = select(offer).where(offer.c.id == bindparam("offer_id"))
LOCKED: Final = OFFER.with_for_update()
SOME: Final = select(offer).where(offer.c.id.in_(bindparam("ids", expanding=True))).order_by(offer.c.id)
PENDING: Final = (
    select(offer).where(offer.c.organisation_id == bindparam("organisation_id"), offer.c.state == "pending").order_by(offer.c.id)
)
CHANGE: Final = (
    update(offer)
    .where(offer.c.id == bindparam("offer_id"), offer.c.state == "pending", offer.c.version == bindparam("seen"))
    .values(version=offer.c.version + 1)
)
SEE: Final = (  # no new version: whoever read the offer before may answer it all the same
    update(offer)
    .where(offer.c.id == bindparam("offer_id"), offer.c.state == "pending", offer.c.seen_at.is_(None))
    .values(seen_at=bindparam("at"))
)
DUE: Final = (
    select(offer.c.id)
    .where(offer.c.state == "pending", offer.c.next_call_at <= bindparam("at"))
    .order_by(offer.c.next_call_at)
    .limit(100)
)
LAST_DECISION: Final = select(decision).where(decision.c.case_id == bindparam("case_id")).order_by(decision.c.id.desc()).limit(1)
DECISIONS: Final = select(decision).where(decision.c.case_id == bindparam("case_id")).order_by(decision.c.id)
OFFERS_OF_CASE: Final = select(offer).where(offer.c.case_id == bindparam("case_id")).order_by(offer.c.id)

HANDOVER: Final = select(handover).where(handover.c.id == bindparam("handover_id"))
HANDOVERS: Final = select(handover).where(handover.c.case_id == bindparam("case_id")).order_by(handover.c.id)
PASS_ON: Final = text("SELECT pass_on_duties(:case_id, :old, :new) AS duties")
OWNERS: Final = text("SELECT * FROM owners_of(:case_id)")


def listed(organisation: UUID, after: UUID | None, limit: int, state: str | None) -> Select[Any]:
    """A page of the offers to an organisation, one more than asked for."""
    query = select(offer).where(offer.c.organisation_id == organisation).order_by(offer.c.id).limit(limit + 1)
    if after:
        query = query.where(offer.c.id > after)
    return query.where(offer.c.state == state) if state else query


LAST_OFFERED: Final = (
    select(offer.c.offered_at).where(offer.c.organisation_id == bindparam("organisation_id")).order_by(offer.c.id.desc()).limit(1)
)

# First decisions, by the ids that their moments give: what was needed, in codes.
FIRST_DECISIONS: Final = text("""
  SELECT at, inputs -> 'need' AS need, inputs -> 'around' ->> 'municipality_code' AS code FROM decision
  WHERE id >= :first AND id < :last AND at >= :starts_at AND at < :ends_at AND inputs -> 'refusals' = '[]'
    AND NOT inputs ? 'leaving'
  ORDER BY id LIMIT :most
""")


REFUSED: Final = text("""
  SELECT state, reason, count(*) AS count FROM offer
  WHERE id >= :first AND id < :last AND state IN ('declined', 'expired') GROUP BY state, reason
""")
NOBODYS: Final = text("offer.what = 'assignment'")
STANDS: Final = text("offer.state = 'pending'")  # as its indexes say it


@lru_cache(maxsize=KEPT)
def asked(organisation: UUID, after: Place | None, limit: int) -> Select[Any]:
    """Pending offers to an organisation, soonest to be answered first."""
    return _pending(offer.c.organisation_id == organisation, after, limit)


@lru_cache(maxsize=KEPT)
def asks(organisation: UUID, after: Place | None, limit: int) -> Select[Any]:
    """Pending offers of cases that an organisation took in and nobody has yet, and of those it hands over; in the same order."""
    taken_in = and_(offer.c.intake_organisation_id == organisation, NOBODYS)
    handed_over = offer.c.from_organisation_id == organisation
    found = union_all(*(_pending(one, after, limit) for one in (taken_in, handed_over))).subquery()
    return select(found).order_by(found.c.accept_by, found.c.id).limit(limit)


def _pending(which: ColumnElement[bool], after: Place | None, limit: int) -> Select[Any]:
    query = select(offer).where(which, STANDS).order_by(offer.c.accept_by, offer.c.id).limit(limit)
    return query.where(tuple_(offer.c.accept_by, offer.c.id) > (after.at, after.id)) if after else query

"""Statements about how duty is planned."""

from typing import Final

from sqlalchemy import Uuid, bindparam, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY

from app.rosters.tables import (
    calendar_feed,
    participant,
    roster_override,
    roster_plan,
    rotation,
    shift_confirmation,
    sign_up,
    unavailability,
)

_IDS = bindparam("ids", type_=ARRAY(Uuid))

PARTICIPANT: Final = select(participant).where(participant.c.id == bindparam("participant_id"))
PARTICIPANT_LOCKED: Final = PARTICIPANT.with_for_update()
PARTICIPANTS: Final = select(participant).where(participant.c.id > bindparam("after")).order_by(participant.c.id)
PARTICIPANTS_OF: Final = select(participant).where(participant.c.id == func.any(_IDS))
CHANGE_PARTICIPANT: Final = update(participant).where(participant.c.id == bindparam("participant_id"))
# Where somebody is planned in any way, so that their end, or their new name, is seen there.
PLANNED_ON: Final = text("""
  SELECT roster_id FROM rotation WHERE :participant_id = ANY(participants)
  UNION SELECT roster_id FROM roster_override
    WHERE :participant_id IN (participant_id, other_participant_id) AND state IN ('set', 'accepted')
  UNION SELECT roster_id FROM sign_up WHERE participant_id = :participant_id
  ORDER BY 1
""")

PLAN: Final = select(roster_plan).where(roster_plan.c.roster_id == bindparam("roster_id"))
PLANS: Final = select(roster_plan).where(roster_plan.c.roster_id > bindparam("after")).order_by(roster_plan.c.roster_id)
PLANS_LOCKED: Final = (
    select(roster_plan).where(roster_plan.c.roster_id == func.any(_IDS)).order_by(roster_plan.c.roster_id).with_for_update()
)
CHANGE_PLAN: Final = update(roster_plan).where(roster_plan.c.roster_id == bindparam("id_of_roster"))
MADE_AHEAD: Final = text("""
  UPDATE roster_plan SET generated_at = :at, generated_until = :until,
    generate_at = CASE WHEN ends_on <= :day THEN NULL ELSE CAST(:again AS timestamptz) END
  WHERE roster_id = ANY(:ids)
""")
DUE: Final = (
    select(roster_plan.c.roster_id)
    .where(roster_plan.c.generate_at <= bindparam("at"))
    .order_by(roster_plan.c.generate_at)
    .limit(100)
)

ROTATIONS: Final = select(rotation).where(rotation.c.roster_id == func.any(_IDS)).order_by(rotation.c.layer, rotation.c.id)
ROTATION: Final = select(rotation).where(rotation.c.id == bindparam("rotation_id"))
CHANGE_ROTATION: Final = update(rotation).where(rotation.c.id == bindparam("id_of_rotation"))
REMOVE_ROTATION: Final = delete(rotation).where(rotation.c.id == bindparam("rotation_id"))

OVERRIDE: Final = select(roster_override).where(roster_override.c.id == bindparam("override_id"))
OVERRIDES: Final = (
    select(roster_override).where(roster_override.c.roster_id == bindparam("roster_id")).order_by(roster_override.c.id)
)
OVERRIDES_AFTER: Final = OVERRIDES.where(roster_override.c.id > bindparam("after"))
OVERRIDES_IN: Final = text("""
  SELECT * FROM roster_override WHERE roster_id = :roster_id
    AND (span && tstzrange(:starts_at, :ends_at) OR other_span && tstzrange(:starts_at, :ends_at)) ORDER BY id
""")
# In the order in which they were decided: the later word counts.
OVERRIDES_THAT_COUNT: Final = text("""
  SELECT * FROM roster_override WHERE roster_id = ANY(:ids) AND state IN ('set', 'accepted')
    AND (upper(span) > :since OR upper(other_span) > :since) ORDER BY decided_at, id
""")
CHANGE_OVERRIDE: Final = update(roster_override).where(roster_override.c.id == bindparam("override_id"))

SIGN_UPS: Final = text("""
  SELECT u.*, r.layer + u.seat - 1 AS layer, lower(u.span) AS starts_at, upper(u.span) AS ends_at
  FROM sign_up u JOIN rotation r ON r.id = u.rotation_id
  WHERE u.roster_id = ANY(:ids) AND u.span && tstzrange(:starts_at, :ends_at) ORDER BY u.span, u.seat
""")
SIGN_UP: Final = select(sign_up).where(sign_up.c.id == bindparam("sign_up_id"))
REMOVE_SIGN_UP: Final = delete(sign_up).where(sign_up.c.id == bindparam("sign_up_id"))

BUSY: Final = text("""
  SELECT participant_id, lower(span) AS starts_at, upper(span) AS ends_at FROM unavailability
  WHERE participant_id = ANY(:ids) AND span && tstzrange(:starts_at, :ends_at) ORDER BY participant_id, span
""")
FORGET_BUSY: Final = delete(unavailability).where(unavailability.c.participant_id == bindparam("participant_id"))

FEED: Final = select(calendar_feed).where(calendar_feed.c.id == bindparam("feed_id"))
FEEDS: Final = select(calendar_feed).where(calendar_feed.c.withdrawn_at.is_(None)).order_by(calendar_feed.c.id)
WITHDRAW_FEED: Final = (
    update(calendar_feed)
    .where(calendar_feed.c.id == bindparam("feed_id"), calendar_feed.c.withdrawn_at.is_(None))
    .values(withdrawn_at=bindparam("at"))
)

CONFIRMATIONS: Final = (
    select(shift_confirmation).where(shift_confirmation.c.shift_id == bindparam("shift_id")).order_by(shift_confirmation.c.place)
)
ASKED: Final = select(shift_confirmation.c.shift_id, shift_confirmation.c.participant_id).where(
    shift_confirmation.c.shift_id == func.any(_IDS)
)
CONFIRMING: Final = select(roster_plan.c.roster_id).where(roster_plan.c.roster_id == func.any(_IDS), roster_plan.c.confirms)
PASS_ON_DUE: Final = (
    select(shift_confirmation.c.id).where(shift_confirmation.c.pass_on_at <= bindparam("at")).order_by("pass_on_at").limit(100)
)
CONFIRMATION_LOCKED: Final = (
    select(shift_confirmation).where(shift_confirmation.c.id == bindparam("confirmation_id")).with_for_update()
)
NOT_WAITED_FOR: Final = (
    update(shift_confirmation).where(shift_confirmation.c.shift_id == bindparam("of_shift")).values(pass_on_at=None)
)
CONFIRM: Final = text("""
  UPDATE shift_confirmation SET confirmed_at = :at, confirmed_by = :key
  WHERE shift_id = :shift_id AND participant_id = :participant_id AND confirmed_at IS NULL
""")

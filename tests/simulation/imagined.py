"""A small country for simulations: two municipalities, a desk, providers with shifts, a national desk."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from app.cases.lifecycle import Urgency
from app.core.spans import Span
from app.directory.surroundings import Desk, NationalDesk, Provider
from app.routing.need import Need
from app.simulation.behaviour import Behaviour
from app.simulation.calls import SimulatedCall
from app.simulation.playing import Player
from app.simulation.snapshot import Area, Around, Days, Municipality, Roster, Served, Snapshot, Turn
from tests.routing.places import LAST, OFFICE, a_desk, a_provider, an_id

START: Final = datetime(2026, 12, 7, tzinfo=UTC)  # a Monday
PERIOD: Final = Span(START, START + timedelta(days=7))
HAARLEM: Final = "GM0392"
ALKMAAR: Final = "GM0361"


def _served(told: Desk | Provider | NationalDesk, kind: str) -> Served:
    return Served(told.service_id, kind, told)


DESK: Final = _served(a_desk("desk", OFFICE), "meldpunt")
OUTREACH: Final = _served(a_provider("outreach", on_duty=False), "outreach")
CRISIS: Final = _served(a_provider("crisis", "crisis", on_duty=False), "crisis")
NATIONAL: Final = _served(LAST, "national_desk")


def a_turn(start: datetime, hours: float, participant: str = "team A", layer: int = 1) -> Turn:
    """A shift of outreach."""
    end = start + timedelta(hours=hours)
    return Turn(an_id(f"{start} {layer}"), 1, layer, start, end, participant)


def a_country() -> Snapshot:
    """Haarlem has a desk, outreach with shifts by day, and a crisis service; Alkmaar has nobody of its own."""
    return Snapshot(
        version=7,
        municipalities=(Municipality(HAARLEM, "Haarlem", Days(), 20), Municipality(ALKMAAR, "Alkmaar", Days(), 10)),
        services={one.service_id: one for one in (DESK, OUTREACH, CRISIS, NATIONAL)},
        areas=tuple(Area(one.service_id, HAARLEM, Days()) for one in (DESK, OUTREACH, CRISIS)),
        rosters=(Roster(UUID(int=5), 1, OUTREACH.service_id, "days"),),
        turns={1: [a_turn(START + timedelta(days=day, hours=7), 12) for day in range(7)]},
    )


def a_call(number: int = 0, at: datetime = START, code: str = HAARLEM, urgency: Urgency = Urgency.URGENT) -> SimulatedCall:
    """A call."""
    return SimulatedCall(number, at, code, Need(urgency))


def a_player(snapshot: Snapshot | None = None, behaviour: Behaviour | None = None, seed: int = 1) -> Player:
    """Somebody who plays calls."""
    return Player(Around(snapshot or a_country()), behaviour or Behaviour(), seed)

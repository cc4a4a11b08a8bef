"""A call is played as it would be carried out in earnest."""

from datetime import timedelta
from typing import Any, Final

import pytest

from app.cases.lifecycle import Urgency
from app.core.actor import WORKER
from app.core.db import Database
from app.core.spans import Span
from app.core.work import begin
from app.directory.service.whole import whole
from app.routing.ladder import Rung
from app.routing.need import Kind, Need
from app.simulation.behaviour import HABITS, Answer, Behaviour, Habit
from app.simulation.calls import SimulatedCall
from app.simulation.playing import Player
from app.simulation.snapshot import Around, snapshot_of
from tests.conftest import MOMENT
from tests.routing.working import an_offer, look, standing
from tests.simulation.imagined import ALKMAAR, DESK, HAARLEM, START, a_call, a_country, a_player

SILENT: Final = Behaviour({rung: Habit(0.0, 0.0) if rung is not Rung.NATIONAL_DESK else habit for rung, habit in HABITS.items()})
PLACES: Final = ("GM0392", "GM0014", "GM0505", "GM0088", "GM0363")
NEEDS: Final = (Need(Urgency.CRISIS), Need(Urgency.URGENT), Need(Urgency.NORMAL, Kind.POLICE), Need(Urgency.URGENT, age=15))


@pytest.mark.parametrize("hours", [1, 13])
async def test_who_is_asked_when_is_what_really_happens(fresh_database: Database, hours: int) -> None:
    """Nobody answers: the cases climb through the real service and its worker, and every offer is where the simulation has it."""
    at = MOMENT + timedelta(hours=hours)
    async with begin(fresh_database, WORKER) as work:
        read = await whole(work, Span(at, at + timedelta(days=20)))
    around = Around(
        snapshot_of(read.version, read.municipalities, read.services, read.areas, read.rosters, read.shifts, endings=read.endings)
    )
    player = Player(around, SILENT, 1)
    for number, (code, need) in enumerate((code, need) for code in PLACES for need in NEEDS):
        case = await an_offer(fresh_database, code, need, at)
        while (last := (await standing(fresh_database, case)).pending[0])["rung"] != Rung.NATIONAL_DESK:
            await look(fresh_database, last)
        offers: list[Any] = (await standing(fresh_database, case)).offers
        played = player.play(SimulatedCall(number, at, code, need))
        assert played is not None
        assert [(one.organisation_id, one.rung) for one in played.asked] == [
            (one["organisation_id"], one["rung"]) for one in offers
        ]
        assert played.accepted_at is not None
        assert played.accepted_at >= offers[-1]["offered_at"]


def test_the_same_seed_gives_the_same_outcome_in_any_order() -> None:
    """Two directories are compared call by call: what is drawn must not depend on what was drawn before."""
    calls = [a_call(number, START + timedelta(hours=number)) for number in range(60)]
    forth = [a_player().play(call) for call in calls]
    player = a_player()
    assert [player.play(call) for call in reversed(calls)] == forth[::-1]
    assert [a_player(seed=2).play(call) for call in calls] != forth


def test_without_anybody_else_it_is_a_gap() -> None:
    """Alkmaar has only the national desk; Haarlem at night has a provider, which is none."""
    alone = a_player().play(a_call(code=ALKMAAR))
    assert alone is not None
    assert (alone.gap, alone.rung) == (True, Rung.NATIONAL_DESK)
    climbed = a_player(behaviour=SILENT).play(a_call(at=START + timedelta(hours=10)))
    assert climbed is not None
    assert not climbed.gap
    assert [one.answer for one in climbed.asked] == [Answer.EXPIRED, Answer.EXPIRED, Answer.ACCEPTED]
    assert climbed.accepted_at is not None
    assert climbed.accepted_at >= START + timedelta(hours=11)


def test_whose_shift_ran_is_told() -> None:
    """The load of people is counted by shift, not by organisation."""
    declined = Behaviour({**HABITS, Rung.MELDPUNT: Habit(0.0, 1.0)})
    played = a_player(behaviour=declined).play(a_call(at=START + timedelta(hours=10)))
    assert played is not None
    assert played.asked[0].organisation_id == DESK.told.organisation_id
    assert played.asked[0].duty is None
    assert played.asked[1].duty is not None
    assert played.asked[1].duty.participant == "team A"


def test_a_place_that_is_not_there_is_left_out_and_one_without_a_last_desk_has_nobody() -> None:
    """Neither may end the run of a quarter of a million others."""
    assert a_player().play(a_call(code="GM9999")) is None
    country = a_country()
    bare = type(country)(7, country.municipalities, {}, (), (), {})
    nobody = a_player(bare).play(a_call(code=HAARLEM))
    assert nobody is not None
    assert (nobody.rung, nobody.accepted_at, nobody.gap) == (None, None, True)

"""What is shown a year later is what was decided, and why."""

from copy import deepcopy
from dataclasses import replace
from datetime import datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.lifecycle import Urgency
from app.directory.surroundings import Surroundings
from app.routing.need import Chosen, Need
from app.routing.replay import Inputs, is_reproduced
from tests.routing.places import CREW, a_desk, a_provider, an_id, around, moments, needs, surroundings, utc

AT = utc("2026-11-24T11:00")


@given(needs, surroundings, moments, st.sets(st.sampled_from(["desk 1", "desk 2", "p 1", "p 2", "p 3"])))
def test_the_stored_explanation_reproduces_the_decision(need: Need, where: Surroundings, at: datetime, refused: set[str]) -> None:
    """Through the JSON that is stored, with nobody around left out, exactly one taken and a time that lies ahead."""
    inputs = Inputs(need, where, frozenset(an_id(name) for name in refused), at)
    decision = inputs.decide()
    stored = orjson.loads(orjson.dumps(inputs.to_json()))
    lines = orjson.loads(orjson.dumps([line.to_json() for line in decision.lines]))
    assert Inputs.from_json(stored) == inputs
    assert is_reproduced(stored, lines, decision.offered_to, decision.accept_by)
    everybody = {one.organisation_id for one in where.desks} | {one.organisation_id for one in where.providers}
    assert everybody | {one.organisation_id for one in where.national_desks} <= {line.organisation_id for line in decision.lines}
    assert len(decision.lines) >= len(where.desks) + len(where.providers) + len(where.national_desks)
    assert sum(line.taken for line in decision.lines) == 1
    assert decision.accept_by > inputs.at


def test_a_choice_is_replayed_too() -> None:
    """That the operator chose is an input; why is sealed elsewhere."""
    inputs = Inputs(Need(Urgency.URGENT, chosen=Chosen(an_id("second"), "x")), around(a_desk(), providers=CREW), frozenset(), AT)
    decision = inputs.decide()
    lines = [line.to_json() for line in decision.lines]
    assert is_reproduced(inputs.to_json(), lines, decision.offered_to, decision.accept_by)


@pytest.mark.parametrize("change", ["line", "missing", "hours", "stranger"])
def test_what_can_not_be_reproduced_is_said_and_stays_readable(change: str) -> None:
    """Rules and libraries change: an old decision that differs or can't be read any more must not break the page that shows it."""
    inputs = Inputs(Need(Urgency.URGENT), around(a_desk(), providers=CREW), frozenset(), AT)
    decision = inputs.decide()
    stored, lines = deepcopy(inputs.to_json()), [line.to_json() for line in decision.lines]
    match change:
        case "line":
            lines[0]["text"] = "Open until 18:00."
        case "missing":
            del stored["around"]["desks"]
        case "hours":
            stored["around"]["desks"][0]["hours"] = {"weekly": {"0-4": ["25:00-26:00"]}}
        case _:
            stored["need"]["chosen"] = str(an_id("stranger"))
    assert not is_reproduced(stored, lines, decision.offered_to, decision.accept_by)


def test_a_place_that_the_directory_no_longer_knows_keeps_who_was_there() -> None:
    """A municipality merges at New Year while a case is being offered: shifts that have ended don't count, the rest does."""
    gone = a_provider("gone", until="2026-11-24T12:00")
    where = around(a_desk(), providers=(gone, a_provider("there")))
    remembered = Inputs(Need(Urgency.URGENT), where, frozenset(), AT).remembered(utc("2026-11-24T12:00"))
    assert remembered == replace(where, providers=(replace(gone, duty=None), where.providers[1]))

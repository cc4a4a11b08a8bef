"""How a call may end, when it came, how old the person is."""

from datetime import UTC, date, datetime, timedelta

import httpx
import pytest

from app.cases.lifecycle import Flag, Urgency
from app.core.db import Database
from app.core.errors import Invalid
from app.intake.outcome import CallInFuture, must_be_past, oldest
from app.intake.triage import Verdict
from tests.makers import a_call, a_token

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
TODAY = AT.date()


def a_verdict(*flags: Flag) -> Verdict:
    """A verdict with these flags."""
    return Verdict(proposed=Urgency.NORMAL, urgency=Urgency.NORMAL, flags=flags, hand_offs=(), reasons=())


@pytest.mark.parametrize(
    ("band", "born", "flags", "age"),
    [
        ("unknown", None, (), None),
        ("under_16", None, (), 15),
        ("unknown", None, (Flag.MINOR,), 15),
        ("unknown", date(2014, 11, 24), (), 12),
        ("unknown", date(2014, 11, 25), (), 11),
        ("unknown", date(2008, 2, 29), (), 18),
        ("under_16", date(1950, 1, 1), (Flag.MINOR,), 15),
    ],
)
def test_how_old_somebody_is_at_most(band: str, born: date | None, flags: tuple[Flag, ...], age: int | None) -> None:
    """A child of whom only the date of birth was told must not be offered to a desk for adults; a flag goes before a date."""
    assert oldest(band, born, a_verdict(*flags), TODAY) == age


@pytest.mark.parametrize("born", [date(2026, 11, 25), date(2999, 1, 1), date(1896, 1, 1)])
def test_nobody_was_born_then(born: date) -> None:
    """A date that can't be is a date misheard, and would choose the wrong desk."""
    with pytest.raises(Invalid):
        oldest("unknown", born, a_verdict(), TODAY)


def test_when_a_call_can_have_come() -> None:
    """From it a term may run: not later than now, and no year misread."""
    must_be_past(AT + timedelta(seconds=50), AT)
    must_be_past(AT - timedelta(days=300), AT)
    with pytest.raises(CallInFuture):
        must_be_past(AT + timedelta(minutes=2), AT)
    with pytest.raises(Invalid):
        must_be_past(datetime(1, 1, 1, tzinfo=UTC), AT)


async def test_a_child_by_its_date_of_birth_goes_past_a_desk_for_adults(client: httpx.AsyncClient, database: Database) -> None:
    """Capelle's desk takes reports about people of 16 and older."""
    operator = await a_token(database)
    call = a_call(place={"stay": {"municipalityCode": "GM0502"}}, person={"birthDate": f"{datetime.now(UTC).year - 10}-01-01"})
    answer = await client.post("/v1/calls/_preview", json=call, headers=operator)
    assert answer.status_code == 200, answer.text
    [desk] = [one for one in answer.json()["candidates"] if "Capelle" in one["name"]]
    assert (desk["taken"], desk["code"]) == (False, "too_young")

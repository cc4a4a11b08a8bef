"""A planner's own municipalities only: the same gaps, for a fraction of the work."""

from datetime import timedelta

from app.core.actor import Actor, Role
from app.core.db import Database
from app.core.spans import Span
from app.core.work import begin
from app.coverage.lines import Line
from app.coverage.service.find import find, find_own
from tests.coverage.countries import CODES, an_id
from tests.coverage.watching import MONDAY, NIGHT, REGION, furnish


async def test_own_gaps_are_those_of_everywhere_where_one_serves(own: Database) -> None:
    """What a planner sees of their roster is what the country is told, and nothing of elsewhere; who serves nowhere has none."""
    await furnish(own, REGION)
    span = Span(MONDAY, MONDAY + timedelta(days=14))
    for organisation, codes in (("crisis", CODES[:2]), ("other", CODES[2:]), ("last", ())):
        async with begin(own, Actor(an_id(organisation), Role.PLANNER), at=MONDAY) as work:
            everywhere = await find(work, span, [Line.CRISIS])
            mine = await find_own(work, span, [Line.CRISIS])
        assert mine == [one for one in everywhere if set(one.municipality_codes) <= set(codes)]
    async with begin(own, Actor(an_id("crisis"), Role.PLANNER), at=MONDAY) as work:
        night = [one.span for one in await find_own(work, span, [Line.CRISIS]) if one.is_open]
    assert Span(*NIGHT) in night

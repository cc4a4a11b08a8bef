"""The ladder is written twice, for a moment in Python and for a period in SQL: the two say the same."""

from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.db import Database
from app.core.spans import Span
from app.coverage.lines import NEEDS, QUESTIONS, Line
from app.coverage.service import find
from app.directory.service import coverage as directory
from app.directory.service import look_up
from app.routing.decide import NobodyLeft, decide
from app.routing.ladder import Rung
from tests.coverage.countries import CHANGES, WALKED, Country, countries, tried
from tests.makers import now

situations = st.sampled_from(CHANGES).flatmap(lambda start: st.tuples(st.just(start), countries(start)))


@settings(deadline=None, max_examples=20, suppress_health_check=list(HealthCheck))
@given(situations, st.lists(st.integers(0, 36 * 60 - 1), min_size=3, max_size=6), st.sampled_from([0, 59]))
async def test_spans_say_what_the_decision_says(
    empty: Database, situation: tuple[datetime, Country], moments: list[int], seconds: int
) -> None:
    """A plan that promises somebody else than the case will go to is worse than none: rung, organisation and reason are equal."""
    start, country = situation
    async with tried(empty, country, start) as work:
        groups = await directory.groups(work, Span(start, start + WALKED), QUESTIONS.values())
        for minute in moments:
            at = start + timedelta(minutes=minute, seconds=seconds)
            for around in await look_up.everywhere(work, at):
                [group] = [one for one in groups if around.municipality_code in one.codes]
                for line, need in NEEDS.items():
                    told = [one for one in group.answers if one.line == line and any(span.contains(at) for span in one.spans)]
                    try:
                        decision = decide(need, around, frozenset(), at)
                    except NobodyLeft:
                        assert told == []
                        continue
                    taken = next(one for one in decision.lines if one.taken)
                    expected = [(decision.offered_to, decision.rung, taken.reason.code)]
                    assert [(one.organisation_id, one.rung, one.reason) for one in told] == expected, (line, at)


async def test_everywhere_at_a_moment_the_seeded_country_agrees(database: Database) -> None:
    """The Netherlands as they are loaded, an hour of the night and one of the day: every municipality, every line."""
    from app.core.actor import WORKER
    from app.core.work import begin

    for ahead in (0, 9, 15):
        at = now() + timedelta(hours=ahead)
        async with begin(database, WORKER) as work:
            for line in NEEDS:
                groups = await find.over_period(work, line, Span(at, at + timedelta(minutes=1)))
                first = {
                    code: next(answer for answer in one.answers if answer.spans[0].contains(at))
                    for one in groups
                    for code in one.codes
                }
                covered = await find.at_moment(work, line, at)
                assert len(covered) == len(first) > 300
                for one in covered:
                    answer = first[one.code]
                    assert (answer.organisation_id, Rung(answer.rung)) == (one.organisation_id, one.rung), (line, one.code)


def test_every_line_has_a_question() -> None:
    """A line without one would look covered for ever."""
    assert set(QUESTIONS) == set(Line)

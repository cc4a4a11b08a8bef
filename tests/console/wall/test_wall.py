"""The wall as a supervisor gets it: every kind of trouble made by real acts, calm without, and nothing of anybody on it."""

from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from app.core.actor import WORKER
from app.core.db import Database
from app.core.due import carry_out_once
from app.core.work import begin
from app.coverage import due as coverage
from app.delivery.service import alarms
from app.directory.seeding import organisation_id
from app.followup import due as followup
from app.routing import due as routing
from app.watch import due as watch
from tests.conftest import as_owner
from tests.console.signed_in import a_client, signed_in
from tests.coverage.watching import change
from tests.delivery.test_send import an_endpoint
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_token, an_accepted_case, an_offered_case, now
from tests.telephony.calling import Exchange
from tests.travel import travelling

DAY = timedelta(days=1)
PROVIDER, OTHER = organisation_id("crisis-vr13"), organisation_id("crisis-vr01")
GONE = """DELETE FROM shift USING roster r JOIN service s ON s.id = r.service_id
  WHERE roster_number = r.number AND s.organisation_id = :organisation AND span && tstzrange(:since, :until)"""
STUCK = """UPDATE webhook_endpoint SET state = 'unverified', disabled_reason = NULL, verified_at = NULL,
  verification_started_at = now() - interval '20 minutes'"""
PERSONAL = ("Buurman eet", "Meneer Geheim", "0612345678", "Voorbeeldige Regisseur", "1012AB")


async def _seen(database: Database, path: str = "/wall", organisation: Any = HOTLINE) -> str:
    supervisor = await signed_in(database, organisation, "supervisor")
    async with a_client(database, supervisor) as browser:
        answer = await browser.get(path, headers={"X-Part": "wall"} if path != "/wall" else {})
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_when_all_is_well_it_says_so(fresh_database: Database) -> None:
    """Somebody looks at it for hours: calm must be a sentence, not an emptiness that might be a fault."""
    await carry_out_once(watch.AUDITOR, fresh_database)
    page = await _seen(fresh_database)
    assert "Alles loopt" in page
    assert 'class="wall-verdict good"' in page
    assert "data-is-acute" not in page
    assert "Op elke melding is geantwoord." in page
    assert "Overal is nu en de komende twee weken iemand te bereiken." in page
    assert "Elke koppeling neemt aan wat wij sturen." in page


async def test_a_watch_that_stopped_is_the_first_thing_told(fresh_database: Database) -> None:
    """No worker looks: everything else on the wall may be old."""
    page = await _seen(fresh_database)
    assert 'id="trouble-watch" class="wall-trouble bad" data-is-acute' in page


async def test_what_must_always_hold_and_does_not(fresh_url: str, fresh_database: Database) -> None:
    """A case without an owner or a deadline is ours to mend, at once; the number of them is told."""
    await carry_out_once(watch.AUDITOR, fresh_database)
    owner = await asyncpg.connect(as_owner(fresh_url))
    await owner.execute("""UPDATE audit SET faults = '{"no_owner": 2, "no_deadline": 1, "clock_stopped": 0}'""")
    await owner.close()
    page = await _seen(fresh_database)
    assert 'id="trouble-broken" class="wall-trouble bad" data-is-acute' in page
    assert "3 casussen zonder eigenaar of deadline" in page


async def test_what_nobody_answers_and_what_is_late(fresh_client: httpx.AsyncClient, fresh_database: Database) -> None:
    """An offer that runs out, a case without its first contact, one on which nobody acts: each leads to its case."""
    caller = {"anonymity": "known", "relation": "neighbour", "name": "Meneer Geheim", "phone": "0612345678"}
    with travelling(now() - 40 * DAY) as travel:
        operator, desk = await a_token(fresh_database), await a_token(fresh_database, AMSTERDAM_DESK, "desk")
        accepted = await an_accepted_case(fresh_client, operator, desk)
        travel.on(days=20)
        await carry_out_once(followup.OVERDUE, fresh_database)
        asked = await an_offered_case(fresh_client, operator, caller=caller)
        travel.on(minutes=40)
        page = await _seen(fresh_database)
        assert f'id="trouble-offer_late-{asked["offered"]["offerId"]}"' in page
        assert f'id="offer-{asked["offered"]["offerId"]}"' in page
        assert f'href="/cases/{asked["caseId"]}"' in page
        assert f'id="late-{accepted}"' in page
        assert "Eerste contact" in page
        assert f'id="lying-{accepted}"' in page
        await carry_out_once(routing.EXPIRED_OFFERS, fresh_database)
        assert "een aanbod dat niemand bekeek" in await _seen(fresh_database, "/wall/now")
        for secret in PERSONAL:
            assert secret not in page


async def test_a_part_is_the_list_alone(fresh_client: httpx.AsyncClient, fresh_database: Database) -> None:
    """What a script puts in place is not a page in a page, and holds what the page holds."""
    operator = await a_token(fresh_database)
    asked = await an_offered_case(fresh_client, operator)
    part = await _seen(fresh_database, "/wall/now")
    assert "<html" not in part
    assert f'id="offer-{asked["offered"]["offerId"]}"' in part
    assert '<section id="wall" class="wall-now" data-live="/wall/now" data-live-wide' in await _seen(fresh_database)


async def test_calls_of_now(fresh_client: httpx.AsyncClient, fresh_database: Database) -> None:
    """One that rings too long, one that somebody takes, one that was left: without a number, without a word of what was said."""
    with travelling(now() - DAY) as travel:
        supervisor, operator = await a_token(fresh_database, role="supervisor"), await a_token(fresh_database)
        draft = await fresh_client.post("/v1/drafts", json={"worry": "Buurman eet al dagen niet."}, headers=operator)
        assert draft.status_code == 201, draft.text
        travel.on(minutes=20)
        exchange = await Exchange.registered(fresh_client, supervisor)
        await exchange.tell("offered", number="0612345678", queue="nacht")
        travel.on(minutes=2)
        page = await _seen(fresh_database)
    assert 'id="trouble-caller" class="wall-trouble bad" data-is-acute' in page
    assert "gaat over" in page
    assert 'id="trouble-draft"' in page
    for secret in PERSONAL:
        assert secret not in page


async def test_gaps_now_and_coming(fresh_database: Database) -> None:
    """A crisis service whose shifts of now are gone, and another's of next week: told, with the roster to mend; the map hatches it."""
    await change(fresh_database, GONE, now(), organisation=PROVIDER, since=now() - DAY, until=now() + DAY / 2)
    await change(fresh_database, GONE, now(), organisation=OTHER, since=now() + 5 * DAY, until=now() + 6 * DAY)
    await carry_out_once(coverage.LOOKS, fresh_database)
    page = await _seen(fresh_database)
    assert 'class="wall-trouble bad" data-is-acute' in page[page.index("trouble-gap_now-") :][:120]
    assert "geen dienst ingevuld" in page
    assert page.count('<tr id="gap-') >= 2
    assert page.count('<span class="tag bad">nu</span>') == 1
    assert 'href="/rosters/' in page
    picture = await _seen(fresh_database, "/wall/map")
    assert 'fill="url(#wall-places-hatch)" d="M' in picture
    assert "(Gat in de dekking nu)</title>" in picture


async def test_what_is_not_delivered(fresh_url: str, fresh_database: Database) -> None:
    """An endpoint of somebody else that fails or is off is told, with whom to ring; a healed one is not; no address is shown."""
    endpoint, _ = await an_endpoint(fresh_database, AMSTERDAM_DESK, "https://hooks.example.nl/in")
    watcher = await asyncpg.connect(as_owner(fresh_url))
    try:
        await watcher.execute("UPDATE webhook_endpoint SET failing_since = now() - interval '20 minutes'")
        page = await _seen(fresh_database)
        assert f'id="trouble-endpoint-{endpoint}-failing"' in page
        assert f'id="endpoint-{endpoint}"' in page
        assert f'href="/endpoints#endpoint-{endpoint}"' in page
        there = await _seen(fresh_database, "/endpoints")
        assert f'<tr id="endpoint-{endpoint}"' in there
        assert "hooks.example.nl" not in page + there
        await watcher.execute("UPDATE webhook_endpoint SET state = 'paused'")
        assert f"endpoint-{endpoint}" not in await _seen(fresh_database)
        await watcher.execute("UPDATE webhook_endpoint SET state = 'disabled', disabled_reason = 'gone', failing_since = NULL")
        assert f'id="trouble-endpoint-{endpoint}-disabled"' in await _seen(fresh_database)
        await watcher.execute(STUCK)
        assert f'id="trouble-endpoint-{endpoint}-unverified"' in await _seen(fresh_database)
        await watcher.execute("UPDATE webhook_endpoint SET state = 'active', verified_at = now()")
        assert f"endpoint-{endpoint}" not in await _seen(fresh_database)
    finally:
        await watcher.close()


async def test_something_pressing_that_does_not_arrive_is_acute(
    fresh_client: httpx.AsyncClient, fresh_database: Database
) -> None:
    """Nobody is sent, and the meldpunt believes that all is well: the first line, with a number to ring."""
    with travelling(now() - DAY) as travel:
        endpoint, _ = await an_endpoint(fresh_database, AMSTERDAM_DESK, "https://hooks.example.nl/in")
        await an_offered_case(fresh_client, await a_token(fresh_database))
        travel.on(minutes=3)
        async with begin(fresh_database, WORKER) as work:
            [found] = await alarms.troubled(work, 5)
        assert (found.id, found.why, found.pressing) == (endpoint, "pressing", 1)
        page = await _seen(fresh_database)
    assert f'id="trouble-endpoint-{endpoint}-pressing" class="wall-trouble bad" data-is-acute' in page


async def test_who_does_not_watch_over_the_country_sees_no_endpoint_of_others(fresh_database: Database) -> None:
    """A supervisor of one meldpunt watches that meldpunt."""
    await an_endpoint(fresh_database, HOTLINE, "https://hooks.example.nl/in")
    page = await _seen(fresh_database, organisation=AMSTERDAM_DESK)
    assert "alleen de landelijke telefoon" in await _seen(fresh_database, "/endpoints", AMSTERDAM_DESK)
    assert "trouble-" not in page
    assert "wall-delivery" not in page  # and is not told that all is delivered, which nobody looked at


@pytest.mark.parametrize("role", ["operator", "planner", "administrator", "privacy_officer"])
@pytest.mark.parametrize("path", ["/wall", "/wall/now", "/wall/map"])
async def test_only_supervisors_see_it(database: Database, role: str, path: str) -> None:
    """Each part has the door that the page has."""
    who = await signed_in(database, HOTLINE, role)
    async with a_client(database, who) as browser:
        assert (await browser.get(path)).status_code == 403
    async with a_client(database) as stranger:
        assert (await stranger.get(path)).status_code == 303


async def test_the_map_is_a_picture_and_a_table(database: Database) -> None:
    """Every municipality has a shape with its name and a row; a gap is a hatch and not a colour alone; light enough."""
    part = await _seen(database, "/wall/map")
    picture = part[part.index("<svg") : part.index("</svg>")]
    assert picture.count("<path") == picture.count("</title></path>") == 342
    assert len(picture.encode()) < 150_000
    assert part.count('<tr><th scope="row">') > 342
    assert '<pattern id="wall-places-hatch"' in picture

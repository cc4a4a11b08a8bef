"""Figures as they are read: only what was counted, small numbers not told, every table as CSV, nothing of anybody."""

import csv
import io
from datetime import timedelta

import httpx
import pytest

from app.console.figures import counting
from app.core.db import Database
from app.followup.service.duties import Kept
from tests.console.signed_in import a_client, signed_in
from tests.followup.following import Following
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_token, an_accepted_case, an_offered_case, now
from tests.travel import travelling


def _rows(answer: httpx.Response) -> list[list[str]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(answer.text)))


async def test_reports_are_counted_by_urgency_and_place(fresh_client: httpx.AsyncClient, fresh_database: Database) -> None:
    """Six in Amsterdam are six; one elsewhere is no number, since it tells of somebody; the period before is beside it."""
    operator = await a_token(fresh_database)
    with travelling(now() - timedelta(days=40)) as travel:
        await an_offered_case(fresh_client, operator)
        travel.on(days=39)
        for number in range(6):
            await an_offered_case(fresh_client, operator, place={"stay": {"postcode": "1012AB", "houseNumber": f"{number + 20}"}})
        await an_offered_case(fresh_client, operator, place={"stay": {"postcode": "9712AA", "houseNumber": "1"}})
        supervisor = await signed_in(fresh_database, HOTLINE, "supervisor")
        async with a_client(fresh_database, supervisor) as browser:
            page = (await browser.get("/figures")).text
            places, urgencies = await browser.get("/figures/reports.csv"), await browser.get("/figures/urgencies.csv")
            whole = await browser.get("/figures/municipalities.csv")
    assert '<th scope="row">Amsterdam</th><td>6</td>' in page
    assert '<th scope="row">Groningen</th><td>minder dan 5</td>' in page
    assert "<td>7</td><td>1</td><td>+6</td>" in page
    assert "Buurman" not in page
    assert ["GM0363", "Amsterdam", "6"] in _rows(places)
    assert ["GM0014", "Groningen", ""] in _rows(places)
    assert ["urgent", "7"] in _rows(urgencies)
    assert len(_rows(whole)) == 343


async def test_what_is_not_counted_yet_says_so(database: Database) -> None:
    """No number that nobody counted; a plain word, and where it can be had meanwhile."""
    who = await signed_in(database, HOTLINE, "supervisor")
    async with a_client(database, who) as browser:
        page = (await browser.get("/figures")).text
        english = (await browser.get("/figures?lang=en")).text
    assert page.count("Komt nog") == english.count("Still to come") == 2
    for part in ("funnel", "map", "aftercare", "reasons", "repeats"):
        assert f'id="{part}"' in page
        assert f'href="#{part}"' in page


async def test_how_far_cases_come_and_what_stood_in_the_way(fresh_client: httpx.AsyncClient, fresh_database: Database) -> None:
    """Opened, accepted, declined, checked in time or not at all: each beside the period before, and as a file."""
    operator, desk = await a_token(fresh_database), await a_token(fresh_database, AMSTERDAM_DESK, "desk")
    with travelling(now() - timedelta(days=31)) as travel:
        first = Following(fresh_client, desk, await an_accepted_case(fresh_client, operator, desk))
        second = Following(fresh_client, desk, await an_accepted_case(fresh_client, operator, desk))
        checks = await first.into_aftercare()
        await second.into_aftercare()
        travel.on(days=6)
        await first.do(f"aftercare/checks/{checks[0]}/result", {"result": "better"})
        travel.on(days=23)
        for _ in range(2):
            await an_accepted_case(fresh_client, operator, desk)
        asked = await an_offered_case(fresh_client, operator)
        offer = f"/v1/offers/{asked['offered']['offerId']}/decline"
        answer = await fresh_client.post(offer, json={"reason": "no_capacity"}, headers={**desk, "If-Match": '"1"'})
        assert answer.status_code == 201, answer.text
        travel.on(days=1)
        async with a_client(fresh_database, await signed_in(fresh_database, HOTLINE, "supervisor")) as browser:
            page = (await browser.get("/figures")).text
            funnel, reasons = await browser.get("/figures/funnel.csv"), await browser.get("/figures/reasons.csv")
        async with a_client(fresh_database, await signed_in(fresh_database, AMSTERDAM_DESK, "planner")) as browser:
            ours = (await browser.get("/figures")).text
            aftercare = await browser.get("/figures/aftercare.csv")
    assert _rows(funnel)[1:] == [["opened", "3", "2"], ["accepted", "2", "2"], ["followed", "0", "2"], ["closed", "0", "0"]]
    assert _rows(reasons)[1:] == [["no_capacity", "1", "0"]]
    assert '<th scope="row">Geen plek</th><td>1</td><td>0</td><td>+1</td>' in page
    assert _rows(aftercare)[1:] == [["1", "1", "0", "1", "0"], ["4", "0", "0", "2", "0"]]
    assert '<th scope="row">Na 1 week</th><td>1</td><td>0</td><td>1</td><td>0</td><td>te weinig</td>' in ours


def test_a_share_is_not_told_of_few() -> None:
    """Five or more; nothing that was waived counts against anybody."""
    assert counting.share(Kept(on_time=3, late=1, waived=9, missing=1)) == 60
    assert counting.share(Kept(on_time=4, waived=9)) is None


@pytest.mark.parametrize(
    "asked", ["from=2026-02-30", "until=2199-01-01", "from=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "compare=x"]
)
async def test_a_period_that_can_not_be_is_mended_on_the_page(database: Database, asked: str) -> None:
    """Beside its field and on top, with what was typed; nothing of it runs, and no file is made of it."""
    who = await signed_in(database, HOTLINE, "administrator")
    async with a_client(database, who) as browser:
        answer = await browser.get(f"/figures?{asked}")
        assert answer.status_code == 400
        assert 'role="alert"' in answer.text
        assert 'aria-invalid="true"' in answer.text
        assert "<script>alert" not in answer.text
        if not asked.startswith("compare"):
            assert (await browser.get(f"/figures/reports.csv?{asked}")).status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/figures",
        "/figures/funnel.csv",
        "/figures/aftercare.csv",
        "/figures/reasons.csv",
        "/figures/reports.csv",
        "/figures/urgencies.csv",
        "/figures/signals.csv",
        "/figures/municipalities.csv",
    ],
)
async def test_who_reads_figures(database: Database, path: str) -> None:
    """Supervisors, planners and administrators; a desk has its boards."""
    for role, organisation, status in (
        ("planner", AMSTERDAM_DESK, 200),
        ("operator", HOTLINE, 403),
        ("desk", AMSTERDAM_DESK, 403),
    ):
        async with a_client(database, await signed_in(database, organisation, role)) as browser:
            assert (await browser.get(path)).status_code == status, role
    async with a_client(database) as stranger:
        assert (await stranger.get(path)).status_code == 303

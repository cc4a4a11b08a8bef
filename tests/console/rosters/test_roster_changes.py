"""What planners do to a roster by plain forms: each command, each way to get it wrong, and what is shown before it is done."""

import re
from collections.abc import AsyncIterator
from html import unescape
from typing import Any

import httpx
import pytest

from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import begin
from app.coverage.service import look
from tests.console.rosters.desk import Desk, a_desk, an_id
from tests.console.signed_in import a_client, signed_in
from tests.makers import HOTLINE

DAY = {"from": "2026-11-26T08:00", "until": "2026-11-27T08:00"}
STRANGE = "<script>alert(1)</script> \u202eקשה\u202c " + "x" * 150


@pytest.fixture
async def alone(lone: Desk) -> AsyncIterator[httpx.AsyncClient]:
    """The planner of a roster that alone covers Haarlem."""
    async with a_client(lone.database, lone.who) as client:
        yield client


async def _sent(desk: Desk, what: str, **fields: Any) -> dict[str, str]:
    """The form of the shift of Thursday at noon."""
    shift = await desk.shift_at("2026-11-26 12:00")
    assert shift.participant_id
    usual = {"what": what, "shift": str(shift.id), "layer": "1", "reason": "illness", "act": "save", "week": "2026-W48", **DAY}
    who = {"absence": shift.participant_id, "cover": desk.people["Carla"]}.get(what, "")
    return usual | {"participant": str(who)} | {name: str(value) for name, value in fields.items()}


def _aware(page: str) -> str:
    found = re.search(r'name="aware" value="(\w+)"', page)
    assert found, "nothing to be aware of"
    return found[1]


async def _cleanly(browser: httpx.AsyncClient, path: str, sent: dict[str, Any]) -> httpx.Response:
    """Send a form, and once more when there is something to look at first."""
    answer = await browser.post(path, data=sent)
    if answer.status_code == 409:
        answer = await browser.post(path, data=sent | {"aware": _aware(answer.text)})
    assert answer.status_code == 303, unescape(answer.text)
    return answer


async def test_somebody_takes_a_shift_over(browser: httpx.AsyncClient, desk: Desk) -> None:
    """It is in the grid at once, marked, and told with its reason; withdrawn it is as it was."""
    before = await desk.names("2026-11-24 12:00", "2026-11-29 12:00")
    answer = await _cleanly(browser, f"{desk.path}/shift", await _sent(desk, "cover"))
    assert answer.headers["location"] == f"{desk.path}?week=2026-W48&done=roster_cover"
    page = (await browser.get(answer.headers["location"])).text
    assert "De overname is vastgelegd." in page
    assert 'class="mark cover"' in page
    assert "Carla" in await desk.names("2026-11-26 12:00", "2026-11-26 13:00")
    found = re.search(r"/overrides/([\w-]+)", page)
    assert found
    path = f"{desk.path}/overrides/{found[1]}"
    stale = await browser.post(path, data={"state": "withdrawn", "version": "7", "week": "2026-W48"})
    assert stale.status_code == 412
    assert "Carla" in stale.text
    assert (await browser.post(path, data={"state": "x", "version": "1"})).status_code == 400
    assert (
        await browser.post(f"{desk.path}/overrides/{an_id()}", data={"state": "withdrawn", "version": "1"})
    ).status_code == 404
    done = await browser.post(path, data={"state": "withdrawn", "version": "1", "week": "2026-W48"})
    assert done.status_code == 303
    assert await desk.names("2026-11-24 12:00", "2026-11-29 12:00") == before
    again = await browser.post(path, data={"state": "withdrawn", "version": "2", "week": "2026-W48"})
    assert again.status_code == 409


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"until": "2026-11-26T07:00"}, "cover-until"),
        ({"until": "2026-11-20T07:00", "from": "2026-11-19T08:00"}, "cover-until"),
        ({"until": ""}, "cover-until"),
        ({"from": "<script>"}, "cover-from"),
        ({"participant": ""}, "cover-participant"),
        ({"participant": str(an_id())}, "cover-participant"),
        ({"layer": "0"}, "cover-layer"),
        ({"layer": "٣"}, "cover-layer"),
    ],
)
async def test_what_can_not_be_is_said_at_its_field(
    browser: httpx.AsyncClient, desk: Desk, wrong: dict[str, str], field: str
) -> None:
    """An end before the start, what is over, an unknown participant: told on top with a link, and nothing that was filled in lost."""
    sent = await _sent(desk, "cover", reason="workload") | wrong
    for act in ("save", "try"):
        page = await browser.post(f"{desk.path}/shift", data=sent | {"act": act})
        assert page.status_code == 400
        assert f'href="#{field}"' in page.text
        assert '<option value="workload" selected>' in page.text
        assert "<script>alert" not in page.text
    assert "Carla" not in await desk.names("2026-11-24 12:00", "2026-11-29 12:00")


async def test_a_hole_is_told_before_it_is_made(alone: httpx.AsyncClient, lone: Desk) -> None:
    """An absence without cover is not saved at the first click; then the gap is red in the grid, and somebody fills it."""
    sent = await _sent(lone, "absence")
    first = await alone.post(f"{lone.path}/shift", data=sent)
    assert first.status_code == 409
    assert "Hier staat dan niemand" in first.text
    assert "Toch vastleggen" in first.text
    assert len(await lone.names("2026-11-26 09:00", "2026-11-27 07:00")) == 1
    other = sent | {"aware": _aware(first.text), "until": "2026-11-29T08:00"}
    assert (await alone.post(f"{lone.path}/shift", data=other)).status_code == 409  # what was looked at was something else
    saved = await alone.post(f"{lone.path}/shift", data=sent | {"aware": _aware(first.text)})
    assert saved.status_code == 303
    page = (await alone.get(saved.headers["location"])).text
    assert "In de komende vier weken is er 1 gat." in page
    assert "Op het rooster staat niemand." in page
    hole = re.search(r'class="hole gap" href="([^"]+)"', page)
    assert hole
    panel = await alone.get(unescape(hole[1]), headers={"X-Part": "panel"})
    assert "<html" not in panel.text
    assert "Dit gat vullen" in panel.text
    fill = {**DAY, "what": "extra", "layer": "1", "participant": str(lone.people["Carla"]), "act": "save", "week": "2026-W48"}
    tight = await alone.post(f"{lone.path}/shift", data=fill | {"from": "2026-11-25T20:00"})
    assert tight.status_code == 409
    assert "Op deze laag heeft dan al iemand dienst." in tight.text
    await _cleanly(alone, f"{lone.path}/shift", fill)
    page = (await alone.get(f"{lone.path}?week=2026-W48")).text
    assert 'class="hole gap"' not in page
    assert 'class="mark extra"' in page


async def test_too_little_rest_is_told_before_it_is_saved(browser: httpx.AsyncClient, desk: Desk) -> None:
    """Whoever had duty until eight, and would again at two in the afternoon."""
    before = await desk.shift_at("2026-11-25 12:00")
    assert before.participant_id
    sent = await _sent(desk, "cover", participant=before.participant_id) | {"from": "2026-11-26T14:00"}
    page = await browser.post(f"{desk.path}/shift", data=sent)
    assert page.status_code == 409
    assert "minder dan elf uur rust" in page.text
    await _cleanly(browser, f"{desk.path}/shift", sent)
    assert "minder dan elf uur rust" in (await browser.get(f"{desk.path}?week=2026-W48")).text


async def test_two_swap(browser: httpx.AsyncClient, desk: Desk) -> None:
    """Asked for, nothing changes and the grid says so; accepted it counts; asked of oneself, or of what has begun, it can't be."""
    mine, other = await desk.shift_at("2026-11-26 12:00"), await desk.shift_at("2026-11-27 12:00")
    running = await desk.shift_at("2026-11-24 13:00")
    sent = await _sent(desk, "swap", other_shift=other.id)
    for wrong in (mine.id, running.id, ""):
        refused = await browser.post(f"{desk.path}/shift", data=sent | {"other_shift": str(wrong)})
        assert refused.status_code == 400
        assert 'href="#swap-other"' in refused.text
    asked = await _cleanly(browser, f"{desk.path}/shift", sent)
    assert asked.headers["location"].endswith("done=roster_asked")
    page = (await browser.get(asked.headers["location"])).text
    assert 'class="mark asked"' in page
    assert (await desk.shift_at("2026-11-26 12:00")).participant == mine.participant
    found = re.search(r"/overrides/([\w-]+)", page)
    assert found
    sent = {"state": "accepted", "version": "1", "week": "2026-W48"}
    assert (await browser.post(f"{desk.path}/overrides/{found[1]}", data=sent)).status_code == 303
    assert (await desk.shift_at("2026-11-26 12:00")).participant == other.participant
    assert 'class="mark swap"' in (await browser.get(f"{desk.path}?week=2026-W48")).text


async def test_a_shift_is_confirmed(browser: httpx.AsyncClient, desk: Desk) -> None:
    """Whoever has it said so; who has no such shift is told."""
    sent = await _sent(desk, "confirm")
    done = await browser.post(f"{desk.path}/shift", data=sent)
    assert done.headers["location"].endswith("done=roster_confirm")
    assert "Bevestigd" in (await browser.get(f"{desk.path}/shift?shift={sent['shift']}")).text
    for wrong, status in (
        ({"shift": str(an_id())}, 404),
        ({"confirmed": "x"}, 404),
        ({"confirmed": str(desk.people["Carla"])}, 409),
    ):
        assert (await browser.post(f"{desk.path}/shift", data=sent | wrong)).status_code == status  # Carla wasn't asked


async def test_a_change_is_tried_before_it_is_made(alone: httpx.AsyncClient, lone: Desk) -> None:
    """Made-up calls meet the roster as it is and as it would be: figures, a picture and a table; nothing is stored."""
    page = await alone.post(f"{lone.path}/shift", data=await _sent(lone, "absence", act="try"))
    assert page.status_code == 200
    found = re.search(r'<b class="numeric">(\d+)</b>.*?<b class="numeric is-worse">(\d+)</b>', page.text, re.DOTALL)
    assert found
    before, after = map(int, found.groups())
    assert (before, after > 40) == (0, True)
    hours = [
        int(one)
        for one in re.findall(r'<tr><th scope="row">\d\d</th><td class="numeric">0</td><td class="numeric">(\d+)<', page.text)
    ]
    assert sum(hours) == after
    assert page.text.count('class="after"') == 24
    assert len(await lone.names("2026-11-26 09:00", "2026-11-27 07:00")) == 1
    covered = await alone.post(f"{lone.path}/shift", data=await _sent(lone, "absence", act="try", other=lone.people["Carla"]))
    assert "geen verschil" in covered.text


async def test_where_nobody_rings_nothing_is_tried(browser: httpx.AsyncClient, desk: Desk) -> None:
    """A service that serves no municipality: said plainly, the form kept."""
    page = await browser.post(f"{desk.path}/shift", data=await _sent(desk, "cover", act="try"))
    assert page.status_code == 400
    assert "er valt niets te proberen" in page.text
    assert f'value="{desk.people["Carla"]}" selected' in page.text


async def test_another_order_is_looked_at_tried_and_saved(alone: httpx.AsyncClient, lone: Desk) -> None:
    """Numbers of their own for each; a participant more; of a version that is no more nothing is saved."""
    page = (await alone.get(lone.path)).text
    found = re.search(rf'href="({lone.path}/rotations/[\w-]+)"', page)
    assert found
    path = found[1]
    anna, bram, carla = (f"turn-{lone.people[name]}" for name in ("Anna", "Bram", "Carla"))
    form = (await alone.get(path)).text
    assert re.search(rf'name="{anna}"[^>]*value="1"', form)
    rest = {"name": "dag en nacht", "layer": "1", "unit": "day", "every": "1", "hand_over": "08:00", "starts_on": "2026-01-05"}
    rest |= {"version": "1"}
    days = {"weekdays": list("1234567")}
    for wrong in ({anna: "1", bram: "1"}, {anna: "", bram: ""}, {anna: "een"}, {f"turn-{an_id()}": "1"}, {"turn-x": "1"}):
        refused = await alone.post(path, data={"act": "save", **rest, **days, **wrong})
        assert refused.status_code == 400
    sent: dict[str, Any] = {anna: "3", bram: "2", carla: "1", **rest, **days}
    tried = await alone.post(path, data=sent | {"act": "try"})
    assert tried.status_code == 200
    assert "Uitgeprobeerd" in tried.text
    assert re.search(rf'name="{carla}"[^>]*value="1"', tried.text)
    assert "Carla" not in await lone.names("2026-11-25 12:00", "2026-11-30 12:00")
    stale = await alone.post(path, data=sent | {"act": "save", "version": "9"})
    assert stale.status_code == 412
    done = await _cleanly(alone, path, sent | {"act": "save"})
    assert done.headers["location"] == f"{lone.path}?done=roster_rotation"
    assert "Carla" in await lone.names("2026-11-25 12:00", "2026-11-30 12:00")


async def test_a_gap_is_known_and_stays(alone: httpx.AsyncClient, lone: Desk) -> None:
    """The wall of gaps comes first; who says what is done about one does not silence it; of another version nothing is said."""
    sent = await _sent(lone, "absence")
    await _cleanly(alone, f"{lone.path}/shift", sent)
    async with begin(lone.database, WORKER) as work:
        await look.look(work)
    page = (await alone.get("/rosters")).text
    gaps, duty = page.index("Niemand heeft dienst: do 26 nov 08:00 – vr 27 nov 08:00"), page.index("Wie heeft dienst?")
    assert gaps < duty
    assert "Haarlem" in page
    assert f'href="{lone.path}?week=2026-W48"' in page
    found = re.search(r'action="(/rosters/gaps/[\w-]+)"', page)
    version = re.search(r'name="version" value="(\d+)"', page)
    assert found
    assert version
    assert (await alone.post(found[1], data={"code": "x", "version": version[1]})).status_code == 400
    assert (await alone.post(found[1], data={"code": "being_filled", "version": "99"})).status_code == 412
    assert (await alone.post(f"/rosters/gaps/{an_id()}", data={"code": "being_filled", "version": "1"})).status_code == 404
    done = await alone.post(found[1], data={"code": "being_filled", "version": version[1]})
    assert done.headers["location"] == "/rosters?done=roster_gap"
    page = (await alone.get("/rosters")).text
    assert "Bekend: wordt gevuld" in page
    assert "Niemand heeft dienst: do 26 nov" in page
    supervisor = await signed_in(lone.database, HOTLINE, "supervisor")
    async with a_client(lone.database, supervisor) as watching:  # whoever watches over the country sees whose it is
        page = (await watching.get("/rosters")).text
        assert "Niemand heeft dienst: do 26 nov" in page
        assert "Op het rooster staat niemand. · test" in page
        assert found[1] not in page
        assert (await watching.post(found[1], data={"code": "being_filled", "version": "2"})).status_code == 403


async def test_a_calendar_is_given_out_once_and_withdrawn(browser: httpx.AsyncClient, desk: Desk) -> None:
    """The address works without a session, is shown once, and shows nothing after it was withdrawn."""
    page = await browser.post(f"{desk.path}/feeds", data={"week": "2026-W48"})
    found = re.search(r"<code>\S+?(/v1/calendars/\S+?\.ics)</code>", page.text)
    assert found
    assert found[1] not in (await browser.get(desk.path)).text
    async with a_client(desk.database) as anybody:
        assert "BEGIN:VCALENDAR" in (await anybody.get(found[1])).text
        withdraw = re.search(rf"{desk.path}/feeds/[\w-]+", page.text)
        assert withdraw
        assert (await browser.post(withdraw[0], data={"week": "2026-W48"})).status_code == 303
        assert (await browser.post(withdraw[0], data={"week": "2026-W48"})).status_code == 404
        assert (await anybody.get(found[1])).status_code == 404


async def test_strange_names_are_names(database: Database) -> None:
    """Long, from right to left, with a script in them: shown everywhere, run nowhere."""
    desk = await a_desk(database, names=(STRANGE, "Bram"), title=f"Rooster {STRANGE}")
    async with a_client(database, desk.who) as browser:
        shift = await desk.shift_at("2026-11-26 12:00")
        person = f"/rosters/participants/{shift.participant_id}"
        rotation = next(iter(re.findall(rf"{desk.path}/rotations/[\w-]{{36}}", (await browser.get(desk.path)).text)))
        pages = (f"{desk.path}/shift?shift={shift.id}", "/rosters/participants", f"{desk.path}/settings", "/rosters/new")
        for path in ("/rosters", desk.path, person, rotation, *pages):
            page = (await browser.get(path)).text
            assert "<script>alert" not in page, path
            assert "&lt;script&gt;alert(1)" in page, path
        sent = {"name": STRANGE, "phone": "<b>", "email": STRANGE}
        wrong = await browser.post("/rosters/participants", data=sent)
        assert wrong.status_code == 400
        assert 'href="#phone"' in wrong.text
        assert 'href="#email"' in wrong.text
        assert "<b>" not in re.findall(r'value="[^"]*"', wrong.text)[0]
        assert (await browser.post("/rosters/participants", data={"name": " "})).status_code == 400
        good = await browser.post("/rosters/participants", data={"name": "Dirk", "phone": "+31 20 7654321"})
        assert good.headers["location"] == "/rosters/participants?done=roster_participant"
        assert "Dirk" in (await browser.get("/rosters/participants")).text


async def test_a_panel_of_nothing_is_not_there(browser: httpx.AsyncClient, desk: Desk) -> None:
    """Addresses that somebody made up lead to a page that says so."""
    for query in ("", "shift=1", f"shift={an_id()}", "layer=1&from=x&until=y", "layer=x&from=2026-11-27T08:00Z&until=2026-11-28T08:00Z",
                  "layer=1&from=2026-11-28T08:00Z&until=2026-11-27T08:00Z", "layer=1&from=xZ&until=2026-11-27T08:00Z"):  # fmt: skip
        assert (await browser.get(f"{desk.path}/shift?{query}")).status_code in {400, 404}, query
    assert (await browser.get("/rosters/x")).status_code in {400, 404}

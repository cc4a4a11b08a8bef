"""Rosters, rotations and their ends by plain forms: what a plan comes to is looked at, with its holes, before it is saved."""

import re
from collections.abc import AsyncIterator, Mapping
from html import unescape
from typing import Any, Final
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from app.console.multipart import pairs_of
from app.console.rosters import reading, rehearsing
from app.core.actor import WORKER
from app.core.spans import Span
from app.core.work import Work, begin
from app.rosters.service import rosters
from tests.console.rosters.desk import Desk, an_id
from tests.console.signed_in import a_client, signed_in
from tests.makers import AMSTERDAM_DESK

LOOKS: Final = 'class="looked"'
NUMBERED: Final = text("INSERT INTO recipient_counter (recipient_id, last) VALUES (:organisation, 1)")
COUNTER: Final = text("""
  WITH free AS (SELECT recipient_id FROM recipient_counter WHERE recipient_id = :organisation FOR UPDATE NOWAIT)
  UPDATE recipient_counter SET last = last WHERE recipient_id IN (SELECT recipient_id FROM free)
""")
WRONG: Final[tuple[tuple[Mapping[str, Any], str], ...]] = (
    ({"service_id": ""}, "service_id"),
    ({"service_id": str(an_id())}, "service_id"),
    ({"name": ""}, "name"),
    ({"rotation_name": " "}, "rotation_name"),
    ({"layer": "51"}, "layer"),
    ({"every": "0"}, "every"),
    ({"unit": "<script>"}, "unit"),
    ({"hand_over": "25:00"}, "hand_over"),
    ({"starts_on": "1999-01-01"}, "starts_on"),
    ({"weekdays": []}, "weekdays"),
    ({"day_to": ""}, "day_to"),
    ({"turn": {}}, "participants"),
    ({"turn": {"Anna": "1", "Bram": "1"}}, "participants"),
    ({"turn": {"Nobody": "1"}}, "participants"),
    ({"kind": "sign_up", "seats": "0"}, "seats"),
    ({"kind": "sign_up", "seats": "2", "qualification": "é"}, "qualification"),
)


@pytest.fixture
async def alone(lone: Desk) -> AsyncIterator[httpx.AsyncClient]:
    """The planner of a roster that alone covers Haarlem."""
    async with a_client(lone.database, lone.who) as client:
        yield client


async def a_form(desk: Desk, turn: Mapping[str, str] | None = None, **others: Any) -> dict[str, Any]:
    """A new roster for nights, Carla and Bram in turns."""
    async with begin(desk.database, desk.actor) as work:
        service = (await rosters.roster(work, desk.roster)).roster.service_id
    numbers = {"Carla": "1", "Bram": "2"} if turn is None else turn
    usual = {
        "kind": "rotation", "service_id": str(service), "name": "Nachten", "area": "", "confirms": "yes", "act": "look",
        "rotation_name": "nacht", "layer": "1", "unit": "day", "every": "1", "hand_over": "08:00", "starts_on": "2026-11-25",
        "day_from": "20:00", "day_to": "08:00", "weekdays": [str(day) for day in range(1, 8)],
    }  # fmt: skip
    return usual | {f"turn-{desk.people.get(one, an_id())}": number for one, number in numbers.items()} | others


def aware(page: str) -> str:
    """What a page gives a form once something was looked at."""
    found = re.search(r'name="aware" value="(\w+)"', page)
    assert found, "nothing was to be looked at"
    return found[1]


async def test_a_roster_is_looked_at_and_made(browser: httpx.AsyncClient, desk: Desk) -> None:
    """Its first weeks are shown, nothing is stored; saved it is there with its shifts, and a double click makes no second one."""
    assert "crisisdienst" in (await browser.get("/rosters/new")).text
    form = await a_form(desk)
    looked = await browser.post("/rosters/new", data=form)
    assert looked.status_code == 200
    assert "Zo worden de eerste weken" in looked.text
    assert re.search(r'class="shift tone-\d"><b dir="auto">Carla</b>', looked.text)
    assert "Nachten" not in (await browser.get("/rosters")).text
    unseen = await browser.post("/rosters/new", data=form | {"act": "save"})
    assert unseen.status_code == 409
    other = form | {"act": "save", "aware": aware(looked.text), "day_from": "21:00", "day_to": "07:00"}
    assert (await browser.post("/rosters/new", data=other)).status_code == 409  # other shifts than were looked at
    made = await browser.post("/rosters/new", data=form | {"act": "save", "aware": aware(looked.text)})
    assert made.status_code == 303, unescape(made.text)
    page = (await browser.get(made.headers["location"])).text
    assert "Het rooster is gemaakt." in page
    assert "Carla" in page
    again = await browser.post("/rosters/new", data=form | {"act": "save", "aware": aware(looked.text)})
    assert again.status_code == 409  # both would be there twice at once: told first
    assert "tegelijk op een ander rooster" in again.text


async def test_who_looks_holds_up_nobody_who_announces(
    browser: httpx.AsyncClient, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An event of the same organisation gets its number while a change is looked at: an offer waits for no planner."""
    looked: list[int] = []

    async def seen(work: Work, roster_id: UUID, span: Span) -> reading.Seen:
        async with begin(desk.database, WORKER) as other:
            looked.append(await other.change(COUNTER, organisation=desk.organisation))
        return await reading.seen(work, roster_id, span)

    monkeypatch.setattr(rehearsing, "seen", seen)
    async with begin(desk.database, WORKER) as work:
        await work.change(NUMBERED, organisation=desk.organisation)
    path = f"/rosters/participants/{desk.people['Anna']}/end"
    assert (await browser.post(path, data={"version": "1", "act": "look"})).status_code == 200
    assert looked == [1]


async def test_what_is_wrong_with_a_roster_is_said_at_its_field(browser: httpx.AsyncClient, desk: Desk) -> None:
    """In every field what can't be: told on top with a link, and beside it; what was filled in stays."""
    for wrong, field in WRONG:
        form = await a_form(desk, wrong.get("turn"), area="x<b>", **{key: told for key, told in wrong.items() if key != "turn"})
        page = await browser.post("/rosters/new", data=form)
        assert page.status_code == 400, wrong
        assert f'href="#{field}"' in page.text, wrong
        assert f'id="{field}"' in page.text, wrong
        assert "x&lt;b&gt;" in page.text
        assert "<script>" not in page.text
    assert (await browser.post("/rosters/new", data={})).status_code == 400


async def test_a_layer_is_added_changed_and_taken_away(alone: httpx.AsyncClient, lone: Desk) -> None:
    """A second layer for nights; other hours leave no hole; without the first layer there are gaps, which is told first."""
    path = f"{lone.path}/rotations/new"
    assert 'value="2"' in (await alone.get(path)).text  # the next free layer
    form = await a_form(lone, name="nacht", layer="2", act="save")
    looked = await alone.post(path, data=form)
    assert looked.status_code == 409
    saved = await alone.post(path, data=form | {"aware": aware(looked.text)})
    assert saved.headers["location"] == f"{lone.path}?done=roster_rotation"
    assert await lone.names("2026-11-26 21:00", "2026-11-26 22:00") != ["Bram"]
    tight = await alone.post(path, data=form | {"layer": "1"})
    assert tight.status_code == 409
    assert "Op deze laag heeft dan al iemand dienst." in tight.text
    page = (await alone.get(lone.path)).text
    first, second = dict.fromkeys(re.findall(rf"{lone.path}/rotations/[\w-]{{36}}", page))
    turns = await alone.get(first)
    assert re.search(r'name="turn-[\w-]+"[^>]*value="1"', turns.text)
    gone = await alone.post(f"{second}/removal", data={"version": "9", "act": "look"})
    assert gone.status_code == 412
    last = await alone.post(f"{second}/removal", data={"version": "1", "act": "save"})
    assert last.status_code == 409
    assert "Hier staat dan niemand" in last.text
    assert "Daar wordt dan iemand gemist" in last.text
    for one in (first, second):
        look = await alone.post(f"{one}/removal", data={"version": "1", "act": "look"})
        assert look.status_code == 200
        done = await alone.post(f"{one}/removal", data={"version": "1", "act": "save", "aware": aware(look.text)})
        assert done.headers["location"] == f"{lone.path}?done=roster_removed"
    assert "Dit rooster heeft nog geen lagen." in (await alone.get(lone.path)).text
    assert (await alone.get(first)).status_code == 404


async def test_a_roster_is_renamed_and_ends(alone: httpx.AsyncClient, lone: Desk) -> None:
    """Another name is saved at once; an end says for whom shifts go and when nobody is there, and is then the planner's word."""
    path = f"{lone.path}/settings"
    form = await a_form(lone, name="Dag en nacht", act="save", version="1")
    assert (await alone.post(path, data=form | {"name": ""})).status_code == 400
    assert (await alone.post(path, data=form | {"version": "7"})).status_code == 412
    assert (await alone.post(path, data=form)).headers["location"] == f"{lone.path}?done=roster_changed"
    assert "Dag en nacht" in (await alone.get(path)).text
    form |= {"version": "2", "ends_on": "2026-12-01"}
    told = await alone.post(path, data=form)
    assert told.status_code == 409
    assert "Hier staat dan niemand" in told.text
    assert 'value="2026-12-01"' in told.text
    assert (await alone.post(path, data=form | {"aware": aware(told.text)})).status_code == 303
    assert "Dit rooster eindigt op di 1 dec." in (await alone.get(lone.path)).text
    look = await alone.post(f"{lone.path}/end", data={"version": "3", "act": "look"})
    assert "Beëindig nu: niemand heeft nog dienst" in look.text
    assert len(await lone.names("2026-11-25 09:00", "2026-11-25 10:00")) == 1
    over = await alone.post(f"{lone.path}/end", data={"version": "3", "act": "save", "aware": aware(look.text)})
    assert over.headers["location"] == f"{lone.path}?done=roster_over"
    assert await lone.names("2026-11-25 09:00", "2026-11-25 10:00") == []
    assert f'action="{lone.path}/end"' not in (await alone.get(path)).text


async def test_what_begins_now_is_looked_at_once(alone: httpx.AsyncClient, lone: Desk) -> None:
    """A hole from this very moment on begins later when it is looked at again; it is the same hole, and can be saved."""
    shift = await lone.shift_at("2026-11-24 13:00")
    sent = {"what": "absence", "shift": str(shift.id), "participant": str(shift.participant_id), "reason": "illness", "act": "save",
            "from": "2026-11-24T11:00", "until": "2026-11-25T08:00", "week": "2026-W48"}  # fmt: skip
    first = await alone.post(f"{lone.path}/shift", data=sent)
    assert first.status_code == 409
    assert (await alone.post(f"{lone.path}/shift", data=sent | {"aware": aware(first.text)})).status_code == 303


async def test_who_only_reads_changes_no_plan(desk: Desk, browser: httpx.AsyncClient) -> None:
    """A supervisor sees who takes turns; there is no page to make or end anything, and a planner of elsewhere finds nothing."""
    path = next(iter(re.findall(rf"{desk.path}/rotations/[\w-]{{36}}", (await browser.get(desk.path)).text)))
    supervisor = await signed_in(desk.database, desk.organisation, "supervisor")
    async with a_client(desk.database, supervisor) as reader:
        assert '<fieldset class="plain" disabled>' in (await reader.get(path)).text
        assert 'method="post" action="/rosters' not in (await reader.get(f"/rosters/participants/{desk.people['Anna']}")).text
        for closed in ("/rosters/new", f"{desk.path}/settings", f"{desk.path}/rotations/new"):
            assert (await reader.get(closed)).status_code == 403
    async with a_client(desk.database, await signed_in(desk.database, AMSTERDAM_DESK, "planner")) as stranger:
        for closed in (path, f"{desk.path}/settings", f"{desk.path}/slots", f"/rosters/participants/{desk.people['Anna']}"):
            assert (await stranger.get(closed)).status_code == 404
            assert (await stranger.post(closed, data={"version": "1", "act": "save"})).status_code == 404


@pytest.mark.parametrize(
    ("media_type", "body", "found"),
    [
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n',
            [("a", "1")],
        ),
        (
            'multipart/form-data; boundary="x y"',
            b'--x y\r\nContent-Disposition: form-data; name="file"; filename="; name=\\"b"\r\n\r\na\r\n\r\nb\xff\r\n--x y--',
            [("file", "a\r\n\r\nb\ufffd")],
        ),
        ("multipart/form-data", b"--x\r\n\r\n1", []),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\nno name\r\n--x\r\nname=\r\n--x", []),
        ("multipart/form-data; boundary=x", b"", []),
    ],
)
async def test_a_form_with_a_file_is_read(media_type: str, body: bytes, found: list[tuple[str, str]]) -> None:
    """Fields and files as browsers send them; of what is no such form nothing is guessed."""
    assert pairs_of(media_type, body, 10) == found
    assert pairs_of(media_type, body, 0) == []

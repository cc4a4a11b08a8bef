"""The call screen as it leaves the server: whole without a script, one function for preview and decision, nothing overwritten."""

import asyncio
import re
import time
from html import unescape
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from app.console import beside
from app.console.words import LANGUAGES, words
from app.core.db import Database
from app.main import edged
from app.routing import candidates, decide
from tests.conftest import running
from tests.console.call.taking import HOSTILE, contents, form_of, live, opened, receiver_in, saves, send
from tests.console.everything import as_them
from tests.console.signed_in import SignedIn, a_client, signed_in
from tests.delivery.asgi import asking
from tests.makers import AMSTERDAM, AMSTERDAM_DESK, HOTLINE

ANSWERS: Final = {"danger_now": "no", "not_eating": "yes"}
PLACE: Final = {"stay": {"postcode": AMSTERDAM, "houseNumber": "12"}}
TYPED: Final = {"answers__danger_now": "no", "answers__not_eating": "yes", "place__stay__postcode": AMSTERDAM}
REASON: Final = r'(?:Reason|_yes|_no|_around)\(\s*(?:desk, at, |reason, )?"(\w+)"'
SOURCES: Final = "".join(Path(str(module.__file__)).read_text() for module in (candidates, decide))


async def test_only_who_takes_calls_has_these_pages(database: Database, desk: httpx.AsyncClient) -> None:
    """Operator and supervisor; a desk is told that the page is another role's."""
    supervisor, other = (
        await signed_in(database, HOTLINE, "supervisor"),
        await signed_in(database, AMSTERDAM_DESK, "desk"),
    )
    path = await opened(desk)
    for who, status in ((supervisor, 200), (other, 403)):
        async with a_client(database, who) as client:
            for page in ("/call", path):
                assert (await client.get(page)).status_code == status


async def test_a_call_is_recorded_without_any_script(desk: httpx.AsyncClient) -> None:
    """Opened, saved, sent: by plain forms, to the end that tells the number for the caller and what happens next."""
    path = await opened(desk)
    saved = await send(desk, path, observed="Eet al dagen niet.", observations=["shouting", "neglect"], **TYPED)
    assert saved.headers["location"] == f"{path}?done=call_saved"
    page, _ = await form_of(desk, path)
    assert "Eet al dagen niet." in page
    assert "Meldpunt Zorg en Woonoverlast Amsterdam" in page
    assert (await contents(desk, path))["observations"] == ["shouting", "neglect"]
    sent = await send(desk, path, "end:report", observed="Eet al dagen niet.", **TYPED)
    assert sent.headers["location"] == f"{path}/ended"
    ended = (await desk.get(f"{path}/ended")).text
    assert re.search(r'class="reference">\w{4}-\w{4}-\w<', ended)
    assert "Meldpunt Zorg en Woonoverlast Amsterdam is gevraagd" in ended
    assert "De melding is verstuurd" in (await desk.get(path)).text  # back, or reloaded
    again = await desk.post(path, data={"version": "1", "do": "end:report"})
    assert again.status_code == 409  # a second click makes no second case


async def test_the_preview_is_the_decision(desk: httpx.AsyncClient) -> None:
    """Who is shown is who is asked, by the same function; with why this one, why not the others, and from which rules."""
    follows = await live(desk, answers=ANSWERS, place=PLACE)
    assert "Gemeente Amsterdam" in follows
    assert "De plek ligt in de gemeente Amsterdam" in follows
    assert "Dag en nacht open." in follows
    assert "Komt hierna." in follows
    assert "nl-2026.1" in follows
    path = await opened(desk)
    await saves(desk, path, answers__danger_now="no", answers__not_eating="yes", place__stay__postcode=AMSTERDAM)
    version = (await desk.get(f"/v1/drafts/{path.split('/')[2]}")).headers["etag"]
    receipt = await desk.post(f"/v1/drafts/{path.split('/')[2]}/completion", headers={"If-Match": version})
    assert receipt.json()["offered"]["organisationId"] == receiver_in(follows)


async def test_what_follows_is_told_in_time(desk: httpx.AsyncClient) -> None:
    """Urgency and route within 150 ms of the postcode, the page itself within 100: the quickest of some tries, on a busy machine."""
    path = await opened(desk)
    for ask, within in ((lambda: live(desk, answers=ANSWERS, place=PLACE), 0.15), (lambda: desk.get(path), 0.3)):
        took = []
        for _ in range(6):
            began = time.perf_counter()
            await ask()
            took.append(time.perf_counter() - began)
        assert min(took) < within, took


async def test_dont_know_about_danger_is_never_no(desk: httpx.AsyncClient) -> None:
    """A question mark at suicide or a weapon raises its flag, and offers who is to be rung."""
    for question, flag in (("suicide", "Zelfdoding is niet uitgesloten"), ("weapon", "Er is of kan een wapen zijn")):
        follows = await live(desk, answers={question: "unknown"})
        assert flag in follows
        assert 'data-urgency="urgent"' in follows
    assert 'class="hand asked"' in follows


async def test_acute_puts_the_hand_offs_first(desk: httpx.AsyncClient) -> None:
    """112 comes before the form, also without a script; else it stands beside the route."""
    path = await opened(desk)
    for answer, is_first in (("no", False), ("yes", True)):
        await send(desk, path, answers__danger_now=answer)
        page, _ = await form_of(desk, path)
        assert (page.index('id="hand-offs"') < page.index('id="questions"')) is is_first


async def test_lower_needs_a_reason_and_higher_none(desk: httpx.AsyncClient) -> None:
    """Beside the field, while the urgency that holds stays in sight; below a danger flag not even with a reason."""
    raised = await live(desk, answers=ANSWERS, urgency={"chosen": "crisis"})
    assert 'data-urgency="crisis"' in raised
    lowered = await live(desk, answers=ANSWERS, urgency={"chosen": "normal"})
    assert 'data-urgency="urgent"' in lowered
    assert "Schrijf waarom de urgentie lager is" in lowered
    assert 'data-urgency="normal"' in await live(desk, answers=ANSWERS, urgency={"chosen": "normal", "reason": "Zijn zus is er."})
    flagged = await live(desk, answers={"suicide": "unknown"}, urgency={"chosen": "normal", "reason": "x"})
    assert "Zo laag kan niet" in flagged


@pytest.mark.parametrize(
    ("stay", "told"),
    [
        ({"postcode": "0123AB"}, "Dit is geen postcode"),
        ({"postcode": "1234SS"}, "Dit is geen postcode"),
        ({"municipalityCode": "GM9999"}, "Deze gemeente bestaat niet"),
        ({"municipalityCode": "GM0363", "description": "Op de brug"}, "Gemeente Amsterdam"),
        ({"municipalityCode": "GM0363", "hectometrePost": "A10 Re 12,3"}, "Gemeente Amsterdam"),
        ({}, "De gemeente staat hier zodra"),
    ],
)
async def test_a_place_is_told_in_words_or_what_is_wrong_with_it(
    desk: httpx.AsyncClient, stay: dict[str, Any], told: str
) -> None:
    """Postcode, street and public place are equals; an empty place is no fault."""
    follows = await live(desk, place={"stay": stay})
    assert told in follows
    assert bool(re.search(r'<li data-field="place', follows)) is not told.startswith(("Gemeente", "De gemeente"))


async def test_what_cant_be_is_left_out_of_the_preview(desk: httpx.AsyncClient) -> None:
    """A field that is wrong is named, and the rest is judged all the same."""
    follows = await live(
        desk, answers=ANSWERS, person={"birthDate": "gisteren", "name": "x" * 300}, feedbackBy="ooit", place=PLACE
    )
    assert {"person.birthDate", "person.name", "feedbackBy"} <= set(re.findall(r'data-field="([\w.]+)"', follows))
    assert receiver_in(follows)
    assert (await desk.post("/call/live", content="[", headers={"Content-Type": "application/json"})).status_code == 400


async def test_an_anonymous_caller_leaves_no_name(desk: httpx.AsyncClient) -> None:
    """A name typed before the caller chose to stay unknown is not kept, and what the receiver sees says so."""
    path = await opened(desk)
    await send(desk, path, caller__anonymity="known", caller__name="Truus", caller__phone="0612345678")
    assert (await contents(desk, path))["caller"]["name"] == "Truus"
    assert "Naam en nummer" in (await form_of(desk, path))[0]
    await send(desk, path, caller__anonymity="anonymous", caller__name="Truus", caller__phone="0612345678")
    assert (await contents(desk, path))["caller"]["name"] is None
    assert "Geen naam en geen nummer" in (await form_of(desk, path))[0]


async def test_a_form_that_is_behind_overwrites_nothing(desk: httpx.AsyncClient) -> None:
    """Somebody saved meanwhile: both texts are shown, the form keeps what was typed, and the draft what was saved."""
    path = await opened(desk)
    _, old = await form_of(desk, path)
    await saves(desk, path, observed="Van de collega.")
    answer = await desk.post(path, data=old | {"do": "save", "observed": "Van mij."})
    assert answer.status_code == 412
    assert "Van de collega." in answer.text
    assert "Van mij." in answer.text
    assert (await contents(desk, path))["observed"] == "Van de collega."


async def test_what_is_refused_is_summed_up_with_links(desk: httpx.AsyncClient) -> None:
    """Urgent can't end as advice, a report needs a place: told on top and beside the field, and what was typed stays."""
    path = await opened(desk)
    answer = await send(
        desk, path, "end:report", answers__danger_now="no", observed="Staat op straat.", place__stay__postcode="0000ZZ"
    )
    assert answer.status_code == 400
    assert 'href="#place-stay-postcode"' in answer.text
    assert "Staat op straat." in answer.text
    urgent = await send(desk, path, "end:advice", answers__not_eating="yes")
    assert urgent.status_code == 400
    assert (await desk.get(path)).status_code == 200  # it is still a draft


@pytest.mark.parametrize("language", LANGUAGES)
async def test_nothing_that_was_typed_is_executed(desk: httpx.AsyncClient, language: str) -> None:
    """A script, text from right to left and a very long name in every field: shown as they are, on every page."""
    path = await opened(desk)
    told = f"{HOSTILE} \u202eשלום عربي " + "A" * 120
    fields = re.findall(r'<(?:input|textarea)[^>]* name="([\w.]+)"[^>]*', (await form_of(desk, path))[0])
    typed = {
        name.replace(".", "__"): told for name in fields if name.startswith(("person.", "worry", "observed", "already", "tried"))
    }
    typed |= {"person__birthDate": "", "caller__anonymity": "known", "caller__name": told, "place__stay__description": told}
    assert (await send(desk, path, **TYPED, **typed)).status_code == 303
    page = (await desk.get(f"{path}?lang={language}")).text
    assert HOSTILE not in page
    assert page.count("&lt;script&gt;") >= len(typed) - 4
    assert f'lang="{language}"' in page


async def test_hand_offs_are_followed_to_their_end(desk: httpx.AsyncClient) -> None:
    """One press writes the line; calling, speaking, accepted by whom; a proposed one is left out with a reason."""
    path = await opened(desk)
    await send(desk, path, "hand:emergency", answers__danger_now="yes")
    for state, by in (("speaking", ""), ("accepted", "Meldkamer, Karin")):
        page, _ = await form_of(desk, path)
        step = re.search(rf'value="(step:[\w-]+:\d+:{state})"', page)
        assert step
        await send(desk, path, step[1], answers__danger_now="yes", accepted_by=by)
    await send(desk, path, "skip", answers__danger_now="yes", skip_to="veilig_thuis", skip_reason="not_needed")
    part = (await desk.get(f"{path}/hand-offs")).text
    assert "overgenomen" in part
    assert "Meldkamer, Karin" in part
    assert "overgeslagen" in part
    assert "step:" not in part


async def test_a_report_is_taken_back_at_once(desk: httpx.AsyncClient) -> None:
    """Within ten seconds, without a reason: its case is withdrawn, and all that was typed goes on in a new call."""
    path = await opened(desk)
    await send(desk, path, "end:report", observed="Te vroeg verstuurd.", **TYPED)
    assert "Haal terug" in (await desk.get(f"{path}/ended")).text
    back = await desk.post(f"{path}/withdraw")
    assert back.status_code == 303
    again = back.headers["location"].split("?")[0]
    assert (await contents(desk, again))["observed"] == "Te vroeg verstuurd."
    assert "teruggehaald" in (await desk.get(path)).text
    assert (await desk.post(f"{path}/withdraw")).status_code == 409


async def test_calls_are_parked_taken_over_thrown_away_and_brought_back(
    database: Database, desk: httpx.AsyncClient, colleague: SignedIn
) -> None:
    """Each shown where it is to be found, with who has it; a colleague goes on with all that was typed."""
    path = await opened(desk)
    await send(desk, path, "park", observed="Half verhaal.")
    assert path in (await desk.get("/call")).text
    async with a_client(database, colleague) as other:
        listed = (await other.get("/call/list")).text
        assert f"{path}/takeover" in listed
        assert "Sanne Voorbeeld" in listed
        assert (await other.post(f"{path}/takeover")).headers["location"] == path
        assert "Half verhaal." in (await other.get(path)).text
        assert "gesprek van Driss" in (await desk.get(path)).text
        assert (await send(other, path, "throw")).headers["location"] == "/call?done=call_thrown_away"
        ended = (await other.get(path)).text
        assert "weggegooid" in ended
        version = re.search(r'name="version" value="(\d+)"', ended)
        assert version
        assert (await other.post(f"{path}/resume", data={"version": version[1]})).status_code == 303
        assert (await other.get(path)).status_code == 200


async def test_of_two_who_answer_one_has_the_call(database: Database, desk: httpx.AsyncClient, colleague: SignedIn) -> None:
    """A call that rings is on the list of both; the second hears that it is gone, and loses nothing."""
    rung = await desk.post("/v1/drafts", json={"ringing": True})
    path = f"/call/{rung.json()['id']}"
    assert f"{path}/answer" in (await desk.get("/call")).text
    assert "Opnemen" in (await desk.get(path)).text
    async with a_client(database, colleague) as other:
        assert (await other.post(f"{path}/answer")).headers["location"] == path
    late = await desk.post(f"{path}/answer")
    assert late.status_code == 409
    assert 'role="alert"' in late.text


async def test_a_village_leads_to_its_municipality(desk: httpx.AsyncClient) -> None:
    """A caller knows Hoogland and not Amersfoort; a name that is in several municipalities is shown with each of them."""

    async def named(told: str) -> str:
        return unescape((await desk.post("/call/towns", json={"named": told})).text)

    assert '<option value="Hoogland (Amersfoort)" data-code="GM0307" data-town="Hoogland">' in await named("hoogl")
    assert '<option value="Amersfoort" ' in await named("AMERSF")
    assert set(re.findall('data-code="([^"]+)" data-town="Beek"', await named("beek"))) == {"GM1945", "GM0888", "GM1955"}
    assert (await named("b")).count("<option") == 12
    for nothing in ("", "%", HOSTILE, "nergenshuizen"):
        assert "<option" not in await named(nothing)


async def test_who_opens_a_call_is_heard_of_in_every_process(
    database: Database, desk: httpx.AsyncClient, operator: SignedIn, colleague: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call of two is told to the open pages of their organisation, whichever server they are at; to no other organisation."""
    path = await opened(desk)
    stranger = await signed_in(database, AMSTERDAM_DESK, "supervisor")
    news = b"event: beside\ndata: " + path.split("/")[2].encode()
    async with (
        running(database.settings) as apart,
        asking(edged(apart), "/live", as_them(operator)) as ours,
        asking(edged(apart), "/live", as_them(stranger)) as theirs,
        a_client(database, colleague) as other,
    ):
        await ours.until(b"retry: ")
        await theirs.until(b"retry: ")
        await apart.state.database.bell.connected.wait()
        alone = await desk.post(f"{path}/beside", json={"screen": "mine", "version": 1})
        assert alone.json() == {"told": "", "version": 0}
        while not apart.state.beside._calls:  # heard by a process that nobody asked
            await asyncio.sleep(0.01)
        assert b"beside" not in ours.body  # who is alone is told of nobody
        await other.post(f"{path}/beside", json={"screen": "theirs", "version": 3})
        await ours.until(news)
        both = await desk.post(f"{path}/beside", json={"screen": "mine", "version": 1})
        assert both.json() == {"told": "Driss Voorbeeld heeft dit gesprek ook open.", "version": 3}
        assert (await desk.post(f"{path}/beside", json={"screen": "a:b", "version": 1})).status_code == 400
        monkeypatch.setattr(beside, "STAYS", -1.0)
        await other.post(f"{path}/beside", json={"screen": "theirs", "version": 3})  # and then crashed, long ago
        assert (await desk.post(f"{path}/beside", json={"screen": "mine", "version": 1})).json()["told"] == ""
        assert news not in theirs.body


async def test_earlier_calls_are_numbers_until_there_is_a_need(desk: httpx.AsyncClient) -> None:
    """How many and which way it goes; nothing of what was told, and no word that somebody is known. Opening it says why."""
    place = {"stay": {"postcode": AMSTERDAM, "houseNumber": "4711"}}
    for answers in ({"danger_now": "no"}, ANSWERS):
        await desk.post("/v1/calls", json={"answers": answers, "place": place, "observed": "Geheim van toen."})
    counted = unescape((await desk.post("/call/earlier", json={"place": place})).text)
    assert re.search(r'class="bubble">2<', counted)
    assert "eerdere meldingen op dit adres" in counted
    assert "urgentie loopt op" in counted
    assert "Geheim" not in counted
    opening = await desk.post("/call/opening", json={"call": {"place": place}, "need": "danger"})
    assert opening.text.count("Geheim van toen.") == 2
    nothing = await desk.post("/call/earlier", json={"place": {"stay": {"postcode": AMSTERDAM, "houseNumber": "4712"}}})
    assert "bubble" not in nothing.text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_reason_of_a_decision_has_words(language: str) -> None:
    """A reason that the rules learn and the page does not would break the page during a call."""
    codes = set(re.findall(REASON, SOURCES))
    assert len(codes) > 18
    assert {f"call_why_{code}" for code in codes} <= words(language).names

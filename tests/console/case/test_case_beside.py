"""What the page of a case tells besides its follow-up, as its forms: grades, the same person, errors, early signals, the caller."""

import secrets
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import begin
from app.signals import due
from tests.console.case.desk import Desk, at_a_desk, local, shown
from tests.console.case.making import a_case
from tests.console.case.test_case_page import looks_at
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_token
from tests.team.table import MENTAL_HEALTH, POLICE, Table

TEXT = 'name="text" dir="auto"'


async def test_a_grade_and_the_same_person_by_either_side(client: httpx.AsyncClient, database: Database) -> None:
    """Who took the case in tells what they heard as well; two cases show each other until somebody says that they are not one."""
    table, other = await a_case(client, database), await a_case(client, database)
    reference = (await other.read("owner"))["reference"]
    async with at_a_desk(database, table, AMSTERDAM_DESK) as desk, at_a_desk(database, table, HOTLINE, "operator") as operator:
        assert "Niet doorgegeven" in shown(await desk.read())
        early = await desk.send(
            "grade", grade="U2", by="crisis_service", at=local(2), scale="ggz-triagewijzer", scaleVersion="2017"
        )
        assert (early.status_code, 'href="#grade--at"' in early.text) == (400, True)
        told: dict[str, Any] = {"at": local(0), "scale": "ggz-triagewijzer", "scaleVersion": "2017"}
        await desk.do("grade", grade="U2", by="crisis_service", **told)
        await operator.do("grade", grade="U3", by="general_practitioner", **told)
        for page in (await desk.read(), await operator.read()):
            assert page.index(">U3</b>") < page.index(">U2</b>")
        unknown = await desk.send("same-person", caseId="K7M4-2QXD-H", reason="same_address")
        assert (unknown.status_code, 'href="#same-person--caseId"' in unknown.text) == (400, True)
        assert 'value="K7M4-2QXD-H"' in unknown.text
        await operator.do("same-person", caseId=reference.lower().replace("-", " "), reason="said_by_caller")
        assert reference in shown(await desk.read())
        twice = await desk.send("same-person", caseId=reference, reason="same_address")
        assert "al verbonden" in shown(twice.text)
        [link] = (await table.read("owner", "/same-person"))["items"]
        await desk.do("not-same-person", link["id"])
        assert reference not in shown(await operator.read())
        assert (await desk.send("not-same-person", link["id"])).status_code == 409


async def test_another_case_is_named_to_who_may_see_it(client: httpx.AsyncClient, database: Database) -> None:
    """A member of the team learns that there is another case, and not which."""
    table, other = await a_case(client, database), await a_case(client, database)
    await table.join("ggz", MENTAL_HEALTH)
    await table.do("owner", "same-person", {"caseId": other.case, "reason": "same_address"})
    async with at_a_desk(database, table, MENTAL_HEALTH) as member:
        page = await member.read()
    assert "een casus die u niet mag zien" in page
    assert (await other.read("owner"))["reference"] not in page
    assert other.case not in page
    assert "/not-same-person" not in page


async def test_the_call_was_an_error(client: httpx.AsyncClient, database: Database) -> None:
    """Only its owner ends the case, only while the call is known as an error; and may come back on it."""
    table = await a_case(client, database)
    async with at_a_desk(database, table, AMSTERDAM_DESK) as desk:
        assert "/error-agreed" not in await desk.read()
        assert "niet (meer) een vergissing" in shown((await desk.send("error-agreed")).text)
        call = (await table.read("owner", "/calls", purpose="follow_up"))["items"][0]["call"]["id"]
        headers = table.keys["operator"] | {"If-Match": '"1"'}
        marked = await client.post(f"/v1/calls/{call}/error", json={"reason": "Dubbel ingevoerd."}, headers=headers)
        assert marked.status_code == 200, marked.text
        assert "/error-agreed" in await desk.read()
        await desk.do("error-agreed")
        page = await desk.read()
        assert ("/error-not-agreed" in page, "/error-agreed" in page, "/reopen" in page) == (True, False, False)
        await desk.do("error-not-agreed")
        assert (await table.read("owner"))["state"] == "accepted"


async def _signal(database: Database, client: httpx.AsyncClient) -> Desk:
    """A case about a house that somebody rang about twice on one day."""
    place = {"stay": {"postcode": "1012AB", "houseNumber": str(secrets.randbelow(90_000) + 1000)}}
    first = await a_case(client, database, place=place)
    second = await a_case(client, database, place=place, accepted=False)
    for table in (first, second):
        [call] = (await table.read("operator", "/calls", purpose="quality"))["items"]
        async with begin(database, WORKER) as work:
            await due.look_at(work, UUID(call["call"]["id"]))
    return Desk(client, first)


async def test_an_early_signal_is_answered_where_it_is_about(client: httpx.AsyncClient, database: Database) -> None:
    """Its coordinator reads why, says that it is looked into, and what came of it; no one else is told of it."""
    table = (await _signal(database, client)).table
    async with at_a_desk(database, table, AMSTERDAM_DESK) as desk:
        page = shown(await desk.read())
        assert "2 meldingen op één dag" in page
        [signal] = [
            one
            for one in (await client.get("/v1/early-signals?state=raised&limit=100", headers=table.keys["owner"])).json()["items"]
            if table.case in one["caseIds"]
        ]
        await desk.do("signal-seen", signal["id"], signal["version"])
        assert "wordt bekeken" in shown(await desk.read())
        assert (await desk.send("signal-nothing", signal["id"], signal["version"], reason="no_worry")).status_code == 412
        await desk.do("signal-helped", signal["id"], signal["version"] + 1, ledToHelp="yes", what="contact_made")
        assert "2 meldingen op één dag" not in shown(await desk.read())
        ended = await desk.send("signal-nothing", signal["id"], signal["version"] + 2, reason="no_worry")
        assert "al beslist" in shown(ended.text)
    async with at_a_desk(database, table, HOTLINE, "operator") as operator:
        assert "meldingen op één dag" not in shown(await operator.read())


async def test_a_text_for_the_caller_is_proposed(client: httpx.AsyncClient, database: Database) -> None:
    """By who listens and whether that is sure; what was typed stays, nothing is stored, and the text counts once it was told."""
    table = await a_case(client, database)
    async with at_a_desk(database, table, AMSTERDAM_DESK) as desk:

        async def propose(**fields: str) -> str:
            answer = await desk.client.post(f"/cases/{table.case}/proposal", data={"subject": "", "version": "1", **fields})
            assert answer.status_code == 200, answer.text
            return answer.text

        neighbour = await propose(listener="neighbour", sure="yes", channel="letter", language="nl", text="")
        assert "niet de afloop" in shown(neighbour)
        assert "mag ik u niet vertellen" in neighbour.partition(TEXT)[2].partition("</textarea>")[0]
        assert '<option value="letter" selected>' in neighbour
        sister = await propose(listener="sibling", sure="yes", language="en", text="")
        assert "somebody has taken this up." in sister.partition(TEXT)[2].partition("</textarea>")[0]
        assert "mag ook de afloop horen" in shown(sister)
        typed = await propose(listener="sibling", language="nl", text="Zelf geschreven <b>.")
        assert "Zelf geschreven &lt;b&gt;." in typed.partition(TEXT)[2].partition("</textarea>")[0]
        assert "mag ik u niet vertellen" in shown(typed)
        assert "mag ik u niet vertellen" in shown(await propose(listener="teleported"))
        assert await desk.items("caller_contact") == []


async def test_conditions_of_a_handover_are_read_before_it_is_answered(
    client: httpx.AsyncClient, database: Database, raw: asyncpg.Connection
) -> None:
    """Whoever is asked reads them for that purpose, and the look is logged; nobody reads them by passing."""
    table = await a_case(client, database)
    table.keys["asked"] = await a_token(database, POLICE, "desk")
    body = {"organisationId": str(POLICE), "reason": "moved", "conditions": "Bel eerst zijn zus."}
    await table.do("owner", "handovers", body)
    for organisation in (POLICE, AMSTERDAM_DESK):
        async with at_a_desk(database, table, organisation) as desk:
            assert "Bel eerst zijn zus." not in await desk.read()
            assert "Bel eerst zijn zus." in await desk.read("?for=handover")
    looks = [one for one in await looks_at(raw, table.case) if one[0] == "handover of the case"]
    assert looks == [("handover of the case", "handover", "desk")] * 2


async def test_who_learnt_what_is_told(client: httpx.AsyncClient, database: Database) -> None:
    """Asking discloses: by party, on which basis, in the order in which it was asked."""
    table: Table = await a_case(client, database)
    asked: dict[str, Any] = {
        "party": "general_practitioner", "basis": "vital_interest", "consent": "not_possible", "discloses": ["case_exists"],
        "question": "Medicatie?", "dueAt": f"{local(2)}:00Z",
    }  # fmt: skip
    await table.do("owner", "information-requests", asked)
    async with at_a_desk(database, table, AMSTERDAM_DESK) as desk:
        page = shown(await desk.read())
    assert "Wat is verteld door te vragen (1) huisarts" in page


async def test_why_it_came_here_is_told_to_who_sees_the_case(client: httpx.AsyncClient, database: Database) -> None:
    """Whoever was asked, and everybody else around with the reason, in the reader's language; to strangers nothing."""
    table = await a_case(client, database)
    async with at_a_desk(database, table, AMSTERDAM_DESK) as desk:
        page = shown(await desk.read("/why"))
        assert "Het eigen meldpunt" in page
        assert "aangenomen" in page
        assert "De regels van nu zeggen hetzelfde." in page
        assert "Zorgaanbieder" in page
    async with at_a_desk(database, table, POLICE) as stranger:
        await stranger.read("/why", 404)

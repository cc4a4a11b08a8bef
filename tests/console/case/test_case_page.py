"""The page of a case: who reads what of it, that each look at words is logged, and what was typed by a joker stays text."""

from re import findall
from time import perf_counter
from uuid import UUID, uuid4

import asyncpg
import httpx

from app.cases import service as cases
from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import begin
from app.identity.doors import COOKIE
from tests.console.case.desk import at_a_desk, local, shown
from tests.console.case.making import WORRY, a_case, a_rich_case
from tests.console.signed_in import signed_in
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_token, now
from tests.team.table import MENTAL_HEALTH, POLICE, SOCIAL_TEAM

NASTY = "<script>alert(1)</script>"
ARABIC = "\u0645\u0631\u062d\u0628\u0627 \u202eomgekeerd"


async def looks_at(raw: asyncpg.Connection, case: str) -> list[tuple[str, str, str]]:
    """Every look at what is in a case: at what, what for, in which role."""
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_worker")
        rows = await raw.fetch("SELECT what, purpose, role FROM access_log WHERE case_id = $1 ORDER BY id", case)
    return [(row["what"], row["purpose"], row["role"]) for row in rows]


async def test_the_owner_reads_all_of_it(client: httpx.AsyncClient, database: Database, raw: asyncpg.Connection) -> None:
    """Whose it is, what comes next, who takes part, and every word that was written; in two looks, for one purpose."""
    table = await a_rich_case(client, database)
    before = len(await looks_at(raw, table.case))
    async with at_a_desk(database, table, AMSTERDAM_DESK) as desk:
        page = await desk.read()
    said = shown(page)
    for one in (
        "Nu eerst: de persoon vertellen dat er een dossier is",
        "dringend",
        "Regisseur oost",
        "Rustig gesprek.",
        "Zijn zus.",
    ):
        assert one in said
    for one in ("Weer kunnen slapen.", "Huisarts bellen over medicatie.", "Welke medicatie?", "0611112222"):
        assert one in said
    assert WORRY not in page  # what callers told is read when somebody says what for
    assert (await looks_at(raw, table.case))[before:] == [
        ("page of the case", "follow_up", "desk"),
        ("story of the case", "follow_up", "desk"),
    ]


async def test_what_a_caller_told_is_shown_for_a_purpose(
    client: httpx.AsyncClient, database: Database, raw: asyncpg.Connection
) -> None:
    """Person, place, caller and worry, after choosing what for; the look is logged with it."""
    table = await a_case(client, database)
    async with at_a_desk(database, table, AMSTERDAM_DESK) as desk:
        page = shown(await desk.read("?for=handover"))
        for one in (WORRY, "Meneer Voorbeeld", "Buurvrouw Bakker", "0612345678", "1012AB 12", "Uw inzage is vastgelegd"):
            assert one in page
        assert WORRY not in await desk.read("?for=curiosity")
    looks = await looks_at(raw, table.case)
    assert any(what.startswith("call ") and purpose == "handover" for what, purpose, _ in looks)


async def test_a_sheet_to_print_is_logged_as_one(client: httpx.AsyncClient, database: Database, raw: asyncpg.Connection) -> None:
    """All of it that somebody may read, and nothing to press; callers' words only for a purpose; of codes there is no look."""
    table = await a_rich_case(client, database)
    before = len(await looks_at(raw, table.case))
    async with at_a_desk(database, table, AMSTERDAM_DESK) as desk:
        page = await desk.read("/paper")
        assert "Rustig gesprek." in page
        assert 'action="/cases/' not in page.partition('id="told"')[0]
        assert WORRY not in page
        assert WORRY in await desk.read("/paper?for=handover")
    looks = [what for what, _, _ in (await looks_at(raw, table.case))[before:]]
    assert looks.count("story of the case on paper") == 2
    assert "story of the case" not in looks
    async with at_a_desk(database, table, HOTLINE, "operator") as operator:
        page = await operator.read("/paper")
        assert "Rustig gesprek." not in page
        assert "Aangenomen" in page
    assert [what for what, _, _ in (await looks_at(raw, table.case))[before:]] == looks


async def test_before_accepting_there_is_nothing_personal(
    client: httpx.AsyncClient, database: Database, raw: asyncpg.Connection
) -> None:
    """Whoever is asked sees codes, by when to answer and where; no way to the words, and no look."""
    table = await a_case(client, database, accepted=False)
    before = len(await looks_at(raw, table.case))
    async with at_a_desk(database, table, AMSTERDAM_DESK) as desk:
        page = await desk.read("?for=first_contact")
    for one in (WORRY, "Meneer Voorbeeld", "Bakker", "0612345678", "1012AB", 'id="told"'):
        assert one not in page
    assert "U wordt gevraagd deze casus aan te nemen." in page
    assert "iemand neemt de casus aan" in page
    assert len(await looks_at(raw, table.case)) == before


async def test_who_took_it_in_reads_codes_and_the_call(client: httpx.AsyncClient, database: Database) -> None:
    """The operator hears that there was a contact, not what was said; what the own caller told can be read again."""
    table = await a_rich_case(client, database)
    async with at_a_desk(database, table, HOTLINE, "operator") as operator:
        page = await operator.read()
        assert "Aangenomen" in page
        assert "Contact" in page
        for one in ("Rustig gesprek.", "Weer kunnen slapen", "Zus"):
            assert one not in page
        assert set(findall(r'action="/cases/[^/"]+/([^"]+)"', page)) == {"grade", "same-person"}
        assert WORRY in await operator.read("?for=quality")
        refused = await operator.send("note", what="Mag niet.")
        assert refused.status_code == 403


async def test_a_case_of_others_is_not_there(client: httpx.AsyncClient, database: Database) -> None:
    """It looks as one that was never opened: the page, its parts, its reference and its commands."""
    table = await a_case(client, database)
    reference = (await table.read("owner"))["reference"]
    async with at_a_desk(database, table, POLICE) as stranger:
        for path in (table.case, f"{table.case}/head", f"{table.case}/news", reference, str(uuid4()), "ZZZZ-ZZZZ-Z"):
            assert (await stranger.client.get(f"/cases/{path}")).status_code == 404
        assert (await stranger.send("note", what="Hallo.")).status_code == 404
        assert (await stranger.client.post(f"/cases/{table.case}/explode")).status_code == 404


async def test_a_reference_leads_to_the_case(client: httpx.AsyncClient, database: Database) -> None:
    """As it was read aloud, in small letters."""
    table = await a_case(client, database)
    reference = (await table.read("owner"))["reference"]
    async with at_a_desk(database, table, AMSTERDAM_DESK) as desk:
        answer = await desk.client.get(f"/cases/{reference.lower()}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{table.case}")


async def test_a_member_reads_what_is_shown_to_it(client: httpx.AsyncClient, database: Database) -> None:
    """The owner's own contacts stay the owner's; whoever is invited reads codes, and may answer."""
    table = await a_rich_case(client, database)
    async with at_a_desk(database, table, MENTAL_HEALTH) as ggz:
        page = shown(await ggz.read())
        assert "Woont bij zijn zus." in page
        assert "Rustig gesprek." not in page
        assert "Casus afsluiten" not in page
    async with at_a_desk(database, table, SOCIAL_TEAM) as invited:
        page = shown(await invited.read())
        assert "U bent uitgenodigd in dit team" in page
        assert "Woont bij zijn zus." not in page


async def test_live_parts_open_nothing(client: httpx.AsyncClient, database: Database, raw: asyncpg.Connection) -> None:
    """Asked for every half minute they would fill the log: they tell codes, and the page waits to be read again."""
    table = await a_case(client, database)
    async with at_a_desk(database, table, AMSTERDAM_DESK) as desk:
        seen = now().isoformat()
        before = len(await looks_at(raw, table.case))
        news = {"since": seen}
        assert (await desk.client.get(f"/cases/{table.case}/news", params=news)).text.strip() == ""
        await table.do("owner", "contacts", {"way": "phone", "party": "person", "result": "tried", "note": "Geheim."})
        part = await desk.client.get(f"/cases/{table.case}/news", params=news, headers={"X-Part": "case-news"})
        assert "1 nieuwe regel" in part.text
        assert "Contact" in part.text
        assert "Geheim." not in part.text
        head = await desk.client.get(f"/cases/{table.case}/head", headers={"X-Part": "case-head"})
        assert "eerste contact met de persoon" in head.text
        assert "<html" not in head.text
    assert len(await looks_at(raw, table.case)) == before


async def test_somebody_else_was_first(client: httpx.AsyncClient, database: Database) -> None:
    """What was typed stays, and what changed meanwhile is told; sent again with what is seen now, it counts."""
    table = await a_case(client, database)
    async with at_a_desk(database, table, AMSTERDAM_DESK) as desk:
        seen, version = now().isoformat(), (await table.read("owner"))["version"]
        await table.do("owner", "notes", {"what": "Intussen geschreven."})
        data = {"version": str(version), "seen": seen, "coordinator": "Regisseur noord", "deputy": "Achterwacht"}
        stale = await desk.client.post(f"/cases/{table.case}/coordinator", data=data)
        assert stale.status_code == 412
        page = shown(stale.text)
        assert "Wat er intussen veranderde" in page
        assert "Iemand anders heeft dit intussen gewijzigd" in page
        assert 'value="Regisseur noord"' in stale.text
        assert '<details class="do" id="do-coordinator" open>' in stale.text
        await desk.do("coordinator", coordinator="Regisseur noord", deputy="Achterwacht")
        await desk.do("action", what="Bellen.", dueAt=local(1))
        [action] = await desk.items("action")
        ticked = [await desk.send("done", action["id"], 1) for _ in range(2)]
        assert [one.status_code for one in ticked] == [303, 409]


async def test_faults_stand_beside_their_fields(client: httpx.AsyncClient, database: Database) -> None:
    """Each with a link from the top, and everything else as it was typed; also what no form of ours sends."""
    table = await a_case(client, database)
    async with at_a_desk(database, table, AMSTERDAM_DESK) as desk:
        answer = await desk.send("contact", party="person", way="visit", result="reached", at=local(2), note=f"Te vroeg {NASTY}")
        assert answer.status_code == 400
        assert 'href="#contact--at"' in answer.text
        assert 'id="contact--at" name="at" type="datetime-local" value="' in answer.text
        assert "Dit moment moet nog komen" in shown(answer.text)
        assert "Te vroeg &lt;script&gt;" in answer.text
        empty = await desk.send("goal", what="", of="team")
        assert empty.status_code == 400
        assert 'href="#goal--what"' in empty.text
        again = await desk.client.get(f"/cases/{table.case}/goal?lang=en")  # the reader chooses another language now
        assert (again.status_code, again.headers["location"]) == (303, f"/cases/{table.case}?lang=en#goals")
        for name, subject, fields in (
            ("done", "geen-id", {}), ("contact", "", {"way": "teleport"}), ("snooze", str(uuid4()), {"until": "morgen", "reason": "x"}),
        ):  # fmt: skip
            assert (await desk.send(name, subject, 1, **fields)).status_code in {400, 404}


async def test_what_a_joker_types_is_text(client: httpx.AsyncClient, database: Database) -> None:
    """Markup, writing from right to left and very long words: shown as they were typed, whichever field they came by."""
    long = "Donaudampfschiff" * 400
    table = await a_case(client, database, worry=f"{NASTY} {ARABIC}", person={"name": NASTY})
    async with at_a_desk(database, table, AMSTERDAM_DESK) as desk:
        await desk.do("note", what=f"{NASTY}{ARABIC}{long}", visibility="team")
        await desk.do("coordinator", coordinator=NASTY, deputy=ARABIC.replace("\u202e", ""))
        await desk.do("goal", what=NASTY, of="person", visibility="team")
        page = await desk.read("?for=follow_up&older=&open=%3Cscript%3E")
        assert "<script>alert" not in page
        assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 5
        assert long in page
        assert f'dir="auto">{NASTY.replace("<", "&lt;").replace(">", "&gt;")}' in page
        assert (await desk.client.get(f"/cases/{table.case}?older=nonsense")).status_code == 400


async def test_a_long_case_costs_as_many_statements_as_a_short_one(
    client: httpx.AsyncClient, database: Database, statements: list[str]
) -> None:
    """Two hundred lines: not one statement more, and the page is there at once."""
    table = await a_rich_case(client, database)
    who = await signed_in(database, AMSTERDAM_DESK, "desk")
    headers = {"Cookie": f"{COOKIE}={who.secret}"}

    async def read() -> tuple[int, float, str]:
        statements.clear()
        began = perf_counter()
        answer = await client.get(f"/cases/{table.case}", headers=headers)
        assert answer.status_code == 200
        return len(statements), perf_counter() - began, answer.text

    await read()
    few, _, _ = await read()
    async with begin(database, WORKER) as work:
        for level in range(200):
            cases.line(work, UUID(table.case), "climbed", level=level % 4 + 1, deadline_kind="follow_up")
    many, _, page = await read()
    assert many == few <= 16, statements
    assert page.count('class="line g-') >= 200
    assert min([(await read())[1] for _ in range(3)]) < 1.0  # usually a tenth of it; the machine may be busy


async def test_a_case_that_went_to_another_keeps_nobody_s_words(client: httpx.AsyncClient, database: Database) -> None:
    """Whoever was typing when it went over reads why nothing was stored, and has their words back; nothing else of the case."""
    table = await a_case(client, database)
    table.keys["next"] = await a_token(database, POLICE, "desk")
    asked = await table.do("owner", "handovers", {"organisationId": str(POLICE), "reason": "moved"})
    async with at_a_desk(database, table, AMSTERDAM_DESK) as desk:
        version = (await table.read("owner"))["version"]
        offer = asked["offers"][0]
        headers = table.keys["next"] | {"If-Match": f'"{offer["version"]}"'}
        assert (await client.post(f"/v1/offers/{offer['id']}/acceptance", json={}, headers=headers)).status_code == 201
        late = await desk.send("note", version=version, what=f"Nog net gezien {NASTY}", visibility="team")
    assert late.status_code == 404
    assert "niet (meer) van uw organisatie" in shown(late.text)
    assert "Nog net gezien &lt;script&gt;" in late.text
    assert (await table.read("next"))["reference"] not in late.text

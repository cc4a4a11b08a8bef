"""Reports of the police: never lost, never twice, kept as they came, and stopped when the law stops."""

import asyncio
import base64
from datetime import date

import httpx
import pytest

from app.core.db import Database
from tests.channels.makers import FORM, POLICE, a_mail, a_police_form, a_professional, heard, listed, send_police
from tests.conftest import client_of, running, settings_for
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_call, a_token


async def test_a_report_becomes_a_call_of_the_desk(client: httpx.AsyncClient, database: Database) -> None:
    """A desk's own key takes it in for that desk: channel police, the person, the place and the answers as the form says."""
    importer = await a_token(database, AMSTERDAM_DESK, "desk")
    kept = (await send_police(client, importer, a_police_form(1931))).json()
    assert kept["state"] == "taken_in"
    reports = await listed(client, "/v1/police-reports", importer)
    mine = next(one for one in reports if one["id"] == kept["id"])
    assert (mine["purpose"], mine["parser"], mine["fault"]) == ("a", "nodus-form-1", None)
    operator = await a_token(database, AMSTERDAM_DESK, "operator")
    told = (await client.get(f"/v1/calls/{mine['callId']}?purpose=triage", headers=operator)).json()
    assert told["call"]["channel"] == "police"
    assert told["call"]["urgency"] == "urgent"
    assert told["call"]["receivedAt"] == "2026-11-24T10:05:00Z"
    assert told["contents"]["person"]["name"] == "Jan van der Verzonnen"
    assert told["contents"]["person"]["birthDate"] == "1931-03-02"
    assert told["contents"]["worry"].endswith("Zegt dat de buren hem afluisteren.")


async def test_the_original_is_kept_and_every_look_is_logged(client: httpx.AsyncClient, database: Database) -> None:
    """Byte for byte what came, for who took it in; not for the sender, and not without a purpose."""
    key = await a_professional(database)
    mail = a_mail(a_police_form(1933), identity="original@politie.test")
    kept = (await send_police(client, key, mail, "message/rfc822")).json()
    operator = await a_token(database, HOTLINE, "operator")
    address = f"/v1/police-reports/{kept['id']}/original"
    assert (await client.get(address, headers=operator)).status_code == 400
    original = (await client.get(f"{address}?purpose=triage", headers=operator)).json()
    assert base64.b64decode(original["content"]) == mail
    assert (await client.get(f"{address}?purpose=triage", headers=key)).status_code == 403
    own = await a_token(database, POLICE, "desk")
    assert (await client.get(f"{address}?purpose=triage", headers=own)).status_code == 404
    async with database.engine.connect() as connection:
        await connection.exec_driver_sql("SET ROLE nodus_worker")
        looks = await connection.exec_driver_sql(
            "SELECT purpose FROM access_log WHERE what = $1", (f"police report {kept['id']}",)
        )
        assert [row[0] for row in looks] == ["triage"]


async def test_the_police_hear_who_has_taken_it_up(client: httpx.AsyncClient, database: Database) -> None:
    """The next patrol knows whom to ring, and learns nothing else."""
    key, desk = await a_professional(database), await a_token(database, AMSTERDAM_DESK, "desk")
    asked_before = {one["id"] for one in await listed(client, "/v1/offers", desk)}
    kept = (await send_police(client, key, a_police_form(1932))).json()
    address = f"/v1/police-reports/{kept['id']}"
    assert (await client.get(address, headers=key)).json() == {"id": kept["id"], "progress": "being_asked", "takenUpBy": None}
    [offer] = {one["id"] for one in await listed(client, "/v1/offers", desk)} - asked_before
    await client.post(f"/v1/offers/{offer}/acceptance", json={}, headers=desk | {"If-Match": '"1"'})
    told = (await client.get(address, headers=key)).json()
    assert told["progress"] == "taken_up"
    assert told["takenUpBy"]
    stranger = await a_token(database, AMSTERDAM_DESK, "professional")
    assert (await client.get(address, headers=stranger)).status_code == 404


async def test_one_thread_for_one_person(client: httpx.AsyncClient, database: Database) -> None:
    """Two thirds are known persons, some twice on one day: the second report joins the open case, and the police hear of that."""
    importer = await a_token(database, AMSTERDAM_DESK, "desk")
    forms = (a_police_form(1935), a_police_form(1935).replace("blote voeten", "sokken"), a_police_form(1936))
    reports = [(await send_police(client, importer, form)).json()["id"] for form in forms]
    taken_in = await listed(client, "/v1/police-reports", importer)
    ids = {one["id"]: one["callId"] for one in taken_in}
    operator = await a_token(database, AMSTERDAM_DESK, "operator")
    calls = [(await client.get(f"/v1/calls/{ids[one]}?purpose=triage", headers=operator)).json()["call"] for one in reports]
    assert [call["disposition"] for call in calls] == ["case_opened", "joined_case", "case_opened"]
    assert calls[1]["joinedCaseId"] == calls[0]["caseId"]
    told = (await client.get(f"/v1/police-reports/{reports[1]}", headers=importer)).json()
    assert told["progress"] == "being_asked"


async def test_the_same_mail_twice_is_one_report(client: httpx.AsyncClient, database: Database) -> None:
    """Mail is delivered again after every hiccup, with other headers of transport; one report, one case."""
    key = await a_professional(database)
    mail = a_mail(a_police_form(1934), identity="twice@politie.test")
    first = await send_police(client, key, mail, "message/rfc822")
    again = await send_police(client, key, b"Received: by mx2\r\n" + mail, "message/rfc822")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()


async def test_the_same_mail_at_the_same_moment_is_one_report(client: httpx.AsyncClient, database: Database) -> None:
    """Two mail servers deliver at once: both hear that it is taken in, and nobody has to guess whether it was."""
    key = await a_professional(database)
    mail = a_mail(a_police_form(1937), identity="at-once@politie.test")
    answers = await asyncio.gather(*(send_police(client, key, mail, "message/rfc822") for _ in range(4)))
    assert sorted(one.status_code for one in answers) == [200, 200, 200, 201]
    assert len({one.json()["id"] for one in answers}) == 1


UNREADABLE: list[tuple[str, bytes, str, str]] = [
    ("another form", b"Beste collega, wilt u eens kijken bij de heer V.?", "text/plain", "another_form"),
    ("no place", FORM.replace("Postcode: 1012 AB\n", "").replace("Huisnummer: 12\n", "").encode(), "text/plain", "place-unknown"),
    ("a place that is none", FORM.replace("1012 AB", "1012 SA").encode(), "text/plain", "place-unknown"),
    ("100 kB", FORM.replace("regen.", "regen. " + "x" * 100_000).encode(), "text/plain", "invalid worry"),
    ("a control character", FORM.replace("regen", "re\x00gen").encode(), "text/plain", "invalid worry"),
    ("an answer that is none", FORM.replace("Gevaar: nee", "Gevaar: misschien").encode(), "text/plain", "no_answer"),
    ("a misspelt key after an answer", FORM.replace("Gevaar: nee", "Gevaar: nee\nWapne: ja").encode(), "text/plain", "no_answer"),
    ("bytes", bytes(range(256)), "text/plain", "no_text"),
    ("no JSON", b"{", "application/json", "no_json"),
    ("deep JSON", b"[" * 100_000, "application/json", "no_json"),
    ("a list", b"[1]", "application/json", "no_object_of_strings"),
    ("an empty mail", b"Subject: x\r\n\r\n", "message/rfc822", "no_form_in_mail"),
    ("a mail in HTML", b"Content-Type: text/html\r\n\r\n<p>x</p>", "message/rfc822", "no_form_in_mail"),
    ("born tomorrow", FORM.replace("02-03-1961", "02-03-2061").encode(), "text/plain", "invalid-input"),
]


@pytest.mark.parametrize(("content", "media", "fault"), [one[1:] for one in UNREADABLE], ids=[one[0] for one in UNREADABLE])
async def test_what_cant_be_read_is_kept_for_a_person(
    client: httpx.AsyncClient, database: Database, content: bytes, media: str, fault: str
) -> None:
    """Refusing it would lose it: whoever sends mail reads no answers."""
    key = await a_professional(database)
    answer = await send_police(client, key, content, media)
    assert answer.status_code == 201, answer.text
    assert answer.json()["state"] == "unread"
    supervisor = await a_token(database, HOTLINE, "supervisor")
    reports = await listed(client, "/v1/police-reports", supervisor, state="unread")
    mine = next(one for one in reports if one["id"] == answer.json()["id"])
    assert mine["fault"] == fault
    original = (await client.get(f"/v1/police-reports/{mine['id']}/original?purpose=triage", headers=supervisor)).json()
    assert base64.b64decode(original["content"]) == content


async def test_a_person_enters_what_no_parser_could_read(client: httpx.AsyncClient, database: Database) -> None:
    """A supervisor hears of it, somebody reads it and enters the call; only once, and only what was read."""
    key = await a_professional(database)
    kept = (await send_police(client, key, "Met de hand geschreven.")).json()
    supervisor = await a_token(database, HOTLINE, "supervisor")
    told = await heard(client, HOTLINE, supervisor, "nl.nodus.police_report.unread.v1", kept["id"])
    assert [one["fault"] for one in told] == ["another_form"]
    call = (await client.post("/v1/calls", json=a_call(channel="police"), headers=supervisor)).json()
    address = f"/v1/police-reports/{kept['id']}/entry"
    assert (await client.post(address, json={"callId": call["id"]}, headers=supervisor)).status_code == 428
    assert (await client.post(address, json={}, headers=supervisor | {"If-Match": '"1"'})).status_code == 400
    entered = await client.post(address, json={"callId": call["id"]}, headers=supervisor | {"If-Match": '"1"'})
    assert entered.json()["state"] == "entered"
    again = await client.post(address, json={"noReport": "test"}, headers=supervisor | {"If-Match": '"2"'})
    assert again.status_code == 409
    far = (await client.get(f"/v1/police-reports/{kept['id']}", headers=key)).json()
    assert far["progress"] == "being_asked"


async def test_a_draft_is_not_yet_what_became_of_a_report(client: httpx.AsyncClient, database: Database) -> None:
    """Whoever abandons the draft afterwards would lose the report: it counts as entered when the call was stored."""
    key = await a_token(database, AMSTERDAM_DESK, "desk")
    operator = await a_token(database, AMSTERDAM_DESK, "operator")
    report = (await send_police(client, key, "Beste collega, kijkt u eens bij de heer W.?")).json()["id"]
    draft = (await client.post("/v1/drafts", json=a_call(), headers=operator)).json()["id"]
    address, first = f"/v1/police-reports/{report}/entry", operator | {"If-Match": '"1"'}
    early = await client.post(address, json={"callId": draft}, headers=first)
    assert (early.status_code, early.json()["state"]) == (409, "active"), early.text
    done = await client.post(f"/v1/drafts/{draft}/completion", headers=first)
    assert done.status_code == 201, done.text
    entered = await client.post(address, json={"callId": draft}, headers=first)
    assert (entered.status_code, entered.json()["state"]) == (200, "entered"), entered.text


async def test_what_is_no_report_is_set_aside(client: httpx.AsyncClient, database: Database) -> None:
    """The list of what waits must become empty, also of other mail; the original stays."""
    kept = (await send_police(client, await a_professional(database), "Vakantierooster.")).json()
    operator = await a_token(database, HOTLINE, "operator")
    body = {"noReport": "other_mail"}
    answer = await client.post(f"/v1/police-reports/{kept['id']}/entry", json=body, headers=operator | {"If-Match": '"1"'})
    assert answer.json()["state"] == "set_aside"


async def test_after_the_decree_nothing_is_taken_in(database: Database) -> None:
    """Police data without a ground in law must not be stored; the answer names the decree."""
    settings = settings_for(database.settings.database_url, police_channel_ends_on=date(2026, 1, 1))
    async with running(settings) as app, client_of(app) as client:
        answer = await send_police(client, await a_professional(database), a_mail(identity="late@x"), "message/rfc822")
        assert answer.status_code == 403
        assert answer.json()["type"] == "/v1/problems/channel-ended"
        assert "BWBR0045999" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("query", "media", "status"),
    [
        ("", "text/plain", 400),
        ("purpose=d", "text/plain", 400),
        ("purpose=a&parser=unknown", "text/plain", 400),
        ("purpose=a", "application/pdf", 415),
    ],
)
async def test_what_the_sender_can_mend_is_refused(
    client: httpx.AsyncClient, database: Database, query: str, media: str, status: int
) -> None:
    """A program that calls us wrongly hears it at once; that is another thing than a form that can't be read."""
    assert (await send_police(client, await a_professional(database), FORM, media, query)).status_code == status


async def test_a_megabyte_is_enough(client: httpx.AsyncClient, database: Database) -> None:
    """Up to the limit it is kept, past it refused before it is read whole."""
    key = await a_professional(database)
    assert (await send_police(client, key, b"x" * 1_048_576)).status_code == 201
    assert (await send_police(client, key, b"x" * 1_048_577)).status_code == 413

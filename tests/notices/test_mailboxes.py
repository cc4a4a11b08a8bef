"""Mailboxes as their organisation keeps them: confirmed by whoever reads there, seen by nobody else, told of when nothing arrives."""

import asyncio
import re
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.core.actor import WORKER
from app.core.work import begin
from app.notices import due
from app.notices.mail import answers
from app.notices.service.returned import take_in
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_token
from tests.notices.conftest import ADDRESS, PROVIDER, Desk, mailing
from tests.notices.server import certified, mail_server

OTHER = "tweede@groningen.example"


async def test_a_mailbox_counts_when_its_code_came_back(desk: Desk) -> None:
    """Until then it gets no notice, test or pause; the newest code counts, for a day; then it is told of what is pending already."""
    made = await desk.client.post("/v1/mailboxes", json={"address": OTHER, "language": "en"}, headers=desk.key)
    path = made.headers["location"]
    try:
        await desk.offer()
        await desk.told()
        [mail] = desk.server.to(OTHER)
        assert mail.message["Subject"] == "Nodus: confirm this mailbox"
        first = re.findall(r"\w{4}-\w{4}-\w{4}", mail.part("plain"))[0]
        tag = desk.key | {"If-Match": made.headers["etag"]}
        assert (await desk.client.patch(path, json={"state": "active"}, headers=tag)).status_code == 409
        assert (await desk.client.post(f"{path}/test-mails", headers=desk.key)).status_code == 409
        assert (await desk.client.post(f"{path}/codes", headers=desk.key)).status_code == 429
        box = made.json()["id"]
        await desk.change("UPDATE mailbox SET mailed_at = now() - interval '2 min' WHERE id = :id", id=box)
        assert (await desk.client.post(f"{path}/codes", headers=desk.key)).status_code == 202
        await desk.sent()
        code = re.findall(r"\w{4}-\w{4}-\w{4}", desk.server.to(OTHER)[1].part("html"))[0]
        for wrong, age in ((first, 0), ("0000-0000-0000", 0), (code, 25)):
            await desk.change(
                "UPDATE mailbox SET code_made_at = now() - make_interval(hours => :age) WHERE id = :id", id=box, age=age
            )
            refused = await desk.client.post(f"{path}/confirmations", json={"code": wrong}, headers=desk.key)
            assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (400, "code-wrong")
            assert refused.json()["errors"][0]["pointer"] == "/code"
        await desk.change("UPDATE mailbox SET code_made_at = now() WHERE id = :id", id=box)
        answer = await desk.client.post(f"{path}/confirmations", json={"code": code.replace("-", " ")}, headers=desk.key)
        assert answer.json()["state"] == "active", answer.text
        await desk.sent()
        assert "30 minutes" in desk.server.to(OTHER)[2].part("plain") or "29 minutes" in desk.server.to(OTHER)[2].part("plain")
        await desk.change("UPDATE mailbox SET mailed_at = NULL WHERE id = :id", id=box)
        assert (await desk.client.post(f"{path}/test-mails", headers=desk.key)).status_code == 202
        await desk.sent()
        assert "need to do nothing" in desk.server.to(OTHER)[3].part("plain")
    finally:
        assert (await desk.client.delete(path, headers=desk.key)).status_code == 204


async def test_a_mailbox_is_its_organisations_own(desk: Desk) -> None:
    """Nobody else finds it, it is registered once and five at most, and its address lies nowhere in clear."""
    stranger = await a_token(desk.database, AMSTERDAM_DESK, "desk")
    path = f"/v1/mailboxes/{desk.mailbox}"
    for ask in (desk.client.get(path, headers=stranger), desk.client.get(f"{path}/notices", headers=stranger)):
        assert (await ask).status_code == 404
    assert (await desk.client.get("/v1/mailboxes", headers=stranger)).json()["items"] == []
    assert (await desk.client.get(path, headers=desk.operator)).status_code == 403
    again = await desk.client.post("/v1/mailboxes", json={"address": ADDRESS.upper()}, headers=desk.key)
    assert again.json()["type"].endswith("mailbox-known")
    made = [await desk.client.post("/v1/mailboxes", json={"address": f"a{n}@b.example"}, headers=desk.key) for n in range(5)]
    assert [answer.status_code for answer in made] == [201, 201, 201, 201, 409]
    for answer in made[:4]:
        assert (await desk.client.delete(answer.headers["location"], headers=desk.key)).status_code == 204
    for wrong in ("nobody", "a b@c.example", "a@b.example\nBcc: x@y.example", "é@b.example", "a@[127.0.0.1]"):
        refused = await desk.client.post("/v1/mailboxes", json={"address": wrong}, headers=desk.key)
        assert refused.status_code == 400
        assert wrong not in refused.text
    async with begin(desk.database, WORKER) as work:
        rows: list[Any] = []
        for table in ("mailbox", "notice", "notice_mail", "event", "idempotency"):
            rows += await work.rows(text(f"SELECT t::text AS t FROM {table} t WHERE t::text LIKE '%groningen.example%'"))
        assert rows == []
        assert await work.rows(text("SELECT 1 FROM event WHERE position('groningen.example'::bytea IN body) > 0")) == []


async def test_a_stranger_is_bothered_by_few_codes(desk: Desk) -> None:
    """Ten codes in any 24 hours an organisation, whatever it removes, asks for at one moment, or is refused; then it is told when."""

    async def asked(number: int, key: dict[str, str] = desk.key) -> httpx.Response:
        answer = await desk.client.post("/v1/mailboxes", json={"address": f"a{number}@b.example"}, headers=key)
        if answer.status_code == 201:
            assert (await desk.client.delete(answer.headers["location"], headers=key)).status_code == 204
        return answer

    assert [(await asked(number)).status_code for number in range(7)] == [201] * 7  # and the fixture's own
    assert (await desk.client.post("/v1/mailboxes", json={"address": ADDRESS}, headers=desk.key)).status_code == 409
    made = await desk.client.post("/v1/mailboxes", json={"address": OTHER}, headers=desk.key)
    await desk.change("UPDATE mailbox SET mailed_at = NULL WHERE id = :id", id=made.json()["id"])
    again = desk.client.post(f"{made.headers['location']}/codes", headers=desk.key)
    answers = await asyncio.gather(again, *(asked(number) for number in range(8)))
    assert sorted(answer.status_code for answer in answers)[1:] == [429] * 8
    refused = answers[-1]
    assert "/confirmations" in refused.json()["detail"]
    assert 86_000 < int(refused.headers["retry-after"]) <= 86_400
    stranger = await a_token(desk.database, AMSTERDAM_DESK, "desk")
    assert (await asked(1, stranger)).status_code == 201
    a_day_older = """WITH gone AS (DELETE FROM code_mailed WHERE organisation_id = :who RETURNING at)
      INSERT INTO code_mailed (id, organisation_id, at) SELECT gen_random_uuid(), :who, at - interval '24 h' FROM gone"""
    await desk.change(a_day_older, who=PROVIDER)
    assert (await asked(1)).status_code == 201
    assert (await desk.client.delete(made.headers["location"], headers=desk.key)).status_code == 204


async def test_an_organisation_hears_that_nothing_reaches_its_mailbox(desk: Desk) -> None:
    """No mail server, a server that takes nothing, a code that nobody sent back: each once a day, by feed and to the national desk."""
    assert await desk.act(due.SILENT) == 0
    settings = desk.database.settings
    desk.database.settings = settings.model_copy(update={"smtp_host": ""})
    await desk.act(due.SILENT)
    await desk.act(due.SILENT)
    assert await desk.heard("mailbox.silent", desk.mailbox) == sorted([HOTLINE, PROVIDER])
    desk.database.settings = settings
    desk.server.fault = lambda _: "data 451 later"
    await desk.offer()
    await desk.told()
    await desk.change("UPDATE notice_mail SET made_at = made_at - interval '6 min' WHERE mailbox_id = :id", id=desk.mailbox)
    assert await desk.act(due.SILENT) == 0
    await desk.change("UPDATE mailbox SET silent_told_at = now() - interval '25 h' WHERE id = :id", id=desk.mailbox)
    await desk.act(due.SILENT)
    assert await desk.heard("mailbox.silent", '"reason":"waiting"') == sorted([HOTLINE, PROVIDER])
    made = (await desk.client.post("/v1/mailboxes", json={"address": OTHER}, headers=desk.key)).json()["id"]
    await desk.change("UPDATE mailbox SET created_at = created_at - interval '2 h' WHERE id = :id", id=made)
    await desk.change("DELETE FROM notice_mail WHERE mailbox_id = :id", id=made)
    await desk.act(due.SILENT)
    assert await desk.heard("mailbox.silent", '"reason":"unconfirmed"') == sorted([HOTLINE, PROVIDER])
    assert (await desk.client.delete(f"/v1/mailboxes/{made}", headers=desk.key)).status_code == 204


def a_report(*, to: str = "bounces@nodus.example", about: str = "", action: str = "failed") -> bytes:
    """What a mail server sends back."""
    lines = [
        "From: MAILER-DAEMON@mx.example", f"To: {to}", "Subject: Undelivered", "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"', "",
        "--b", "Content-Type: text/plain", "", "I am sorry.", "",
        "--b", "Content-Type: message/delivery-status", "", "Reporting-MTA: dns; mx.example", "",
        "Final-Recipient: rfc822; x@y.example", f"Action: {action}", "Status: 5.1.1", "",
        "--b", "Content-Type: text/rfc822-headers", "", f"Message-ID: {about}", "", "--b--", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode()


async def test_what_comes_back_later_raises_the_same_alarm(desk: Desk, tmp_path: Path) -> None:
    """Known by the address it came back to, or by the Message-ID in it; a delay or an absence note is no bounce; each counts once."""
    await desk.offer()
    await desk.offer()
    first, second = await desk.told()
    away = EmailMessage()
    away["To"], away["Auto-Submitted"] = first.return_path, "auto-replied"
    away.set_content("Ik ben er niet.")
    mails = {
        "1": a_report(to=first.return_path, action="delayed"),
        "2": away.as_bytes(),
        "3": a_report(to=first.return_path),
        "4": a_report(about=second.message["Message-ID"]),
        "5": a_report(to=first.return_path),
        "6": a_report(about="<0123456789abcdef0123456789abcdef@nodus.example>"),
        "7": b"\xff\xfe nothing",
    }
    for name, content in mails.items():
        (tmp_path / f"{name}.eml").write_bytes(content)
    found = [what async for _, what in take_in(desk.database, tmp_path)]
    other, known, bounced = "no bounce", "known already", "bounced"
    assert found == [other, other, bounced, bounced, known, known, other]
    assert {notice["state"] for notice in await desk.notices()} == {"bounced"}
    for notice in await desk.notices():
        assert (await desk.heard("notice.bounced", notice["id"]), notice["error"]) == (sorted([HOTLINE, PROVIDER]), "dsn_5.1.1")
    assert (await desk.box())["lastError"] == "dsn_5.1.1"
    assert [one async for one in take_in(desk.database, tmp_path)] == []


@pytest.mark.parametrize(
    ("host", "encrypted", "changes", "wrong"),
    [
        ("localhost", True, {}, None),
        ("localhost", True, {"smtp_password": "another"}, "login"),
        ("mail.example", True, {}, "tls"),
        ("localhost", True, {"smtp_ca_file": ""}, "tls"),
        ("localhost", False, {}, "not_encrypted"),
        ("localhost", False, {"smtp_starttls": "off", "smtp_user": ""}, None),
    ],
)
async def test_nothing_is_said_to_a_server_that_can_not_be_trusted(
    tmp_path: Path,
    host: str,
    encrypted: bool,  # noqa: FBT001  a parameter
    changes: dict[str, Any],
    wrong: str | None,
) -> None:
    """Another's certificate, an unknown authority, no encryption at all: refused by default, in words that `doctor` shows."""
    ca, context = certified(tmp_path, host)
    async with mail_server(context if encrypted else None) as server:
        assert await answers(mailing("", server, ca, **changes)) == wrong


async def test_tls_from_the_start(tmp_path: Path) -> None:
    """Providers that offer port 465 only are reached too; and nobody who listens is no mystery."""
    ca, context = certified(tmp_path)
    async with mail_server(context, implicit=True) as server:
        settings = mailing("", server, ca, smtp_starttls="implicit", smtp_user="")
        assert await answers(settings) is None
    assert await answers(settings) == "connect"

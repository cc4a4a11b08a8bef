"""A desk with a confirmed mailbox, and the mail server that its notices go to."""

import asyncio
import re
from collections.abc import AsyncIterator
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from app.core.actor import WORKER
from app.core.db import Database
from app.core.settings import Settings
from app.core.work import begin
from app.directory.seeding import organisation_id
from app.notices import due
from app.notices.send import Mailer
from tests.conftest import client_of, running, settings_for
from tests.makers import a_token, an_offered_case
from tests.notices.server import PASSWORD, USER, Mail, MailServer, certified, mail_server

PROVIDER = organisation_id("crisis-vr01")  # of whom other tests ask little
ADDRESS = "dienst@groningen.example"


@dataclass(slots=True)
class Desk:
    """A care provider that has only a mailbox, and what happens around it."""

    client: httpx.AsyncClient
    database: Database
    server: MailServer
    operator: dict[str, str]
    key: dict[str, str]
    mailbox: str = ""

    async def sent(self) -> None:
        """Let a worker send what waits, to the end."""
        mailer = Mailer(self.database, self.database.settings, asyncio.Event())
        while await mailer.claim():
            await mailer.finish()

    async def act(self, what: Any, *, at: datetime | None = None) -> int:
        """Let a worker do what one of its lists has due, at a moment; how much."""
        async with begin(self.database, WORKER, at=at) as work:
            claimed = await what.claim(work)
        for item in claimed:
            async with begin(self.database, WORKER, at=at) as work:
                await what.act(work, item)
        return len(claimed)

    async def told(self) -> list[Mail]:
        """Let notices follow offers, send them, and see all that came to the mailbox about offers."""
        while await self.act(due.FOLLOWED):
            pass
        await self.sent()
        return [mail for mail in self.server.to(ADDRESS) if "uw antwoord" in mail.message["Subject"]]

    async def offer(self, urgency: str = "urgent") -> dict[str, Any]:
        """A call about somebody in Groningen, and the offer to this desk that came of it."""
        place = {"stay": {"municipalityCode": "GM0014", "description": "onder het viaduct"}}
        routing = {"organisationId": str(PROVIDER), "reason": "kent mijnheer Jansen"}
        chosen = {"chosen": urgency, "reason": "hoorde schreeuwen"}
        receipt = await an_offered_case(self.client, self.operator, place=place, routing=routing, urgency=chosen)
        answer = await self.client.get(f"/v1/offers/{receipt['offered']['offerId']}", headers=self.key)
        case = await self.client.get(f"/v1/cases/{receipt['caseId']}", headers=self.key)
        assert answer.status_code == 200, answer.text
        return {**answer.json(), "reference": case.json()["reference"]}

    async def accept(self, offer: str, version: int = 1, *, allowed: AbstractSet[int] = frozenset({201})) -> None:
        """Accept by the API, as somebody else of the desk might."""
        path, headers = f"/v1/offers/{offer}/acceptance", self.key | {"If-Match": f'"{version}"'}
        answer = await self.client.post(path, json={}, headers=headers)
        assert answer.status_code in allowed, answer.text

    async def change(self, statement: str, **binds: object) -> None:
        """Move a moment in the database, as the worker."""
        async with begin(self.database, WORKER) as work:
            await work.change(text(statement), **binds)

    async def again(self) -> None:
        """Let the moment of the next attempts come, and send."""
        moved = "UPDATE notice_mail SET next_attempt_at = now() - interval '1 s', leased_until = NULL WHERE state = 'waiting'"
        await self.change(moved)
        await self.sent()

    async def box(self) -> dict[str, Any]:
        """The mailbox as the API shows it."""
        return dict((await self.client.get(f"/v1/mailboxes/{self.mailbox}", headers=self.key)).json())

    async def heard(self, kind: str, subject: str) -> list[UUID]:
        """Who was told of an event, each as often as they were."""
        async with begin(self.database, WORKER) as work:
            rows = await work.rows(text("SELECT recipient_id, body FROM event WHERE type = :type"), type=f"nl.nodus.{kind}.v1")
        return sorted(UUID(str(row["recipient_id"])) for row in rows if subject in bytes(row["body"]).decode())

    async def notices(self) -> list[dict[str, Any]]:
        """The notices of the mailbox, newest first."""
        answer = await self.client.get(f"/v1/mailboxes/{self.mailbox}/notices", headers=self.key)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])


async def _confirmed(desk: Desk, address: str = ADDRESS) -> str:
    made = await desk.client.post("/v1/mailboxes", json={"address": address}, headers=desk.key)
    assert made.status_code == 201, made.text
    await desk.sent()
    code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", desk.server.to(address)[-1].part("plain"))
    assert code
    path = f"/v1/mailboxes/{made.json()['id']}"
    answer = await desk.client.post(f"{path}/confirmations", json={"code": code[0].lower()}, headers=desk.key)
    assert answer.json()["state"] == "active", answer.text
    return str(made.json()["id"])


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """Who signs the mail server's certificate, and the certificate."""
    return certified(tmp_path_factory.mktemp("authority"))


def mailing(url: str, server: MailServer, ca: Path, **others: Any) -> Settings:
    """Settings of an installation that mails by this server."""
    told = {
        "smtp_host": "localhost",
        "smtp_port": server.port,
        "smtp_user": USER,
        "smtp_password": PASSWORD,
        "smtp_ca_file": str(ca),
    }
    told |= {"smtp_sender": "nodus@nodus.example", "smtp_return_path": "bounces@nodus.example", "smtp_timeout": 5}
    return settings_for(url, **{**told, **others})


@pytest.fixture
async def desk(shared_url: str, authority: tuple[Path, Any]) -> AsyncIterator[Desk]:
    """The desk with its confirmed mailbox."""
    async with a_desk(shared_url, authority) as made:
        yield made


@asynccontextmanager
async def a_desk(url: str, authority: tuple[Path, Any]) -> AsyncIterator[Desk]:
    """The desk with its confirmed mailbox, in the database at `url`."""
    ca, context = authority
    async with mail_server(context) as server:
        settings = mailing(url, server, ca)
        async with running(settings) as app, client_of(app) as client:
            database: Database = app.state.database
            made = Desk(client, database, server, await a_token(database), await a_token(database, PROVIDER, "desk"))
            await made.change("DELETE FROM code_mailed")  # each test has a day of its own
            made.mailbox = await _confirmed(made)
            await made.told()
            server.taken.clear()
            yield made
            for one in (await client.get("/v1/offers?state=pending&limit=200", headers=made.key)).json()["items"]:
                # The next test's mailbox would hear of it; what others asked of this desk may be too old.
                await made.accept(one["id"], one["version"], allowed={201, 409})
            answer = await client.delete(f"/v1/mailboxes/{made.mailbox}", headers=made.key)
            assert answer.status_code in {204, 404}


def minutes(count: float) -> timedelta:
    """So long."""
    return timedelta(minutes=count)

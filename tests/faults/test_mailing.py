"""A worker is killed while it mails: every notice goes out, and no more of them twice than it had lines to the mail server."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import asyncpg
import pytest

from app.notices import due
from app.notices.send import AT_ONCE
from tests.notices.conftest import ADDRESS, Desk, a_desk
from tests.notices.server import PASSWORD, USER, certified
from tests.nursery import Nursery

OFFERS: Final = 20
BEFORE: Final = 5
WAITING: Final = "SELECT count(*) FROM notice_mail WHERE state = 'waiting'"


@pytest.fixture
def authority(tmp_path: Path) -> tuple[Path, Any]:
    """Who signs the mail server's certificate, and the certificate."""
    return certified(tmp_path)


@pytest.fixture
async def desk(fresh_url: str, authority: tuple[Path, Any]) -> AsyncIterator[Desk]:
    """A desk with a mailbox, in a database of this test's own."""
    async with a_desk(fresh_url, authority) as made:
        yield made


def _mails_by(desk: Desk, ca: Path) -> dict[str, Any]:
    """What a worker must know of the mail server."""
    told = {"smtp_host": "localhost", "smtp_port": desk.server.port, "smtp_user": USER, "smtp_password": PASSWORD}
    return {**told, "smtp_ca_file": str(ca), "smtp_sender": "nodus@nodus.example"}


async def test_a_worker_that_is_killed_while_it_mails_loses_no_notice(
    desk: Desk, fresh_url: str, owner: asyncpg.Connection, authority: tuple[Path, Any], nursery: Nursery
) -> None:
    """The server took a mail on every line and never said so: these come twice, under the same Message-ID; all others once."""
    server, mails = desk.server, _mails_by(desk, authority[0])
    for _ in range(OFFERS):
        await desk.offer()
    while await desk.act(due.FOLLOWED):
        pass
    assert await owner.fetchval(WAITING) == OFFERS
    server.fault = lambda _: "mute" if len(server.taken) >= BEFORE else None
    nursery.start("killed", fresh_url, **mails)
    async with asyncio.timeout(30):
        while len(server.taken) < BEFORE + AT_ONCE:
            await asyncio.sleep(0.02)
    nursery.kill("killed")
    server.fault = lambda _: None
    assert await owner.fetchval(WAITING) == OFFERS - BEFORE  # what was answered was recorded: its line was given to another
    await owner.execute("UPDATE notice_mail SET leased_until = now() - interval '1 s' WHERE leased_until IS NOT NULL")
    nursery.start("next", fresh_url, **mails)
    async with asyncio.timeout(30):
        while await owner.fetchval(WAITING):
            await asyncio.sleep(0.02)
    nursery.kill("next")
    times = Counter(mail.message["Message-ID"] for mail in server.to(ADDRESS))
    assert len(times) == OFFERS
    assert Counter(times.values()) == {1: OFFERS - AT_ONCE, 2: AT_ONCE}

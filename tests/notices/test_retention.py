"""Notices and their mails are forgotten after 90 days; never one whose offer still waits for an answer."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from app.core.actor import WORKER
from app.core.work import begin
from app.notices import due
from app.notices.service import retention
from tests.makers import now
from tests.notices.conftest import Desk, minutes

DAY = timedelta(days=1)


async def counted(desk: Desk) -> tuple[int, int]:
    """How many notices of the mailbox there are, and how many mails, codes and tests among them."""
    statement = (
        """SELECT (SELECT count(*) FROM notice WHERE mailbox_id = :id), count(*) FROM notice_mail WHERE mailbox_id = :id"""
    )
    async with begin(desk.database, WORKER) as work:
        [row] = await work.rows(text(statement), id=desk.mailbox)
    notices, mails = row.values()
    return notices, mails


async def swept(desk: Desk, at: datetime) -> tuple[int, int]:
    """What is left when its turn came at a moment."""
    await desk.change("UPDATE mailbox SET sweep_at = :at WHERE id = :id", at=at, id=desk.mailbox)
    assert await desk.act(due.OLD, at=at) >= 1
    return await counted(desk)


async def test_old_notices_go_with_their_mails_and_pending_ones_stay(desk: Desk) -> None:
    """Ninety days after the offer ended; until then all is kept, and of a pending offer for as long as it waits."""
    ended, _ = await desk.offer(), await desk.offer()
    await desk.told()
    await desk.accept(ended["id"])
    await desk.told()
    assert await counted(desk) == (2, 4)  # the code; two questions; how one of them ended
    assert await swept(desk, now() + 90 * DAY - minutes(5)) == (2, 4)
    assert await swept(desk, now() + 90 * DAY + minutes(5)) == (1, 2)
    assert [one["outcome"] for one in await desk.notices()] == [None]
    assert await swept(desk, now() + 500 * DAY) == (1, 2)
    assert await desk.act(due.OLD, at=now() + 500 * DAY) == 0  # until the next night


async def test_codes_and_tests_go_once_they_are_mailed(desk: Desk) -> None:
    """By the machine's own time, as they were made; what still waits to be mailed stays."""
    await desk.change("UPDATE mailbox SET mailed_at = NULL WHERE id = :id", id=desk.mailbox)
    assert (await desk.client.post(f"/v1/mailboxes/{desk.mailbox}/test-mails", headers=desk.key)).status_code == 202
    await desk.change("UPDATE notice_mail SET made_at = made_at - interval '91 days' WHERE mailbox_id = :id", id=desk.mailbox)
    assert await swept(desk, now()) == (0, 1)
    await desk.sent()
    assert await swept(desk, now()) == (0, 0)


async def test_a_paused_mailbox_keeps_only_what_is_pending(desk: Desk) -> None:
    """Nobody follows its offers: what ended is known to routing only, and goes all the same."""
    ended, pending = await desk.offer(), await desk.offer()
    await desk.told()
    path = f"/v1/mailboxes/{desk.mailbox}"
    paused = await desk.client.patch(path, json={"state": "paused"}, headers=desk.key | {"If-Match": '"2"'})
    assert paused.status_code == 200, paused.text
    await desk.accept(ended["id"])
    assert await swept(desk, now() + 89 * DAY) == (2, 3)
    assert await swept(desk, now() + 91 * DAY) == (1, 2)
    assert [one["offerId"] for one in await desk.notices()] == [pending["id"]]


async def test_many_old_notices_go_bit_by_bit(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A transaction stays short: what is over goes at the next look, which follows at once."""
    offers = [await desk.offer() for _ in range(3)]
    await desk.told()
    for offer in offers:
        await desk.accept(offer["id"])
    await desk.told()
    monkeypatch.setattr(retention, "AT_A_TIME", 2)
    later = now() + 91 * DAY
    assert (await swept(desk, later))[0] == 1
    assert await desk.act(due.OLD, at=later) == 1
    assert (await counted(desk))[0] == 0
    assert await desk.act(due.OLD, at=later) == 0

"""A desk with only a mailbox hears what it is asked: by real mail, over real TLS, without a word about anybody."""

import asyncio
import re
from datetime import datetime

import pytest
import structlog
from sqlalchemy import QueuePool

from app.notices import due
from app.notices.send import Mailer
from tests.makers import HOTLINE
from tests.notices.conftest import ADDRESS, PROVIDER, Desk, minutes

PERSONAL = ("Buurman", "eet al dagen", "viaduct", "Jansen", "schreeuwen", "neighbour", "not_eating", "Groningen crisis")


async def test_an_offer_is_one_mail_that_tells_of_nobody(desk: Desk) -> None:
    """Reference, urgency, municipality, until when and where to answer, in both forms alike; and not a word of the call."""
    offer = await desk.offer()
    with structlog.testing.capture_logs() as logged:
        [mail] = await desk.told()
    plain, html = mail.part("plain"), mail.part("html")
    for told in (offer["reference"], "Dringend", "Groningen", offer["acceptBy"][14:16], "nog 29 minuten", "/notices/"):
        assert told in plain
        assert told in html
    assert not [word for word in PERSONAL if word in mail.raw.decode() + plain + html]
    message = mail.message
    assert (message["Subject"], message["To"]) == ("Nodus vraagt uw antwoord", ADDRESS)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"]
    assert re.fullmatch(r"<[0-9a-f]{32}@nodus\.example>", message["Message-ID"])
    assert mail.return_path == f"bounces+{message['Message-ID'][1:33]}@nodus.example"
    assert (await desk.told()) == [mail]
    [notice] = await desk.notices()
    assert (notice["state"], notice["mailsSent"], notice["openedAt"]) == ("sent", 1, None)
    assert ADDRESS not in str(logged)
    assert desk.server.logins > 1


async def test_reminders_join_the_first_and_the_last_says_how_it_ended(desk: Desk) -> None:
    """At half and at three quarters of the time; then somebody accepts elsewhere, and whoever reads the mailbox need not ring."""
    offer = await desk.offer()
    await desk.told()
    offered = datetime.fromisoformat(offer["offeredAt"])
    for passed, reminded in ((14, 0), (15.1, 1), (20, 0), (22.6, 1), (29, 0)):
        assert await desk.act(due.REMINDED, at=offered + minutes(passed)) == reminded
        await desk.sent()
    await desk.accept(offer["id"])
    first, *others = await desk.told()
    assert [mail.message["Subject"] for mail in others] == ["Re: Nodus vraagt uw antwoord"] * 3
    assert {mail.message["References"] for mail in others} == {first.message["Message-ID"]}
    assert "Herinnering" in others[0].part("plain")
    assert "heeft de casus aangenomen" in others[2].part("plain")
    assert "Antwoord vóór" not in others[2].part("plain")
    [notice] = await desk.notices()
    assert (notice["state"], notice["outcome"], notice["mailsSent"]) == ("ended", "accepted", 4)


async def test_what_becomes_more_urgent_is_told_at_once(desk: Desk) -> None:
    """The time to answer is shorter now: the mail says so, and the reminders go by it."""
    offer = await desk.offer()
    await desk.told()
    await desk.change(
        "UPDATE offer SET urgency = 'acute', accept_by = now() + interval '5 min 5 s' WHERE id = :id", id=offer["id"]
    )
    await desk.change(
        """INSERT INTO event (recipient_id, number, id, type, recorded_at, body)
        SELECT recipient_id, last + 1, gen_random_uuid(), 'nl.nodus.offer.hastened.v1', now(),
          convert_to(format('{"type": "nl.nodus.offer.hastened.v1", "data": {"organisationId": "%s", "offerId": "%s"}}',
            recipient_id, CAST(:offer AS text)), 'UTF8')
        FROM recipient_counter WHERE recipient_id = :who""",
        offer=offer["id"],
        who=PROVIDER,
    )
    await desk.change("UPDATE recipient_counter SET last = last + 1 WHERE recipient_id = :who", who=PROVIDER)
    first, second = await desk.told()
    assert second.message["In-Reply-To"] == first.message["Message-ID"]
    assert all(told in second.part("plain") for told in ("dringender", "Acuut", "nog 5 minuten"))


async def test_who_was_never_told_gets_no_last_mail(desk: Desk) -> None:
    """An offer that ends while its mail still waits is no longer mailed, nor its end: a desk would look for what it never saw."""
    desk.server.fault = lambda _: "rcpt 450 later"
    offer = await desk.offer()
    assert await desk.told() == []
    [notice] = await desk.notices()
    assert (notice["state"], notice["attempts"], notice["error"]) == ("waiting", 1, "smtp_450")
    await desk.accept(offer["id"])
    desk.server.fault = lambda _: None
    await desk.told()
    await desk.again()
    assert desk.server.taken == []
    [notice] = await desk.notices()
    assert (notice["state"], notice["outcome"], notice["mailsSent"]) == ("ended", "accepted", 0)


async def test_an_offer_that_ends_while_its_mail_is_on_the_way_is_told_of(desk: Desk) -> None:
    """The mail arrives after all: whoever reads it must hear that nothing is asked any more."""
    offer = await desk.offer()
    while await desk.act(due.FOLLOWED):
        pass
    mailer = Mailer(desk.database, desk.database.settings, asyncio.Event())
    assert await mailer.claim() == 1
    await desk.accept(offer["id"])
    await desk.act(due.FOLLOWED)
    await mailer.finish()
    mails = await desk.told()
    assert "heeft de casus aangenomen" in mails[-1].part("plain")
    assert len(mails) == 2


@pytest.mark.parametrize(
    ("fault", "error"),
    [("rcpt 450 later", "smtp_450"), ("data 451 later", "smtp_451"), ("hang", "timeout"), ("drop", "connect")],
)
async def test_a_mail_that_was_not_taken_is_sent_again(desk: Desk, fault: str, error: str) -> None:
    """Whatever the server does; and where it may have been taken after all, it is the same mail to whoever reads both."""
    desk.server.fault = lambda tries: fault if tries == faulty else None
    faulty = desk.server.tries + 1
    settings = desk.database.settings
    desk.database.settings = settings.model_copy(update={"smtp_timeout": 0.3 if fault == "hang" else 5})
    await desk.offer()
    before = len(await desk.told())
    [notice] = await desk.notices()
    assert (notice["state"], notice["attempts"], notice["error"]) == ("waiting", 1, error)
    assert before == (fault == "drop")
    await desk.again()
    mails = await desk.told()
    assert len({mail.message["Message-ID"] for mail in mails}) == 1
    assert len(mails) == before + 1
    [notice] = await desk.notices()
    assert (notice["state"], notice["error"], (await desk.box())["failingSince"]) == ("sent", None, None)


async def test_a_mailbox_that_does_not_exist_raises_an_alarm(desk: Desk) -> None:
    """Refused for good: not tried again; its organisation and the national desk hear it at once, without an address."""
    desk.server.fault = lambda _: "rcpt 550 no such user"
    offer = await desk.offer()
    assert await desk.told() == []
    await desk.again()
    assert desk.server.tries == 2  # the code, before; and once
    await desk.act(due.REMINDED, at=datetime.fromisoformat(offer["offeredAt"]) + minutes(16))
    await desk.sent()
    assert desk.server.tries == 3  # a reminder is tried, and nobody is told of it twice
    [notice] = await desk.notices()
    assert (notice["state"], notice["error"]) == ("bounced", "smtp_550")
    assert await desk.heard("notice.bounced", notice["id"]) == sorted([HOTLINE, PROVIDER])
    assert await desk.heard("notice.bounced", ADDRESS) == []
    box = await desk.box()
    assert (box["lastError"], bool(box["failingSince"])) == ("smtp_550", True)


async def test_two_workers_send_each_mail_once_and_a_killed_one_is_made_good(desk: Desk) -> None:
    """Claimed by one, never by both; and what a killed worker had claimed is sent when its lease has ended, never lost."""
    for _ in range(3):
        await desk.offer()
    while await desk.act(due.FOLLOWED):
        pass
    mailers = [Mailer(desk.database, desk.database.settings, asyncio.Event()) for _ in range(2)]
    assert sum(await asyncio.gather(*(mailer.claim() for mailer in mailers))) == 3
    await asyncio.gather(*(mailer.finish() for mailer in mailers))
    assert len(desk.server.taken) == 3
    await desk.offer()
    while await desk.act(due.FOLLOWED):
        pass
    await desk.change("UPDATE notice_mail SET leased_until = now() + interval '40 s' WHERE state = 'waiting'")  # and then killed
    await desk.sent()
    assert len(desk.server.taken) == 3
    await desk.change("UPDATE notice_mail SET leased_until = now() - interval '1 s' WHERE state = 'waiting'")
    await desk.sent()
    assert len(desk.server.taken) == 4


async def test_a_mail_server_that_hangs_holds_nothing_else(desk: Desk) -> None:
    """While it hangs no connection of the database is held, and the next offer becomes a notice all the same."""
    desk.server.fault = lambda _: "hang"
    await desk.offer()
    await desk.act(due.FOLLOWED)
    stop = asyncio.Event()
    settings = desk.database.settings.model_copy(update={"smtp_timeout": 0.5})
    mailer = Mailer(desk.database, settings, stop)
    tried = desk.server.tries
    assert await mailer.claim() == 1
    async with asyncio.timeout(5):
        while desk.server.tries == tried:
            await asyncio.sleep(0.01)
    pool = desk.database.engine.pool
    assert isinstance(pool, QueuePool)
    assert pool.checkedout() == 0
    await desk.offer()
    await desk.act(due.FOLLOWED)
    assert len(await desk.notices()) == 2
    await mailer.finish()


async def test_a_pressing_notice_that_nobody_opens_is_rung_about(desk: Desk) -> None:
    """At half of the time, once, however many mailboxes and workers; not when somebody opened it, nor when it can wait."""
    offer = await desk.offer()
    await desk.told()
    offered = datetime.fromisoformat(offer["offeredAt"])
    assert await desk.act(due.UNOPENED, at=offered + minutes(14)) == 0
    assert await desk.act(due.UNOPENED, at=offered + minutes(15.1)) == 1
    assert await desk.act(due.UNOPENED, at=offered + minutes(16)) == 0
    assert await desk.heard("notice.unopened", offer["id"]) == [HOTLINE]
    normal = await desk.offer("normal")
    await desk.told()
    assert await desk.act(due.UNOPENED, at=datetime.fromisoformat(normal["acceptBy"])) == 0


async def test_nothing_is_missed_where_the_feed_has_a_gap(desk: Desk) -> None:
    """After a restored backup the cursor lies ahead of the feed; while paused nothing was followed: what is pending counts."""
    await desk.offer()
    await desk.change("UPDATE mailbox SET told_through = told_through + 1000 WHERE id = :id", id=desk.mailbox)
    assert len(await desk.told()) == 1
    path = f"/v1/mailboxes/{desk.mailbox}"
    paused = await desk.client.patch(path, json={"state": "paused"}, headers=desk.key | {"If-Match": '"2"'})
    assert paused.json()["state"] == "paused", paused.text
    await desk.offer()
    assert len(await desk.told()) == 1
    active = await desk.client.patch(path, json={"state": "active"}, headers=desk.key | {"If-Match": paused.headers["etag"]})
    assert active.status_code == 200
    assert len(await desk.told()) == 2

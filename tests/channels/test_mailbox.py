"""Mail from a folder: each once, moved when it is stored, and nothing lost in between."""

import asyncio
from pathlib import Path

from app.channels.police import Purpose
from app.channels.service.mailbox import Brought, bring
from app.core.actor import Actor, Role
from app.core.db import Database
from tests.channels.makers import a_mail
from tests.makers import AMSTERDAM_DESK

DESK = Actor(AMSTERDAM_DESK, Role.DESK)


async def brought(database: Database, folder: Path) -> list[Brought]:
    """All that is brought of a folder."""
    return [one async for one in bring(database, DESK, folder, Purpose.REPORT)]


async def test_a_maildir_is_emptied_once(database: Database, tmp_path: Path) -> None:
    """New and read mail alike; what is still being delivered, and what is too large, stays."""
    for part in ("tmp", "new", "cur"):
        (tmp_path / part).mkdir()
    (tmp_path / "new" / "1").write_bytes(a_mail(identity="maildir-1@x"))
    (tmp_path / "cur" / "2:2,S").write_bytes(a_mail("Iets anders.", identity="maildir-2@x"))
    (tmp_path / "tmp" / "3").write_bytes(b"half a m")
    (tmp_path / "new" / "4").write_bytes(b"x" * 1_048_577)
    found = {one.file: one for one in await brought(database, tmp_path)}
    assert {name: one.state for name, one in found.items()} == {"1": "taken_in", "2:2,S": "unread", "4": None}
    assert sorted(file.name for file in (tmp_path / "done").iterdir()) == ["1", "2:2,S"]
    assert (tmp_path / "tmp" / "3").exists()
    assert [one.file for one in await brought(database, tmp_path)] == ["4"]


async def test_two_runs_at_once_bring_each_mail_once(database: Database, tmp_path: Path) -> None:
    """A run that takes longer than the clock's quarter of an hour meets the next one: neither stops the other."""
    for number in range(6):
        (tmp_path / f"{number}.eml").write_bytes(a_mail(identity=f"two-runs-{number}@x"))
    found = await asyncio.gather(*(brought(database, tmp_path) for _ in range(3)))
    assert sorted(one.file for run in found for one in run if not one.again) == [f"{number}.eml" for number in range(6)]
    assert sorted(file.name for file in (tmp_path / "done").iterdir()) == [f"{number}.eml" for number in range(6)]


async def test_a_crash_between_storing_and_moving_makes_no_second_report(database: Database, tmp_path: Path) -> None:
    """The mail is still there, is met again, and is known: moved at last, beside one of the same name."""
    mail = a_mail(identity="crash@x")
    (tmp_path / "a.eml").write_bytes(mail)
    (tmp_path / "note.txt").write_text("no mail")
    [first] = await brought(database, tmp_path)
    (tmp_path / "a.eml").write_bytes(mail)  # as if it had never been moved
    [second] = await brought(database, tmp_path)
    assert (first.again, second.again) == (False, True)
    assert sorted(file.name for file in (tmp_path / "done").iterdir()) == ["a.eml", "a.eml.1"]
    assert await brought(database, tmp_path) == []

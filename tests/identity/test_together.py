"""After a restart everybody asks at once: they are answered together, each by what its own token says."""

import asyncio

import pytest
from fastapi import FastAPI

from app.core.actor import Actor
from app.core.db import Database
from app.core.errors import Unauthenticated
from app.identity.service import KeyRing
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_token


async def test_many_who_ask_at_once_take_few_questions(app: FastAPI, database: Database, statements: list[str]) -> None:
    """Two hundred keys that nobody knows yet are two or three questions, not two hundred; a wrong secret among them is refused alone."""
    good = [(await a_token(database, HOTLINE, "supervisor"))["Authorization"] for _ in range(20)]
    wrong = good[0][:-12] + "0" * 12
    ring = KeyRing(app.state.database)
    found = await asyncio.gather(*(ring.who(one) for one in [*good * 10, wrong]), return_exceptions=True)
    assert len({one.key for one in found if isinstance(one, Actor)}) == 20
    assert isinstance(found[-1], Unauthenticated)
    assert 1 <= sum("FROM api_key" in one for one in statements) <= 6


async def test_who_hangs_up_holds_nobody_up(database: Database) -> None:
    """One who asked is gone before the answer: the others have theirs."""
    tokens = [(await a_token(database, AMSTERDAM_DESK, "desk"))["Authorization"] for _ in range(3)]
    ring = KeyRing(database)
    asking = [asyncio.create_task(ring.who(one)) for one in tokens]
    await asyncio.sleep(0)
    asking[0].cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking[0]
    assert {one.organisation for one in await asyncio.gather(*asking[1:])} == {AMSTERDAM_DESK}

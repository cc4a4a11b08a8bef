"""Informing the person is put off: with a review, by another role the second time, and not for ever."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.db import Database
from app.followup.deferral import (
    ALONE,
    MOST,
    REVIEW_FROM,
    SECOND_ROLE,
    DeferralsSpent,
    NeedsSecondRole,
    ReviewNotDue,
    insist_on_deferral,
)
from app.followup.obligations import DecidedBy
from tests.followup.situations import NOW, moments
from tests.makers import now
from tests.team.table import Table, a_table
from tests.travel import travelling

PATH = "aftercare/obligations/inform_person/fulfilment"


@given(st.integers(0, MOST + 2), moments, st.sampled_from(DecidedBy))
def test_a_deferral_is_allowed_or_says_why_not(before: int, review_at: datetime, by: DecidedBy) -> None:
    """Spent, too early, or the wrong role; nothing else forbids it."""
    expected: type[Exception] | None = None
    if before >= MOST:
        expected = DeferralsSpent
    elif before and review_at - REVIEW_FROM > NOW:
        expected = ReviewNotDue
    elif before >= ALONE and by is not SECOND_ROLE:
        expected = NeedsSecondRole
    if expected:
        with pytest.raises(expected):
            insist_on_deferral(before, review_at, by, NOW)
    else:
        insist_on_deferral(before, review_at, by, NOW)


async def _put_off(table: Table, expected: int = 201, by: str = "coordinator") -> Any:
    deferral = {"reason": "danger", "reviewBy": (now() + timedelta(days=20)).isoformat(), "by": by}
    return await table.do("owner", PATH, {"deferral": deferral, "note": "Hij dreigt zijn zus iets aan te doen."}, expected)


async def test_putting_off_is_reviewed_by_another_and_its_history_stays(client: httpx.AsyncClient, database: Database) -> None:
    """A person who is never told can't object: each time is on record, and the third time is the last."""
    with travelling(now() - timedelta(days=100)) as travel:
        table = await a_table(client, database)
        await table.do("owner", "contacts", {"way": "visit", "party": "person", "result": "reached"})
        first = await _put_off(table)
        assert first["deadlineAt"] > now().isoformat()
        assert (await _put_off(table, 409, "manager"))["type"].endswith("review-not-due")
        travel.on(days=18)
        assert (await _put_off(table, 409))["type"].endswith("needs-second-role")
        await _put_off(table, by="manager")
        travel.on(days=18)
        await _put_off(table, by="manager")
        travel.on(days=18)
        assert (await _put_off(table, 409, "manager"))["type"].endswith("deferrals-spent")
        await table.do("owner", PATH, {})
        told = (await table.read("owner", "/items", kind="deferral", purpose="follow_up"))["items"]
        assert [(one["facts"]["reason"], one["facts"]["by"]) for one in told] == [
            ("danger", "coordinator"),
            ("danger", "manager"),
            ("danger", "manager"),
        ]
        assert {one["note"] for one in told} == {"Hij dreigt zijn zus iets aan te doen."}

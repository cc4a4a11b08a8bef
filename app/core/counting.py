"""How long lists are, each counted no further than its own limit, in one statement."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ScalarSelect, Select, func, select

from app.core.work import Work


async def counts_of(work: Work, listed: Sequence[Select[Any]]) -> list[int]:
    """The number of rows of each list, in order."""
    row = await work.one(select(*map(_count, listed)))
    return [int(count) for count in row.values()] if row else []


def _count(listed: Select[Any]) -> ScalarSelect[int]:
    # Its order stays: it is what lets PostgreSQL stop at the limit rather than gather everything first.
    return select(func.count()).select_from(listed.subquery()).scalar_subquery()

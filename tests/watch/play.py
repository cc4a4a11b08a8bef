"""Some cases on a real database, at a moment that only goes on; what comes due is done at once, as the worker does it."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from app import worker
from app.cases import service as cases
from app.cases.service import Case
from app.core.actor import WORKER, Actor, Role
from app.core.db import Database
from app.core.errors import Problem
from app.core.work import Work, begin
from app.directory.seeding import organisation_id
from app.intake.schemas.asked import CallIn
from app.intake.service.register import register
from app.routing.service import answer
from tests.conftest import MOMENT
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_call
from tests.team.table import MENTAL_HEALTH, SOCIAL_TEAM

OPERATOR: Final = Actor(organisation=HOTLINE, role=Role.OPERATOR)
OTHERS: Final = (MENTAL_HEALTH, SOCIAL_TEAM, AMSTERDAM_DESK, organisation_id("rotterdam"))
ANSWERS: Final[tuple[dict[str, str], ...]] = ({"danger_now": "no", "not_eating": "yes"}, {"danger_now": "yes"}, {})
# What the worker does of itself with cases; the others look at rosters, mail and webhooks.
RUN: Final = ("expired_offers", "unanswered_invitations", "overdue_cases", "left_lying", "auditor", "unconfirmed_handoffs")
DUE: Final = tuple(one for one in worker.DUE_LISTS if one.name in RUN)
LATEST: Final = MOMENT + timedelta(days=1500)

Choose = Callable[[Sequence[Any]], Any]
Command = Callable[["Play", Choose], Awaitable[None]]
Act = Callable[[Work, Case], Awaitable[object]]


class NothingThere(Problem):
    """There is nothing with which the command could be tried."""


def desk(organisation: UUID | None) -> Actor:
    """Somebody of an organisation that follows cases up."""
    return Actor(organisation=organisation, role=Role.DESK)


class Play:
    """Some cases, and the moment; `done` counts commands that were carried out, `refused` those that a rule refused."""

    def __init__(self, database: Database) -> None:
        """Nobody has rung yet."""
        self.database = database
        self.at: datetime = MOMENT
        self.states: set[str] = set()
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()

    def do(self, actor: Actor) -> Any:
        """A transaction of somebody, now."""
        return begin(self.database, actor, at=self.at)

    async def rows(self, statement: str, **binds: object) -> list[Any]:
        """What the worker sees."""
        async with self.do(WORKER) as work:
            return list(await work.rows(text(statement), **binds))

    async def carry_out(self, command: Command, choose: Choose) -> None:
        """One command; that a rule refuses it is an answer, and a transaction that was refused left nothing."""
        self.at += timedelta(seconds=1)
        try:
            await command(self, choose)
            self.done[command.__name__] += 1
        except NothingThere:
            pass
        except Problem as problem:
            self.refused[f"{command.__name__}: {problem.detail}"] += 1
        await self.run_worker()

    async def run_worker(self) -> None:
        """Everything that has come due at this moment, until nothing is left."""
        for _ in range(20):
            async with self.do(WORKER) as work:
                claimed = [(one, due) for one in DUE for due in await one.claim(work)]
            for one, due in claimed:
                async with self.do(WORKER) as work:
                    await one.act(work, due)
            if not claimed:
                return
        raise AssertionError("The worker never comes to an end.")

    async def passes(self, **span: float) -> None:
        """Time goes on, and the worker with it."""
        self.at = min(self.at + timedelta(**span), LATEST)
        await self.run_worker()

    async def call(self, choose: Choose) -> None:
        """Somebody rings about somebody in Amsterdam."""
        told = CallIn.model_validate(a_call(answers=choose(ANSWERS), feedbackPromised=choose([False, True])))
        async with self.do(OPERATOR) as work:
            await register(work, told)

    async def a_case(self, choose: Choose, *, closed: bool = False) -> Case:
        """One of the cases that are open; `closed`: that are not."""
        found = await self.rows("SELECT id FROM cases WHERE (state = 'closed') = :closed ORDER BY id", closed=closed)
        if not found:
            raise NothingThere("There is none.")
        async with self.do(WORKER) as work:
            return await cases.get(work, choose(found[:3])["id"])  # few, so that much happens to each

    async def an_owned_case(self, choose: Choose, about: UUID | None = None) -> Case:
        """One of the open cases, or the one that is named; who is asked accepts it first."""
        async with self.do(WORKER) as work:
            named = await cases.get(work, about) if about else None
        case = named or await self.a_case(choose)
        if case.owner is None:
            await self.accept(case)
            return await self.an_owned_case(choose, case.id)
        return case

    async def as_owner(self, choose: Choose, act: Act, about: UUID | None = None) -> None:
        """The owner of one of the cases does something with it."""
        case = await self.an_owned_case(choose, about)
        async with self.do(desk(case.owner)) as work:
            await act(work, case)

    async def as_part(self, choose: Choose, act: Act, about: UUID | None = None) -> None:
        """The owner of one of the cases, or somebody on its team, does something with it."""
        case = await self.an_owned_case(choose, about)
        team = await self.team(case)
        async with self.do(desk(choose((case.owner, case.owner, *team)))) as work:
            await act(work, case)

    async def team(self, case: Case) -> list[UUID]:
        """Who is on the team of a case."""
        rows = await self.rows("SELECT * FROM case_member WHERE case_id = :id AND state = 'member' ORDER BY id", id=case.id)
        return [row["organisation_id"] for row in rows]

    async def one_of(self, table: str, where: str, choose: Choose, **binds: object) -> Any:
        """One of the rows of a table."""
        rows = await self.rows(f"SELECT * FROM {table} WHERE {where} ORDER BY id", **binds)
        if not rows:
            raise NothingThere("There is none.")
        return choose(rows)

    async def row_of(self, table: str, where: str, choose: Choose) -> Any:
        """One of the rows of open cases that somebody owns."""
        owned = "case_id IN (SELECT id FROM cases WHERE state <> 'closed' AND owner_organisation_id IS NOT NULL)"
        return await self.one_of(table, f"{owned} AND {where}", choose)

    async def pending(self, case: Case) -> Any:
        """The offer of a case that is not answered."""
        return await self.one_of("offer", "case_id = :id AND state = 'pending'", lambda rows: rows[0], id=case.id)

    async def accept(self, case: Case) -> None:
        """Who is asked takes it."""
        offer = await self.pending(case)
        async with self.do(desk(offer["organisation_id"])) as work:
            await answer.accept(work, offer["id"], offer["version"], "regisseur")

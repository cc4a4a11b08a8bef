"""Commands of all rooms as plays of one line each, on a real database, at a moment that only goes on.

Another command is another function and a line in `COMMANDS`; another thing that must hold is another line in `HOLDS`.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from app import worker
from app.cases import service as cases
from app.cases.service import Case, State
from app.core.actor import WORKER, Actor, Role
from app.core.db import Database
from app.core.errors import Problem
from app.core.work import Work, begin
from app.followup.aftercare import CheckResult
from app.followup.check_weeks import WeeksReason
from app.followup.contacts import Contact, Party, Result, Way
from app.followup.feedback import Listener
from app.followup.items import Ending, ItemKind, ItemState, NewItem
from app.followup.obligations import BuildingBlock, DecidedBy, DeferralReason, Done, Waiver, WaiverReason
from app.followup.service import absences, check_weeks, checks, close, contact, goals, items, obligations, snooze
from app.followup.service.close import ClosingOutcome, WithoutOwnGoal
from app.followup.service.goals import NewGoal
from app.followup.service.obligations import Deferral
from app.followup.situation import GoalOf, GoalOutcome, ObligationKind
from app.followup.snoozing import Snoozable, SnoozeReason
from app.intake.schemas.asked import CallIn
from app.intake.service.register import register
from app.routing.offers import DeclineReason
from app.routing.service import answer
from app.team.membership import EndReason, TeamPurpose, TeamRole
from app.team.service import members
from tests.conftest import MOMENT
from tests.makers import HOTLINE, a_call
from tests.team.table import MENTAL_HEALTH, POLICE, SOCIAL_TEAM

TEAM: Final = (MENTAL_HEALTH, SOCIAL_TEAM, POLICE)
OPERATOR: Final = Actor(organisation=HOTLINE, role=Role.OPERATOR)
ANSWERS: Final[tuple[dict[str, str], ...]] = ({"danger_now": "no", "not_eating": "yes"}, {"danger_now": "yes"}, {})
# What the worker does of itself with cases; the others look at rosters, mail and webhooks.
RUN: Final = ("expired_offers", "unanswered_invitations", "overdue_cases", "left_lying", "auditor")
DUE: Final = tuple(one for one in worker.DUE_LISTS if one.name in RUN)
LATEST: Final = MOMENT + timedelta(days=600)

Choose = Callable[[Sequence[Any]], Any]
Command = Callable[["Play", Choose], Awaitable[None]]


class Play:
    """Some cases, and the moment."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.at: datetime = MOMENT
        self.cases: list[UUID] = []
        self.refused = 0

    def do(self, actor: Actor) -> Any:
        """A transaction of somebody, now."""
        return begin(self.database, actor, at=self.at)

    async def rows(self, statement: str, **binds: object) -> list[Any]:
        """What the worker sees."""
        async with self.do(WORKER) as work:
            return list(await work.rows(text(statement), **binds))

    async def carry_out(self, command: Command, choose: Choose) -> None:
        """One command; that a rule refuses it is an answer, and a transaction that was refused left nothing."""
        try:
            await command(self, choose)
        except Problem:
            self.refused += 1
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

    async def a_case(self, choose: Choose) -> Case:
        """One of the cases, as it is."""
        if not self.cases:
            await call(self, choose)
        async with self.do(WORKER) as work:
            return await cases.get(work, choose(self.cases))

    async def as_owner(self, choose: Choose, act: Callable[[Work, Case], Awaitable[object]]) -> None:
        """The owner of one of the cases does something with it; who is asked accepts it first."""
        case = await self.a_case(choose)
        if case.owner is None:
            await _answered(self, case)
            async with self.do(WORKER) as work:
                case = await cases.get(work, case.id)
        async with self.do(Actor(organisation=case.owner, role=Role.DESK)) as work:
            await act(work, case)

    async def one_of(self, table: str, case: Case, where: str, choose: Choose) -> Any:
        """One of the rows of a case; refused when there is none."""
        rows = await self.rows(f"SELECT * FROM {table} WHERE case_id = :case_id AND {where} ORDER BY id", case_id=case.id)
        if not rows:
            raise Problem("There is none.")
        return choose(rows)


async def _pending(play: Play, case: Case) -> Any:
    rows = await play.rows("SELECT * FROM offer WHERE case_id = :case_id AND state = 'pending'", case_id=case.id)
    if not rows:
        raise Problem("Nobody is asked.")
    return rows[0]


async def _answered(play: Play, case: Case) -> None:
    offer = await _pending(play, case)
    async with play.do(Actor(organisation=offer["organisation_id"], role=Role.DESK)) as work:
        await answer.accept(work, offer["id"], offer["version"], "regisseur")


async def call(play: Play, choose: Choose) -> None:
    """Somebody rings about somebody in Amsterdam."""
    told = CallIn.model_validate(a_call(answers=choose(ANSWERS), feedbackPromised=choose([False, True])))
    async with play.do(OPERATOR) as work:
        receipt = await register(work, told)
    if receipt.case_id:
        play.cases.append(receipt.case_id)


async def accept(play: Play, choose: Choose) -> None:
    """Who is asked takes it."""
    await _answered(play, await play.a_case(choose))


async def decline(play: Play, choose: Choose) -> None:
    """Who is asked does not."""
    offer = await _pending(play, await play.a_case(choose))
    async with play.do(Actor(organisation=offer["organisation_id"], role=Role.DESK)) as work:
        await answer.decline(work, offer["id"], offer["version"], choose(list(DeclineReason)))


async def see(play: Play, choose: Choose) -> None:
    """Who is asked looks at it."""
    offer = await _pending(play, await play.a_case(choose))
    async with play.do(Actor(organisation=offer["organisation_id"], role=Role.DESK)) as work:
        await answer.see(work, offer["id"])


async def touch(play: Play, choose: Choose) -> None:
    """A contact, or a try."""
    made = Contact(play.at, choose(list(Way)), choose(list(Party)), choose(list(Result)))
    await play.as_owner(choose, lambda work, case: contact.log(work, case.id, made, None))


async def set_goal(play: Play, choose: Choose) -> None:
    """Something to achieve; in aftercare a relapse."""
    await play.as_owner(choose, lambda work, case: goals.set_goal(work, case.id, NewGoal(choose(list(GoalOf)), "Rust.")))


async def give_outcome(play: Play, choose: Choose) -> None:
    """What became of it."""

    async def act(work: Work, case: Case) -> None:
        goal = await play.one_of("goal", case, "outcome IS NULL", choose)
        await goals.give_outcome(work, case.id, goal["id"], choose(list(GoalOutcome)))

    await play.as_owner(choose, act)


async def look_after(play: Play, choose: Choose) -> None:
    """A check, done or waived."""

    async def act(work: Work, case: Case) -> None:
        check = await play.one_of("aftercare_check", case, "state = 'planned'", choose)
        if choose([True, True, False]):
            await checks.do_check(work, case.id, check["id"], choose(list(CheckResult)), None)
        else:
            await checks.waive_check(work, case.id, check["id"], WAIVER, None)

    await play.as_owner(choose, act)


async def choose_weeks(play: Play, choose: Choose) -> None:
    """Other weeks for this person."""
    weeks = choose(([1, 4], [2, 6, 20], [4], [1, 4, 12]))
    await play.as_owner(
        choose, lambda work, case: check_weeks.choose_weeks(work, case.id, weeks, WeeksReason.PERSON_WISHES, None)
    )


async def fulfil(play: Play, choose: Choose) -> None:
    """Something owed: done, waived or put off."""
    kind, way = choose(list(ObligationKind)), choose(("fulfil", "fulfil", "waive", "defer"))

    async def act(work: Work, case: Case) -> None:
        if way == "fulfil":
            await obligations.fulfil(work, case.id, kind, DONE, {})
        elif way == "waive":
            await obligations.waive(work, case.id, kind, WAIVER, None)
        else:
            await obligations.defer(work, case.id, kind, Deferral(play.at + timedelta(days=30), DeferralReason.CRISIS))

    await play.as_owner(choose, act)


async def write(play: Play, choose: Choose) -> None:
    """Something to do, by the owner or somebody on the team, seen by all or the owner only."""

    async def act(work: Work, case: Case) -> None:
        by = play.at + timedelta(hours=choose((1, 30, 400)))
        audience = choose((None, ()))
        assigned = choose((work.organisation, work.organisation, *TEAM))
        await items.write(work, case.id, NewItem(ItemKind.ACTION, play.at, audience, assigned_to=assigned, due_at=by))

    await play.as_owner(choose, act)


async def end_item(play: Play, choose: Choose) -> None:
    """Done, or not going to be."""

    async def act(work: Work, case: Case) -> None:
        item = await play.one_of("case_item", case, "state = 'open'", choose)
        how = Ending(choose((ItemState.DONE, ItemState.CANCELLED)))
        await items.end(work, case.id, item["id"], item["version"], how)

    await play.as_owner(choose, act)


async def put_off(play: Play, choose: Choose) -> None:
    """An item or a check waits a little."""

    async def act(work: Work, case: Case) -> None:
        what = choose((Snoozable.ITEM, Snoozable.CHECK))
        where = ("case_item", "state = 'open'") if what is Snoozable.ITEM else ("aftercare_check", "state = 'planned'")
        row = await play.one_of(where[0], case, where[1], choose)
        until = max(row["due_at"], play.at) + timedelta(days=choose((1, 6, 30)))
        await snooze.snooze(work, case.id, what, row["id"], until, choose(list(SnoozeReason)))

    await play.as_owner(choose, act)


async def invite(play: Play, choose: Choose) -> None:
    """Somebody is asked onto the team."""
    who = choose(TEAM)
    await play.as_owner(choose, lambda work, case: members.invite(work, case.id, who, TeamRole.OTHER, TeamPurpose.CONSULTATION))


async def join_or_not(play: Play, choose: Choose) -> None:
    """Who is invited says yes or no; who is on it may leave, or be sent away."""
    case = await play.a_case(choose)
    member = await play.one_of("case_member", case, "state IN ('invited', 'member')", choose)
    owner = choose((False, False, True))
    who = case.owner if owner else member["organisation_id"]
    async with play.do(Actor(organisation=who, role=Role.DESK)) as work:
        if member["state"] == "invited" and not owner:
            accept = choose((True, True, False))
            reason = None if accept else EndReason.NO_CAPACITY
            await members.answer(work, case.id, member["id"], member["version"], accept=accept, reason=reason)
        else:
            await members.end(work, case.id, member["id"], member["version"], EndReason.TASK_DONE)


async def coordinate(play: Play, choose: Choose) -> None:
    """Somebody else coordinates, and somebody may be away."""
    one, two = choose((("ann", "bob"), ("bob", None), ("cas", "ann")))

    async def act(work: Work, case: Case) -> None:
        await absences.name_coordinator(work, case.id, case.version, one, two)
        if choose((True, False)):
            await absences.be_away(work, one, "dan", play.at, play.at + timedelta(days=20))

    await play.as_owner(choose, act)


async def end_case(play: Play, choose: Choose) -> None:
    """Closed, if nothing is missing."""
    await play.as_owner(
        choose, lambda work, case: close.close(work, case.id, case.version, ClosingOutcome.BETTER, WithoutOwnGoal.NOT_ASKED)
    )


async def go_on(play: Play, choose: Choose) -> None:
    """The next thing that is missing before the case may close; so that what comes late is reached at all."""
    case = await play.a_case(choose)
    if case.owner is None:
        await _answered(play, case)
        return
    if case.state is State.CLOSED:
        return
    me = Actor(organisation=case.owner, role=Role.DESK)
    async with play.do(me) as work:
        _, found = await close.checklist(work, case.id)
    code = found.missing[0].code if found.missing else "nothing"
    subject = found.missing[0].subject if found.missing else None
    if code == "aftercare_check":
        [check] = await play.rows("SELECT due_at FROM aftercare_check WHERE id = :id", id=subject)
        await play.passes(seconds=max(0.0, (check["due_at"] - play.at).total_seconds()))
    async with play.do(me) as work:
        if code == "first_contact":
            await contact.log(work, case.id, Contact(play.at, Way.VISIT, Party.PERSON, Result.REACHED), None)
        elif code == "goal":
            await goals.set_goal(work, case.id, NewGoal(GoalOf.PERSON, "Rust."))
        elif code == "goal_outcome" and subject:
            await goals.give_outcome(work, case.id, subject, GoalOutcome.REACHED)
        elif code == "aftercare_check" and subject:
            await checks.do_check(work, case.id, subject, CheckResult.STABLE, None)
        elif code == "nothing":
            case = await cases.get(work, case.id)
            await close.close(work, case.id, case.version, ClosingOutcome.BETTER, WithoutOwnGoal.NOT_ABLE)
        elif code == "pending_invitation" and subject:
            waiting = await members.member(work, case.id, subject)
            await members.end(work, case.id, subject, waiting.version, EndReason.OTHER)
        elif code == ObligationKind.STILL_WORRIED:
            await obligations.waive(work, case.id, ObligationKind.STILL_WORRIED, WAIVER, None)
        elif code in set(ItemKind) and subject:
            item = await items.item(work, case.id, subject)
            await items.end(work, case.id, subject, item.version, Ending(ItemState.DONE))
        else:
            await obligations.fulfil(work, case.id, ObligationKind(code), DONE, {})


async def time_passes(play: Play, choose: Choose) -> None:
    """An hour, a weekend, a month."""
    await play.passes(hours=choose((0.1, 1, 5, 26, 70, 200, 800)))


WAIVER: Final = Waiver(WaiverReason.DONE_BY_OTHERS, DecidedBy.COORDINATOR)
DONE: Final = Done(listener=Listener.SIBLING, worked=(BuildingBlock.REPORTING,))
COMMANDS: Final[tuple[Command, ...]] = (
    call, accept, decline, see, touch, set_goal, give_outcome, look_after, choose_weeks, fulfil, write, end_item, put_off,
    invite, join_or_not, coordinate, end_case, go_on, go_on, go_on, time_passes, time_passes,
)  # fmt: skip

# Each names what is wrong; none may find a row. `:at` is the moment, after the worker has run.
HOLDS: Final = {
    "every open case has an owner or somebody who is asked, a deadline, and a clock that runs": "SELECT * FROM case_unkept",
    "the clock of a case is never later than what is due in it": """
      SELECT c.id FROM cases c JOIN (
        SELECT case_id, due_at FROM case_item WHERE state = 'open' AND due_at IS NOT NULL
        UNION ALL SELECT k.case_id, k.due_at FROM aftercare_check k JOIN cases d ON d.id = k.case_id AND d.state = 'aftercare'
          WHERE k.state = 'planned'
        UNION ALL SELECT o.case_id, o.due_at FROM obligation o JOIN cases d ON d.id = o.case_id AND d.state <> 'accepted'
          WHERE o.state = 'open') AS due ON due.case_id = c.id
      WHERE c.state NOT IN ('closed', 'offered') AND c.deadline_at > due.due_at""",
    "who is reminded or climbs to is told before the deadline passes unnoticed": """
      SELECT id FROM cases WHERE state NOT IN ('closed', 'offered')
        AND (next_climb_at <= :at OR (climbed = 0 AND next_climb_at > deadline_at) OR (climbed > 0 AND deadline_at > :at))""",
    "nothing is planned in a closed case": "SELECT id FROM cases WHERE state = 'closed' AND (deadline_at, next_climb_at) IS DISTINCT FROM (NULL, NULL)",
    "no invitation outlives its time": "SELECT id FROM case_member WHERE state = 'invited' AND answer_by <= :at",
    "planned checks are checks of a case in aftercare": """
      SELECT k.id FROM aftercare_check k JOIN cases c ON c.id = k.case_id WHERE k.state = 'planned' AND c.state <> 'aftercare'""",
    "in aftercare every goal has its outcome": """
      SELECT g.id FROM goal g JOIN cases c ON c.id = g.case_id WHERE g.outcome IS NULL AND c.state = 'aftercare'""",
    "nothing was put off more than twice": "SELECT id FROM case_item WHERE snoozed > 2 UNION SELECT id FROM aftercare_check WHERE snoozed > 2",
    "what lies around was shown to somebody": """
      SELECT l.case_id FROM case_left_lying l LEFT JOIN left_lying_told t ON t.case_id = l.case_id
      WHERE t.told_at IS NULL OR t.told_at < l.last_act_at OR t.told_at <= CAST(:at AS timestamptz) - interval '168 hours'""",
    "no number is missing in a feed": """
      SELECT r.recipient_id FROM recipient_counter r LEFT JOIN event e ON e.recipient_id = r.recipient_id
      GROUP BY r.recipient_id, r.last HAVING count(e.number) <> r.last""",
}

BROKEN: Final = " UNION ALL ".join(f"SELECT '{what}' AS what WHERE EXISTS ({rows})" for what, rows in HOLDS.items())


async def insist(play: Play) -> None:
    """Everything that must hold of all cases, and that who left sees nothing."""
    assert [row["what"] for row in await play.rows(BROKEN, at=play.at)] == []
    gone = await play.rows("""
      SELECT DISTINCT m.case_id, m.organisation_id FROM case_member m JOIN cases c ON c.id = m.case_id
      WHERE m.ended_at IS NOT NULL AND c.owner_organisation_id IS DISTINCT FROM m.organisation_id
        AND NOT EXISTS (SELECT FROM case_member n WHERE n.case_id = m.case_id AND n.organisation_id = m.organisation_id
          AND n.ended_at IS NULL)
        AND NOT EXISTS (SELECT FROM offer o WHERE o.case_id = m.case_id AND o.organisation_id = m.organisation_id)""")
    for organisation in {one["organisation_id"] for one in gone}:
        of = [one["case_id"] for one in gone if one["organisation_id"] == organisation]
        async with play.do(Actor(organisation=organisation, role=Role.DESK)) as work:
            assert await cases.some(work, of) == [], "who left sees nothing"

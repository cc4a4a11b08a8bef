"""Commands of all rooms as plays of one line each. Another command is another function and a place in `COMMANDS`."""

from typing import Final

from app.cases import service as cases
from app.cases.service import Case, State
from app.core.work import Work
from app.followup.aftercare import CheckResult, Missing
from app.followup.contacts import Contact, Party, Result, Way
from app.followup.items import PROCEDURES, Ending, ItemKind, ItemState
from app.followup.service import checks, close, contact, goals, items, obligations
from app.followup.service.close import ClosingOutcome, WithoutOwnGoal
from app.followup.service.goals import NewGoal
from app.followup.situation import GoalOf, GoalOutcome, ObligationKind
from app.routing.service import handover
from app.team.membership import EndReason
from app.team.service import members
from tests.watch import care, formal, together
from tests.watch.play import Choose, Command, Play, desk

MOST_STEPS: Final = 50  # so many things are never missing


async def go_on(play: Play, choose: Choose) -> None:
    """The next thing that is missing before a case may close; so that what comes late is reached at all."""
    await _go_on(play, await play.an_owned_case(choose))


async def finish(play: Play, choose: Choose) -> None:
    """The same for a while, or until the case is closed."""
    case, steps = await play.an_owned_case(choose), choose((5, 8, 11, MOST_STEPS))
    for _ in range(steps):
        await _go_on(play, case)
        [now] = await play.rows("SELECT state FROM cases WHERE id = :id", id=case.id)
        if now["state"] == State.CLOSED:
            return
    if steps < MOST_STEPS:
        return
    async with play.do(desk(case.owner)) as work:
        _, found = await close.checklist(work, case.id)
    raise AssertionError(f"Closing never comes nearer: {[one.code for one in found.missing]}")


async def _go_on(play: Play, case: Case) -> None:
    async with play.do(desk(case.owner)) as work:
        _, found = await close.checklist(work, case.id)
    missing = sorted(found.missing, key=lambda one: one.code == "calamity")  # the inspectorate hears first
    one = missing[0] if missing else Missing("nothing", "")
    if one.code == "aftercare_check":
        [check] = await play.rows("SELECT due_at FROM aftercare_check WHERE id = :id", id=one.subject)
        await play.passes(seconds=max(0.0, (check["due_at"] - play.at).total_seconds()))
    if one.code == "pending_joining":
        await play.passes(days=4)
        return
    async with play.do(desk(case.owner)) as work:
        await _do(play, work, await cases.get(work, case.id), one)


async def _do(play: Play, work: Work, case: Case, one: Missing) -> None:
    code, subject = one.code, one.subject or case.id
    if code == "nothing":
        await close.close(work, case.id, case.version, ClosingOutcome.BETTER, WithoutOwnGoal.NOT_ABLE)
    elif code == "first_contact":
        await contact.log(work, case.id, Contact(play.at, Way.VISIT, Party.PERSON, Result.REACHED), None)
    elif code in {"goal", "aftercare"}:
        await goals.set_goal(work, case.id, NewGoal(GoalOf.PERSON, "Rust."))
    elif code == "goal_outcome":
        await goals.give_outcome(work, case.id, subject, GoalOutcome.REACHED)
    elif code == "aftercare_check":
        await checks.do_check(work, case.id, subject, CheckResult.STABLE, None)
    elif code == "pending_invitation":
        await members.end(work, case.id, subject, (await members.member(work, case.id, subject)).version, EndReason.OTHER)
    elif code == "pending_handover":
        await handover.withdraw(work, case.id, subject, (await handover.handover(work, case.id, subject)).version)
    elif code in PROCEDURES:
        [item] = await play.rows("SELECT * FROM case_item WHERE id = :id", id=subject)
        await formal.end_procedure(work, item)
    elif code in set(ItemKind):
        await items.end(work, case.id, subject, (await items.item(work, case.id, subject)).version, Ending(ItemState.CANCELLED))
    elif code == ObligationKind.STILL_WORRIED:
        await obligations.waive(work, case.id, ObligationKind.STILL_WORRIED, care.WAIVER, None)
    else:
        await obligations.fulfil(work, case.id, ObligationKind(code), care.DONE, {})


COMMANDS: Final[tuple[Command, ...]] = (
    together.call, together.accept, together.accept, together.decline, together.see, together.hand_over, together.hand_over,
    together.transfer, together.take_back, together.invite, together.invite, together.join_team, together.leave_team,
    together.scale, together.answer_scaling, together.reopen_case, together.join_cases, together.join_cases,
    together.answer_joining, together.answer_joining, together.part_cases, together.split_case, together.time_passes,
    together.time_passes, care.touch, care.set_goal, care.give_outcome, care.look_after, care.choose_weeks, care.fulfil,
    care.tell_caller, care.still_worried, care.write, care.note, care.view, care.write_card, care.end_item, care.move_item,
    care.correct_item, care.put_off, care.coordinate, care.end_case, formal.ask_information, formal.answer_information,
    formal.report_calamity, formal.go_on_with_calamity, formal.register_inquiry, formal.go_on_with_inquiry, formal.disagree,
    formal.call_table, formal.judge, formal.judge, formal.decide_table, formal.hand_shift_over, formal.read_handoff,
    formal.read_handoff, go_on, go_on, finish,
)  # fmt: skip

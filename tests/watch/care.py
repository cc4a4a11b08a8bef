"""What the owner of a case, and who is on its team, write and do about the person."""

from datetime import timedelta
from typing import Final

from app.cases.service import Case
from app.core.work import Work
from app.followup.aftercare import CheckResult
from app.followup.caller import Channel, Language, ToldResult, Worry
from app.followup.check_weeks import WeeksReason
from app.followup.contacts import Contact, Party, Result, Way
from app.followup.correcting import CorrectionReason
from app.followup.feedback import Listener
from app.followup.items import Ending, ItemKind, ItemState, NewItem
from app.followup.moving import MoveReason
from app.followup.obligations import BuildingBlock, DecidedBy, DeferralReason, Done, Waiver, WaiverReason
from app.followup.service import (
    absences,
    actions,
    check_weeks,
    checks,
    close,
    contact,
    correct,
    crisis_card,
    goals,
    items,
    obligations,
    snooze,
    telling,
    views,
)
from app.followup.service.close import ClosingOutcome, WithoutOwnGoal
from app.followup.service.goals import NewGoal
from app.followup.service.obligations import Deferral
from app.followup.service.telling import Asking, Telling
from app.followup.situation import GoalOf, GoalOutcome, ObligationKind
from app.followup.snoozing import Snoozable, SnoozeReason
from app.followup.written import Method, RiskLevel, assessment
from tests.watch.play import OTHERS, Choose, Play

WAIVER: Final = Waiver(WaiverReason.DONE_BY_OTHERS, DecidedBy.COORDINATOR)
DONE: Final = Done(listener=Listener.SIBLING, worked=(BuildingBlock.REPORTING,))


async def touch(play: Play, choose: Choose) -> None:
    """A contact, or a try."""
    made = Contact(play.at, choose(list(Way)), choose(list(Party)), choose(list(Result)))
    await play.as_owner(choose, lambda work, case: contact.log(work, case.id, made, None))


async def set_goal(play: Play, choose: Choose) -> None:
    """Something to achieve; in aftercare a relapse."""
    await play.as_owner(choose, lambda work, case: goals.set_goal(work, case.id, NewGoal(choose(list(GoalOf)), "Rust.")))


async def give_outcome(play: Play, choose: Choose) -> None:
    """What became of it."""
    goal, what = await play.row_of("goal", "outcome IS NULL", choose), choose(list(GoalOutcome))
    await play.as_owner(choose, lambda work, case: goals.give_outcome(work, case.id, goal["id"], what), goal["case_id"])


async def look_after(play: Play, choose: Choose) -> None:
    """A check, done or waived."""
    check, done = await play.row_of("aftercare_check", "state = 'planned'", choose), choose((True, True, False))

    async def act(work: Work, case: Case) -> None:
        if done:
            await checks.do_check(work, case.id, check["id"], choose(list(CheckResult)), None)
        else:
            await checks.waive_check(work, case.id, check["id"], WAIVER, None)

    await play.as_owner(choose, act, check["case_id"])


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


async def tell_caller(play: Play, choose: Choose) -> None:
    """The caller hears, or could not be reached."""
    told = choose((True, True, False))
    said = Telling(
        Listener.SIBLING, told, Channel.PHONE, Language.NL, ToldResult.TOLD if told else ToldResult.NOT_REACHED,
        next_try_at=None if told else play.at + timedelta(days=choose((1, 6))), text="Er is iemand mee bezig.",
    )  # fmt: skip
    await play.as_owner(choose, lambda work, case: telling.tell(work, case.id, said))


async def still_worried(play: Play, choose: Choose) -> None:
    """The caller is asked again."""
    answer = choose(list(Worry))
    again = play.at + timedelta(days=3) if answer is Worry.NOT_REACHED else None
    await play.as_owner(choose, lambda work, case: telling.ask(work, case.id, Asking(Channel.PHONE, answer, again, "Gebeld.")))


async def write(play: Play, choose: Choose) -> None:
    """Something to do, by the owner or somebody on the team, seen by all or the owner only."""
    kind = choose((ItemKind.ACTION, ItemKind.TRANSPORT, ItemKind.AGREEMENT))
    by = play.at + timedelta(hours=choose((1, 30, 400)))

    async def act(work: Work, case: Case) -> None:
        assigned = choose((work.organisation, case.owner, *await play.team(case), choose(OTHERS)))
        await items.write(work, case.id, NewItem(kind, play.at, choose((None, ())), assigned_to=assigned, due_at=by))

    await play.as_part(choose, act)


async def note(play: Play, choose: Choose) -> None:
    """What is worth knowing, or a level of risk."""
    risk = assessment(choose(list(RiskLevel)), Method.CLINICAL, play.at, None)
    new = choose((NewItem(ItemKind.NOTE, play.at, choose((None, ())), words={"note": "Belde terug."}), risk))
    await play.as_part(choose, lambda work, case: items.write(work, case.id, new))


async def view(play: Play, choose: Choose) -> None:
    """What an organisation says worked."""
    await play.as_part(choose, lambda work, case: views.add_view(work, case.id, [BuildingBlock.REFERRAL], [], None))


async def write_card(play: Play, choose: Choose) -> None:
    """A crisis card in the place of the one that there is."""

    async def act(work: Work, case: Case) -> None:
        there = await items.valid(work, case.id, ItemKind.CRISIS_CARD)
        await crisis_card.write_card(work, case.id, {"helps": "Rust.", "whom_to_ring": "Zus."}, there["id"] if there else None)

    await play.as_part(choose, act)


async def end_item(play: Play, choose: Choose) -> None:
    """Done, or not going to be."""
    item, how = await play.row_of("case_item", "state = 'open'", choose), Ending(choose((ItemState.DONE, ItemState.CANCELLED)))
    await play.as_part(choose, lambda work, case: items.end(work, case.id, item["id"], item["version"], how), item["case_id"])


async def move_item(play: Play, choose: Choose) -> None:
    """Given to another, or to another moment."""
    due_at = choose((None, play.at + timedelta(hours=2), play.at + timedelta(days=20)))
    item = await play.row_of("case_item", "state = 'open' AND kind IN ('action', 'transport', 'agreement')", choose)

    async def act(work: Work, case: Case) -> None:
        how = actions.Move(MoveReason.NO_CAPACITY, choose((None, case.owner, *await play.team(case))), due_at)
        await actions.move(work, case.id, item["id"], item["version"], how)

    await play.as_part(choose, act, item["case_id"])


async def correct_item(play: Play, choose: Choose) -> None:
    """It should have said something else, or nothing."""
    row = await play.row_of("case_item", "kind IN ('note', 'action', 'assessment', 'inquiry')", choose)

    async def act(work: Work, case: Case) -> None:
        found = await items.item(work, case.id, row["id"])
        new = choose((NewItem(found.kind, play.at, facts=found.facts, words={"note": "Anders."}), None))
        await correct.correct(work, case.id, found.id, found.version, CorrectionReason.MISTAKE, new)

    await play.as_part(choose, act, row["case_id"])


async def put_off(play: Play, choose: Choose) -> None:
    """An item or a check waits a little."""
    what = choose((Snoozable.ITEM, Snoozable.CHECK))
    table, state = ("case_item", "open") if what is Snoozable.ITEM else ("aftercare_check", "planned")
    row = await play.row_of(table, f"state = '{state}' AND due_at IS NOT NULL", choose)
    until, why = max(row["due_at"], play.at) + timedelta(days=choose((1, 6, 30))), choose(list(SnoozeReason))
    await play.as_owner(choose, lambda work, case: snooze.snooze(work, case.id, what, row["id"], until, why), row["case_id"])


async def coordinate(play: Play, choose: Choose) -> None:
    """Somebody else coordinates, and somebody may be away."""
    one, two = choose((("ann", "bob"), ("bob", None), ("cas", "ann")))

    async def act(work: Work, case: Case) -> None:
        await absences.name_coordinator(work, case.id, case.version, one, two)
        if choose((True, False)):
            away = await absences.be_away(work, one, "dan", play.at, play.at + timedelta(days=20))
            await work.flush()
            if choose((True, False)):
                await absences.come_back(work, away.id)

    await play.as_owner(choose, act)


async def end_case(play: Play, choose: Choose) -> None:
    """Closed, if nothing is missing."""
    await play.as_owner(
        choose, lambda work, case: close.close(work, case.id, case.version, ClosingOutcome.BETTER, WithoutOwnGoal.NOT_ASKED)
    )

"""What organisations ask of each other about a case: to take it, to be on its team, to join it to another."""

from app.cases.service import Case
from app.core.work import Work
from app.followup.ownership import OFFICIALS, ProblemLevel, ScaleReason, ScaleRefusal
from app.followup.reopening import ReopenReason
from app.followup.service import joining, ownership, reopen, splitting
from app.followup.ties import JoinReason, SplitReason
from app.routing.handovers import Elsewhere, HandoverReason, NewHandover, Spoken, Stay
from app.routing.offers import DeclineReason
from app.routing.service import answer, handover
from app.team.membership import EndReason, TeamPurpose, TeamRole
from app.team.service import members
from tests.watch.play import OTHERS, Choose, NothingThere, Play, desk


async def call(play: Play, choose: Choose) -> None:
    """Somebody rings."""
    await play.call(choose)


async def accept(play: Play, choose: Choose) -> None:
    """Who is asked takes it, or takes it over."""
    offer = await play.one_of("offer", "state = 'pending'", choose)
    async with play.do(desk(offer["organisation_id"])) as work:
        await answer.accept(work, offer["id"], offer["version"], "regisseur")


async def decline(play: Play, choose: Choose) -> None:
    """Who is asked does not."""
    offer = await play.one_of("offer", "state = 'pending'", choose)
    async with play.do(desk(offer["organisation_id"])) as work:
        await answer.decline(work, offer["id"], offer["version"], choose(list(DeclineReason)))


async def see(play: Play, choose: Choose) -> None:
    """Who is asked looks at it."""
    offer = await play.one_of("offer", "state = 'pending'", choose)
    async with play.do(desk(offer["organisation_id"])) as work:
        await answer.see(work, offer["id"])


async def hand_over(play: Play, choose: Choose) -> None:
    """An owner names another, warm or cold, and may stay on the team."""
    stay = choose((None, Stay(TeamRole.SOCIAL_TEAM, TeamPurpose.GUIDANCE)))
    spoken = choose((None, Spoken("Collega", play.at)))

    async def act(work: Work, case: Case) -> None:
        to = choose([one for one in OTHERS if one != case.owner])
        await handover.ask(work, case.id, NewHandover(HandoverReason.OTHER_EXPERTISE, to, spoken=spoken, stay=stay))

    await play.as_owner(choose, act)


async def transfer(play: Play, choose: Choose) -> None:
    """An owner asks routing who is to have it, here or elsewhere."""
    where = Elsewhere(choose((None, "GM0363", "GM0599")))
    await play.as_owner(
        choose, lambda work, case: handover.ask(work, case.id, NewHandover(HandoverReason.MOVED, elsewhere=where))
    )


async def take_back(play: Play, choose: Choose) -> None:
    """An owner keeps its case after all."""
    offer = await play.row_of("offer", "state = 'pending' AND handover_id IS NOT NULL", choose)

    async def act(work: Work, case: Case) -> None:
        found = await handover.handover(work, case.id, offer["handover_id"])
        await handover.withdraw(work, case.id, found.id, found.version)

    await play.as_owner(choose, act, offer["case_id"])


async def invite(play: Play, choose: Choose) -> None:
    """Somebody is asked onto the team; half of them join at once."""
    case = await play.an_owned_case(choose)
    who = choose(OTHERS)
    async with play.do(desk(case.owner)) as work:
        asked = await members.invite(work, case.id, who, TeamRole.OTHER, TeamPurpose.CONSULTATION)
    if choose((True, False)):
        async with play.do(desk(who)) as work:
            await members.answer(work, case.id, asked.id, asked.version, accept=True)


async def join_team(play: Play, choose: Choose) -> None:
    """Who is invited says yes or no."""
    asked = await play.one_of("case_member", "state = 'invited'", choose)
    accept = choose((True, True, False))
    async with play.do(desk(asked["organisation_id"])) as work:
        why = None if accept else EndReason.NO_CAPACITY
        await members.answer(work, asked["case_id"], asked["id"], asked["version"], accept=accept, reason=why)


async def leave_team(play: Play, choose: Choose) -> None:
    """Who is on the team leaves, or is sent away; who is invited no longer is."""
    one = await play.row_of("case_member", "state IN ('invited', 'member')", choose)
    who = choose(("owner_organisation_id", "organisation_id"))
    async with play.do(desk(one[who])) as work:
        await members.end(work, one["case_id"], one["id"], one["version"], EndReason.TASK_DONE)


async def scale(play: Play, choose: Choose) -> None:
    """An official of somebody is asked to own the problem."""
    level = choose(list(ProblemLevel))
    official = choose(sorted(OFFICIALS[level]))

    async def act(work: Work, case: Case) -> None:
        of = choose((case.owner, *await play.team(case)))
        await ownership.ask(work, case.id, ownership.Scaling(level, official, of, ScaleReason.DANGER))

    await play.as_part(choose, act)


async def answer_scaling(play: Play, choose: Choose) -> None:
    """The official says yes or no."""
    item = await play.one_of("case_item", "kind = 'escalation' AND state = 'open'", choose)
    refusal = choose((None, None, ScaleRefusal.OTHER_OFFICIAL))
    async with play.do(desk(item["assigned_to"])) as work:
        await ownership.answer(work, item["case_id"], item["id"], item["version"], refusal, None)


async def reopen_case(play: Play, choose: Choose) -> None:
    """A closed case goes on."""
    case = await play.a_case(choose, closed=True)
    async with play.do(desk(case.owner)) as work:
        await reopen.reopen(work, case.id, case.version, choose(list(ReopenReason)), None, None)


async def join_cases(play: Play, choose: Choose) -> None:
    """Two cases are one, says the owner of one of them."""
    one, two = await play.an_owned_case(choose), await play.an_owned_case(choose)
    if one.id == two.id:
        raise NothingThere("There is no other case.")
    async with play.do(desk(one.owner)) as work:
        await joining.propose(work, one.id, one.version, two.id, choose(list(JoinReason)))


async def answer_joining(play: Play, choose: Choose) -> None:
    """The other owner says yes or no."""
    tie = await play.one_of("case_tie", "state = 'proposed'", choose)
    accept = choose((True, True, False))
    async with play.do(desk(tie["other_organisation_id"])) as work:
        await joining.answer(work, tie["other_case_id"], tie["id"], tie["version"], accept=accept)


async def part_cases(play: Play, choose: Choose) -> None:
    """They were not one after all."""
    tie = await play.one_of("case_tie", "kind = 'joined' AND state = 'done'", choose)
    [case] = await play.rows("SELECT owner_organisation_id FROM cases WHERE id = :id", id=tie["other_case_id"])
    async with play.do(desk(case["owner_organisation_id"])) as work:
        await joining.undo(work, tie["other_case_id"], tie["id"], tie["version"])


async def split_case(play: Play, choose: Choose) -> None:
    """It was about two people; some of what was written is about the other."""

    async def act(work: Work, case: Case) -> None:
        rows = await play.rows("SELECT id FROM case_item WHERE case_id = :id ORDER BY id", id=case.id)
        told = splitting.Split(choose(list(SplitReason)), [row["id"] for row in rows[: choose((0, 1, 2))]])
        await splitting.split(work, case.id, case.version, told)

    await play.as_owner(choose, act)


async def time_passes(play: Play, choose: Choose) -> None:
    """An hour, a weekend, a month."""
    await play.passes(hours=choose((0.1, 1, 5, 26, 70, 200, 800)))

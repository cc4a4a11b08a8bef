"""Procedures with terms of their own, and what a shift hands to the next."""

from datetime import timedelta
from typing import Any, Final

from app.boards.handoffs import NewHandoff, NewLine, Shift
from app.boards.service import confirming, handoffs
from app.cases.service import Case
from app.core.work import Work
from app.followup.feedback import Listener
from app.followup.obligations import DecidedBy
from app.procedures.bases import Basis, Disclosed, OutsideParty
from app.procedures.calamity import CalamityKind, CalamityOutcome, Inspectorate
from app.procedures.inquiry import Decider, Hearing, NotHeard, Outcome, Verified, hearing_facts
from app.procedures.joint_table import Verdict
from app.procedures.requests import Answering, Direction, NewRequest, RefusalReason
from app.procedures.service import calamities, inquiries, joint, requests
from tests.watch.play import Choose, Play, desk

BY: Final = DecidedBy.MANAGER


async def ask_information(play: Play, choose: Choose) -> None:
    """Somebody asks, or is asked."""
    asking = requests.Asking(play.at + timedelta(days=choose((1, 10))), "Wat weet u?", choose((None, ())))

    async def act(work: Work, case: Case) -> None:
        who = choose([None, *(one for one in (case.owner, *await play.team(case)) if one != work.organisation)])
        party = None if who else OutsideParty.HOUSING
        way = choose(list(Direction))
        new = NewRequest(way, who, party, Basis.PUBLIC_TASK, discloses=(Disclosed.CASE_EXISTS,))
        await requests.ask(work, case.id, new, asking)

    await play.as_part(choose, act)


async def answer_information(play: Play, choose: Choose) -> None:
    """It is answered, refused or taken back."""
    item = await play.one_of("case_item", "kind = 'information_request' AND state = 'open'", choose)
    async with play.do(desk(choose((item["assigned_to"], item["assigned_to"], item["organisation_id"])))) as work:
        await _answer(work, item, choose(("answer", "answer", "refuse", "withdraw")))


async def report_calamity(play: Play, choose: Choose) -> None:
    """Something went badly wrong."""
    await play.as_part(
        choose, lambda work, case: calamities.report(work, case.id, choose(list(CalamityKind)), play.at, "Val van het dak.", None)
    )


async def go_on_with_calamity(play: Play, choose: Choose) -> None:
    """The inspectorate hears; then it is decided."""
    await _step(play, ("calamity", "calamity_report"), choose)


async def register_inquiry(play: Play, choose: Choose) -> None:
    """The municipality's desk looks into it, by the law."""
    new = inquiries.Registration(play.at - timedelta(days=choose((0, 1, 30))), Listener.PARENT, Verified.POPULATION_REGISTER)
    await play.as_owner(choose, lambda work, case: inquiries.register(work, case.id, new, None))


async def go_on_with_inquiry(play: Play, choose: Choose) -> None:
    """The person is heard and it is decided; who asked hears; the prosecutor gets it."""
    await _step(play, ("inquiry", "inquiry_notice", "prosecutor_handover"), choose)


async def disagree(play: Play, choose: Choose) -> None:
    """Who asked for the inquiry does not agree with what came of it."""
    item = await play.one_of("case_item", "kind = 'inquiry' AND state = 'done'", choose)
    async with play.do(desk(await _owner(play, item))) as work:
        await inquiries.disagree(work, item["case_id"], item["id"], None)


async def call_table(play: Play, choose: Choose) -> None:
    """The owner asks its team what each finds."""
    by = play.at + timedelta(days=choose((1, 20)))
    member = await play.row_of("case_member", "state = 'member'", choose)

    async def act(work: Work, case: Case) -> None:
        invited = (work.organisation, *await play.team(case))
        await joint.call(work, case.id, joint.Invitation(invited, by, "Wat nu?"))

    await play.as_owner(choose, act, member["case_id"])


async def judge(play: Play, choose: Choose) -> None:
    """One of them says what it finds."""
    item = await play.one_of("case_item", "kind = 'joint_table' AND state = 'open'", choose)
    who = choose(item["audience"])
    async with play.do(desk(who)) as work:
        await joint.judge(work, item["case_id"], item["id"], joint.Judging(choose(list(Verdict)), Basis.PUBLIC_TASK, "Zorg."))


async def decide_table(play: Play, choose: Choose) -> None:
    """The owner decides, or calls it off."""
    item = await play.one_of("case_item", "kind = 'joint_table' AND state = 'open'", choose)
    async with play.do(desk(await _owner(play, item))) as work:
        if choose((True, True, False)):
            told = (choose(list(Verdict)), DecidedBy.COORDINATOR, "Zo gedaan.")
            await joint.decide(work, item["case_id"], item["id"], item["version"], told)
        else:
            await joint.call_off(work, item["case_id"], item["id"], item["version"], None)


async def hand_shift_over(play: Play, choose: Choose) -> None:
    """A shift tells the next about a case."""

    async def act(work: Work, case: Case) -> None:
        lines = (NewLine(case.id, "Let op."), NewLine(None, "Sleutel ligt binnen."))
        begins = play.at + timedelta(hours=choose((0, 4)))
        new = NewHandoff(Shift(function="dag"), Shift(function="nacht"), begins, begins + timedelta(hours=8), lines)
        await handoffs.write(work, new)

    await play.as_part(choose, act)


async def read_handoff(play: Play, choose: Choose) -> None:
    """The next shift has read it."""
    row = await play.one_of("shift_handoff", "state = 'waiting'", choose)
    async with play.do(desk(row["organisation_id"])) as work:
        found = await handoffs.handoff(work, row["id"])
        lines = [line.id for line in found.lines]
        await confirming.confirm(work, found.id, "nacht", lines, {lines[0]: "Sinds wanneer?"})


async def end_procedure(work: Work, item: Any) -> None:
    """The next step towards the end of a part of a procedure, by the owner of the case."""
    about, whole, item_id, version = item["case_id"], item["parent_id"], item["id"], item["version"]
    if item["kind"] == "calamity_report":
        await calamities.tell_inspectorate(work, about, whole, Inspectorate.IGJ, BY, None)
    elif item["kind"] == "calamity":
        await calamities.end(work, about, item_id, version, (CalamityOutcome.NO_CALAMITY, BY, "Geen."))
    elif item["kind"] == "inquiry":
        await inquiries.add_step(work, about, item_id, hearing_facts(Hearing(not_heard=NotHeard.REFUSED), work.at), None)
        await inquiries.decide(work, about, item_id, version, (Outcome.NONE, Decider.COLLEGE), "Geen grond.")
    elif item["kind"] == "inquiry_notice":
        await inquiries.give_notice(work, about, whole, reached=True, outcome_told=True, note=None)
    elif item["kind"] == "prosecutor_handover":
        await inquiries.hand_over(work, about, whole, "Bij de officier.")
    elif item["kind"] == "joint_table":
        await joint.call_off(work, about, item_id, version, None)
    else:
        await _answer(work, item, "withdraw")


async def _step(play: Play, kinds: tuple[str, ...], choose: Choose) -> None:
    """One of the open items of these kinds, by the owner of its case."""
    item = await play.one_of(
        "case_item", "kind = ANY (:kinds) AND state = 'open'", lambda rows: choose(rows[-2:]), kinds=list(kinds)
    )
    async with play.do(desk(await _owner(play, item))) as work:
        await end_procedure(work, item)


async def _answer(work: Work, item: Any, how: str) -> None:
    about = (work, item["case_id"], item["id"], item["version"])
    if how == "answer":
        await requests.answer(*about, Answering(Basis.PUBLIC_TASK, disclosed=(Disclosed.CARE,)), "Bekend bij ons.")
    elif how == "refuse":
        await requests.refuse(*about, RefusalReason.NO_CONSENT)
    else:
        await requests.withdraw(*about)


async def _owner(play: Play, item: Any) -> Any:
    [case] = await play.rows("SELECT owner_organisation_id FROM cases WHERE id = :id", id=item["case_id"])
    return case["owner_organisation_id"]

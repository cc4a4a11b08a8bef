"""Commands of follow-up: writing, contacts, goals, what is to be done, aftercare, what is owed."""

from typing import Final

from app.console.case.forms import Ask, Command, fields_of
from app.core.work import Work
from app.followup.contacts import Contact
from app.followup.obligations import Waiver
from app.followup.schemas.care import CheckResultIn, ContactIn, FulfilmentIn, GoalIn, GoalOutcomeIn
from app.followup.schemas.clocks import CheckWeeksIn, SnoozeIn
from app.followup.schemas.items import ActionIn, ItemEndIn
from app.followup.schemas.telling import TellingIn, WorryIn
from app.followup.schemas.written import (
    AgreementIn,
    AssessmentIn,
    CircleIn,
    CorrectionIn,
    CrisisCardIn,
    MoveIn,
    NoteIn,
    TransportIn,
)
from app.followup.service import actions, checks, crisis_card, items, obligations, telling
from app.followup.service import contact as contacting
from app.followup.service import correct as correcting
from app.followup.service import goals as goal_setting
from app.followup.service.check_weeks import choose_weeks
from app.followup.service.obligations import Deferral
from app.followup.service.snooze import snooze
from app.followup.situation import ObligationKind

SHARED: Final = "visibility named"
WRONG: Final = "reason=mistake~entered_in_error"
WAIVED: Final = "waiver.reason waiver.by=coordinator"


async def _contact(work: Work, ask: Ask) -> None:
    told = ask.body
    contact = Contact(told.at or work.at, told.way, told.party, told.result)
    await contacting.log(work, ask.case_id, contact, told.note, told.audience)


async def _note(work: Work, ask: Ask) -> None:
    await items.write(work, ask.case_id, ask.body.to_item(work.at))


async def _planned(work: Work, ask: Ask) -> None:
    await items.write(work, ask.case_id, ask.body.to_item(work.at, work.organisation))


async def _goal(work: Work, ask: Ask) -> None:
    await goal_setting.set_goal(work, ask.case_id, ask.body.to_goal())


async def _outcome(work: Work, ask: Ask) -> None:
    await goal_setting.give_outcome(work, ask.case_id, ask.subject, ask.body.outcome, ask.body.note)


async def _end(work: Work, ask: Ask) -> None:
    await items.end(work, ask.case_id, ask.subject, ask.version, ask.body.ending())


async def _move(work: Work, ask: Ask) -> None:
    await actions.move(work, ask.case_id, ask.subject, ask.version, ask.body.to_move())


async def _snooze(work: Work, ask: Ask) -> None:
    await snooze(work, ask.case_id, ask.body.what, ask.subject, ask.body.until, ask.body.reason)


async def _check(work: Work, ask: Ask) -> None:
    told = ask.body
    if told.waiver:
        await checks.waive_check(work, ask.case_id, ask.subject, Waiver(told.waiver.reason, told.waiver.by), told.note)
    else:
        await checks.do_check(work, ask.case_id, ask.subject, told.result, told.note)


async def _weeks(work: Work, ask: Ask) -> None:
    await choose_weeks(work, ask.case_id, ask.body.weeks, ask.body.reason, ask.body.note)


async def _owed(work: Work, ask: Ask) -> None:
    told, kind = ask.body, ObligationKind(ask.subject)
    if told.waiver:
        await obligations.waive(work, ask.case_id, kind, Waiver(told.waiver.reason, told.waiver.by), told.note)
    elif told.deferral:
        later = told.deferral
        await obligations.defer(work, ask.case_id, kind, Deferral(later.review_by, later.reason, later.by, told.note))
    else:
        words = {one: getattr(told, one) for one in ("note", "reference", "person_said", "caller_said")}
        await obligations.fulfil(work, ask.case_id, kind, told.done(), words)


async def _tell(work: Work, ask: Ask) -> None:
    await telling.tell(work, ask.case_id, ask.body.telling())


async def _ask_caller(work: Work, ask: Ask) -> None:
    await telling.ask(work, ask.case_id, ask.body.asking())


async def _card(work: Work, ask: Ask) -> None:
    await crisis_card.write_card(work, ask.case_id, ask.body.words, ask.subject)


async def _correct(work: Work, ask: Ask) -> None:
    found = await items.item(work, ask.case_id, ask.subject)
    told = ask.body.to_item(found.at)
    await correcting.correct(work, ask.case_id, ask.subject, ask.version, ask.body.reason, told)


COMMANDS: Final = (
    Command("note", NoteIn, _note, "story", fields_of(NoteIn, f"what at {SHARED}")),
    Command("contact", ContactIn, _contact, "story", fields_of(ContactIn, f"party=person way result note at {SHARED}")),
    Command("assessment", AssessmentIn, _note, "story", fields_of(AssessmentIn, f"level method note at {SHARED}")),
    Command("agreement", AgreementIn, _planned, "story", fields_of(AgreementIn, f"what agreedWith dueAt {SHARED}")),
    Command(
        "transport", TransportIn, _planned, "story",
        fields_of(TransportIn, f"by policeReason fromPlace toPlace dueAt note {SHARED}"),
    ),
    Command("circle", CircleIn, _note, "people", fields_of(CircleIn, f"name tie part agreed phone note {SHARED}")),
    Command(
        "card", CrisisCardIn, _card, "card", fields_of(CrisisCardIn, "signals helps doesNotHelp whomToRing agreed"),
    ),
    Command("goal", GoalIn, _goal, "goals", fields_of(GoalIn, f"what of=person whyNotOwn {SHARED}")),
    Command("goal-outcome", GoalOutcomeIn, _outcome, "goals", fields_of(GoalOutcomeIn, "outcome note")),
    Command("action", ActionIn, _planned, "todo", fields_of(ActionIn, f"what dueAt assignedTo {SHARED}")),
    Command("done", ItemEndIn, _end, "todo", fields_of(ItemEndIn, "note"), {"outcome": "done"}),
    Command("cancel", ItemEndIn, _end, "todo", fields_of(ItemEndIn, f"{WAIVED} note"), {"outcome": "cancelled"}, is_grave=True),
    Command("move", MoveIn, _move, "todo", fields_of(MoveIn, "dueAt assignedTo reason")),
    Command("snooze", SnoozeIn, _snooze, "todo", fields_of(SnoozeIn, "until reason"), {"what": "item"}),
    Command("check", CheckResultIn, _check, "aftercare", fields_of(CheckResultIn, "result! note")),
    Command("check-missed", CheckResultIn, _check, "aftercare", fields_of(CheckResultIn, f"{WAIVED} note"), is_grave=True),
    Command("check-later", SnoozeIn, _snooze, "aftercare", fields_of(SnoozeIn, "until reason"), {"what": "check"}),
    Command("weeks", CheckWeeksIn, _weeks, "aftercare", fields_of(CheckWeeksIn, "weeks reason note")),
    Command("inform", FulfilmentIn, _owed, "owed", fields_of(FulfilmentIn, "note reference")),
    Command(
        "inform-later", FulfilmentIn, _owed, "owed",
        fields_of(FulfilmentIn, "deferral.reason deferral.reviewBy deferral.by=coordinator note"),
    ),
    Command(
        "evaluate", FulfilmentIn, _owed, "owed",
        fields_of(FulfilmentIn, "worked failed note personSaid callerSaid stillWorried"),
    ),
    Command("waive", FulfilmentIn, _owed, "owed", fields_of(FulfilmentIn, f"{WAIVED} note"), is_grave=True),
    Command(
        "tell", TellingIn, _tell, "owed",
        fields_of(TellingIn, "listener sure outcomeTold channel=phone language result=told text nextTryAt"),
    ),
    Command("ask-caller", WorryIn, _ask_caller, "owed", fields_of(WorryIn, "answer channel=phone nextTryAt note")),
    *(
        Command(f"correct-{kind}", CorrectionIn, _correct, "story", fields_of(CorrectionIn, f"{WRONG} {spec}"))
        for kind, spec in {
            "note": "note.what", "action": "action.what", "agreement": "agreement.what",
            "assessment": "assessment.level assessment.method assessment.note",
            "transport": "transport.by transport.policeReason transport.fromPlace transport.toPlace transport.note",
        }.items()
    ),
    Command("in-error", CorrectionIn, _correct, "story", (), {"reason": "entered_in_error"}, is_grave=True),
)  # fmt: skip

"""Commands about who takes part: the coordinator, the team, another owner, the level at which the problem is held."""

from typing import Final

from app.console.case.forms import Ask, Command, fields_of
from app.core.http import Wire
from app.core.work import Work
from app.followup.schemas.clocks import AbsenceIn, CoordinatorIn
from app.followup.schemas.ending import JoiningAnswerIn, JoiningIn, SplitIn
from app.followup.schemas.ownership import EscalationAnswerIn, EscalationIn
from app.followup.service import absences, joining, ownership
from app.followup.service.splitting import Split, split
from app.routing.schemas.handovers import HandoverIn
from app.routing.service import handover
from app.team.schemas import InvitationAnswerIn, InvitationIn, MembershipEndIn
from app.team.service import members


class NothingIn(Wire):
    """A command that says enough by itself."""


async def _coordinator(work: Work, ask: Ask) -> None:
    await absences.name_coordinator(work, ask.case_id, ask.version, ask.body.coordinator, ask.body.deputy)


async def _away(work: Work, ask: Ask) -> None:
    told = ask.body
    await absences.be_away(work, told.coordinator, told.deputy, told.starts_at, told.ends_at)


async def _back(work: Work, ask: Ask) -> None:
    await absences.come_back(work, ask.subject)


async def _invite(work: Work, ask: Ask) -> None:
    told = ask.body
    await members.invite(work, ask.case_id, told.organisation_id, told.role, told.purpose, told.answer_by)


async def _answer(work: Work, ask: Ask) -> None:
    told = ask.body
    await members.answer(work, ask.case_id, ask.subject, ask.version, accept=told.accept, reason=told.reason)


async def _end(work: Work, ask: Ask) -> None:
    await members.end(work, ask.case_id, ask.subject, ask.version, ask.body.reason)


async def _hand_over(work: Work, ask: Ask) -> None:
    await handover.ask(work, ask.case_id, ask.body.asked())


async def _take_back(work: Work, ask: Ask) -> None:
    await handover.withdraw(work, ask.case_id, ask.subject, ask.version)


async def _scale(work: Work, ask: Ask) -> None:
    await ownership.ask(work, ask.case_id, ask.body.to_scaling())


async def _scale_answer(work: Work, ask: Ask) -> None:
    await ownership.answer(work, ask.case_id, ask.subject, ask.version, ask.body.reason, ask.body.note)


async def _join(work: Work, ask: Ask) -> None:
    await joining.propose(work, ask.case_id, ask.version, ask.body.into, ask.body.reason)


async def _join_answer(work: Work, ask: Ask) -> None:
    await joining.answer(work, ask.case_id, ask.subject, ask.version, accept=ask.body.accept)


async def _unjoin(work: Work, ask: Ask) -> None:
    await joining.undo(work, ask.case_id, ask.subject, ask.version)


async def _split(work: Work, ask: Ask) -> None:
    told = ask.body
    await split(work, ask.case_id, ask.version, Split(told.reason, told.items, told.urgency))


STAY: Final = "stay.role? stay.purpose?"
COMMANDS: Final = (
    Command("coordinator", CoordinatorIn, _coordinator, "people", fields_of(CoordinatorIn, "coordinator deputy")),
    Command("away", AbsenceIn, _away, "people", fields_of(AbsenceIn, "coordinator deputy startsAt endsAt")),
    Command("back", NothingIn, _back, "people", ()),
    Command("invite", InvitationIn, _invite, "people", fields_of(InvitationIn, "organisationId! role purpose answerBy")),
    Command("join-team", InvitationAnswerIn, _answer, "people", (), {"accept": True}),
    Command(
        "decline-team", InvitationAnswerIn, _answer, "people", fields_of(InvitationAnswerIn, "reason!~owns_now"),
        {"accept": False}, is_grave=True,
    ),
    Command("end-member", MembershipEndIn, _end, "people", fields_of(MembershipEndIn, "reason~owns_now"), is_grave=True),
    Command(
        "handover", HandoverIn, _hand_over, "handover",
        fields_of(HandoverIn, f"organisationId! reason warm.spokenWith? warm.spokenAt? conditions answerBy {STAY}"),
    ),
    Command(
        "transfer", HandoverIn, _hand_over, "handover",
        fields_of(HandoverIn, f"reason transfer.provider conditions {STAY}"), {"transfer.municipalityCode": None},
    ),
    Command("keep", NothingIn, _take_back, "handover", ()),
    Command("scale", EscalationIn, _scale, "people", fields_of(EscalationIn, "level official assignedTo reason answerBy note")),
    Command("scale-yes", EscalationAnswerIn, _scale_answer, "people", fields_of(EscalationAnswerIn, "note"), {"accept": True}),
    Command(
        "scale-no", EscalationAnswerIn, _scale_answer, "people", fields_of(EscalationAnswerIn, "reason! note"), {"accept": False},
    ),
    Command("join", JoiningIn, _join, "ties", fields_of(JoiningIn, "into reason=duplicate"), is_grave=True),
    Command("join-yes", JoiningAnswerIn, _join_answer, "ties", (), {"accept": True}),
    Command("join-no", JoiningAnswerIn, _join_answer, "ties", (), {"accept": False}),
    Command("unjoin", NothingIn, _unjoin, "ties", ()),
    Command("split", SplitIn, _split, "ties", fields_of(SplitIn, "reason=other_person urgency")),
)  # fmt: skip

"""Commands of procedures: information requests, the exploratory inquiry, calamities, joint tables."""

from typing import Final

from app.console.case.forms import Ask, Command, fields_of
from app.core.work import Work
from app.procedures.inquiry import asked_facts, hearing_facts
from app.procedures.schemas.calamities import CalamityEndIn, CalamityIn, CalamityReportIn
from app.procedures.schemas.inquiries import (
    DisagreementIn,
    HearingIn,
    InquiryIn,
    InquiryNoticeIn,
    InquiryOutcomeIn,
    PartyAskedIn,
    ProsecutorHandoverIn,
    VerificationIn,
)
from app.procedures.schemas.joint import JointTableIn, JudgementIn, TableDecisionIn
from app.procedures.schemas.requests import InformationAnswerIn, InformationRefusalIn, InformationRequestIn, WithdrawalIn
from app.procedures.service import calamities, inquiries, joint, requests
from app.procedures.service.requests import Asking


async def _ask(work: Work, ask: Ask) -> None:
    told = ask.body
    await requests.ask(work, ask.case_id, told.new, Asking(told.due_at, told.question, told.audience))


async def _answer(work: Work, ask: Ask) -> None:
    await requests.answer(work, ask.case_id, ask.subject, ask.version, ask.body.how, ask.body.answer)


async def _refuse(work: Work, ask: Ask) -> None:
    await requests.refuse(work, ask.case_id, ask.subject, ask.version, ask.body.reason, ask.body.note)


async def _withdraw(work: Work, ask: Ask) -> None:
    await requests.withdraw(work, ask.case_id, ask.subject, ask.version, ask.body.note)


async def _register(work: Work, ask: Ask) -> None:
    await inquiries.register(work, ask.case_id, ask.body.registration, ask.body.note)


async def _hear(work: Work, ask: Ask) -> None:
    facts = hearing_facts(ask.body.hearing, work.at)
    await inquiries.add_step(work, ask.case_id, ask.subject, facts, ask.body.note)


async def _party(work: Work, ask: Ask) -> None:
    told = ask.body
    facts = asked_facts(told.party, told.basis, told.consent, answered=told.answered)
    await inquiries.add_step(work, ask.case_id, ask.subject, facts, told.note)


async def _verify(work: Work, ask: Ask) -> None:
    await inquiries.verify(work, ask.case_id, ask.subject, ask.body.verified)


async def _decide(work: Work, ask: Ask) -> None:
    told = ask.body
    await inquiries.decide(work, ask.case_id, ask.subject, ask.version, (told.outcome, told.decider), told.note)


async def _notice(work: Work, ask: Ask) -> None:
    told = ask.body
    await inquiries.give_notice(
        work, ask.case_id, ask.subject, reached=told.reached, outcome_told=told.outcome_told, note=told.note
    )


async def _disagree(work: Work, ask: Ask) -> None:
    await inquiries.disagree(work, ask.case_id, ask.subject, ask.body.note)


async def _prosecutor(work: Work, ask: Ask) -> None:
    await inquiries.hand_over(work, ask.case_id, ask.subject, ask.body.note)


async def _calamity(work: Work, ask: Ask) -> None:
    told = ask.body
    await calamities.report(work, ask.case_id, told.what, told.happened_at, told.note, told.audience)


async def _inspectorate(work: Work, ask: Ask) -> None:
    told = ask.body
    await calamities.tell_inspectorate(work, ask.case_id, ask.subject, told.reported_to, told.by, told.note)


async def _end_calamity(work: Work, ask: Ask) -> None:
    told = ask.body
    await calamities.end(work, ask.case_id, ask.subject, ask.version, (told.outcome, told.by, told.note))


async def _call_table(work: Work, ask: Ask) -> None:
    await joint.call(work, ask.case_id, ask.body.invitation)


async def _judge(work: Work, ask: Ask) -> None:
    await joint.judge(work, ask.case_id, ask.subject, ask.body.judging)


async def _decide_table(work: Work, ask: Ask) -> None:
    told = ask.body
    await joint.decide(work, ask.case_id, ask.subject, ask.version, (told.decision, told.by, told.note))


async def _call_off(work: Work, ask: Ask) -> None:
    await joint.call_off(work, ask.case_id, ask.subject, ask.version, ask.body.note)


AT: Final = "procedures"
ASKED: Final = "consent=not_asked"
COMMANDS: Final = (
    Command(
        "request", InformationRequestIn, _ask, AT,
        fields_of(InformationRequestIn, "organisationId party direction=out question basis consent=not_asked discloses dueAt"),
    ),
    Command("answer", InformationAnswerIn, _answer, AT, fields_of(InformationAnswerIn, f"answer basis! {ASKED} disclosed")),
    Command("refuse", InformationRefusalIn, _refuse, AT, fields_of(InformationRefusalIn, "reason note"), is_grave=True),
    Command("withdraw", WithdrawalIn, _withdraw, AT, fields_of(WithdrawalIn, "note"), is_grave=True),
    Command("inquiry", InquiryIn, _register, AT, fields_of(InquiryIn, "registeredAt reporter verified note")),
    Command("heard", HearingIn, _hear, AT, fields_of(HearingIn, "heardAt note")),
    Command("not-heard", HearingIn, _hear, AT, fields_of(HearingIn, "notHeard! note")),
    Command("party", PartyAskedIn, _party, AT, fields_of(PartyAskedIn, "party consent basis answered note"), {}),
    Command("verify", VerificationIn, _verify, AT, fields_of(VerificationIn, "verified")),
    Command("inquiry-outcome", InquiryOutcomeIn, _decide, AT, fields_of(InquiryOutcomeIn, "outcome decider note")),
    Command("notice", InquiryNoticeIn, _notice, AT, fields_of(InquiryNoticeIn, "outcomeTold note"), {"reached": True}),
    Command("notice-failed", InquiryNoticeIn, _notice, AT, fields_of(InquiryNoticeIn, "note"), {"reached": False}),
    Command("disagree", DisagreementIn, _disagree, AT, fields_of(DisagreementIn, "note")),
    Command("prosecutor", ProsecutorHandoverIn, _prosecutor, AT, fields_of(ProsecutorHandoverIn, "note")),
    Command("calamity", CalamityIn, _calamity, AT, fields_of(CalamityIn, "what happenedAt note visibility named"), is_grave=True),
    Command("inspectorate", CalamityReportIn, _inspectorate, AT, fields_of(CalamityReportIn, "reportedTo by=coordinator note")),
    Command("calamity-end", CalamityEndIn, _end_calamity, AT, fields_of(CalamityEndIn, "outcome by=manager note")),
    Command("table", JointTableIn, _call_table, AT, fields_of(JointTableIn, "question invited judgeBy")),
    Command("judge", JudgementIn, _judge, AT, fields_of(JudgementIn, "verdict basis! consent=not_asked note")),
    Command("table-decision", TableDecisionIn, _decide_table, AT, fields_of(TableDecisionIn, "decision by=coordinator note")),
    Command("table-off", WithdrawalIn, _call_off, AT, fields_of(WithdrawalIn, "note"), is_grave=True),
)  # fmt: skip

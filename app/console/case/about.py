"""Commands beside follow-up: the crisis service's grade, other cases about the same person, errors, early signals."""

from typing import Final

from app.console.case.forms import Ask, Command, fields_of
from app.console.case.together import NothingIn
from app.core.work import Work
from app.intake.schemas.corrections import GradeIn, SamePersonIn
from app.intake.service import about_cases, owner_agrees
from app.intake.service.about_cases import Grade
from app.signals.schemas import DismissalIn, OutcomeIn
from app.signals.service import acting


async def _grade(work: Work, ask: Ask) -> None:
    told = ask.body
    await about_cases.record_grade(work, ask.case_id, Grade(told.grade, told.scale, told.scale_version, told.by, told.at))


async def _link(work: Work, ask: Ask) -> None:
    await about_cases.link(work, ask.case_id, ask.body.case_id, ask.body.reason)


async def _unlink(work: Work, ask: Ask) -> None:
    await about_cases.unlink(work, ask.case_id, ask.subject)


async def _agree(work: Work, ask: Ask) -> None:
    await owner_agrees.agree(work, ask.case_id, ask.version)


async def _come_back(work: Work, ask: Ask) -> None:
    await owner_agrees.withdraw(work, ask.case_id, ask.version)


async def _acknowledge(work: Work, ask: Ask) -> None:
    await acting.acknowledge(work, ask.subject, ask.version)


async def _dismiss(work: Work, ask: Ask) -> None:
    await acting.dismiss(work, ask.subject, ask.version, ask.body.reason)


async def _conclude(work: Work, ask: Ask) -> None:
    await acting.conclude(work, ask.subject, ask.version, ask.body.led_to_help, ask.body.what)


COMMANDS: Final = (
    Command("grade", GradeIn, _grade, "grades", fields_of(GradeIn, "grade by at scale scaleVersion"), is_of_intake=True),
    Command("same-person", SamePersonIn, _link, "ties", fields_of(SamePersonIn, "caseId reason"), is_of_intake=True),
    Command("not-same-person", NothingIn, _unlink, "ties", (), is_of_intake=True),
    Command("error-agreed", NothingIn, _agree, "closing", (), is_grave=True),
    Command("error-not-agreed", NothingIn, _come_back, "closing", ()),
    Command("signal-seen", NothingIn, _acknowledge, "ties", ()),
    Command("signal-nothing", DismissalIn, _dismiss, "ties", fields_of(DismissalIn, "reason")),
    Command("signal-helped", OutcomeIn, _conclude, "ties", fields_of(OutcomeIn, "ledToHelp what")),
)

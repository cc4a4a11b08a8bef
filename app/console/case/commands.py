"""Every command on a case by its name, those that end or reopen it among them; and how one is carried out."""

from types import MappingProxyType
from typing import Final
from uuid import UUID

from app.cases import service as cases
from app.cases.references import reference_heard
from app.console.case import about, care, lawful, together
from app.console.case.forms import Ask, Command, fields_of
from app.console.visiting import Sent, Visit
from app.core.errors import FieldError, Invalid, NotFound, Problem
from app.core.work import Work
from app.directory.service import organisations as directory
from app.followup.schemas.care import ClosureIn
from app.followup.schemas.ending import ReopeningIn, ViewIn
from app.followup.service.close import close
from app.followup.service.reopen import reopen
from app.followup.service.views import add_view
from app.followup.situation import ObligationKind

MOST_ORGANISATIONS: Final = 2000


async def _close(work: Work, ask: Ask) -> None:
    await close(work, ask.case_id, ask.version, ask.body.outcome, ask.body.without_own_goal)


async def _reopen(work: Work, ask: Ask) -> None:
    await reopen(work, ask.case_id, ask.version, ask.body.reason, ask.body.coordinator, ask.body.note)


async def _view(work: Work, ask: Ask) -> None:
    await add_view(work, ask.case_id, ask.body.worked, ask.body.failed, ask.body.note)


ENDING: Final = (
    Command("close", ClosureIn, _close, "closing", fields_of(ClosureIn, "outcome withoutOwnGoal"), is_grave=True),
    Command("reopen", ReopeningIn, _reopen, "closing", fields_of(ReopeningIn, "reason coordinator note")),
    Command("view", ViewIn, _view, "closing", fields_of(ViewIn, "worked failed note")),
)
COMMANDS: Final = MappingProxyType(
    {one.name: one for one in (*care.COMMANDS, *together.COMMANDS, *lawful.COMMANDS, *about.COMMANDS, *ENDING)}
)


def command(name: str) -> Command:
    """The command of this name.

    Raises:
        NotFound: there is none.
    """
    if name not in COMMANDS:
        raise NotFound("There is no such command.")
    return COMMANDS[name]


async def carry_out(visit: Visit, case_id: UUID, one: Command) -> Problem | None:
    """Do what was sent; what stood in the way, or None."""
    sent = visit.sent
    try:
        known = Sent([(name, await _known(visit.work, name, value)) for name, value in sent.pairs])
        ask = Ask(case_id, one.body(known), _subject(sent["subject"]), int(sent["version"] or 0))
    except Problem as problem:
        return problem
    except ValueError:
        return Invalid("This form was not sent by a page of ours. Reload the page, and send it again.")
    return await visit.attempt(lambda work: one.do(work, ask))


def _subject(text: str) -> UUID | str | None:
    """What the command is about: an id, or a kind of what is owed."""
    return text if text in set(ObligationKind) else UUID(text) if text else None


async def _known(work: Work, name: str, value: str) -> str:
    """What was sent; of an organisation that was typed by its name, its id; of a case by its reference, likewise."""
    if name not in {"organisationId", "into", "caseId"} or not value.strip():
        return value
    if name != "organisationId":
        return await _case_called(work, name, value)
    wanted = " ".join(value.casefold().split())
    page = await directory.organisations(work, None, MOST_ORGANISATIONS)
    found = [one["id"] for one in page.items if wanted in {str(one["id"]), " ".join(one["name"].casefold().split())}]
    if len(found) != 1:
        fault = FieldError("/organisationId", "organisation", "Choose the name of one organisation of the directory.")
        raise Invalid("There is no organisation with exactly this name. Nothing was changed.", errors=[fault])
    return str(found[0])


async def _case_called(work: Work, name: str, value: str) -> str:
    """The id of the case whose reference was typed, however it was."""
    try:
        return str(await cases.by_reference(work, reference_heard(value)))
    except Problem:
        fault = FieldError(
            f"/{name}", "reference", "The reference of a case that your organisation may see, such as K7M4-2QXD-H."
        )
        raise Invalid(
            "There is no case with this reference for your organisation. Nothing was changed.", errors=[fault]
        ) from None

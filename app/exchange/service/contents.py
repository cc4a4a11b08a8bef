"""What an accepted task is about, opened by the service of intake: each look with its purpose, in the access log."""

from collections.abc import Mapping
from uuid import UUID

from app.core.errors import Forbidden
from app.core.work import Work
from app.exchange.codes import Resource
from app.exchange.fhir_case import communication_of, patient_of
from app.exchange.fhir_task import Standing, Told
from app.exchange.service import tasks
from app.intake.calls import Call
from app.intake.service import read as intake
from app.vault.purpose import Purpose


async def accepted(work: Work, case_id: UUID) -> Told:
    """The task about a case, when this organisation has accepted it.

    Raises:
        NotFound: it was never asked. Forbidden: it has not accepted, or no longer has the case.
    """
    task = await tasks.of_case(work, case_id)
    if not task.is_own:
        raise Forbidden("Whom and what it is about is told after accepting. Set the Task's status to accepted first.")
    return task


async def patient(work: Work, task: Told) -> Resource:
    """The person. The look is logged.

    Raises:
        Gone: the retention of the case has ended.
    """
    return patient_of(task, await _calls(work, task))


async def communications(work: Work, case_id: UUID) -> list[Resource]:
    """What the callers told about a case, oldest first. The look is logged.

    Raises:
        NotFound, Forbidden: as `accepted`. Gone: as `patient`.
    """
    task = await accepted(work, case_id)
    return [communication_of(task, call, contents) for call, contents in await _calls(work, task)]


async def communication(work: Work, call_id: UUID) -> Resource:
    """What one caller told. The look is logged, for this call alone.

    Raises:
        NotFound: no such call about a case of this organisation's. Forbidden, Gone: as `communications`.
    """
    call = await intake.call_in_codes(work, call_id)
    task = await accepted(work, call.joined_case_id or call.case_id)
    _, contents = await intake.contents(work, call_id, _purpose(task))
    return communication_of(task, call, contents)


async def _calls(work: Work, task: Told) -> list[tuple[Call, Mapping[str, object]]]:
    return [*await intake.contents_of_case(work, task.case_id, _purpose(task))]


def _purpose(task: Told) -> Purpose:
    """FHIR asks without saying why: until the person was reached it is to reach them, then to stay with them."""
    return Purpose.FIRST_CONTACT if task.standing is Standing.ACCEPTED else Purpose.FOLLOW_UP

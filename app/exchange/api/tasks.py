"""Tasks: search, read, and change by PUT and PATCH."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from app.core.errors import FieldError, Invalid, PreconditionRequired
from app.core.work import Work
from app.exchange.api.answering import (
    READS,
    FhirResponse,
    answered,
    body_of,
    id_of,
    is_known,
    new_router,
    not_modified,
    parameters_of,
    refuse_unknown,
    version_asked,
)
from app.exchange.bundle import bundle
from app.exchange.changes import merged, patched
from app.exchange.codes import Resource
from app.exchange.fhir_task import task_of
from app.exchange.search import search
from app.exchange.service import tasks
from app.identity.doors import CaseReader, door

router = new_router()
TaskDoor = Annotated[Work, Depends(door("cases:read", "cases:write", "offers:answer"), scope="function")]


@router.api_route("/Task", methods=READS)
async def search_tasks(request: Request, work: CaseReader) -> Response:
    """The tasks of your organisation."""
    asked = search(await parameters_of(request))
    refuse_unknown(request, asked.unknown)
    found = await tasks.find(work, asked)
    base_url = request.app.state.settings.base_url
    return FhirResponse(bundle(base_url, asked, found.tasks, found.latest, found.next, found.total))


@router.post("/Task/_search")
async def search_tasks_by_form(request: Request, work: CaseReader) -> Response:
    """The same, with the parameters in a form, so that they stand in no log of addresses."""
    return await search_tasks(request, work)


@router.api_route("/Task/{task_id}", methods=READS)
async def read_task(task_id: str, request: Request, work: CaseReader) -> Response:
    """One task."""
    task = await tasks.read(work, id_of(task_id))
    return not_modified(task.version) if is_known(request, task.version) else answered(task_of(task), task.updated_at)


@router.put("/Task/{task_id}")
async def update_task(task_id: str, request: Request, work: TaskDoor) -> Response:
    """The whole task as it shall be. Needs the version that was read, in If-Match or in the body."""
    body = await body_of(request)
    if not isinstance(body, dict):
        raise Invalid("Send a Task.")
    version = version_asked(request, body)
    if version is None:
        raise PreconditionRequired('Send meta.versionId as you read it, or If-Match with the ETag, such as W/"3".')
    task = await tasks.change(work, id_of(task_id), lambda _: body, version)
    return answered(task_of(task), task.updated_at)


@router.patch("/Task/{task_id}")
async def patch_task(task_id: str, request: Request, work: TaskDoor) -> Response:
    """What of the task shall change: a part of it (merged), or a list of operations (JSON Patch)."""
    body = await body_of(request)
    task = await tasks.change(work, id_of(task_id), _change_of(body), version_asked(request, body))
    return answered(task_of(task), task.updated_at)


def _change_of(body: Any) -> Callable[[Resource], Resource]:  # noqa: ANN401  JSON
    if isinstance(body, list):
        return lambda current: patched(current, body)
    if not isinstance(body, dict):
        fault = FieldError("Task", "patch", "An object, or a list of operations.")
        raise Invalid("Send a part of a Task, or a JSON Patch.", errors=[fault])
    return lambda current: merged(current, body)

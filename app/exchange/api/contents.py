"""What an accepted task is about: its ServiceRequest, Patient and Communications. Whoever has not accepted hears 403."""

from fastapi import Request, Response

from app.core.errors import FieldError, Invalid
from app.exchange.api.answering import (
    READS,
    FhirResponse,
    answered,
    id_of,
    is_known,
    new_router,
    not_modified,
    parameters_of,
    refuse_unknown,
)
from app.exchange.bundle import all_of
from app.exchange.fhir_task import service_request_of
from app.exchange.search import OF_THE_FORM
from app.exchange.service import contents
from app.identity.doors import CaseReader

router = new_router()
ABOUT = {"based-on": "ServiceRequest/", "subject": "Patient/", "patient": "Patient/"}


@router.api_route("/ServiceRequest/{case_id}", methods=READS)
async def read_service_request(case_id: str, request: Request, work: CaseReader) -> Response:
    """What is asked, in codes."""
    task = await contents.accepted(work, id_of(case_id))
    return not_modified(task.version) if is_known(request, task.version) else answered(service_request_of(task), task.updated_at)


@router.api_route("/Patient/{case_id}", methods=READS)
async def read_patient(case_id: str, request: Request, work: CaseReader) -> Response:
    """The person. The look is logged; there is none when you have this version already."""
    task = await contents.accepted(work, id_of(case_id))
    if is_known(request, task.version):
        return not_modified(task.version)
    return answered(await contents.patient(work, task), task.updated_at)


@router.api_route("/Communication", methods=READS)
async def search_communications(request: Request, work: CaseReader) -> Response:
    """What the callers told about a case. The look is logged, so it must be said about which case."""
    given = await parameters_of(request)
    asked = [(name, value) for name, value in given if name in ABOUT]
    refuse_unknown(request, tuple(name for name, _ in given if name not in ABOUT and name not in OF_THE_FORM))
    if len(asked) != 1:
        fault = FieldError("/query/based-on", "required", "based-on=ServiceRequest/{id}, or subject=Patient/{id}.")
        raise Invalid("Say of which case: every look is logged, and none is for all of them.", errors=[fault])
    (name, value), case_id = asked[0], id_of(asked[0][1].removeprefix(ABOUT[asked[0][0]]))
    found = await contents.communications(work, case_id)
    base_url = request.app.state.settings.base_url
    return FhirResponse(all_of(base_url, "Communication", f"{name}={value}", found))


@router.api_route("/Communication/{call_id}", methods=READS)
async def read_communication(call_id: str, work: CaseReader) -> Response:
    """What one caller told. The look is logged."""
    return FhirResponse(await contents.communication(work, id_of(call_id)))

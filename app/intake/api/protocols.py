"""Protocols, as an intake screen needs them."""

from typing import Annotated, Final

from fastapi import Header, Query, Response
from fastapi.responses import JSONResponse

from app.core.errors import FieldError, Invalid
from app.core.http import problems, rooms_router
from app.directory.service.look_up import local_day
from app.identity.doors import CallReader, ProtocolComparer
from app.intake.authored import LANGUAGE, schema
from app.intake.languages import best_language
from app.intake.schemas.protocols import DifferenceIn, DifferenceOut, ProtocolOut, ProtocolsOut
from app.intake.service import comparing, protocols
from app.intake.wire import difference_json, protocol_json, version_json

router = rooms_router("intake")
Language = Annotated[str | None, Query(pattern=LANGUAGE, description="Texts in this language only; left out: in all")]
Wanted = Annotated[str, Header(alias="Accept-Language", description="Which of the languages `language` names")]
NAMES: Final = {"Vary": "Accept-Language"}


@router.get("/protocols", responses=problems(Invalid))
async def list_protocols(work: CallReader, language: Language = None) -> ProtocolsOut:
    """The versions of the triage protocol, with the days on which calls may name them; those in a language, if one is given."""
    today = local_day(work.at)
    found = [one for one in protocols.known().values() if language is None or language in one.languages]
    listed = [{**version_json(one), "valid": one.is_valid_on(today)} for one in found]
    return ProtocolsOut.model_validate({"items": [one.version for one in found], "versions": listed})


@router.post("/protocols/_difference", responses=problems(protocols.ProtocolUnknown, Invalid))
async def compare_protocols(body: DifferenceIn, work: ProtocolComparer) -> DifferenceOut:
    """What one version would have made of the calls of your organisation that another was made for. Nothing is stored."""
    before, after = protocols.protocol(body.before), protocols.protocol(body.after)
    return DifferenceOut.model_validate(difference_json(await comparing.compare(work, before, after, body.days)))


@router.get("/protocols/_schema", include_in_schema=False)
async def read_schema() -> JSONResponse:
    """The JSON Schema of a protocol's file; editors read it without a key."""
    return JSONResponse(schema(), media_type="application/schema+json")


@router.get("/protocols/{version}", responses=problems(protocols.ProtocolUnknown, Invalid))
async def read_protocol(
    version: str, _: CallReader, response: Response, language: Language = None, wanted: Wanted = ""
) -> ProtocolOut:
    """A triage protocol, valid today or not: its questions and catalogues."""
    found = protocols.protocol(version)
    if language is not None and language not in found.languages:
        known = ", ".join(found.languages)
        fault = FieldError("/language", "unknown_language", f"One of {known}.")
        raise Invalid(f"This protocol is in {known}. Choose one of them, or leave `language` out.", errors=[fault])
    chosen = language or best_language(wanted, found.languages)
    response.headers.update(NAMES | {"Content-Language": language or ", ".join(found.languages)})
    return ProtocolOut.model_validate({**protocol_json(found, language), "language": chosen})

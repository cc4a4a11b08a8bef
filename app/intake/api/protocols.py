"""Protocols, as an intake screen needs them."""

from app.core.http import problems, rooms_router
from app.identity.doors import CallReader
from app.intake.schemas.protocols import ProtocolOut, ProtocolsOut
from app.intake.service import protocols
from app.intake.wire import protocol_json

router = rooms_router("intake")


@router.get("/protocols")
async def list_protocols(_: CallReader) -> ProtocolsOut:
    """The versions of the triage protocol that calls may name."""
    return ProtocolsOut(items=list(protocols.versions()))


@router.get("/protocols/{version}", responses=problems(protocols.ProtocolUnknown))
async def read_protocol(version: str, _: CallReader) -> ProtocolOut:
    """A triage protocol: its questions and catalogues."""
    return ProtocolOut.model_validate(protocol_json(protocols.protocol(version)))

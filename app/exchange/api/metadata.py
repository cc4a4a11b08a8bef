"""GET /fhir/r4/metadata: what the façade can do, for whoever asks."""

from fastapi import Request, Response

from app.core.asgi import API_VERSION
from app.exchange.api.answering import READS, FhirResponse, new_router
from app.exchange.capability import capability

router = new_router()


@router.api_route("/metadata", methods=READS)
async def read_metadata(request: Request) -> Response:
    """The CapabilityStatement; it holds nothing of anybody."""
    return FhirResponse(capability(request.app.state.settings.base_url, API_VERSION))

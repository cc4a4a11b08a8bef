"""The pages: where each lives."""

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse, Response

router = APIRouter(include_in_schema=False)


@router.get("/")
async def start() -> Response:
    """Where to begin."""
    return PlainTextResponse("Nodus: see /v1/openapi.json\n")

"""The door of exchanges: not a token, but a signature over the very bytes (Standard Webhooks)."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Request
from fastapi.security import APIKeyHeader

from app.core.work import Work, begin
from app.telephony.service import systems
from app.telephony.service.systems import System

SIGNATURE = APIKeyHeader(
    name="webhook-signature",
    scheme_name="signature",
    auto_error=False,
    description="Standard Webhooks 1.0.0: `v1,` and the HMAC-SHA256 of `{webhook-id}.{webhook-timestamp}.{body}`, in base64.",
)
MessageId = Annotated[str, Header(alias="webhook-id", min_length=1, max_length=100, description="The same in every attempt")]
Timestamp = Annotated[str, Header(alias="webhook-timestamp", max_length=20, description="Seconds since 1970, of this attempt")]


@dataclass(frozen=True, slots=True)
class Signed:
    """Work of an exchange that signed what it sends."""

    work: Work
    system: System
    message: str


def signed() -> Callable[..., AsyncIterator[Signed]]:
    """A dependency that opens work for the exchange that signed the request, and commits it after the route."""

    async def enter(
        system_id: UUID,
        request: Request,
        message: MessageId,
        timestamp: Timestamp,
        signature: Annotated[str | None, Depends(SIGNATURE)],
    ) -> AsyncIterator[Signed]:
        database = request.app.state.database
        actor, system = await systems.who_signed(
            database, system_id, message=message, timestamp=timestamp, signature=signature or "", body=await request.body()
        )
        async with begin(database, actor, request_id=request.state.request_id) as work:
            yield Signed(work, system, message)

    return enter


ExchangeDoor = Annotated[Signed, Depends(signed(), scope="function")]

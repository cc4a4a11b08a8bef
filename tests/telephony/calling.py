"""An exchange, as the service meets it: it signs what it tells with the library that others use."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import uuid4

import httpx
import orjson
from standardwebhooks import Webhook

from tests.makers import now

SECOND = timedelta(seconds=1)


@dataclass
class Exchange:
    """A registered exchange; `begins` is when its call begins, by its own clock."""

    client: httpx.AsyncClient
    id: str
    secret: str
    call: str
    begins: datetime

    @classmethod
    async def registered(cls, client: httpx.AsyncClient, supervisor: dict[str, str], *, ahead: float = 0) -> Self:
        """A new one, whose clock is so many seconds ahead of ours; its call began ten seconds ago."""
        made = await client.post("/v1/telephone-systems", json={"label": "centrale"}, headers=supervisor)
        assert made.status_code == 201, made.text
        begins = now() + timedelta(seconds=ahead - 10)
        return cls(client, made.json()["id"], made.json()["secret"], f"{uuid4()}", begins)

    async def tell(self, kind: str, after: float = 0, message: str | None = None, **facts: Any) -> dict[str, Any]:
        """What it is answered when it tells of something so many seconds after its call began."""
        response = await self.send(self.event(kind, after, **facts), message)
        assert response.status_code == 202, response.text
        return dict(response.json())

    def event(self, kind: str, after: float = 0, **facts: Any) -> dict[str, Any]:
        """One event of its call."""
        at = (self.begins + timedelta(seconds=after)).isoformat()
        return {"type": f"call.{kind}", "call": self.call, "at": at} | facts

    async def send(self, event: Mapping[str, Any], message: str | None = None, **how: Any) -> httpx.Response:
        """Send something, signed."""
        return await self.client.post(f"/v1/telephone-systems/{self.id}/events", **self.signed(event, message, **how))

    def signed(
        self, event: Mapping[str, Any], message: str | None = None, *, secret: str | None = None, late: float = 0
    ) -> dict[str, Any]:
        """Body and headers of a delivery that was made so many seconds ago."""
        body, message = orjson.dumps(event), message or f"msg_{uuid4()}"
        at = datetime.now(UTC) - timedelta(seconds=late)
        signature = Webhook(secret or self.secret).sign(message, at, body.decode())
        headers = {"webhook-id": message, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}
        return {"content": body, "headers": headers | {"content-type": "application/json"}}

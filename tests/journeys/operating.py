"""An operator at a screen: types field by field, says again what got no answer, and completes the call."""

from typing import Any, Final
from uuid import uuid4

import httpx

PATIENCE: Final = 5
SPOKEN: Final = (
    "worry",
    "kind",
    "reportKind",
    "urgency",
    "feedbackPromised",
    "observations",
    "handOffs",
    "joins",
    "addsTo",
)


class Screen:
    """One tab of an operator's browser."""

    def __init__(self, client: httpx.AsyncClient, headers: dict[str, str], draft: str = "", version: int = 0) -> None:
        """On a draft that is open already, or none yet."""
        self.client, self.headers = client, headers
        self.draft, self.version = draft, version
        self.name = uuid4().hex
        self._sequence = 0

    async def ask(self, method: str, path: str, body: Any = None, *, status: int | None = None, seen: int = 0) -> Any:
        """The answer, asked for again, with the same key, as long as the line breaks."""
        headers = {**self.headers, "Idempotency-Key": uuid4().hex} | ({"If-Match": f'"{seen}"'} if seen else {})
        for _ in range(PATIENCE):
            try:
                answer = await self.client.request(method, f"/v1/{path}", json=body, headers=headers)
            except httpx.TransportError:
                continue
            if status is not None:
                assert answer.status_code == status, (body, answer.text)
            else:
                assert answer.is_success, answer.text
            return answer.json() if answer.content else None
        raise AssertionError("The line stayed broken.")

    async def open(self) -> None:
        """The phone rings: a draft, before anything is known."""
        made = await self.ask("POST", "drafts", {}, status=201)
        self.draft, self.version = made["id"], made["version"]

    async def type(self, field: str, value: Any) -> Any:
        """One field is saved, as the screen does within a second."""
        return await self.send(self.saying(field, value))

    def saying(self, field: str, value: Any) -> dict[str, Any]:
        """A save that has not been sent yet."""
        self._sequence += 1
        return {
            "screen": self.name,
            "sequence": self._sequence,
            "seen": self.version,
            "changes": [{"field": field, "value": value}],
        }

    async def send(self, save: dict[str, Any]) -> Any:
        """Send a save; the answer tells the version that this screen has seen since."""
        told = await self.ask("PATCH", f"drafts/{self.draft}", save, status=200)
        self.version = told["version"]
        return told

    async def resume(self) -> dict[str, Any]:
        """What was typed so far, on a screen that has nothing yet."""
        told = await self.ask("GET", f"drafts/{self.draft}", status=200)
        self.version = told["version"]
        return dict(told["contents"])

    async def complete(self, status: int = 201) -> Any:
        """End the call as it is on the screen."""
        await self.resume()
        return await self.ask("POST", f"drafts/{self.draft}/completion", status=status, seen=self.version)


def fields_of(call: dict[str, Any]) -> list[tuple[str, Any]]:
    """What is typed about a call, field by field, in the order in which it is told."""
    typed: list[tuple[str, Any]] = [(f"answers.{key}", value) for key, value in call["answers"].items()]
    typed += [(key, call[key]) for key in SPOKEN if key in call]
    for part in ("caller", "person", "advice"):
        typed += [(f"{part}.{key}", value) for key, value in call.get(part, {}).items()]
    typed += [(f"place.stay.{key}", value) for key, value in call["place"].items()]
    return typed

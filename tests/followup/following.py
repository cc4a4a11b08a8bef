"""An accepted case with its owner's client, for the tests of follow-up through HTTP."""

from typing import Any, Final

import httpx

from tests.makers import AMSTERDAM_DESK

REACHED: Final = {"way": "visit", "party": "person", "result": "reached", "note": "Zij deed open."}
WAIVER: Final = {"waiver": {"reason": "done_by_others", "by": "coordinator"}}


class Following:
    """An accepted case, and its owner's client."""

    def __init__(self, client: httpx.AsyncClient, desk: dict[str, str], case: str) -> None:
        """Of Amsterdam's desk."""
        self.client, self.desk, self.case = client, desk, case

    async def do(self, what: str, body: Any, expected: int = 201, **headers: str) -> Any:
        """A command on the case."""
        answer = await self.client.post(f"/v1/cases/{self.case}/{what}", json=body, headers=self.desk | headers)
        assert answer.status_code == expected, answer.text
        return answer.json()

    async def read(self, what: str = "", **params: str) -> Any:
        """A look at the case."""
        answer = await self.client.get(f"/v1/cases/{self.case}{what}", params=params, headers=self.desk)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def heard(self, kind: str) -> list[dict[str, Any]]:
        """What its owner's feed told of this case by events of a type, oldest first."""
        found: list[dict[str, Any]] = []
        path, after, end = f"/v1/organisations/{AMSTERDAM_DESK}/events", "0", False
        while not end:
            page = (await self.client.get(path, params={"after": after}, headers=self.desk)).json()
            after, end = page["next"], page["end"]
            found += [one["data"] for one in page["events"] if (one["type"], one["subject"]) == (kind, self.case)]
        return found

    async def into_aftercare(self, what: str = "Rust.") -> list[str]:
        """A contact, and a goal with its outcome; the ids of the planned checks, soonest first."""
        await self.do("contacts", REACHED)
        goal = (await self.do("goals", {"of": "person", "what": what}))["id"]
        await self.do(f"goals/{goal}/outcome", {"outcome": "reached"})
        checks = (await self.read("/aftercare"))["checks"]
        return [check["id"] for check in checks if check["state"] == "planned"]

    async def owed(self, kind: str) -> dict[str, Any] | None:
        """The obligation of this kind."""
        found = (await self.read("/aftercare"))["obligations"]
        return next((one for one in found if one["kind"] == kind), None)

    async def fulfil(self, kind: str, body: Any, expected: int = 201) -> Any:
        """Do, waive or put off what is owed."""
        return await self.do(f"aftercare/obligations/{kind}/fulfilment", body, expected)

    async def finish(self, what: str = "Rust.") -> Any:
        """Everything that closing asks for is waived, and it closes."""
        for check in await self.into_aftercare(what):
            await self.do(f"aftercare/checks/{check}/result", WAIVER)
        for owed in (await self.read("/aftercare"))["obligations"]:
            if owed["state"] == "open":
                await self.fulfil(owed["kind"], WAIVER)
        return await self.close(201)

    async def close(self, expected: int, **more: str) -> Any:
        """Try to close it."""
        version = (await self.read())["version"]
        return await self.do("closure", {"outcome": "better"} | more, expected, **{"If-Match": f'"{version}"'})

"""Every way into the console behind the sign-in, and one of everything that can stand in an address."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import httpx
from fastapi.routing import APIRoute

from app.boards.handoffs import NewHandoff, NewLine, Shift
from app.boards.service import handoffs
from app.console.endpoints.router import ACTS
from app.console.router import router
from app.core.db import Database
from app.core.spans import Span
from app.core.work import Work, begin
from app.directory.rotations import turns
from app.identity.doors import COOKIE
from app.rosters.schedule import Kind, Override
from app.rosters.service import feeds, rosters, sign_ups
from app.rosters.service.overrides import put_over
from tests.console.case.making import a_case
from tests.console.rosters.desk import EVERY_DAY, a_desk, an_id
from tests.console.signed_in import SignedIn
from tests.delivery.test_send import an_endpoint
from tests.makers import a_token, an_offered_case, now
from tests.routing.handing import GGZ

Ids = dict[str, list[str]]  # by the name of the place in a path
STRANGE: Final = "Zwanenzang"  # in every word of everything
FOR_ALL: Final = {
    "/", "/docs", "/static/{name}", "/melden", "/melding", "/notices/{notice_id}/{secret}", "/sign-in", "/sign-in/as",
    "/sign-in/code", "/preferences",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Way:
    """A method and a path that may have places for ids."""

    method: str
    path: str

    @property
    def is_command(self) -> bool:
        """Whether it changes something."""
        return self.method == "POST"

    @property
    def places(self) -> list[str]:
        """The names of what can stand in it."""
        return re.findall(r"{(\w+)}", self.path)

    def filled(self, ids: Ids) -> Iterator[str]:
        """The paths of these ids."""
        paths = [self.path]
        for name in self.places:
            paths = [one.replace(f"{{{name}}}", told, 1) for one in paths for told in ids[name]]
        return iter(paths)


WAYS: Final = [
    Way(method, route.path)
    for route in router.routes
    if isinstance(route, APIRoute) and route.path not in FOR_ALL
    for method in sorted((route.methods or set()) - {"HEAD"})
]


def as_them(who: SignedIn) -> dict[str, str]:
    """What a browser of theirs sends along."""
    return {"Cookie": f"{COOKIE}={who.secret}", "X-Page-Token": who.token}


@dataclass(frozen=True, slots=True)
class Everything:
    """What there is. `organisation` has a roster, a handoff, an endpoint, an account and a service."""

    ids: Ids
    organisation: UUID


async def everything(database: Database, client: httpx.AsyncClient) -> Everything:
    """A call, a promise to ring back, two cases, an offer, an invitation, and what an organisation of its own has."""
    words: dict[str, Any] = {"worry": STRANGE, "person": {"name": STRANGE}, "observed": STRANGE}
    operator = await a_token(database)
    asked = await an_offered_case(client, operator, **words)
    taken = await a_case(client, database, **words)
    invited = await taken.invite("owner", GGZ)
    draft = await client.post("/v1/drafts", json=words, headers=operator)
    assert draft.status_code == 201, draft.text
    caller = {"anonymity": "known", "name": STRANGE, "phone": "0612345678"}
    promised = await client.post("/v1/calls", json={"kind": "callback", "caller": caller, "neededNow": STRANGE}, headers=operator)
    assert promised.status_code == 201, promised.text
    callbacks = (await client.get("/v1/callbacks", params={"limit": 100}, headers=operator)).json()["items"]
    roster = await a_desk(database, names=(STRANGE, "Bram"), title=STRANGE)
    start = now() + timedelta(days=2)
    away = Override(
        id=an_id(), kind=Kind.ABSENCE, participant=roster.people[STRANGE], span=Span(start, start + timedelta(days=1))
    )
    shift = Shift(function=STRANGE)
    handed = NewHandoff(shift, shift, now(), now() + timedelta(hours=8), (NewLine(None, STRANGE),))
    async with begin(database, roster.actor) as work:
        plan = await rosters.roster(work, roster.roster)
        override = await put_over(work, roster.roster, away, "leave")
        feed, _ = await feeds.make_roster_feed(work, roster.roster)
        seat = await _a_seat(work, plan.roster.service_id, roster.people["Bram"])
        handoff = await handoffs.write(work, handed)
    endpoint, _ = await an_endpoint(database, roster.organisation, f"https://{STRANGE.lower()}.example.nl/in")
    service = plan.roster.service_id
    ids: dict[str, list[Any]] = {
        "call_id": [draft.json()["id"]],
        "callback_id": [one["id"] for one in callbacks if one["callId"] == promised.json()["id"]],
        "case": [taken.case, asked["caseId"], (await taken.read("owner"))["reference"]],
        "case_id": [taken.case, asked["caseId"]],
        "name": ["note", "close", "circle"],
        "handoff_id": [handoff],
        "question_id": [an_id()],
        "offer_id": [asked["offered"]["offerId"]],
        "member_id": [invited["id"]],
        "roster_id": [roster.roster],
        "rotation_id": [plan.rotations[0].rotation.id],
        "override_id": [override.override.id],
        "feed_id": [feed.id],
        "participant_id": [roster.people[STRANGE]],
        "sign_up_id": [seat],
        "gap_id": [an_id()],
        "endpoint_id": [endpoint],
        "act": list(ACTS),
        "account": [roster.who.id],
        "service_id": [service],
        "organisation_id": [roster.organisation],
        "kind": ["organisations", "services"],
        "entry_id": [service, roster.organisation],
        "code": ["GM0363"],
    }
    return Everything({name: [str(one) for one in told] for name, told in ids.items()}, roster.organisation)


async def _a_seat(work: Work, service: UUID, participant: UUID) -> UUID:
    """Somebody signed up on a roster of its own."""
    told = {"service_id": service, "name": STRANGE, "kind": "sign_up", "area": None, "confirms": False}
    made = await rosters.add_roster(work, told, [EVERY_DAY | {"name": STRANGE, "layer": 1, "participants": [], "seats": 1}])
    rotation = made.rotations[0].rotation
    start = next(
        one.span.start for one in turns(rotation, Span(work.at, work.at + timedelta(days=2))) if one.span.start > work.at
    )
    return (await sign_ups.sign_up(work, made.roster.id, rotation.id, start, participant)).taken[0].id

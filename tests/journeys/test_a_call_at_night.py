"""A call at night, from the phone that rings to a case that may close: through HTTP, the worker's lists and its sender.

The clock is set, never waited for: the night lies fourteen weeks back, so that twelve weeks of aftercare fit before today.
"""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
import httpx
import pytest

from app.core import clock
from app.core.actor import WORKER
from app.core.db import Database
from app.core.due import carry_out_once
from app.core.http import utc_text
from app.core.work import begin
from app.directory.holidays import AMSTERDAM
from app.directory.seeding import load_netherlands, organisation_id
from app.worker import DUE_LISTS
from tests.delivery.receiver import Receiver
from tests.delivery.test_send import sending
from tests.followup.following import REACHED
from tests.makers import HOTLINE, a_call, a_token

APELDOORN: Final = "7311AB"
DESK, OUTREACH, SECOND = (organisation_id(slug) for slug in ("meldpunt-apeldoorn", "outreach-vr06", "second-vr06"))
TOLD: Final = ("Buurman", APELDOORN[:4], "Wilhelmina", "0687654321")
HEARD_OF_ASKING: Final = (
    "case.offered", "offer.declined", "case.offered", "offer.expired", "case.offered", "silence.noted", "case.accepted",
)  # fmt: skip
BALANCE: Final = """
    SELECT c.id FROM cases c WHERE c.state <> 'closed' AND (
      c.deadline_at IS NULL
      OR (c.owner_organisation_id IS NOT NULL)::int
        + (SELECT count(*) FROM offer o WHERE o.case_id = c.id AND o.state = 'pending') <> 1)"""


def a_night() -> datetime:
    """Ten past three, local time, fourteen weeks before today."""
    day = (clock.wall().astimezone(AMSTERDAM) - timedelta(weeks=14)).date()
    return datetime(day.year, day.month, day.day, 3, 10, tzinfo=AMSTERDAM).astimezone(UTC)


@pytest.fixture
def night() -> Iterator[datetime]:
    """The night of the call; afterwards the clock is ours again."""
    at = a_night()
    be(at)
    yield at
    clock.run_at(None)


def be(at: datetime) -> None:
    """Let it be this moment for everything the domain decides, and stay so."""
    assert at <= clock.wall()
    clock.run_at(clock.Pace(clock.wall(), at, 0.0))


def seen_at(version: int | None) -> dict[str, str]:
    """The precondition of who has seen a version."""
    return {"If-Match": f'"{version}"'} if version else {}


OF_CASES: Final = {"expired_offers", "overdue_cases", "silent_endpoints"}


class Everybody:
    """The hotline and those who can be asked, each with a key and a receiver of its own."""

    def __init__(self, client: httpx.AsyncClient, database: Database, owner: asyncpg.Connection) -> None:
        """Nobody is there yet."""
        self.client, self._database, self._owner = client, database, owner
        self.keys: dict[UUID, dict[str, str]] = {}
        self.receivers: dict[UUID, Receiver] = {}
        self._secrets: dict[UUID, str] = {}

    async def join(self, organisation: UUID, receiver: Receiver) -> None:
        """An organisation registers where its events go."""
        role = "supervisor" if organisation == HOTLINE else "desk"
        administrator = await a_token(self._database, organisation, "administrator")
        body = {"url": receiver.url, "verification": "agreed"}
        made = await self.client.post("/v1/webhook-endpoints", json=body, headers=administrator)
        assert made.status_code == 201, made.text
        self.keys[organisation] = await a_token(self._database, organisation, role)
        self.receivers[organisation], self._secrets[organisation] = receiver, made.json()["secret"]

    async def do(self, who: UUID, path: str, body: Any = None, expected: int = 201, *, seen: int | None = None) -> Any:
        """A command, on the version that was seen; afterwards somebody still has every open case, and until when."""
        answer = await self.client.post(f"/v1/{path}", json=body, headers=self.keys[who] | seen_at(seen))
        assert answer.status_code == expected, answer.text
        assert await self._owner.fetch(BALANCE) == []
        return answer.json()

    async def read(self, who: UUID, path: str, expected: int = 200, **params: str) -> Any:
        """A look."""
        answer = await self.client.get(f"/v1/{path}", params=params, headers=self.keys[who])
        assert answer.status_code == expected, answer.text
        return answer.json()

    async def work(self) -> int:
        """What the worker does at this moment with cases; how much that was. Who is on duty is another journey."""
        done = 0
        for due in (one for one in DUE_LISTS if one.name in OF_CASES):
            carried, failed = await carry_out_once(due, self._database)
            assert failed == 0
            done += carried
        assert await self._owner.fetch(BALANCE) == []
        return done

    async def last(self, who: UUID, kind: str) -> Any:
        """The last event of a kind that has arrived there."""
        events = self.receivers[who].verified(self._secrets[who])
        return [event["data"] for event in events if event["type"] == f"nl.nodus.{kind}.v1"][-1]

    async def hears(self, who: UUID, *types: str) -> Any:
        """The last of the events that have arrived there: these since the first, signed, and without a word of anybody."""
        receiver = self.receivers[who]
        await receiver.until(len(types))
        events = receiver.verified(self._secrets[who])
        assert [event["type"].removeprefix("nl.nodus.") for event in events] == [f"{one}.v1" for one in types]
        assert receiver.numbers() == list(range(1, len(types) + 1))
        assert not [word for word in TOLD if word in json.dumps(events)]
        return events[-1]["data"]


@pytest.fixture
async def everybody(
    fresh_url: str, fresh_client: httpx.AsyncClient, fresh_database: Database, owner: asyncpg.Connection, night: datetime
) -> AsyncIterator[Everybody]:
    """A sender runs; the rosters are those of that night."""
    async with begin(fresh_database, WORKER) as work:
        await load_netherlands(work, from_day=night.date(), days=2)
    made = Everybody(fresh_client, fresh_database, owner)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(sending(fresh_url))
        for organisation in (HOTLINE, DESK, OUTREACH, SECOND):
            receiver = await Receiver().start()
            stack.push_async_callback(receiver.stop)
            await made.join(organisation, receiver)
        yield made


async def a_typed_call(everybody: Everybody) -> Any:
    """A call that is typed while it lasts, looked at beforehand, and completed; its receipt."""
    caller = {"anonymity": "known", "relation": "neighbour", "name": "Wilhelmina", "phone": "0687654321"}
    told = a_call(place={"stay": {"postcode": APELDOORN}}, caller=caller, feedbackPromised=True)
    draft = (await everybody.do(HOTLINE, "drafts", {"worry": told["worry"]}))["id"]
    saved = await everybody.client.put(f"/v1/drafts/{draft}", json=told, headers=everybody.keys[HOTLINE] | seen_at(1))
    assert saved.status_code == 200, saved.text
    preview = await everybody.do(HOTLINE, "calls/_preview", told, 200)
    [first] = [line["organisationId"] for line in preview["candidates"] if line["taken"]]
    receipt = await everybody.do(HOTLINE, f"drafts/{draft}/completion", seen=2)
    assert receipt["offered"]["organisationId"] == first
    return receipt


async def test_a_call_at_night_ends_in_a_case_that_may_close(everybody: Everybody, night: datetime) -> None:
    """The whole promise: one declines, one is silent, the third stays until the person is better off; each hears its own part."""
    receipt = await a_typed_call(everybody)
    case, first = receipt["caseId"], receipt["offered"]
    assert (first["organisationId"], first["rung"]) == (str(DESK), "meldpunt")
    offer = await everybody.hears(DESK, "case.offered")
    assert (offer["offerId"], offer["urgency"], offer["acceptBy"]) == (first["offerId"], "urgent", first["acceptBy"])
    assert await everybody.work() == 0

    be(night + timedelta(minutes=4))
    await everybody.read(DESK, f"cases/{case}/calls", 403, purpose="first_contact")
    await everybody.do(DESK, f"offers/{offer['offerId']}/decline", {"reason": "no_capacity"}, seen=1)
    await everybody.hears(DESK, "case.offered", "offer.declined")
    await everybody.read(DESK, f"cases/{case}", 404)

    missed = await everybody.hears(OUTREACH, "case.offered")
    be(night + timedelta(minutes=35))
    await _too_late(everybody, missed["offerId"])
    assert await everybody.work() == 1
    silence = await everybody.hears(OUTREACH, "case.offered", "offer.expired", "silence.noted")
    assert (silence["silence"], silence["subjectId"]) == ("offer_unseen", missed["offerId"])
    await _too_late(everybody, missed["offerId"])

    offer = await everybody.hears(SECOND, "case.offered")
    be(night + timedelta(minutes=50))
    accepted = await everybody.do(SECOND, f"offers/{offer['offerId']}/acceptance", {"coordinator": "team 2"}, seen=1)
    assert accepted["firstContactBy"] == utc_text(night + timedelta(minutes=50, days=1))
    heard = await everybody.hears(HOTLINE, *HEARD_OF_ASKING)
    assert (heard["organisationId"], heard["caseId"]) == (str(SECOND), case)
    await _who_was_asked_can_be_explained(everybody, case)
    await _followed_up(everybody, case, night + timedelta(hours=6))
    await everybody.hears(
        SECOND, "case.offered", "case.accepted", "contact.logged", "case.in_aftercare", "item.written", "case.closed"
    )
    await everybody.hears(HOTLINE, *HEARD_OF_ASKING, "contact.logged", "case.in_aftercare", "case.closed")
    await everybody.hears(DESK, "case.offered", "offer.declined")


async def _too_late(everybody: Everybody, offer: str) -> None:
    """Once its time has run out an offer can't be accepted, whether or not the worker has looked already."""
    answer = await everybody.do(OUTREACH, f"offers/{offer}/acceptance", {}, 409, seen=1)
    assert answer["type"].endswith("offer-ended")


async def _who_was_asked_can_be_explained(everybody: Everybody, case: str) -> None:
    """Each decision is made again from what was stored, and says why the desk that is closed was asked all the same."""
    told = await everybody.read(HOTLINE, f"cases/{case}/routing")
    assert [decision["offeredTo"] for decision in told["decisions"]] == [str(one) for one in (DESK, OUTREACH, SECOND)]
    assert all(decision["replayed"] for decision in told["decisions"])
    assert [offer["state"] for offer in told["offers"]] == ["declined", "expired", "accepted"]
    [why] = [line["text"] for line in told["decisions"][0]["candidates"] if line["taken"]]
    assert (why.startswith("Closed until"), why.endswith("; somebody of its own is on call.")) == (True, True), why


async def _followed_up(everybody: Everybody, case: str, at: datetime) -> None:
    """From the morning after to the day when nothing is missing any more."""
    be(at)
    told = await everybody.read(SECOND, f"cases/{case}/calls", purpose="first_contact")
    assert told["items"][0]["contents"]["caller"]["name"] == "Wilhelmina"
    await everybody.do(SECOND, f"cases/{case}/contacts", REACHED)
    goal = (await everybody.do(SECOND, f"cases/{case}/goals", {"of": "person", "what": "Weer samen eten."}))["id"]
    await everybody.do(SECOND, f"cases/{case}/goals/{goal}/outcome", {"outcome": "reached"})
    await everybody.do(SECOND, f"cases/{case}/aftercare/obligations/inform_person/fulfilment", {})
    assert await _missing(everybody, case) == ["aftercare_check"] * 3 + ["feedback", "still_worried", "evaluation"]

    feedback = {"listener": "neighbour", "outcomeTold": False}
    await everybody.do(SECOND, f"cases/{case}/aftercare/obligations/feedback/fulfilment", feedback)
    for check in (await everybody.read(SECOND, f"cases/{case}/aftercare"))["checks"]:
        result = f"cases/{case}/aftercare/checks/{check['id']}/result"
        await everybody.do(SECOND, result, {"result": "better"}, 409)
        be(datetime.fromisoformat(check["earliestAt"]))
        assert await everybody.work() == 0
        await everybody.do(SECOND, result, {"result": "better"})
        if check["week"] == 4:  # the neighbour is asked again
            be(datetime.fromisoformat(check["earliestAt"]) + timedelta(days=2))
            await everybody.do(SECOND, f"cases/{case}/still-worried", {"answer": "no", "channel": "phone"})
    assert await _missing(everybody, case) == ["evaluation"]

    await everybody.do(SECOND, f"cases/{case}/aftercare/obligations/evaluation/fulfilment", {"worked": ["reporting"]})
    assert await _missing(everybody, case, expected=201) == []
    assert (await everybody.read(SECOND, f"cases/{case}"))["state"] == "closed"
    assert await everybody.work() == 0


async def _missing(everybody: Everybody, case: str, expected: int = 409) -> list[str]:
    """What closing is refused for; the list that is read beforehand says the same."""
    checklist = await everybody.read(SECOND, f"cases/{case}/closing-checklist")
    closure = f"cases/{case}/closure"
    answer = await everybody.do(SECOND, closure, {"outcome": "better"}, expected, seen=checklist["version"])
    codes = [one["code"] for one in answer.get("missing", [])]
    assert codes == [one["code"] for one in checklist["missing"]]
    return codes


async def test_a_case_that_nobody_touches_climbs_until_somebody_does(everybody: Everybody, night: datetime) -> None:
    """Accepted and forgotten: the owner is reminded, then owner and hotline hear of each level up to the national desk; an act ends it."""
    receipt = await a_typed_call(everybody)
    case, offer = receipt["caseId"], receipt["offered"]["offerId"]
    accepted = await everybody.do(DESK, f"offers/{offer}/acceptance", {}, seen=1)
    heard: list[str] = ["case.offered", "case.accepted"]
    levels: list[int] = []
    moment = datetime.fromisoformat(accepted["firstContactBy"])
    be(moment - timedelta(hours=6))
    assert await everybody.work() == 1
    soon = await everybody.hears(DESK, *heard, "case.due_soon")
    assert (soon["what"], soon["deadlineAt"]) == (["first_contact"], accepted["firstContactBy"])
    while 4 not in levels:
        be(moment - timedelta(seconds=1))
        assert await everybody.work() == 0
        be(moment + timedelta(seconds=1))
        assert await everybody.work() == 1
        heard += ["case.overdue"] if levels else ["case.overdue", "silence.noted"]
        told = await everybody.hears(DESK, *heard[:2], "case.due_soon", *heard[2:])
        told = told if levels else await everybody.last(DESK, "case.overdue")
        levels.append(told["level"])
        moment = datetime.fromisoformat(told["climbsAt"])
    assert (levels, told["overdue"]) == ([1, 2, 3, 4], ["first_contact"])
    assert (await everybody.hears(HOTLINE, *heard))["hears"][-1] == "national_desk"
    await everybody.do(DESK, f"cases/{case}/contacts", REACHED)
    await everybody.do(DESK, f"cases/{case}/aftercare/obligations/inform_person/fulfilment", {})
    be(moment + timedelta(seconds=1))
    assert await everybody.work() == 0

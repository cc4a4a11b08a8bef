"""Whatever is typed into an address or a form of the console: a page that says so, and never a fault of ours."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

import httpx
import pytest

from app.console.case.commands import COMMANDS
from app.core.db import Database
from tests.console.everything import WAYS, Everything, Ids, Way, as_them, everything
from tests.console.signed_in import SignedIn, signed_in
from tests.makers import AMSTERDAM_DESK, HOTLINE

EARLY, LATE = "0001-01-01", "9999-12-31"
IDS: Final = ("x", "\x00")
ASKED: Final = ("\x00", EARLY, f"{LATE}T23:59Z", f"{LATE}T23:59:59.999999+00:00")
TYPED: Final = ("\x00", "99999999999", f"{LATE}T23:59")
QUERY: Final = [
    "done",
    "lang",
    "week",
    "cursor",
    "after",
    "older",
    "since",
    "from",
    "until",
    "layer",
    "hole_from",
    "hole_until",
    "shift",
    "show",
    "urgency",
    "in",
    "for",
    "open",
    "name",
    "rung",
    "kind",
    "key",
    "purpose",
    "reference",
    "whose",
    "compare",
    "about",
    "screen",
    "next",
    "known",
    "on",
    "ending",
    "apply",
]
FIELDS: Final = [
    "version",
    "act",
    "do",
    "name",
    "q",
    "proposal",
    "login",
    "role",
    "week",
    "code",
    "state",
    "reason",
    "kind",
    "way",
    "value",
    "use",
    "urgency.chosen",
    "urgency.reason",
    "phone",
    "email",
    "now",
    "chosen",
    "layer",
    "aware",
    "what",
    "subject",
    "skip_to",
    "skip_reason",
    "shift",
    "other_shift",
    "settled",
    "seen",
    "secret",
    "participant",
    "other",
    "overlap",
    "lines",
    "line",
    "from",
    "to",
    "starts_at",
    "ends_at",
    "function",
    "answer",
    "coordinator",
    "url",
    "label",
    "types",
    "municipalityCodes",
    "perMinute",
    "ordering",
    "verification",
    "token",
    "fromStart",
    "since",
    "include",
    "event",
    "always",
    "holidays",
    "exceptions",
    "day0",
    "feedbackBy",
    "feedbackPromised",
    "person.birthDate",
    "joins",
    "place.stay.postcode",
    "observations",
    "advice.given",
    "accepted_by",
    "hole_from",
    "hole_until",
    "until",
    "organisationId",
    "into",
    "for",
    "asked",
    "worry",
    "service_id",
    "area",
    "confirms",
    "ends_on",
    "starts_on",
    "hand_over",
    "day_from",
    "unit",
    "every",
    "seats",
    "weekdays",
    "qualification",
    "qualifications",
    "rotation_name",
    "rotation",
    "calendar",
    "file",
    "confirmed",
    "place",
    "postcodes",
    "first",
    "last",
]
VALID: Final = {"version": "1", "act": "save", "what": "absence", "reason": "other"}
ALONE: Final = (  # what something else of the same question would hide
    ("/figures", f"until={EARLY}"),
    ("/inbox", "in=%00"),
    ("/rosters/{roster_id}/shift", f"layer=1&from={EARLY}T00:00Z&until={LATE}T23:59Z"),
    ("/rosters/{roster_id}/shift", f"layer=1&from={LATE}T23:58Z&until={LATE}T23:59Z"),
)
BUTTONS: Final = ({"do": "step:a:b"}, {"do": "step:1"}, {"do": "skip", "skip_to": "x"}, {"version": "²"}, {"version": "one"})
CALLS: Final = (
    "", "[]", "nul", '{"a":' * 3000, '{"a.b":1}', '{"urgency":{"reason":"x"}}', '{"advice":"x"}', '{"advice":{"given":5}}',
    '{"caller":"x"}', '{"person":[1]}', '{"worry":"\\u0000"}', '{"worry":"\\ud800"}', '{"place":{"stay":{"postcode":"\\u0000"}}}',
    '{"person":{"name":"\\u0000","birthDate":"2000-01-01"}}', '{"joins":"\\u0000"}', '{"protocol":"\\u0000"}', '{"call":"x"}',
    '{"call":{"a.b":1},"need":[1]}', '{"receivedAt":"0001-01-01T00:00:00Z"}', '{"answers":{"danger_now":["x"]}}',
)  # fmt: skip
HEADERS: Final = (
    ("Host", b"["), ("Host", b"a b"), ("Host", b"evil.example/y?z#"), ("Host", b"\xff"), ("Host", b"evil.example:99999999"),
    ("Accept-Language", b"\xff,en;q=x"), ("Cookie", b"lang=\xff; theme=<script>"),
)  # fmt: skip
ELSEWHERE: Final = {"/live", "/sign-out"}  # a stream, and the end


@dataclass(frozen=True, slots=True)
class Stage:
    """One of everything, and by how a path begins whose it is."""

    ids: Ids
    people: Mapping[str, SignedIn]
    browser: httpx.AsyncClient

    def path(self, way: Way) -> str:
        """One path of a way."""
        return next(way.filled(self.ids))

    async def fault(self, way: Way, path: str, sent: Mapping[str, str] | None = None) -> str:
        """What is wrong with an answer to whose it is; nothing when it is a page, or leads to one."""
        who = self.people[max((one for one in self.people if way.path.startswith(one)), key=len)]
        answer = await self.browser.request(way.method, path, headers=as_them(who), data=sent)
        is_page = answer.status_code < 500 and "application/problem" not in answer.headers.get("content-type", "")
        return "" if is_page else f"{answer.status_code} {way.method} {path[:200]} {sent}"


@pytest.fixture
async def stage(database: Database, browser: httpx.AsyncClient) -> Stage:
    """Each with an account that has it."""
    there: Everything = await everything(database, browser)
    told = {
        "/": (there.organisation, "desk"),
        "/call": (HOTLINE, "operator"),
        "/cases": (AMSTERDAM_DESK, "desk"),
        "/inbox/offers": (AMSTERDAM_DESK, "desk"),
        "/wall": (HOTLINE, "supervisor"),
        "/rosters": (there.organisation, "planner"),
        "/figures": (there.organisation, "planner"),
        "/accounts": (there.organisation, "administrator"),
        "/directory/imports": (HOTLINE, "administrator"),
        "/access-log": (there.organisation, "privacy_officer"),
    }
    return Stage(there.ids, {start: await signed_in(database, *who) for start, who in told.items()}, browser)


async def test_addresses_that_mean_nothing(stage: Stage) -> None:
    """What is no id in every place of a path; what is no date, week, cursor, filter or moment in every question."""
    asked: list[tuple[Way, str]] = []
    for way in WAYS:
        odd = [next(way.filled({place: [quote(one)] for place in stage.ids})) for one in IDS if way.places]
        asked += [(way, path) for path in odd]
        if not way.is_command and way.path not in ELSEWHERE:
            asked += [(way, f"{stage.path(way)}?{urlencode(dict.fromkeys(QUERY, one))}") for one in ASKED]
    asked += [(Way("GET", path), f"{stage.path(Way('GET', path))}?{question}") for path, question in ALONE]
    found = [await stage.fault(way, path, VALID if way.is_command else None) for way, path in asked]
    assert not any(found), "\n".join(filter(None, found))


async def test_forms_that_mean_nothing(stage: Stage) -> None:
    """In every field what no database can store, a number that none can count, a moment at the end of time."""
    names = [*FIELDS, *(one.name for one in COMMANDS["note"].fields)]
    commands = [way for way in WAYS if way.is_command and way.path not in ELSEWHERE]
    sent = [(way, VALID | dict.fromkeys(names, value)) for way in commands for value in TYPED]
    of_calls = [way for way in commands if way.path in {"/call/{call_id}", "/call/{call_id}/resume"}]
    sent += [(way, {"version": "1"} | button) for way in of_calls for button in BUTTONS]
    found = [await stage.fault(way, stage.path(way), told) for way, told in sent]
    assert not any(found), "\n".join(filter(None, found))


async def test_calls_that_mean_nothing(database: Database, browser: httpx.AsyncClient) -> None:
    """What a script of ours never sends."""
    who = as_them(await signed_in(database, HOTLINE, "operator"))
    for path in ("/call/live", "/call/earlier", "/call/opening"):
        for told in CALLS:
            answer = await browser.post(path, content=told, headers=who | {"Content-Type": "application/json", "X-Part": "call"})
            assert answer.status_code < 500, (path, told[:80])


@pytest.mark.parametrize("path", ["/sign-in", "/account"])
async def test_headers_that_mean_nothing(browser: httpx.AsyncClient, path: str) -> None:
    """No page says, nor leads to, what somebody wrote there."""
    for name, value in HEADERS:
        answer = await browser.get(path, headers=[(name.encode(), value)])
        assert answer.status_code in {200, 303}, (name, value)
        assert b"evil.example" not in answer.content + answer.headers.get("location", "").encode()

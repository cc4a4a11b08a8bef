"""An operator takes fifty different calls over a line that breaks; every result stands in the case as it was said.

The calls are in `fifty_calls.yaml`, with what happens to line, screen and operator meanwhile (`twist`).
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import httpx
import pytest
import yaml

from app.core import clock
from app.core.db import Database
from tests.conftest import settings_for
from tests.console.serving import served
from tests.journeys.by_api import be, work
from tests.journeys.operating import Screen, fields_of
from tests.journeys.shaky_line import ShakyLine
from tests.makers import HOTLINE, a_token

TABLE: Final = yaml.safe_load((Path(__file__).parent / "fifty_calls.yaml").read_text(encoding="utf-8"))
WIRE: Final = {"report_kind": "reportKind", "hand_offs": "handOffs", "feedback": "feedbackPromised"}
KEPT_WITHOUT_CASE: Final = ("worry", "answers", "kind")


@dataclass
class Desk:
    """The national desk: two operators, a line, and what was said so far."""

    database: Database
    line: ShakyLine
    client: httpx.AsyncClient
    operator: dict[str, str]
    colleague: dict[str, str]
    receipts: list[dict[str, Any]] = field(default_factory=list)
    promised: str = ""


@pytest.fixture
async def desk(fresh_url: str, fresh_database: Database) -> AsyncIterator[Desk]:
    """On a real socket, ten past midnight: most desks are closed."""
    be("2026-11-25T00:10")
    async with (
        served(settings_for(fresh_url)) as url,
        ShakyLine(int(url.rsplit(":", 1)[1])) as line,
        httpx.AsyncClient(base_url=line.url, timeout=20) as client,
    ):
        operator, colleague = [await a_token(fresh_database, HOTLINE) for _ in range(2)]
        yield Desk(fresh_database, line, client, operator, colleague)
    clock.run_at(None)


def told(entry: dict[str, Any]) -> dict[str, Any]:
    """The call of an entry, as the API names things."""
    call = {WIRE.get(key, key): value for key, value in entry.items() if key not in {"twist", "becomes"}}
    return {**call, "answers": TABLE["safe"] | call["answers"]}


async def test_fifty_calls_stand_as_they_were_said(desk: Desk) -> None:
    """Whatever happens to line and screen, the receipt, the call and the case say what the caller said, and nothing twice."""
    for entry in TABLE["calls"]:
        before = len(desk.receipts)
        await TWISTS[entry.get("twist")](desk, entry)
        assert len(desk.receipts) == before + 1, entry["worry"]
        await stands(desk, entry, desk.receipts[-1])
    assert len({one["id"] for one in desk.receipts}) == len(TABLE["calls"]) == 50
    screen = Screen(desk.client, desk.operator)
    assert (await screen.ask("GET", "drafts"))["items"] == []
    counted = await screen.ask("GET", "calls?state=completed&limit=100")
    assert len(counted["items"]) == 50
    await work(desk.database)
    assert desk.line.lost >= 4


async def stands(desk: Desk, entry: dict[str, Any], receipt: dict[str, Any]) -> None:
    """What was typed is what is kept, word for word; and what became of it is what the table says."""
    becomes, call = entry["becomes"], told(entry)
    screen = Screen(desk.client, desk.operator)
    kept = await screen.ask("GET", f"calls/{receipt['id']}?purpose=quality")
    verdict = receipt["verdict"]
    assert (receipt["disposition"], verdict["urgency"], sorted(verdict["flags"])) == (
        becomes["disposition"], becomes["urgency"], becomes["flags"],
    ), entry  # fmt: skip
    assert (kept["call"]["disposition"], kept["call"]["urgency"]) == (becomes["disposition"], becomes["urgency"])
    has_case = bool(receipt["caseId"] or receipt["joinedCaseId"])
    assert has_case == (becomes["disposition"] in {"case_opened", "joined_case", "handed_off"})
    for path, value in fields_of({**call, **entry.get("as_ended", {})}):
        if path != "joins" and (has_case or path.split(".")[0] in KEPT_WITHOUT_CASE):
            assert at(kept["contents"], path) == value, (path, entry)
    if receipt["caseId"]:
        await the_owner_reads_it(desk, receipt, kept["contents"])


async def the_owner_reads_it(desk: Desk, receipt: dict[str, Any], contents: Any) -> None:
    """Whoever is asked accepts, and reads the very same."""
    offered = receipt["offered"]
    owner = Screen(desk.client, await a_token(desk.database, UUID(offered["organisationId"]), "desk"))
    await owner.ask("POST", f"offers/{offered['offerId']}/acceptance", {}, status=201, seen=1)
    calls = await owner.ask("GET", f"cases/{receipt['caseId']}/calls?purpose=first_contact")
    assert contents in [one["contents"] for one in calls["items"]]


def at(contents: Any, path: str) -> Any:
    """The value at a path; what says nothing is left out of what is kept."""
    for key in path.split("."):
        contents = contents.get(key) if contents else None
    return contents


async def simply(desk: Desk, entry: dict[str, Any], **changes: Any) -> Screen:
    """Typed from the first word to the last on one screen."""
    screen = Screen(desk.client, desk.operator)
    await screen.open()
    for path, value in fields_of({**told(entry), **changes}):
        answer = await screen.type(path, value)
        assert answer["conflicts"] == []
    return screen


async def plain(desk: Desk, entry: dict[str, Any]) -> None:
    """Nothing happens but the call."""
    desk.receipts.append(await (await simply(desk, entry)).complete())


async def network_loss(desk: Desk, entry: dict[str, Any]) -> None:
    """The line breaks while it is typed, and once more when it is sent: said again, and there is one call."""
    screen = Screen(desk.client, desk.operator)
    await screen.open()
    for place, (path, value) in enumerate(fields_of(told(entry))):
        desk.line.lose(1 if place in {2, 5, 6} else 0)
        assert (await screen.type(path, value))["conflicts"] == []
    await screen.resume()
    desk.line.lose(1)
    draft = screen.draft
    receipt = await screen.ask("POST", f"drafts/{draft}/completion", status=201, seen=screen.version)
    assert receipt["id"] == draft
    desk.receipts.append(receipt)
    desk.promised = receipt["reference"]


async def take_over(desk: Desk, entry: dict[str, Any]) -> None:
    """A colleague takes over in the middle; what the first still types is not lost."""
    first, second = Screen(desk.client, desk.operator), Screen(desk.client, desk.colleague)
    await first.open()
    typed = fields_of(told(entry))
    middle = len(typed) // 2
    for path, value in typed[:middle]:
        await first.type(path, value)
    late = first.saying(*typed[middle])
    second.draft = first.draft
    await second.resume()
    await second.ask("POST", f"drafts/{second.draft}/takeover", {"reason": "Einde dienst"}, seen=second.version)
    await second.resume()
    answer = await first.send(late)
    assert answer["heldBy"]["you"] is False
    for path, value in typed[middle + 1 :]:
        await second.type(path, value)
    desk.receipts.append(await second.complete())


async def two_tabs(desk: Desk, entry: dict[str, Any]) -> None:
    """Two tabs type at once: the same field is told as a conflict, other fields are merged."""
    first = await simply(desk, entry)
    second = Screen(desk.client, desk.operator, first.draft, 1)
    answer = await second.send({**second.saying("worry", "Iets heel anders."), "seen": 1})
    [conflict] = answer["conflicts"]
    assert (conflict["field"], conflict["mine"], conflict["theirs"]) == ("worry", "Iets heel anders.", entry["worry"])
    assert (await second.type("neededNow", "Iemand die langsgaat."))["conflicts"] == []
    desk.receipts.append(await first.complete())


async def crash(desk: Desk, entry: dict[str, Any]) -> None:
    """The browser is gone; another screen goes on where it was."""
    lost = await simply(desk, entry)
    screen = Screen(desk.client, desk.operator, lost.draft)
    found = await screen.resume()
    assert all(at(found, path) == value for path, value in fields_of(told(entry)))
    desk.receipts.append(await screen.complete())


async def out_of_order(desk: Desk, entry: dict[str, Any]) -> None:
    """An older save arrives after a newer one, and twice: the newer stays."""
    screen = await simply(desk, entry)
    older, newer = screen.saying("worry", "Hij staat elke"), screen.saying("worry", entry["worry"])
    await screen.send(newer)
    for _ in range(2):
        assert (await screen.send(older))["superseded"] == ["worry"]
    desk.receipts.append(await screen.complete())


async def lowered(desk: Desk, entry: dict[str, Any]) -> None:
    """Lower than the protocol says: refused without a reason, done with one."""
    screen = await simply(desk, entry, urgency={"chosen": "normal"})
    refused = await screen.complete(status=400)
    assert refused["type"].endswith("urgency-too-low")
    await screen.type("urgency", entry["urgency"])
    desk.receipts.append(await screen.complete())


async def too_low(desk: Desk, entry: dict[str, Any]) -> None:
    """Lower than a danger flag demands: refused with any reason; nothing of the draft is lost."""
    screen = await simply(desk, entry)
    refused = await screen.complete(status=400)
    assert (refused["type"].rsplit("/", 1)[1], refused["errors"][0]["code"]) == ("urgency-too-low", "below_flag")
    await screen.type("urgency", None)
    entry["as_ended"] = {"urgency": None}
    desk.receipts.append(await screen.complete())


async def needs_somebody(desk: Desk, entry: dict[str, Any]) -> None:
    """What is urgent can't end as advice; as a report it can."""
    screen = await simply(desk, entry)
    refused = await screen.complete(status=400)
    assert refused["type"].endswith("needs-somebody")
    await screen.type("kind", "report")
    entry["as_ended"] = {"kind": "report"}
    desk.receipts.append(await screen.complete())


async def repeat(desk: Desk, entry: dict[str, Any]) -> None:
    """The same address or person in another spelling: counts are told, and the call joins the open case."""
    screen = await simply(desk, entry)
    call = told(entry)
    about = {"place": {"stay": call["place"]}, "person": {k: v for k, v in call.get("person", {}).items() if k != "ageBand"}}
    found = await screen.ask("POST", "calls/_earlier", about, status=200)
    [match] = [one for one in found["matches"] if one["openCase"]]
    assert (match["in90Days"], match["ours"], match["sameDay"]) == (1, 1, True)
    await screen.type("joins", match["joins"])
    entry["as_ended"] = {"joins": match["joins"]}
    desk.receipts.append(await screen.complete())
    assert desk.receipts[-1]["joinedCaseId"] in [one["caseId"] for one in desk.receipts]


async def callback(desk: Desk, entry: dict[str, Any]) -> None:
    """A promise to ring back stands in the queue until somebody was reached."""
    await plain(desk, entry)
    screen = Screen(desk.client, desk.colleague)
    [waiting] = (await screen.ask("GET", "callbacks"))["items"]
    assert (waiting["callId"], waiting["why"], waiting["overdue"]) == (desk.receipts[-1]["id"], "promised", False)
    claimed = await screen.ask("POST", f"callbacks/{waiting['id']}/claim", status=201)
    assert claimed["contents"]["number"].replace(" ", "").endswith(entry["caller"]["phone"][1:])
    seen = claimed["callback"]["version"]
    done = await screen.ask("POST", f"callbacks/{waiting['id']}/attempts", {"result": "reached"}, status=201, seen=seen)
    assert done["state"] == "done"


async def callback_unreached(desk: Desk, entry: dict[str, Any]) -> None:
    """Nobody answers three times: only then may it be given up, and it says so."""
    await plain(desk, entry)
    screen = Screen(desk.client, desk.operator)
    [waiting] = (await screen.ask("GET", "callbacks"))["items"]
    path = f"callbacks/{waiting['id']}"
    for _ in range(3):
        claimed = await screen.ask("POST", f"{path}/claim", status=201)
        seen = claimed["callback"]["version"]
        await screen.ask("POST", f"{path}/closing", {"reason": "not_reached"}, status=409, seen=seen)
        waiting = await screen.ask("POST", f"{path}/attempts", {"result": "no_answer"}, status=201, seen=seen)
    ended = await screen.ask("POST", f"{path}/closing", {"reason": "not_reached"}, status=201, seen=waiting["version"])
    assert (ended["state"], ended["attempts"]) == ("given_up", 3)


async def amended(desk: Desk, entry: dict[str, Any]) -> None:
    """What was said wrongly is corrected afterwards: the call reads as corrected, and what it said before can be read."""
    await plain(desk, entry)
    screen, call = Screen(desk.client, desk.operator), desk.receipts[-1]["id"]
    changes = [{"field": "worry", "value": "Op de camping praat een vrouw met de bomen."}]
    body = {"changes": changes, "reason": "Verkeerd verstaan"}
    done = await screen.ask("POST", f"calls/{call}/amendments", body, status=201, seen=await seen(screen, call))
    assert done["urgencyRaised"] is False
    [correction] = (await screen.ask("GET", f"calls/{call}/amendments?purpose=quality"))["items"]
    assert correction["changes"] == [{"field": "worry", "before": entry["worry"], "after": changes[0]["value"]}]
    entry["as_ended"] = {"worry": changes[0]["value"]}


async def seen(screen: Screen, call: str) -> int:
    """The version of a call."""
    return int((await screen.ask("GET", f"calls/{call}?purpose=quality"))["call"]["version"])


async def adds_to(desk: Desk, entry: dict[str, Any]) -> None:
    """The caller rings again with the reference: one letter is misheard, then it is found, and the call joins its case."""
    screen = await simply(desk, entry)
    [first] = [one for one in desk.receipts if one["reference"] == desk.promised]
    await screen.ask("POST", "calls/_reference", {"reference": first["reference"][:-1] + "Z"}, status=400)
    heard = first["reference"].lower().replace("-", " ").replace("0", "o")
    asked = {"reference": heard, "listener": "child", "verified": True}
    found = await screen.ask("POST", "calls/_reference", asked, status=200)
    assert (found["caseId"], found["feedbackPromised"], "taken_up" in found["codes"]) == (first["caseId"], True, True)
    await screen.type("addsTo", heard)
    desk.receipts.append(await screen.complete())
    assert desk.receipts[-1]["joinedCaseId"] == first["caseId"]


TWISTS: Final = {
    None: plain,
    "network_loss": network_loss,
    "take_over": take_over,
    "two_tabs": two_tabs,
    "crash": crash,
    "out_of_order": out_of_order,
    "lowered": lowered,
    "too_low": too_low,
    "needs_somebody": needs_somebody,
    "repeat": repeat,
    "callback": callback,
    "callback_unreached": callback_unreached,
    "amended": amended,
    "adds_to": adds_to,
}

"""What the play leaves to visitors: offers that wait for them, cases to go on with, a gap in a roster, an endpoint that fails.

Everything is done by the API, as people would, and once: each command has a key of its own.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from app.core import clock
from app.demo.client import Api
from app.demo.operators import refused
from app.demo.people import DESK, PROVIDER
from app.demo.stage import Member

CREATED: Final = 201
BEFORE: Final = 422  # the same key with another moment in its body: it was done, and the demo ended before it could say so
LABEL: Final = "Oud zaaksysteem (verzonnen)"
GAP_AFTER: Final = timedelta(days=2)
SOON: Final = timedelta(minutes=50)
SAFE: Final = {"danger_now": "no", "weapon": "no", "fire": "no", "medical": "no", "suicide": "no"}
WORRIES: Final[Mapping[str, Mapping[str, Any]]] = {
    "urgent": {
        "answers": {**SAFE, "not_eating": "yes", "shelter": "no"},
        "worry": "De man van de fietsenstalling slaapt al drie nachten op de trap en eet niets.",
        "place": {"stay": {"postcode": "1012AB", "houseNumber": "31"}},
        "person": {"ageBand": "30_64", "description": "Man met grijze baard en een blauwe slaapzak"},
    },
    "normal": {
        "answers": {**SAFE, "nuisance": "yes"},
        "worry": "Mijn bovenbuurvrouw zet sinds vorige week haar meubels op de gang, elke avond opnieuw.",
        "place": {"stay": {"postcode": "1091AA", "houseNumber": "18"}},
        "person": {"ageBand": "65_plus", "description": "Mevrouw met een rode jas"},
    },
    "followed": {
        "answers": {**SAFE, "nuisance": "yes"},
        "worry": "Onze buurman praat de hele nacht tegen de muur en doet niet meer open.",
        "place": {"stay": {"postcode": "1053AA", "houseNumber": "77"}},
        "person": {"ageBand": "30_64", "description": "Man die op de begane grond woont"},
        "feedbackPromised": True,
    },
    "cared_for": {
        "answers": {**SAFE, "not_eating": "yes"},
        "worry": "Mijn tante at niet meer en verzamelde kranten; nu gaat het beter.",
        "place": {"stay": {"postcode": "1072AA", "houseNumber": "5"}},
        "person": {"ageBand": "65_plus", "description": "Vrouw die alleen woont"},
    },
    "crisis": {
        "answers": {**SAFE, "severe_confusion": "yes"},
        "worry": "Een kennis loopt rondjes door de kamer en hoort niet dat ik er ben.",
        "place": {"stay": {"postcode": "1017AA", "houseNumber": "9"}},
        "person": {"ageBand": "18_29", "description": "Jonge vrouw op blote voeten"},
        "handOffs": [{"to": "crisis_service", "way": "warm", "result": "accepted", "acceptedBy": "Triagist van dienst"}],
    },
}


async def leave(base_url: str, members: Sequence[Member], port: int) -> None:
    """Do all of it; `port`: where nobody at this address takes what is sent.

    Raises:
        RuntimeError: something was refused.
    """

    def api(role: str, organisation: str = "") -> Api:
        return Api(base_url, next(one.token for one in members if one.role == role and organisation in {"", one.organisation}))

    operator, desk, provider, planner = (
        api("operator"), api("desk", DESK), api("desk", PROVIDER), api("planner", PROVIDER),
    )  # fmt: skip
    try:
        await _an_endpoint_that_fails(desk, port)
        await _a_case_with_something_due(desk, await _taken(operator, desk, "followed"))
        await _a_case_in_aftercare(desk, await _taken(operator, desk, "cared_for"))
        for worry in ("urgent", "normal", "crisis"):
            await _call(operator, worry)
        await _a_gap(planner)
    finally:
        for one in (operator, desk, provider, planner):
            await one.close()


async def _an_endpoint_that_fails(desk: Api, port: int) -> None:
    known = (await desk.get("/v1/webhook-endpoints"))["items"]
    if not any(one["label"] == LABEL for one in known):
        body = {
            "url": f"http://127.0.0.1:{port}/afgesloten",
            "label": LABEL,
            "types": ["nl.nodus.case.*"],
            "verification": "agreed",
        }
        await _done(desk, "/v1/webhook-endpoints", body, "endpoint")


async def _call(operator: Api, worry: str) -> dict[str, Any]:
    caller = {"anonymity": "anonymous", "relation": "neighbour"}
    body = {"kind": "report", "channel": "phone", "caller": caller, **WORRIES[worry]}
    return await _done(operator, "/v1/calls", body, f"call-{worry}")


async def _taken(operator: Api, desk: Api, worry: str) -> str:
    """The id of a case that the desk has accepted."""
    receipt = await _call(operator, worry)
    offer, case = receipt["offered"]["offerId"], str(receipt["caseId"])
    state = await desk.get(f"/v1/offers/{offer}")
    if state["state"] == "pending":
        names = {"coordinator": "Joke Voorbeeld"}
        await _done(desk, f"/v1/offers/{offer}/acceptance", names, f"accept-{worry}", version=state["version"])
    return case


async def _reached(desk: Api, case: str) -> str:
    """First contact, and a goal; its id."""
    contact = {"way": "visit", "party": "person", "result": "reached", "note": "Gesproken aan de deur, thee gedronken."}
    await _done(desk, f"/v1/cases/{case}/contacts", contact, f"contact-{case}")
    goal = {"of": "person", "what": "Weer rustig kunnen slapen."}
    return str((await _done(desk, f"/v1/cases/{case}/goals", goal, f"goal-{case}"))["id"])


async def _a_case_with_something_due(desk: Api, case: str) -> None:
    await _reached(desk, case)
    action = {"what": "Bellen of de afspraak van morgen doorgaat.", "dueAt": (clock.now() + SOON).isoformat()}
    await _done(desk, f"/v1/cases/{case}/actions", action, f"action-{case}")


async def _a_case_in_aftercare(desk: Api, case: str) -> None:
    goal = await _reached(desk, case)
    await _done(desk, f"/v1/cases/{case}/goals/{goal}/outcome", {"outcome": "reached"}, f"outcome-{case}")


async def _a_gap(planner: Api) -> None:
    """Somebody of the crisis service is ill in two days, and nobody covers."""
    roster = (await planner.get("/v1/rosters"))["items"][0]["id"]
    start = clock.now() + GAP_AFTER
    asked = {"startsAt": start.isoformat(), "endsAt": (start + timedelta(days=1)).isoformat()}
    shifts = (await planner.get(f"/v1/rosters/{roster}/shifts", **asked))["items"]
    shift = next(one for one in shifts if one["participantId"] and datetime.fromisoformat(one["startsAt"]) >= start)
    body = {
        "kind": "absence", "participantId": shift["participantId"], "startsAt": shift["startsAt"], "endsAt": shift["endsAt"],
        "reason": "illness",
    }  # fmt: skip
    await _done(planner, f"/v1/rosters/{roster}/overrides", body, "gap")


async def _done(api: Api, path: str, body: Mapping[str, Any], name: str, version: int | None = None) -> dict[str, Any]:
    answer = await api.command(path, body, key=f"left-{name}", version=version)
    if answer.status_code == BEFORE:
        return {}
    if answer.status_code != CREATED:
        raise refused(answer)
    told: dict[str, Any] = answer.json()
    return told

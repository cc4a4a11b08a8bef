"""How an organisation of the play stays with a case: contacts, goals, outcomes; for some, everything up to closing.

Each step has a key of its own, so that a play that was ended in the middle of one takes it up without doing it twice.
"""

from datetime import timedelta
from random import Random
from typing import Any, Final

from app.core import clock
from app.demo.client import Api
from app.demo.waiting import wait_until

TRIES_FIRST, REFUSES, SECOND_GOAL, ENDS, CLOSES = 0.4, 0.1, 0.25, 0.55, 0.6
NOTES: Final = (
    "Gesproken aan de deur, thee gedronken.",
    "Rustig gesprek, wil graag weer slapen.",
    "Blij dat er iemand komt, weet niet waar te beginnen.",
)
GOALS: Final = (
    "Weer rustig kunnen slapen.",
    "De post openmaken, samen met iemand.",
    "Weer contact met mijn zus.",
    "Thuis kunnen blijven wonen.",
)
OUTCOMES: Final = ("reached", "reached", "partly_reached", "dropped")
WAIVER: Final = {"waiver": {"reason": "done_by_others", "by": "coordinator"}}
MAY_HEAR: Final = frozenset({"self", "partner", "parent", "child", "sibling", "carer", "legal_representative"})
CREATED, STALE, CLOSING_TRIES = 201, 412, 5


class Surprise(RuntimeError):  # noqa: N818  what happened, as everywhere here
    """An answer that a player did not expect."""


async def stay(api: Api, case: str, random: Random) -> None:
    """First contact and goals; then, for some, outcomes, aftercare and closing.

    Raises:
        Surprise: the API answered otherwise than it should.
    """
    told = await api.get(f"/v1/cases/{case}/calls", purpose="first_contact")
    relation = told["items"][0]["call"]["callerRelation"] or "other"
    if random.random() < TRIES_FIRST:
        await _later(random, 10, 50)
        await _do(api, case, "contacts", {"way": "phone", "party": "person", "result": "tried"}, "tried")
    await _later(random, 10, 90)
    result = "refused" if random.random() < REFUSES else "reached"
    contact = {"way": random.choice(("visit", "phone")), "party": "person", "result": result, "note": random.choice(NOTES)}
    await _do(api, case, "contacts", contact, "contact")
    goals = [await _do(api, case, "goals", {"of": "person", "what": random.choice(GOALS)}, "goal")]
    if random.random() < SECOND_GOAL:
        goals.append(await _do(api, case, "goals", {"of": "team", "what": "Een vast gezicht in de wijk."}, "team-goal"))
    if random.random() < ENDS:
        await _later(random, 30, 240)
        for goal in goals:
            outcome = {"outcome": random.choice(OUTCOMES)}
            await _do(api, case, f"goals/{goal['id']}/outcome", outcome, f"outcome-{goal['id']}")
        if random.random() < CLOSES:
            await _end(api, case, relation)


async def _end(api: Api, case: str, relation: str) -> None:
    """Everything that closing asks for: what is weeks ahead is left to others, with a reason."""
    aftercare = await api.get(f"/v1/cases/{case}/aftercare")
    for check in aftercare["checks"]:
        if check["state"] == "planned":
            await _do(api, case, f"aftercare/checks/{check['id']}/result", WAIVER, f"check-{check['id']}")
    done: dict[str, dict[str, Any]] = {
        "feedback": {"listener": relation, "outcomeTold": relation in MAY_HEAR},
        "inform_person": {"note": "Verteld dat er een dossier is."},
        "evaluation": {"worked": ["reporting", "assessment"], "failed": ["early_signalling"], "stillWorried": "no"},
    }
    for owed in aftercare["obligations"]:
        if owed["state"] == "open":
            path = f"aftercare/obligations/{owed['kind']}/fulfilment"
            await _do(api, case, path, done.get(owed["kind"], WAIVER), f"{owed['kind']}-{case}")
    await _close(api, case)


async def _close(api: Api, case: str) -> None:
    """Close with the version that was looked at; a case that climbed meanwhile is looked at again."""
    for _ in range(CLOSING_TRIES):
        checklist = await api.get(f"/v1/cases/{case}/closing-checklist")
        version = checklist["version"]
        answer = await api.command(
            f"/v1/cases/{case}/closure", {"outcome": "better"}, key=f"close-{case}-{version}", version=version
        )
        if answer.status_code == CREATED:
            return
        if answer.status_code != STALE:
            raise Surprise(f"closure was answered {answer.status_code}: {answer.json().get('detail')}")
    raise Surprise("A case changed each time it was to be closed.")


async def _do(api: Api, case: str, what: str, body: dict[str, Any], name: str) -> Any:
    answer = await api.command(f"/v1/cases/{case}/{what}", body, key=f"{name}-{case}")
    if answer.status_code != CREATED:
        raise Surprise(f"{what} was answered {answer.status_code}: {answer.json().get('detail')}")
    return answer.json()


async def _later(random: Random, shortest: int, longest: int) -> None:
    await wait_until(clock.now() + timedelta(minutes=random.randint(shortest, longest)))

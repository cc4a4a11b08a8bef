"""Forms of plans, held against the rules of the API; and what was wrong, by field."""

import re
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from fastapi.exceptions import RequestValidationError

from app.console.checked import checked
from app.console.visiting import Sent
from app.console.words import Words
from app.core.errors import FieldError, Invalid, Problem
from app.rosters.schemas.participants import ParticipantIn
from app.rosters.schemas.rosters import RosterChange, RosterIn, RotationIn, RotationOut
from app.rosters.service.rosters import NamedRotation, RosterPlan

SIGN_UP: Final = "sign_up"
KINDS: Final = ("rotation", SIGN_UP)
CLOCKS: Final = ("hand_over", "day_from", "day_to")
STALE: Final = 412
WHOLE: Final = 9  # digits that any number of ours has at most


def rotation_of(sent: Sent, kind: str, called: str = "name") -> dict[str, Any]:
    """A rotation, as the service takes it; `called` is the field that its name stands in.

    Raises:
        Problem: a field is missing or can't be; each is named.
    """
    opens = kind == SIGN_UP
    told: dict[str, Any] = {
        "participants": [] if opens else order_of(sent),
        "weekdays": sent.all("weekdays"),
        "seats": (sent["seats"] or "0") if opens else "0",
        "qualification": (code_of(sent["qualification"]) or None) if opens else None,
        "ends_on": sent["ends_on"] or None,
    }
    told |= {"name": sent[called]} | {name: sent[name] for name in ("layer", "unit", "every", "starts_on")}
    # A browser may add seconds to a time.
    told |= {name: sent[name][:5] or None for name in CLOCKS} | {"hand_over": sent["hand_over"][:5]}
    if opens and not told["seats"].strip("0"):
        raise Invalid("Nobody could sign up. Nothing was changed.", errors=[FieldError("/seats", "seats", "Give at least one.")])
    try:
        return checked(RotationIn, told).told()
    except RequestValidationError as error:
        wrong = [{**one, "loc": (called,)} if one["loc"][:1] == ("name",) else one for one in error.errors()]
        raise RequestValidationError(wrong) from None


def roster_of(sent: Sent) -> dict[str, Any]:
    """A new roster without its rotations, as the service takes it.

    Raises:
        Problem: a field is missing or can't be; each is named.
    """
    return checked(RosterIn, _roster(sent) | {"kind": sent["kind"]}).told()


def settings_of(sent: Sent) -> dict[str, Any]:
    """All that can be changed of a roster, as the service takes it.

    Raises:
        Problem: a field is missing or can't be; each is named.
    """
    return checked(RosterChange, _roster(sent) | {"ends_on": sent["ends_on"] or None}).model_dump()


def participant_of(sent: Sent) -> dict[str, Any]:
    """A participant, as the service takes it; qualifications are parted by commas.

    Raises:
        Problem: a field is missing or can't be; each is named.
    """
    told: dict[str, Any] = {name: sent[name] or None for name in ("phone", "email", "ends_on")}
    codes = [code_of(one) for one in sent["qualifications"].split(",") if one.strip()]
    return checked(ParticipantIn, {"name": sent["name"], "qualifications": codes, **told}).told()


def code_of(told: str) -> str:
    """A qualification as it is compared: "EHBO plus" and "ehbo_plus" are the same."""
    return re.sub(r"\s+", "_", told.strip().lower())


def order_of(sent: Sent) -> list[UUID]:
    """The participants by the number that each was given; who has none takes no turns.

    Raises:
        Invalid: a number that is none, or two the same; or nobody is left.
    """
    numbered: dict[int, UUID] = {}
    for name, value in sent.pairs:
        if not name.startswith("turn-") or not value.strip():
            continue
        told = value.strip()
        if not (told.isascii() and told.isdecimal() and len(told) < 4) or int(told) in numbered:  # noqa: PLR2004
            raise _wrong("order", "Give each a number of their own.")
        try:
            numbered[int(told)] = UUID(name.removeprefix("turn-"))
        except ValueError:
            raise _wrong("order", "Name participants.") from None
    if not numbered:
        raise _wrong("nobody", "Somebody must take turns.")
    return [numbered[number] for number in sorted(numbered)]


def version_of(sent: Sent) -> int:
    """The version that a form was filled in on; 0 when it says none."""
    told = sent["version"]
    return int(told) if told.isascii() and told.isdecimal() and len(told) < WHOLE else 0


def version_for(sent: Sent, fault: Problem | None, now: int) -> str:
    """The version that a form is sent with: the one it was filled in on; once somebody was told of another change, that one."""
    return str(now) if fault and fault.status == STALE else sent["version"] or str(now)


def fields_of(one: NamedRotation) -> dict[str, str]:
    """A rotation as a form shows it, but for its participants."""
    told = RotationOut.of(one).model_dump(mode="json")
    return {name: "" if told[name] is None else str(told[name]) for name in told if name not in {"participants", "weekdays"}}


def settings_fields(plan: RosterPlan) -> dict[str, str]:
    """A roster as a form shows it."""
    kept = plan.plan
    return {
        "service_id": str(plan.roster.service_id),
        "name": plan.roster.name,
        "area": kept["area"] or "",
        "confirms": "yes" if kept["confirms"] else "",
        "ends_on": kept["ends_on"].isoformat() if kept["ends_on"] else "",
        "kind": kept["kind"],
    }


def wrong_of(fault: Problem | None, told: Words) -> Mapping[str, str]:
    """What is wrong, by the name of the field: a text for the rule that was broken, else for the field, else the rule's own."""
    found: dict[str, str] = {}
    for error in fault.errors if fault else ():
        name = re.sub(r"[A-Z]", lambda one: f"_{one[0].lower()}", error.pointer.split("/")[1] if "/" in error.pointer else "")
        texts = (f"roster_wrong_{name}_{error.code}", f"roster_wrong_{name}", f"roster_fault_{error.code}")
        said = next((told(one) for one in texts if one in told), error.message)
        found.setdefault(name, said)
    return found


def _roster(sent: Sent) -> dict[str, Any]:
    told = {name: sent[name] for name in ("service_id", "name")}
    return told | {"area": sent["area"] or None, "confirms": sent["confirms"] == "yes"}


def _wrong(code: str, sentence: str) -> Invalid:
    return Invalid("The order can't be as it is. Nothing was changed.", errors=[FieldError("/participants", code, sentence)])

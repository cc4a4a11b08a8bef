"""What must hold of a service: its hours, its channels, and what it promises while it is closed."""

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final

from app.core.errors import FieldError
from app.directory.hours import hours_faults
from app.directory.surroundings import OutOfHours


class Kind(StrEnum):
    """What a service is. The first four take part in routing; the others are told to callers, and are never asked."""

    MELDPUNT = "meldpunt"
    CRISIS = "crisis"
    OUTREACH = "outreach"
    NATIONAL_DESK = "national_desk"
    VEILIG_THUIS = "veilig_thuis"
    GGD = "ggd"
    POLICE = "police"
    HOUSING = "housing"
    YOUTH = "youth"


# How it is reached, and when: the organisation's own to say, as are its areas. Everything else is an administrator's.
ITS_OWN: Final = frozenset({"hours", "channels", "languages", "contact_ways", "out_of_hours", "stand_in_organisation_id"})


def service_faults(told: Mapping[str, Any], before: Mapping[str, Any], today: date) -> Iterator[FieldError]:
    """What is wrong with a service as it would be.

    Args:
        told: all of it, as it would be stored.
        before: as it is stored now; empty when it is new. Hours that stay are not judged again, and an exception that was
            there may lie in the past.
        today: the day in the Netherlands.
    """
    if told["hours"] != before.get("hours"):
        yield from hours_faults(told["hours"], "/hours", today, _days(before.get("hours")))
    yield from _channels(told, before, today)
    yield from _promise(told)
    if told["kind"] == Kind.MELDPUNT and not told["accepts"]:
        yield FieldError("/accepts", "accepts", "A meldpunt accepts at least one of worry, wvggz and police.")
    if told["kind"] == Kind.NATIONAL_DESK and not told["hours"].get("always"):
        yield FieldError("/hours", "never_closed", "The national desk is never closed: send only `always`, true.")


def _channels(told: Mapping[str, Any], before: Mapping[str, Any], today: date) -> Iterator[FieldError]:
    stored = {(one["channel"], one["caller"]): one["hours"] for one in before.get("channels", ())}
    seen = set()
    for number, one in enumerate(told["channels"]):
        key = (one["channel"], one["caller"])
        if key in seen:
            yield FieldError(f"/channels/{number}", "twice", "This channel is told twice for this caller. Tell it once.")
        seen.add(key)
        if one["hours"] != stored.get(key):
            yield from hours_faults(one["hours"], f"/channels/{number}/hours", today, _days(stored.get(key)))


def _promise(told: Mapping[str, Any]) -> Iterator[FieldError]:
    stand_in = told["stand_in_organisation_id"]
    named = told["out_of_hours"] == OutOfHours.NAMED_PROVIDER
    if named and stand_in is None:
        yield FieldError("/standInOrganisationId", "missing", "Say which organisation answers while this one is closed.")
    if stand_in is not None and not named:
        yield FieldError("/standInOrganisationId", "not_asked", "Only `named_provider` has a stand-in. Send null, or that rule.")
    if stand_in is not None and stand_in == told["organisation_id"]:
        yield FieldError("/standInOrganisationId", "itself", "An organisation can't stand in for itself; that is `on_call`.")
    if told["kind"] == Kind.NATIONAL_DESK and told["out_of_hours"] != OutOfHours.NONE:
        yield FieldError("/outOfHours", "never_closed", "The national desk is never closed, so its rule is `none`.")


def _days(hours: Mapping[str, Any] | None) -> frozenset[str]:
    return frozenset((hours or {}).get("exceptions", {}))

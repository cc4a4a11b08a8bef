"""How a caller reaches a service now: by which channel, and until when somebody is there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from app.directory.contacts import Use
from app.directory.opening_hours import OpeningHours, closes_at, is_open, next_opening


class Channel(StrEnum):
    """By what a service can be reached."""

    PHONE = "phone"
    WEB = "web"
    EMAIL = "email"
    SECURE_MAIL = "secure_mail"
    POLICE_FORM = "police_form"
    VISIT = "visit"
    POST = "post"


class Caller(StrEnum):
    """Who wants to reach it."""

    ANYONE = "anyone"
    CITIZEN = "citizen"
    PROFESSIONAL = "professional"
    POLICE = "police"


USES: Final[Mapping[Caller, frozenset[Use]]] = {
    Caller.ANYONE: frozenset({Use.CITIZENS, Use.PROFESSIONALS, Use.POLICE, Use.HAND_OFF}),
    Caller.CITIZEN: frozenset({Use.CITIZENS}),
    Caller.PROFESSIONAL: frozenset({Use.PROFESSIONALS, Use.CITIZENS, Use.HAND_OFF}),
    Caller.POLICE: frozenset({Use.POLICE, Use.PROFESSIONALS, Use.CITIZENS, Use.HAND_OFF}),
}


@dataclass(frozen=True, slots=True)
class Reach:
    """One channel at a moment. `closes_at` only while it is open and will close, `opens_at` only while it is closed; UTC."""

    channel: str
    caller: str
    is_open: bool
    closes_at: datetime | None
    opens_at: datetime | None


def reach(channels: Iterable[Mapping[str, Any]], caller: Caller, at: datetime) -> tuple[Reach, ...]:
    """The channels that are there for this caller, those that are open at `at` first; `anyone` asks for all."""
    found = []
    for one in channels:
        if caller is Caller.ANYONE or one["caller"] in {caller, Caller.ANYONE}:
            hours = OpeningHours.parse(one["hours"])
            opened = is_open(hours, at)
            opens = None if opened else next_opening(hours, at)
            found.append(Reach(one["channel"], one["caller"], opened, closes_at(hours, at), opens))
    return tuple(sorted(found, key=lambda one: not one.is_open))


def ways_for(ways: Iterable[Mapping[str, Any]], caller: Caller) -> tuple[Mapping[str, Any], ...]:
    """The contact ways that are for this caller; how the office is reached is for no caller."""
    return tuple(one for one in ways if one["use"] in USES[caller])

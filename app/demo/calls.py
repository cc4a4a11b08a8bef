"""The calls of the play: who calls about what, from where, when. The same seed plans the same calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any, Final

import yaml

DAY: Final = timedelta(hours=24)
LETTERS: Final = "ABCDEFGHJKLMNPRTVWXZ"
POLICE: Final = 0.68  # of what the police bring at all: almost four calls in ten (facts F22 to F24: 30 to 80 %)
OTHER_CHANNELS: Final = {"phone": 86, "professional": 6, "web": 5, "email": 3}
ANONYMITIES: Final = {"anonymous": 5, "known_to_desk_only": 3, "known": 2}
RELATIONS: Final = {
    "neighbour": 9, "child": 4, "parent": 4, "sibling": 4, "partner": 3, "friend": 3, "carer": 2, "self": 1, "other": 2,
}  # fmt: skip
CLOSE: Final = frozenset({"child", "parent", "sibling", "partner"})
AGES: Final = ("18_29", "30_64", "30_64", "30_64", "65_plus", "unknown")
OUTSIDE, NO_ABODE, AGAIN, BY_DRAFT, NOT_REACHED, FEEDBACK, MAY_KNOW = 0.15, 0.3, 0.1, 0.2, 0.15, 0.3, 0.1
# Calls an hour, from midnight: quiet nights, busy afternoons and evenings.
BUSY: Final = (3, 2, 2, 1, 1, 1, 2, 3, 5, 6, 6, 6, 6, 6, 7, 7, 8, 9, 9, 9, 8, 7, 5, 4)


@dataclass(frozen=True, slots=True)
class Place:
    """Four digits of a postcode; `lies_in_several`: then a caller is asked for the municipality too."""

    pc4: str
    municipality: str
    lies_in_several: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What people call about, and how often it comes."""

    urgency: str
    weight: int
    says: str
    answers: Mapping[str, str]
    observations: Sequence[str]
    advice: Sequence[str]
    people: Sequence[str]
    police: str | None = None
    kind: str = "report"
    report_kind: str = "worry"
    ages: Sequence[str] = AGES
    hand_offs: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Planned:
    """A call of the play: how long after its beginning, by which way of working, and what is told."""

    number: int
    after: timedelta
    by_draft: bool
    urgency: str
    body: dict[str, Any]


@cache
def _told() -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load((files("app.demo") / "situations.yaml").read_text(encoding="utf-8"))
    return told


@cache
def situations() -> tuple[Situation, ...]:
    """Everything that people call about."""
    told = _told()
    return tuple(Situation(**{**one, "answers": {**told["safe"], **one["answers"]}}) for one in told["situations"])


def planned(count: int, seed: int, places: Sequence[Place], begins_at_hour: int) -> list[Planned]:
    """`count` calls in the order in which they come, over the 24 hours from `begins_at_hour` (Dutch time)."""
    random = Random(seed)
    hours = [BUSY[(begins_at_hour + hour) % 24] for hour in range(24)]
    moments = sorted(
        timedelta(hours=random.choices(range(24), hours)[0], seconds=random.randrange(3600)) for _ in range(count)
    )  # fmt: skip
    made: list[Planned] = []
    for number, after in enumerate(moments):
        if made and random.random() < AGAIN:
            made.append(_again(random, random.choice(made), number, after))
        else:
            made.append(_new(random, places, number, after))
    return made


def _new(random: Random, places: Sequence[Place], number: int, after: timedelta) -> Planned:
    situation = random.choices(situations(), [one.weight for one in situations()])[0]
    police = situation.police is not None and random.random() < POLICE
    channel = "police" if police else _one_of(random, OTHER_CHANNELS)
    body = {
        "kind": situation.kind,
        "reportKind": situation.report_kind,
        "channel": channel,
        "answers": dict(situation.answers),
        "observations": list(situation.observations),
        "worry": situation.police if police else situation.says,
        "caller": _caller(random, channel),
        "person": {"ageBand": random.choice(situation.ages), "description": random.choice(situation.people)},
        "place": _place(random, random.choice(places)),
        "advice": {"given": list(situation.advice)},
        "handOffs": [_hand_off(random, one) for one in situation.hand_offs],
        "feedbackPromised": situation.kind == "report" and random.random() < FEEDBACK,
    }
    return Planned(number, after, random.random() < BY_DRAFT, situation.urgency, body)


def _again(random: Random, before: Planned, number: int, after: timedelta) -> Planned:
    """Somebody else calls about the same person at the same place."""
    caller = _caller(random, "phone")
    body = before.body | {"channel": "phone", "caller": caller, "tried": "Er is eerder over gebeld."}
    return Planned(number, after, random.random() < BY_DRAFT, before.urgency, body)


def _caller(random: Random, channel: str) -> dict[str, Any]:
    if channel == "police":
        return {"anonymity": "known", "relation": "police", "organisation": "Politie (verzonnen)"}
    if channel == "professional":
        return {"anonymity": "known", "relation": "professional", "organisation": "Huisartsenpraktijk (verzonnen)"}
    anonymity, relation = _one_of(random, ANONYMITIES), _one_of(random, RELATIONS)
    told: dict[str, Any] = {"anonymity": anonymity, "relation": relation, "personMayKnow": random.random() < MAY_KNOW}
    if relation in CLOSE:
        told |= {"closeRelative": True, "verifiedHow": "Noemt geboortedatum en huisarts"}
    if anonymity != "anonymous":
        told |= {"name": f"Beller {random.randint(1, 999)} (verzonnen)", "phone": "0600000000"}
        told |= {"bestTime": random.choice(("na 18 uur", "'s ochtends", "altijd"))}
    return told


def _place(random: Random, place: Place) -> dict[str, Any]:
    """Where the person is: mostly an address; some are in a public place, of them a part lives nowhere."""
    if random.random() < OUTSIDE:
        stay = {"municipalityCode": place.municipality, "description": random.choice(_told()["outside"])}
        return {"stay": stay, "noFixedAbode": random.random() < NO_ABODE}
    stay = {"postcode": place.pc4 + "".join(random.choices(LETTERS, k=2)), "houseNumber": str(random.randint(1, 180))}
    return {"stay": stay | ({"municipalityCode": place.municipality} if place.lies_in_several else {})}


def _hand_off(random: Random, told: Mapping[str, str]) -> dict[str, Any]:
    """Put through on the phone; a crisis service is not always reached, and then the case stays ours."""
    made: dict[str, Any] = {"to": told["to"], "way": told.get("way", "warm"), "result": "accepted", "acceptedBy": told["by"]}
    if told["to"] == "crisis_service" and random.random() < NOT_REACHED:
        made = {"to": told["to"], "way": "warm", "result": "not_reached"}
    return made | ({"number": told["number"]} if "number" in told else {})


def _one_of(random: Random, weighted: Mapping[str, int]) -> str:
    return random.choices(list(weighted), list(weighted.values()))[0]

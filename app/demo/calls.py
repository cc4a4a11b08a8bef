"""The calls of the play: situations in plain Dutch, spread over the Netherlands and the hours of a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any, Final

DAY: Final = timedelta(hours=24)
LETTERS: Final = "ABCDEFGHJKLMNPRSTVWXZ"


@dataclass(frozen=True, slots=True)
class Situation:
    """What a caller tells, and how often it comes."""

    weight: int
    worry: str
    answers: Mapping[str, str]
    observations: Sequence[str]
    advice: Sequence[str]
    hand_offs: Sequence[tuple[str, str]] = ()


SAFE: Final = {"danger_now": "no", "weapon": "no", "fire": "no", "medical": "no", "suicide": "no"}
SITUATIONS: Final = (
    Situation(10, "Mijn buurman loopt elke avond over straat te roepen.", SAFE | {"nuisance": "yes"}, ["shouting", "wandering"], ["keep_distance", "write_down"]),
    Situation(9, "Ik maak me zorgen om een vrouw in onze flat, de gordijnen blijven dicht.", SAFE, ["withdrawn"], ["ask_family"]),
    Situation(8, "De woning hiernaast vervuilt en er komt niemand meer.", SAFE | {"nuisance": "yes"}, ["neglect"], ["write_down", "ring_again"]),
    Situation(7, "Mijn zus zegt dat ze wordt afgeluisterd en zet haar spullen op straat.", SAFE, ["suspicious", "possessions_outside"], ["keep_distance", "tell_gp"]),
    Situation(6, "Mijn vader eet al dagen niet en slaapt in zijn auto.", SAFE | {"not_eating": "yes", "shelter": "no"}, ["not_eating"], ["ask_family", "ring_again"]),
    Situation(6, "Er zit een jongen in het bushokje, hij heeft geen slaapplek.", SAFE | {"shelter": "no"}, ["wandering", "underdressed"], ["not_alone"]),
    Situation(5, "Het gaat de laatste dagen snel slechter met mijn huurder.", SAFE | {"worse": "yes"}, ["suspicious"], ["write_down"]),
    Situation(4, "Een kennis is niet meer aanspreekbaar en praat tegen niemand.", SAFE | {"severe_confusion": "yes"}, ["hears_voices"], ["not_alone"], [("crisis_service", "accepted")]),
    Situation(3, "Mijn broer zegt dat hij niet meer wil leven.", SAFE | {"suicide": "yes"}, ["withdrawn"], ["talk_about_it", "not_alone"], [("suicide_prevention", "accepted")]),
    Situation(2, "Hij staat met een mes in de gang te schreeuwen.", SAFE | {"danger_now": "yes", "weapon": "yes"}, ["shouting", "threats"], ["call_112", "keep_distance"], [("emergency", "accepted")]),
    Situation(1, "Er hangt een gaslucht en zij doet niet open.", SAFE | {"fire": "unknown"}, ["withdrawn"], ["call_112"], [("emergency", "not_reached")]),
    Situation(3, "Moeder met dementie is weggelopen, haar jas hangt er nog.", SAFE | {"missing": "yes", "dementia": "yes"}, ["wandering"], ["call_112"], [("police", "accepted")]),
    Situation(3, "Ik hoor ruzie met kinderen erbij, en zij is zo in de war.", SAFE | {"violence_home": "unknown", "children": "yes"}, ["shouting"], ["take_children_inside"], [("veilig_thuis", "accepted")]),
    Situation(12, "Ik weet niet of ik me moet bemoeien met een eenzame buurman.", SAFE | {"can_wait": "yes"}, ["withdrawn"], ["ask_family", "ring_again"]),
    Situation(6, "Ik ben overbelast door de zorg voor mijn man.", SAFE | {"can_wait": "yes"}, [], ["care_for_yourself", "tell_gp"]),
)  # fmt: skip
RELATIONS: Final = ("neighbour", "neighbour", "child", "parent", "sibling", "friend", "partner", "other")
AGES: Final = ("16_17", "18_29", "30_64", "30_64", "65_plus", "unknown")
# Calls an hour, from midnight: quiet nights, busy afternoons and evenings.
BUSY: Final = (3, 2, 2, 1, 1, 1, 2, 3, 5, 6, 6, 6, 6, 6, 7, 7, 8, 9, 9, 9, 8, 7, 5, 4)


@dataclass(frozen=True, slots=True)
class Planned:
    """A call of the play: how long after its beginning, by which way of working, and what is told."""

    number: int
    after: timedelta
    by_draft: bool
    body: dict[str, Any]


def planned(count: int, seed: int, postcodes: Sequence[str], begins_at_hour: int) -> list[Planned]:
    """The calls of a play, in order; the same seed plans the same calls."""
    random = Random(seed)  # noqa: RUF100, S311
    hours = [BUSY[(begins_at_hour + hour) % 24] for hour in range(24)]
    moments = sorted(timedelta(hours=random.choices(range(24), hours)[0], seconds=random.randrange(3600)) for _ in range(count))
    made: list[Planned] = []
    for number, after in enumerate(moments):
        repeats = made[random.randrange(len(made))] if made and random.random() < 0.1 else None  # noqa: PLR2004, RUF100
        made.append(Planned(number, after, random.random() < 0.2, _body(random, postcodes, repeats)))  # noqa: PLR2004, RUF100
    return made


def _body(random: Random, postcodes: Sequence[str], repeats: Planned | None) -> dict[str, Any]:
    situation = random.choices(SITUATIONS, [one.weight for one in SITUATIONS])[0]
    police = random.random() < 0.3  # noqa: PLR2004, RUF100
    letters = "".join(random.choices(LETTERS, k=2))
    stay = repeats.body["place"]["stay"] if repeats else {
        "postcode": random.choice(postcodes) + ("AB" if letters in {"SA", "SD", "SS"} else letters),
        "houseNumber": str(random.randint(1, 180)),
    }  # fmt: skip
    return {
        "channel": "police" if police else "phone",
        "answers": dict(situation.answers),
        "observations": list(situation.observations),
        "worry": situation.worry,
        "caller": _caller(random, police=police),
        "person": {"ageBand": random.choice(AGES), "description": "Zie de melding."},
        "place": {"stay": stay},
        "advice": {"given": list(situation.advice)},
        "feedbackPromised": random.random() < 0.3,  # noqa: PLR2004, RUF100
        "handOffs": [{"to": to, "way": "warm", "result": result} for to, result in situation.hand_offs],
    }


def _caller(random: Random, *, police: bool) -> dict[str, Any]:
    if police:
        return {"anonymity": "known", "relation": "police", "organisation": "Politie (verzonnen)"}
    anonymity = random.choice(("anonymous", "known_to_desk_only", "known"))
    named = {} if anonymity == "anonymous" else {"name": "Beller Verzonnen", "phone": "0612345678"}
    return {"anonymity": anonymity, "relation": random.choice(RELATIONS), **named}

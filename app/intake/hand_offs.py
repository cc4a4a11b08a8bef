"""Somebody is put through to another service: its states, and when the case stays ours. Source: facts F3, F18; domain.md.

The four states that an operator sees of a warm transfer: calling, speaking, accepted (by whom, when), not reached.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from app.core.errors import Conflict, FieldError, Invalid
from app.directory.contacts import phone
from app.intake.codes import CallKind, NotMadeReason
from app.intake.protocol import Protocol, Texts
from app.intake.triage import HandOff, Verdict

CHASED_AFTER: Final = timedelta(minutes=15)  # ⚙ after the end of the call: nobody has said what became of it
LONGEST_CALL: Final = timedelta(hours=4)  # ⚙ of a call that never ends


class To(StrEnum):
    """To whom; anybody else is `other`, named in what is sealed."""

    EMERGENCY = "emergency"
    SUICIDE_PREVENTION = "suicide_prevention"
    VEILIG_THUIS = "veilig_thuis"
    CRISIS_SERVICE = "crisis_service"
    GENERAL_PRACTITIONER = "general_practitioner"
    POLICE = "police"
    YOUTH_SERVICES = "youth_services"
    MIND_KORRELATIE = "mind_korrelatie"
    OTHER = "other"


PRIVATE: Final = frozenset({To.GENERAL_PRACTITIONER, To.OTHER})  # whose number tells of somebody: it is sealed


class HandOffState(StrEnum):
    """Where a hand-off stands."""

    CALLING = "calling"  # it rings there
    SPEAKING = "speaking"  # somebody answered; not yet taken over
    ACCEPTED = "accepted"  # taken over, by somebody
    DECLINED = "declined"
    NOT_REACHED = "not_reached"
    CANCELLED = "cancelled"  # the operator broke it off
    NOT_MADE = "not_made"  # proposed, and left out for a reason


UNDER_WAY: Final = frozenset({HandOffState.CALLING, HandOffState.SPEAKING})
ENDS: Final = frozenset({HandOffState.ACCEPTED, HandOffState.DECLINED, HandOffState.NOT_REACHED, HandOffState.CANCELLED})
STEPS: Final[Mapping[HandOffState, frozenset[HandOffState]]] = MappingProxyType(
    {
        HandOffState.CALLING: ENDS | {HandOffState.SPEAKING},
        HandOffState.SPEAKING: ENDS,
        **dict.fromkeys((*ENDS, HandOffState.NOT_MADE), frozenset()),
    }
)
# By which number of the directory somebody is reached, where the protocol has none: the kinds of service, nearest first.
KINDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        To.CRISIS_SERVICE: ("crisis",),
        To.VEILIG_THUIS: ("veilig_thuis",),
        To.POLICE: ("police",),
        To.YOUTH_SERVICES: ("youth", "veilig_thuis"),
    }
)
# Whom to ask for a number that is known nowhere.
ASK: Final[Mapping[str, Texts]] = MappingProxyType(
    {
        To.CRISIS_SERVICE: {
            "nl": "Vraag het nummer aan de huisarts of huisartsenpost, of bel de politie.",
            "en": "Ask the general practitioner or the out-of-hours surgery for the number, or ring the police.",
        },
        To.GENERAL_PRACTITIONER: {
            "nl": "Vraag de beller wie de huisarts is; 's avonds en in het weekend is het de huisartsenpost.",
            "en": "Ask the caller who the general practitioner is; at night and weekends it is the out-of-hours surgery.",
        },
        To.YOUTH_SERVICES: {"nl": "Vraag het nummer aan Veilig Thuis.", "en": "Ask Veilig Thuis for the number."},
    }
)
ASK_AT_HAND: Final[Texts] = {
    "nl": "Vraag het nummer aan uw leidinggevende.",
    "en": "Ask your supervisor for the number.",
}
USES: Final = ("hand_off", "professionals", "citizens")  # which of its numbers, the best first


class HandOffEnded(Conflict):
    """What became of it was said already."""

    slug, title = "hand-off-ended", "The hand-off has ended"


def step(state: HandOffState, to: HandOffState) -> HandOffState:
    """The state after a step.

    Raises:
        HandOffEnded: there is no such step.
    """
    if to not in STEPS[state]:
        possible = ", ".join(sorted(STEPS[state])) or "none; start another hand-off"
        raise HandOffEnded(f"A hand-off that is {state} can't become {to}. Possible: {possible}.", state=state)
    return to


def must_say_why(state: HandOffState, reason: NotMadeReason | None) -> None:
    """Refuse to leave a hand-off out without a reason.

    Raises:
        Invalid: it says `not_made` and not why.
    """
    if state is HandOffState.NOT_MADE and reason is None:
        fault = FieldError("/reason", "missing", "Why it is not made: a code.")
        raise Invalid("Say why this hand-off is not made.", errors=[fault])


def addressee(to: str) -> To:
    """The code for whoever was named; `other` for who has none."""
    return To(to) if to in set(To) else To.OTHER


def proposed_by(protocol: Protocol, verdict: Verdict, to: str) -> str:
    """What asked for a hand-off: the urgency, a flag, or the operator alone."""
    rules = [rule for rule in protocol.hand_offs if rule.to == to]
    if any(verdict.urgency in rule.urgencies for rule in rules):
        return "urgency"
    return "flag" if any(rule.flags & set(verdict.flags) for rule in rules) else "operator"


def left_open(verdict: Verdict, made: Iterable[str]) -> tuple[str, ...]:
    """The hand-offs that were proposed, and neither made nor left out with a reason."""
    known = set(made)
    return tuple(one.to for one in verdict.hand_offs if one.to not in known)


def stays_ours(kind: CallKind, states: Iterable[str]) -> bool:
    """Whether a call that was to end as handed off is ours after all: nobody has accepted."""
    return kind is CallKind.HANDED_OFF and HandOffState.ACCEPTED not in set(states)


def number_of(to: str, services: Iterable[Mapping[str, Any]]) -> str | None:
    """The number of the service around a place that is `to`, of those that the directory names there; None: none is known."""
    for kind in KINDS.get(to, ()):
        for service in services:
            phones = dict(_phones(service)) if service["kind"] == kind else {}
            if number := next((phones[use] for use in USES if use in phones), None):
                return number
    return None


def numbers_of(protocol: Protocol, services: Iterable[Mapping[str, Any]]) -> Mapping[str, To]:
    """Whose each number is: those of the protocol, and those of the services around the place."""
    found: dict[str, To] = {}
    for service in services:
        to = next((To(one) for one, kinds in KINDS.items() if kinds[0] == service["kind"]), None)
        if to:
            for _, number in _phones(service):
                found.setdefault(number, to)
    for rule in protocol.hand_offs:
        if rule.number:
            found[_dialled(rule.number)] = addressee(rule.to)
    return found


def with_numbers(proposed: Iterable[HandOff], services: Sequence[Mapping[str, Any]]) -> tuple[HandOff, ...]:
    """The hand-offs with the number of the service around the place, where the protocol has none; else it is said whom to ask."""
    return tuple(one if one.number else _with_number(one, number_of(one.to, services)) for one in proposed)


def _phones(service: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The telephone numbers of a service of the directory, each with its use."""
    return ((way["use"], way["value"]) for way in service["contact_ways"] if way["kind"] == "phone")


def _with_number(one: HandOff, number: str | None) -> HandOff:
    if number:
        return replace(one, number=number)
    ask = ASK.get(one.to, ASK_AT_HAND)
    return replace(one, text={language: f"{text} {ask.get(language, '')}".strip() for language, text in one.text.items()})


def _dialled(number: str) -> str:
    try:
        return phone(number)
    except ValueError:  # of a protocol of one's own: as it is written there
        return number

"""Somebody is put through to another service: its states, and when the case stays ours. Source: facts F3, F18; domain.md.

The four states that an operator sees of a warm transfer: calling, speaking, accepted (by whom, when), not reached.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from app.core.errors import Conflict, FieldError, Invalid
from app.intake.codes import CallKind, NotMadeReason
from app.intake.protocol import Protocol
from app.intake.triage import Verdict

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


def number_of(to: str, services: Iterable[Mapping[str, object]]) -> str | None:
    """The number of the service around a place that is `to`, of those that the directory names there; None: none is known."""
    for kind in KINDS.get(to, ()):
        for service in services:
            ways = service["contact_ways"] if service["kind"] == kind else ()
            phones = {way["use"]: way["value"] for way in ways if way["kind"] == "phone"}  # type: ignore[attr-defined]
            for use in USES:
                if use in phones:
                    return str(phones[use])
    return None

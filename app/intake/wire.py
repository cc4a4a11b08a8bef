"""From what intake knows to what the API shows."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from app.intake.calls import Call
from app.intake.difference import Outcome as Judged
from app.intake.difference import Tally, changed_parts
from app.intake.drafts import SEEN_TYPING, Draft
from app.intake.merging import Line, Mark, Outcome, value_at
from app.intake.protocol import RANK, Protocol, Texts
from app.intake.triage import Verdict
from app.routing.decide import Decision


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """A verdict, as `VerdictOut` reads it."""
    return {
        "urgency": verdict.urgency,
        "proposed_urgency": verdict.proposed,
        "flags": list(verdict.flags),
        "hand_offs": [{"to": one.to, "number": one.number, "way": one.way, "text": one.text} for one in verdict.hand_offs],
        "reasons": [{"code": one.code, "text": one.text} for one in verdict.reasons],
        "suggested_advice": list(verdict.suggested_advice),
    }


def decision_json(decision: Decision) -> dict[str, Any]:
    """Who is asked, as `OfferedOut` reads it, without the offer's id."""
    return {
        "organisation_id": decision.offered_to,
        "name": decision.offered_name,
        "rung": decision.rung,
        "accept_by": decision.accept_by,
        "promised_at": decision.promised_at,
    }


def call_json(call: Call) -> dict[str, Any]:
    """A call, as `CallOut` reads it; the id of a case only when there is one."""
    shown = {name: getattr(call, name) for name in Call.__slots__ if name not in {"organisation", "case_id"}}
    return {**shown, "flags": list(call.flags), "advice": list(call.advice), "case_id": call.case_id if call.has_case else None}


def protocol_json(protocol: Protocol, language: str | None = None) -> dict[str, Any]:
    """A protocol, as `ProtocolOut` reads it; with texts in one language only, when one is given."""

    def texts(told: Texts) -> Texts:
        return {key: text for key, text in told.items() if language in {None, key}}

    return {
        **version_json(protocol),
        "questions": [
            {
                "key": one.key,
                "about": one.about,
                "text": texts(one.text),
                "say": texts(one.say),
                "options": list(one.options),
                "ask_when": {question: sorted(answers) for question, answers in one.ask_when.items()},
            }
            for one in protocol.questions.values()
        ],
        "observations": {code: texts(told) for code, told in protocol.observations.items()},
        "advice": {code: texts(one.text) for code, one in protocol.advice.items()},
        "suggestions": {
            code: {"urgencies": sorted(one.urgencies, key=RANK.__getitem__), "flags": sorted(one.flags)}
            for code, one in protocol.advice.items()
        },
        "flags": {flag: texts(one.text) for flag, one in protocol.flags.items()},
    }


def version_json(protocol: Protocol) -> dict[str, Any]:
    """A version of a protocol, as `ProtocolVersionOut` reads it."""
    return {
        "version": protocol.version,
        "languages": list(protocol.languages),
        "valid_from": protocol.starts_on,
        "valid_until": protocol.ends_on,
    }


def difference_json(tally: Tally) -> dict[str, Any]:
    """What a protocol would change, as `DifferenceOut` reads it."""
    return {
        "before": tally.before.version,
        "after": tally.after.version,
        "calls": tally.calls,
        "changed": tally.changed,
        "unread": tally.unread,
        "urgencies": [{"before": first, "after": second, "calls": calls} for first, second, calls in tally.matrix()],
        "flags": _raised_json(tally.flags),
        "hand_offs": _raised_json(tally.hand_offs),
        "examples": [
            {"answers": one.answers, "calls": one.calls, "before": _outcome_json(one.before), "after": _outcome_json(one.after)}
            for one in tally.examples
        ],
        "parts": [
            {"kind": one.kind, "name": one.name, "change": one.change, "respects": list(one.respects)}
            for one in changed_parts(tally.before, tally.after)
        ],
    }


def _raised_json(counted: Mapping[tuple[str, bool], int]) -> list[dict[str, Any]]:
    names = sorted({name for name, _ in counted})
    return [{"name": one, "gained": counted.get((one, True), 0), "lost": counted.get((one, False), 0)} for one in names]


def _outcome_json(one: Judged) -> dict[str, Any]:
    return {"urgency": one.urgency, "flags": list(one.flags), "hand_offs": list(one.hand_offs)}


def draft_json(draft: Draft, at: datetime, asker: UUID | None) -> dict[str, Any]:
    """A draft, as `DraftOut` reads it, without what was typed."""
    return {
        "id": draft.id,
        "state": draft.state,
        "reference": draft.reference,
        "registered_at": draft.registered_at,
        "version": draft.version,
        "held_by": holder_json(draft, asker),
        "saved_at": draft.saved_at,
        "unsaved_seconds": draft.unsaved(at) // timedelta(seconds=1),
        "left_alone": draft.left_alone(at),
        "kept_until": draft.destroy_at,
    }


def saved_json(
    draft: Draft,
    mark: Mark,
    lines: tuple[Line, ...],
    news: Mapping[str, Mark],
    contents: Mapping[str, Any],
    screens: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """What a save is answered, as JSON: it is kept with the save, which is answered the same when it comes again."""
    return {
        "id": str(draft.id),
        "version": mark.version,
        "savedAt": mark.at,
        "saved": [one.field for one in lines if one.outcome in {Outcome.SAVED, Outcome.SAME}],
        "superseded": [one.field for one in lines if one.outcome is Outcome.SUPERSEDED],
        "conflicts": [
            {"field": one.field, "mine": one.new, "theirs": one.old, "by": mark_json(one.by)} for one in lines if one.by
        ],
        "news": [{"field": field, "value": value_at(contents, field), "by": mark_json(by)} for field, by in news.items()],
        "heldBy": holder_json(draft, UUID(mark.key) if mark.key else None),
        "screens": screens_json(screens, datetime.fromisoformat(mark.at)),
    }


def mark_json(mark: Mark) -> dict[str, Any]:
    """Who saved a field last, as JSON."""
    return {"version": mark.version, "keyId": mark.key, "screen": mark.screen, "at": mark.at}


def screens_json(screens: Mapping[str, Mapping[str, Any]], at: datetime) -> list[dict[str, Any]]:
    """The screens that saved something in the minute before `at`, as JSON."""
    return [
        {"screen": screen, "keyId": one["key"], "at": one["at"]}
        for screen, one in screens.items()
        if datetime.fromisoformat(one["at"]) > at - SEEN_TYPING
    ]


def holder_json(draft: Draft, asker: UUID | None) -> dict[str, Any] | None:
    """Who has a draft, as JSON."""
    if draft.key is None:
        return None
    since = (draft.held_since or draft.registered_at).astimezone(UTC).isoformat().replace("+00:00", "Z")
    return {"keyId": str(draft.key), "since": since, "you": draft.key == asker}

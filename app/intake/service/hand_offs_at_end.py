"""What was handed off, when a call ends: stored, told on the timeline of its case, and whether it is ours after all."""

from collections.abc import Sequence
from uuid import UUID

from app.cases import service as cases
from app.core.ids import new_id
from app.core.work import Row, Work
from app.directory.contacts import phone
from app.intake.hand_offs import PRIVATE, addressee, left_open, proposed_by, stays_ours
from app.intake.schemas.asked import HandOffIn
from app.intake.service.hand_offs import said
from app.intake.service.judging import Judged
from app.intake.tables import hand_off as hand_off_table
from app.vault import open as vault


def over(
    work: Work, call_id: UUID, case_id: UUID, judged: Judged, made: Sequence[Row], about: Sequence[UUID]
) -> tuple[bool, tuple[str, ...]]:
    """Store the hand-offs that came with a call; whether it stays ours, and which proposed ones are still to be done.

    `made` are those that were stored while it went on; `about`: the cases whose timelines tell of them, opened or joined.
    """
    told = judged.call.hand_offs
    for one in told:
        _store(work, call_id, case_id, judged, one)
    known = [(row["addressee"], row["state"]) for row in made] + [(addressee(one.to), one.result) for one in told]
    left = left_open(judged.verdict, (to for to, _ in known))
    ours = stays_ours(judged.call.kind, (state for _, state in known))
    for case in about:
        for to, state in known:
            cases.line(work, case, "hand_off", to=to, state=state, call_id=str(call_id))
        if left:
            cases.line(work, case, "hand_offs_open", to=list(left), call_id=str(call_id))
        if ours:
            cases.line(work, case, "stays_ours", call_id=str(call_id))
    return ours, left


def _store(work: Work, call_id: UUID, case_id: UUID, judged: Judged, one: HandOffIn) -> None:
    to, at = addressee(one.to), one.at or work.at
    words = {"acceptedBy": one.accepted_by, "to": one.to if to == "other" else None, "number": None}
    try:
        number = phone(one.number) if one.number else None
    except ValueError:  # nothing is refused while somebody is upset; what is no number is kept as it was said
        number, words["number"] = None, one.number
    if to in PRIVATE and number:
        number, words["number"] = None, number
    told = said(words)
    work.write(
        hand_off_table,
        id=new_id(work.at),
        call_id=call_id,
        case_id=case_id,
        organisation_id=work.organisation,
        addressee=to,
        number=number,
        way=one.way,
        proposed_by=proposed_by(judged.protocol, judged.verdict, to),
        state=one.result,
        reason=one.reason,
        started_at=at,
        ended_at=at,
        sealed=vault.seal(work, case_id, told) if told else None,
        version=1,
    )

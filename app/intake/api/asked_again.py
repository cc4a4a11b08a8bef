"""The caller rings again."""

from app.cases.references import ReferenceMisread
from app.core.errors import Invalid, NotFound
from app.core.http import problems, rooms_router
from app.identity.doors import IntakeDoor
from app.intake.schemas.asked_again import FoundOut, ReferenceIn
from app.intake.service import asked_again

router = rooms_router("intake")


@router.post("/calls/_reference", responses=problems(Invalid, ReferenceMisread, NotFound))
async def find_call_by_reference(body: ReferenceIn, work: IntakeDoor) -> FoundOut:
    """What a caller who rings again may be told: codes and a sentence, nothing about the person. The look is logged."""
    found = await asked_again.by_reference(work, body.reference, body.listener, sure=body.verified)
    told = found.answer
    return FoundOut.model_validate(
        {
            "call_id": found.call.id,
            "case_id": found.case_id,
            "reference": found.call.reference,
            "received_at": found.call.received_at,
            "codes": told.codes,
            "taken_up_since": told.since,
            "outcome": told.outcome,
            "say": {"nl": told.say.nl, "en": told.say.en},
            "instead": {"nl": told.instead.nl, "en": told.instead.en} if told.instead else None,
            "feedback_promised": found.feedback_by is not None,
            "feedback_by": found.feedback_by,
        }
    )

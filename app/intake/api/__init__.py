"""Intake over HTTP, one file a subject."""

from app.core.routes import joined
from app.intake.api.asked_again import router as asked_again
from app.intake.api.calls import router as calls
from app.intake.api.corrections import router as corrections
from app.intake.api.drafts import router as drafts
from app.intake.api.earlier import router as earlier
from app.intake.api.hand_offs import router as hand_offs
from app.intake.api.protocols import router as protocols

router = joined(asked_again, calls, drafts, corrections, earlier, hand_offs, protocols)

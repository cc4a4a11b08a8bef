"""Intake over HTTP, one file a subject."""

from fastapi import APIRouter

from app.intake.api.asked_again import router as asked_again
from app.intake.api.calls import router as calls
from app.intake.api.corrections import router as corrections
from app.intake.api.drafts import router as drafts
from app.intake.api.earlier import router as earlier
from app.intake.api.hand_offs import router as hand_offs
from app.intake.api.protocols import router as protocols

router = APIRouter()
router.include_router(asked_again)
router.include_router(calls)
router.include_router(drafts)
router.include_router(corrections)
router.include_router(earlier)
router.include_router(hand_offs)
router.include_router(protocols)

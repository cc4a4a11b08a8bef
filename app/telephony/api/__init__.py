"""Telephony over HTTP, one file a subject."""

from fastapi import APIRouter

from app.telephony.api.calls import router as calls
from app.telephony.api.systems import router as systems

router = APIRouter()
router.include_router(systems)
router.include_router(calls)

"""Channels over HTTP, one file a way."""

from fastapi import APIRouter

from app.channels.api.police import router as police
from app.channels.api.reports import router as reports
from app.channels.api.transfers import router as transfers

router = APIRouter()
router.include_router(police)
router.include_router(reports)
router.include_router(transfers)

"""Delivery over HTTP, one file a subject."""

from fastapi import APIRouter

from app.delivery.api.endpoints import router as endpoints
from app.delivery.api.feed import router as feed
from app.delivery.api.messages import router as messages

router = APIRouter()
router.include_router(feed)
router.include_router(endpoints)
router.include_router(messages)

"""Delivery over HTTP, one file a subject."""

from fastapi import APIRouter

from app.delivery.api.endpoints import router as endpoints
from app.delivery.api.feed import router as feed
from app.delivery.api.messages import router as messages
from app.delivery.api.secrets import router as secrets
from app.delivery.api.verification import router as verification

router = APIRouter()
for part in (feed, endpoints, verification, secrets, messages):
    router.include_router(part)

"""Routing over HTTP, one file a subject."""

from fastapi import APIRouter

from app.routing.api.handovers import router as handovers
from app.routing.api.offers import router as offers

router = APIRouter()
for part in (offers, handovers):
    router.include_router(part)

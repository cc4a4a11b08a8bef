"""How duty is planned, over HTTP, one file a subject."""

from fastapi import APIRouter

from app.rosters.api.duty import router as duty
from app.rosters.api.feeds import router as feeds
from app.rosters.api.overrides import router as overrides
from app.rosters.api.participants import router as participants
from app.rosters.api.rosters import router as rosters

router = APIRouter()
for one in (participants, rosters, overrides, duty, feeds):
    router.include_router(one)

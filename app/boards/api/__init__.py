"""Boards over HTTP, one file a subject."""

from fastapi import APIRouter

from app.boards.api.boards import router as boards
from app.boards.api.calendars import router as calendars
from app.boards.api.handoffs import router as handoffs

router = APIRouter()
for part in (boards, calendars, handoffs):
    router.include_router(part)

"""Boards over HTTP, one file a subject."""

from app.boards.api.boards import router as boards
from app.boards.api.calendars import router as calendars
from app.boards.api.handoffs import router as handoffs
from app.core.routes import joined

router = joined(boards, calendars, handoffs)

"""The pages of a call: the list, one call, what follows from it, earlier calls, and what it came to."""

from fastapi import APIRouter

from app.console.call.earlier import router as earlier
from app.console.call.ended import router as ended
from app.console.call.listing import router as listing
from app.console.call.taking import router as taking

router = APIRouter(include_in_schema=False)
router.include_router(listing)
router.include_router(earlier)
router.include_router(ended)
router.include_router(taking)

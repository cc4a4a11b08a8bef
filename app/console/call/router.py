"""The pages of a call: the list, one call, what follows from it, earlier calls, what it came to, and who is to be rung back."""

from fastapi import APIRouter

from app.console.call.beside import router as beside
from app.console.call.earlier import router as earlier
from app.console.call.ended import router as ended
from app.console.call.listing import router as listing
from app.console.call.offline import router as offline
from app.console.call.ringing_back import router as ringing_back
from app.console.call.taking import router as taking

router = APIRouter(include_in_schema=False)
router.include_router(offline)
router.include_router(listing)
router.include_router(beside)
router.include_router(earlier)
router.include_router(ended)
router.include_router(ringing_back)
router.include_router(taking)

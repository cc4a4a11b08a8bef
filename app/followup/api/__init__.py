"""Follow-up over HTTP, one file a subject."""

from fastapi import APIRouter

from app.followup.api.care import router as care
from app.followup.api.ending import router as ending
from app.followup.api.items import router as items
from app.followup.api.telling import router as telling

router = APIRouter()
for part in (care, items, telling, ending):
    router.include_router(part)

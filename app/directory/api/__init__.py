"""The directory over HTTP, one file a subject."""

from fastapi import APIRouter

from app.directory.api.importing import router as importing
from app.directory.api.look_up import router as look_up

router = APIRouter()
router.include_router(look_up)
router.include_router(importing)

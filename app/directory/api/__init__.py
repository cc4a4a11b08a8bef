"""The directory over HTTP, one file a subject."""

from fastapi import APIRouter

from app.directory.api.importing import router as importing
from app.directory.api.look_up import router as look_up
from app.directory.api.organisations import router as organisations
from app.directory.api.services import router as services

router = APIRouter()
router.include_router(look_up)
router.include_router(importing)
router.include_router(organisations)
router.include_router(services)

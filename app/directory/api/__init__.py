"""The directory over HTTP, one file a subject."""

from app.core.routes import joined
from app.directory.api.importing import router as importing
from app.directory.api.look_up import router as look_up
from app.directory.api.organisations import router as organisations
from app.directory.api.services import router as services

router = joined(look_up, importing, organisations, services)

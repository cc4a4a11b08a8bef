"""Channels over HTTP, one file a way."""

from app.channels.api.police import router as police
from app.channels.api.reports import router as reports
from app.channels.api.transfers import router as transfers
from app.core.routes import joined

router = joined(police, reports, transfers)

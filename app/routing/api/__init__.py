"""Routing over HTTP, one file a subject."""

from app.core.routes import joined
from app.routing.api.handovers import router as handovers
from app.routing.api.offers import router as offers

router = joined(offers, handovers)

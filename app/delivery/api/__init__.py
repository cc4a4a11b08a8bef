"""Delivery over HTTP, one file a subject."""

from app.core.routes import joined
from app.delivery.api.endpoints import router as endpoints
from app.delivery.api.feed import router as feed
from app.delivery.api.messages import router as messages
from app.delivery.api.secrets import router as secrets
from app.delivery.api.verification import router as verification

router = joined(feed, endpoints, verification, secrets, messages)

"""Telephony over HTTP, one file a subject."""

from app.core.routes import joined
from app.telephony.api.calls import router as calls
from app.telephony.api.systems import router as systems

router = joined(systems, calls)

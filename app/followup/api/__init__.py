"""Follow-up over HTTP, one file a subject."""

from app.core.routes import joined
from app.followup.api.care import router as care
from app.followup.api.clocks import router as clocks
from app.followup.api.coordinators import router as coordinators
from app.followup.api.ending import router as ending
from app.followup.api.items import router as items
from app.followup.api.ownership import router as ownership
from app.followup.api.reading import router as reading
from app.followup.api.telling import router as telling
from app.followup.api.written import router as written

router = joined(care, clocks, coordinators, items, written, ownership, reading, telling, ending)

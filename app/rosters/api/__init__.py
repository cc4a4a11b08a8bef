"""How duty is planned, over HTTP, one file a subject."""

from app.core.routes import joined
from app.rosters.api.duty import router as duty
from app.rosters.api.feeds import router as feeds
from app.rosters.api.overrides import router as overrides
from app.rosters.api.participants import router as participants
from app.rosters.api.rosters import router as rosters

router = joined(participants, rosters, overrides, duty, feeds)

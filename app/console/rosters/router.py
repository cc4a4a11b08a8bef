"""The rosters: where each page lives. What has a name of its own comes before what has a roster's id."""

from app.console.rosters.calendars import router as calendars
from app.console.rosters.founding import router as founding
from app.console.rosters.listing import router as listing
from app.console.rosters.people import router as people
from app.console.rosters.planning import router as planning
from app.console.rosters.shift import router as shift
from app.console.rosters.slots import router as slots
from app.console.rosters.week import router as week
from app.core.routes import joined

router = joined(listing, people, calendars, founding, planning, slots, shift, week)

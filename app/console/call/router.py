"""The pages of a call: the list, one call, what follows from it, earlier calls, what it came to, and who is to be rung back."""

from app.console.call.beside import router as beside
from app.console.call.earlier import router as earlier
from app.console.call.ended import router as ended
from app.console.call.listing import router as listing
from app.console.call.offline import router as offline
from app.console.call.ringing_back import router as ringing_back
from app.console.call.taking import router as taking
from app.core.routes import joined

router = joined(offline, listing, beside, earlier, ended, ringing_back, taking)

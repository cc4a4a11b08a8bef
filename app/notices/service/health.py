"""Whether desks with a mailbox are reached, for `nodus doctor`."""

from dataclasses import dataclass
from datetime import timedelta

from app.core import clock
from app.core.settings import Settings
from app.core.work import Work
from app.notices import queries
from app.notices.mail import answers, is_configured
from app.notices.timing import WAITING_AFTER


@dataclass(frozen=True, slots=True)
class Counts:
    """How many mailboxes there are, and for how long the oldest mail waits."""

    active: int
    unconfirmed: int
    failing: int
    waits: timedelta | None


async def counts(work: Work) -> Counts:
    """Over all organisations."""
    row = await work.one(queries.HEALTH)
    if row is None:
        raise LookupError("The question always has an answer.")
    waits = clock.wall() - row["waiting"] if row["waiting"] else None
    return Counts(row["active"], row["unconfirmed"], row["failing"], waits)


async def server(settings: Settings) -> str | None:
    """What is wrong with the mail server; None: it lets us in, over the connection that notices take."""
    return await answers(settings) if is_configured(settings) else "not_configured"


def outlook(found: Counts, wrong: str | None) -> tuple[bool, str]:
    """Whether every mailbox is reached, and a sentence."""
    boxes = f"mailboxes in use: {found.active}, unconfirmed: {found.unconfirmed}"
    if wrong == "not_configured":
        well = not found.active + found.unconfirmed
        return well, f"no mail server is set, or no sender that is an address (NODUS_SMTP_HOST, NODUS_SMTP_SENDER); {boxes}"
    if wrong:
        return False, f"the mail server does not let us in ({wrong}); {boxes}"
    if found.waits and found.waits > WAITING_AFTER:
        return False, f"the oldest mail waits since {found.waits.total_seconds():.0f} s: is a worker running? {boxes}"
    if found.failing:
        return False, f"mailboxes from which mail comes back: {found.failing}, ring those organisations; {boxes}"
    return True, f"the mail server lets us in; {boxes}"

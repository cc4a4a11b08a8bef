"""Whether a report of the police is about somebody with an open case: two thirds are (fact F20), and one thread is enough."""

from app.core.work import Work
from app.intake.schemas.asked import CallIn


async def joins_known(_work: Work, call: CallIn) -> CallIn:
    """The call, joined to the open case of the same person at this organisation when the match is sure.

    Not yet: the look-up of earlier calls (`intake/service/earlier.py`) and `CallIn.joins` come with the room `signals`. This is
    the one place where a report joins: look up, and answer `call.model_copy(update={"joins": …})` for a sure match.
    """
    return call

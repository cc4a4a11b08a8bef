"""How far a call is, as it may be told to whoever sent it: nothing of the person, of the case, or of what was said.

What may be told is intake's to say (`telling.py`), as to a caller who rings again; here it becomes one word.
Source: facts F10 (confirmation without contents), F21 (the police hear by whom it was taken up), F33.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from app.cases.lifecycle import State
from app.intake.telling import Known, Told, answer


class Progress(StrEnum):
    """What may be told."""

    RECEIVED = "received"  # it is here; nobody was asked yet
    BEING_ASKED = "being_asked"  # an organisation is asked to take it up
    TAKEN_UP = "taken_up"  # an organisation is responsible
    CLOSED = "closed"  # what there was to do is done
    RING_AGAIN = "ring_again"  # it ended with advice: nobody is busy with it, and whoever still worries rings again
    ENTERED_IN_ERROR = "entered_in_error"  # it was a mistake, and withdrawn: nobody is busy with it


FURTHEST_FIRST: Final[Mapping[Told, Progress]] = MappingProxyType(
    {
        Told.ENTERED_IN_ERROR: Progress.ENTERED_IN_ERROR,
        Told.CLOSED: Progress.CLOSED,
        Told.TAKEN_UP: Progress.TAKEN_UP,
        Told.BEING_ASKED: Progress.BEING_ASKED,
    }
)


def progress(row: Mapping[str, Any]) -> Progress:
    """How far the call of a row of `report_told` is: its own state, and that of the case that it opened or joined, if any."""
    state = State(row["case_state"]) if row["case_state"] else None
    known = Known(state, row["accepted_at"], in_error=row["in_error_at"] is not None)
    told = answer(known, None, sure=False).codes
    furthest = next((far for code, far in FURTHEST_FIRST.items() if code in told), None)
    if furthest:
        return furthest
    return Progress.RING_AGAIN if row["call_state"] == "completed" and state is None else Progress.RECEIVED

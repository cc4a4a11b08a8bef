"""How far a call is, as it may be told to whoever sent it: nothing of the person, of the case, or of what was said.

Source: facts F10 (confirmation without contents), F21 (the police hear by whom it was taken up), F33.
"""

from enum import StrEnum


class Progress(StrEnum):
    """What may be told."""

    RECEIVED = "received"  # it is here; nobody was asked yet
    BEING_ASKED = "being_asked"  # an organisation is asked to take it up
    TAKEN_UP = "taken_up"  # an organisation is responsible
    CLOSED = "closed"  # what there was to do is done
    RING_AGAIN = "ring_again"  # it ended with advice: nobody is busy with it, and whoever still worries rings again


def progress(call_state: str, case_state: str | None) -> Progress:
    """How far a call is: its own state, and that of the case that it opened or joined, if there is one."""
    if case_state is None:
        return Progress.RING_AGAIN if call_state == "completed" else Progress.RECEIVED
    if case_state == "offered":
        return Progress.BEING_ASKED
    return Progress.CLOSED if case_state == "closed" else Progress.TAKEN_UP

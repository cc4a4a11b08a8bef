"""Whether the person was asked before a professional reported a worry about them."""

from enum import StrEnum


class Consent(StrEnum):
    """What the person said; without it a report is possible too, and says so."""

    GIVEN = "given"
    REFUSED = "refused"
    NOT_ASKED = "not_asked"

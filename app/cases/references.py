"""A reference as it is heard on the phone, and whether it can be one of ours.

A reference has 40 random bits and a check letter. It is looked up only among the calls of who asks, and every look is logged,
so guessing is hopeless and seen.
"""

import re
from typing import Final

from app.core.errors import FieldError, Invalid
from app.core.ids import ALPHABET, CHECK_ALPHABET, check_letter

HEARD_AS: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})
BETWEEN: Final = re.compile(r"[\s.\-–—_/]+")
LETTERS: Final = 8


class ReferenceMisread(Invalid):
    """Its check letter is wrong: it was misheard, mistyped or never ours. Nothing was looked up."""

    slug, title = "reference-misread", "This is not a reference of ours"


def reference_heard(told: str) -> str:
    """A reference in its one form, from whatever was typed: small letters, no dashes, O for 0, I or L for 1.

    Raises:
        ReferenceMisread: it can't be one of ours.
    """
    plain = BETWEEN.sub("", told).upper()
    letters, check = plain[:LETTERS].translate(HEARD_AS), plain[LETTERS:]
    fits = len(letters) == LETTERS and set(letters) <= set(ALPHABET) and len(check) == 1 and check in CHECK_ALPHABET
    if not fits or check_letter(letters) != check:
        fault = FieldError("/reference", "check_letter", "Eight letters or digits and a check letter, such as K7M4-2QXD-H.")
        raise ReferenceMisread("This is not a reference of ours, please read it again. Nothing was looked up.", errors=[fault])
    return f"{letters[:4]}-{letters[4:]}-{check}"

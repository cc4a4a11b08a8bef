"""A reference as people type it: any spacing, small letters, and the letters that look like digits."""

from typing import Final

from app.core.ids import ALPHABET, check_letter

LETTERS: Final = 8
LOOKS_LIKE: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})


def reference_in(told: str) -> str | None:
    """The reference that was typed, as it is stored; None when its check letter, or its form, does not fit."""
    letters = "".join(letter for letter in told.upper() if letter.isalnum())
    if len(letters) != LETTERS + 1:
        return None
    body, check = letters[:LETTERS].translate(LOOKS_LIKE), letters[LETTERS]
    if not set(body) <= set(ALPHABET) or check_letter(body) != check:
        return None
    return f"{body[:4]}-{body[4:]}-{check}"

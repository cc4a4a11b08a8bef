"""The numbers by which others know an organisation: OIN, KvK, AGB, URA.

Source: Logius (OIN: 20 digits), KvK-nummer, AGB-code and UZI register (URA): 8 digits each. They are names, not numbers:
leading zeros count.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

DIGITS: Final[Mapping[str, int]] = MappingProxyType({"oin": 20, "kvk": 8, "agb": 8, "ura": 8})
BETWEEN: Final = str.maketrans("", "", " .-")


def identifier(kind: str, text: str) -> str:
    """The digits of an identifier; spaces, points and hyphens between them go.

    Raises:
        ValueError: not digits, or not as many as this kind has.
    """
    digits = text.translate(BETWEEN)
    if not (digits.isascii() and digits.isdigit() and len(digits) == DIGITS[kind]):
        raise ValueError(f"It has {DIGITS[kind]} digits, leading zeros included.")
    return digits

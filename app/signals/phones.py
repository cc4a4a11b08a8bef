"""A telephone number, so that every way of writing it is one (E.164)."""

from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

REGION: Final = "NL"  # of a number without a country
# Numbers that are nobody's own: 0800, 0900, 14 + area code, 088.
SHARED: Final = frozenset(
    {
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
    }
)


def key(told: str) -> str:
    """The number in E.164; empty for what can't be somebody's own: a service number, or no number at all."""
    try:
        number = phonenumbers.parse(told, REGION)
    except NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) in SHARED:
        return ""
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)

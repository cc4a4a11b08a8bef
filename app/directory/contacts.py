"""Ways to reach an organisation: written in one form, or refused with what the form is.

Source: facts F73: 112, 113 and 14 0xx are numbers to dial and no telephone numbers to the libraries; 0800 and 14 0xx can't be
dialled from abroad, so they stay as they are.
"""

import re
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit


class Way(StrEnum):
    """By what."""

    PHONE = "phone"
    EMAIL = "email"
    WEB_FORM = "web_form"
    SECURE_MAIL = "secure_mail"
    POSTAL = "postal"


class Use(StrEnum):
    """For whom, or for what."""

    CITIZENS = "citizens"
    PROFESSIONALS = "professionals"
    POLICE = "police"
    HAND_OFF = "hand_off"  # the line for a warm hand-over
    OFFICE = "office"  # for us: contracts, rosters, faults


BETWEEN: Final = re.compile(r"[\s().\-/]")
AS_DIALLED: Final = re.compile(r"11[0-9]|116[0-9]{3}|14[0-9]|140[0-9]{2,3}|0(800|90[069])([0-9]{4}|[0-9]{7})")
NATIONAL: Final = re.compile(r"0([1-9][0-9]{8})")
INTERNATIONAL: Final = re.compile(r"\+[1-9][0-9]{6,14}")
DUTCH: Final = re.compile(r"\+31[1-9][0-9]{8}")
EMAIL: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")


def contact(way: Way, text: str) -> str:
    """A contact way in its one form: phones as E.164 or as they are dialled here, domains in small letters.

    Raises:
        ValueError: it can't be one; the sentence says which form it has.
    """
    match way:
        case Way.PHONE:
            return phone(text)
        case Way.EMAIL | Way.SECURE_MAIL:
            return _email(text)
        case Way.WEB_FORM:
            return _web_form(text)
        case Way.POSTAL:
            return " ".join(text.split())


def phone(text: str) -> str:
    """A telephone number: `+31235159998`, or `112`, `113`, `14023`, `08000113` as they are dialled.

    Raises:
        ValueError: it can't be dialled.
    """
    dialled = BETWEEN.sub("", text.replace("(0)", ""))
    if AS_DIALLED.fullmatch(dialled):
        return dialled
    number = NATIONAL.sub(r"+31\1", dialled, count=1) if NATIONAL.fullmatch(dialled) else re.sub(r"^00", "+", dialled)
    if not INTERNATIONAL.fullmatch(number) or (number.startswith("+31") and not DUTCH.fullmatch(number)):
        raise ValueError(
            "Send a number of ten digits such as 023-5159998, one with + and the country, or 112, 14 023, 0800-0113."
        )
    return number


def _email(text: str) -> str:
    if not EMAIL.fullmatch(text):
        raise ValueError("Send an address such as meldpunt@example.nl.")
    name, _, domain = text.rpartition("@")
    return f"{name}@{domain.lower()}"


def _web_form(text: str) -> str:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme != "https" or "." not in (parts.hostname or "") or "@" in parts.netloc or any(c.isspace() for c in text):
        raise ValueError("Send the address of the form, with https and without a name or password in it.")
    place = (parts.hostname or "") + (f":{port}" if port else "")
    return parts._replace(netloc=place).geturl()

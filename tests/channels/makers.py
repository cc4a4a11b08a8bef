"""Reports that come otherwise than by phone, valid by default."""

from typing import Any, Final
from uuid import UUID

import httpx

from app.core.db import Database
from app.directory.seeding import organisation_id
from tests.makers import a_token

POLICE: Final = organisation_id("crisis-vr13")  # stands for whoever sends: an organisation that is no desk
FORM: Final = """Formulier: nodus-form-1
Kenmerk: PL1300-2026111222
Eenheid: Amsterdam
Datum: 24-11-2026 11:05
Naam: Jan van der Verzonnen
Geboortedatum: 02-03-1961
Postcode: 1012 AB
Huisnummer: 12
Zorg: Man loopt op blote voeten in de regen.
Zegt dat de buren hem afluisteren.
Gevaar: nee
Eet niet: ja
"""


def a_police_form(year: int) -> str:
    """The form about somebody born in a year: another year is another person."""
    return FORM.replace("111222", str(year)).replace("1961", str(year))


def a_mail(form: str = FORM, *, identity: str = "1@politie.test") -> bytes:
    """The form as the text of a mail."""
    head = f"Message-ID: <{identity}>\r\nFrom: a@politie.test\r\nTo: b@meldpunt.test\r\nSubject: Zorgmelding\r\nMIME-Version: 1.0\r\n"
    return f"{head}Content-Type: text/plain; charset=utf-8\r\n\r\n{form}".encode()


def a_report(**changes: Any) -> dict[str, Any]:
    """What a professional reports."""
    body: dict[str, Any] = {
        "worry": "Mevrouw doet de deur niet meer open.",
        "answers": {"danger_now": "no", "not_eating": "yes"},
        "place": {"stay": {"postcode": "1012AB", "houseNumber": "12"}},
        "consent": "not_asked",
    }
    return body | changes


def a_transfer(**changes: Any) -> dict[str, Any]:
    """A call that another desk hands over."""
    body = a_report(way="warm", caller={"anonymity": "anonymous", "relation": "neighbour"})
    del body["consent"]
    return body | changes


async def send_police(
    client: httpx.AsyncClient,
    key: dict[str, str],
    content: bytes | str = FORM,
    media: str = "text/plain",
    query: str = "purpose=a",
) -> httpx.Response:
    """Send a report of the police."""
    data = content.encode() if isinstance(content, str) else content
    return await client.post(f"/v1/police-reports?{query}", content=data, headers=key | {"Content-Type": media})


async def a_professional(database: Database) -> dict[str, str]:
    """A key of whoever reports professionally."""
    return await a_token(database, POLICE, "professional")


async def listed(client: httpx.AsyncClient, path: str, who: dict[str, str], **asked: str) -> list[dict[str, Any]]:
    """All that a list holds, page by page: tests share a database, and others may have filled the first."""
    found: list[dict[str, Any]] = []
    asked["limit"] = "100"
    while True:
        page = (await client.get(path, params=asked, headers=who)).json()
        found += page["items"]
        if not page["next"]:
            return found
        asked["cursor"] = page["next"]


async def heard(
    client: httpx.AsyncClient, organisation: UUID, key: dict[str, str], kind: str, about: str
) -> list[dict[str, Any]]:
    """The events of a kind about something, once there is one; the feed is read on until then."""
    after = 0
    while True:
        page = (await client.get(f"/v1/organisations/{organisation}/events?after={after}&wait=10", headers=key)).json()
        found = [one["data"] for one in page["events"] if one["type"] == kind and one["subject"] == about]
        if found or not page["events"]:
            return found
        after = page["next"]

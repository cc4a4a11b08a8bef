"""Settings that belong together because the receiver is a known product.

Source: Open Notificaties 1.16 (its CloudEvents address, ZGW JWT, no OPTIONS handshake), tried against it.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from app.core.errors import FieldError, Invalid

OPEN_NOTIFICATIES: Final = "open_notificaties"
CLOUDEVENTS: Final = "/api/v1/cloudevents"


@dataclass(frozen=True, slots=True)
class Settled:
    """What an endpoint would be, as far as a preset has a say in it."""

    url: str
    auth_kind: str
    verification: str
    ordering: str


def vet(preset: str | None, settled: Settled) -> None:
    """Refuse what contradicts the preset.

    Raises:
        Invalid: names each field that does, and what it must be.
    """
    if preset != OPEN_NOTIFICATIES:
        return
    wrong = [error for field, error in _WRONG.items() if not _fits(field, settled)]
    if wrong:
        raise Invalid("The preset open_notificaties wants something else; each field is named in `errors`.", errors=wrong)


def _fits(field: str, settled: Settled) -> bool:
    if field == "url":
        return urlsplit(settled.url).path.rstrip("/").endswith(CLOUDEVENTS)
    wanted = {"auth": "zgw_jwt", "verification": "agreed", "ordering": "strict"}
    return wanted[field] == (settled.auth_kind if field == "auth" else getattr(settled, field))


_WRONG: Final = {
    "url": FieldError(
        "/url",
        "preset",
        f"A hub takes CloudEvents at its own address with {CLOUDEVENTS} behind it: for the API at https://hub.example.nl/api/v1/"
        f" send https://hub.example.nl{CLOUDEVENTS}. Its manager knows the address, and must allow our client to publish.",
    ),
    "auth": FieldError(
        "/auth", "preset", "A hub wants auth of the kind zgwJwt: clientId and secret come from its manager (Autorisaties API)."
    ),
    "verification": FieldError(
        "/verification",
        "preset",
        "A hub answers no handshake: leave this out, or send agreed. Its credentials prove the address.",
    ),
    "ordering": FieldError(
        "/ordering", "preset", "A hub passes on in the order in which it gets: leave this out, or send strict."
    ),
}

"""The secret part of an endpoint: opened, changed and closed again. Nothing of it is ever shown."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from app.core import clock
from app.core.errors import FieldError, Invalid
from app.core.work import Row, Work
from app.delivery.access import Access, OAuth, merged, vet_headers
from app.delivery.certificate import examine
from app.delivery.destination import DestinationRefused, destination
from app.vault.keys import master_key
from app.vault.sealing import Broken

SECRET: Final = frozenset({"headers", "auth", "certificate"})


def opened(work: Work, row: Row | None) -> Access:
    """What is sealed beside an endpoint; nothing when there is none.

    Raises:
        Invalid: it was sealed under another master key.
    """
    if row is None or row["access"] is None:
        return Access()
    try:
        return Access.from_bytes(master_key(work.database.settings).unwrap(bytes(row["access"]), row["id"]))
    except Broken:
        sentence = "The credentials kept here can't be read any more. Make a new endpoint with all of them, and remove this one."
        raise Invalid(sentence, errors=[FieldError("/auth", "unreadable", sentence)]) from None


def changed(work: Work, access: Access, changes: Mapping[str, Any]) -> Access:
    """The access after a change of `headers` (merged), `auth` or `certificate` (chain and key).

    Raises:
        Invalid: a header or the certificate is refused.
        DestinationRefused: a token is to be fetched where we don't call.
    """
    auth = changes.get("auth", access.auth)
    chain, key = changes.get("certificate", (access.certificate, access.key)) or (None, None)
    made = Access(merged(access.headers, changes.get("headers") or {}), auth, chain, key)
    vet_headers(made.headers, made.auth_kind)
    if isinstance(auth, OAuth) and "auth" in changes:
        _vet_token_url(work, auth.token_url)
    return made


def columns(work: Work, endpoint_id: UUID, access: Access, touched: Iterable[str]) -> dict[str, Any]:
    """What is stored of it: the seal, and what may be shown. `touched`: what changed, of `SECRET`.

    Raises:
        Invalid: the certificate is refused.
    """
    bare = access == Access()
    values: dict[str, Any] = {
        "access": None if bare else master_key(work.database.settings).wrap(access.to_bytes(), endpoint_id),
        "auth_kind": access.auth_kind,
        "header_names": sorted(access.headers),
    }
    if "certificate" in touched:
        shown = examine(access.certificate, access.key, clock.wall()) if access.certificate and access.key else None
        values |= {"certificate_subject": shown and shown.subject, "certificate_ends_at": shown and shown.ends_at}
        values["certificate_told_at"] = None
    return values


def _vet_token_url(work: Work, url: str) -> None:
    try:
        destination(url, private_allowed=work.database.settings.webhooks_to_private_addresses)
    except DestinationRefused as refused:
        raise DestinationRefused(
            refused.detail, errors=[FieldError("/auth/tokenUrl", error.code, error.message) for error in refused.errors]
        ) from None

"""Webhook endpoints of an organisation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.core import clock
from app.core.errors import FieldError, Invalid, NotFound, Refused
from app.core.http import match
from app.core.ids import new_id
from app.core.work import Row, Work
from app.delivery import presets, queries
from app.delivery.access import Access, Auth
from app.delivery.destination import destination
from app.delivery.presets import Settled
from app.delivery.service import sealed, verification
from app.delivery.signature import new_secret, shown
from app.delivery.states import Standing, settle
from app.delivery.tables import webhook_endpoint, webhook_secret
from app.vault.keys import master_key

MOST: Final = 20  # ⚙ endpoints an organisation
PLAIN: Final = ("url", "types", "label", "municipality_codes", "ordering", "per_minute", "verification")
GOES_ON: Final[Mapping[str, Any]] = dict.fromkeys(("failing_since", "disabled_reason", "disabled_at", "disabled_told_at"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where an organisation receives its events."""

    id: UUID
    organisation_id: UUID
    url: str
    types: Sequence[str]
    state: str
    delivered_through: int
    attempts: int
    next_attempt_at: datetime
    failing_since: datetime | None
    last_error: str | None
    created_at: datetime
    version: int
    label: str | None
    preset: str | None
    verification: str
    verified_at: datetime | None
    verification_started_at: datetime | None
    verification_attempts: int
    next_verification_at: datetime | None
    verification_error: str | None
    challenge_ends_at: datetime | None
    municipality_codes: Sequence[str]
    ordering: str
    per_minute: int | None
    granted_per_minute: int | None
    auth_kind: str
    header_names: Sequence[str]
    certificate_subject: str | None
    certificate_ends_at: datetime | None
    disabled_reason: str | None
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How an endpoint is to be, where it is not to be as usual."""

    label: str | None = None
    preset: str | None = None
    verification: str = "agreed"
    municipality_codes: Sequence[str] = ()
    ordering: str = "strict"
    per_minute: int | None = None
    headers: Mapping[str, str] | None = None
    auth: Auth | None = None
    certificate: tuple[str, str] | None = None


async def create_endpoint(
    work: Work, *, url: str, types: Sequence[str], from_start: bool, wishes: Wishes | None = None
) -> tuple[Endpoint, str]:
    """A new endpoint, and its secret, which can't be had again.

    It receives what happens from now on, or everything that is kept when `from_start`; nothing before it is verified.

    Raises:
        DestinationRefused: we don't call this URL.
        Invalid: a header, the certificate or the preset does not fit; says which and why.
        Refused: the organisation has as many as it may.
    """
    wished = wishes or Wishes()
    settings = work.database.settings
    destination(url, private_allowed=settings.webhooks_to_private_addresses)
    changes = {"headers": wished.headers or {}, "auth": wished.auth, "certificate": wished.certificate}
    access = sealed.changed(work, Access(), changes)
    presets.vet(wished.preset, Settled(url, access.auth_kind, wished.verification, wished.ordering))
    await _vet_places(work, wished.municipality_codes)
    at = clock.wall()
    endpoint_id, secret = new_id(at), new_secret()
    await work.one(queries.ONE_AT_A_TIME, organisation=str(work.organisation))
    head = await work.one(queries.HEAD_AND_COUNT, recipient=work.organisation)
    last, count = (head["last"], head["count"]) if head else (0, 0)
    if count >= MOST:
        raise Refused(f"Your organisation has {MOST} endpoints, and may have no more. Remove one with DELETE, or change one.")
    row: dict[str, Any] = dict.fromkeys(field.name for field in fields(Endpoint)) | {
        "id": endpoint_id,
        "organisation_id": work.organisation,
        "url": url,
        "types": list(types),
        "delivered_through": 0 if from_start else last,
        "attempts": 0,
        "next_attempt_at": at,
        "created_at": at,
        "version": 1,
        "label": wished.label,
        "preset": wished.preset,
        "verification": wished.verification,
        "verification_attempts": 0,
        "municipality_codes": list(wished.municipality_codes),
        "ordering": wished.ordering,
        "per_minute": wished.per_minute,
    }
    row |= sealed.columns(work, endpoint_id, access, changes.keys())
    row |= _stood(work, row, settle(Standing("new", verified=False), verification=wished.verification, wished="active"), at)
    work.write(webhook_endpoint, **row, pressing_told_through=last)  # what happened before is no news
    wrapped = master_key(settings).wrap(secret, endpoint_id)
    work.write(
        webhook_secret, id=new_id(at), endpoint_id=endpoint_id, organisation_id=work.organisation, kind="hmac", secret=wrapped,
        created_at=at,
    )  # fmt: skip
    return _endpoint(row), shown(secret)


async def ours(work: Work) -> list[Endpoint]:
    """The endpoints of this organisation, oldest first."""
    return [_endpoint(row) for row in await work.rows(queries.ENDPOINTS)]


async def endpoint(work: Work, endpoint_id: UUID) -> Endpoint:
    """One of them.

    Raises:
        NotFound: this organisation has no such endpoint.
    """
    return _endpoint(await work.one(queries.ENDPOINT, endpoint_id=endpoint_id))


async def change_endpoint(work: Work, endpoint_id: UUID, version: int, changes: Mapping[str, Any]) -> Endpoint:
    """Change what is named, see `Wishes`; also url, types and state.

    Made active again, it is tried at once and goes on where it was; active already, its count of failures stays. At another
    address it is verified anew, unless the address was agreed.

    Raises:
        NotFound: this organisation has no such endpoint.
        Stale: it was changed since it was read.
        NotVerified: it can't be active before it is verified.
        DestinationRefused, Invalid: as for a new one.
    """
    row = await work.one(queries.LOCKED, endpoint_id=endpoint_id)
    found = _endpoint(row)
    match(version, found.version)
    if "url" in changes:
        destination(changes["url"], private_allowed=work.database.settings.webhooks_to_private_addresses)
    await _vet_places(work, changes.get("municipality_codes", ()))
    values = {name: changes[name] for name in PLAIN if name in changes}
    auth_kind = found.auth_kind
    if touched := sealed.SECRET & changes.keys():
        access = sealed.changed(work, sealed.opened(work, row), changes)
        auth_kind = access.auth_kind
        values |= sealed.columns(work, endpoint_id, access, touched)
    will = {"url": found.url, "verification": found.verification, "ordering": found.ordering} | values
    presets.vet(found.preset, Settled(will["url"], auth_kind, will["verification"], will["ordering"]))
    standing = settle(
        Standing(found.state, verified=found.verified_at is not None),
        verification=will["verification"],
        wished=changes.get("state"),
        moved=will["url"] != found.url,
        other_way=will["verification"] != found.verification,
    )
    at = clock.wall()
    await verification.forget_code(work, endpoint_id, standing)
    values |= _stood(work, {**(row or {}), **values}, standing, at)
    await work.change(queries.CHANGE.values(version=version + 1, **values), endpoint_id=endpoint_id)
    work.ring(f"event:{found.organisation_id}:0")
    return await endpoint(work, endpoint_id)


async def remove_endpoint(work: Work, endpoint_id: UUID) -> None:
    """Deliver nothing more to it.

    Raises:
        NotFound: this organisation has no such endpoint.
    """
    if not await work.change(queries.REMOVE, endpoint_id=endpoint_id):
        raise NotFound("Your organisation has no such endpoint.")


async def _vet_places(work: Work, codes: Sequence[str]) -> None:
    row = await work.one(queries.UNKNOWN, codes=list(codes), day=work.at.date()) if codes else None
    if row and row["places"]:
        sentence = "No municipality has this code today, so nothing would arrive for it. GET /v1/municipalities lists them."
        errors = [FieldError(f"/municipalityCodes/{place}", "municipality", sentence) for place in row["places"]]
        raise Invalid("Some municipalities are not known; each is named in `errors`.", errors=errors)


def _stood(work: Work, row: Mapping[str, Any], standing: Standing, at: datetime) -> dict[str, Any]:
    """The columns of where an endpoint stands now; its verification begins when it must."""
    values: dict[str, Any] = {"state": standing.state}
    if standing.state != row["state"]:
        values |= {**GOES_ON, "attempts": 0, "next_attempt_at": at}
    if standing.verified and row["verified_at"] is None:
        values |= {**verification.DONE, "verified_at": at}
    if not standing.verified:
        values |= {"verified_at": None, "granted_per_minute": None}
    if standing.starts:
        values |= verification.begin(work, row, at)
    return values


def _endpoint(row: Row | None) -> Endpoint:
    if row is None:
        raise NotFound("Your organisation has no such endpoint.")
    return Endpoint(**{field.name: row[field.name] for field in fields(Endpoint)})

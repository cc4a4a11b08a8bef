"""Making sure that an address is its organisation's: by a handshake that a worker carries out, or by a code that comes back."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.core import clock, cloudevents
from app.core.errors import Conflict, FieldError, Invalid, NotFound
from app.core.ids import new_id
from app.core.work import Row, Work
from app.delivery import queries
from app.delivery.events import EndpointVerification
from app.delivery.queries import verification as asked
from app.delivery.states import CODE_LIVES, NotVerified, Standing, next_verification
from app.delivery.tables import webhook_message

CODE_BYTES: Final = 18
DONE: Final[Mapping[str, Any]] = {
    "verification_started_at": None,
    "next_verification_at": None,
    "verification_error": None,
    "verification_attempts": 0,
    "challenge": None,
    "challenge_ends_at": None,
}


class CodeWrong(Invalid):
    """Another code was sent to whoever is to send it back."""

    slug, title = "code-wrong", "This is not the code"


def begin(work: Work, row: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """The columns of a verification that begins; a code is put on its way when that is the way."""
    values = {**DONE} | {"verification_started_at": at}
    if row["verification"] == "handshake":
        return values | {"next_verification_at": at}
    code, ends_at, message = secrets.token_urlsafe(CODE_BYTES), at + CODE_LIVES, new_id(at)
    event = EndpointVerification(organisation_id=row["organisation_id"], endpoint_id=row["id"], code=code, ends_at=ends_at)
    send_alone(work, event, message, "verification", at)
    return values | {"challenge": _hash(code), "challenge_ends_at": ends_at}


def send_alone(work: Work, event: Any, message: UUID, trigger: str, at: datetime) -> None:  # noqa: ANN401  an endpoint's event
    """Put an event of an endpoint's own, which is in no feed, on its way."""
    body = cloudevents.alone(event, identifier=message, at=work.at, settings=work.database.settings)
    work.write(
        webhook_message, id=new_id(at), endpoint_id=event.endpoint_id, organisation_id=event.organisation_id, event_id=message,
        type=event.type, body=body, trigger=trigger, attempts=0, next_attempt_at=at, created_at=at,
    )  # fmt: skip
    work.ring(f"event:{event.organisation_id}:0")


async def forget_code(work: Work, endpoint_id: UUID, standing: Standing) -> None:
    """A code that is on its way no longer counts, once the verification begins anew or is over."""
    if standing.starts or standing.verified:
        await work.change(asked.FORGET_CODE, endpoint_id=endpoint_id)


async def start_again(work: Work, endpoint_id: UUID) -> None:
    """Verify an endpoint anew: ask its receiver at once, or send another code, which takes the place of the one before.

    Raises:
        NotFound: this organisation has no such endpoint.
        Conflict: it waits for no verification.
    """
    row = await _locked(work, endpoint_id)
    if row["state"] != "unverified":
        raise Conflict("Only an unverified endpoint is verified. Read it: `state` says what stands in its way.")
    at = clock.wall()
    await work.change(asked.FORGET_CODE, endpoint_id=endpoint_id)
    await work.change(queries.CHANGE.values(**begin(work, row, at)), endpoint_id=endpoint_id)


async def confirm(work: Work, endpoint_id: UUID, code: str) -> None:
    """Take the code that reached the receiver; the endpoint is active from now on.

    Raises:
        NotFound: this organisation has no such endpoint.
        Conflict: no code is waited for.
        NotVerified: the code has ended.
        CodeWrong: it is another.
    """
    row = await _locked(work, endpoint_id)
    if row["state"] != "unverified" or row["challenge"] is None:
        raise Conflict(
            "No code is waited for here. Read the endpoint: `verification` says how it is verified, and `state` how far."
        )
    at = clock.wall()
    if at >= row["challenge_ends_at"]:
        raise NotVerified("This code has ended. POST …/verifications sends another, and it lives for a day.")
    if not hmac.compare_digest(_hash(code), bytes(row["challenge"])):
        sentence = "Send `data.code` of the last nl.nodus.endpoint.verification.v1 that reached your receiver."
        raise CodeWrong(sentence, errors=[FieldError("/code", "code", sentence)])
    values = {**DONE, "state": "active", "verified_at": at, "attempts": 0, "next_attempt_at": at, "failing_since": None}
    await work.change(queries.CHANGE.values(version=row["version"] + 1, **values), endpoint_id=endpoint_id)
    work.ring(f"event:{row['organisation_id']}:0")


async def to_ask(work: Work, lease: datetime, most: int) -> Sequence[Row]:
    """The endpoints whose receivers are to be asked now; nobody else asks them before `lease`."""
    return await work.rows(asked.TO_ASK, at=clock.wall(), lease=lease, most=most)


async def consented(work: Work, row: Row, granted: int | None) -> None:
    """The receiver wants our events, at most so many a minute; unless it was moved or taken away meanwhile."""
    at = clock.wall()
    if await work.change(asked.CONSENTED, **_asked(row), at=at, granted=granted):
        work.ring(f"event:{row['organisation_id']}:0")


async def refused(work: Work, row: Row, error: str) -> None:
    """The receiver did not say so: it is asked again, for an hour. `error` is a kind, never a text of the receiver's."""
    at = clock.wall()
    again = next_verification(row["verification_attempts"] + 1, row["verification_started_at"], at)
    await work.change(asked.REFUSED, **_asked(row), again=again, error=error)


def _asked(row: Row) -> dict[str, object]:
    return {"endpoint_id": row["id"], "url": row["url"], "since": row["verification_started_at"]}


async def _locked(work: Work, endpoint_id: UUID) -> Row:
    row = await work.one(queries.LOCKED, endpoint_id=endpoint_id)
    if row is None:
        raise NotFound("Your organisation has no such endpoint.")
    return row


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()

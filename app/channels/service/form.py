"""Take in what a citizen sends by the form on the web, and tell by its reference how far a call is."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import orjson
from sqlalchemy.exc import IntegrityError

from app.channels import queries
from app.channels.progress import Progress, progress
from app.channels.service.desk import intake_organisation
from app.channels.tables import report
from app.core.actor import Actor, Role
from app.core.db import Database
from app.core.ids import new_id
from app.core.work import Work, begin
from app.intake.codes import Channel
from app.intake.schemas.asked import CallIn
from app.intake.service.register import register


@dataclass(frozen=True, slots=True)
class Taken:
    """A form that was taken in. `again`: it had been before."""

    reference: str
    again: bool = False


def key_of(number: bytes, told: Mapping[str, str]) -> bytes:
    """What makes two sendings the same: the number of the form, and what was filled in. Without the number it tells nothing."""
    return hashlib.sha256(number + orjson.dumps(dict(told), option=orjson.OPT_SORT_KEYS)).digest()


async def earlier(database: Database, key: bytes, *, request_id: UUID) -> Taken | None:
    """What became of the form with this key, when it was sent before."""
    async with begin(database, await _desk(database), request_id=request_id) as work:
        return await _earlier(work, key)


async def take_in(database: Database, call: CallIn, key: bytes, *, request_id: UUID) -> Taken:
    """Store a call of the web, once for each form as it was filled in, however often it is sent.

    Raises:
        Invalid: as `intake.service.judging.judge`; nothing was stored.
    """
    actor = await _desk(database)
    try:
        async with begin(database, actor, request_id=request_id) as work:
            return await _earlier(work, key) or await _store(work, call, key)
    except IntegrityError:  # two clicks at the same moment: the other one was faster
        async with begin(database, actor, request_id=request_id) as work:
            if found := await _earlier(work, key):
                return found
        raise


async def how_far(database: Database, reference: str) -> Progress | None:
    """How far the call with this reference is; None when there is none."""
    async with begin(database, await _desk(database)) as work:
        row = await work.one(queries.BY_REFERENCE, organisation=work.organisation, reference=reference)
    return progress(row) if row else None


async def _desk(database: Database) -> Actor:
    return Actor(organisation=await intake_organisation(database), role=Role.PUBLIC)


async def _earlier(work: Work, key: bytes) -> Taken | None:
    row = await work.one(queries.BY_FORM_KEY, organisation=work.organisation, form_key=key)
    return Taken(row["reference"], again=True) if row else None


async def _store(work: Work, call: CallIn, key: bytes) -> Taken:
    receipt = await register(work, call)
    work.write(
        report,
        id=new_id(work.at),
        channel=Channel.WEB,
        organisation_id=work.organisation,
        call_id=receipt.call_id,
        sent_at=work.at,
        form_key=key,
    )
    return Taken(receipt.reference)

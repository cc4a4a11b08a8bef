"""What changes of every entry of the directory share: whose it is, which version was read, what only an administrator may."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Executable

from app.core.errors import FieldError, Forbidden, Invalid, NotFound
from app.core.events import camel
from app.core.http import match
from app.core.work import EVERYWHERE, Row, Work
from app.directory.service.look_up import local_day


def today(work: Work) -> date:
    """The day it is in the Netherlands."""
    return local_day(work.at)


def is_administrator(work: Work) -> bool:
    """Whether this work may change the entries of every organisation."""
    return EVERYWHERE in work.actor.scopes


def found(row: Row | None, what: str) -> Mapping[str, Any]:
    """The row as a value.

    Raises:
        NotFound: there is none.
    """
    if row is None:
        raise NotFound(f"There is no {what} with this id. GET /v1/organisations lists the organisations.")
    return dict(row)


async def locked(work: Work, locking: Executable, reading: Executable, version: int, **binds: object) -> Mapping[str, Any]:
    """The entry as it is, locked until this work ends.

    Row-level security locks only what may be changed; reading tells the rest apart.

    Raises:
        NotFound: there is none.
        Forbidden: it is another organisation's.
        Stale: it is not at `version`.
    """
    row = await work.one(locking, **binds)
    if row is None:
        found(await work.one(reading, **binds), "entry")
        raise Forbidden("This is another organisation's. Its own key can change it, or an administrator's.")
    match(version, row["version"])
    return dict(row)


def refuse_reserved(work: Work, changed: Collection[str], own: Collection[str]) -> None:
    """Refuse what only an administrator changes.

    Raises:
        Forbidden: with each such field named.
    """
    reserved = sorted(set(changed) - set(own))
    if reserved and not is_administrator(work):
        errors = [FieldError(f"/{camel(one)}", "administrator", "Only an administrator changes this.") for one in reserved]
        raise Forbidden(
            f"Only an administrator changes {', '.join(camel(one) for one in reserved)}. Your organisation changes"
            f" {', '.join(camel(one) for one in sorted(own))}. Nothing was changed.",
            errors=errors,
        )


def refuse_faults(faults: Iterable[FieldError]) -> None:
    """Refuse what has faults.

    Raises:
        Invalid: with each fault named.
    """
    errors = list(faults)
    if errors:
        count = "One thing is" if len(errors) == 1 else f"{len(errors)} things are"
        raise Invalid(f"{count} not right; each is named in `errors`. Nothing was changed.", errors=errors)


def changed_of(before: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What of `wanted` is not so already."""
    return {field: value for field, value in wanted.items() if before.get(field) != value}

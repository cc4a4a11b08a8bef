"""The outbox: what happened is announced in the same transaction as the change, numbered for each recipient."""

from collections.abc import Iterable
from uuid import UUID

from app.core.events import Event
from app.core.work import Work


def record(work: Work, event: Event, recipients: Iterable[UUID]) -> None:
    """Announce `event` to each recipient (an organisation), once each, when and only when this work commits."""
    work.announce(event, recipients)

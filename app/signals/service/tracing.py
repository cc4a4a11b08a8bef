"""A call that ends leaves traces: keyed hashes, by which a later call about the same finds it. So does advice."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.cases.lifecycle import Urgency
from app.core.work import Work
from app.signals import queries
from app.signals.marks import About
from app.signals.service.hashing import kept_under
from app.signals.tables import signal_due, trace


@dataclass(frozen=True, slots=True)
class Ended:
    """What is kept of a call in clear beside its hashes. `at`: when the phone rang."""

    call_id: UUID
    at: datetime
    urgency: Urgency
    municipality_code: str | None
    about_case_id: UUID | None


def leave(work: Work, ended: Ended, about: About) -> None:
    """Store the traces of a call with the rest of this work; the due-list looks at them after the commit."""
    found = kept_under(work, about)
    for hashed, mark in found:
        work.write(
            trace,
            hash=hashed,
            at=min(ended.at, work.at),
            call_id=ended.call_id,
            kind=mark.kind,
            sure=mark.sure,
            about_case_id=ended.about_case_id,
            organisation_id=work.organisation,
            municipality_code=ended.municipality_code,
            urgency=ended.urgency,
        )
    if found:
        work.write(signal_due, call_id=ended.call_id, organisation_id=work.organisation, at=work.at)


async def now_about(work: Work, call_id: UUID, case_id: UUID | None) -> None:
    """The call is about another case from now on: it joined one, or was split off."""
    binds = {"call_id": call_id, "case_id": case_id, "organisation_id": work.organisation}
    await work.change(queries.ABOUT_CASE, **binds)

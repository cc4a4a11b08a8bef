"""Note that somebody was silent: a row to count, a line, an event. For the due-lists, which find out."""

from collections.abc import Iterable
from uuid import UUID

from app.cases.case import Case
from app.cases.events import SilenceNoted
from app.cases.service import line
from app.cases.silence import Silence
from app.cases.tables import silence as table
from app.core import outbox
from app.core.ids import new_id
from app.core.work import Work


def note(work: Work, case: Case, kind: Silence, organisation: UUID, subject: UUID, hearers: Iterable[UUID] = ()) -> None:
    """An organisation gave no sign about `subject`; it hears so itself, as does whoever has to do with the case."""
    told = tuple(dict.fromkeys((organisation, *case.concerned, *hearers)))
    work.write(
        table, id=new_id(work.at), at=work.at, kind=kind, case_id=case.id, organisation_id=organisation, subject_id=subject,
        hearers=list(told),
    )  # fmt: skip
    line(work, case.id, "silence", silence=kind, of=str(organisation))
    event = SilenceNoted(case_id=case.id, silence=kind, organisation_id=organisation, subject_id=subject)
    outbox.record(work, event, told)

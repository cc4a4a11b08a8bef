"""The access log (verwerkingslog): who looked at what, when, on whose behalf and what for; never what it said.

Source: NEN 7513 (the five minimum items), Logboek Dataverwerkingen.
"""

from uuid import UUID

from app.core.ids import new_id
from app.core.work import Work
from app.vault.purpose import Purpose
from app.vault.tables import access_log


def log(work: Work, case_id: UUID, *, action: str, what: str, purpose: Purpose) -> None:
    """Record one look in the transaction of the look itself."""
    work.write(
        access_log,
        id=new_id(work.at),
        at=work.at,
        organisation_id=work.organisation,
        key_id=work.actor.key,
        role=work.actor.role,
        action=action,
        case_id=case_id,
        what=what,
        purpose=purpose,
        request_id=work.request_id,
    )

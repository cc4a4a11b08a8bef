"""Store a whole call that has ended: one transaction, and as few round trips as possible."""

from app.core.ids import new_id, reference_for
from app.core.work import Work
from app.intake.schemas.asked import CallIn
from app.intake.service.ending import Receipt, end
from app.intake.service.judging import judge
from app.intake.tables import call as call_table


async def register(work: Work, call: CallIn) -> Receipt:
    """Store a whole call that has ended, with its case and the offer to whoever is asked first.

    Raises:
        Invalid: as `judge`; nothing was stored.
    """
    judged = await judge(work, call)
    call_id, case_id = new_id(work.at), new_id(work.at)
    ended = end(work, call_id, case_id, judged)
    work.write(
        call_table,
        id=call_id,
        case_id=case_id,
        organisation_id=work.organisation,
        key_id=work.actor.key,
        reference=reference_for(call_id),
        registered_at=work.at,
        version=1,
        **ended.columns,
    )
    return ended.receipt

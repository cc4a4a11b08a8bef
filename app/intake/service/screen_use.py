"""Count how calls are taken on the screen, in the transaction that ends each; what is counted has no call and no person."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from app.core.work import Work
from app.directory.service.look_up import local_day
from app.intake import queries
from app.intake.drafts import Draft
from app.intake.screen_use import KEYSTROKES_UP_TO, SECONDS_UP_TO, ScreenUse, Used, in_its_place
from app.intake.service.ending import Receipt
from app.intake.service.judging import Judged

SUMS = ("calls", "abandoned", "reports", "routes_chosen", "urgencies_chosen", "corrections", "keystrokes", "seconds")


async def count_ended(work: Work, use: ScreenUse, draft: Draft, judged: Judged, receipt: Receipt) -> None:
    """A call ended on a screen."""
    seconds = max(int((work.at - (draft.held_since or draft.registered_at)).total_seconds()), 0)
    told = {
        "calls": 1,
        "reports": int(receipt.offered is not None),
        "routes_chosen": int(receipt.offered is not None and judged.call.routing is not None),
        "urgencies_chosen": int(judged.verdict.urgency != judged.verdict.proposed),
        "corrections": use.corrections,
        "keystrokes": use.keystrokes,
        "seconds": seconds,
    }
    await _count(work, use, told, in_its_place(use.keystrokes, KEYSTROKES_UP_TO), in_its_place(seconds, SECONDS_UP_TO))


async def count_abandoned(work: Work, use: ScreenUse) -> None:
    """A draft was thrown away on a screen."""
    nowhere = [0] * (len(KEYSTROKES_UP_TO) + 1), [0] * (len(SECONDS_UP_TO) + 1)
    await _count(work, use, {"abandoned": 1}, *nowhere)


async def screen_use(work: Work, first: date, last: date) -> Sequence[Used]:
    """How this organisation's calls were taken on these days, by version of the screen, the one used last at the front."""
    rows = await work.rows(queries.SCREEN_USE, organisation=work.organisation, first=first, last=last)
    return [Used(**{**row, "keystrokes_by": tuple(row["keystrokes_by"]), "seconds_by": tuple(row["seconds_by"])}) for row in rows]


async def _count(work: Work, use: ScreenUse, told: dict[str, Any], keystrokes_by: list[int], seconds_by: list[int]) -> None:
    sums = {name: told.get(name, 0) for name in SUMS}
    day, organisation = local_day(work.at), work.organisation
    await work.change(
        queries.COUNT_SCREEN_USE,
        organisation=organisation,
        day=day,
        version=use.version,
        keystrokes_by=keystrokes_by,
        seconds_by=seconds_by,
        **sums,
    )

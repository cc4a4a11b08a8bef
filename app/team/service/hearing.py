"""Who is on a case at this moment, and who hears of what happens on it."""

from uuid import UUID

from app.cases import service as cases
from app.cases.service import Case
from app.core.errors import FieldError, Forbidden, Invalid, NotFound
from app.core.work import Work
from app.team import queries
from app.team.audience import Audience


async def on_team(work: Work, case_id: UUID) -> tuple[UUID, ...]:
    """The organisations on the team now, besides the owner; asked once a work."""
    key = ("on_team", case_id)
    if key not in work.memo:
        work.memo[key] = tuple(row["organisation_id"] for row in await work.rows(queries.ACTIVE, case_id=case_id))
    found: tuple[UUID, ...] = work.memo[key]
    return found


async def hears(work: Work, case: Case, audience: Audience = None) -> tuple[UUID, ...]:
    """Who hears of something on the case that `audience` may see: the owner, whoever did it, and those of the team."""
    team = await on_team(work, case.id)
    told = (case.owner, work.actor.organisation, *(one for one in team if audience is None or one in audience))
    return tuple(dict.fromkeys(one for one in told if one))


async def has_taken_over(work: Work, case: Case) -> bool:
    """Whether this organisation owns the case that this one was joined into, and so reads what was written in it."""
    if case.joined_into is None:
        return False
    try:
        return (await cases.get(work, case.joined_into)).owner == work.organisation
    except NotFound:
        return False


async def insist_on_part(work: Work, case: Case) -> None:
    """Refuse whoever neither owns the case nor is on its team.

    Raises:
        Forbidden: naming the way onto the team.
    """
    if case.owner == work.organisation or work.organisation in await on_team(work, case.id):
        return
    if await has_taken_over(work, case):
        return
    raise Forbidden("This is for the owner of the case and its team. Ask the owner to invite your organisation.")


async def insist_on_team(work: Work, case: Case, organisations: tuple[UUID, ...], pointer: str) -> None:
    """Refuse to show or assign something to an organisation that has no part in the case; `pointer` is where it was named.

    Raises:
        Invalid: it neither owns the case nor is on its team.
    """
    known = {case.owner, *await on_team(work, case.id)}
    if not set(organisations) <= known:
        fault = FieldError(pointer, "not_on_team", "Invite the organisation onto the team first, and wait until it has accepted.")
        raise Invalid("An organisation that is named has no part in this case. Nothing was changed.", errors=[fault])

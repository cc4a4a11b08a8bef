"""In which municipality a call is, as far as it is told."""

from collections.abc import Mapping
from typing import Any

from app.core.errors import Invalid
from app.core.work import Work
from app.directory.places import PlaceOfStay
from app.directory.service import look_up as directory
from app.intake.calls import Call
from app.intake.schemas.asked import WhereIn


async def code_of(work: Work, call: Call, contents: Mapping[str, Any]) -> str | None:
    """The municipality of a call or draft: where the person is, then where they live; None when it can't be told."""
    if call.municipality_code:
        return call.municipality_code
    place = contents.get("place", {})
    for told in filter(None, (place.get("stay"), place.get("residence"))):
        try:
            where = WhereIn.model_validate(told)
            stay = PlaceOfStay(where.postcode, where.municipality_code, where.house_number)
            return (await directory.around_place(work, stay))[1].municipality_code
        except (Invalid, ValueError):
            continue
    return None

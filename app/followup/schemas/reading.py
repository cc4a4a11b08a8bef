"""The page of a case and its story, on the wire."""

from collections.abc import Mapping
from typing import Any, Self
from uuid import UUID

from pydantic import Field

from app.cases.schemas import CaseOut
from app.core.http import Moment, Wire
from app.followup.schemas.care import CheckOut, ContactOut, GoalOut, MissingOut, ObligationOut
from app.followup.schemas.items import ItemOut
from app.followup.schemas.ownership import OwnershipOut
from app.followup.schemas.sharing import shown
from app.followup.schemas.written import CrisisCardOut
from app.followup.service.overview import Overview
from app.followup.story import Entry
from app.team.audience import Visibility
from app.team.schemas import MemberOut


class EntryOut(Wire):
    """Something that happened: a contact, a goal, an item, or its end; `line`: what the case itself tells, in codes."""

    entry: Entry
    kind: str = Field(description="Of what: of a contact with whom, of an item its kind, of a line its code")
    id: UUID = Field(description="Of the contact, goal, item, check or line; of an obligation only the same at every look")
    at: Moment = Field(description="When it happened, which is before it was logged")
    organisation_id: UUID | None = Field(description="Who did it")
    visibility: Visibility
    named: list[UUID]
    facts: dict[str, Any]
    words: dict[str, str]
    corrects_id: UUID | None = Field(description="What it puts right")
    corrected_by: UUID | None = Field(description="What puts it right; it stays readable")

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """The entry as the API shows it."""
        told = {name: value for name, value in shown(row).items() if name not in {"case_id", "part", "sealed"}}
        return cls.model_validate(told, by_name=True)


class TeammateOut(MemberOut):
    """A member, or who is invited, by name."""

    name: str


class OverviewOut(Wire):
    """All that the page of a case shows, as far as your organisation may see it."""

    case: CaseOut
    owner_name: str | None
    intake_name: str | None
    team: list[TeammateOut] = Field(description="Who is on the team or invited, besides the owner")
    ownership: OwnershipOut
    goals: list[GoalOut] = Field(description="The person's own first")
    open_items: list[ItemOut] = Field(description="What is still to be done, soonest first")
    assessment: ItemOut | None = Field(description="The latest that counts")
    crisis_card: CrisisCardOut | None
    checks: list[CheckOut]
    obligations: list[ObligationOut]
    contacts: list[ContactOut] = Field(description="The last five, newest first")
    overdue: list[str] = Field(description="Codes of what should have happened")
    missing: list[MissingOut] | None = Field(description="What forbids closing; for the owner only")
    warnings: list[MissingOut] = Field(description="What forbids nothing, and is not as it should be")

    @classmethod
    def of(cls, page: Overview) -> Self:
        """The page as the API shows it."""
        case = page.case
        return cls(
            case=CaseOut.of(case),
            owner_name=page.names.get(case.owner) if case.owner else None,
            intake_name=page.names.get(case.intake_organisation),
            team=[TeammateOut(**MemberOut.of(one).model_dump(), name=page.names.get(one.organisation, "")) for one in page.team],
            ownership=OwnershipOut.of(page.ownership, case.owner),
            goals=[GoalOut.told(_goal(one)) for one in page.goals],
            open_items=[ItemOut.of(item, words) for item, words in page.open],
            assessment=ItemOut.of(*page.assessment) if page.assessment else None,
            crisis_card=CrisisCardOut.of(*page.crisis_card) if page.crisis_card else None,
            checks=[CheckOut.model_validate(_only(CheckOut, one), by_name=True) for one in page.checks],
            obligations=[ObligationOut.of(_owed(one)) for one in page.obligations],
            contacts=[ContactOut.of(_contact(one)) for one in page.contacts],
            overdue=list(page.overdue),
            missing=None if page.missing is None else [MissingOut.of(one) for one in page.missing],
            warnings=[MissingOut.of(one) for one in page.warnings],
        )


def _only(wire: type[Wire], row: Mapping[str, Any]) -> dict[str, Any]:
    """Of a row what this form has, with its note."""
    return {name: value for name, value in row.items() if name in wire.model_fields} | {"note": row["words"].get("note")}


def _goal(row: Mapping[str, Any]) -> dict[str, Any]:
    told = _only(GoalOut, row) | {"audience": row["audience"], "without_own": row["without_own"]}
    return told | {"what": row["words"]["what"], "note": row["ended"].get("note")}


def _contact(row: Mapping[str, Any]) -> dict[str, Any]:
    return _only(ContactOut, row) | {"audience": row["audience"]}


def _owed(row: Mapping[str, Any]) -> dict[str, Any]:
    words = row["words"]
    return _only(ObligationOut, row) | {"facts": row["facts"], "note": words.get("note"), "reference": words.get("reference")}

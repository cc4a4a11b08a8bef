"""The watch on the wire."""

from uuid import UUID

from pydantic import Field

from app.cases.lifecycle import State, Urgency
from app.cases.silence import Silence
from app.core.http import Moment, Wire
from app.watch.service.lying import Lying


class LyingOut(Wire):
    """An open case on which nobody acts."""

    case_id: UUID
    reference: str
    state: State
    urgency: Urgency
    municipality_code: str
    organisation_id: UUID | None = Field(description="Its owner, or who is asked to take it")
    answers: str | None = Field(description="Who there answers for it at this moment; null: nobody was named")
    last_act_at: Moment
    deadline_at: Moment | None

    @classmethod
    def of(cls, found: Lying) -> "LyingOut":
        """As the API shows it."""
        return cls(
            case_id=found.case_id,
            reference=found.reference,
            state=State(found.state),
            urgency=Urgency(found.urgency),
            municipality_code=found.municipality_code,
            organisation_id=found.organisation,
            answers=found.answers,
            last_act_at=found.last_act_at,
            deadline_at=found.deadline_at,
        )


class SilenceOut(Wire):
    """Something that an organisation was asked and left without any sign."""

    id: UUID
    at: Moment
    kind: Silence
    case_id: UUID
    organisation_id: UUID = Field(description="Who gave no sign")
    subject_id: UUID = Field(description="The offer, the invitation, or the case")

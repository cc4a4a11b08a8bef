"""What is looked for on a board: the id of a case, its reference as it was heard, or a municipality. Never anybody's name."""

from dataclasses import dataclass
from uuid import UUID

from app.cases.references import ReferenceMisread, reference_heard


@dataclass(frozen=True, slots=True)
class Sought:
    """One of three; `municipality`: how its code or name begins."""

    case_id: UUID | None = None
    reference: str | None = None
    municipality: str | None = None


def sought(told: str) -> Sought:
    """What is meant: an id or a reference when it is one, with its check letter; else the beginning of a municipality."""
    plain = told.strip()
    try:
        return Sought(case_id=UUID(plain))
    except ValueError:
        pass
    try:
        return Sought(reference=reference_heard(plain))
    except ReferenceMisread:
        return Sought(municipality=plain)

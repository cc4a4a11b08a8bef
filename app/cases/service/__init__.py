"""Open, read and move cases, by one name: `rows.py` finds them, `steps.py` changes them."""

from app.cases.case import Case, Line, NewCase
from app.cases.deadlines import DeadlineKind
from app.cases.lifecycle import State, Urgency
from app.cases.service.rows import (
    by_deadline,
    by_reference,
    counted,
    get,
    line,
    line_for,
    lines,
    locked,
    open_case,
    overdue,
    page,
    remember,
    some,
    touch,
    where_now,
)
from app.cases.service.steps import (
    accepted,
    brought_back,
    climbed,
    coordinated,
    ended_in_error,
    goes_on,
    handed_over,
    moved,
    moved_to,
    offered_again,
    raised,
    reminded,
    reopened,
    touched,
    withdrawn,
)

__all__ = [
    "Case", "DeadlineKind", "Line", "NewCase", "State", "Urgency", "accepted", "brought_back", "by_deadline",
    "by_reference", "climbed", "coordinated", "counted", "ended_in_error", "get", "goes_on", "handed_over", "line",
    "line_for", "lines", "locked", "moved", "moved_to", "offered_again", "open_case", "overdue", "page", "raised",
    "remember", "reminded", "reopened", "some", "touch", "touched", "where_now", "withdrawn",
]  # fmt: skip

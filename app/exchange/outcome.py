"""What is wrong, as a FHIR OperationOutcome: the same problems as everywhere, in the standard's words. Never what was sent.

Source: hl7.org/fhir/R4/operationoutcome.html, http.html (which code goes with which status).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from app.core.errors import Problem
from app.exchange.codes import MISSING, Issue, Resource

KIND: Final[Mapping[int, Issue]] = MappingProxyType(
    {
        400: Issue.INVALID,
        401: Issue.LOGIN,
        403: Issue.FORBIDDEN,
        404: Issue.NOT_FOUND,
        405: Issue.NOT_SUPPORTED,
        406: Issue.NOT_SUPPORTED,
        409: Issue.CONFLICT,
        410: Issue.DELETED,
        412: Issue.CONFLICT,
        413: Issue.TOO_LONG,
        415: Issue.NOT_SUPPORTED,
        422: Issue.BUSINESS_RULE,
        428: Issue.REQUIRED,
        429: Issue.THROTTLED,
        503: Issue.TRANSIENT,
    }
)
# What a rule refuses is 422 here: 409 is for two who did something at once.
RULES: Final = frozenset({"refused", "offer-ended", "last-rung", "case-not-finished", "too-few-tries", "nobody-left"})
BY_SLUG: Final = {"still-running": Issue.TRANSIENT, "idempotency-key-reused": Issue.CONFLICT}
OF_THE_FRAMEWORK: Final = {
    404: "There is nothing at this address. GET /fhir/r4/metadata says which resources there are.",
    405: "This address does not know this method. GET /fhir/r4/metadata says what can be done with each resource.",
}


class NotAcceptable(Problem):
    """The answer is asked for in a form that there is none of."""

    slug, title, status = "not-acceptable", "This form of answer is not there", 406


class BusinessRule(Problem):
    """A rule says no to a change of a task; the detail says which, and what would be possible."""

    slug, title, status = "business-rule", "A rule refuses this change", 422


def status_of(problem: Problem) -> int:
    """The HTTP status of a problem under /fhir."""
    return 422 if problem.slug in RULES else problem.status


def outcome_of(problem: Problem, request_id: UUID | None) -> Resource:
    """The OperationOutcome of a problem: an issue for each thing that is wrong, at least one."""
    status = status_of(problem)
    code = BY_SLUG.get(problem.slug) or KIND.get(status, Issue.EXCEPTION if status >= 500 else Issue.INVALID)  # noqa: PLR2004
    text = problem.detail
    if problem.slug == "http":
        code, text = Issue.NOT_SUPPORTED if status == 404 else code, OF_THE_FRAMEWORK.get(status, text)  # noqa: PLR2004
    issues = [_issue(code, text, status)]
    issues += [_issue(code, error.message, status, error.pointer) for error in problem.errors]
    missing: Any = problem.extra.get("missing", ())
    issues += [_issue(code, one["detail"], status, detail=one["code"]) for one in missing]
    if request_id:
        issues[0]["diagnostics"] = f"urn:uuid:{request_id}"
    return {"resourceType": "OperationOutcome", "issue": issues}


def _issue(code: Issue, text: str, status: int, pointer: str = "", detail: str = "") -> Resource:
    issue: Resource = {"severity": "fatal" if status >= 500 else "error", "code": code, "details": {"text": text}}  # noqa: PLR2004
    if detail:
        issue["details"]["coding"] = [{"system": MISSING, "code": detail}]
    if pointer.startswith("Task"):
        issue["expression"] = [pointer]
    return issue

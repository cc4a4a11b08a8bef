"""What can be wrong, in words: every refusal names its reason and what to do about it.

Sources: RFC 9457 (problem details), NLgov API Design Rules 2.2 `/core/error-handling/*` (invalid input is 400).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that is wrong: where (a JSON pointer), which rule, and a sentence. Never the value."""

    pointer: str
    code: str
    message: str


class Problem(Exception):  # noqa: N818  the standard's word is "problem"
    """Something the asker can act on. The slug is the last part of the problem's `type`."""

    slug: ClassVar[str] = "problem"
    title: ClassVar[str] = "Something is wrong"
    status: int = 400

    def __init__(
        self,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        retry_after: int | None = None,
        **extra: object,
    ) -> None:
        """Say in `detail` what is wrong and what to do; `extra` are further members, ids and codes only."""
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)
        self.retry_after = retry_after
        self.extra = extra


class Invalid(Problem):
    """The request does not say what it must."""

    slug, title, status = "invalid-input", "The request is not valid", 400


class Unauthenticated(Problem):
    """Nobody known is asking."""

    slug, title, status = "unauthenticated", "Who is asking is not known", 401


class Forbidden(Problem):
    """Known, but not allowed."""

    slug, title, status = "forbidden", "Not allowed", 403


class NotFound(Problem):
    """It does not exist, or not for this organisation: the two look the same on purpose."""

    slug, title, status = "not-found", "Not found", 404


class Conflict(Problem):
    """It is not possible in the present state."""

    slug, title, status = "conflict", "Not possible now", 409


class Refused(Conflict):
    """A rule says no; the detail says which and what would be possible."""

    slug, title, status = "refused", "A rule refuses this", 409


class Gone(Problem):
    """It was there, and is no more."""

    slug, title, status = "gone", "No longer there", 410


class Stale(Problem):
    """Somebody else changed it since it was read."""

    slug, title, status = "version-conflict", "It was changed in the meantime", 412

    def __init__(self, current: int) -> None:
        """Name the version that is current now."""
        super().__init__(
            f'It is at version {current} now. Read it again, and send If-Match: "{current}" if you still want this.',
            currentVersion=current,
        )


class TooLarge(Problem):
    """More bytes than we read."""

    slug, title, status = "too-large", "The request is too large", 413


class WrongMediaType(Problem):
    """Bytes of a kind we don't read here."""

    slug, title, status = "wrong-media-type", "The content type is not supported", 415


class KeyReused(Problem):
    """The same Idempotency-Key came with another request."""

    slug, title, status = "idempotency-key-reused", "The idempotency key was used for another request", 422


class PreconditionRequired(Problem):
    """A change needs If-Match, so that nobody overwrites what they have not seen."""

    slug, title, status = "if-match-required", "If-Match is required", 428


class TooMany(Problem):
    """Too many requests at once."""

    slug, title, status = "too-many-requests", "Too many requests", 429


class Unavailable(Problem):
    """We can't do it at this moment; nothing was changed."""

    slug, title, status = "unavailable", "Not possible at this moment", 503

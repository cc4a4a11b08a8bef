"""The link that opens a call on an operator's screen: a template of the organisation's own front end."""

from typing import Final
from uuid import UUID

from app.core.errors import FieldError, Invalid

USUAL: Final = "{base}/call/{draft}"


def checked(template: str) -> str:
    """A template that may be kept: an address with `{draft}` in it, no other place to fill in but `{base}`.

    Raises:
        Invalid: it is none; says what it must be.
    """
    rest = template.replace("{base}", "", 1).replace("{draft}", "", 1)
    begins = template.startswith(("{base}/", "https://", "http://localhost", "http://127.0.0.1"))
    if "{draft}" not in template or not begins or set(rest) & set("{} "):
        raise Invalid(
            "The link must begin with {base}/ or https:// and hold {draft} once, such as {base}/call/{draft}.",
            errors=[FieldError("/link", "link", "Only {base} and {draft} are filled in.")],
        )
    return template


def link(template: str, base: str, draft: UUID) -> str:
    """The address of one draft."""
    return template.replace("{base}", base.rstrip("/")).replace("{draft}", str(draft))

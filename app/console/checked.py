"""What a form says, held against the rule of the API: one rule for both, and the same names of fields."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from app.core.errors import FieldError, Invalid
from app.directory.holidays import AMSTERDAM

M = TypeVar("M", bound=BaseModel)


def checked(model: type[M], told: Mapping[str, Any]) -> M:
    """`told` as the model reads it.

    Raises:
        RequestValidationError: as when it had been sent to the API.
    """
    try:
        return model.model_validate(told)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from None


def lines_of(text: str) -> list[str]:
    """The lines of a text field that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def local_moment(text: str, name: str) -> datetime:
    """The moment that a field for date and time means, in Dutch time.

    Raises:
        Invalid: it is none.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = datetime.min  # noqa: DTZ901  refused below
    if moment.tzinfo or not 1950 < moment.year < 2200:  # noqa: PLR2004  as the API's moments
        sentence = "Choose a date and a time."
        raise Invalid(sentence, errors=[FieldError(f"/{name}", "moment", sentence)])
    return moment.replace(tzinfo=AMSTERDAM)

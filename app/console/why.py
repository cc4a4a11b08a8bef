"""Why somebody is asked, or not: the reasons of a decision, said in the reader's language."""

from datetime import datetime
from functools import partial
from typing import Any

from app.console import moments
from app.console.words import words
from app.directory.holidays import AMSTERDAM
from app.routing.candidates import Reason


def why(reason: Reason, language: str, at: datetime) -> str:
    """A reason in words; one that says another too is told with it."""
    told = words(language)
    values = {name: _said(value, language, at) for name, value in reason.values.items()}
    also = values.pop("also", "")
    sentence = partial(_sentence, told, values=values)
    return f"{sentence(reason.code)} {sentence(also)}" if also else sentence(reason.code)


def _sentence(told: Any, code: str, values: dict[str, str]) -> str:
    name = f"call_why_{code}"
    if not values.get("until", "-") and f"{name}_always" in told:
        name = f"{name}_always"
    return str(told(name, **values) if values else told(name))


def _said(value: str | datetime, language: str, at: datetime) -> str:
    if isinstance(value, str):
        return value
    same_day = value.astimezone(AMSTERDAM).date() == at.astimezone(AMSTERDAM).date()
    return moments.clock_time(value) if same_day else moments.day_and_time(language, value)

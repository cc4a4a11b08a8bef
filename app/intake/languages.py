"""The language that somebody wants, as far as there is one. Source: RFC 9110 §12.5.4, as far as a screen needs it."""

from collections.abc import Sequence


def best_language(wanted: str, offered: Sequence[str]) -> str:
    """The first of the offered languages that an Accept-Language field prefers; the first offered when it names none."""
    weighed: list[tuple[float, int, str]] = []
    for place, part in enumerate(wanted.split(",")[:50]):
        name, _, weight = part.partition(";")
        weighed.append((-_weight(weight), place, name.strip().lower().partition("-")[0]))
    for minus, _, name in sorted(weighed):
        if name in offered and minus < 0:
            return name
    return offered[0]


def _weight(told: str) -> float:
    name, _, value = told.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        weight = float(value)
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0

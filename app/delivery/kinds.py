"""Whether there are the types that an endpoint names: one that is misspelt would get nothing, and nobody would know."""

from collections.abc import Collection, Sequence
from difflib import get_close_matches

from app.core.errors import FieldError, Invalid
from app.delivery.envelope import is_wanted


def vet_types(types: Sequence[str], known: Collection[str]) -> None:
    """Refuse types, and beginnings of types, that fit no event of `known`.

    Raises:
        Invalid: names each place and the nearest that there is; never what was sent.
    """
    errors = [
        FieldError(f"/types/{place}", "event_type", f"No event has this type. The nearest is {nearest(one, known)}.")
        for place, one in enumerate(types)
        if not any(is_wanted(kind, [one]) for kind in known)
    ]
    if errors:
        raise Invalid(
            "Nothing would ever arrive for some types; each is named in `errors`. Leave `types` out to get all; /v1/openapi.json"
            " lists them under `webhooks`.",
            errors=errors,
        )


def nearest(named: str, known: Collection[str]) -> str:
    """The type that is spelt most like `named`; of one that ends in a star, the beginning."""
    near = {f"{head}.*" for kind in known for head in _beginnings(kind)} if named.endswith("*") else known
    return get_close_matches(named, sorted(near), n=1, cutoff=0.0)[0]


def _beginnings(kind: str) -> list[str]:
    words = kind.split(".")
    return [".".join(words[:count]) for count in range(2, len(words))]

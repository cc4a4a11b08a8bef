"""What in a new description would break a client that was written against the old one.

A client may send what the old description allowed, and relies on finding what it promised. New operations, new optional fields,
and new values in answers are no break: the API asks its clients to be tolerant readers.
"""

from collections.abc import Iterator
from typing import Any

METHODS = frozenset({"get", "put", "post", "delete", "patch"})


class Comparison:
    """Two descriptions beside each other."""

    def __init__(self, old: dict[str, Any], new: dict[str, Any]) -> None:
        """Of the same API."""
        self._old, self._new = old, new
        self._seen: set[tuple[str, str, bool]] = set()

    def breaks(self) -> list[str]:
        """Every break, as a sentence that names its place."""
        return list(self._operations())

    def _operations(self) -> Iterator[str]:
        for path, item in self._old["paths"].items():
            for method in METHODS & item.keys():
                place = f"{method.upper()} {path}"
                now = self._new["paths"].get(path, {}).get(method)
                if now is None:
                    yield f"{place} is gone"
                else:
                    yield from self._operation(place, item[method], now)

    def _operation(self, place: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
        before = {(one["in"], one["name"]): one for one in old.get("parameters", [])}
        for key, one in {(one["in"], one["name"]): one for one in new.get("parameters", [])}.items():
            was = before.pop(key, None)
            if one.get("required") and not (was or {}).get("required"):
                yield f"{place} now asks for {key[1]}"
            if was:
                yield from self._shape(f"{place} {key[1]}", was["schema"], one["schema"], asked=True)
        yield from (f"{place} no longer takes {name}" for _, name in before)
        if not old.get("requestBody", {}).get("required") and new.get("requestBody", {}).get("required"):
            yield f"{place} now asks for a body"
        yield from self._bodies(place, old.get("requestBody", {}), new.get("requestBody", {}), asked=True)
        for status, answer in old["responses"].items():
            if status.startswith("2") and status not in new["responses"]:
                yield f"{place} no longer answers {status}"
            elif status.startswith("2"):
                yield from self._bodies(f"{place} {status}", answer, new["responses"][status], asked=False)

    def _bodies(self, place: str, old: dict[str, Any], new: dict[str, Any], *, asked: bool) -> Iterator[str]:
        for media, body in old.get("content", {}).items():
            if media not in new.get("content", {}):
                yield f"{place} no longer knows {media}"
            else:
                yield from self._shape(place, body["schema"], new["content"][media]["schema"], asked=asked)

    def _shape(self, place: str, old: dict[str, Any], new: dict[str, Any], *, asked: bool) -> Iterator[str]:
        pair = (str(old.get("$ref")), str(new.get("$ref")), asked)
        if "$ref" in old and pair in self._seen:
            return
        self._seen.add(pair)
        old, new = _found(self._old, old), _found(self._new, new)
        if old.get("type") != new.get("type"):
            yield f"{place} is {new.get('type')}, was {old.get('type')}"
        lost = set(old.get("enum", ())) - set(new.get("enum", old.get("enum", ())))
        if asked and lost:
            yield f"{place} no longer takes {', '.join(sorted(lost))}"
        yield from self._fields(place, old, new, asked=asked)
        for was, now in zip(old.get("anyOf", ()), new.get("anyOf", ()), strict=False):
            yield from self._shape(place, was, now, asked=asked)
        if "items" in old and "items" in new:
            yield from self._shape(f"{place}[]", old["items"], new["items"], asked=asked)

    def _fields(self, place: str, old: dict[str, Any], new: dict[str, Any], *, asked: bool) -> Iterator[str]:
        fields, now = old.get("properties", {}), new.get("properties", {})
        yield from (f"{place}.{name} is gone" for name in fields.keys() - now.keys())
        required, required_now = set(old.get("required", ())), set(new.get("required", ()))
        if asked:
            yield from (f"{place}.{name} must now be sent" for name in required_now - required)
        else:
            yield from (f"{place}.{name} may now be missing" for name in (required & now.keys()) - required_now)
        for name in fields.keys() & now.keys():
            yield from self._shape(f"{place}.{name}", fields[name], now[name], asked=asked)


def _found(described: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = described["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return found

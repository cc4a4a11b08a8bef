"""The description of the API, turned into what its page shows: operations by room, shapes, events."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

METHODS: Final = ("get", "post", "put", "patch", "delete")
ROOMS: Final = (
    "intake", "callbacks", "telephony", "channels", "routing", "follow-up", "team", "procedures", "cases", "boards", "directory",
    "rosters", "coverage", "signals", "simulation", "delivery", "notices", "watch",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kind:
    """What a value is, in words; `shapes`: the shapes that it is made of."""

    text: str
    shapes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter or a member of a shape. `where`: path, query or header, for parameters."""

    name: str
    kind: Kind
    required: bool
    told: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing to ask or to do."""

    id: str
    method: str
    path: str
    told: str
    parameters: Sequence[Field]
    body: Kind | None
    answers: Sequence[tuple[str, str, Kind | None]]

    @property
    def brief(self) -> str:
        """Its first sentence."""
        return self.told.split(". ")[0].rstrip(".")


@dataclass(frozen=True, slots=True)
class Shape:
    """A named object: its members, or the values that it may have. `example`: of an event, as JSON."""

    name: str
    told: str
    members: Sequence[Field]
    kind: Kind
    example: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """The whole page."""

    title: str
    version: str
    told: str
    rooms: Sequence[tuple[str, Sequence[Operation]]]
    arrival: Operation  # how any event comes in as a webhook
    events: Sequence[Shape]
    shapes: Sequence[Shape]


def reference(document: Mapping[str, Any]) -> Reference:
    """What the page shows of an OpenAPI 3.1 document of ours."""
    by_room: dict[str, list[Operation]] = {room: [] for room in ROOMS}
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                by_room.setdefault(item[method]["tags"][0], []).append(_operation(method, path, item[method]))
    info = document["info"]
    return Reference(
        info["title"],
        info["version"],
        info["description"],
        [(room, found) for room, found in by_room.items() if found],
        _operation("post", "", next(iter(document["webhooks"].values()))["post"]),
        [_event(name, item["post"]) for name, item in document["webhooks"].items()],
        [_shape(name, schema) for name, schema in sorted(document["components"]["schemas"].items())],
    )


def kind_of(schema: Mapping[str, Any]) -> Kind:
    """A schema in words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return Kind(name, (name,))
    if values := schema.get("enum", [schema["const"]] if "const" in schema else []):
        return Kind(" | ".join(map(str, values)))
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            kinds = [kind_of(one) for one in schema[several]]
            return Kind(" | ".join(one.text for one in kinds), tuple(name for one in kinds for name in one.shapes))
    if schema.get("type") == "array":
        inner = kind_of(schema.get("items", {}))
        return Kind(f"list of {inner.text}", inner.shapes)
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        inner = kind_of(schema["additionalProperties"])
        return Kind(f"map to {inner.text}", inner.shapes)
    return Kind(" · ".join([str(schema.get("type", "any")), *_limits(schema)]))


def _limits(schema: Mapping[str, Any]) -> Iterator[str]:
    named = {"format": "", "minimum": "≥ ", "maximum": "≤ ", "maxLength": "at most "}
    yield from (f"{word}{schema[key]}" for key, word in named.items() if key in schema)


def _operation(method: str, path: str, told: Mapping[str, Any]) -> Operation:
    content = told.get("requestBody", {}).get("content", {}).values()
    answers = [(status, answer["description"], _content(answer)) for status, answer in sorted(told["responses"].items())]
    return Operation(
        told["operationId"],
        method.upper(),
        f"/v1{path}",
        told.get("description") or told["summary"],
        [_parameter(one) for one in told.get("parameters", [])],
        next((kind_of(one["schema"]) for one in content), None),
        answers,
    )


def _content(answer: Mapping[str, Any]) -> Kind | None:
    return next((kind_of(one["schema"]) for one in answer.get("content", {}).values() if one.get("schema")), None)


def _parameter(told: Mapping[str, Any]) -> Field:
    described = told.get("description") or told["schema"].get("description", "")
    return Field(told["name"], kind_of(told["schema"]), told.get("required", False), described, told["in"])


def _shape(name: str, schema: Mapping[str, Any]) -> Shape:
    return Shape(name, schema.get("description", ""), _members(schema), kind_of(schema))


def _members(schema: Mapping[str, Any]) -> list[Field]:
    required = set(schema.get("required", ()))
    return [
        Field(name, kind_of(told), name in required, told.get("description", ""))
        for name, told in schema.get("properties", {}).items()
    ]


def _event(name: str, told: Mapping[str, Any]) -> Shape:
    content = next(iter(told["requestBody"]["content"].values()))
    data, example = content["schema"]["properties"]["data"], content["examples"]["worked"]["value"]
    text = json.dumps(example, indent=2)
    return Shape(name, data.get("description", ""), _members(data), Kind("event"), text)

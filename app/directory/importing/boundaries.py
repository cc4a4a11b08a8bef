"""Boundaries as GeoJSON in WGS84: of CBS and Kadaster (`statcode`, `statnaam`, `jrstatcode`), and our own (`code`)."""

import re
from collections.abc import Iterator
from typing import Any, Final

import orjson

from app.directory.importing.opening import Opened, Progress
from app.directory.importing.told import Boundaries, FileBroken

LARGEST: Final = 64 << 20  # ⚙ bytes; the generalised file of CBS has a twelfth of it
CODE: Final = re.compile(r"GM[0-9]{4}", re.ASCII)
OF_A_YEAR: Final = re.compile(r"((?:19|20)[0-9]{2})GM[0-9]{4}", re.ASCII)
DEPTHS: Final = {"Polygon": 2, "MultiPolygon": 3}
SHORTEST_RING: Final = 4
WEST, SOUTH, EAST, NORTH = 3.0, 50.0, 8.0, 54.5  # the Netherlands in Europe, with a margin


def boundaries_of(opened: Opened, progress: Progress | None) -> tuple[Boundaries, str, int | None]:
    """The shapes of a file, the name of its format and the year it is of, where it tells one.

    Raises:
        FileBroken: it is not such a file, or a shape is none; it says which feature.
    """
    shapes: dict[str, Any] = {}
    years: set[int] = set()
    ours = True
    for number, feature in enumerate(_features(opened, progress), 1):
        properties = feature.get("properties") if isinstance(feature, dict) else None
        if not isinstance(properties, dict):
            raise _broken(number, "it has no properties.")
        ours = ours and "statcode" not in properties
        code = _code(properties, number)
        if code in shapes:
            raise _broken(number, "an earlier feature is of the same municipality.")
        shapes[code] = _shape(feature.get("geometry"), number)
        if of_a_year := OF_A_YEAR.fullmatch(str(properties.get("jrstatcode", ""))):
            years.add(int(of_a_year[1]))
    if len(years) > 1:
        raise FileBroken("The features are of several years. Take the file of one year.")
    return Boundaries(shapes), "Nodus municipalities" if ours else "CBS gebiedsindelingen", next(iter(years), None)


def _features(opened: Opened, progress: Progress | None) -> list[Any]:
    if opened.size > LARGEST:
        raise FileBroken(f"Boundaries of more than {LARGEST >> 20} MB are finer than anybody needs. Take the generalised ones.")
    with opened.bytes(progress) as stream:
        text = stream.read()
    try:
        told = orjson.loads(text.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise FileBroken(f"Line {error.lineno}: this is no JSON. Nothing was changed.", line=error.lineno) from None
    features = told.get("features") if isinstance(told, dict) and told.get("type") == "FeatureCollection" else None
    if not isinstance(features, list) or not features:
        raise FileBroken("This is no GeoJSON FeatureCollection with features. Take boundaries as GeoJSON in WGS84 (EPSG:4326).")
    return features


def _broken(number: int, reason: str) -> FileBroken:
    return FileBroken(f"Feature {number}: {reason} Nothing was changed.", feature=number)


def _code(properties: dict[str, Any], number: int) -> str:
    code = properties.get("statcode", properties.get("code"))
    if not isinstance(code, str) or not CODE.fullmatch(code.strip()):
        raise _broken(number, "neither `statcode` nor `code` is a municipality's code such as GM0363.")
    return code.strip()


def _shape(geometry: object, number: int) -> dict[str, Any]:
    depth = DEPTHS.get(str(geometry.get("type"))) if isinstance(geometry, dict) else None
    if depth is None or not isinstance(geometry, dict):
        raise _broken(number, "its geometry is no Polygon or MultiPolygon.")
    for ring in _rings(geometry.get("coordinates"), depth, number):
        if len(ring) < SHORTEST_RING or ring[0] != ring[-1]:
            raise _broken(number, "a ring is not closed.")
        for point in ring:
            if not isinstance(point, list) or len(point) < 2 or not all(type(one) in (int, float) for one in point):  # noqa: PLR2004  east and north
                raise _broken(number, "a point is no pair of numbers.")
            if not (WEST <= point[0] <= EAST and SOUTH <= point[1] <= NORTH):
                raise _broken(number, "a point lies outside the Netherlands. The coordinates must be WGS84 (EPSG:4326), not RD.")
    return {"type": geometry["type"], "coordinates": geometry["coordinates"]}


def _rings(coordinates: object, depth: int, number: int) -> Iterator[list[Any]]:
    if not isinstance(coordinates, list) or not coordinates:
        raise _broken(number, "its geometry has no coordinates.")
    for one in coordinates:
        if depth == 1:
            if not isinstance(one, list):
                raise _broken(number, "a point is no pair of numbers.")
        else:
            yield from _rings(one, depth - 1, number)
    if depth == 1:
        yield coordinates

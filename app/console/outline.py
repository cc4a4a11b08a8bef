"""The outlines of the municipalities as SVG paths: projected, rounded to a third of a kilometre, relative. Made once.

Source: CBS/Kadaster gebiedsindelingen 2023, CC BY 4.0; `directory/data/README.md`.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import cos, radians
from typing import Any, Final

Point = tuple[int, int]

HEIGHT: Final = 1000
WEST, EAST, SOUTH, NORTH = 3.33, 7.24, 50.74, 53.58
SCALE: Final = HEIGHT / (NORTH - SOUTH)
NARROWER: Final = cos(radians((SOUTH + NORTH) / 2))
WIDTH: Final = round((EAST - WEST) * NARROWER * SCALE)
SMALLEST_RING: Final = 4


def outlines(boundaries: Mapping[str, Any]) -> dict[str, str]:
    """Each municipality's path by its code, in a picture of WIDTH × HEIGHT, from a GeoJSON feature collection in WGS84."""
    return {one["properties"]["code"]: "".join(_rings(one["geometry"])) for one in boundaries["features"]}


def _rings(geometry: Mapping[str, Any]) -> Iterable[str]:
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    for polygon in polygons:
        for ring in polygon:
            points = _distinct(ring)
            if len(points) >= SMALLEST_RING:
                yield _path(points)


def _distinct(ring: Iterable[Sequence[float]]) -> list[Point]:
    points: list[Point] = []
    for longitude, latitude, *_ in ring:
        point = round((longitude - WEST) * NARROWER * SCALE), round((NORTH - latitude) * SCALE)
        if not points or points[-1] != point:
            points.append(point)
    return points


def _path(points: Sequence[Point]) -> str:
    steps = [(x - a, y - b) for (a, b), (x, y) in pairwise(points[:-1])]
    told = "".join(f"{_signed(x)}{_signed(y)}" for x, y in steps).lstrip(" ")
    return f"M{points[0][0]} {points[0][1]}l{told}z"


def _signed(number: int) -> str:
    """A sign parts two numbers as well as a space does."""
    return str(number) if number < 0 else f" {number}"

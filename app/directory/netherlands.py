"""From the facts in `data/` to organisations and what they do where; which desk serves which municipality."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.directory.opening_hours import OpeningHours
from app.directory.surroundings import OutOfHours

INVENTED: Final = "(verzonnen)"


@dataclass(frozen=True, slots=True)
class Named:
    """An organisation to load."""

    slug: str
    kind: str
    name: str
    invented: bool
    phone: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Served:
    """A service to load, with the municipalities it serves."""

    slug: str
    kind: str
    name: str
    municipalities: tuple[str, ...]
    hours: OpeningHours
    accepts: frozenset[str] = frozenset({"worry"})
    minimum_age: int = 0
    rank: int = 1
    out_of_hours: OutOfHours = OutOfHours.NONE
    stand_in: str | None = None
    rotates: bool = False


@dataclass(frozen=True, slots=True)
class Loaded:
    """Everything to load."""

    organisations: tuple[Named, ...]
    services: tuple[Served, ...]


class _Making:
    """Collects organisations and services while the facts are read."""

    def __init__(self, regions: Sequence[Mapping[str, str]], told: Mapping[str, Any]) -> None:
        self.told = told
        self.hours = {name: OpeningHours.parse(hours) for name, hours in told["hours"].items()}
        self.code_of = {row["municipality_name"]: row["municipality_code"] for row in regions}
        self.region_names = {row["safety_region_code"]: row["safety_region_name"] for row in regions}
        self.of_region: dict[str, list[str]] = {}
        for row in regions:
            self.of_region.setdefault(row["safety_region_code"], []).append(row["municipality_code"])
        self.organisations: list[Named] = []
        self.services: list[Served] = []
        self.worried: set[str] = set()

    def codes(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(self.code_of[name] for name in names)


def loaded(regions: Sequence[Mapping[str, str]], told: Mapping[str, Any]) -> Loaded:
    """What to load, from the rows of `municipality_regions.csv` and the contents of `organisations.yaml`.

    Raises:
        KeyError: a name in the file is that of no municipality.
    """
    making = _Making(regions, told)
    desk = told["national_desk"]
    making.organisations.append(Named(desk["slug"], "hotline", desk["name"], desk["invented"], desk["phone"]))
    making.services.append(Served(desk["slug"], "national_desk", desk["name"], (), making.hours["always"]))
    for real in told["desks"]:
        _real_desk(making, real)
    for code, region in told["regions"].items():
        _providers(making, code, second=region.get("second", False))
        _invented_desks(making, code, region)
    return Loaded(tuple(making.organisations), tuple(making.services))


def _real_desk(making: _Making, told: Mapping[str, Any]) -> None:
    serves = making.of_region[told["region"]] if "region" in told else making.codes(told["municipalities"])
    slug, accepts = told["slug"], frozenset(told.get("accepts", ["worry"]))
    making.organisations.append(
        Named(slug, "meldpunt", told["name"], invented=False, phone=told.get("phone"), source=told["source"])
    )
    making.services.append(
        Served(
            slug,
            "meldpunt",
            told["name"],
            tuple(serves),
            making.hours[told["hours"]],
            accepts,
            told.get("minimumAge", 0),
            out_of_hours=OutOfHours(told.get("outOfHours", "none")),
        )
    )
    if "worry" in accepts:
        making.worried.update(serves)


def _providers(making: _Making, code: str, *, second: bool) -> None:
    region, serves, always = making.region_names[code], tuple(making.of_region[code]), making.hours["always"]
    named = {"crisis": f"Crisisdienst {region} {INVENTED}", "outreach": f"Bemoeizorg {region} {INVENTED}"}
    if second:
        named["second"] = f"Zorggroep {region} {INVENTED}"
    for line, name in named.items():
        slug = f"{line}-{code.lower()}"
        making.organisations.append(Named(slug, "care_provider", name, invented=True))
        if line == "second":
            for kind in ("crisis", "outreach"):
                making.services.append(Served(slug, kind, name, serves, always, rank=2))
        else:
            making.services.append(Served(slug, line, name, serves, always, rotates=True))


def _invented_desks(making: _Making, code: str, told: Mapping[str, Any]) -> None:
    without = set(making.codes(told["without"]))
    for desk in told["desks"]:
        rest = [one for one in making.of_region[code] if one not in making.worried and one not in without]
        serves = tuple(rest) if desk["serves"] == "rest" else making.codes(desk["serves"])
        slug = f"meldpunt-{desk['town'].lower().replace(' ', '-')}"
        name = f"Meldpunt Bezorgd {desk['town']} {INVENTED}"
        rule = OutOfHours(desk.get("outOfHours", "none"))
        stand_in = f"outreach-{code.lower()}" if rule is OutOfHours.NAMED_PROVIDER else None
        making.organisations.append(Named(slug, "meldpunt", name, invented=True))
        accepts = frozenset({"worry", "wvggz", "police"})
        hours = making.hours[desk["hours"]]
        making.services.append(Served(slug, "meldpunt", name, serves, hours, accepts, out_of_hours=rule, stand_in=stand_in))
        making.worried.update(serves)

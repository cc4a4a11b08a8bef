"""Organisations on the wire."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Annotated, Any, ClassVar, Final, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from app.core.errors import FieldError, Invalid
from app.core.events import camel
from app.core.http import Line, Wire
from app.directory.contacts import Use, Way, contact, phone
from app.directory.identifiers import identifier

OrganisationKind = Literal["hotline", "meldpunt", "care_provider", "police", "housing", "other"]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
EndsOn = Annotated[date | None, Field(description="The first day on which it no longer is; null: no end is known")]


def said(code: str, rule: Callable[[str], str]) -> Callable[[str], str]:
    """A rule as a validator: its sentence becomes the message, without what was sent."""

    def validated(text: str) -> str:
        try:
            return rule(text)
        except ValueError as fault:
            raise PydanticCustomError(code, "{sentence}", {"sentence": str(fault)}) from None

    return validated


Oin = Annotated[Line, AfterValidator(said("oin", partial(identifier, "oin"))), Field(description="20 digits")]
Kvk = Annotated[Line, AfterValidator(said("kvk", partial(identifier, "kvk"))), Field(description="8 digits")]
Agb = Annotated[Line, AfterValidator(said("agb", partial(identifier, "agb"))), Field(description="8 digits")]
Ura = Annotated[Line, AfterValidator(said("ura", partial(identifier, "ura"))), Field(description="8 digits")]
Phone = Annotated[Line, AfterValidator(said("phone", phone))]


def _distinct(told: list[str]) -> list[str]:
    return list(dict.fromkeys(told))


Languages = Annotated[
    list[Language],
    AfterValidator(_distinct),
    Field(min_length=1, max_length=20, description="ISO 639 codes of what is spoken, the usual one first"),
]


class ContactWay(Wire):
    """One way to reach an organisation or a service, and for whom it is."""

    kind: Way
    value: Line = Field(description="A number (112, 113, 14 023 and 0800 too), an address, or a URL; answered in one form")
    use: Use

    @field_validator("value")
    @classmethod
    def _in_its_form(cls, value: str, told: ValidationInfo) -> str:
        kind = told.data.get("kind")
        return said("contact_way", partial(contact, kind))(value) if kind else value


class ContactWayOut(Wire):
    """One way to reach an organisation or a service, and for whom it is."""

    kind: str
    value: str
    use: str


ContactWays = Annotated[list[ContactWay], Field(max_length=50)]


class Told(Wire):
    """Base of what is sent to be stored; `told` gives what was sent, as columns and JSON."""

    NULLABLE: ClassVar[frozenset[str]] = frozenset()

    def told(self, *, all_fields: bool = False) -> dict[str, Any]:
        """The fields that were sent, or all; models inside as they look on the wire.

        Raises:
            Invalid: null for something that can't be empty.
        """
        names = [name for name in type(self).model_fields if all_fields or name in self.model_fields_set]
        found = {name: _plain(getattr(self, name)) for name in names}
        empty = [name for name, value in found.items() if value is None and name not in self.NULLABLE]
        if empty:
            errors = [FieldError(f"/{camel(name)}", "null", "It can't be empty. Leave it out to keep it.") for name in empty]
            raise Invalid("Something that must be there is null. Nothing was changed.", errors=errors)
        return found


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True)
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value


OPTIONAL: Final = frozenset({"phone", "source", "oin", "kvk", "agb", "ura", "ends_on"})


class OrganisationIn(Told):
    """A new organisation."""

    NULLABLE: ClassVar[frozenset[str]] = OPTIONAL
    kind: OrganisationKind
    name: Line
    invented: bool = False
    phone: Phone | None = None
    source: Line | None = Field(None, description="Where what is told here comes from")
    oin: Oin | None = None
    kvk: Kvk | None = None
    agb: Agb | None = None
    ura: Ura | None = None
    contact_ways: ContactWays = Field(default_factory=list)
    languages: Languages = Field(default_factory=lambda: ["nl"])
    ends_on: EndsOn = None


class OrganisationChange(Told):
    """What to change of an organisation (merge patch): what is left out stays, null empties, lists are replaced whole."""

    NULLABLE: ClassVar[frozenset[str]] = OPTIONAL
    kind: OrganisationKind | None = None
    name: Line | None = None
    invented: bool | None = None
    phone: Phone | None = None
    source: Line | None = None
    oin: Oin | None = None
    kvk: Kvk | None = None
    agb: Agb | None = None
    ura: Ura | None = None
    contact_ways: ContactWays | None = None
    languages: Languages | None = None
    ends_on: EndsOn = None


class OrganisationOut(Wire):
    """An organisation; `invented` ones exist in the demo only."""

    id: UUID
    kind: str
    name: str
    invented: bool
    phone: str | None
    source: str | None
    oin: str | None
    kvk: str | None
    agb: str | None
    ura: str | None
    contact_ways: list[ContactWayOut]
    languages: list[str]
    ends_on: EndsOn
    version: int

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "OrganisationOut":
        """The organisation as the API shows it. What it was before may lack what was not asked then."""
        known = {name: told[name] for name in cls.model_fields}
        return cls(**known | {"contact_ways": told["contact_ways"] or [], "languages": told["languages"] or []})

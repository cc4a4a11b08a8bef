"""Whom and what a call is about, as earlier calls are looked for by; and what of it may leave a trace."""

from collections.abc import Iterable
from datetime import date
from typing import Final, Protocol

from app.intake.codes import CallKind
from app.signals.marks import About, Address

# A wrong number says nothing of anybody, and who asks for an opening hour reports nobody.
LEAVES_TRACES: Final = frozenset({CallKind.REPORT, CallKind.HANDED_OFF, CallKind.ADVICE})


class Where(Protocol):
    """A place as it was told."""

    @property
    def postcode(self) -> str | None: ...  # noqa: D102  as told
    @property
    def house_number(self) -> str | None: ...  # noqa: D102  as told
    @property
    def addition(self) -> str | None: ...  # noqa: D102  as told


def about(
    places: Iterable[Where | None],
    name: str | None = None,
    birth_date: date | None = None,
    phone: str | None = None,
    caller_phone: str | None = None,
) -> About:
    """The value; what is not an address is left out."""
    addresses = tuple(
        Address(one.postcode, one.house_number, one.addition or "") for one in places if one and one.postcode and one.house_number
    )
    return About(addresses, name or "", birth_date, phone or "", caller_phone or "")

"""What is wrong, the biggest first: what must be done now, then what will have to be."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from app.console.wall.seen import SOON, Asked, Lacking, Late, Undelivered, Wall

WAITS_LONG: Final = timedelta(seconds=60)  # ⚙ a caller who hears nothing but ringing
SHOWN: Final = 8
COMES_SOON: Final = timedelta(hours=24)
AT_ONCE: Final = frozenset({"acute", "crisis"})


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something wrong: `wall_trouble_<kind>` says it with `values`; `key` is the same as long as it is the same trouble.

    `urgency`: of the case or offer it is about. `href`: where something can be done about it.
    """

    kind: str
    key: str
    acute: bool
    since: datetime | None = None
    href: str = ""
    urgency: str = ""
    count: int | None = None
    phone: str | None = None
    values: dict[str, Any] = field(default_factory=dict)


def troubles(wall: Wall) -> list[Trouble]:
    """Everything that is wrong; acute first, and within that in the order of what it costs to leave it."""
    found = [
        *_of_the_watch(wall),
        *_of_calls(wall),
        *_of_delivery(wall.oversight.endpoints),
        *_of_offers(wall),
        *_of_cases(wall),
        *_of_gaps(wall),
        *_of_mail(wall),
    ]
    return sorted(found, key=lambda one: not one.acute)


def _of_the_watch(wall: Wall) -> Iterable[Trouble]:
    over = wall.oversight
    if over.watch_is_silent:
        yield Trouble("watch", "watch", acute=True, since=over.watched_at, href="#wall-watch")
    if over.broken:
        yield Trouble("broken", "broken", acute=True, href="#wall-watch", count=over.broken)


def _of_calls(wall: Wall) -> Iterable[Trouble]:
    if wall.waits_since and wall.at - wall.waits_since >= WAITS_LONG:
        yield Trouble("caller", "caller", acute=True, since=wall.waits_since, href="#wall-calls", count=wall.waiting)
    if wall.callbacks:
        yield Trouble("callbacks", "callbacks", acute=False, since=wall.callbacks_since, href="/call", count=wall.callbacks)
    if left := wall.of_talks("left"):
        yield Trouble("draft", "draft", acute=False, since=left[0].since, href="#wall-calls", count=len(left))


def _of_delivery(endpoints: Iterable[Undelivered]) -> Iterable[Trouble]:
    for one in endpoints:
        yield Trouble(
            f"endpoint_{one.why}", f"endpoint-{one.id}-{one.why}", acute=one.why == "pressing", since=one.since,
            href=f"/endpoints#endpoint-{one.id}", count=one.pressing or one.waiting, phone=one.phone,
            values={"organisation": one.organisation},
        )  # fmt: skip


def _of_offers(wall: Wall) -> Iterable[Trouble]:
    late = [one for one in wall.offers if one.is_late(wall.at)]
    yield from (_offer("offer_late", one, acute=True) for one in late if one.presses())
    others = [one for one in late if not one.presses()]
    if others:
        yield Trouble(
            "offers_late", "offers-late", acute=False, since=others[0].accept_by, href="#wall-offers", count=len(others)
        )
    for one in wall.offers:
        if one.presses() and not one.is_late(wall.at) and one.share(wall.at) >= SOON:
            yield _offer("offer_soon", one, acute=False)


def _offer(kind: str, one: Asked, *, acute: bool) -> Trouble:
    return Trouble(
        kind, f"{kind}-{one.id}", acute=acute, since=one.accept_by, href=f"/cases/{one.case_id}", urgency=one.urgency,
        phone=one.phone, values={"organisation": one.organisation, "place": one.place},
    )  # fmt: skip


def _of_cases(wall: Wall) -> Iterable[Trouble]:
    yield from (_case(one) for one in wall.late if one.urgency in AT_ONCE)
    others = [one for one in wall.late if one.urgency not in AT_ONCE]
    if others:
        yield Trouble("cases_late", "cases-late", acute=False, since=others[0].since, href="#wall-late", count=len(others))
    if wall.lying:
        yield Trouble("lying", "lying", acute=False, since=wall.lying[0].since, href="#wall-lying", count=len(wall.lying))


def _case(one: Late) -> Trouble:
    return Trouble(
        f"late_{one.kind}", f"late-{one.id}-{one.kind}", acute=True, since=one.since, href=f"/cases/{one.id}",
        urgency=one.urgency, values={"organisation": one.organisation, "place": one.place},
    )  # fmt: skip


def _of_gaps(wall: Wall) -> Iterable[Trouble]:
    pressing = [one for one in wall.gaps_now if one.line == "crisis"]
    yield from (_gap("gap_now", one, acute=not one.acknowledged) for one in pressing)
    others = [one for one in wall.gaps_now if one.line != "crisis"]
    if others:
        yield Trouble("gaps_now", "gaps-now", acute=False, since=others[0].starts_at, href="#wall-gaps", count=len(others))
    for one in wall.gaps_coming:
        if one.starts_at <= wall.at + COMES_SOON and one.line == "crisis":
            yield _gap("gap_soon", one, acute=False)


def _gap(kind: str, one: Lacking, *, acute: bool) -> Trouble:
    return Trouble(
        kind, f"{kind}-{one.id}", acute=acute, since=one.starts_at, count=one.places,
        href=f"/rosters/{one.roster}" if one.roster else "#wall-gaps",
        values={"organisation": one.organisation, "place": one.name},
    )  # fmt: skip


def _of_mail(wall: Wall) -> Iterable[Trouble]:
    if wall.oversight.mailboxes:
        yield Trouble("mail", "mail", acute=False, href="#wall-delivery", count=wall.oversight.mailboxes)

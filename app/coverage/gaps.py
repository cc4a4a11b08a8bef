"""Where nobody is who must be there: by whom it could be mended, and why it came."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise, product
from typing import Final, Protocol
from uuid import UUID

from app.core.spans import Span, Spans, common, united, without
from app.coverage.demand import DEFAULT, Required
from app.coverage.lines import QUESTIONS, STEPS, Line
from app.directory.answers import Group, Member
from app.routing.ladder import Rung

NOBODY: Final = "nobody"
LAST_RESORT: Final = "last_rung"  # the reason of a national desk that is asked because nobody else is left


class Doubt(Protocol):
    """A shift that can't be counted on in a span: no working contact way, absent, on duty in two places."""

    @property
    def service_id(self) -> UUID:
        """Whose shift it is."""

    @property
    def span(self) -> Span:
        """When it is in doubt."""

    @property
    def reason(self) -> str:
        """Why, as a code."""


class Reason(StrEnum):
    """Why there is a gap; doubts have codes of their own."""

    NO_SHIFT = "no_shift"  # there is a roster, and no shift of it runs
    NO_ROSTER = "no_roster"  # somebody is contracted, and has no roster here
    DESK_CLOSED = "desk_closed"  # and what it promised meanwhile is not enough
    NOBODY_CONTRACTED = "nobody_contracted"
    BY_AGREEMENT = "by_agreement"  # a desk has asked the national desk to answer, or it serves here itself: never an alarm


@dataclass(frozen=True, slots=True)
class Gap:
    """A span of a line in which nobody is who is near enough.

    `left`: the rung that is left (`nobody` when even the national desk is not). `intended`: nobody is asked for then, who would
    be at another hour. `by_fallback`: another service closes it, and routing reaches that.
    """

    line: Line
    municipality_codes: tuple[str, ...]
    organisation_ids: tuple[UUID, ...]
    span: Span
    left: str
    reason: str
    intended: bool = False
    by_fallback: bool = False

    @property
    def is_open(self) -> bool:
        """Whether somebody must do something about it."""
        return not self.intended and not self.by_fallback


@dataclass(frozen=True, slots=True)
class Kind:
    """Everything about a gap but where and when it is."""

    line: Line
    organisation_ids: tuple[UUID, ...]
    left: str
    reason: str
    intended: bool = False
    by_fallback: bool = False


@dataclass(frozen=True, slots=True)
class Lacking:
    """Spans in which nobody is at `enough` or nearer, and somebody at `left`."""

    enough: Rung
    left: str
    spans: Spans


@dataclass(frozen=True, slots=True)
class Known:
    """What is known besides the answers: doubted shifts, fallbacks (service → service), who watches over the country."""

    doubts: tuple[Doubt, ...]
    fallbacks: Mapping[UUID, UUID]
    national_desks: tuple[UUID, ...]


def gaps(
    groups: Iterable[Group], lines: Iterable[Line], requirements: Callable[[str, Line], tuple[Required, ...]], known: Known
) -> list[Gap]:
    """The gaps of a period, in order of time; municipalities with the same gap are in it together.

    `requirements` tells what is asked for in a municipality on a line. The answers must leave the doubted shifts out.
    """
    found: dict[tuple[Kind, Span], set[str]] = {}
    for group, line in product(groups, tuple(lines)):
        alike: dict[tuple[Required, ...], list[str]] = {}
        for code in group.codes:
            alike.setdefault(requirements(code, line), []).append(code)
        for wanted, codes in alike.items():
            parts: dict[Kind, list[Span]] = {}
            for kind, span in _gaps_of(group, line, wanted, known):
                parts.setdefault(kind, []).append(span)
            for kind, spans in parts.items():
                for span in united(spans):
                    found.setdefault((kind, span), set()).update(codes)
    made = [
        Gap(kind.line, tuple(sorted(codes)), kind.organisation_ids, span, kind.left, kind.reason, kind.intended, kind.by_fallback)
        for (kind, span), codes in found.items()
    ]
    return sorted(made, key=lambda one: (one.span, one.line, one.municipality_codes, one.reason))


def _gaps_of(group: Group, line: Line, asked: tuple[Required, ...], known: Known) -> Iterable[tuple[Kind, Span]]:
    answered = {rung: united(_spans_of(group, line, rung)) for rung in STEPS}
    served = united(_spans_of(group, line, Rung.NATIONAL_DESK, served=True))
    wanted = [replace(one, spans=without(one.spans, served)) if one.by_default else one for one in asked]
    for one in wanted:
        for lacking in _lacking(answered, one, group.span):
            for span in _cut(lacking.spans, group):
                yield from _explained(group, line, lacking, span, known)
    strictest = min((*(one.enough for one in wanted), DEFAULT.get(line, Rung.CONTRACTED)), key=STEPS.index)
    free = Required(strictest, without((group.span,), united(span for one in wanted for span in one.spans)))
    for lacking in _lacking(answered, free, group.span):
        yield from _intended(group, line, lacking, served, known)


def _intended(group: Group, line: Line, lacking: Lacking, served: Spans, known: Known) -> Iterable[tuple[Kind, Span]]:
    """When nobody is asked for who would be at another hour; the national desk may serve by agreement."""
    for span in _cut(without(lacking.spans, served), group):
        members, reason = _responsible(group, line, lacking.enough, span)
        yield Kind(line, _organisations(members, known), lacking.left, reason, intended=True), span
    for span in common(lacking.spans, served):
        yield Kind(line, known.national_desks, lacking.left, Reason.BY_AGREEMENT, intended=True), span


def _cut(spans: Spans, group: Group) -> Iterable[Span]:
    """The same moments, in parts during which the same services serve the group."""
    cuts = sorted({moment for one in group.members for span in one.spans for moment in (span.start, span.end)})
    for span in spans:
        moments = [span.start, *(moment for moment in cuts if span.start < moment < span.end), span.end]
        yield from (Span(start, end) for start, end in pairwise(moments))


def _spans_of(group: Group, line: Line, rung: Rung, *, served: bool = False) -> Iterable[Span]:
    """When the first answer stands on a rung; `served`: not because nobody else is left."""
    found = (one for one in group.answers if one.line == line and one.rung == rung)
    return (span for one in found if not served or one.reason != LAST_RESORT for span in one.spans)


def _lacking(answered: Mapping[Rung, Spans], wanted: Required, exists: Span) -> Iterable[Lacking]:
    """What is asked for and not there, by the rung that is left."""
    nearer = STEPS.index(wanted.enough) + 1
    spans = without(common(wanted.spans, (exists,)), united(span for rung in STEPS[:nearer] for span in answered[rung]))
    for rung in STEPS[nearer:]:
        yield Lacking(wanted.enough, rung, common(spans, answered[rung]))
    left = united(span for rung in STEPS[nearer:] for span in answered[rung])
    yield Lacking(wanted.enough, NOBODY, without(spans, left))


def _explained(group: Group, line: Line, lacking: Lacking, span: Span, known: Known) -> Iterable[tuple[Kind, Span]]:
    """The parts of a gap, each with its one reason."""
    members, reason = _responsible(group, line, lacking.enough, span)
    reached = lacking.left == Rung.CONTRACTED
    fallback = reached and any(_closes(group, line, known.fallbacks.get(one.service_id), span) for one in members)
    kind = Kind(line, _organisations(members, known), lacking.left, reason, by_fallback=fallback)
    services = {one.service_id for one in members}
    rest: Spans = (span,)
    for doubt in known.doubts:
        if doubt.service_id in services and (parts := common(rest, (doubt.span,))):
            yield from ((replace(kind, reason=doubt.reason), part) for part in parts)
            rest = without(rest, parts)
    yield from ((kind, part) for part in rest)


def _responsible(group: Group, line: Line, enough: Rung, span: Span) -> tuple[list[Member], str]:
    """Whose roster or desk it is, and what is wrong with it; nobody's when nobody is contracted."""
    question = QUESTIONS[line]
    there = [one for one in group.members if any(part.overlaps(span) for part in one.spans)]
    desks = [one for one in there if one.kind == "meldpunt" and question.desks]
    if enough is not Rung.MELDPUNT:
        providers = [one for one in there if one.kind == question.kind]
        if rostered := [one for one in providers if one.rostered]:
            return rostered, Reason.NO_SHIFT
        if providers:
            return providers, Reason.NO_ROSTER
    return (desks, Reason.DESK_CLOSED) if desks else ([], Reason.NOBODY_CONTRACTED)


def _organisations(members: Iterable[Member], known: Known) -> tuple[UUID, ...]:
    return tuple(sorted({one.organisation_id for one in members})) or known.national_desks


def _closes(group: Group, line: Line, fallback: UUID | None, span: Span) -> bool:
    """Whether the ladder reaches a fallback in a span: it is contracted there on this line, and has no roster."""
    return any(
        one.service_id == fallback and one.kind == QUESTIONS[line].kind and not one.rostered
        for one in group.members
        if any(part.overlaps(span) for part in one.spans)
    )

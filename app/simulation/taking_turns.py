"""A proposed rotation: participants take turns at hand-over times of every day."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from app.core.spans import Span
from app.directory.roster import Shift
from app.directory.rotations import moment


def taken_in_turns(participants: Sequence[str], hand_over: Sequence[time], first: date, days: int) -> Iterator[Shift]:
    """The shifts from the first hand-over of `first` to the first one `days` later; local times: a night may last longer."""
    last = moment(datetime.combine(first + timedelta(days=days), min(hand_over)))
    all_of_them = (moment(datetime.combine(first + timedelta(days=n), at)) for n in range(days + 1) for at in sorted(hand_over))
    for turn, (start, end) in enumerate(pairwise(at for at in all_of_them if at <= last)):
        if start < end:  # two hand-overs within the hour that is skipped are one
            yield Shift(Span(start, end), participants[turn % len(participants)])

"""What a script sends of a call, judged as far as it is right; and always judged to an end."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as bounded
from hypothesis import strategies as st

from app.console.call.fields import as_far_as_right

NAMES = st.sampled_from(
    ("", "a.b", "urgency", "reason", "chosen", "place", "stay", "postcode", "advice", "given", "observations", "answers")
)
THINGS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(NAMES, inside, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("contents", "field"),
    [
        ({"urgency": {"reason": "x"}}, "urgency.chosen"),
        ({"a.b": 1}, "a.b"),
        ({"place": {"stay": {"a.b": 1}}}, "place.stay.a.b"),
    ],
)
def test_what_can_not_be_taken_out_by_its_name_goes_with_what_is_around_it(contents: dict[str, Any], field: str) -> None:
    """A name that no field of ours has, or a part that is missing: looked for again and again, it held up everybody."""
    call, faults = as_far_as_right({**contents, "worry": "Roept."})
    assert field in faults
    assert call.worry == "Roept."


@bounded(max_examples=150)
@given(st.dictionaries(NAMES, THINGS, max_size=4))
def test_whatever_is_sent_is_judged(contents: dict[str, Any]) -> None:
    """No contents have no answer."""
    call, faults = as_far_as_right(contents)
    assert call is not None
    assert isinstance(faults, dict)

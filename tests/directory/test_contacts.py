"""Identifiers, contact ways and hours as people type them: one form inside, or refused."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.directory.contacts import Way, contact, phone
from app.directory.hours import hours_faults
from app.directory.identifiers import DIGITS, identifier
from app.directory.opening_hours import OpeningHours

TODAY = date(2026, 11, 24)


@given(st.sampled_from(sorted(DIGITS)), st.data())
def test_an_identifier_is_its_digits_however_it_is_typed(kind: str, data: st.DataObject) -> None:
    """Read from paper with spaces or points, it is the same organisation; leading zeros are part of it."""
    digits = data.draw(st.text("0123456789", min_size=DIGITS[kind], max_size=DIGITS[kind]))
    gaps = data.draw(st.lists(st.sampled_from(["", "", " ", ".", "-"]), min_size=len(digits), max_size=len(digits)))
    typed = "".join(gap + digit for gap, digit in zip(gaps, digits, strict=True))
    assert identifier(kind, typed) == digits
    assert identifier(kind, identifier(kind, typed)) == digits


@given(st.sampled_from(sorted(DIGITS)), st.text(max_size=25))
def test_what_is_no_identifier_is_refused(kind: str, text: str) -> None:
    """Whatever is typed: what is accepted is as many plain digits as it has."""
    try:
        found = identifier(kind, text)
    except ValueError:
        return
    assert found.isascii()
    assert found.isdigit()
    assert len(found) == DIGITS[kind]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("112", "112"),
        ("113", "113"),
        ("116 111", "116111"),
        ("14 010", "14010"),
        ("14 0475", "140475"),
        ("0800-0113", "08000113"),
        ("0800 123 4567", "08001234567"),
        ("0900-8844", "09008844"),
        ("023-5159998", "+31235159998"),
        ("(023) 515 99 98", "+31235159998"),
        ("+31 (0)23 515 99 98", "+31235159998"),
        ("0031 6 12345678", "+31612345678"),
        ("+32 2 555 12 12", "+3225551212"),
    ],
)
def test_a_number_that_can_be_dialled_is_kept_in_one_form(typed: str, kept: str) -> None:
    """Short numbers too, which libraries refuse: 112 and 113 are the ones that matter most here."""
    assert phone(typed) == kept
    assert phone(kept) == kept


@pytest.mark.parametrize(
    "typed", ["", "12", "023-515999", "0235-15999812", "+31 23 515", "0800-12", "bel ons", "14", "+0235159998"]
)
def test_a_number_that_can_not_be_dialled_is_refused(typed: str) -> None:
    """A digit too few is found when it is typed, not when somebody rings at night."""
    with pytest.raises(ValueError, match="ten digits"):
        phone(typed)


@pytest.mark.parametrize(
    ("way", "typed"),
    [
        (Way.EMAIL, "a@b"),
        (Way.EMAIL, "a b@example.nl"),
        (Way.SECURE_MAIL, "example.nl"),
        (Way.WEB_FORM, "http://example.nl"),
        (Way.WEB_FORM, "https://user:secret@example.nl"),
        (Way.WEB_FORM, "https://localhost/form"),
        (Way.WEB_FORM, "https://example.nl:port"),
        (Way.WEB_FORM, "javascript:alert(1)"),
    ],
)
def test_an_address_that_leads_nowhere_is_refused(way: Way, typed: str) -> None:
    """A form over plain http, or with a password in its address, is no form to send people to."""
    with pytest.raises(ValueError, match="Send"):
        contact(way, typed)


@given(st.sampled_from(Way), st.text(max_size=60))
def test_a_contact_way_is_kept_as_it_is_kept(way: Way, text: str) -> None:
    """Written back it stays the same, whatever was typed: a round trip through an editor changes nothing."""
    try:
        kept = contact(way, text)
    except ValueError:
        return
    assert contact(way, kept) == kept


times = st.integers(0, 24 * 4).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}")
days = st.sampled_from(["0", "1", "2-4", "5-6", "3", "0-6", "7", "-1", "4-2", ""])
dates = st.sampled_from(["2026-11-24", "2026-12-24", "2026-11-23", "24-12-2026", "2026-12-32"])
hours = st.fixed_dictionaries(
    {
        "always": st.booleans(),
        "closedOnHolidays": st.booleans(),
        "weekly": st.dictionaries(days, st.lists(st.builds(lambda a, b: f"{a}-{b}", times, times), max_size=2), max_size=3),
        "exceptions": st.dictionaries(dates, st.lists(st.builds(lambda a, b: f"{a}-{b}", times, times), max_size=2), max_size=2),
    }
)


@given(hours)
def test_hours_without_faults_are_read_and_written_alike(told: dict[str, Any]) -> None:
    """What passes is what the parser of routing reads, says the same again, and has no night in it that nobody meant."""
    if list(hours_faults(told, "/hours", TODAY)):
        return
    stored = OpeningHours.parse(told).to_json()
    assert OpeningHours.parse(stored).to_json() == stored
    assert not list(hours_faults(stored, "/hours", TODAY))
    assert all(end <= 24 * 60 for spans in OpeningHours.parse(told).weekly.values() for _, end in spans)
    assert set(stored["exceptions"]) == set(told["exceptions"])


@given(hours)
def test_what_the_parser_refuses_has_a_fault(told: dict[str, Any]) -> None:
    """The parser would answer it with our fault, not with theirs."""
    try:
        OpeningHours.parse(told)
    except ValueError:
        assert list(hours_faults(told, "/hours", TODAY))


@given(hours)
def test_a_fault_points_at_something_that_was_sent(told: dict[str, Any]) -> None:
    """A form that marks the field must find it."""
    for fault in hours_faults(told, "", TODAY):
        found: Any = told
        for part in fault.pointer.split("/")[1:]:
            found = found[int(part)] if isinstance(found, list) else found[part]

"""The rules of the channels: parsers that never break, tickets that can't be made."""

import json
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.channels import form_token
from app.channels.form import DANGER, FIELDS, TEXTS, Alarm, alarm_of, alarms, call_json, faults, filled_in
from app.channels.form_token import Age
from app.channels.limiter import Limiter
from app.channels.police import MAIL, ChannelEnded, Original, Purpose, Unreadable, must_be_open, outlook
from app.channels.police_form import KEYS, read_json, read_lines
from app.channels.police_mail import form_in, message_of
from app.channels.progress import Progress, progress
from app.channels.service.parsers import call_in
from app.intake.schemas.asked import CallIn
from app.intake.service.protocols import protocol
from tests.channels.makers import FORM, a_mail

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
KEY = b"k" * 32
LINES = st.lists(st.tuples(st.sampled_from(sorted(KEYS)), st.text(max_size=30)), max_size=12)


def an_original(content: bytes, media: str) -> Original:
    """An original of any kind."""
    return Original(content, media, Purpose.REPORT)


def fault_in(text: str) -> str:
    """Why a form can't be read; "" when it can."""
    try:
        call_in(an_original(text.encode(), "text/plain"))
    except Unreadable as error:
        return error.code
    return ""


@given(st.binary(max_size=400), st.sampled_from((MAIL, "text/plain", "application/json")))
def test_no_bytes_break_a_parser(content: bytes, media: str) -> None:
    """What comes by mail is whatever somebody's program wrote: read, or kept for a person; never an exception."""
    with suppress(Unreadable):
        name, call = call_in(an_original(content, media))
        assert name
        assert isinstance(call, CallIn)
    assert len(message_of(an_original(content, media))) == 32


@given(LINES, st.sampled_from(("\n", "\r\n")))
def test_no_form_breaks_the_parser(lines: list[tuple[str, str]], end: str) -> None:
    """Near misses of the form too: its own keys with anything behind them, doubled, empty, in any order."""
    text = end.join(["Formulier: nodus-form-1", "Zorg: x", *(f"{key}: {value}" for key, value in lines)])
    assert fault_in(text) != "parser_failed"


@given(
    st.dictionaries(
        st.sampled_from(["Content-Type", "Content-Disposition", "Content-Transfer-Encoding", "Message-ID"]), st.text(max_size=40)
    ),
    st.text(max_size=60),
)
def test_no_headers_break_the_mail(headers: dict[str, str], body: str) -> None:
    """Headers are free text as well."""
    mail = "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + f"\r\n{body}"
    content = mail.encode("utf-8", "surrogatepass")
    message_of(an_original(content, MAIL))
    with suppress(Unreadable):
        form_in(content)


def test_a_form_says_the_same_as_lines_and_as_json() -> None:
    """Whoever can send JSON need not write lines; a text over several lines stays one text."""
    told = dict(read_lines(FORM.encode()))
    assert told["worry"] == "Man loopt op blote voeten in de regen.\nZegt dat de buren hem afluisteren."
    assert told["answers"] == {"danger_now": "no", "not_eating": "yes"}
    same = json.dumps({"formulier": "nodus-form-1", "zorg": told["worry"], "gevaar": "nee", "eet niet": "ja", "postcode": "1012 AB",
                       "huisnummer": "12", "naam": "Jan van der Verzonnen", "geboortedatum": "1961-03-02", "eenheid": "Amsterdam",
                       "datum": "2026-11-24T10:05:00+00:00"}).encode()  # fmt: skip
    read = dict(read_json(same))
    assert datetime.fromisoformat(read.pop("receivedAt")) == datetime.fromisoformat(told.pop("receivedAt"))
    assert read == told


def test_an_attachment_goes_before_the_text_of_the_mail() -> None:
    """A text that says to see the attachment is no report; two forms in one mail are for a person."""
    part = "--x\r\nContent-Type: text/plain{}\r\n\r\n{}\r\n"
    mail = "Content-Type: multipart/mixed; boundary=x\r\n\r\n" + part.format("", "Zie bijlage.")
    attached = part.format("\r\nContent-Disposition: attachment; filename=form.txt", FORM)
    assert form_in((mail + attached + "--x--").encode())[1].startswith(b"Formulier")
    with pytest.raises(Unreadable, match="several_forms"):
        form_in((mail + attached + attached + "--x--").encode())
    assert form_in(a_mail())[0] == "text/plain"


def test_the_decree_stops_the_channel_the_day_after_it_ends() -> None:
    """On its last day it holds, the day after it does not; and somebody hears of it two months before."""
    end = date(2026, 12, 31)
    must_be_open(end, end)
    with pytest.raises(ChannelEnded, match="BWBR0045999"):
        must_be_open(end, end + timedelta(days=1))
    assert outlook(None, end) == (True, outlook(None, end)[1])
    assert outlook(end, end - timedelta(days=61))[0]
    well, sentence = outlook(end, end - timedelta(days=60))
    assert not well
    assert "60 days" in sentence
    assert "stopped" in outlook(end, end + timedelta(days=1))[1]


@given(st.integers(0, 2**128 - 1), st.integers(0, 2**128 - 1), st.text(max_size=120))
def test_a_ticket_can_only_be_ours(number: int, other: int, text: str) -> None:
    """Whoever guesses, alters, or takes another installation's ticket gets none."""
    issued = form_token.issue(KEY, number.to_bytes(16, "big"), AT)
    ticket = form_token.read(KEY, issued)
    assert ticket is not None
    assert ticket.number == number.to_bytes(16, "big")
    assert ticket.issued_at == AT
    assert form_token.read(b"o" * 32, issued) is None
    assert form_token.read(KEY, text) is None
    place = other % len(issued)
    altered = issued[:place] + ("A" if issued[place] != "A" else "B") + issued[place + 1 :]
    read = form_token.read(KEY, altered)
    assert read is None or read == ticket  # the last letter has bits that say nothing


def test_a_ticket_has_an_age() -> None:
    """Three seconds are too quick for a person, a night too long; in between it is held as people hold one."""
    ticket = form_token.read(KEY, form_token.issue(KEY, b"n" * 16, AT))
    assert ticket
    assert [ticket.age(AT + timedelta(seconds=held)) for held in (2.9, 3, 43_200, 43_201)] == [
        Age.TOO_QUICK,
        Age.FITTING,
        Age.FITTING,
        Age.TOO_OLD,
    ]


def test_an_address_may_send_ten_times() -> None:
    """A shared connection is let through, a program is not; an IPv6 network counts as one, and time forgets."""
    limiter = Limiter(KEY, most=2, span=timedelta(minutes=10))
    assert [limiter.may("10.0.0.1", AT) for _ in range(3)] == [True, True, False]
    assert limiter.may("10.0.0.2", AT)
    assert [limiter.may(f"2001:db8::{n}", AT) for n in (1, 2, 3)] == [True, True, False]
    assert limiter.may("10.0.0.1", AT + timedelta(minutes=10))
    assert "10.0.0.1" not in repr(vars(limiter))


@given(st.lists(st.tuples(st.sampled_from(FIELDS), st.text(max_size=60)), max_size=20))
def test_whatever_is_typed_becomes_a_call_or_a_named_fault(pairs: list[tuple[str, str]]) -> None:
    """A form without faults is always a call that intake can read; what nobody can type is taken out."""
    told = filled_in([*pairs, ("worry", "x")])
    assert all(ord(letter) >= 32 or letter in "\n\t" for value in told.values() for letter in value)
    wrong = faults(told)
    assert wrong.keys() <= set(FIELDS)
    if not wrong:
        CallIn.model_validate(call_json(told))


@pytest.mark.parametrize(
    ("question", "answer", "alarm"),
    [
        ("danger_now", "yes", Alarm.EMERGENCY),
        ("danger_now", "unknown", Alarm.DESK),
        ("danger_now", "no", None),
        ("medical", "yes", Alarm.EMERGENCY),
        ("medical", "unknown", Alarm.DESK),
        ("suicide", "yes", Alarm.SUICIDE),
        ("suicide", "unknown", Alarm.SUICIDE),
        ("suicide", "no", None),
    ],
)
def test_which_answer_needs_a_telephone(question: str, answer: str, alarm: Alarm | None) -> None:
    """The protocol says it; "I don't know" about danger is never a no."""
    assert alarm_of(protocol("nl-2026.1"), question, answer) is alarm


def test_the_most_urgent_number_comes_first() -> None:
    """Who reads one number reads the right one."""
    told: dict[str, Any] = {**dict.fromkeys(FIELDS, ""), **dict.fromkeys(DANGER, "yes")}
    assert alarms(protocol("nl-2026.1"), told) == [Alarm.EMERGENCY, Alarm.SUICIDE]
    assert set(TEXTS) < set(FIELDS)


@pytest.mark.parametrize(
    ("call", "case", "wrong", "told"),
    [
        ("ringing", None, False, Progress.RECEIVED),
        ("active", None, False, Progress.RECEIVED),
        (None, None, False, Progress.RECEIVED),  # a report of the police that nobody has read yet
        ("completed", None, False, Progress.RING_AGAIN),
        ("completed", "offered", False, Progress.BEING_ASKED),
        ("completed", "accepted", False, Progress.TAKEN_UP),
        ("completed", "in_follow_up", False, Progress.TAKEN_UP),
        ("completed", "aftercare", False, Progress.TAKEN_UP),
        ("completed", "closed", False, Progress.CLOSED),
        ("completed", "closed", True, Progress.ENTERED_IN_ERROR),
        ("completed", "accepted", True, Progress.ENTERED_IN_ERROR),
        ("completed", None, True, Progress.ENTERED_IN_ERROR),
    ],
)
def test_what_may_be_told(call: str | None, case: str | None, wrong: bool, told: Progress) -> None:  # noqa: FBT001  a parameter
    """Six words, whatever happens inside; the same that a caller who rings again hears."""
    accepted_at = AT if case not in {None, "offered"} else None
    row = {"call_state": call, "case_state": case, "accepted_at": accepted_at, "in_error_at": AT if wrong else None}
    assert progress(row) is told

"""The rules of notices: when, what, in which words; what comes back is read whatever it is."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.lifecycle import PRESSING, Urgency
from app.notices.bounces import bounce_in
from app.notices.following import Kind, Known, NoticeState, next_mail, offers_in
from app.notices.letter import About, letter, moment_told, span_told
from app.notices.message import is_address, mail_meant, message_id, return_path
from app.notices.timing import WAITS, alarm_at, is_given_up, next_attempt, next_reminder
from app.notices.words import EN, NL
from app.routing.ladder import Rung
from app.routing.offers import Offer, OfferState

AT = datetime(2026, 11, 24, 13, 2, tzinfo=UTC)
ID = UUID(int=7)
OURS, THEIRS = UUID(int=1), UUID(int=2)


def an_offer(state: OfferState = OfferState.PENDING) -> Offer:
    """An offer to us."""
    return Offer(ID, ID, OURS, THEIRS, Rung.ON_DUTY, state, Urgency.URGENT, (), "GM0014", AT, AT, AT, 0, None, None, 1)


def known(state: NoticeState = NoticeState.SENT, *, mail_waits: bool = False, was_sent: bool = True) -> Known:
    """What was told."""
    return Known(ID, state, was_sent, mail_waits)


@pytest.mark.parametrize(
    ("offer", "told", "urged", "kind"),
    [
        (an_offer(), None, None, Kind.OFFER),
        (an_offer(), None, Kind.HASTENED, Kind.OFFER),
        (an_offer(), known(), None, None),
        (an_offer(), known(), Kind.REMINDER, Kind.REMINDER),
        (an_offer(), known(NoticeState.BOUNCED), Kind.HASTENED, Kind.HASTENED),
        (an_offer(), known(NoticeState.WAITING, mail_waits=True, was_sent=False), Kind.REMINDER, None),
        (an_offer(OfferState.EXPIRED), None, None, None),
        (an_offer(OfferState.EXPIRED), known(), None, Kind.END),
        (an_offer(OfferState.WITHDRAWN), known(NoticeState.OPENED), None, Kind.END),
        (an_offer(OfferState.ACCEPTED), known(NoticeState.WAITING, mail_waits=True, was_sent=False), None, None),
        (an_offer(OfferState.ACCEPTED), known(NoticeState.ENDED), None, None),
    ],
)
def test_what_is_mailed_next(offer: Offer, told: Known | None, urged: Kind | None, kind: Kind | None) -> None:
    """Once each, and never a last mail to who was not told."""
    assert next_mail(offer, told, urged) is kind


def test_only_our_own_offers_count() -> None:
    """Who took a call in hears of offers to others too; and what urges is not lost among later events."""

    def event(kind: str, to: UUID, offer: int) -> dict[str, Any]:
        return {"type": f"nl.nodus.{kind}.v1", "data": {"organisationId": str(to), "offerId": str(UUID(int=offer))}}

    told: list[dict[str, Any]] = [
        event("case.offered", THEIRS, 3), event("case.offered", OURS, 4), event("offer.hastened", OURS, 4),
        event("case.accepted", OURS, 4), {"type": "nl.nodus.gap.found.v1", "data": {}}, event("offer.reminded", OURS, 5),
    ]  # fmt: skip
    assert offers_in(told, OURS) == {UUID(int=4): Kind.HASTENED, UUID(int=5): Kind.REMINDER}


@given(st.integers(1, 100_000), st.integers(0, 100_000), st.sampled_from(list(Urgency)))
def test_reminders_lie_ahead_and_within_the_time(length: int, passed: int, urgency: Urgency) -> None:
    """At most two, in order, before the time is over; who is pressed is rung about at half."""
    by, at = AT + timedelta(seconds=length), AT + timedelta(seconds=passed)
    first = next_reminder(AT, by, at)
    assert first is None or at < first < by
    assert first is None or next_reminder(AT, by, next_reminder(AT, by, first) or first) is None
    assert (alarm_at(urgency, AT, by) == AT + (by - AT) / 2) == (urgency in PRESSING)


def test_it_is_tried_ever_slower_and_a_question_as_long_as_it_stands() -> None:
    """Six seconds or ten minutes: never sooner than before; only what is no question is given up, after a day."""
    waits = [next_attempt(failed, AT) - AT for failed in range(1, 20)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (WAITS[0], WAITS[-1])
    later = AT + timedelta(days=1)
    assert [kind for kind in Kind if is_given_up(kind, AT, later)] == [Kind.CODE, Kind.TEST, Kind.END]
    assert not is_given_up(Kind.CODE, AT, later - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("seconds", "nl", "en"),
    [
        (59, "0 minuten", "0 minutes"),
        (60, "1 minuut", "1 minute"),
        (1799, "29 minuten", "29 minutes"),
        (3600, "1 uur", "1 hour"),
        (3660, "1 uur 1 minuut", "1 hour 1 minute"),
        (90_000, "1 dag 1 uur", "1 day 1 hour"),
        (2 * 86_400 + 59, "2 dagen", "2 days"),
    ],
)
def test_time_left_is_never_told_too_long(seconds: int, nl: str, en: str) -> None:
    """Rounded down, in two units."""
    assert (span_told(timedelta(seconds=seconds), "nl"), span_told(timedelta(seconds=seconds), "en")) == (nl, en)


def test_moments_are_told_by_the_dutch_clock() -> None:
    """Tomorrow's nine o'clock must not be taken for today's."""
    assert moment_told(AT, AT, "nl") == "14:02"
    assert moment_told(AT + timedelta(hours=10), AT, "nl") == "woensdag 25 november 00:02"
    assert moment_told(AT + timedelta(hours=10), AT, "en") == "Wednesday 25 November 00:02"


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_mail_is_whole_in_both_languages(kind: Kind, language: str) -> None:
    """No placeholder is left, both forms say the same, what is mailed is escaped, and the subject says nothing of what it is about."""
    for outcome in ("accepted", "declined", "expired", "withdrawn"):
        about = About("K7M4-2QXD-H", "crisis", "'s-Graven<b>", AT, outcome) if kind not in {Kind.CODE, Kind.TEST} else None
        link = "https://nodus.example/notices/1/2?lang=nl" if about else ""
        told = letter(
            kind, language, AT, number="0800-1205", about=about, link=link, code="ABCD-EFGH" if kind is Kind.CODE else ""
        )
        assert "{" not in told.text + told.html.partition("<body>")[2]
        assert "<b>" not in told.html
        assert "K7M4" not in told.subject
        assert ("K7M4-2QXD-H" in told.text, "K7M4-2QXD-H" in told.html, link in told.html) == (bool(about), bool(about), True)
    assert NL.keys() == EN.keys()


@given(st.uuids())
def test_what_comes_back_names_its_mail(mail: UUID) -> None:
    """By its own return path, or by its Message-ID."""
    assert mail_meant(message_id(mail, "nodus@a.example")) == mail
    assert mail_meant(f'"Bounces" <{return_path(mail, "nodus@a.example", "b@a.example")}>') == mail
    assert return_path(mail, "nodus@a.example", "") == "nodus@a.example"


@given(st.binary(max_size=400))
def test_anything_may_lie_in_the_folder(content: bytes) -> None:
    """One strange mail must not keep the others waiting."""
    head = b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
    assert bounce_in(content) is None
    assert bounce_in(head + content) is None


def test_a_mail_in_a_mail_in_a_mail_keeps_none_waiting() -> None:
    """Whoever got one mail of ours knows where it comes back to, and may send there what no parser gets to the bottom of."""
    boxes = "".join(f"Content-Type: multipart/mixed; boundary=b{one}\r\n\r\n--b{one}\r\n" for one in range(5000))
    assert bounce_in(boxes.encode()) is None
    assert bounce_in(b"Content-Type: message/rfc822\r\n\r\n" * 5000) is None


@given(st.text(max_size=80))
def test_an_address_ends_no_header(text: str) -> None:
    """Whatever is accepted is one address, in ASCII, without a space or a line end."""
    for one in (text, f"{text}@b.example", f"a@{text}.example"):
        if is_address(one):
            assert one.isascii()
            assert one.count("@") == 1
            assert not set(one) & set(' \r\n\t<>",;:\\()[]')

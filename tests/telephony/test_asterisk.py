"""What Asterisk really sent, and what it means here."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from app.telephony.asterisk import Heard, extension_of, follow, from_ami, from_ari
from app.telephony.line import LineState, PhoneEvent, TransferStage, line_of
from app.telephony.schemas.events import PhoneEventIn

RECORDED: Final = Path(__file__).parent / "recorded"
AT: Final = datetime(2026, 11, 24, 12, tzinfo=UTC)


def recorded(name: str) -> list[dict[str, str]]:
    """The events of a file, as they came."""
    blocks = (RECORDED / f"{name}.ami").read_text(encoding="utf-8").split("\n\n")
    return [{key: value.strip() for key, _, value in (line.partition(":") for line in block.splitlines())} for block in blocks]


def heard(name: str, *contexts: str) -> list[Heard]:
    """What they mean."""
    return [one for message in recorded(name) if (one := from_ami(message, frozenset(contexts)))]


def _shown(one: Heard) -> dict[str, Any]:
    return {"type": one.kind.removeprefix("call."), **one.facts}


def _line(told: list[Heard]) -> Any:
    bodies = [one.body(AT + place * timedelta(seconds=1)) for place, one in enumerate(told)]
    return line_of(PhoneEventIn.model_validate(body).told(str(place)) for place, body in enumerate(bodies))


def test_a_call_through_a_queue() -> None:
    """Waits in Q1, rings at 777, is answered there, ends: the eleven events that were recorded, in the words of an exchange."""
    assert [_shown(one) for one in heard("queue")] == [
        {"type": "offered", "number": "123", "queue": "Q1"},
        {"type": "offered", "agent": "777", "queue": "Q1"},
        {"type": "offered", "agent": "777"},
        {"type": "answered", "agent": "777"},
        {"type": "answered", "agent": "777", "queue": "Q1"},
        {"type": "ended", "reason": "16"},
    ]
    assert {one.call for one in heard("queue")} == {"1514295827.372"}
    line = _line(heard("queue"))
    assert (line.state, line.extension, line.queue) == (LineState.ENDED, "777", "Q1")


def test_holding_and_putting_through_on_local_channels() -> None:
    """FreePBX rings members over local channels, and events of a call come from many channels: one call all the same."""
    *warm, cold = heard("transfer")
    assert {one.call for one in warm} == {"1594054062.123"}
    assert [one.kind for one in warm] == [
        PhoneEvent.OFFERED, PhoneEvent.OFFERED, PhoneEvent.ANSWERED, PhoneEvent.HELD, PhoneEvent.RESUMED, PhoneEvent.TRANSFERRED,
    ]  # fmt: skip
    [transfer] = _line(warm).transfers
    assert (transfer.way, transfer.result, transfer.extension) == ("warm", TransferStage.ACCEPTED, "206040")
    assert warm[-1].facts["to"] == "206041"
    assert _shown(cold) == {
        "type": "transferred", "agent": "206040", "to": "206041", "way": "cold", "stage": "calling", "transfer": "1595334064.1147",
    }  # fmt: skip


def test_nobody_answers() -> None:
    """A member who lets it ring is no longer where it rings; whoever hangs up in the queue has ended the call."""
    abandoned, in_vain = heard("unanswered")
    assert _shown(abandoned) == {"type": "ended", "reason": "abandoned"}
    assert _shown(in_vain) == {"type": "offered", "queue": "201"}


def test_a_ring_group_without_a_queue() -> None:
    """Only calls in a context that is named come in; of six telephones none answers, and the caller's own hangup ends it."""
    assert not [one for one in heard("group") if one.opens]
    told = heard("group", "from-internal")
    assert [one.opens for one in told].count(True) == 1
    assert _line(told).state is LineState.ABANDONED
    assert len({one.facts.get("agent") for one in told if one.kind is PhoneEvent.OFFERED} - {None}) == 6


def test_what_an_operator_rings_is_nobody_elses_business() -> None:
    """Channels without a beginning that we know are not followed; one that has ended is no longer."""
    followed: frozenset[str] = frozenset()
    taken = []
    for one in heard("group") + heard("queue") + heard("queue")[-1:]:
        known, followed = follow(followed, one)
        taken += [one] if known else []
    assert taken == heard("queue")
    assert not followed


def test_a_call_of_a_stasis_application() -> None:
    """ARI tells of the caller's channel: offered, answered by whom it is connected to, destroyed; with its own moments."""
    lines = (RECORDED / "ari.jsonl").read_text(encoding="utf-8").splitlines()
    told = [one for line in lines if (one := from_ari(json.loads(line)))]
    assert [_shown(one) for one in told] == [
        {"type": "offered", "number": "1001", "queue": "1002"},
        {"type": "answered", "agent": "1002"},
        {"type": "ended", "reason": "16"},
        {"type": "ended", "reason": "16"},
    ]
    line = line_of(PhoneEventIn.model_validate(one.body(AT)).told(str(place)) for place, one in enumerate(told[:3]))
    assert line.waited == timedelta(seconds=3, milliseconds=191)
    assert line.talked == timedelta(seconds=35, milliseconds=225)


def test_holding_and_putting_through_in_ari() -> None:
    """By the models that Asterisk describes: no recorded ones were found."""
    caller = {"id": "1.1", "caller": {"number": "0612345678"}}
    agent, target = {"id": "1.2", "caller": {"number": "204"}}, {"id": "1.3", "caller": {"number": "0113"}}
    warm: dict[str, Any] = {
        "type": "BridgeAttendedTransfer",
        "result": "Success",
        "transferer_first_leg": agent,
        "transferer_second_leg": agent,
    }
    warm |= {"transferee": caller, "transfer_target": target, "destination_type": "bridge", "is_external": True}
    blind = {"type": "BridgeBlindTransfer", "result": "Invalid", "channel": agent, "transferee": caller, "exten": "205"}
    told = [
        from_ari(one)
        for one in ({"type": "ChannelHold", "channel": caller}, {"type": "ChannelUnhold", "channel": caller}, warm, blind)
    ]
    assert [one and one.call for one in told] == ["1.1"] * 4
    assert [one and _shown(one) for one in told] == [
        {"type": "held"},
        {"type": "resumed"},
        {"type": "transferred", "agent": "204", "to": "0113", "way": "warm", "stage": "accepted", "transfer": "1.3"},
        {"type": "transferred", "agent": "204", "to": "205", "way": "cold", "stage": "not_reached", "transfer": "1.2"},
    ]


@pytest.mark.parametrize(
    ("name", "extension"),
    [
        ("PJSIP/204-0000001a", "204"),
        ("Local/206040@from-internal-00000024;1", "206040"),
        ("SIP/777", "777"),
        ("PJSIP/anna-jansen-0000001a", "anna-jansen"),
        ("Agent/1001", "1001"),
        ("", None),
        ("DAHDI/i1/0612345678-5", None),
    ],
)
def test_an_extension_stands_in_many_names(name: str, extension: str | None) -> None:
    """Technologies name channels each in its own way; what is no extension is none."""
    assert extension_of(name) == extension


def test_what_is_broken_means_nothing() -> None:
    """A bridge must not stop at an event that it does not know."""
    for message in ({}, {"Event": "Hangup"}, {"Event": "FullyBooted", "Linkedid": "1"}, {"Event": "Hold", "Linkedid": ""}):
        assert from_ami(message) is None
    assert from_ari({}) is None
    assert from_ari({"type": "ChannelStateChange", "channel": {"id": "1", "state": "Ring"}}) is None


def test_the_exchange_says_when() -> None:
    """With timestamps switched on, waiting is reckoned by the exchange's clock and not by when we read."""
    told = from_ami(recorded("queue")[2] | {"Timestamp": "1514295838.250000"})
    assert told
    assert told.body(AT)["at"] == "2017-12-26T13:43:58.250000+00:00"

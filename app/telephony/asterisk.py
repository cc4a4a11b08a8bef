"""What Asterisk tells, as an exchange tells it here: events of AMI (TCP) and of ARI (websocket).

Sources: the manager events and the ARI models that Asterisk documents (version 13 and later), and recorded ones
(`tests/telephony/recorded`). A call is its `Linkedid`, which all its channels share; in ARI it is the caller's channel.
"""

import re
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from app.telephony.line import PhoneEvent, TransferStage

Ami = Mapping[str, str]
Ari = Mapping[str, Any]
NOTHING: Final = frozenset({"", "<unknown>", "<none>", "unknown", "anonymous"})
# `PJSIP/204-0000001a`, `Local/204@from-internal-00000024;1`, `SIP/204`, `Agent/204`
INTERFACE: Final = re.compile(r"[A-Za-z0-9_]+/(?P<extension>[A-Za-z0-9_.+-]+?)(?:@.*|-[0-9a-f]{8}(?:;\d)?)?")


@dataclass(frozen=True, slots=True)
class Heard:
    """An event, as `PhoneEventIn` reads it without its moment. `opens`: a call of which nothing was heard begins with it."""

    kind: PhoneEvent
    call: str
    facts: Mapping[str, str]
    opens: bool = False
    at: datetime | None = None

    def body(self, at: datetime) -> dict[str, str]:
        """What is sent; `at` counts where the exchange did not say when."""
        return {"type": self.kind, "call": self.call, "at": (self.at or at).astimezone(UTC).isoformat(), **self.facts}


def from_ami(message: Ami, contexts: AbstractSet[str] = frozenset()) -> Heard | None:
    """What a manager event means; None: nothing. `contexts`: where calls come in that go through no queue.

    Who else makes a channel, such as an operator who rings somebody, opens no call.
    """
    reader = AMI.get(message.get("Event", ""))
    call = message.get("Linkedid") or message.get("OrigTransfererLinkedid") or message.get("TransfererLinkedid") or ""
    if reader is None or not call:
        return None
    found = reader(message, contexts)
    if found is None:
        return None
    kind, facts = found
    opens = message["Event"] in {"Newchannel", "QueueCallerJoin"}
    moment = message.get("Timestamp", "")  # with timestampevents=yes in manager.conf
    at = datetime.fromtimestamp(float(moment), UTC) if re.fullmatch(r"\d+(\.\d+)?", moment) else None
    return Heard(kind, call, _present(facts), opens, at)


def from_ari(message: Ari) -> Heard | None:
    """What an event of a Stasis application means; None: nothing."""
    reader = ARI.get(message.get("type", ""))
    found = reader(message) if reader else None
    if found is None:
        return None
    kind, call, facts = found
    moment = message.get("timestamp")
    at = datetime.fromisoformat(moment) if moment else None
    return Heard(kind, call, _present(facts), kind is PhoneEvent.OFFERED, at) if call else None


def follow(followed: AbstractSet[str], heard: Heard) -> tuple[bool, frozenset[str]]:
    """Whether an event is of a call that is followed, and which are after it: what operators ring themselves is not told."""
    known = heard.opens or heard.call in followed
    if not known:
        return False, frozenset(followed)
    return True, frozenset(followed) - {heard.call} if heard.kind is PhoneEvent.ENDED else frozenset(followed) | {heard.call}


def extension_of(interface: str) -> str | None:
    """The extension in the name of a channel or of a queue's member."""
    found = INTERFACE.fullmatch(interface)
    return found["extension"] if found else None


Facts = Mapping[str, str | None]
Read = tuple[PhoneEvent, Facts] | None


def _newchannel(message: Ami, contexts: AbstractSet[str]) -> Read:
    if not _of_caller(message) or message.get("Context") not in contexts:
        return None
    return PhoneEvent.OFFERED, {"number": message.get("CallerIDNum"), "queue": message.get("Exten")}


def _join(message: Ami, _: AbstractSet[str]) -> Read:
    return PhoneEvent.OFFERED, {"number": message.get("CallerIDNum"), "queue": message.get("Queue")}


def _rings(message: Ami, _: AbstractSet[str]) -> Read:
    agent = extension_of(message.get("Interface") or message.get("DestChannel", ""))
    return (PhoneEvent.OFFERED, {"agent": agent, "queue": message.get("Queue")}) if _of_caller(message) else None


def _rang_in_vain(message: Ami, _: AbstractSet[str]) -> Read:
    return PhoneEvent.OFFERED, {"queue": message.get("Queue")}


def _connect(message: Ami, _: AbstractSet[str]) -> Read:
    return PhoneEvent.ANSWERED, {"agent": extension_of(message.get("Interface", "")), "queue": message.get("Queue")}


def _dialled(message: Ami, _: AbstractSet[str]) -> Read:
    if message.get("DialStatus") != "ANSWER" or not _of_caller(message):
        return None
    return PhoneEvent.ANSWERED, {"agent": extension_of(message.get("DestChannel", ""))}


def _hold(message: Ami, _: AbstractSet[str]) -> Read:
    return PhoneEvent.HELD, {"agent": message.get("CallerIDNum")}


def _unhold(message: Ami, _: AbstractSet[str]) -> Read:
    return PhoneEvent.RESUMED, {"agent": message.get("CallerIDNum")}


def _attended(message: Ami, _: AbstractSet[str]) -> Read:
    to = message.get("TransferTargetCallerIDNum") or message.get("OrigTransfererConnectedLineNum")
    return PhoneEvent.TRANSFERRED, {
        "agent": message.get("OrigTransfererCallerIDNum"),
        "to": to,
        "way": "warm",
        "stage": _reached(message.get("Result")),
        "transfer": message.get("TransferTargetUniqueid"),
    }


def _blind(message: Ami, _: AbstractSet[str]) -> Read:
    reached = message.get("Result") == "Success"
    return PhoneEvent.TRANSFERRED, {
        "agent": message.get("TransfererCallerIDNum"),
        "to": message.get("Extension"),
        "way": "cold",
        "stage": TransferStage.CALLING if reached else TransferStage.NOT_REACHED,
        "transfer": message.get("TransfererUniqueid"),
    }


def _abandon(_message: Ami, _: AbstractSet[str]) -> Read:
    return PhoneEvent.ENDED, {"reason": "abandoned"}


def _hangup(message: Ami, _: AbstractSet[str]) -> Read:
    return (PhoneEvent.ENDED, {"reason": message.get("Cause")}) if _of_caller(message) else None


AMI: Final[Mapping[str, Callable[[Ami, AbstractSet[str]], Read]]] = MappingProxyType(
    {
        "Newchannel": _newchannel,
        "QueueCallerJoin": _join,
        "AgentCalled": _rings,
        "DialBegin": _rings,
        "AgentRingNoAnswer": _rang_in_vain,
        "AgentConnect": _connect,
        "DialEnd": _dialled,
        "Hold": _hold,
        "Unhold": _unhold,
        "AttendedTransfer": _attended,
        "BlindTransfer": _blind,
        "QueueCallerAbandon": _abandon,
        "Hangup": _hangup,
    }
)

ReadAri = tuple[PhoneEvent, str, Facts] | None


def _stasis(message: Ari) -> ReadAri:
    channel = message["channel"]
    return PhoneEvent.OFFERED, channel["id"], {"number": _number(channel), "queue": channel.get("dialplan", {}).get("exten")}


def _state(message: Ari) -> ReadAri:
    channel = message["channel"]
    if channel.get("state") != "Up":
        return None
    return PhoneEvent.ANSWERED, channel["id"], {"agent": channel.get("connected", {}).get("number")}


def _held(message: Ari) -> ReadAri:
    return PhoneEvent.HELD, message["channel"]["id"], {}


def _resumed(message: Ari) -> ReadAri:
    return PhoneEvent.RESUMED, message["channel"]["id"], {}


def _attended_ari(message: Ari) -> ReadAri:
    target = message.get("transfer_target") or {}
    return PhoneEvent.TRANSFERRED, (message.get("transferee") or {}).get("id", ""), {
        "agent": _number(message["transferer_first_leg"]),
        "to": _number(target),
        "way": "warm",
        "stage": _reached(message.get("result")),
        "transfer": target.get("id"),
    }  # fmt: skip


def _blind_ari(message: Ari) -> ReadAri:
    reached = message.get("result") == "Success"
    return PhoneEvent.TRANSFERRED, (message.get("transferee") or {}).get("id", ""), {
        "agent": _number(message["channel"]),
        "to": message.get("exten"),
        "way": "cold",
        "stage": TransferStage.CALLING if reached else TransferStage.NOT_REACHED,
        "transfer": message["channel"]["id"],
    }  # fmt: skip


def _destroyed(message: Ari) -> ReadAri:
    cause = message.get("cause")
    return PhoneEvent.ENDED, message["channel"]["id"], {"reason": None if cause is None else str(cause)}


ARI: Final[Mapping[str, Callable[[Ari], ReadAri]]] = MappingProxyType(
    {
        "StasisStart": _stasis,
        "ChannelStateChange": _state,
        "ChannelHold": _held,
        "ChannelUnhold": _resumed,
        "BridgeAttendedTransfer": _attended_ari,
        "BridgeBlindTransfer": _blind_ari,
        "ChannelDestroyed": _destroyed,
    }
)


def _of_caller(message: Ami) -> bool:
    # The first channel of a call gives it its name: that of whoever rang.
    return message.get("Uniqueid") == message.get("Linkedid")


def _number(channel: Ari) -> str | None:
    number = channel.get("caller", {}).get("number")
    return None if number is None else str(number)


def _reached(result: object) -> TransferStage:
    return TransferStage.ACCEPTED if result == "Success" else TransferStage.NOT_REACHED


def _present(facts: Facts) -> dict[str, str]:
    return {key: value for key, value in facts.items() if value is not None and value.strip().lower() not in NOTHING}

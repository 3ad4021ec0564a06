"""WsrmService: an organisation's queue of technical messages, walked by sequences of WS-ReliableMessaging 1.1."""

import re
from datetime import timedelta
from typing import Final

from overgang.standin.calls import A_KASSE, JOBCENTRE, Answer, Call, Operation
from overgang.standin.messages import identifier_of, operation_of
from overgang.standin.refusal import Refused

_RECEIVERS: Final = frozenset({A_KASSE, JOBCENTRE})
_REFUSED: Final = 19006
_KEPT: Final = timedelta(hours=24)  # a sequence, where it is not wanted for less
_AT_ONCE: Final = 100  # ranges and messages in one answer
_DURATION: Final = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?")


def _create(call: Call) -> Answer:
    """AcksTo says where acknowledgements would go; the receiver sends them, so nothing goes there."""
    kept = _wanted(call.body.get("Expires"))
    identifier = call.sequences.open(call.organisation, call.transaction.now + kept)
    return {"Identifier": identifier, "Expires": f"PT{kept // timedelta(seconds=1)}S"}


def _wanted(duration: str | None) -> timedelta:
    """No time at all asks for none in particular; months and years have no length, and are refused."""
    found = _DURATION.fullmatch(duration or "PT0S")
    if found is None:
        raise Refused(_REFUSED)
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    try:
        wanted = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        return _KEPT
    return min(wanted or _KEPT, _KEPT)


def _sequence(call: Call) -> Answer:
    """What waits, again and again until it is acknowledged."""
    most = call.body.get("MaxMessageCount", _AT_ONCE)
    events = call.transaction.events.of(call.organisation)
    handed = call.sequences.hand_out(call.organisation, call.body["Identifier"], call.transaction.now, events, most)
    messages = [
        {
            "MessageNumber": number,
            "MessageIdentifier": identifier_of(event),
            "ServiceName": "WsrmMessageService",
            "OperationName": operation_of(event),
            "CreatedDateTime": event.made,
        }
        for number, event in handed
    ]
    return {"Identifier": call.body["Identifier"], "SequenceMessage": messages}


def _acknowledge(call: Call) -> Answer:
    ranges = [(each["Lower"], each["Upper"]) for each in call.body.get("AcknowledgementRange", ())]
    call.sequences.acknowledge(call.organisation, call.body["Identifier"], call.transaction.now, ranges)
    return {"Identifier": call.body["Identifier"]}


def _acknowledged(call: Call) -> Answer:
    identifier = call.body["AckRequested"]["Identifier"]
    ranges = call.sequences.acknowledged(call.organisation, identifier, call.transaction.now)[:_AT_ONCE]
    told = [{"Lower": lower, "Upper": upper} for lower, upper in ranges]
    return {"Identifier": identifier, "AcknowledgementRange": told}


def _close(call: Call) -> Answer:
    last = call.body.get("LastMsgNumber", 0)
    call.sequences.close(call.organisation, call.body["Identifier"], call.transaction.now, last)
    return {"Identifier": call.body["Identifier"]}


def _terminate(call: Call) -> Answer:
    """LastMsgNumber is for a side that resends; what the receiver says there changes nothing."""
    call.sequences.terminate(call.organisation, call.body["Identifier"])
    return {"Identifier": call.body["Identifier"]}


OPERATIONS: Final = {
    "CreateSequence": Operation(_create, allowed=_RECEIVERS),
    "Sequence": Operation(_sequence, allowed=_RECEIVERS),
    "SequenceAcknowledgement": Operation(_acknowledge, allowed=_RECEIVERS),
    "AckRequested": Operation(_acknowledged, allowed=_RECEIVERS),
    "CloseSequence": Operation(_close, allowed=_RECEIVERS),
    "TerminateSequence": Operation(_terminate, allowed=_RECEIVERS),
}

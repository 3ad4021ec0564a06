from collections.abc import Generator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from core_side import CALLER, CITIZEN, RECEIVED, a_call

from overgang.core.errors import OF_TODAY, CallerFault, Fault, GatewayFault, UpstreamFault
from overgang.core.flow import Flow, Step, once, partly, play, renumbered
from overgang.core.messages import RestReply, RestRequest, SoapCall
from overgang.core.paths import path
from overgang.core.values import Tidspunkt

READ = RestRequest("GET", path("/visiteringogstatus/v1/Tilmelding"), citizen=CITIZEN)
WRITE = RestRequest("POST", path("/visiteringogstatus/v1/Fravaer"), citizen=CITIZEN, json={"fravaerType": 1})
SEEN = RestReply(412)
TAKEN = RestReply(409, {"errorCode": 4977})
LATE = replace(
    a_call(), caller=replace(CALLER, registered=Tidspunkt("2024-12-09T23:58:00+01:00"))
)  # arrives on the 10th


def asks_two_ways() -> Flow:
    first = yield READ
    try:
        both = yield (READ, WRITE)
    except Fault as fault:
        return {"first": first.status, "fault": fault.key}
    return {"first": first.status, "both": [reply.status for reply in both]}


def writes(call: Any = None, *, item: dict[str, Any] | None = None) -> Step:
    """`once` around WRITE; what is read back is `item`."""

    def found() -> Generator[Any, Any, Any]:
        yield READ
        return item

    return (yield from once(call or a_call(), "CreateFravaer", WRITE, found))


def test_a_flow_is_played_with_one_reply_for_each_of_its_questions() -> None:
    played = play(asks_two_ways(), RestReply(200), (RestReply(200), RestReply(201)))
    assert played.requests == (READ, (READ, WRITE))
    assert played.answer == {"first": 200, "both": [200, 201]}


def test_a_fault_among_the_replies_is_raised_at_its_yield() -> None:
    played = play(asks_two_ways(), RestReply(200), UpstreamFault(1100, "upstream.timeout"))
    assert played.answer == {"first": 200, "fault": "upstream.timeout"}


def test_a_fault_that_the_flow_does_not_catch_comes_out_of_it() -> None:
    with pytest.raises(CallerFault):
        play(asks_two_ways(), CallerFault(1010, "upstream.1010"))


def test_too_few_replies_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="asks for more than 1 replies"):
        play(asks_two_ways(), RestReply(200))


def test_unused_replies_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="ended with 1 replies unused"):
        play(asks_two_ways(), RestReply(200), (RestReply(200), RestReply(201)), RestReply(200))


def test_a_write_that_is_taken_at_once_is_sent_once_under_the_id_of_the_call() -> None:
    played = play(writes(), RestReply(200, {"id": 1}))
    (sent,) = played.requests
    assert isinstance(sent, RestRequest)
    assert (sent.method, sent.path, sent.json, sent.citizen) == (WRITE.method, WRITE.path, WRITE.json, CITIZEN)
    assert sent.request_id == a_call().new_id("CreateFravaer")
    assert played.answer == {"id": 1}


def test_a_repeat_of_the_call_sends_the_same_write_word_for_word() -> None:
    later = a_call(received=RECEIVED + timedelta(minutes=5))
    assert play(writes(), RestReply(204)).requests == play(writes(later), RestReply(204)).requests


@pytest.mark.parametrize("reply", [SEEN, TAKEN], ids=["412", "4977"])
def test_a_write_that_the_modern_side_has_met_is_read_back(reply: RestReply) -> None:
    played = play(writes(item={"id": 7}), reply, RestReply(200))
    assert played.requests[1:] == (READ,)
    assert played.answer == {"id": 7}


def test_a_request_id_that_was_used_up_by_a_refusal_is_followed_by_one_of_this_arrival() -> None:
    played = play(writes(), SEEN, RestReply(200), RestReply(201, {"id": 8}))
    again = played.requests[2]
    assert isinstance(again, RestRequest)
    assert again.request_id == a_call().fresh_id("CreateFravaer")
    assert (again.json, again.path) == (WRITE.json, WRITE.path)
    assert played.answer == {"id": 8}


def test_a_second_412_means_nothing_to_the_flow_and_so_is_refused_before_it() -> None:
    first, _, again = play(writes(), SEEN, RestReply(200), RestReply(201)).requests
    assert isinstance(first, RestRequest)
    assert isinstance(again, RestRequest)
    assert (412 in first.expects, 412 in again.expects) == (True, False)
    assert (4977 in first.knows, 4977 in again.knows) == (True, True)


def test_an_id_that_is_taken_and_not_shown_is_said_to_be_hidden() -> None:
    with pytest.raises(CallerFault) as raised:
        play(writes(), TAKEN, RestReply(200))
    assert (raised.value.number, raised.value.key) == (4977, "id.taken")


def test_an_id_that_turns_out_taken_under_the_fresh_request_id_is_read_back_once_more() -> None:
    shown = iter([None, {"id": 9}])

    def found() -> Generator[Any, Any, Any]:
        yield READ
        return next(shown)

    played = play(once(a_call(), "CreateFravaer", WRITE, found), SEEN, RestReply(200), TAKEN, RestReply(200))
    assert played.answer == {"id": 9}


def test_an_id_that_is_taken_under_the_fresh_request_id_and_not_shown_is_hidden_too() -> None:
    with pytest.raises(CallerFault) as raised:
        play(writes(), SEEN, RestReply(200), TAKEN, RestReply(200))
    assert raised.value.key == "id.taken"


@pytest.mark.parametrize("number", sorted(OF_TODAY))
def test_a_late_call_that_a_rule_about_today_refuses_is_answered_with_what_stands(number: int) -> None:
    played = play(writes(LATE, item={"id": 7}), CallerFault(number, "a.rule"), RestReply(200), RestReply(412))
    (write,) = play(writes(), RestReply(204)).requests
    assert isinstance(write, RestRequest)
    settled = replace(write, expects=(200, 201, 204), knows=(), settled=True)
    assert played.requests == (write, READ, settled)
    assert played.answer == {"id": 7}


def test_a_late_call_that_a_rule_about_today_refuses_and_that_is_not_found_is_refused() -> None:
    refused = CallerFault(4338, "a.rule")
    with pytest.raises(CallerFault) as raised:
        play(writes(LATE), refused, RestReply(200))
    assert raised.value is refused


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        pytest.param(a_call(), CallerFault(4338, "a.rule"), id="a rule about today, on the day of the call"),
        pytest.param(LATE, CallerFault(4575, "a.rule"), id="late, and a rule that does not speak of today"),
        pytest.param(LATE, UpstreamFault(1100, "upstream.timeout"), id="late, and trouble upstream"),
    ],
)
def test_any_other_refusal_of_a_write_is_passed_on_without_a_look_up(call: SoapCall, fault: Fault) -> None:
    with pytest.raises(Fault) as raised:
        play(writes(call, item={"id": 7}), fault)
    assert raised.value is fault


def test_a_late_call_is_written_like_any_other() -> None:
    assert play(writes(LATE), RestReply(200)).requests == play(writes(), RestReply(200)).requests


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        (CallerFault(4575, "upstream.4575"), "registered: A; not registered: B"),
        (GatewayFault(1011, "gateway.internal"), "registered: A; not registered: B"),
        (
            UpstreamFault(1100, "upstream.timeout"),
            "registered: A; not confirmed: B; the same call sent again completes it and repeats nothing",
        ),
    ],
)
def test_a_half_done_call_says_what_is_registered_and_only_after_trouble_upstream_that_a_repeat_completes_it(
    cause: Fault, said: str
) -> None:
    fault = partly("A", "B", cause)
    assert type(fault) is type(cause)
    assert fault.key == f"partly.{cause.key}"
    assert fault.note == said


def test_a_half_done_call_keeps_everything_else_that_its_cause_says() -> None:
    cause = UpstreamFault(1100, "upstream.busy", element="x", expected="y", note="first", status=503, retry_after=4)
    fault = partly("A", "B", cause)
    assert (fault.number, fault.element, fault.expected) == (1100, "x", "y")
    assert (fault.status, fault.retry_after) == (503, 4)
    assert (fault.note or "").startswith("first; registered: A; ")


def reads() -> Step:
    reply = yield READ
    return reply.json


def test_a_refusal_with_a_number_that_stands_for_another_is_raised_with_that_one_and_keeps_its_status() -> None:
    with pytest.raises(CallerFault) as raised:
        play(renumbered(reads(), {60006: 1010}), CallerFault(60006, "upstream.60006", status=404))
    assert (raised.value.number, raised.value.key, raised.value.status) == (1010, "upstream.1010", 404)


def test_any_other_refusal_keeps_its_number_and_an_answer_is_passed_on() -> None:
    refused = CallerFault(4575, "upstream.4575")
    with pytest.raises(CallerFault) as raised:
        play(renumbered(reads(), {60006: 1010}), refused)
    assert raised.value is refused
    assert play(renumbered(reads(), {60006: 1010}), RestReply(200, [1])).answer == [1]

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from core_side import CALLER, RECEIVED, a_call
from hypothesis import given
from hypothesis import strategies as st

from overgang.core.messages import Organisation, RestReply, RestRequest
from overgang.core.paths import path
from overgang.core.values import Tidspunkt


@given(st.binary(), st.text())
def test_a_derived_id_is_a_uuid_of_version_4_in_lower_case(identity: bytes, step: str) -> None:
    text = a_call(identity=identity).new_id(step)
    assert str(uuid.UUID(text)) == text
    assert (uuid.UUID(text).version, uuid.UUID(text).variant) == (4, uuid.RFC_4122)
    assert len(text) <= 46  # the longest request id that the modern side takes


def test_the_same_call_sent_again_derives_the_same_id() -> None:
    later = a_call(received=RECEIVED + timedelta(minutes=5))
    assert a_call().new_id("CreateTilmelding") == later.new_id("CreateTilmelding")


def test_another_step_or_another_call_derives_another_id() -> None:
    ids = {a_call().new_id("one"), a_call().new_id("two"), a_call(identity=b"other").new_id("one")}
    assert len(ids) == 3


def test_a_fresh_id_is_one_of_this_arrival_and_step() -> None:
    call, later = a_call(), a_call(received=RECEIVED + timedelta(microseconds=1))
    assert call.fresh_id("one") == call.fresh_id("one")
    assert len({call.fresh_id("one"), later.fresh_id("one"), call.fresh_id("two"), call.new_id("one")}) == 4
    assert len(call.fresh_id("one")) <= 46


@pytest.mark.parametrize(
    ("registered", "late"),
    [
        pytest.param("2024-12-09T23:59:59.999+01:00", True, id="the last moment of the eve"),
        pytest.param("2024-12-09T22:59:59Z", True, id="the eve, by another zone"),
        pytest.param("2024-12-10T00:00:00+01:00", False, id="midnight"),
        pytest.param("2024-12-09T23:00:00Z", False, id="a Danish midnight in UTC"),
        pytest.param("2024-12-11T00:00:00+01:00", False, id="a clock that runs ahead"),
    ],
)
def test_a_call_is_late_when_it_was_made_on_an_earlier_danish_day_than_it_arrived(registered: str, late: bool) -> None:
    call = replace(a_call(), caller=replace(CALLER, registered=Tidspunkt(registered)))
    assert call.late is late


def test_a_receipt_has_the_arrival_in_danish_time_with_its_offset() -> None:
    assert a_call().event_date == "2024-12-10T10:30:00.123+01:00"


def test_an_organisation_is_written_as_type_and_code() -> None:
    assert str(Organisation(8, "101")) == "8/101"


@pytest.mark.parametrize(("method", "writes"), [("GET", False), ("POST", True), ("PUT", True), ("DELETE", True)])
def test_every_method_but_get_writes(method: str, writes: bool) -> None:
    assert RestRequest(method, path("/jobsearch/v2/Joboenske")).writes is writes


@pytest.mark.parametrize(
    ("json", "number"),
    [
        ({"errorCode": 4977}, 4977),
        ({"errorCode": "4977"}, None),
        ({"errorCode": True}, None),
        ({"title": "no number"}, None),
        ([{"errorCode": 4977}], None),
        (None, None),
    ],
)
def test_the_error_number_of_a_reply_is_a_whole_number_in_a_problem_body(json: Any, number: int | None) -> None:
    assert RestReply(409, json).error_code == number


def test_bodies_as_they_came_are_not_shown_when_a_message_is_printed() -> None:
    secret = b"0506912617"
    request = RestRequest("POST", path("/jobsearch/v2/Joboenske"), raw=secret)
    assert "0506912617" not in repr(request) + repr(RestReply(200, raw=secret))

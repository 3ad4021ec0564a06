from collections.abc import Generator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from core_side import CITIZEN, DAY, a_context, a_list, a_value

from overgang.core.errors import CallerFault, Fault, UpstreamFault
from overgang.core.fields import TEXT, TIDSPUNKT, Field, Table, code
from overgang.core.flow import play
from overgang.core.messages import Face, RestReply, RestRequest
from overgang.core.paths import path
from overgang.core.rules import (
    Context,
    Governed,
    Law,
    code_values,
    day_of,
    duration,
    govern,
    look_up,
    name_of,
    permission,
)
from overgang.core.timeline import Source, Timeline, Version

READ = RestRequest("GET", path("/visiteringogstatus/v1/Tilmelding"), citizen=CITIZEN)
WRITE = RestRequest("POST", path("/visiteringogstatus/v1/Fravaer"), citizen=CITIZEN, json={"fravaerType": 1})
TABLE = Table(
    Field("AbsenceTypeIdentifier", "fravaerType", code("AbsenceType")),
    Field("AbsenceCauseTypeIdentifier", "aarsag", code("AbsenceCauseType", unknown=4340)),
    Field("StartDate", "startDato", TIDSPUNKT),
    Field("AbsenceComment", "kommentar", TEXT),
)
LISTS = (
    a_list("AbsenceType", a_value(1, date(2024, 1, 1), date(2024, 12, 31)), a_value(9, DAY, internal=True)),
    a_list("AbsenceCauseType", a_value(5, date(2000, 1, 1))),
)
SINCE = date(2024, 1, 1)


def law(**more: Any) -> Law[int]:
    timeline = Timeline("Days", Version(SINCE, 10, Source("a page")), ends=date(2024, 12, 31))
    return Law("area.law", "What it says.", timeline, concerns=("CreateFravaer",), **more)


def governed(*rules: Any, reply_rules: Any = (), errors: Any = ()) -> Governed:
    return Governed("CreateFravaer", frozenset(errors), rules, reply_rules)


def asks(request: RestRequest, context: Context) -> Generator[RestRequest, RestReply, RestRequest]:
    found = yield from look_up(READ)
    return replace(request, json=request.json | {"slaaetOp": found["n"]})


def doubles(request: RestRequest, context: Context) -> RestRequest:
    return replace(request, json=request.json | {"fravaerType": request.json["fravaerType"] * 2})


def fault_of(errors: Any, reply: RestReply, request: RestRequest = WRITE) -> Fault:
    with pytest.raises(Fault) as raised:
        play(govern(governed(errors=errors), request, a_context()), reply)
    return raised.value


@pytest.mark.parametrize(
    ("day", "holds"),
    [
        pytest.param(date(2023, 12, 31), False, id="the eve"),
        pytest.param(date(2024, 1, 1), True, id="the day"),
        pytest.param(date(2024, 12, 31), True, id="the last day"),
        pytest.param(date(2025, 1, 1), False, id="the day after"),
    ],
)
def test_a_law_holds_on_the_days_of_its_timeline(day: date, holds: bool) -> None:
    version = law().on(day, a_context())
    assert (version is not None) is holds
    assert version is None or version.value == 10


def test_a_law_of_one_face_does_not_hold_on_the_other() -> None:
    old_only = law(faces=(Face.SOAP,))
    assert old_only.on(SINCE, a_context(Face.SOAP)) is not None
    assert old_only.on(SINCE, a_context(Face.REST)) is None


def test_a_law_that_is_switched_off_for_the_caller_does_not_hold() -> None:
    assert law().on(SINCE, a_context(switched_off=frozenset({"area.law"}))) is None
    assert law().on(SINCE, a_context(switched_off=frozenset({"area.other"}))) is not None


def test_a_law_that_is_applied_twice_is_cited_once() -> None:
    context = a_context()
    law().cite(context)
    law().cite(context)
    assert context.cited == ["area.law"]


def test_rules_act_in_their_order_and_may_look_something_up_before_the_request_goes_out() -> None:
    played = play(govern(governed(doubles, asks), WRITE, a_context()), RestReply(200, {"n": 3}), RestReply(201))
    assert played.requests == (READ, replace(WRITE, json={"fravaerType": 2, "slaaetOp": 3}))
    assert played.answer == RestReply(201)


def test_a_rule_that_refuses_keeps_the_request_and_later_rules_from_happening() -> None:
    def refuses(request: RestRequest, context: Context) -> RestRequest:
        raise CallerFault(4575, "permission.organisation")

    with pytest.raises(CallerFault) as raised:
        play(govern(governed(refuses, asks), WRITE, a_context()))
    assert raised.value.number == 4575


def test_a_rehearsed_request_meets_its_rules_and_their_look_ups_and_is_not_sent() -> None:
    played = play(govern(governed(asks), replace(WRITE, rehearsed=True), a_context()), RestReply(200, {"n": 3}))
    assert (played.requests, played.answer) == ((READ,), RestReply(204))


def test_a_look_up_that_is_refused_gives_the_modern_sides_own_refusal() -> None:
    with pytest.raises(CallerFault) as raised:
        play(govern(governed(asks), WRITE, a_context()), RestReply(404, {"errorCode": 1010}))
    assert (raised.value.number, raised.value.key) == (1010, "upstream.1010")


def test_a_look_up_with_another_success_than_200_is_the_modern_sides_fault() -> None:
    with pytest.raises(UpstreamFault):
        play(govern(governed(asks), WRITE, a_context()), RestReply(204))


def test_reply_rules_act_on_a_reply_in_their_order_with_the_request_as_it_was_sent() -> None:
    seen: list[Any] = []

    def first(request: RestRequest, reply: RestReply, context: Context) -> RestReply:
        seen.append(request.json["fravaerType"])
        return replace(reply, json={"n": 1})

    def second(request: RestRequest, reply: RestReply, context: Context) -> RestReply:
        return replace(reply, json=reply.json | {"m": 2})

    played = play(govern(governed(doubles, reply_rules=(first, second)), WRITE, a_context()), RestReply(200))
    assert played.answer.json == {"n": 1, "m": 2}
    assert seen == [2]


def test_a_reply_rule_may_look_something_up() -> None:
    def shows(request: RestRequest, reply: RestReply, context: Context) -> Generator[RestRequest, RestReply, RestReply]:
        found = yield from look_up(READ)
        return replace(reply, json=reply.json | found)

    replies = (RestReply(200, {"n": 1}), RestReply(200, {"m": 2}))
    played = play(govern(governed(reply_rules=(shows,)), WRITE, a_context()), *replies)
    assert played.requests == (WRITE, READ)
    assert played.answer.json == {"n": 1, "m": 2}


@pytest.mark.parametrize("reply", [RestReply(412), RestReply(409, {"errorCode": 4977})], ids=["expected", "known"])
def test_reply_rules_do_not_act_on_a_refusal_that_the_flow_asked_for(reply: RestReply) -> None:
    def never(request: RestRequest, reply: RestReply, context: Context) -> RestReply:
        raise AssertionError

    request = replace(WRITE, expects=(200, 412), knows=(4977,))
    assert play(govern(governed(reply_rules=(never,)), request, a_context()), reply).answer is reply


def follows_up(request: RestRequest, reply: RestReply, context: Context) -> Generator[RestRequest, RestReply, None]:
    found = yield from look_up(READ)
    if found["open"]:
        yield replace(WRITE, request_id=f"end {reply.status}")


def after(*replies: RestReply | Fault, request: RestRequest = WRITE) -> Any:
    operation = replace(governed(), afterwards=(follows_up,))
    return play(govern(operation, request, a_context()), *replies)


def test_an_afterwards_acts_when_the_write_took_effect_and_leaves_its_reply() -> None:
    played = after(RestReply(201), RestReply(200, {"open": True}), RestReply(200))
    assert played.requests == (WRITE, READ, replace(WRITE, request_id="end 201"))
    assert played.answer == RestReply(201)


def test_an_afterwards_acts_on_412_too_so_that_a_repeat_completes_it() -> None:
    played = after(
        RestReply(412),
        RestReply(200, {"open": True}),
        RestReply(200),
        request=replace(WRITE, expects=(200, 412)),
    )
    assert [asked.request_id for asked in played.requests] == [None, None, "end 412"]
    assert played.answer == RestReply(412)


def test_an_afterwards_acts_on_a_number_that_the_flow_knows_as_registered_before() -> None:
    taken = RestReply(409, {"errorCode": 4977})
    played = after(taken, RestReply(200, {"open": True}), RestReply(200), request=replace(WRITE, knows=(4977,)))
    assert [asked.request_id for asked in played.requests] == [None, None, "end 409"]


def test_what_is_settled_is_not_sent_and_meets_no_rule_but_what_follows_it_is_seen_to() -> None:
    def refuses(request: RestRequest, context: Context) -> RestRequest:
        raise CallerFault(4338, "a.rule")

    operation = replace(governed(), rules=(refuses,), afterwards=(follows_up,))
    settled = replace(WRITE, settled=True)
    played = play(govern(operation, settled, a_context()), RestReply(200, {"open": True}), RestReply(200))
    assert played.requests == (READ, replace(WRITE, request_id="end 412"))
    assert played.answer == RestReply(412)


def test_an_afterwards_does_not_act_on_a_refusal_or_a_rehearsal() -> None:
    assert after(RestReply(409), request=replace(WRITE, expects=(200, 409))).answer == RestReply(409)
    assert after(request=replace(WRITE, rehearsed=True)).requests == ()
    with pytest.raises(UpstreamFault):
        after(RestReply(500))


@pytest.mark.parametrize(
    ("status", "json", "kind", "number", "key", "face_status"),
    [
        pytest.param(409, {"errorCode": 4637}, CallerFault, 4637, "upstream.4637", 409, id="declared"),
        pytest.param(422, {"errorCode": 4637}, CallerFault, 4637, "upstream.4637", 422, id="with its own status"),
        pytest.param(409, {"errorCode": 4632}, UpstreamFault, 1100, "upstream.unknown-error", 502, id="undeclared"),
        pytest.param(409, {"errorCode": 77}, UpstreamFault, 1100, "upstream.unknown-error", 502, id="undocumented"),
        pytest.param(412, None, CallerFault, 1014, "request.repeated", 412, id="412"),
        pytest.param(412, {"errorCode": 77}, CallerFault, 1014, "request.repeated", 412, id="412 with a number"),
        pytest.param(401, None, UpstreamFault, 1100, "upstream.auth", 502, id="401"),
        pytest.param(403, None, UpstreamFault, 1100, "upstream.auth", 502, id="403 without a number"),
        pytest.param(
            403, {"errorCode": 4637}, CallerFault, 4637, "upstream.4637", 403, id="403 with a declared number"
        ),
        pytest.param(404, None, UpstreamFault, 1100, "upstream.status", 502, id="404 without a number"),
        pytest.param(500, None, UpstreamFault, 1100, "upstream.status", 502, id="500"),
        pytest.param(500, {"errorCode": 4637}, UpstreamFault, 1100, "upstream.status", 502, id="500 with a number"),
        pytest.param(202, None, UpstreamFault, 1100, "upstream.status", 502, id="a success that is not expected"),
    ],
)
def test_a_refusal_becomes_the_fault_of_whoever_can_mend_it(
    status: int, json: Any, kind: type[Fault], number: int, key: str, face_status: int
) -> None:
    fault = fault_of({4637, 77}, RestReply(status, json))
    assert (type(fault), fault.number, fault.key, fault.status) == (kind, number, key, face_status)


def test_a_number_that_means_something_to_the_flow_reaches_it_in_no_other_reply() -> None:
    assert fault_of({4637}, RestReply(409, {"errorCode": 4637}), replace(WRITE, knows=(4977,))).number == 4637


@pytest.mark.parametrize(("types", "allowed"), [((8,), True), ((2, 8), True), ((2, 7), False), ((), False)])
def test_only_the_organisation_types_of_a_permission_may_pass(types: tuple[int, ...], allowed: bool) -> None:
    rule = permission(*types)
    if allowed:
        assert rule(WRITE, a_context()) is WRITE
        return
    with pytest.raises(CallerFault) as raised:
        rule(WRITE, a_context())
    assert (raised.value.number, raised.value.key) == (4575, "permission.organisation")


def body(code: int | None, start: str, **more: Any) -> RestRequest:
    given = {"startDato": start} if code is None else {"startDato": start, "fravaerType": code}
    return replace(WRITE, json=given | more)


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(body(1, "2024-01-01T00:00:00"), id="on its first day"),
        pytest.param(body(1, "2024-12-31T23:59:59+01:00"), id="on its last day"),
        pytest.param(body(None, "2024-01-01T00:00:00"), id="without a code"),
        pytest.param(body(1, "2024-06-01T00:00:00", aarsag=None), id="with null for another"),
        pytest.param(body(1, "2024-06-01T00:00:00", aarsag=5), id="with both"),
    ],
)
def test_codes_that_are_valid_on_the_day_of_the_data_pass(request_: RestRequest) -> None:
    assert code_values(TABLE, "startDato")(request_, a_context(Face.SOAP, *LISTS)) is request_


@pytest.mark.parametrize(
    ("request_", "number", "element", "property"),
    [
        pytest.param(
            body(1, "2023-12-31T23:59:59+01:00"), 2003, "AbsenceTypeIdentifier", "fravaerType", id="on the eve"
        ),
        pytest.param(
            body(1, "2024-12-31T23:00:00Z"), 2003, "AbsenceTypeIdentifier", "fravaerType", id="on the Danish day after"
        ),
        pytest.param(
            body(2, "2024-06-01T00:00:00"), 2002, "AbsenceTypeIdentifier", "fravaerType", id="not on the list"
        ),
        pytest.param(body(9, "2024-12-10T00:00:00"), 6052, "AbsenceTypeIdentifier", "fravaerType", id="internal"),
        pytest.param(
            body(1, "2024-06-01T00:00:00", aarsag=6),
            4340,
            "AbsenceCauseTypeIdentifier",
            "aarsag",
            id="with the list's own number",
        ),
    ],
)
def test_codes_that_are_not_are_refused_under_the_callers_own_name(
    request_: RestRequest, number: int, element: str, property: str
) -> None:
    for face, name in ((Face.SOAP, element), (Face.REST, property)):
        with pytest.raises(CallerFault) as raised:
            code_values(TABLE, "startDato")(request_, a_context(face, *LISTS))
        assert (raised.value.number, raised.value.element) == (number, name)


def test_the_day_of_a_property_is_its_danish_day() -> None:
    assert day_of(body(1, "2024-12-09T23:00:00Z"), TABLE.field("startDato"), a_context()) == date(2024, 12, 10)


@pytest.mark.parametrize(("face", "name"), [(Face.SOAP, "StartDate"), (Face.REST, "startDato")])
def test_a_day_that_no_calendar_has_is_refused_under_the_callers_own_name(face: Face, name: str) -> None:
    with pytest.raises(CallerFault) as raised:
        day_of(body(1, "0000-01-01T00:00:00Z"), TABLE.field("startDato"), a_context(face))
    assert (raised.value.number, raised.value.key, raised.value.element) == (1014, "value.unmappable", name)
    assert name_of(TABLE.field("startDato"), a_context(face)) == name


# ---- durations

PERIOD = Table(Field("Start", "fra", TIDSPUNKT), Field("End", "til", TIDSPUNKT))


def a_period(start: str, **more: str | None) -> RestRequest:
    return RestRequest("POST", path("/visiteringogstatus/v1/Fravaer"), json={"fra": start} | more)


@pytest.mark.parametrize("end", [{}, {"til": None}, {"til": "2024-12-09T23:00:00Z"}, {"til": "2024-12-11T00:00:00"}])
def test_a_duration_that_is_open_nothing_or_positive_passes(end: dict[str, str | None]) -> None:
    asked = a_period("2024-12-10T00:00:00", **end)
    assert duration(PERIOD, "fra", "til", "prøve.varighed")(asked, a_context()) is asked


def test_a_negative_duration_is_1003_under_the_key_of_its_rule() -> None:
    asked = a_period("2024-12-10T00:00:00", til="2024-12-09T22:59:59Z")
    with pytest.raises(CallerFault) as raised:
        duration(PERIOD, "fra", "til", "prøve.varighed")(asked, a_context())
    assert (raised.value.number, raised.value.key, raised.value.element) == (1003, "prøve.varighed", "End")


def test_an_end_that_no_calendar_has_is_refused_by_name() -> None:
    asked = a_period("2024-12-10T00:00:00", til="0000-01-01T00:00:00")
    with pytest.raises(CallerFault) as raised:
        duration(PERIOD, "fra", "til", "prøve.varighed")(asked, a_context(Face.REST))
    assert (raised.value.number, raised.value.key, raised.value.element) == (1014, "value.unmappable", "til")

import asyncio
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from overgang.core.codelists import CodeList
from overgang.core.errors import CallerFault, Fault, GatewayFault, UpstreamFault
from overgang.core.flow import Flow
from overgang.core.messages import Caller, CodeLists, Face, Notice, Organisation, RestReply, RestRequest
from overgang.core.paths import path
from overgang.core.rules import Context, Governed
from overgang.core.values import Tidspunkt
from overgang.shell.driver import Driver, Modern
from overgang.wire import openapi

CALLER = Caller(
    Organisation(8, "101"), "u", "Test Testesen", 2, Organisation(8, "101"), Tidspunkt("2024-12-10T10:00:00")
)
CONTRACT = openapi.load(
    b"""
openapi: 3.1.0
info: {title: things, version: "1"}
paths:
  /domain/v1/Ting:
    get:
      operationId: GetTing
      x-errorCodes: [1010]
      x-evidence: reconstructed
      responses: {"200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Ting"}}}}}
    post:
      operationId: CreateTing
      x-errorCodes: [4977]
      x-evidence: reconstructed
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Ting"}}}}
      responses: {"201": {description: made}, "204": {description: made}}
components:
  schemas:
    Ting:
      type: object
      required: [antal]
      properties: {antal: {type: integer, maximum: 9}}
      additionalProperties: false
""",
    "things.yaml",
)
GET = RestRequest("GET", path("/domain/v1/Ting"))


def post(**body: Any) -> RestRequest:
    return RestRequest("POST", path("/domain/v1/Ting"), json=body)


class Script:
    """The modern side: answers with what `replies` holds, in turn, and remembers what it was sent."""

    def __init__(self, *replies: RestReply | Fault) -> None:
        self.replies = list(replies)
        self.sent: list[RestRequest] = []

    async def send(self, request: RestRequest, caller: Caller) -> RestReply:
        assert caller is CALLER
        self.sent.append(request)
        reply = self.replies.pop(0)
        if isinstance(reply, Fault):
            raise reply
        return reply


def driver(upstream: Any, *rules: Any) -> Driver:
    modern = {
        key: Modern(operation, Governed(operation.id, operation.error_codes, rules))
        for key, operation in CONTRACT.operations.items()
    }
    return Driver(modern, upstream)


def context(face: Face = Face.SOAP) -> Context:
    names = {"antal": "Ting/Antal"} if face is Face.SOAP else {}
    return Context(face, CALLER, date(2024, 12, 10), {}, names=names)


def run(flow: Callable[[], Flow], upstream: Any, *rules: Any, face: Face = Face.SOAP) -> dict[str, Any]:
    async def within_a_second() -> dict[str, Any]:
        async with asyncio.timeout(1):
            return await driver(upstream, *rules).run(flow(), context(face))

    return asyncio.run(within_a_second())


def refused(request: RestRequest, upstream: Any, *rules: Any, face: Face = Face.SOAP) -> Fault:
    with pytest.raises(Fault) as raised:
        asyncio.run(driver(upstream, *rules).exchange(request, context(face)))
    return raised.value


def test_requests_are_sent_in_their_order_and_each_reply_reaches_its_yield() -> None:
    def flow() -> Flow:
        first = yield post(antal=1)
        second = yield GET
        return {"first": first.status, "second": second.json}

    script = Script(RestReply(201), RestReply(200, {"antal": 2}))
    assert run(flow, script) == {"first": 201, "second": {"antal": 2}}
    assert script.sent == [post(antal=1), GET]


def test_a_flow_may_answer_without_any_request() -> None:
    def flow() -> Flow:
        yield from ()
        return {"empty": True}

    assert run(flow, Script()) == {"empty": True}


def test_the_code_lists_are_the_gateways_own_and_cost_no_request() -> None:
    def flow() -> Flow:
        lists = yield CodeLists()
        return {"names": list(lists)}

    script = Script()
    causes = CodeList("CauseType", "Afmeldeaarsag", "Reasons", {})
    known = replace(context(), codelists={"CauseType": causes})
    assert asyncio.run(driver(script).run(flow(), known)) == {"names": ["CauseType"]}
    assert script.sent == []


def test_a_tuple_is_sent_side_by_side_and_answered_in_its_own_order() -> None:
    both = asyncio.Barrier(2)

    class Meets:
        async def send(self, request: RestRequest, caller: Caller) -> RestReply:
            await both.wait()  # passes only once the other request is here too
            if request.method == "POST":
                await asyncio.sleep(0)
            return RestReply(201) if request.method == "POST" else RestReply(200, {"antal": 1})

    def flow() -> Flow:
        replies = yield post(antal=1), GET
        return {"statuses": [reply.status for reply in replies]}

    assert run(flow, Meets()) == {"statuses": [201, 200]}


def test_a_fault_in_a_tuple_is_raised_in_the_flow_when_all_the_others_have_finished() -> None:
    happened: list[str] = []

    class OneFails:
        async def send(self, request: RestRequest, caller: Caller) -> RestReply:
            if request.method == "GET":
                happened.append("refused")
                raise UpstreamFault(1100, "upstream.timeout")
            await asyncio.sleep(0.01)
            happened.append("written")
            return RestReply(201)

    def flow() -> Flow:
        try:
            yield GET, post(antal=1)
        except UpstreamFault as fault:
            happened.append(f"raised {fault.key}")
        return {}

    run(flow, OneFails())
    assert happened == ["refused", "written", "raised upstream.timeout"]


def test_a_fault_is_raised_at_its_yield_where_the_flow_may_go_on() -> None:
    def flow() -> Flow:
        try:
            yield GET
        except CallerFault as fault:
            reply = yield post(antal=fault.number % 10)
        return {"status": reply.status}

    script = Script(RestReply(404, {"errorCode": 1010}), RestReply(201))
    assert run(flow, script) == {"status": 201}
    assert script.sent[1] == post(antal=0)


def test_a_fault_that_the_flow_does_not_catch_ends_the_call() -> None:
    def flow() -> Flow:
        yield GET
        return {}

    with pytest.raises(UpstreamFault) as raised:
        run(flow, Script(UpstreamFault(1100, "upstream.unavailable")))
    assert raised.value.key == "upstream.unavailable"


@pytest.mark.parametrize(
    ("face", "key", "element"),
    [(Face.SOAP, "value.unmappable", "Ting/Antal"), (Face.REST, "value.invalid", "antal")],
)
def test_a_body_outside_the_contract_is_refused_before_any_rule_and_under_the_callers_own_name(
    face: Face, key: str, element: str
) -> None:
    def never(request: RestRequest, context: Context) -> RestRequest:
        raise AssertionError

    script = Script()
    fault = refused(post(antal=10), script, never, face=face)
    assert (type(fault), fault.number, fault.key, fault.element) == (CallerFault, 1014, key, element)
    assert fault.expected == "a number of at most 9"
    assert script.sent == []


def test_a_property_without_an_old_name_is_refused_under_its_own() -> None:
    assert refused(RestRequest("POST", path("/domain/v1/Ting"), json=[]), Script()).element == ""


def test_a_body_that_a_rule_changes_is_validated_again() -> None:
    def adds_one(request: RestRequest, context: Context) -> RestRequest:
        return post(antal=request.json["antal"] + 1)

    script = Script(RestReply(201))
    asyncio.run(driver(script, adds_one).exchange(post(antal=8), context()))
    assert script.sent == [post(antal=9)]
    assert refused(post(antal=9), script, adds_one).key == "value.unmappable"
    assert len(script.sent) == 1


def test_a_body_that_no_rule_changes_is_validated_once() -> None:
    body = {"antal": 1}

    def spoils_it_in_place(request: RestRequest, context: Context) -> RestRequest:
        body["antal"] = 10  # outside the contract; a second validation of the same object would refuse it
        return request

    script = Script(RestReply(201))
    request = RestRequest("POST", path("/domain/v1/Ting"), json=body)
    assert asyncio.run(driver(script, spoils_it_in_place).exchange(request, context())).status == 201


@pytest.mark.parametrize(
    ("json", "element"), [({"antal": "1"}, "antal"), ({}, "antal"), ({"antal": 1, "ny": 2}, ""), (None, "")]
)
def test_a_reply_outside_the_contract_is_the_modern_sides_fault(json: Any, element: str) -> None:
    fault = refused(GET, Script(RestReply(200, json)))
    assert (type(fault), fault.number, fault.key, fault.element) == (UpstreamFault, 1100, "upstream.contract", element)


@pytest.mark.parametrize("reply", [RestReply(201), RestReply(204)])
def test_a_reply_that_the_contract_gives_no_body_is_not_looked_into(reply: RestReply) -> None:
    assert asyncio.run(driver(Script(reply)).exchange(post(antal=1), context())) is reply


@pytest.mark.parametrize(("request_", "status"), [(GET, 204), (GET, 201), (post(antal=1), 200)])
def test_a_success_that_the_contract_does_not_know_is_the_modern_sides_fault(
    request_: RestRequest, status: int
) -> None:
    fault = refused(request_, Script(RestReply(status)))
    assert (fault.key, fault.number) == ("upstream.contract", 1100)
    assert ("the outcome is not known" in fault.text) is request_.writes


def test_what_a_rule_looks_up_is_held_to_its_contract_too() -> None:
    def looks_up(request: RestRequest, context: Context) -> Generator[RestRequest, RestReply, RestRequest]:
        yield GET
        return request

    script = Script(RestReply(200, {"antal": "1"}))
    assert refused(post(antal=1), script, looks_up).key == "upstream.contract"
    assert script.sent == [GET]


def test_a_fault_of_what_a_rule_sends_is_raised_in_the_rule_which_may_say_more() -> None:
    def afterwards(request: RestRequest, reply: RestReply, context: Context) -> Generator[RestRequest, RestReply, None]:
        try:
            yield GET
        except UpstreamFault as fault:
            raise CallerFault(4977, "told") from fault

    governed = {
        key: Modern(each.contract, replace(each.governed, afterwards=(afterwards,)))
        for key, each in driver(Script()).modern.items()
    }
    upstream = Script(RestReply(201), UpstreamFault(1100, "upstream.timeout"))
    with pytest.raises(CallerFault) as raised:
        asyncio.run(Driver(governed, upstream).exchange(post(antal=1), context()))
    assert raised.value.key == "told"
    assert upstream.sent == [post(antal=1), GET]


NOTICE = Notice("1", Organisation(8, "101"), "PersonCategory", "2", "0506912617", "visitation.kategori3")


class Keeper:
    """Remembers what it was given, and when: how many requests had been sent by then."""

    def __init__(self, upstream: Script) -> None:
        self.upstream = upstream
        self.kept: list[tuple[int, Sequence[Notice]]] = []

    async def keep(self, notices: Sequence[Notice]) -> None:
        self.kept.append((len(self.upstream.sent), notices))


def notifying(upstream: Script, keeper: Keeper | None = None) -> tuple[Driver, Context]:
    """A driver whose write asks for a message once it took effect."""

    def afterwards(request: RestRequest, reply: RestReply, context: Context) -> Generator[RestRequest, RestReply, None]:
        context.notices.append(NOTICE)
        yield from ()

    modern = {
        key: Modern(each.contract, replace(each.governed, afterwards=(afterwards,) if key[0] == "POST" else ()))
        for key, each in driver(upstream).modern.items()
    }
    return Driver(modern, upstream, keeper), context()


def test_a_message_is_kept_once_the_write_took_effect_and_before_the_next_request() -> None:
    def flow() -> Flow:
        yield post(antal=1)
        yield GET
        return {}

    upstream = Script(RestReply(201), RestReply(200, {"antal": 1}))
    keeper = Keeper(upstream)
    made, where = notifying(upstream, keeper)
    asyncio.run(made.run(flow(), where))
    assert keeper.kept == [(1, (NOTICE,))]


def test_a_write_that_is_refused_leads_to_no_message() -> None:
    upstream = Script(RestReply(404, {"errorCode": 4977}))
    keeper = Keeper(upstream)
    made, where = notifying(upstream, keeper)
    with pytest.raises(CallerFault):
        asyncio.run(made.exchange(post(antal=1), where))
    assert keeper.kept == []


def test_a_message_that_can_not_be_kept_is_said_and_a_repeat_completes_it() -> None:
    made, where = notifying(Script(RestReply(201)))
    with pytest.raises(GatewayFault) as raised:
        asyncio.run(made.exchange(post(antal=1), where))
    assert (raised.value.key, raised.value.status) == ("store.unavailable", 503)
    assert "the same call sent again completes it" in str(raised.value.note)


def test_a_rule_sees_only_what_was_cited_for_its_own_request() -> None:
    seen: list[list[str]] = []

    def cites(request: RestRequest, context: Context) -> RestRequest:
        seen.append(list(context.cited))
        context.cited.append(f"rule.{request.method}")
        return request

    def flow() -> Flow:
        yield GET
        yield post(antal=1)
        yield GET
        return {}

    where = context()
    there = RestReply(200, {"antal": 1})
    asyncio.run(driver(Script(there, RestReply(201), there), cites).run(flow(), where))
    assert seen == [[], [], []]
    assert where.cited == ["rule.GET", "rule.POST"]


def test_what_a_refused_request_cited_is_cited_of_the_call() -> None:
    def refuses(request: RestRequest, context: Context) -> RestRequest:
        context.cited.append("a.rule")
        raise CallerFault(4338, "a.rule")

    where = context()
    with pytest.raises(CallerFault):
        asyncio.run(driver(Script(), refuses).exchange(post(antal=1), where))
    assert where.cited == ["a.rule"]

"""What a rule is, and how the rules of a modern operation act on its request and reply.

Rules act on the modern side of the pipeline, so both faces obey the same ones. A rule is a function
    (RestRequest, Context) -> RestRequest            or a generator that may first look something up
that changes the request, lets it pass, or raises a fault; a reply rule does the same with
    (RestRequest, RestReply, Context) -> RestReply  or a generator, likewise.
What a law asks for once a write has taken effect is an afterwards, a generator that sends requests of its own:
    (RestRequest, RestReply, Context) -> None
"""

import dataclasses
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from overgang.core.codelists import CodeList
from overgang.core.errors import ERRORS, OUTCOME_UNKNOWN, CallerFault, Fault, UpstreamFault
from overgang.core.fields import Field, Table
from overgang.core.messages import Caller, Exchange, Face, Notice, RestReply, RestRequest, Sent
from overgang.core.timeline import NotInForce, Source, Timeline, Version
from overgang.core.values import Tidspunkt, Unmappable

V = TypeVar("V")


@dataclass(slots=True)
class Context:
    """What a rule may know: the face, the caller, the calendar. `cited` collects the rules that were applied.

    `notices` collects the technical messages that an afterwards asks for; they are kept before the call is answered.
    `sent` collects what was asked of the modern side, and `citizens` about whom; `exchanges`, where there is such a
    list, the requests with their replies, or the key of what kept one from coming.
    `names` gives the old element of a modern property, for what is said to an old caller.
    """

    face: Face
    caller: Caller
    day: date
    codelists: Mapping[str, CodeList]
    switched_off: frozenset[str] = frozenset()
    names: Mapping[str, str] = dataclasses.field(default_factory=dict)
    cited: list[str] = dataclasses.field(default_factory=list)
    notices: list[Notice] = dataclasses.field(default_factory=list)
    sent: list[Sent] = dataclasses.field(default_factory=list)
    citizens: set[str] = dataclasses.field(default_factory=set, repr=False)
    exchanges: list[Exchange] | None = dataclasses.field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Law(Generic[V]):
    """A rule as it is cited and listed: its id, what it says over time, which modern operations it concerns."""

    id: str
    text: str
    timeline: Timeline[V]
    concerns: tuple[str, ...]
    faces: tuple[Face, ...] = (Face.SOAP, Face.REST)

    def on(self, day: date, context: Context) -> Version[V] | None:
        """The version for data of `day`, or None where the law does not hold for this face, caller or day."""
        if context.face not in self.faces or self.id in context.switched_off:
            return None
        try:
            return self.timeline.on(day)
        except NotInForce:
            return None

    def cite(self, context: Context) -> None:
        """Note that the rule was applied to this call."""
        if self.id not in context.cited:
            context.cited.append(self.id)


Rule = Callable[[RestRequest, Context], "RestRequest | Generator[RestRequest, RestReply, RestRequest]"]
ReplyRule = Callable[[RestRequest, RestReply, Context], "RestReply | Generator[RestRequest, RestReply, RestReply]"]
Afterwards = Callable[[RestRequest, RestReply, Context], Generator[RestRequest, RestReply, None]]


@dataclass(frozen=True, slots=True)
class Governed:
    """A modern operation with what governs it; `errors` are the numbers its contract declares.

    `afterwards` act when the request took effect, and on 412, where it may have done so before: a repeat of the call
    completes what the first one did not reach. So each looks up what there is to do.
    """

    id: str
    errors: frozenset[int]
    rules: tuple[Rule, ...] = ()
    reply_rules: tuple[ReplyRule, ...] = ()
    afterwards: tuple[Afterwards, ...] = ()


_LOOK_UP = Governed("look-up", frozenset(ERRORS))


def govern(operation: Governed, request: RestRequest, context: Context) -> Generator[RestRequest, RestReply, RestReply]:
    """Send `request` under its rules: yields what goes out (look-ups, then the request), returns the reply."""
    reply = RestReply(412)
    if not request.settled:
        request, reply = yield from _sent(operation, request, context)
    took_effect = reply.status < 400 or reply.status == 412 or reply.error_code in request.knows
    if took_effect and not request.rehearsed:
        for afterwards in operation.afterwards:
            yield from afterwards(request, reply, context)
    return reply


def _sent(
    operation: Governed, request: RestRequest, context: Context
) -> Generator[RestRequest, RestReply, tuple[RestRequest, RestReply]]:
    """The request as its rules leave it, and its reply as they show it."""
    asked = request
    for rule in operation.rules:
        outcome = rule(request, context)
        request = (yield from outcome) if isinstance(outcome, Generator) else outcome
    if request.json is not asked.json:
        request = dataclasses.replace(request, raw=None)  # a rule changed it
    if request.rehearsed:
        return request, RestReply(204)
    reply = yield request
    if reply.status not in request.expects and reply.error_code not in request.knows:
        raise refusal(operation, reply, writes=request.writes)
    if reply.status < 400:
        for reply_rule in operation.reply_rules:
            shown = reply_rule(request, reply, context)
            reply = (yield from shown) if isinstance(shown, Generator) else shown
    return request, reply


def refusal(operation: Governed, reply: RestReply, *, writes: bool = False) -> Fault:
    """The fault that an unexpected reply becomes: the same number where the contract declares it.

    After a failure of the modern side (5xx) it is not known whether a write took effect, and the fault says so.
    """
    number = reply.error_code
    if 400 <= reply.status < 500 and number is not None and number in operation.errors and number in ERRORS:
        return CallerFault(number, f"upstream.{number}", status=reply.status)
    if reply.status == 412:
        return CallerFault(1014, "request.repeated", expected="a request id that was not used before", status=412)
    if 400 <= reply.status < 500 and number is not None:
        return UpstreamFault(1100, "upstream.unknown-error", note=f"the modern service refused with error {number}")
    if reply.status in (401, 403):
        return UpstreamFault(1100, "upstream.auth", status=502)
    note = f"the modern service answered with status {reply.status}"
    unclear = f"; {OUTCOME_UNKNOWN}" if writes and reply.status >= 500 else ""
    status = 503 if reply.status in (429, 503) else 502
    return UpstreamFault(1100, "upstream.status", note=f"{note}{unclear}", status=status, retry_after=reply.retry_after)


def permission(*organisation_types: int) -> Rule:
    """The rule that only these organisation types may use an operation (4575); "own citizen" is known upstream only."""

    def allowed(request: RestRequest, context: Context) -> RestRequest:
        if context.caller.organisation.type not in organisation_types:
            raise CallerFault(4575, "permission.organisation")
        return request

    return allowed


def look_up(request: RestRequest) -> Generator[RestRequest, RestReply, Any]:
    """The JSON of a read that a rule needs; raises the modern side's own refusal."""
    reply = yield request
    if reply.status != 200:
        raise refusal(_LOOK_UP, reply)
    return reply.json


def exempting(reply: RestReply, *names: str) -> RestReply:
    """The reply with these exemptions (fritagelsestype) beside those that it shows already."""
    shown = reply.json.get("fritagelser", [])
    more = [{"fritagelsestype": name} for name in names if {"fritagelsestype": name} not in shown]
    return dataclasses.replace(reply, json=reply.json | {"fritagelser": [*shown, *more]}, raw=None)


def day_of(request: RestRequest, field: Field, context: Context) -> date:
    """The Danish day of a point in time in the request's body. Raises CallerFault when no calendar has it."""
    try:
        return Tidspunkt(request.json[field.new]).day
    except Unmappable as mistake:
        raise CallerFault(
            1014, "value.unmappable", element=name_of(field, context), expected="a day of the years 1 to 9999"
        ) from mistake


def name_of(field: Field, context: Context) -> str:
    """The field's name as this caller knows it: the old element or the modern property."""
    return field.old if context.face is Face.SOAP else field.new


KODELISTE: Law[None] = Law(
    "kodeliste.udloebet",
    "A code value outside its validity on the data's day is refused (2003), an unknown one (2002, or the element's own "
    "number) and an internal one (6052) too.",
    Timeline(
        "Code values are checked",
        Version(
            date(2000, 1, 1),  # assumed: the page gives no first day
            None,
            Source(
                "Generic fault codes 2001-2003, 6052",
                "https://starwiki.atlassian.net/wiki/pages/diffpages.action?originalId=3247570955&pageId=3862921718",
            ),
        ),
    ),
    concerns=(),
)


def code_values(table: Table, day_field: str) -> Rule:
    """rules.md kodeliste.udloebet for every code of `table`, on the day that property `day_field` falls on."""
    codes = [field for field in table.fields if field.codec.codelist]
    day_from = table.field(day_field)

    def valid(request: RestRequest, context: Context) -> RestRequest:
        day = day_of(request, day_from, context)
        for field in codes:
            code = request.json.get(field.new)
            if code is not None and field.codec.codelist is not None:
                codelist = context.codelists[field.codec.codelist]
                try:
                    codelist.check(code, day, name_of(field, context), unknown=field.codec.unknown)
                except CallerFault:
                    KODELISTE.cite(context)
                    raise
        return request

    return valid


def duration(table: Table, start: str, end: str, key: str) -> Rule:
    """1003, under the stable `key`: property `end` before property `start`; the same moment is allowed."""
    ends = table.field(end)

    def not_negative(request: RestRequest, context: Context) -> RestRequest:
        if request.json.get(end) is None:
            return request
        try:
            negative = Tidspunkt(request.json[end]).moment < Tidspunkt(request.json[start]).moment
        except Unmappable as mistake:
            raise CallerFault(1014, "value.unmappable", element=name_of(ends, context)) from mistake
        if negative:
            raise CallerFault(1003, key, element=name_of(ends, context), expected="no earlier than its start")
        return request

    return not_negative

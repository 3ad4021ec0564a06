"""Technical messages: the queues, what can't be delivered and is released or dismissed here, each message's way.

Nothing of the citizen is handed to a template, nor the registration's uuid, nor more of a webhook than its host.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from overgang.core import beskeder
from overgang.core.beskeder import Besked
from overgang.core.organisations import told
from overgang.pages.entry import name_of, note
from overgang.pages.lists import Filters
from overgang.pages.rendering import Site, address
from overgang.pages.sources import Source
from overgang.shell.store.pushes import Push
from overgang.shell.store.values import ACKNOWLEDGED, DEAD, DROPPED, WAITING, Message, Queue, Way

_RECENT: Final = 20
_IS_ID: Final = re.compile(r"[!-~]{1,100}").fullmatch


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as it may be shown; `entity` is its EntitetId, `elsewhere`: it is one of another part of DFDG."""

    id: str
    receiver: str
    entity: int
    entity_name: str
    kind: Besked | None
    elsewhere: bool
    change: int
    rule: str
    state: str
    made: datetime
    times: int
    handed: datetime | None
    fetched: datetime | None
    ended: datetime | None


@dataclass(frozen=True, slots=True)
class Sent:
    """A message's webhook: `said` is why it did not arrive, `due` when it is tried next, if it is."""

    host: str
    state: str
    attempts: int
    said: str
    due: datetime | None


@dataclass(frozen=True, slots=True)
class Line:
    """A receiver's queue; `age` is that of its oldest message."""

    receiver: str
    queue: Queue
    age: timedelta | None


def index(site: Site, request: Request) -> Response:
    """GET /beskeder?id=: leads to the message's page; whatever else was looked for is not repeated."""
    filters = Filters(request, ("id", "missed"))
    if wanted := filters.text("id"):
        found = _found(site, wanted)
        where = address("beskeder", found.message.id) if found is not None else address("beskeder", missed="1")
        return RedirectResponse(where, 303)
    source, now = site.source, site.clock()
    queues = source.queues()
    return site.page(
        request,
        "messages.html",
        section="beskeder",
        ignored=filters.ignored,
        missed=filters.text("missed") == "1",
        lines=[Line(told(one.receiver), one, now - one.oldest if one.oldest else None) for one in queues],
        recent=_recent(site),
        unknown=[shown(one) for one in source.ended_messages(DEAD)],
        unknown_total=sum(one.dead for one in queues),
        given_up=[(shown(one.message), _sent(one)) for one in source.dead_pushes()],
        given_up_total=sum(one.dead_pushes for one in queues),
        dropped=[shown(one) for one in source.ended_messages(DROPPED)],
        drops=[(date.fromisoformat(one.day), told(one.receiver), one) for one in source.message_drops()],
        kinds=[(kind, _operation_page(site, kind), _types(site, kind)) for kind in beskeder.KINDS],
        elsewhere=sorted(beskeder.ELSEWHERE.items(), key=lambda item: item[1]),
    )


def _recent(site: Site) -> list[Shown]:
    """The newest messages that wait or were acknowledged."""
    found = [one for state in (WAITING, ACKNOWLEDGED) for one in site.source.ended_messages(state)]
    return [shown(one) for one in sorted(found, key=lambda one: one.number, reverse=True)[:_RECENT]]


def shown(message: Message) -> Shown:
    """What of a message may be shown."""
    kind = beskeder.BY_NAME.get(message.kind)
    entity = message.entity_type or (kind.entity if kind is not None else 0)
    return Shown(
        id=message.id,
        receiver=told(message.receiver),
        entity=entity,
        entity_name=told(message.entity_name) or (kind.entity_name if kind is not None else "?"),
        kind=kind,
        elsewhere=entity in beskeder.ELSEWHERE,
        change=message.change,
        rule=message.rule,
        state=message.state,
        made=message.made,
        times=message.times,
        handed=message.handed,
        fetched=message.fetched,
        ended=message.ended,
    )


def _sent(push: Push) -> Sent:
    return Sent(host(push.target), DEAD, push.attempts, "", None)


def host(target: str) -> str:
    """The host of a webhook that the store calls "receiver url": its path and query may name somebody."""
    try:
        parts = urlsplit(target.partition(" ")[2])
        return told(f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname or "?")
    except ValueError:
        return "?"


def _operation_page(site: Site, kind: Besked) -> str:
    """The page of the old operation that fetches a kind's content; "" where it is not bridged."""
    for _, service, bridge in site.bridged():
        if bridge.contract.name == kind.operation:
            return address("operations", service.key, bridge.contract.name)
    return ""


def _types(site: Site, kind: Besked) -> list[str]:
    """What sorts of organisation may get a kind."""
    return [site.caller_kind(f"{one}/") or str(one) for one in sorted(kind.receivers)]


def show(site: Site, request: Request) -> Response:
    """GET /beskeder/{id}"""
    way = _asked(site, request)
    message = shown(way.message)
    return site.page(
        request,
        "message.html",
        section="beskeder",
        message=message,
        operation=_operation_page(site, message.kind) if message.kind is not None else "",
        steps=_steps(message),
        places=sorted(way.places, key=lambda place: place[3]),
        pushes=_pushes(way),
        dead=_is_dead(way),
        done=next((one.done for one in (RELEASE, DISMISS) if request.query_params.get(one.done) == "1"), ""),
    )


def _steps(message: Shown) -> list[tuple[str, datetime]]:
    """What became of it, by the key of a text, and when."""
    ends = {ACKNOWLEDGED: "message.way.acknowledged", DROPPED: "message.way.dropped"}
    steps = [
        ("message.way.came", message.made),
        ("message.way.handed", message.handed),
        ("message.way.fetched", message.fetched),
        (ends.get(message.state, ""), message.ended),
    ]
    return sorted(((key, at) for key, at in steps if key and at is not None), key=lambda step: step[1])


def _pushes(way: Way) -> list[Sent]:
    return [
        Sent(host(target), state, attempts, said, due if state == "waiting" else None)
        for target, state, attempts, said, due in way.pushes
    ]


def _found(site: Site, id_: str) -> Way | None:
    if not _IS_ID(id_):
        return None
    return site.source.way_of(id_) or (site.source.way_of(id_.lower()) if id_ != id_.lower() else None)


def _asked(site: Site, request: Request) -> Way:
    """The message of the address. Raises HTTPException 404."""
    way = _found(site, request.path_params["id"])
    if way is None:
        raise HTTPException(404)
    return way


@dataclass(frozen=True, slots=True)
class Action:
    """What can be done with what is dead: `obstacle` is why it can't, by the key of a text, or ""."""

    name: str
    done: str
    do: Callable[[Source, Message, datetime], bool]
    obstacle: Callable[[Way], str]


def ask(site: Site, action: Action, request: Request) -> Response:
    """GET /beskeder/{id}/{action}: says what it does, and asks for a name."""
    way = _asked(site, request)
    return _form(site, action, request, way, action.obstacle(way))


async def act(site: Site, action: Action, request: Request) -> Response:
    """POST /beskeder/{id}/{action}"""
    given = await site.token.form(request)
    return await run_in_threadpool(_act, site, action, request, given)


def _act(site: Site, action: Action, request: Request, given: dict[str, str]) -> Response:
    way = _asked(site, request)
    message = way.message
    if obstacle := action.obstacle(way):
        return _form(site, action, request, way, obstacle, 409)
    by = name_of(given)
    if not by:
        return _form(site, action, request, way, "dead.error.name", 400)
    note(
        request.scope,
        by=by,
        action=action.name,
        message=message.id,
        receiver=told(message.receiver),
        kind=_kind(message),
        entity=message.entity_type,
    )
    if not action.do(site.source, message, site.clock()):
        return _form(site, action, request, way, "dead.error.nothing", 409)
    return RedirectResponse(address("beskeder", message.id, **{action.done: "1"}), 303)


def _form(site: Site, action: Action, request: Request, way: Way, error: str = "", status: int = 200) -> Response:
    kind = beskeder.BY_NAME.get(_kind(way.message))
    return site.page(
        request,
        "dead.html",
        status=status,
        section="beskeder",
        action=action.name,
        message=shown(way.message),
        operation=kind.operation if kind is not None else "",
        hosts=list(dict.fromkeys(push.host for push in _pushes(way) if push.state == DEAD)),
        error=error,
        possible=not action.obstacle(way),
    )


def _kind(message: Message) -> str:
    """The kind it is released as: its own, or what its entity is known as by now; "" for none."""
    known = beskeder.BY_ENTITY.get(message.entity_type)
    return message.kind or (known.name if known is not None else "")


def _is_dead(way: Way) -> bool:
    return DEAD in (way.message.state, *(state for _, state, *_ in way.pushes))


def _undismissable(way: Way) -> str:
    return "" if _is_dead(way) else "dead.error.nothing"


def _unreleasable(way: Way) -> str:
    message = way.message
    if message.state != DEAD:
        return _undismissable(way)
    kind = beskeder.BY_NAME.get(_kind(message))
    if kind is None:
        return "release.error.unknown"
    if message.receiver.partition("/")[0] not in {str(one) for one in kind.receivers}:
        return "release.error.entitled"
    return ""


def _release(source: Source, message: Message, at: datetime) -> bool:
    return source.release(message.id, _kind(message), at)


def _dismiss(source: Source, message: Message, at: datetime) -> bool:
    return source.dismiss(message.id, at)


RELEASE: Final = Action("release", "released", _release, _unreleasable)
DISMISS: Final = Action("dismiss", "dismissed", _dismiss, _undismissable)

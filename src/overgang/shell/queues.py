"""The gateway's own modern service /beskeder: the queues in its store, asked like any other modern service."""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from overgang.core import beskeder
from overgang.core.errors import ERRORS, WSRM, GatewayFault
from overgang.core.messages import Caller, RestReply, RestRequest
from overgang.shell.clock import Clock
from overgang.shell.driver import Sends
from overgang.shell.store import Message, SequenceTrouble, Store, StoreError
from overgang.shell.store.values import WAITING
from overgang.shell.upstream import trouble

log = logging.getLogger(__name__)

DOMAIN: Final = "beskeder"
LAST: Final = 2**63 - 1  # the highest number of a message in a sequence (WS-ReliableMessaging 1.1, MessageNumberType)
_SECONDS: Final = 10.0  # that a call waits for the store
_NUMBERS: Final = {name: number for number, name in WSRM.items()}
_S: Final = "/beskeder/v1/Sekvens"
_B: Final = "/beskeder/v1/Besked"


class Queues:
    """Answers the operations of areas/beskeder/openapi.yaml; a receiver is the caller's organisation."""

    def __init__(self, store: Store, executor: Executor, clock: Clock, *, keeps: timedelta, last: int = LAST) -> None:
        """Sequences are kept for `keeps` at most; the numbers of one go up to `last`."""
        self._store, self._executor, self._clock = store, executor, clock
        self._keeps, self._last = keeps, last
        one = f"{_S}/{{sekvensIdentifier}}"
        self._answers: Mapping[tuple[str, str], Callable[[str, RestRequest], RestReply]] = {
            ("POST", _S): self._open,
            ("DELETE", one): self._terminate,
            ("GET", f"{one}/Besked"): self._hand_out,
            ("GET", f"{one}/Kvittering"): self._acknowledged,
            ("PUT", f"{one}/Kvittering"): self._acknowledge,
            ("PUT", f"{one}/Luk"): self._close,
            ("GET", _B): self._list,
            ("PUT", f"{_B}/Kvittering"): self._acknowledge_list,
            ("GET", f"{_B}/Opslag"): self._look_up,
        }

    async def send(self, request: RestRequest, caller: Caller) -> RestReply:
        """The reply; a sequence's trouble is a problem with its number. Raises UpstreamFault."""
        answer = self._answers[request.method, request.path.template]
        asked = asyncio.get_running_loop().run_in_executor(self._executor, answer, str(caller.organisation), request)
        try:
            return await asyncio.wait_for(asked, _SECONDS)
        except SequenceTrouble as mistake:
            return _problem(_NUMBERS[mistake.name])
        except TimeoutError:
            raise trouble("upstream.timeout", unclear=request.writes) from None
        except StoreError as mistake:
            log.error("a queue can't be reached: %s", mistake)
            raise GatewayFault(1100, "store.unavailable", note="the queue can't be reached", status=503) from None

    # ---- sequences

    def _open(self, receiver: str, request: RestRequest) -> RestReply:
        now, wanted = self._clock(), request.json.get("udloeber")
        ends = now + self._keeps
        if wanted is not None:
            ends = min(ends, datetime.fromisoformat(wanted))
            if ends.tzinfo is None or ends <= now:
                return _problem(_NUMBERS["CreateSequenceRefused"])
        identifier = str(uuid4())
        self._store.open_sequence(receiver, identifier, now, ends)
        return _reply({"sekvensIdentifier": identifier, "udloeber": ends.isoformat()})

    def _hand_out(self, receiver: str, request: RestRequest) -> RestReply:
        placed = self._store.hand_out(receiver, _id(request), self._clock(), limit=_count(request), most=self._last)
        return _reply({"beskeder": [besked(one.message) | {"sekvensnummer": one.place} for one in placed]})

    def _acknowledge(self, receiver: str, request: RestRequest) -> RestReply:
        ranges = [(one["fra"], one["til"]) for one in request.json["intervaller"]]
        return _reply({"antal": self._store.acknowledge(receiver, _id(request), ranges, self._clock())})

    def _acknowledged(self, receiver: str, request: RestRequest) -> RestReply:
        ranges = self._store.acknowledged(receiver, _id(request), self._clock())[:100]
        return _reply({"intervaller": [{"fra": lower, "til": upper} for lower, upper in ranges]})

    def _close(self, receiver: str, request: RestRequest) -> RestReply:
        last = request.json.get("sidsteNummer")
        return _reply({"sidsteNummer": self._store.close_sequence(receiver, _id(request), self._clock(), last)})

    def _terminate(self, receiver: str, request: RestRequest) -> RestReply:
        self._store.terminate_sequence(receiver, _id(request), self._clock())
        return RestReply(204)

    # ---- messages

    def _list(self, receiver: str, request: RestRequest) -> RestReply:
        after = request.query.get("efter")
        if after is None:
            found = self._store.messages(receiver, limit=_count(request), states=(WAITING,))
        else:
            found = self._store.messages(receiver, int(after), _count(request))
        self._store.hand_over(found, self._clock())
        return _reply({"beskeder": [besked(one) for one in found]})

    def _acknowledge_list(self, receiver: str, request: RestRequest) -> RestReply:
        return _reply({"antal": self._store.acknowledge_to(receiver, request.json["tilOgMed"], self._clock())})

    def _look_up(self, receiver: str, request: RestRequest) -> RestReply:
        ids = request.query["beskedIdentifiers"].split(",")
        return _reply({"beskeder": [besked(one) for one in self._store.fetch_messages(receiver, ids, self._clock())]})


class Inside:
    """The modern services: the gateway's own where the path is of its domain, else those `upstream`."""

    def __init__(self, upstream: Sends, own: Mapping[str, Sends]) -> None:
        self._upstream, self._own = upstream, own

    async def send(self, request: RestRequest, caller: Caller) -> RestReply:
        """What `Sends.send` says."""
        return await self._own.get(request.path.domain, self._upstream).send(request, caller)


def besked(message: Message) -> dict[str, Any]:
    """A message as the contract writes it (BeskedDto)."""
    kind = beskeder.BY_NAME.get(message.kind)
    told = {
        "beskedIdentifier": message.id,
        "beskednummer": message.number,
        "metode": kind.operation if kind is not None else "",
        "entitetId": message.entity_type or (kind.entity if kind is not None else 0),
        "entitetNavn": message.entity_name or (kind.entity_name if kind is not None else ""),
        "eksternIdentifier": message.entity_id,
        "aendringstype": message.change,
        "civilregistrationIdentifier": message.citizen,
        "oprettelsestidspunkt": message.made.isoformat(),
    }
    more = {} if message.content is None else json.loads(message.content)
    body = more.pop("body", None)
    if kind is beskeder.CPR_CHANGED and body is not None:  # what no contract describes is not handed out
        more["indhold"] = body
    return told | more


def _id(request: RestRequest) -> str:
    return request.path.values["sekvensIdentifier"].lower()


def _count(request: RestRequest) -> int:
    return int(request.query.get("antal", 100))


def _reply(json_: Any) -> RestReply:
    return RestReply(200, json_)


def _problem(number: int) -> RestReply:
    known = ERRORS[number]
    body = {"type": "about:blank", "title": known.text, "status": known.status, "errorCode": number}
    return RestReply(known.status, body, json.dumps(body).encode())

"""The old services' addresses: POST to a .svc, and the frozen contracts behind ?wsdl and /wsdl/."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Protocol

from overgang.core.errors import CallerFault, GatewayFault
from overgang.core.messages import Face
from overgang.shell import http
from overgang.shell.accounts import INTERNAL, Account
from overgang.shell.books import Books, NoBooks
from overgang.shell.clock import Clock
from overgang.shell.soap_ingress import Answer, Bridged, Post
from overgang.wire.served import served

XML = "text/xml; charset=utf-8"
TEXT = "text/plain; charset=utf-8"


class Answers(Protocol):
    """What answers a POST to a service: a SoapFace, or a Switch before one."""

    async def answer(self, post: Post) -> Answer: ...


class SoapHttp:
    """An ASGI app for everything below the prefix. `public` is the base URL written into the served contracts.

    What is refused before the face sees it is written into `books`.
    """

    def __init__(
        self,
        face: Answers,
        services: Iterable[Bridged],
        *,
        prefix: str,
        public: str,
        limit: int,
        clock: Clock,
        books: Books | None = None,
    ) -> None:
        self._face = face
        self._books = books or NoBooks()
        self._limit = limit
        self._clock = clock
        self._services: dict[bytes, Bridged] = {}
        self._wsdl: dict[bytes, bytes] = {}
        self._documents: dict[bytes, bytes] = {}
        self._retiring: dict[bytes, list[tuple[bytes, bytes]]] = {}
        for service in services:
            self._add(service, f"{prefix}/{service.version}", public)

    def _add(self, service: Bridged, base: str, public: str) -> None:
        contract = service.contract
        address = f"{base}/{contract.name}.svc"
        self._services[address.encode()] = service
        self._retiring[address.encode()] = _retiring(service, public)
        for name in contract.documents:
            content = served(contract, name, f"{public}{address}")
            if name == contract.file:
                self._wsdl[address.encode()] = content
                self._documents[f"{base}/wsdl/{contract.name}.wsdl".encode()] = content
            else:  # a relative import resolves against either address of the WSDL
                self._documents[f"{base}/wsdl/{name}".encode()] = content
                self._documents[f"{base}/{name}".encode()] = content

    @property
    def addresses(self) -> Mapping[str, Bridged]:
        """The services by path."""
        return {path.decode(): service for path, service in self._services.items()}

    async def __call__(self, scope: http.Scope, receive: http.Receive, send: http.Send) -> None:
        path, method = scope["raw_path"], scope["method"]
        service = self._services.get(path)
        try:
            http.check_request(scope)
            if service is not None and method == "POST":
                await self._post(service, scope, receive, send)
            elif method in ("GET", "HEAD"):
                await self._get(path, scope["query_string"], service is not None, send)
            elif service is not None or path in self._documents:
                allow = b"GET, HEAD, POST" if service is not None else b"GET, HEAD"
                await http.respond(send, 405, TEXT, b"", [(b"allow", allow)])
            else:
                await http.respond(send, 404, TEXT, b"no such service\n")
        except CallerFault as fault:
            if (told := scope.get("told")) is not None:
                told.key = fault.key
            account = Account(Face.SOAP, service.key if service else "", self._clock(), scope.get("peer", INTERNAL))
            with suppress(GatewayFault):  # nothing is told, so nothing has to be kept back
                await self._books.refused(account, fault)
            await http.respond(send, fault.status, TEXT, f"{fault.text}\n".encode())
        except http.Gone:
            return

    async def _post(self, service: Bridged, scope: http.Scope, receive: http.Receive, send: http.Send) -> None:
        body = await http.body(scope, receive, self._limit)
        content_type = http.header(scope, b"content-type")
        actions = http.headers(scope, b"soapaction")
        told = scope.get("told")
        answer = await self._face.answer(
            Post(service, body, content_type, actions, self._clock(), scope.get("peer", INTERNAL))
        )
        if told is not None:
            told.service, told.key, told.rules = service.key, answer.key, tuple(answer.cited)
            told.operation = answer.seen.bridge.contract.name if answer.seen is not None else ""
        await http.respond(send, answer.status, answer.content_type, answer.body, self._headers(scope, answer))

    def _headers(self, scope: http.Scope, answer: Answer) -> list[tuple[bytes, bytes]]:
        return extra_headers(answer) + self._retiring[scope["raw_path"]]

    async def _get(self, path: bytes, query: bytes, is_service: bool, send: http.Send) -> None:
        content = self._documents.get(path)
        if is_service and query.lower() in (b"wsdl", b"singlewsdl"):
            content = self._wsdl[path]
        if content is not None:
            await http.respond(send, 200, XML, content)
        elif is_service and not query:
            await http.respond(
                send, 405, TEXT, b"POST a SOAP envelope here, or GET ?wsdl\n", [(b"allow", b"GET, HEAD, POST")]
            )
        else:
            await http.respond(send, 404, TEXT, b"no such document\n")


def _retiring(service: Bridged, public: str) -> list[tuple[bytes, bytes]]:
    """Deprecation, Link and Sunset of a service; a link for each modern domain that its operations lead to."""
    domains = {domain for bridge in service.bridges.values() for domain in bridge.domains}
    if service.retirement is None or not domains:
        return []
    said = service.retirement.headers(*(f"{public}/{domain}/openapi.json" for domain in sorted(domains)))
    return [(name.lower().encode(), value.encode()) for name, value in said]


def extra_headers(answer: Answer) -> list[tuple[bytes, bytes]]:
    """Overgang-Regel for each rule applied, and Retry-After where a fault has one."""
    extra = [(b"overgang-regel", rule.encode()) for rule in answer.cited]
    if answer.retry_after is not None:
        extra.append((b"retry-after", b"%d" % answer.retry_after))
    return extra

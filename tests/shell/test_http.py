import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from overgang.core.errors import CallerFault
from overgang.shell import http

END: dict[str, Any] = {"type": "http.disconnect"}


def scope(*headers: tuple[bytes, bytes]) -> http.Scope:
    return {"type": "http", "headers": [(b"host", b"x"), *headers]}


def part(content: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": content, "more_body": more}


def receiving(*messages: dict[str, Any]) -> http.Receive:
    """Gives the messages in turn, and then waits for ever."""
    left = list(messages)

    async def receive() -> dict[str, Any]:
        if not left:
            await asyncio.Event().wait()
        return left.pop(0)

    return receive


def body(*messages: dict[str, Any], limit: int = 10, of: http.Scope | None = None) -> bytes:
    return asyncio.run(http.body(of or scope(), receiving(*messages), limit))


def refusal(act: Callable[[], object]) -> tuple[int, str]:
    with pytest.raises(CallerFault) as caught:
        act()
    return caught.value.status, caught.value.key


def test_a_body_comes_in_one_part_or_in_several() -> None:
    assert body(part(b"whole")) == b"whole"
    assert body(part(b"a", more=True), part(b"", more=True), part(b"b")) == b"ab"
    assert body(part(b"")) == b""


def test_a_body_of_exactly_the_limit_is_read_and_one_more_byte_is_413() -> None:
    assert body(part(b"x" * 10)) == b"x" * 10
    assert body(part(b"x" * 9, more=True), part(b"x")) == b"x" * 10
    assert refusal(lambda: body(part(b"x" * 11))) == (413, "http.too-large")
    assert refusal(lambda: body(part(b"x" * 9, more=True), part(b"xx", more=True))) == (413, "http.too-large")


def test_an_announced_body_over_the_limit_is_refused_before_it_is_read() -> None:
    assert refusal(lambda: body(of=scope((b"content-length", b"11")))) == (413, "http.too-large")
    assert refusal(lambda: body(of=scope((b"content-length", b"9" * 25)))) == (413, "http.too-large")
    assert body(part(b"x" * 10), of=scope((b"content-length", b"10"))) == b"x" * 10


def test_a_client_that_leaves_within_its_body_is_gone() -> None:
    for messages in ((END,), (part(b"a", more=True), END)):
        with pytest.raises(http.Gone):
            body(*messages)


def test_a_body_that_does_not_end_is_408(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "BODY_SECONDS", 0.01)

    assert refusal(lambda: body(part(b"a", more=True))) == (408, "http.timeout")


def test_a_body_that_never_starts_is_408_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "BODY_SECONDS", 0.01)

    assert refusal(body) == (408, "http.timeout")


def test_a_head_at_the_limits_is_accepted_and_beyond_them_431() -> None:
    many = [(b"x-%d" % n, b"1") for n in range(http.MAX_HEADERS - 1)]
    http.check_request(scope(*many))
    assert refusal(lambda: http.check_request(scope(*many, (b"x", b"1")))) == (431, "http.head")

    most = http.MAX_HEAD - len(b"hostx") - len(b"a")
    http.check_request(scope((b"a", b"v" * most)))
    assert refusal(lambda: http.check_request(scope((b"a", b"v" * (most + 1))))) == (431, "http.head")


@pytest.mark.parametrize(
    ("header", "refused"),
    [
        ((b"transfer-encoding", b"chunked"), None),
        ((b"transfer-encoding", b"identity, chunked"), (400, "http.transfer-encoding")),
        ((b"transfer-encoding", b""), (400, "http.transfer-encoding")),
        ((b"content-encoding", b"identity"), None),
        ((b"content-encoding", b"gzip"), (415, "http.content-encoding")),
        ((b"host", b"y"), (400, "http.host")),
    ],
)
def test_what_no_request_may_have(header: tuple[bytes, bytes], refused: tuple[int, str] | None) -> None:
    if refused is None:
        http.check_request(scope(header))
    else:
        assert refusal(lambda: http.check_request(scope(header))) == refused


def test_a_request_without_a_host_is_refused() -> None:
    assert refusal(lambda: http.check_request({"type": "http", "headers": []})) == (400, "http.host")


@pytest.mark.parametrize(("status", "closes"), [(200, False), (404, False), (408, True), (413, True)])
def test_an_answer_that_leaves_a_body_unread_closes_the_connection(status: int, closes: bool) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(http.respond(send, status, "text/plain", b"abc", [(b"x-a", b"1")]))

    start, end = sent
    assert start["status"] == status
    assert {(b"content-type", b"text/plain"), (b"content-length", b"3"), (b"x-a", b"1")} <= set(start["headers"])
    assert ((b"connection", b"close") in start["headers"]) == closes
    assert end == {"type": "http.response.body", "body": b"abc"}

"""What keeps other sites and other hosts away from the pages."""

import asyncio
import re

import pytest
from starlette.applications import Starlette
from starlette.types import Message

from invented_source import Invented
from overgang.core.compare.values import Mode
from overgang.pages.sources import SourceFailed
from overgang.shell.store.values import ParityRow, Scope
from pages_client import ABSENCE, FILLED_PAGES, ask, filled, pages, token, tree

APP = pages(filled())
SWITCH = f"{ABSENCE}/mode"
OWN = {"sec-fetch-site": "same-origin", "origin": "null"}


class Broken(Invented):
    """A source that fails in a way that nobody thought of."""

    def parity(self) -> tuple[ParityRow, ...]:
        raise RuntimeError("1411901237")


class Away(Invented):
    """A source that can't be read now."""

    def parity(self) -> tuple[ParityRow, ...]:
        raise SourceFailed("locked")


def form(app: Starlette, **fields: str) -> dict[str, str]:
    """The switch's form as the page gives it."""
    return {"token": token(ask(app, f"{SWITCH}?mode=new")), "mode": "new", "caller": "*", "by": "Test"} | fields


@pytest.mark.parametrize("path", [*FILLED_PAGES, "/nope", "/static/pages.css", "/static/htmx.min.js", "/healthz"])
def test_every_answer_carries_the_policy(path: str) -> None:
    headers = ask(APP, path).headers

    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == ("no-cache" if path.startswith("/static/") else "no-store")


@pytest.mark.parametrize("path", FILLED_PAGES)
def test_no_page_has_anything_inline_or_from_elsewhere(path: str) -> None:
    answer = ask(APP, path)
    page = tree(answer)

    assert page.xpath("//script[not(@src)] | //style | //*[@style] | //iframe | //object | //embed | //base") == []
    assert [name for node in page.iter() for name in node.attrib if name.startswith(("on", "hx-on"))] == []
    loaded = page.xpath("//script/@src | //link/@href | //img/@src | //form/@action")
    assert [address for address in loaded if not address.startswith("/") or address.startswith("//")] == []
    assert not re.search(r"javascript:|@import", answer.text)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example.invalid",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "",
        "[::2]",
        "a:b:c",
        "[::1",
        "169.254.1.1",
    ],
)
def test_a_host_that_is_not_ours_is_refused(host: str) -> None:
    answer = ask(APP, "/", headers={"host": host})

    assert answer.status_code == 400
    assert "Unknown host name" in answer.text
    assert "content-security-policy" in answer.headers
    assert not host or host not in answer.text


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8081", "localhost:1", "LOCALHOST", "[::1]:8081", "localhost."]
)
def test_this_machines_own_names_are_ours(host: str) -> None:
    assert ask(APP, "/", headers={"host": host}).status_code == 200


def test_probes_are_answered_by_any_name() -> None:
    assert ask(APP, "/healthz", headers={"host": "10.0.0.7:8081"}).text == "ok\n"
    assert ask(APP, "/readyz", headers={"host": "10.0.0.7:8081"}).status_code == 200


def test_a_form_of_our_own_page_is_taken() -> None:
    source = filled()
    app = pages(source)

    answer = ask(app, SWITCH, "POST", data=form(app), headers=OWN)

    assert answer.status_code == 303
    assert source.set_modes[Scope("AbsenceRegistrationService/7", "CreateAbsence")] is Mode.NEW


@pytest.mark.parametrize(
    ("headers", "fields", "status"),
    [
        pytest.param({"sec-fetch-site": "cross-site"}, {}, 403, id="from another site"),
        pytest.param({"sec-fetch-site": "same-site"}, {}, 403, id="from a sibling"),
        pytest.param({"sec-fetch-site": "none"}, {}, 403, id="from nowhere"),
        pytest.param({"origin": "https://evil.example.invalid"}, {}, 403, id="an older browser elsewhere"),
        pytest.param({"origin": "http://127.0.0.1:9999"}, {}, 403, id="an older browser, another port"),
        pytest.param({"origin": "null"}, {}, 403, id="an older browser that hides its origin"),
        pytest.param(OWN, {"token": ""}, 403, id="no token"),
        pytest.param(OWN, {"token": "guessed"}, 403, id="a guessed token"),
        pytest.param(OWN, {"token": "æ"}, 403, id="a token beyond ASCII"),
        pytest.param(OWN, {"by": "x" * 20_000}, 413, id="too long"),
        pytest.param({**OWN, "content-type": "text/plain"}, {}, 415, id="not a form"),
    ],
)
def test_a_form_from_elsewhere_is_refused_and_changes_nothing(
    headers: dict[str, str], fields: dict[str, str], status: int
) -> None:
    source = filled()
    app, before = pages(source), dict(source.set_modes)

    answer = ask(app, SWITCH, "POST", data=form(app, **fields), headers=headers)

    assert answer.status_code == status
    assert source.set_modes == before
    assert len(tree(answer).xpath("//h1")) == 1


def test_each_process_has_a_token_of_its_own() -> None:
    other = form(pages(filled()))

    assert ask(APP, SWITCH, "POST", data=other, headers=OWN).status_code == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_page_that_is_read_is_not_written(method: str) -> None:
    answer = ask(APP, "/operations", method)

    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}


def test_a_mistake_of_our_own_is_told_without_its_values_and_under_the_policy() -> None:
    answer = ask(pages(Broken()), "/")

    assert answer.status_code == 500
    assert "1411901237" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_source_that_fails_is_told_as_such() -> None:
    answer = ask(pages(Away()), "/operations", headers={"accept-language": "da"})

    assert answer.status_code == 503
    assert "Lageret svarer ikke" in answer.text


def test_a_web_socket_is_closed() -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(APP({"type": "websocket", "path": "/", "headers": [], "query_string": b""}, receive, send))

    assert [message["type"] for message in sent] == ["websocket.close"]

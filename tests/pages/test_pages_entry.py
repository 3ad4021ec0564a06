"""The admin port lets in who has the token, and what is changed there is written down before it is made."""

import base64
from collections.abc import Mapping
from typing import Any

import pytest
from starlette.applications import Starlette

from overgang.core.compare.values import Mode
from pages_client import ABSENCE, ask, filled, pages, token

TOKEN = b"t" * 40
GUID = "6d1f7a0e-53c5-4f0e-9a43-0a5c1e2b7e20"
BASIC = base64.b64encode(b"operator:" + TOKEN).decode()


@pytest.mark.parametrize("path", ["/", "/operations", "/recording", "/static/pages.css", "/metrics", ABSENCE])
@pytest.mark.parametrize(
    "said",
    [
        *(None, "Bearer", "Bearer x", f"Bearer {TOKEN.decode()}x"),
        *(f"Basic {TOKEN.decode()}", "Basic Og==", "Digest x", "Basic %%"),
    ],
)  # fmt: skip
def test_without_the_token_nothing_is_shown(path: str, said: str | None) -> None:
    answer = ask(pages(filled(), token=TOKEN), path, headers={"authorization": said} if said else {})
    assert (answer.status_code, answer.text) == (401, "expected the token\n")
    assert answer.headers["www-authenticate"].startswith("Basic")
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("said", [f"Bearer {TOKEN.decode()}", f"bearer {TOKEN.decode()}", f"Basic {BASIC}"])
def test_with_it_the_pages_are_shown(said: str) -> None:
    assert ask(pages(filled(), token=TOKEN), "/operations", headers={"authorization": said}).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/readyz/fravaer"])
def test_probes_need_none(path: str) -> None:
    assert ask(pages(token=TOKEN), path).status_code == 200


class Notes:
    def __init__(self, *, failing: bool = False) -> None:
        self.said: list[tuple[dict[str, Any], str | None]] = []
        self.failing = failing

    async def __call__(self, said: Mapping[str, Any], by: str | None) -> None:
        if self.failing:
            raise OSError("disk full")
        self.said.append((dict(said), by))


def switched(app: Starlette, **fields: str) -> int:
    form = ask(app, f"{ABSENCE}/mode?mode=compare-old&caller=8/101")
    given = {"mode": "compare-old", "caller": "8/101", "by": "Test Testesen", "token": token(form), **fields}
    return ask(app, f"{ABSENCE}/mode", "POST", data=given, headers={"origin": "http://127.0.0.1:8081"}).status_code


def test_a_change_is_written_down_before_and_after_with_what_and_by_whom() -> None:
    source, notes = filled(), Notes()
    assert switched(pages(source, noted=notes)) == 303
    (before, nobody), (after, by) = notes.said
    assert before == {"event": "change", "call": f"POST {ABSENCE}/mode"}
    assert nobody is None
    assert (after["event"], after["status"], after["mode"], after["caller"], by) == (
        "changed",
        303,
        "compare-old",
        "8/101",
        "Test Testesen",
    )
    assert "Test Testesen" not in str(after)


def test_a_change_from_a_foreign_page_is_refused_and_that_is_written_down() -> None:
    notes = Notes()
    assert switched(pages(filled(), noted=notes), token="x") == 403
    assert [said["event"] for said, _ in notes.said] == ["change", "changed"]
    assert notes.said[1][0]["status"] == 403


@pytest.mark.parametrize(
    ("method", "path", "call"),
    [
        ("POST", "/beskeder/0101701234/release", "POST /beskeder/{id}/release"),
        ("POST", f"/beskeder/{GUID}/release", f"POST /beskeder/{GUID}/release"),
        (
            "POST",
            "/operations/010170-1234/101701234/Test/mode",
            "POST /operations/{service}/{version}/{operation}/mode",
        ),
        ("POST", f"{ABSENCE}x/mode", "POST /operations/AbsenceRegistrationService/7/{operation}/mode"),
        ("DELETE", "/beskeder/0101701234", "unknown"),
        ("POST", "/static/0101701234", "unknown"),
        ("POST", "/0101701234", "unknown"),
        ("0101701234", "/recording", "unknown"),
        ("0101701234", "/static/x", "unknown"),
    ],
)
def test_of_an_address_only_what_is_known_is_written_down(method: str, path: str, call: str) -> None:
    notes = Notes()
    assert ask(pages(filled(), noted=notes), path, method, headers={"sec-fetch-site": "cross-site"}).status_code >= 400
    assert [said["call"] for said, _ in notes.said] == [call, call]


def test_what_can_not_be_written_down_is_not_done() -> None:
    source = filled()
    before = source.mode("AbsenceRegistrationService/7", "CreateAbsence", "8/101")
    assert switched(pages(source, noted=Notes(failing=True))) == 503
    assert source.mode("AbsenceRegistrationService/7", "CreateAbsence", "8/101") is before
    assert before is not Mode.OLD


def test_reading_and_playing_leave_no_note() -> None:
    notes = Notes()
    app = pages(filled(), noted=notes)
    assert ask(app, "/operations").status_code == 200
    page = ask(app, "/cases/fravaer/fravaer_gentaget")
    ask(app, "/cases/fravaer/fravaer_gentaget", "POST", data={"token": token(page)})
    assert notes.said == []

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from test_pages_entry import Notes

from overgang.cli.home import loaded
from overgang.pages import recording
from overgang.pages.admin import create_admin
from overgang.pages.entry import Note
from overgang.shell.config import Listen, Recording
from overgang.shell.recorder import Recorder

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
OWN = {recording.OWN: "1"}


@contextmanager
def recorder(folder: Path | None) -> Iterator[Recorder]:
    made = Recorder(Recording(folder), {}, {}, (b"s" * 32, b"k" * 32), lambda: NOW)
    try:
        yield made
    finally:
        made.close()


def ask(made: Recorder, method: str, noted: Note | None = None, **what: object) -> httpx.Response:
    app = create_admin(loaded(), Listen(), more=recording.routes(made), noted=noted)

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8081") as client:
            return await client.request(method, "/recording", **what)  # type: ignore[arg-type]

    return asyncio.run(send())


def test_a_recording_is_begun_shown_and_ended(tmp_path: Path) -> None:
    with recorder(tmp_path) as made:
        assert ask(made, "GET").json() == {"file": "", "calls": 0, "dropped": 0, "until": None}
        begun = ask(made, "POST", json={"share": 0.5, "seconds": 60}, headers=OWN)
        assert (begun.status_code, begun.json()["until"]) == (200, "2026-11-25T12:01:00+00:00")
        assert ask(made, "GET").json() == begun.json()
        ended = ask(made, "DELETE", headers=OWN)
        assert ended.json() == begun.json() | {"until": None}
        assert Path(ended.json()["file"]).parent == tmp_path


@pytest.mark.parametrize(("method", "what"), [("POST", {"json": {"share": 1, "seconds": 1}}), ("DELETE", {})])
def test_a_page_of_another_site_can_do_nothing(tmp_path: Path, method: str, what: dict[str, Any]) -> None:
    with recorder(tmp_path) as made:
        assert ask(made, method, **what).status_code == 403
        assert not made.on


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"share": "x", "seconds": 1}',
        b'{"share": null, "seconds": 1}',
        b'{"share": 1, "seconds": NaN}',
        b'{"share": true, "seconds": 1}',
        b"[" * 900,
        b" " * 1001,
    ],
)
def test_what_is_no_wish_for_a_recording_is_refused(tmp_path: Path, body: bytes) -> None:
    with recorder(tmp_path) as made:
        assert ask(made, "POST", content=body, headers=OWN).status_code == 400
        assert not made.on


def test_how_long_it_records_is_written_down_and_a_refused_wish_is_not(tmp_path: Path) -> None:
    with recorder(tmp_path) as made:
        for seconds, told in ((2506912617, {}), (60, {"share": 1.0, "seconds": 60.0})):
            notes = Notes()
            status = ask(made, "POST", notes, json={"share": 1, "seconds": seconds}, headers=OWN).status_code
            said = {"event": "changed", "call": "POST /recording", "status": status}
            assert notes.said[1][0] == said | told


def test_what_the_recorder_refuses_is_told() -> None:
    with recorder(None) as made:
        answer = ask(made, "POST", json={"share": 1, "seconds": 1}, headers=OWN)
        assert (answer.status_code, answer.json()["title"]) == (
            409,
            "no folder for recordings is configured: recording.folder",
        )

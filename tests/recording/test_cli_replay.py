"""cli/replay: a recording against two listening sides, with exit codes, results, resuming and refusals."""

import argparse
import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from planted import CANARIES, NAME, ROOT, XML, found
from replay_side import answer, read_call, recorded, write_call

from overgang.cli import replay as command
from overgang.shell import clock, replaying
from overgang.shell.client import Posts
from overgang.shell.config import ConfigError
from overgang.shell.keys import derived
from overgang.standin import available
from overgang.wire.recorded_calls import Call
from overgang.wire.results import load
from running import CITIZENS

SECRET = b"the secret of a test gateway, at least 32 bytes"
CALLS = [read_call(number, CITIZENS[number % 5].number) for number in range(12)]


class Stub:
    """An old or a new side on a port of its own; `body` is what it answers."""

    def __init__(self, body: bytes) -> None:
        self.body, self.asked = body, 0
        stub = self

        class Door(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                stub.asked += 1
                self.send_response(200)
                self.send_header("Content-Type", XML)
                self.send_header("Content-Length", str(len(stub.body)))
                self.end_headers()
                self.wfile.write(stub.body)

            def log_message(self, format: str, *args: object) -> None:
                """Silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def old() -> Iterator[Stub]:
    stub = Stub(answer())
    yield stub
    stub.close()


@pytest.fixture
def new() -> Iterator[Stub]:
    stub = Stub(answer())
    yield stub
    stub.close()


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "key"
    file.write_bytes(SECRET + b"\n")
    return file


def recording(folder: Path, calls: list[Call] = CALLS, now: datetime | None = None) -> Path:
    return recorded(folder / "calls.recording", calls, derived(SECRET, "recording"), now or datetime.now(UTC))


def ran(file: Path, key: Path, *arguments: str) -> int:
    parser = argparse.ArgumentParser(exit_on_error=False)
    command.arguments(parser)
    return command.replay(parser.parse_args([str(file), "--key", str(key), *arguments]))


def test_sides_that_agree_give_0_and_results(
    tmp_path: Path, key: Path, old: Stub, new: Stub, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.json"
    code = ran(
        recording(tmp_path, [*CALLS, write_call()]),
        key,
        "--against",
        f"{new.url}/",
        "--old",
        old.url,
        "--results",
        str(out),
    )
    assert code == 0
    assert (old.asked, new.asked) == (12, 12)
    summary = load(out).summary
    assert summary.parity.agreeing == 12
    assert summary.left_out == {"write": 1}
    assert summary.source == "calls.recording (13 calls of gateway-1) against the old side's answers"
    assert summary.rows[0].area == "tilmelding"
    assert not out.with_name("out.json.progress").exists()
    told = capsys.readouterr().out
    assert "13 of 13: 0 differ, 1 left out" in told
    assert "has changed since the recording" in told
    assert "100.00 %" in told


def test_a_difference_gives_1_and_no_value_of_it(
    tmp_path: Path, key: Path, old: Stub, new: Stub, capsys: pytest.CaptureFixture[str]
) -> None:
    new.body = answer(uri=f"{NAME} anders")
    out = tmp_path / "out.json"
    assert ran(recording(tmp_path), key, "--against", new.url, "--old", old.url, "--results", str(out)) == 1
    assert load(out).summary.parity.different == 12
    told = capsys.readouterr()
    assert found(out.read_bytes() + told.out.encode() + told.err.encode(), [*CANARIES, *NAME.split()]) == []


def test_without_an_old_side_the_recorded_answers_are_taken(tmp_path: Path, key: Path, new: Stub) -> None:
    assert ran(recording(tmp_path), key, "--against", new.url) == 1  # they are masked, and the new ones are not
    assert new.asked == 12


def test_a_side_that_can_not_be_reached_is_a_difference(tmp_path: Path, key: Path, new: Stub) -> None:
    assert ran(recording(tmp_path), key, "--against", new.url, "--old", "http://127.0.0.1:9") == 1


def test_citizens_of_the_trial_take_the_pseudonyms_place(tmp_path: Path, key: Path, old: Stub, new: Stub) -> None:
    citizens = ROOT / "config" / "demo" / "citizens.toml"
    out = tmp_path / "out.json"
    new.body = answer(9)
    arguments = ("--against", new.url, "--old", old.url, "--citizens", str(citizens), "--results", str(out))
    assert ran(recording(tmp_path), key, *arguments) == 1
    kept = [one.kept.request.decode() for one in load(out).differing if one.kept]
    numbers = {text.partition("PersonCivilRegistrationIdentifier>")[2][:10] for text in kept}
    assert numbers <= {citizen.number for citizen in CITIZENS if not citizen.dead}


def test_an_interrupted_replay_goes_on(
    tmp_path: Path, key: Path, old: Stub, new: Stub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out, file = tmp_path / "out.json", recording(tmp_path)
    arguments = ("--against", new.url, "--old", old.url, "--results", str(out), "--workers", "1")
    whole = replaying._Run._told

    def interrupting(run: replaying._Run, outcome: replaying.Outcome | None) -> None:
        whole(run, outcome)
        if run._progress.done == 5:
            raise KeyboardInterrupt

    monkeypatch.setattr(replaying._Run, "_told", interrupting)
    assert ran(file, key, *arguments) == command.INTERRUPTED
    monkeypatch.undo()
    assert "--resume goes on" in capsys.readouterr().out.replace("\n", " ")
    assert not out.exists()
    with pytest.raises(ConfigError, match="interrupted replay"):
        ran(file, key, *arguments)
    with pytest.raises(ConfigError, match="of another replay"):
        ran(file, key, *arguments, "--resume", "--writes")
    assert ran(file, key, *arguments, "--resume") == 0
    assert (old.asked, new.asked) == (12, 12)
    assert load(out).summary.parity.agreeing == 12


@pytest.mark.parametrize("more", [("--old", "http://x"), ("--resume", "--results", "out.json")])
def test_the_embedded_sides_are_fresh_ones(tmp_path: Path, key: Path, more: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError, match="fresh sides"):
        ran(recording(tmp_path), key, "--against", "embedded", *more)


def test_the_embedded_sides_agree_about_the_trials_citizens(tmp_path: Path, key: Path) -> None:
    if reason := available():
        pytest.skip(reason)
    out = tmp_path / "out.json"
    assert ran(recording(tmp_path), key, "--against", "embedded", "--results", str(out)) == 0
    parity = load(out).summary.parity
    assert (parity.compared, parity.agreeing) == (12, 12)


def test_resuming_needs_a_place_for_results(tmp_path: Path, key: Path) -> None:
    with pytest.raises(ConfigError, match="--results"):
        ran(recording(tmp_path), key, "--against", "http://x", "--resume")


def test_a_recording_that_can_not_be_used_is_refused_and_nothing_is_sent(
    tmp_path: Path, key: Path, old: Stub, new: Stub
) -> None:
    file = recording(tmp_path)
    whole = file.read_bytes()
    sides = ("--against", new.url, "--old", old.url)
    file.write_bytes(whole[:-1])
    with pytest.raises(ConfigError, match=r"calls\.recording: frame 13, byte \d+"):
        ran(file, key, *sides)
    file.write_bytes(whole)
    other = tmp_path / "other"
    other.write_bytes(b"another secret of at least 32 bytes!")
    with pytest.raises(ConfigError, match="the key is another one"):
        ran(file, other, *sides)
    file.unlink()
    with pytest.raises(ConfigError, match="expired"):
        ran(recording(tmp_path, now=datetime.now(UTC) - timedelta(days=31)), key, *sides)
    with pytest.raises(ConfigError, match="No such file"):
        ran(tmp_path / "none.recording", key, *sides)
    assert (old.asked, new.asked) == (0, 0)


@pytest.mark.parametrize("content", [b"", b"short"])
def test_a_key_file_that_is_too_short_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "short").write_bytes(content)
    with pytest.raises(ConfigError, match="--key"):
        ran(recording(tmp_path), tmp_path / "short", "--against", "http://x")


def test_a_file_that_holds_no_citizens_is_refused(tmp_path: Path, key: Path) -> None:
    (tmp_path / "citizens.toml").write_text("[[person]]\n")
    with pytest.raises(ConfigError, match="--citizens"):
        ran(recording(tmp_path), key, "--against", "http://x", "--citizens", str(tmp_path / "citizens.toml"))


@pytest.mark.parametrize("arguments", [("--rate", "0"), ("--rate", "inf"), ("--workers", "0"), ("--workers", "257")])
def test_impossible_bounds_are_refused(tmp_path: Path, key: Path, arguments: tuple[str, ...]) -> None:
    with pytest.raises(argparse.ArgumentError):
        ran(tmp_path, key, "--against", "http://x", *arguments)


def test_what_the_gateway_calls_a_read_is_replayed_and_everything_else_is_a_write(new: Stub) -> None:
    async def writes() -> list[bool]:
        from overgang.cli.home import loaded

        posts = Posts()
        sides = command.sides_of(loaded(), posts, SECRET, None, clock.now().date())
        await posts.close()
        return [
            sides.writes("UnemploymentEnrollmentService/8", "GetProfessionCollection"),
            sides.writes("UnemploymentEnrollmentService/8", "UnemploymentEnrollment"),
            sides.writes("PersonRegistrationService/9", "UpdatePersonJobcenter"),
            sides.writes("Unknown/1", "GetAnything"),
        ]

    assert asyncio.run(writes()) == [False, True, True, True]


def test_old_answers_of_the_recording_are_never_sent(tmp_path: Path, key: Path, new: Stub) -> None:
    calls = [replace(CALLS[0], old=None)]
    assert ran(recording(tmp_path, calls), key, "--against", new.url) == 3
    assert new.asked == 0

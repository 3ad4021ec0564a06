"""The gateway is killed at every step of every write operation, started again, and called again: what was asked for is
registered once, every answer that was given is given again, and the audit is whole.
"""

import json
import os
import re
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
import uvicorn
from good_calls import GOOD, Good

from overgang.cli.main import main
from overgang.core.values import COPENHAGEN
from overgang.reference.app import create_app
from overgang.reference.store import Store
from overgang.shell import example
from overgang.shell.keys import derived
from overgang.shell.loading import Loaded, load
from overgang.shell.store import Store as Kept
from running import CITIZENS, CONFIG, ROOT, SECONDS, overgang

TODAY = datetime.combine(datetime.now(COPENHAGEN).date(), time(), COPENHAGEN)
KEY = b"k" * 32
_ID = re.compile(r"MessageIdentifier>([^<]+)<")
NEVER = 10**6


@dataclass
class Modern:
    """The modern side, which outlives the gateway; it kills it at the request `at`: before it acts on it, or after."""

    url: str
    store: Store
    at: int = NEVER
    before: bool = True
    pid: int = 0
    asked: int = 0
    methods: list[str] = field(default_factory=list)

    def arm(self, at: int, *, before: bool, pid: int) -> None:
        self.at, self.before, self.pid, self.asked, self.methods = at, before, pid, 0, []

    def registrations(self) -> list[str]:
        """Every version of every citizen's registrations, but for when it was made and ids that are given here."""
        told = []
        for citizen in CITIZENS:
            about = {"x-civilRegistrationIdentifier": citizen.number}
            found = httpx.get(f"{self.url}/reference/registrations", headers=about, trust_env=False).json()
            kept = ("kind", "content", "deleted", "newest", "comment", "parent")
            told += [json.dumps([citizen.number, *(one[name] for name in kept)]) for one in found["registrations"]]
        return told


@pytest.fixture(scope="module")
def modern() -> Iterator[Modern]:
    store = Store(":memory:", CITIZENS)
    app = create_app(store)

    async def killing(scope: Any, receive: Any, send: Any) -> None:
        if not scope["path"].startswith("/reference/"):
            side.asked += 1
            side.methods.append(scope["method"])
        hit = side.asked == side.at and not scope["path"].startswith("/reference/")
        if hit and side.before:
            os.kill(side.pid, signal.SIGKILL)
            return
        told: list[Any] = []

        async def hold(message: Any) -> None:
            told.append(message)

        await app(scope, receive, hold)
        if hit:
            os.kill(side.pid, signal.SIGKILL)
            return
        for message in told:
            await send(message)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        side = Modern(f"http://127.0.0.1:{listener.getsockname()[1]}", store)
        server = uvicorn.Server(uvicorn.Config(killing, lifespan="off", access_log=False, log_config=None))
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        yield side
        server.should_exit = True
        thread.join(SECONDS)
    store.close()


@cache
def loaded() -> Loaded:
    return load(ROOT / "wsdl", ROOT / "config" / "codelists")


@dataclass(frozen=True)
class Call:
    """A call of the old contract as bytes."""

    path: str
    message: bytes

    def send(self, address: str) -> httpx.Response:
        return httpx.post(
            f"{address}{self.path}",
            content=self.message,
            headers={"content-type": "text/xml"},
            timeout=30,
            trust_env=False,
        )


def call(service_name: str, good: Good, identifier: str, step: int) -> Call:
    service = next(one for one in loaded().services if one.contract.name == service_name)
    bridge = next(one for one in service.bridges.values() if one.contract.name == good.operation)
    registered = (TODAY + timedelta(seconds=step)).isoformat()
    body = bridge.request.encode(good.body(TODAY, identifier))
    message = example.envelope(bridge, body, good.caller, registered)
    return Call(f"/PjakTassWCF/{service.version}/{service.contract.name}.svc", message)


@contextmanager
def gateway(folder: Path, modern: Modern) -> Iterator[tuple[str, int]]:
    """A gateway on the store in `folder`: its address, and the number of its process."""
    (folder / "identity.key").write_bytes(KEY)
    config = folder / "gateway.toml"
    config.write_text(CONFIG.format(root=ROOT, modern=modern.url), encoding="utf-8")
    with overgang(folder, "serve", "--config", str(config)) as process:
        process.wait_for("admin ")
        yield process.address("gateway"), process.popen.pid


def prepared(name: str, address: str) -> Call:
    """The last call of an operation's good ones, those before it made."""
    service, identifier = name.split()[0], ""
    *first, last = GOOD[name]
    for step, good in enumerate(first):
        answer = call(service, good, identifier, step).send(address)
        assert answer.status_code == 200, answer.text
        found = _ID.search(answer.text)
        identifier = found[1] if found else ""
    return call(service, last, identifier, len(first))


def writes(name: str) -> bool:
    service, operation = name.split()
    bridges = (b for s in loaded().services if s.contract.name == service for b in s.bridges.values())
    return next(bridge for bridge in bridges if bridge.contract.name == operation).writes


WRITING = [name for name in GOOD if writes(name)]
kills: list[str] = []


def audited(folder: Path) -> list[str]:
    """The events of all writes, the chains checked."""
    assert main(["audit", "verify", "--config", str(folder / "gateway.toml")]) == 0
    store = Kept(f"sqlite:///{folder}/overgang.sqlite", derived(KEY, "store"))
    chains = [chain for chain in store.chains() if chain.id.startswith("write")]
    events = [str(json.loads(one.entry)["event"]) for chain in chains for one in store.records(chain.id)]
    store.close()
    return events


@pytest.mark.parametrize("name", WRITING)
def test_a_write_is_registered_once_wherever_the_gateway_is_killed(name: str, modern: Modern, tmp_path: Path) -> None:
    with gateway(_reset(modern, tmp_path / "undisturbed"), modern) as (address, _):
        wanted = prepared(name, address)
        before = modern.registrations()
        modern.arm(NEVER, before=True, pid=0)
        answer = wanted.send(address)
        assert answer.status_code == 200, answer.text
        steps, after = modern.asked, modern.registrations()
        assert after != before
        assert wanted.send(address).content == answer.content
        assert modern.registrations() == after

    # Before and after each write, and after the first and the last of what is only read around it.
    chosen = {n for n, method in enumerate(modern.methods[:steps], 1) if method != "GET"}
    for step in sorted({1, steps} | chosen):
        for early in (True, False) if step in chosen else (False,):
            folder = _reset(modern, tmp_path / f"{step}{'before' if early else 'after'}")
            with gateway(folder, modern) as (address, pid):
                wanted = prepared(name, address)
                modern.arm(step, before=early, pid=pid)
                with pytest.raises(httpx.TransportError):
                    wanted.send(address)
                kills.append(name)
            modern.arm(NEVER, before=True, pid=0)
            with gateway(folder, modern) as (address, _):
                answer = wanted.send(address)
                assert answer.status_code == 200, answer.text
                assert modern.registrations() == after, f"killed {'before' if early else 'after'} request {step}"
                assert wanted.send(address).content == answer.content
                assert modern.registrations() == after
            events = audited(folder)
            assert events.count("intent") >= events.count("outcome") + events.count("repeat") > 0
            assert {"intent", "repeat"} <= set(events)


def _reset(modern: Modern, folder: Path) -> Path:
    folder.mkdir()
    modern.store.reset()
    modern.arm(NEVER, before=True, pid=0)
    return folder


def test_the_kills_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        not kills or len(set(kills)) < len(WRITING) or len(kills) >= 2 * len(WRITING)
    )  # with a part of them, or alone
    with capsys.disabled():
        sys.stdout.write(f"\n{len(kills)} kills survived, of {len(WRITING)} write operations\n")

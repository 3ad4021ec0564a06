"""The gateway is killed at every step of every write operation, under load, started again, and called again.

What was asked for is registered once, every answer that was given is given again, and the audit is whole and tells of
each answer; so is what the load asked for meanwhile and sent again after each kill.
"""

import asyncio
import itertools
import json
import os
import re
import signal
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx
import pytest
import uvicorn
from good_calls import GOOD, Good

from figures import FIGURE
from overgang.cli.main import main
from overgang.reference.app import create_app
from overgang.reference.store import Store
from overgang.shell import example
from overgang.shell.keys import derived
from overgang.shell.loading import Loaded, load
from overgang.shell.store import Store as Kept
from running import CITIZENS, CONFIG, ROOT, SECONDS, midnight, overgang

KEY = b"k" * 32
_ID = re.compile(r"MessageIdentifier>([^<]+)<")
NEVER = 10**6
LOAD = (8, "10160")
HELD = 1.0  # seconds in which a gateway hands over an outcome that is not written yet; it waits for three


@dataclass
class Modern:
    """The modern side, which outlives the gateway; it kills it at the request `at`: before it acts on it, or after.

    Or, at the last request, once the outcome is durable and before the answer leaves: "told".
    """

    url: str
    store: Store
    at: int = NEVER
    when: str = "before"
    pid: int = 0
    asked: int = 0
    methods: list[str] = field(default_factory=list)

    def arm(self, at: int = NEVER, when: str = "before", pid: int = 0) -> None:
        self.at, self.when, self.pid, self.asked, self.methods = at, when, pid, 0, []

    def of(self, number: str) -> list[dict[str, Any]]:
        """A citizen's registrations, every version of them."""
        about = {"x-civilRegistrationIdentifier": number}
        found = httpx.get(f"{self.url}/reference/registrations", headers=about, trust_env=False).json()
        return list(found["registrations"])

    def registrations(self) -> list[str]:
        """Those of everybody but the load's citizens, but for when they were made and ids that are given here."""
        kept = ("kind", "content", "deleted", "newest", "comment", "parent")
        return [
            json.dumps([citizen.number, *(one[name] for name in kept)])
            for citizen in CITIZENS
            if citizen.number not in CROWD
            for one in self.of(citizen.number)
        ]


@pytest.fixture(scope="module")
def modern() -> Iterator[Modern]:
    store = Store(":memory:", CITIZENS)
    app = create_app(store)

    async def killing(scope: Any, receive: Any, send: Any) -> None:
        about = dict(scope["headers"]).get(b"x-civilregistrationidentifier", b"").decode()
        counted = not scope["path"].startswith("/reference/") and about not in CROWD
        if counted:
            side.asked += 1
            side.methods.append(scope["method"])
        hit = counted and side.asked == side.at
        if hit and side.when == "before":
            os.kill(side.pid, signal.SIGKILL)
            return
        told: list[Any] = []

        async def hold(message: Any) -> None:
            told.append(message)

        await app(scope, receive, hold)
        if hit and side.when == "after":
            os.kill(side.pid, signal.SIGKILL)
            return
        if hit:
            os.kill(writer := writer_of(side.pid), signal.SIGSTOP)
        for message in told:
            await send(message)
        if hit:  # what the gateway hands over until then is written when it is gone
            await asyncio.sleep(HELD)
            os.kill(side.pid, signal.SIGKILL)
            os.kill(writer, signal.SIGCONT)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        side = Modern(f"http://127.0.0.1:{listener.getsockname()[1]}", store)
        server = uvicorn.Server(uvicorn.Config(killing, lifespan="off", access_log=False, log_config=None))
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        yield side
        server.should_exit = True
        thread.join(SECONDS)
    store.close()


def writer_of(pid: int) -> int:
    """The process that writes a gateway's audit."""
    (child,) = [one for task in Path(f"/proc/{pid}/task").iterdir() for one in (task / "children").read_text().split()]
    return int(child)


def ended(pid: int) -> bool:
    try:
        return not Path(f"/proc/{pid}/cmdline").read_bytes()  # nobody has asked how it ended
    except FileNotFoundError:
        return True


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
    registered = (midnight() + timedelta(seconds=step)).isoformat()
    body = bridge.request.encode(good.body(midnight(), identifier))
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
    found = next(bridge for bridge in bridges if bridge.contract.name == operation)
    return found.writes and found.area is not None and not found.area.again


CROWD = [each.number for each in CITIZENS if each.label in ("dagpengemodtager", "langtidsledig")]


class Crowd:
    """Callers who register absences of citizens of their own all the time, and send again what was not answered."""

    def __init__(self) -> None:
        self.address = ""  # "" while there is no gateway
        self.answered: dict[bytes, bytes] = {}
        self.sent = 0
        self._over = Event()
        self._threads = [Thread(target=self._call, args=(number,), daemon=True) for number in CROWD]
        for thread in self._threads:
            thread.start()

    def _call(self, number: str) -> None:
        for step in itertools.count():
            day = midnight() + timedelta(days=2 * step)
            message = absence_of(number, day, step).message
            self.sent += 1
            while message not in self.answered:
                if self._over.is_set() and not self.address:
                    return
                self._try(message)
            if self._over.wait(0.02):
                return

    def _try(self, message: bytes) -> None:
        address = self.address
        try:
            answer = Call("/PjakTassWCF/7/AbsenceRegistrationService.svc", message).send(
                address or "http://127.0.0.1:9"
            )
        except httpx.HTTPError:
            answer = None
        if answer is not None and answer.status_code == 200:
            self.answered[message] = answer.content
        else:
            time.sleep(0.02)  # whatever it was told, it sends the same again

    def end(self) -> None:
        """Every call that was begun is answered, then there are no more."""
        self._over.set()
        for thread in self._threads:
            thread.join(SECONDS)
            assert not thread.is_alive(), "a call of the load is never answered"
        self.address = ""


def absence_of(number: str, day: datetime, step: int) -> Call:
    absence = {
        "PersonCivilRegistrationIdentifier": number,
        "AbsenceTypeIdentifier": {"CodeListItemIdentifier": 3},
        "StartDate": day.isoformat(),
        "EndDate": (day + timedelta(days=1)).isoformat(),
        "NotificationDate": midnight().isoformat(),
    }
    return call("AbsenceRegistrationService", Good("CreateAbsence", lambda *_: {"Absence": absence}, LOAD), "", step)


WRITING = [name for name in GOOD if writes(name)]
kills: list[str] = []
background: list[int] = []


def key(good: Good) -> str:
    return f"{good.caller[0]}/{good.caller[1]} {good.operation}"


ABSENCES = f"{LOAD[0]}/{LOAD[1]} CreateAbsence"


def audited(folder: Path) -> dict[str, Counter[str]]:
    """By event, how often each call of each organisation was answered well; the chains checked, an intent with each."""
    assert main(["audit", "verify", "--config", str(folder / "gateway.toml")]) == 0
    store = Kept(f"sqlite:///{folder}/overgang.sqlite", derived(KEY, "store"))
    chains = [chain for chain in store.chains() if chain.id.startswith("write")]
    said = [json.loads(one.entry) for chain in chains for one in store.records(chain.id)]
    store.close()
    intents = {one["id"] for one in said if one["event"] == "intent"}
    answers = [one for one in said if one["event"] != "intent" and one["status"] == 200]
    ids = {one["id"] for one in answers}
    assert ids <= intents
    assert len(ids) == len(answers)
    found: dict[str, Counter[str]] = {"outcome": Counter(), "repeat": Counter()}
    for one in answers:
        found[one["event"]][f"{one['organisation']} {one['operation']}"] += 1
    return found


@pytest.mark.parametrize("name", WRITING)
def test_a_write_is_registered_once_wherever_the_gateway_is_killed(name: str, modern: Modern, tmp_path: Path) -> None:
    with gateway(_reset(modern, tmp_path / "undisturbed"), modern) as (address, _):
        wanted = prepared(name, address)
        before = modern.registrations()
        modern.arm()
        answer = wanted.send(address)
        assert answer.status_code == 200, answer.text
        steps, after = modern.asked, modern.registrations()
        assert after != before
        assert wanted.send(address).content == answer.content
        assert modern.registrations() == after

    earlier = sum(key(good) == key(GOOD[name][-1]) for good in GOOD[name][:-1])
    # Before and after each write, after the first and the last of what is only read around it, and at the very end.
    chosen = {n for n, method in enumerate(modern.methods[:steps], 1) if method != "GET"}
    for step in sorted({1, steps} | chosen):
        for when in (*(["before"] if step in chosen else []), "after", *(["told"] if step == steps else [])):
            folder = _reset(modern, tmp_path / f"{step}{when}")
            crowd = Crowd()
            with gateway(folder, modern) as (address, pid):
                wanted = prepared(name, address)
                crowd.address = address
                while len(crowd.answered) < len(CROWD):
                    time.sleep(0.01)
                writer = writer_of(pid)
                modern.arm(step, when, pid)
                with pytest.raises(httpx.TransportError):
                    wanted.send(address)
                kills.append(name)
            crowd.address = ""
            modern.arm()
            while not ended(writer):
                time.sleep(0.01)
            assert audited(folder)["outcome"][key(GOOD[name][-1])] == earlier + (when == "told")
            with gateway(folder, modern) as (address, _):
                crowd.address = address
                answer = wanted.send(address)
                assert answer.status_code == 200, answer.text
                assert modern.registrations() == after, f"killed at request {step}: {when}"
                assert wanted.send(address).content == answer.content
                assert modern.registrations() == after
                crowd.end()
            made = [one for number in CROWD for one in modern.of(number) if one["kind"] == "fravaer"]
            begun = sum(
                len([one for one in each.registrations if one.kind == "fravaer"])
                for each in CITIZENS
                if each.number in CROWD
            )
            assert len(made) == begun + crowd.sent == begun + len(crowd.answered), (
                "of the load something is lost, or twice"
            )
            assert len(set(crowd.answered.values())) == crowd.sent
            background.append(crowd.sent)
            found = audited(folder)
            assert found["outcome"] == Counter(key(good) for good in GOOD[name]) + Counter({ABSENCES: crowd.sent})
            assert found["repeat"][key(GOOD[name][-1])] == 1 + (when == "told")


def _reset(modern: Modern, folder: Path) -> Path:
    folder.mkdir()
    modern.store.reset()
    modern.arm()
    return folder


def test_the_kills_are_counted(record_property: Callable[[str, object], None]) -> None:
    part = len(set(kills)) < len(WRITING)  # when only some of the tests are run
    assert part or len(kills) >= 2 * len(WRITING)
    said = f"{len(kills)} kills survived, of {len(WRITING)} write operations, {sum(background)} other writes meanwhile"
    record_property(FIGURE, said)

"""One of the two gateways behind nginx is killed while it carries out writes; the other goes on with them."""

import asyncio
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from threading import Barrier, Event, Lock
from typing import Any

import httpx
from nginx_side import KIND, Deployed, deployed, gateway, records

from old_calls import CITIZEN, wrapped
from overgang.cli.main import main
from running import SECONDS, App

JOBLOG = "/PjakTassWCF/2/CitizenJoblogService.svc"
CALLERS, BEFORE, AFTER = 8, 2, 3  # each caller's writes before and after the one that is under way
KILLED = "1"
TRIES = 300  # a tenth of a second apart


@dataclass
class Gate:
    """Around the modern side: once it is `shut`, writes are held in it until it is `opened`.

    Of what comes from the gateway that is killed meanwhile, a call is in turn carried out before, its answer lost; lost
    itself; carried out after. Each gateway asks below a path of its own.
    """

    shut: Event = field(default_factory=Event)
    opened: Event = field(default_factory=Event)
    held: Counter[str] = field(default_factory=Counter)

    def around(self, app: App) -> App:
        async def gated(scope: Any, receive: Any, send: Any) -> None:
            _, number, rest = scope["path"].split("/", 2)
            if not number.isdigit():  # the test itself
                await app(scope, receive, send)
                return
            inner = {**scope, "path": f"/{rest}", "raw_path": f"/{rest}".encode()}
            if scope["method"] == "GET" or not self.shut.is_set() or self.opened.is_set():
                await app(inner, receive, send)
                return
            how = self.held[number] % 3 if number == KILLED else 0
            self.held[number] += 1
            told = await _told(app, inner, receive) if how == 0 else []
            await asyncio.to_thread(self.opened.wait, SECONDS)
            if how == 2:
                told = await _told(app, inner, receive)
            for message in told:
                await send(message)

        return gated


async def _told(app: App, scope: Any, receive: Any) -> list[Any]:
    """What it answers, which is not sent yet."""
    told: list[Any] = []

    async def keep(message: Any) -> None:
        told.append(message)

    await app(scope, receive, keep)
    return told


class Callers:
    """Each makes its own writes one after the other, through nginx, and sends the same bytes until it is answered."""

    def __init__(self, site: Deployed, gate: Gate) -> None:
        self.site, self.certificate = site, site.issued()
        self.writes = [[_write(caller, number) for number in range(BEFORE + 1 + AFTER)] for caller in range(CALLERS)]
        self.answers: dict[str, bytes] = {}
        self.told: list[tuple[str, httpx.Response]] = []  # what was not the answer
        self._lock = Lock()
        self._all = Barrier(CALLERS, action=gate.shut.set)

    def call(self, caller: int) -> None:
        with self.site.client(self.certificate) as client:
            for number, message in enumerate(self.writes[caller]):
                if number == BEFORE:
                    self._all.wait(SECONDS)
                answer = self.answered(client, message)
                with self._lock:
                    self.answers[message] = answer

    def answered(self, client: httpx.Client, message: str) -> bytes:
        for _ in range(TRIES):
            answer = client.post(JOBLOG, content=message, headers=KIND)
            if answer.status_code == 200:
                return answer.content
            with self._lock:
                self.told.append((message, answer))
            time.sleep(0.1)
        raise AssertionError(f"never answered: {answer.status_code} {answer.text}")

    def again(self) -> None:
        """Every write is sent again, and answered as it was the first time."""
        with self.site.client(self.certificate) as client:
            for message, first in self.answers.items():
                assert self.answered(client, message) == first


def _write(caller: int, number: int) -> str:
    """A new entry in the joblog: the modern side itself would take another one that says the same."""
    return wrapped(
        '<CreateJobSearchEntryRequest xmlns="http://service.bm.dk/CitizenJoblogService/2016/06/01/">'
        f"<PersonCivilRegistrationIdentifier>{CITIZEN}</PersonCivilRegistrationIdentifier>"
        f"<JobSearchEntry><Tasks/><JobTitle>{caller}/{number}</JobTitle></JobSearchEntry></CreateJobSearchEntryRequest>"
    )


def registered(site: Deployed) -> Counter[str]:
    """The titles of the entries that are registered; another version of an entry counts too."""
    url, about = f"{site.modern.url}/reference/registrations", {"x-civilRegistrationIdentifier": CITIZEN}
    found = httpx.get(url, headers=about, trust_env=False).json()["registrations"]
    return Counter(one["content"]["stillingsbetegnelse"] for one in found if one["kind"] == "jobsoegningslogning")


def test_what_a_killed_gateway_had_under_way_is_done_once_by_the_other(tmp_path: Path) -> None:
    gate = Gate()
    with ExitStack() as running:
        site = running.enter_context(deployed(tmp_path, around=gate.around, under="/{}"))
        running.callback(gate.opened.set)
        callers = Callers(site, gate)
        with ThreadPoolExecutor(CALLERS) as pool:
            calling = [pool.submit(callers.call, caller) for caller in range(CALLERS)]
            try:
                end = time.monotonic() + SECONDS
                while gate.held.total() < CALLERS:
                    assert time.monotonic() < end, f"under way: {gate.held}"
                    time.sleep(0.01)
                site.gateways[0].popen.kill()
                assert site.gateways[0].popen.wait(SECONDS) == -signal.SIGKILL
            finally:
                gate.opened.set()
            for one in calling:
                one.result()
        assert gate.held[KILLED] >= 3, "each kind of call was under way"
        under_way = {each[BEFORE] for each in callers.writes}
        assert len({message for message, _ in callers.told} & under_way) >= gate.held[KILLED]
        assert {(one.status_code, "retry-after" in one.headers) for _, one in callers.told} == {(503, True)}

        once = Counter(f"{caller}/{number}" for caller in range(CALLERS) for number in range(BEFORE + 1 + AFTER))
        assert registered(site) == once
        assert len(set(callers.answers.values())) == len(once)
        callers.again()
        assert registered(site) == once

        # It is started again, on the socket that was left, and knows what the other one did for it.
        running.enter_context(gateway(tmp_path, 1, f"{site.modern.url}/1", site.store))
        site.gateways[1].popen.terminate()
        assert site.gateways[1].popen.wait(SECONDS) == 0
        callers.again()
        assert registered(site) == once

        assert main(["audit", "verify", "--config", str(tmp_path / "gateway-1.toml")]) == 0
        events = Counter(str(one["event"]) for one in records(site))
        assert events["repeat"] >= 2 * len(once)

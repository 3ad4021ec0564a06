"""`overgang demo`: the embedded trial, with the gateway between an old side and a modern one, on 127.0.0.1 only."""

import argparse
import asyncio
import secrets
import sqlite3
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

from overgang.cli import first_calls, trial_traffic
from overgang.cli.home import home
from overgang.cli.serving import Site, bind, checked, keep, on_fast_loop, pages, run
from overgang.core.beskeder import KINDS
from overgang.core.compare.trial_citizens import TrialCitizens
from overgang.core.compare.values import Mode
from overgang.shell import clock
from overgang.shell.app import Gateway
from overgang.shell.config import Comparing, Config, ConfigError, HeaderNames, Limits, Listen, Recording, Target
from overgang.shell.config_messages import MessageSettings, Subscription
from overgang.shell.config_telemetry import Telemetry
from overgang.shell.loading import Loaded, load
from overgang.shell.logs import logging_to_stderr
from overgang.shell.subscribing import synchronise
from overgang.shell.upstream import Upstream

DOMAINS = ("visiteringogstatus", "jobsearch", "borgerkommunikation", "eksternedata", "komposit", "eksternkommunikation")
RECEIVERS = ("8/10101", "8/10111", "2/81")  # the organisations of the demo citizens
# What the old side answers otherwise on purpose, so that the pages have something to show. Which calls deviate depends
# on their bytes: each share is large enough, for the answers that can deviate, to be met in every trial.
DEVIATIONS = (
    "wrong-code:GetVariablePersonStatus:0.2",
    "lost-fraction:GetPersonHistory:0.2",
    "missing-optional:GetPersonHistory:0.15",
    "other-order:GetCodeList:0.3",
    "fault-text:GetJobSearchEntry:0.5",
    "zone-lost:PersonSearch",
)


def demo(given: argparse.Namespace) -> int:
    """Run the trial until it is stopped."""
    with tempfile.TemporaryDirectory(prefix="overgang-") as scratch, logging_to_stderr("text"):
        folder = given.data_dir or Path(scratch)
        try:
            (folder / "recordings").mkdir(parents=True, exist_ok=True)
        except OSError as mistake:
            raise ConfigError([f"can't make the folder {folder}: {mistake.strerror}"]) from mistake
        on_fast_loop(_demo(folder, given))
    return 0


async def _demo(folder: Path, given: argparse.Namespace) -> None:
    from overgang.reference.app import create_app
    from overgang.reference.citizens import load_citizens
    from overgang.reference.sending import Sending
    from overgang.reference.store import Store

    ticks = clock.fixed(given.on) if given.on else clock.now
    loaded = checked(
        load(home() / "wsdl", home() / "config" / "codelists", calendar=home() / "config" / "releases.toml")
    )
    citizens = load_citizens(home() / "config" / "demo" / "citizens.toml")
    data = folder / "reference.sqlite"
    try:
        store = Store(data, citizens, clock=ticks)
    except sqlite3.Error as mistake:
        raise ConfigError([f"can't use {data}: {mistake}"]) from mistake
    modern, sending = Site(create_app(store), bind("127.0.0.1", 0)), Sending(store)
    bound, admin_bound = bind("127.0.0.1", given.port), bind("127.0.0.1", given.admin_port)
    address = f"http://127.0.0.1:{bound.getsockname()[1]}"
    try:
        async with _old_side(data, given.on, alone=given.alone) as old:
            listen = Listen(port=bound.getsockname()[1], admin_port=admin_bound.getsockname()[1], public=address)
            settings = _config(folder, modern.address, listen, old, loaded)
            keeping = keep(settings, ticks)
            upstream = Upstream(settings.upstream, settings.headers, old=settings.old)
            gateway = Site(Gateway(settings, loaded, upstream, ticks, keeping), bound)
            trial = TrialCitizens([citizen.number for citizen in citizens], settings.identity_key)
            admin = Site(pages(loaded, settings, gateway.app, keeping, ticks, trial), admin_bound)
            traffic = trial_traffic.plan(loaded, citizens, ticks()) if old else []

            def ready() -> None:
                print(f"gateway      {address}\npages        {admin.address}\nmodern side  {modern.address}")
                print(f"old side     {old or 'not started: the gateway answers alone'}\ndata         {folder}\n")
                print(first_calls.text(loaded, settings, citizens[0].number, ticks()), flush=True)

            await run([admin, gateway, modern], ready, beside=_beside(settings, traffic, address))
    finally:
        sending.close()
        store.close()


async def _beside(settings: Config, traffic: Sequence[trial_traffic.Planned], address: str) -> None:
    """The receivers subscribe; then there is traffic."""
    await synchronise(settings, apply=True)
    await _traffic(traffic, address, settings.listen.prefix)


async def _traffic(calls: Sequence[trial_traffic.Planned], address: str, prefix: str) -> None:
    """Invented callers ask both sides, so that the pages have something to compare, and go on reading at leisure."""
    await trial_traffic.send(calls, address, prefix)
    again = [call for call in calls if not call.writes]
    while again:
        await trial_traffic.send(again, address, prefix, trial_traffic.LATER)


@asynccontextmanager
async def _old_side(data: Path, day: date | None, *, alone: bool) -> AsyncIterator[str]:
    """The address of the embedded old side, in a process of its own; "" where there is none."""
    from overgang.standin import available

    if alone or (reason := available()):
        if not alone:
            print(f"overgang: {reason}", file=sys.stderr)
        yield ""
        return
    command = [sys.executable, "-m", "overgang.standin", "--data", str(data), "--with-parent"]
    command += [part for name in DEVIATIONS for part in ("--deviate", name)]
    command += ["--on", day.isoformat()] if day else []
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, cwd=home())
    assert process.stdout is not None
    try:
        line = (await process.stdout.readline()).decode().strip()
        if not line.startswith("http://"):
            raise ConfigError(["the embedded old side did not start"])
        yield line
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def _config(folder: Path, modern: str, listen: Listen, old: str, loaded: Loaded) -> Config:
    key_file = folder / "identity.key"
    if not key_file.exists():
        key_file.touch(mode=0o600)
        key_file.write_text(secrets.token_hex(32))
    return Config(
        listen=listen,
        upstream={domain: Target(f"{modern}/{domain}") for domain in DOMAINS},
        wsdl=home() / "wsdl",
        codelists=home() / "config" / "codelists",
        client="pyreqwest",
        limits=Limits(),
        headers=HeaderNames(),
        identity_key=key_file.read_bytes(),
        switched_off={},
        releases=None,
        old={
            service.key: Target(f"{old}/PjakTassWCFtService/{service.version}/{service.contract.name}.svc")
            for service in loaded.services
            if old
        },
        store=f"sqlite:///{folder / 'overgang.sqlite'}",
        modes=trial_traffic.MODES if old else {},
        comparing=Comparing(
            mode=Mode.COMPARE_NEW if old else Mode.NEW,
            expected=home() / "config" / "expected-differences.toml",
            waiting=1000,
        ),
        recording=Recording(folder=folder / "recordings"),
        telemetry=Telemetry(log="text"),
        messages=MessageSettings(
            receive=listen.public,
            system="3c9f0e5a-8d41-4c57-9b1e-6f2a7d30c415",
            subscriptions=tuple(Subscription(one, tuple(kind.entity for kind in KINDS)) for one in RECEIVERS),
        ),
    )

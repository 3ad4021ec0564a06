"""`overgang replay`: recorded calls sent to a gateway and to the old side, and compared."""

import argparse
import asyncio
import dataclasses
import time
from collections.abc import Callable, Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from overgang.cli import embedded, report_terminal
from overgang.cli.home import home, loaded
from overgang.cli.urls import http_url
from overgang.core.compare.expected import Register
from overgang.core.compare.judging import judge
from overgang.core.compare.noise import Noise
from overgang.core.compare.trial_citizens import TrialCitizens
from overgang.core.values import COPENHAGEN
from overgang.reference.citizens import load_citizens
from overgang.shell import clock, replaying, settings
from overgang.shell.asking import Asking
from overgang.shell.client import Posts
from overgang.shell.config import ConfigError, Target
from overgang.shell.journal import FileJournal, JournalError, MemoryJournal
from overgang.shell.keys import derived
from overgang.shell.loading import Loaded
from overgang.shell.masks import modern_masker, old_maskers
from overgang.shell.replaying import Options, Sides
from overgang.wire import expectations, results
from overgang.wire.comparing import Comparer
from overgang.wire.expectations import ExpectationsError
from overgang.wire.recording import Recording, RecordingError, read
from overgang.wire.results import Results

INTERRUPTED: Final = 130
NOTHING_COMPARED: Final = 3
EMBEDDED: Final = "embedded"
_EVERY: Final = 5.0  # seconds between two lines of progress where there is no terminal


def arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `overgang replay`."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a recording")
    parser.add_argument("--key", type=Path, required=True, metavar="KEYFILE", help="identity.key_file of the gateway")
    parser.add_argument(
        "--against", type=_side, required=True, metavar="URL", help=f"the gateway, http://host:port; or {EMBEDDED}"
    )
    parser.add_argument(
        "--old", type=http_url, metavar="URL", help="the old side, up to the version (its recorded answers)"
    )
    parser.add_argument("--rate", type=_above_zero, metavar="N", help="calls begun per second, at most (no bound)")
    parser.add_argument("--workers", type=_workers, default=16, metavar="N", help="calls under way at once (16)")
    parser.add_argument("--citizens", type=Path, metavar="FILE", help="put these citizens in the pseudonyms' place")
    parser.add_argument(
        "--writes", action="store_true", help="send writes too: only where both sides may be written to"
    )
    parser.add_argument("--on", type=date.fromisoformat, metavar="YYYY-MM-DD", help="the day for expectations (today)")
    parser.add_argument("--results", type=Path, metavar="OUT.json", help="write the results here")
    parser.add_argument("--resume", action="store_true", help="go on where the same replay was interrupted")


def replay(given: argparse.Namespace) -> int:
    """Replay a recording; 0 when all that was compared agrees, 1 when not, 3 without any, 130 when interrupted."""
    if given.against != EMBEDDED:
        return replay_against(given, given.against.rstrip("/"), given.old.rstrip("/") if given.old else None)
    if given.old or given.resume:
        raise ConfigError(
            [f"--against {EMBEDDED} starts fresh sides of its own: neither --old nor --resume goes with it"]
        )
    given.citizens = given.citizens or home() / "config" / "demo" / "citizens.toml"
    with embedded.sides(on=None if given.on is None else given.on.isoformat()) as sides:
        return replay_against(given, sides.new, sides.old, sides.modern)


def replay_against(given: argparse.Namespace, new: str, old: str | None, modern: str = "") -> int:
    """Like replay, with the sides at these addresses; `modern` where it is known. Raises ConfigError."""
    if given.resume and given.results is None:
        raise ConfigError(["--resume needs --results: the journal of a replay stands beside them"])
    secret = _secret(given.key)
    console = report_terminal.console()
    try:
        recording = read(given.file, derived(secret, "recording"), clock.now())
        found = _run(given, recording, secret, _options(given, recording, new, old), console, modern)
    except RecordingError as mistake:
        raise ConfigError([f"{given.file}: {mistake}"]) from mistake
    except JournalError as mistake:
        raise ConfigError([str(mistake)]) from mistake
    except OSError as mistake:
        raise ConfigError([f"{mistake.filename or given.file}: {mistake.strerror}"]) from mistake
    if found is None:
        return INTERRUPTED
    report_terminal.show(found.summary, console)
    if not found.summary.parity.compared:
        return NOTHING_COMPARED
    return 1 if found.summary.parity.different else 0


def _secret(path: Path) -> bytes:
    try:
        return settings.secret(Path(), str(path))
    except ValueError as mistake:
        raise ConfigError([f"--key: {mistake}"]) from mistake


def _options(given: argparse.Namespace, recording: Recording, new: str, old: str | None) -> Options:
    answers = "the old side's answers" if old else "the recorded answers"
    source = f"{given.file.name} ({recording.calls} calls of {recording.header.gateway}) against {answers}"
    return Options(new, old, given.rate, given.workers, given.writes, source)


def _run(
    given: argparse.Namespace, recording: Recording, secret: bytes, options: Options, console: Console, modern: str
) -> Results | None:
    """The results, written where they are wanted; None when it was interrupted."""
    everything = loaded()
    _warn(recording, everything, console)
    path: Path | None = given.results
    place = None if path is None else path.with_name(f"{path.name}.progress")
    journal = (
        MemoryJournal() if place is None else FileJournal(place, _about(given, recording, options), resume=given.resume)
    )
    try:
        found = asyncio.run(_replayed(given, recording, everything, secret, options, journal, console, modern))
    except KeyboardInterrupt:
        console.print(
            "interrupted" + (f"; --resume goes on from {place}" if place else ""), markup=False, soft_wrap=True
        )
        return None
    finally:
        if isinstance(journal, FileJournal):
            journal.close()
    if path is not None:
        path.write_text(results.dumps(found), encoding="utf-8")
        path.chmod(0o600)
    if isinstance(journal, FileJournal):
        journal.remove()
    return found


async def _replayed(
    given: argparse.Namespace,
    recording: Recording,
    everything: Loaded,
    secret: bytes,
    options: Options,
    journal: MemoryJournal | FileJournal,
    console: Console,
    modern: str,
) -> Results:
    posts, asking = Posts(), None
    if modern:
        targets = {domain: Target(f"{modern}/{domain}") for domain in embedded.DOMAINS}
        asking = Asking(everything, targets, derived(secret, "replay"))
    try:
        with _Shown(recording.calls, console) as shown:
            sides = sides_of(everything, posts, secret, given.citizens, given.on)
            if asking is not None:
                masker = modern_masker(everything, derived(secret, "pseudonyms"))
                sides = dataclasses.replace(sides, asks=asking, modern=masker)
            return await replaying.replay(recording, options, sides, journal, shown.tell)
    finally:
        await posts.close()
        if asking is not None:
            await asking.close()


def sides_of(
    everything: Loaded, posts: replaying.Posts, secret: bytes, citizens: Path | None, on: date | None
) -> Sides:
    """What a replay works with, of this checkout's contracts and expectations. Raises ConfigError."""
    contracts = {service.key: service.contract for service in everything.services}
    comparers = {key: Comparer(contract) for key, contract in contracts.items()}
    register, noise = _register(everything), Noise()
    day = on or clock.now().astimezone(COPENHAGEN).date()
    areas = everything.area_names
    pseudonyms = derived(secret, "pseudonyms")
    return Sides(
        posts=posts,
        maskers=old_maskers(everything, pseudonyms),
        compare=lambda call, old, new: comparers[call.service].compare(call.operation, old, new),
        judge=lambda call, found: judge(
            found, operation=f"{call.service}/{call.operation}", day=day, register=register, noise=noise
        ),
        writes=_writes(everything),
        area=lambda service, operation: areas.get((service, operation), ""),
        prepared=_prepared(citizens, pseudonyms),
    )


def _writes(everything: Loaded) -> Callable[[str, str], bool]:
    """An operation that is not known here may write."""
    reads = {
        (service.key, bridge.contract.name)
        for service in everything.services
        for bridge in service.bridges.values()
        if not bridge.writes
    }
    return lambda service, operation: (service, operation) not in reads


def _prepared(citizens: Path | None, key: bytes) -> Callable[[bytes], bytes]:
    if citizens is None:
        return lambda body: body
    try:
        numbers = [citizen.number for citizen in load_citizens(citizens) if not citizen.dead]
    except (OSError, ValueError, KeyError, TypeError) as mistake:
        raise ConfigError([f"--citizens: {citizens} is no readable file of citizens"]) from mistake
    return TrialCitizens(numbers, key).put_in


def _register(everything: Loaded) -> Register:
    path = home() / "config" / "expected-differences.toml"
    rules = {law.id for area in everything.areas for law in area.laws}
    operations = {service.key: set(service.contract.operations) for service in everything.services}
    try:
        return expectations.load(path, rules=rules, operations=operations) if path.is_file() else Register()
    except ExpectationsError as mistake:
        raise ConfigError(mistake.lines) from mistake


def _about(given: argparse.Namespace, recording: Recording, options: Options) -> Mapping[str, Any]:
    """What has to be the same for a replay to go on."""
    citizens = given.citizens
    return {
        "recording": recording.identity,
        "against": options.new,
        "old": options.old,
        "writes": options.send_writes,
        "on": None if given.on is None else given.on.isoformat(),
        "citizens": sha256(citizens.read_bytes()).hexdigest() if citizens is not None and citizens.is_file() else None,
    }


def _warn(recording: Recording, everything: Loaded, console: Console) -> None:
    """Contracts that are not those of the recording."""
    here = {
        service.key: sha256(service.contract.documents[service.contract.file]).hexdigest()
        for service in everything.services
    }
    for key, digest in recording.header.contracts.items():
        if here.get(key) != digest:
            what = "is not here" if key not in here else "has changed since the recording"
            console.print(f"warning: the contract {key} {what}", highlight=False, markup=False, soft_wrap=True)


class _Shown:
    """Progress: a bar on a terminal, else a line every few seconds."""

    def __init__(self, total: int, console: Console) -> None:
        self._total, self._console = total, console
        self._last = time.perf_counter()
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("replaying", total=total)

    def __enter__(self) -> "_Shown":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def tell(self, progress: replaying.Progress) -> None:
        now = time.perf_counter()
        if progress.done < self._total and now - self._last < (0.1 if self._console.is_terminal else _EVERY):
            return
        self._last = now
        compared = progress.agreeing + progress.different  # of this run; what is left out costs nothing
        speed = compared / progress.seconds if progress.seconds else 0.0
        text = f"{progress.different} differ, {progress.left_out} left out, {speed:.0f} compared per second"
        if self._console.is_terminal:
            self._bar.update(self._task, completed=progress.done, description=text)
        else:
            self._console.print(
                f"{progress.done} of {self._total}: {text}", highlight=False, markup=False, soft_wrap=True
            )


def _above_zero(text: str) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError("expected a number above 0")
    return number


def _side(text: str) -> str:
    return text if text == EMBEDDED else http_url(text)


def _workers(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 256:
        raise argparse.ArgumentTypeError("expected 1 to 256")
    return number

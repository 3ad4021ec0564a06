"""python -m overgang.standin: serve the old side on 127.0.0.1 until SIGINT or SIGTERM.

Its address is the first line of standard output. With --data FILE it answers from the file of a modern side.
"""

import argparse
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Thread
from zoneinfo import ZoneInfo

import uvicorn

import overgang
from overgang.reference.citizens import load_citizens
from overgang.reference.store import Store
from overgang.standin import available

_DANISH = ZoneInfo("Europe/Copenhagen")


def main() -> int:
    """0 when told to stop, 2 when it can't be done."""
    if reason := available():
        sys.stderr.write(f"overgang.standin: {reason}\n")
        return 2
    from overgang.standin import create_app
    from overgang.standin.app import OPERATIONS
    from overgang.standin.deviations import DeviationError, parse

    given = _arguments()
    try:
        chosen = [parse(text, OPERATIONS) for text in given.deviate]
    except DeviationError as mistake:
        sys.stderr.write(f"overgang.standin: {mistake}\n")
        return 2
    if given.with_parent:
        Thread(target=_end_with_parent, args=[os.getppid()], daemon=True).start()
    home = _home()
    citizens = load_citizens(given.citizens or home / "config" / "demo" / "citizens.toml")
    store = Store(given.data, citizens, clock=lambda: _now(given.on))
    app = create_app(store, home / "wsdl", home / "config" / "codelists", chosen, seed=given.seed)
    with socket.create_server(("127.0.0.1", given.port)) as listener:
        sys.stdout.write(f"http://127.0.0.1:{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        config = uvicorn.Config(app, lifespan="off", log_level="warning", access_log=False, server_header=False)
        _Server(config).run(sockets=[listener])
    store.close()
    return 0


class _Server(uvicorn.Server):
    """Ends in good order on either signal and does not raise it once more, so that the store is closed."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, self.handle_exit)
        yield


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m overgang.standin", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--data", default=":memory:", help="the database file; without it nothing is kept")
    parser.add_argument("--citizens", type=Path, help="what a new database begins with (config/demo/citizens.toml)")
    parser.add_argument("--on", type=date.fromisoformat, metavar="YYYY-MM-DD", help="answer as of this day (today)")
    parser.add_argument(
        "--deviate",
        action="append",
        default=[],
        metavar="NAME[:OPERATION[:SHARE]]",
        help="answer otherwise on purpose; may be repeated, GET /deviations lists them",
    )
    parser.add_argument("--seed", type=int, default=0, help="chooses which calls and elements deviate (0)")
    parser.add_argument("--with-parent", action="store_true", help="end when the process that started it has ended")
    return parser.parse_args()


def _end_with_parent(parent: int) -> None:
    """A parent that was killed can't stop it any more."""
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


def _now(day: date | None) -> datetime:
    """The time, or today's time of day on another day."""
    now = datetime.now(UTC)
    return now if day is None else datetime.combine(day, now.astimezone(_DANISH).time(), _DANISH).astimezone(UTC)


def _home() -> Path:
    """The folder with wsdl/ and config/: the working folder, or the checkout the package is installed from."""
    here = Path.cwd()
    return here if (here / "wsdl").is_dir() else Path(overgang.__file__).parents[2]


if __name__ == "__main__":
    sys.exit(main())

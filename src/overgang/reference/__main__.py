"""python -m overgang.reference [--port N] [--data FILE] [--citizens FILE]: serve the modern side on 127.0.0.1."""

import argparse
import socket
import sys
from contextlib import suppress
from pathlib import Path

import uvicorn

from overgang.reference.app import create_app
from overgang.reference.citizens import load_citizens
from overgang.reference.sending import Sending
from overgang.reference.store import Store


def main() -> None:
    """Print the address as the first line of standard output, then serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m overgang.reference", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--data", default=":memory:", help="the database file; without it nothing is kept")
    parser.add_argument("--citizens", type=Path, default=Path("config/demo/citizens.toml"))
    given = parser.parse_args()
    store = Store(given.data, load_citizens(given.citizens))
    sending = Sending(store)
    # Uvicorn ends in good order on Ctrl-C and then hands the interrupt on.
    with suppress(KeyboardInterrupt), socket.create_server(("127.0.0.1", given.port)) as listener:
        sys.stdout.write(f"http://127.0.0.1:{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        # The access log would hold the citizen number that one documented path carries.
        config = uvicorn.Config(create_app(store), log_level="warning", access_log=False)
        uvicorn.Server(config).run(sockets=[listener])
    sending.close()
    store.close()


if __name__ == "__main__":
    main()

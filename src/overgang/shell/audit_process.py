"""The process that writes the audit: started by a gateway, with the number of the socket between them."""

import logging
import signal
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from overgang.shell.audit_apart import first, serve
from overgang.shell.logs import logging_to_stderr
from overgang.shell.scribe import Scribe
from overgang.shell.signing import Signer
from overgang.shell.store.errors import StoreError
from overgang.shell.store.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Setup:
    """What the process is told first: the store, its keys, the secrets that heads are signed by, their file, log."""

    url: str = field(repr=False)
    keys: Sequence[bytes] = field(repr=False)
    secrets: Sequence[bytes] = field(repr=False)
    heads: Path | None = None
    log: str = "json"


def main(number: str) -> int:
    """Serve until the other end of the socket is closed."""
    for name in (signal.SIGINT, signal.SIGTERM):  # told to the gateway too, which ends this once it has answered
        signal.signal(name, signal.SIG_IGN)
    with socket.socket(fileno=int(number)) as link:
        setup: Setup = first(link)
        with logging_to_stderr(setup.log):
            return _serve(link, setup)


def _serve(link: socket.socket, setup: Setup) -> int:
    try:
        ledger = Ledger(setup.url, setup.keys[0], old_keys=setup.keys[1:])
    except StoreError as mistake:
        logging.getLogger("overgang.audit").error("the audit's writer can't open the store: %s", mistake)
        return 1
    try:
        serve(link, Scribe(ledger, Signer(setup.secrets), setup.heads))
    finally:
        ledger.close()
    return 0


if __name__ == "__main__":
    # By its name, so that what is pickled here and there is of the same class.
    from overgang.shell import audit_process

    sys.exit(audit_process.main(sys.argv[1]))

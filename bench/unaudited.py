"""The command `overgang` with a gateway that writes nothing down of its calls: to see what doing so costs."""

import sys

from overgang.cli.main import main
from overgang.shell import keeping
from overgang.shell.auditing import Auditor
from overgang.shell.books import NoBooks
from overgang.shell.clock import Clock
from overgang.shell.store.ledger import Ledger


class Nothing(NoBooks):
    """In the place of the books of a store."""

    def __init__(self, auditor: Auditor, ledger: Ledger, clock: Clock) -> None:
        self._auditor = auditor

    def tend(self) -> None:
        return

    def close(self) -> None:
        self._auditor.close()


if __name__ == "__main__":
    keeping.Kept = Nothing  # type: ignore[assignment, attr-defined, misc]
    sys.exit(main())

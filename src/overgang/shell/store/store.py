"""The store: all of its parts on one database."""

from overgang.shell.store.bounds import Bounded
from overgang.shell.store.comparing import Comparing
from overgang.shell.store.ledger import Ledger
from overgang.shell.store.modes import Modes
from overgang.shell.store.noise import NoiseCounts
from overgang.shell.store.pushes import Pushes
from overgang.shell.store.reading import Reading
from overgang.shell.store.retention import Retention
from overgang.shell.store.sequences import Sequences
from overgang.shell.store.uses import Uses


class Store(Modes, Uses, Comparing, Reading, NoiseCounts, Sequences, Pushes, Bounded, Ledger, Retention):
    """What the gateway keeps. Every method is synchronous and short, and may be called from any thread."""

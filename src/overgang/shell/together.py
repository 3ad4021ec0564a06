"""Old and new together: the switch between them, what happens beside the calls, and recordings."""

import asyncio

from overgang.core.compare.expected import Register
from overgang.core.compare.noise import of_rows
from overgang.core.errors import Fault
from overgang.shell.accounts import Account
from overgang.shell.beside import Besides, Judges, Sides
from overgang.shell.books import Books, NoBooks
from overgang.shell.clock import Clock
from overgang.shell.config import Config
from overgang.shell.driver import Driver, Rehearsing, Sends
from overgang.shell.keeping import Keeping
from overgang.shell.keys import derived
from overgang.shell.loading import Loaded
from overgang.shell.masks import modern_masker, old_maskers
from overgang.shell.recorder import Recorder
from overgang.shell.soap_ingress import SoapFace
from overgang.shell.switching import Switch
from overgang.shell.upstream import Upstream
from overgang.wire import expectations
from overgang.wire.comparing import Comparer


class Lookup(NoBooks):
    """The books of a rehearsal: nothing is written to the modern side, but what is read there is written down."""

    def __init__(self, books: Books) -> None:
        self._books = books

    async def read(self, account: Account, status: int = 200) -> None:
        await self._books.read(account, status)

    async def refused(self, account: Account, fault: Fault) -> None:
        await self._books.refused(account, fault)


class Together:
    """The switch before a SoapFace, with what it needs."""

    def __init__(
        self,
        config: Config,
        loaded: Loaded,
        upstream: Upstream,
        face: SoapFace,
        keeping: Keeping,
        clock: Clock,
        asked: Sends | None = None,
    ) -> None:
        """`asked` is the modern side that is read beside the calls, where it is not `upstream` alone."""
        services = {service.key: service for service in loaded.services}
        contracts = {key: service.contract for key, service in services.items()}
        secret = config.identity_key
        masking = old_maskers(loaded, derived(secret, "pseudonyms"))
        areas = loaded.area_names
        self.recorder = Recorder(
            config.recording,
            services,
            masking,
            (derived(secret, "sampling"), derived(secret, "recording")),
            clock,
        )
        keeping.tend(self.recorder.tend)
        judges = Judges(
            comparers={key: Comparer(contract) for key, contract in contracts.items()},
            maskers=masking,
            register=register(config, loaded),
            noise=of_rows(*keeping.store.noise_rows()),
            areas=areas,
            declared={key: modern.contract.error_codes for key, modern in loaded.modern.items()},
            key=derived(secret, "sampling"),
            modern=modern_masker(loaded, derived(secret, "pseudonyms")),
        )
        rehearsing = SoapFace(
            Driver(loaded.modern, Rehearsing(asked or upstream)),
            loaded.codelists,
            config.limits,
            secret,
            config.switched_off,
            upstream,
            books=Lookup(keeping.books),
            signatures=face.signatures,
        )
        sides = Sides(face, rehearsing, upstream)
        self.besides = Besides(sides, judges, config.comparing, keeping.writer, self.recorder.offer)
        self.switch = Switch(
            face, upstream, keeping.modes, self.besides, self.recorder, keeping.writer.put_use, areas, keeping.books
        )

    async def close(self) -> None:
        """Give up what is beside the calls, and seal a recording that is under way."""
        try:
            await self.besides.close()
        finally:
            await asyncio.to_thread(self.recorder.close)


def register(config: Config, loaded: Loaded) -> Register:
    """The expected differences; none where no file is configured. Raises ExpectationsError."""
    if config.comparing.expected is None:
        return Register()
    rules = {law.id for area in loaded.areas for law in area.laws}
    operations = {service.key: set(service.contract.operations) for service in loaded.services}
    return expectations.load(config.comparing.expected, rules=rules, operations=operations)

"""Whether a gateway can answer, per area: it takes calls, keeps what it must, and its modern services are there.

Liveness is another question, and depends on nothing outside of the process.
"""

from collections.abc import Callable, Mapping

from overgang.shell.loading import Loaded

READY = "ready"


class Readiness:
    """Asked for each probe. `draining` and `keeps` tell of the gateway; `open_services` are domains shut off."""

    def __init__(
        self,
        loaded: Loaded,
        draining: Callable[[], bool] = lambda: False,
        keeps: Callable[[], bool] = lambda: True,
        open_services: Callable[[], frozenset[str]] = frozenset,
    ) -> None:
        domains = {modern.contract.id: modern.contract.domain for modern in loaded.modern.values()}
        self._needs: Mapping[str, frozenset[str]] = {
            area.name: frozenset(
                domains[id]
                for service in area.services
                for operation in service.operations
                for id in operation.modern
                if id in domains
            )
            for area in loaded.areas
        }
        self._draining, self._keeps, self._open = draining, keeps, open_services

    def areas(self) -> dict[str, str]:
        """Each area's word: "ready", or why not."""
        if self._draining():
            return dict.fromkeys(self._needs, "stopping")
        if not self._keeps():
            return dict.fromkeys(self._needs, "the store is out of reach")
        shut = self._open()
        return {
            area: f"out of reach: {', '.join(sorted(needed & shut))}" if needed & shut else READY
            for area, needed in self._needs.items()
        }

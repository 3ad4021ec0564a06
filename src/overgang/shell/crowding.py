"""Which modern services a path leads to, and whether any of them has a place left: known before a call is read."""

from collections.abc import Callable, Mapping

from overgang.shell.services import Service
from overgang.shell.soap_ingress import Bridged


class Crowding:
    """`addresses` are the old services by path, `services` the modern ones by domain.

    `alone` tells by an old service's key whether the modern side alone answers its calls now.
    """

    def __init__(
        self, addresses: Mapping[str, Bridged], services: Mapping[str, Service], alone: Callable[[str], bool]
    ) -> None:
        self._old = {path.encode(): (one.key, _needed(one, services)) for path, one in addresses.items()}
        self._new = {domain.encode(): service for domain, service in services.items()}
        self._alone = alone

    def full(self, path: bytes) -> bool:
        """Whether no service that a call to this path may need would take it: carrying it on would only cost."""
        known = self._old.get(path)
        if known is not None:
            key, needed = known
            return bool(needed) and all(service.full for service in needed) and self._alone(key)
        service = self._new.get(path[1:].partition(b"/")[0])
        return service is not None and service.full


def _needed(bridged: Bridged, services: Mapping[str, Service]) -> list[Service]:
    """Those that its calls lead to; none where one of them may be answered without."""
    led = [bridge.domains for bridge in bridged.bridges.values()]
    domains = frozenset[str]().union(*led)
    return [services[domain] for domain in domains] if all(led) and domains <= services.keys() else []

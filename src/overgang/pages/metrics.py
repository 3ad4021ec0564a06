"""/metrics: what the gateway has counted so far, in Prometheus's text format. No label comes from a caller."""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from itertools import accumulate
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from overgang import __version__
from overgang.shell.app import Gateway
from overgang.shell.observing import BOUNDS, Times
from overgang.shell.services import Service

Counts = Callable[[], Mapping[str, int]]


def routes(gateway: Gateway, reachable: Callable[[], bool], drops: Counts) -> list[Route]:
    """GET /metrics. `reachable`: the store answers; `drops`: what was not done beside the calls, by why."""
    told = Exposition(gateway, reachable, drops)

    async def metrics(_: Request) -> Response:
        return Response(told.text, media_type="text/plain; version=0.0.4; charset=utf-8")

    return [Route("/metrics", metrics)]


class Exposition:
    """Reads the gateway's tallies whenever it is asked; the library is loaded the first time."""

    def __init__(self, gateway: Gateway, reachable: Callable[[], bool], drops: Counts) -> None:
        self._gateway, self._reachable, self._drops = gateway, reachable, drops

    @property
    def text(self) -> bytes:
        from prometheus_client.exposition import generate_latest

        made: bytes = generate_latest(self._registry)
        return made

    @cached_property
    def _registry(self) -> Any:
        from prometheus_client.process_collector import ProcessCollector
        from prometheus_client.registry import CollectorRegistry

        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        ProcessCollector(registry=registry)
        return registry

    def collect(self) -> Iterator[Any]:
        """The families of the gateway's own."""
        from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily

        observer, admission = self._gateway.observer, self._gateway.admission
        labels = ["face", "service", "operation", "outcome"]
        yield _times("overgang_call_seconds", "Calls, by what they were of and came to.", labels, observer.calls)
        told = "Requests to modern and old services, by their reply's class or what kept it from coming."
        yield _times("overgang_upstream_seconds", told, ["service", "outcome"], _single(observer.upstream))
        rules = CounterMetricFamily("overgang_rules_applied", "Calls that a rule was applied to.", labels=["rule"])
        for rule, count in sorted(observer.rules.items()):
            rules.add_metric([rule], count)
        yield rules
        yield GaugeMetricFamily("overgang_calls_under_way", "Calls that are being answered.", admission.under_way)
        refused = "Calls that were refused because too many were under way."
        yield CounterMetricFamily("overgang_calls_turned_away", refused, admission.refused)
        yield from _services(self._gateway.services)
        drops = CounterMetricFamily("overgang_beside_left_out", "Comparisons that were not made.", labels=["why"])
        for why, count in sorted(self._drops().items()):
            drops.add_metric([why], count)
        yield drops
        yield GaugeMetricFamily("overgang_store_reachable", "1 while the store answers.", int(self._reachable()))
        yield InfoMetricFamily("overgang", "What runs here.", {"version": __version__})


def _services(services: Mapping[str, Service]) -> Iterator[Any]:
    from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily

    states = GaugeMetricFamily("overgang_breaker_open", "1 while a service is not asked.", labels=["service"])
    said = "What was done to requests: attempts, retries, no budget, busy, open."
    counts = CounterMetricFamily("overgang_upstream_requests", said, labels=["service", "what"])
    for name, service in sorted(services.items()):
        states.add_metric([name], int(service.state == "open"))
        for what, count in sorted(service.counts.items()):
            counts.add_metric([name, what], count)
    yield states
    yield counts


def _single(times: Mapping[tuple[str, str], Times]) -> Mapping[tuple[str, ...], Times]:
    return {(service, outcome): one for (service, outcome), one in times.items()}


def _times(name: str, told: str, labels: list[str], times: Mapping[Any, Times]) -> Any:
    from prometheus_client.metrics_core import HistogramMetricFamily

    family = HistogramMetricFamily(name, told, labels=labels)
    bounds = [*map(str, BOUNDS), "+Inf"]
    for values, one in sorted(times.items()):
        counts = list(accumulate(one.classes))
        family.add_metric(list(values), list(zip(bounds, counts, strict=True)), one.seconds)
    return family

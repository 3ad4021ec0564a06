"""/metrics: what the gateway has counted so far, in Prometheus's text format. No label comes from a caller."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from itertools import accumulate
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from overgang import __version__
from overgang.core.organisations import told as named
from overgang.shell.app import Gateway
from overgang.shell.clock import Clock
from overgang.shell.observing import BOUNDS, Times
from overgang.shell.services import Service
from overgang.shell.store.errors import StoreError
from overgang.shell.store.values import Queue

Counts = Callable[[], Mapping[str, int]]
Queued = Callable[[], Sequence[Queue]]


def routes(gateway: Gateway, reachable: Callable[[], bool], drops: Counts, queues: Queued, ticks: Clock) -> list[Route]:
    """GET /metrics. `reachable`: the store answers; `drops`: what was not done beside the calls, by why; `queues`: the
    receivers' queues. Those two ask the store, in a thread; while it fails they are left out.
    """
    told = Exposition(gateway, reachable, drops, queues, ticks)

    async def metrics(_: Request) -> Response:
        await run_in_threadpool(told.look)
        return Response(told.text, media_type="text/plain; version=0.0.4; charset=utf-8")

    return [Route("/metrics", metrics)]


class Exposition:
    """Reads the gateway's tallies whenever it is asked; the library is loaded the first time."""

    def __init__(
        self, gateway: Gateway, reachable: Callable[[], bool], drops: Counts, queues: Queued, ticks: Clock
    ) -> None:
        self._gateway, self._reachable, self._drops = gateway, reachable, drops
        self._queues, self._ticks = queues, ticks
        self._stored: tuple[Mapping[str, int], Sequence[Queue]] = {}, ()

    def look(self) -> None:
        """Read what the store counts."""
        try:
            self._stored = self._drops(), self._queues()
        except StoreError:
            self._stored = {}, ()

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
        left_out, queues = self._stored
        drops = CounterMetricFamily("overgang_beside_left_out", "Comparisons that were not made.", labels=["why"])
        for why, count in sorted(left_out.items()):
            drops.add_metric([why], count)
        yield drops
        yield from self._messages(queues)
        yield from self._webhooks()
        yield GaugeMetricFamily("overgang_store_reachable", "1 while the store answers.", int(self._reachable()))
        yield InfoMetricFamily("overgang", "What runs here.", {"version": __version__})

    def _messages(self, queues: Sequence[Queue]) -> Iterator[Any]:
        """The receivers' queues. Receivers that are told alike are counted together."""
        from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily

        by_receiver: dict[str, list[Queue]] = {}
        for queue in queues:
            by_receiver.setdefault(named(queue.receiver), []).append(queue)
        now, label = self._ticks(), ["receiver"]
        states = "Messages by what became of them; those handed out are among those that wait."
        counts = GaugeMetricFamily("overgang_messages", states, labels=["receiver", "state"])
        ages = GaugeMetricFamily("overgang_messages_oldest_age_seconds", "Age of the oldest that waits.", labels=label)
        dropped = CounterMetricFamily("overgang_messages_dropped", "Messages that were dropped.", labels=label)
        alarms = GaugeMetricFamily("overgang_messages_alarm", "1 while a queue is nearly full.", labels=label)
        waiting = GaugeMetricFamily("overgang_webhooks_waiting", "Webhooks that are to be sent.", labels=label)
        given_up = GaugeMetricFamily("overgang_webhooks_given_up", "Webhooks that were given up.", labels=label)
        for receiver, own in sorted(by_receiver.items()):
            for state in Queue.COUNTS:
                counts.add_metric([receiver, state], sum(getattr(one, state) for one in own))
            oldest = min((one.oldest for one in own if one.oldest is not None), default=now)
            ages.add_metric([receiver], max(now - oldest, timedelta()).total_seconds())
            dropped.add_metric([receiver], sum(one.dropped for one in own))
            alarms.add_metric([receiver], int(any(one.alarm is not None for one in own)))
            waiting.add_metric([receiver], sum(one.pushes for one in own))
            given_up.add_metric([receiver], sum(one.dead_pushes for one in own))
        yield from (counts, ages, dropped, alarms, waiting, given_up)

    def _webhooks(self) -> Iterator[Any]:
        """What this gateway was told by the modern side, and what it told others."""
        from prometheus_client.metrics_core import CounterMetricFamily

        labels, receives, sends = ["entity", "outcome"], self._gateway.webhooks, self._gateway.pushing
        received = CounterMetricFamily("overgang_webhooks_received", "Events of the modern side.", labels=labels)
        for (entity, outcome), n in sorted(receives.counts.items()) if receives is not None else ():
            received.add_metric([entity, outcome], n)
        sent = CounterMetricFamily("overgang_webhooks_sent", "Attempts to send a webhook.", labels=["outcome"])
        for outcome, n in sorted(sends.counts.items()) if sends is not None else ():
            sent.add_metric([outcome], n)
        yield received
        yield sent


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

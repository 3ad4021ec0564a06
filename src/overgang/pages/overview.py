"""The first page: who is ready for what, what ends when, how parity moves, what is new and unexplained."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce

from starlette.requests import Request
from starlette.responses import Response

from overgang.core.compare.values import Label, Mode, Use
from overgang.core.retirement import Release
from overgang.pages.charts import TREND_DAYS, trend
from overgang.pages.rendering import Site
from overgang.pages.standing import Standing, Traffic, plus, recent, standing, summed, traffic
from overgang.shell.store.values import ANY, Cluster, ParityRow, Verdicts

_NEWEST = 6


@dataclass(frozen=True, slots=True)
class Cell:
    """One caller in one area; `traffic` is that of the last 30 days."""

    standing: Standing
    traffic: Traffic


@dataclass(frozen=True, slots=True)
class Countdown:
    """A release and what it does to how many old services; `days` until it, negative after it."""

    release: Release
    days: int
    deprecated: tuple[str, ...]
    replaced: tuple[str, ...]


def show(site: Site, request: Request) -> Response:
    """GET /"""
    source, today = site.source, site.today
    rows, uses = source.parity(), recent(source, today)
    days = source.trend(TREND_DAYS)
    callers = sorted({row.caller for row in rows} | {use.caller for use in uses})
    return site.page(
        request,
        "overview.html",
        section="overview",
        areas=site.loaded.areas,
        callers=callers,
        matrix=matrix(site, rows, uses, [ANY, *callers]),
        whole=standing(reduce(plus, (day.verdicts for day in days), Verdicts()), site.gate),
        releases=countdowns(site, today),
        sunsets=_sunsets(site, today),
        trend=trend(days, site.gate, today),
        newest=_newest(source.clusters(label=Label.UNEXPLAINED)),
        drops=sorted(source.drops().items(), key=lambda drop: -drop[1]),
        modes=_modes(site),
        exceptions=[row for row in source.modes() if row.scope.caller != ANY],
    )


def matrix(
    site: Site, rows: Sequence[ParityRow], uses: Sequence[Use], callers: Sequence[str]
) -> dict[tuple[str, str], Cell]:
    """A cell by caller and area, ANY for all callers together; cells without comparisons and calls are there too."""
    area_of = {(service.key, bridge.contract.name): area.name for area, service, bridge in site.bridged()}
    compared = summed(rows, lambda row: (row.caller, area_of.get((row.service, row.operation), "")))
    compared |= summed(rows, lambda row: (ANY, area_of.get((row.service, row.operation), "")))
    calls = {**traffic(uses, lambda use: (use.caller, use.area)), **traffic(uses, lambda use: (ANY, use.area))}
    return {
        (caller, area.name): Cell(
            standing(compared.get((caller, area.name), Verdicts()), site.gate),
            calls.get((caller, area.name), Traffic()),
        )
        for caller in callers
        for area in site.loaded.areas
    }


def countdowns(site: Site, today: date) -> list[Countdown]:
    """The releases that concern old services, in order of their days."""
    known: dict[Release, tuple[list[str], list[str]]] = {}
    for service in site.loaded.services:
        if (told := service.retirement) is not None:
            known.setdefault(told.deprecated, ([], []))[0].append(service.key)
            known.setdefault(told.replaced, ([], []))[1].append(service.key)
    return [
        Countdown(release, (release.day - today).days, tuple(deprecated), tuple(replaced))
        for release, (deprecated, replaced) in sorted(known.items(), key=lambda one: one[0].day)
    ]


def _sunsets(site: Site, today: date) -> list[tuple[str, date, int]]:
    """The last days that are decided here: service, day, days until it."""
    return sorted(
        (service.key, service.retirement.sunset, (service.retirement.sunset - today).days)
        for service in site.loaded.services
        if service.retirement is not None and service.retirement.sunset is not None
    )


def _newest(clusters: Sequence[Cluster]) -> list[Cluster]:
    return sorted(clusters, key=lambda cluster: cluster.first, reverse=True)[:_NEWEST]


def _modes(site: Site) -> list[tuple[Mode, int]]:
    """How many bridged operations have which mode for callers without one of their own."""
    found = Counter(site.source.mode(service.key, bridge.contract.name, ANY) for _, service, bridge in site.bridged())
    return [(mode, found[mode]) for mode in Mode]

"""The first page."""

from datetime import date

import pytest

from invented_source import NOW, Invented
from overgang.core.compare.values import Use
from overgang.pages.overview import countdowns, matrix
from overgang.pages.rendering import Site
from overgang.shell.store.values import ANY, ParityRow, Verdicts
from pages_client import LISTEN, ask, everything, filled, operations, pages, tree, words

SERVICE, OPERATION = "AbsenceRegistrationService/7", "CreateAbsence"


def site(source: Invented) -> Site:
    return Site(everything(), LISTEN, source, lambda: NOW)


def row(caller: str, equal: int, different: int) -> ParityRow:
    return ParityRow(Verdicts(equal, 0, 0, different), "fravaer", SERVICE, OPERATION, caller)


def use(face: str, calls: int, caller: str = "8/101") -> Use:
    return Use("2025-02-01", caller, face, "fravaer", SERVICE, OPERATION, calls, 0, NOW)


def test_a_cell_has_the_lower_bound_the_sample_and_what_is_left_over_soap() -> None:
    rows = [row("8/101", 400, 0), row("8/751", 20, 0)]
    cells = matrix(site(Invented()), rows, [use("soap", 30), use("rest", 90)], [ANY, "8/101", "8/751"])

    own, other, all_of_them = (cells[caller, "fravaer"] for caller in ("8/101", "8/751", ANY))
    assert (own.standing.state, own.standing.sample, own.traffic.moved) == ("ready", 400, 0.75)
    assert (other.standing.state, other.traffic.moved) == ("too-few", None)
    assert (all_of_them.standing.sample, all_of_them.traffic.moved) == (420, 0.75)
    assert cells["8/101", "joblog"].standing.state == "none"


def test_the_releases_count_down_and_say_what_is_assumed() -> None:
    found = countdowns(site(Invented()), date(2025, 3, 15))

    assert [(one.release.name, one.days) for one in found] == [("2024-4", -97), ("2025-1", 1), ("2025-2", 92)]
    assert [one.release.assumed for one in found] == [False, True, True]
    assert "JoblogService/2" in found[2].replaced
    page = tree(ask(pages(), "/"))
    shown = [words(item) for item in page.xpath("//ol[@class='releases']/li")]
    assert shown[0].startswith("2024-4 8 Dec 2024 64 days ago")
    assert shown[1].startswith("2025-1 16 Mar 2025 assumed in 34 days")


def test_the_newest_unexplained_differences_are_named_and_no_explained_ones() -> None:
    page = tree(ask(pages(filled()), "/"))

    labels = {words(tag) for tag in page.xpath("//table[@class='clusters']//span[contains(@class, 'tag')]")}
    assert labels == {"unexplained"}
    assert page.xpath("//table[@class='clusters']//th[@scope='row']/a/@href") == [
        "/differences?cluster=c0",
        "/differences?cluster=c9",
    ]


def test_what_was_not_compared_is_counted_by_its_reason() -> None:
    page = tree(ask(pages(filled()), "/"))

    assert [words(one) for one in page.xpath("//dl[@class='drops']/div")] == [
        "outside of the sample 8,123",
        "the queue was full 14",
    ]


def test_the_modes_are_counted_over_all_operations() -> None:
    page = tree(ask(pages(filled()), "/"))

    tally = [words(item) for item in page.xpath("//ul[@class='tally']/li")]
    assert [line.split()[0] for line in tally] == ["1", "1", "0", str(len(operations()) - 2)]


@pytest.mark.parametrize("days", [0, 1])
def test_a_trend_is_drawn_as_soon_as_a_day_was_compared(days: int) -> None:
    source = filled()
    source.days = source.days[-days:] if days else ()

    page = tree(ask(pages(source), "/"))

    assert len(page.xpath("//figure[@class='trend']//svg//polyline")) == days
    assert len(page.xpath("//figure[@class='trend']//tbody/tr")) == days
    assert len(page.xpath("//*[@class='whisker']")) == days  # a band needs more days to be seen

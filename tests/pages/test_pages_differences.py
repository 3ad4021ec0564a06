"""What differed: the list, and one comparison."""

import pytest

from invented_source import CALLERS
from overgang.wire.cases import parse
from pages_client import ask, filled, pages, tree, words

APP = pages(filled())


def count(query: str) -> str:
    return words(tree(ask(APP, f"/differences{query}")).xpath("//*[@id='count']")[0])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "1–25 of 60"),
        ("?page=3", "51–60 of 60"),
        ("?page=99", "51–60 of 60"),
        ("?page=0", "1–25 of 60"),
        ("?page=-1", "1–25 of 60"),
        ("?page=" + "9" * 400, "1–25 of 60"),
        ("?verdict=undecided", "1–20 of 20"),
        ("?verdict=different&caller=2/81", "1–10 of 10"),
        ("?cause=fraction", "1–20 of 20"),
        ("?cause=no-such-cause", "None"),
        ("?operation=CreateAbsence", "None"),
        ("?service=PersonHistoryService/1&operation=GetPersonHistory", "1–25 of 60"),
        ("?verdict=nonsense", "1–25 of 60"),
    ],
)
def test_the_list_is_filtered_and_paged(query: str, expected: str) -> None:
    assert count(query) == expected


def test_the_pager_keeps_the_filters() -> None:
    page = tree(ask(APP, "/differences?service=PersonHistoryService/1&page=2"))

    links = page.xpath("//nav[@class='pager']/a/@href")
    assert links == [f"?service=PersonHistoryService%2F1&page={number}" for number in (1, 3)]


def test_a_cluster_is_named_and_can_be_left() -> None:
    page = tree(ask(APP, "/differences?cluster=c0&page=1"))

    notice = page.xpath("//p[@class='notice']")[0]
    assert "PersonCategoryHistory/PersonCategory/StartDate , another value" in words(notice)
    assert notice.xpath("a/@href") == ["?"]
    assert "no longer there" in ask(APP, "/differences?cluster=gone").text


def test_each_difference_has_its_kind_cause_values_and_what_made_it() -> None:
    page = tree(ask(APP, "/differences/cmp-0"))

    shown = [words(item) for item in page.xpath("//ol[@class='judged']/li")]
    assert shown[0].startswith("unexplained another value fraction PersonCategoryHistory/PersonCategory/StartDate old ")
    assert "← personkategorier.starttidspunkt GetPersonkategoriHistorik, a point in time" in shown[0]
    assert "The rule: visitation.kategori3-laesning : A registration of category 3" in shown[1]
    assert "old not there new Samtale" in shown[2]
    assert shown[2].endswith("Explained by: 4 of 40 old pairs differ here")


def test_both_answers_stand_side_by_side_with_only_differing_lines_open() -> None:
    page = tree(ask(APP, "/differences/cmp-0"))

    folded, opened = page.xpath("//div[@class='answers']/details"), page.xpath("//div[@class='answers']/table")
    assert [words(fold.find("summary")) for fold in folded] == ["35 lines alike"]
    assert len(opened) == 1
    shades = [row.get("class") for row in opened[0].xpath("tbody/tr[@class]")]
    assert shades == ["shade expected", "shade unexplained", "shade noise", "shade noise", "shade noise"]
    assert opened[0].xpath(".//mark/text()") == ["3", "2", ".1234567"]


def test_a_comparison_that_was_not_kept_says_so() -> None:
    page = tree(ask(APP, "/differences/cmp-1"))

    assert "The answers were not kept" in words(page.xpath("//p[@class='empty']")[0])
    assert ask(APP, "/differences/cmp-1/reproduce.sh").status_code == 404
    assert page.xpath("//a[contains(@href, 'reproduce')]") == []


def test_a_comparison_is_exported_as_a_command() -> None:
    answer = ask(APP, "/differences/cmp-0/reproduce.sh")

    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="cmp-0.sh"'
    assert "https://soap.example.invalid/gateway/PjakTassWCF/1/PersonHistoryService.svc" in answer.text
    assert "<Envelope/>" in answer.text


def test_a_comparison_is_exported_as_a_case() -> None:
    answer = ask(APP, "/differences/cmp-0/reproduce.case")

    assert answer.headers["content-disposition"] == 'attachment; filename="cmp-0.case"'
    case = parse(answer.text, "laesning/cmp")
    assert (case.service, case.version, case.caller) == ("PersonHistoryService", 1, (2, "81"))


def test_each_caller_of_the_list_has_a_page() -> None:
    page = tree(ask(APP, "/differences"))

    links = set(page.xpath("//td/a[starts-with(@href, '/callers/')]/@href"))
    assert links == {f"/callers/{caller}" for caller in CALLERS}


def test_a_cause_that_is_the_key_of_a_trouble_stays_chosen() -> None:
    page = tree(ask(APP, "/differences?cause=timeout"))

    assert page.xpath("//select[@name='cause']/option[@selected]/@value") == ["timeout"]


def test_what_was_not_sent_to_the_other_side_is_said_to_be_undecided_for_that() -> None:
    told = "A write that was not sent to the other side: what it would have answered is not known."

    rows = tree(ask(APP, "/differences?verdict=undecided")).xpath("//tbody/tr")
    assert [told in words(row) for row in rows] == [True] * 20
    assert told in words(tree(ask(APP, "/differences/cmp-2")).xpath("//p[@class='notice']")[0])
    assert told not in ask(APP, "/differences/cmp-0").text

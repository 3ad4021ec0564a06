"""The rules over time."""

import pytest

from overgang.shell.changes import laws
from pages_client import ask, everything, pages, tree, words

APP = pages()


def holding(query: str) -> set[str]:
    page = tree(ask(APP, f"/rules{query}"))
    return {
        words(law.xpath(".//h3")[0]) for law in page.xpath("//article") if law.xpath(".//span[@class='state ready']")
    }


def test_every_law_of_every_area_is_drawn_with_its_sources() -> None:
    page = tree(ask(APP, "/rules"))

    known = laws(everything().areas)
    assert [words(heading) for heading in page.xpath("//article//h3")] == [law.id for _, law in known]
    versions = [version for _, law in known for version in law.timeline]
    shown = [words(item) for item in page.xpath("//ul[@class='versions']/li")]
    assert len(shown) == len(versions)
    assert all(version.source.title in " ".join(shown) for version in versions)
    assert len(page.xpath("//article//*[local-name()='rect'][contains(@class, 'span')]")) == len(versions)


@pytest.mark.parametrize(
    ("day", "holds"),
    [("2024-12-07", False), ("2024-12-08", True)],
)
def test_a_law_holds_from_its_first_day_on(day: str, holds: bool) -> None:
    assert ("tilmelding.dato" in holding(f"?on={day}")) is holds


def test_the_slider_and_the_date_lead_to_the_same_day() -> None:
    page = tree(ask(APP, "/rules?on=2024-12-08"))
    (number,) = page.xpath("//input[@type='range']/@value")

    slid = tree(ask(APP, f"/rules?day={number}"))

    assert slid.xpath("//input[@name='on' and @type='date']/@value") == ["2024-12-08"]
    assert page.xpath("//input[@type='range']/@aria-valuetext") == ["8 Dec 2024"]


@pytest.mark.parametrize("day", ["99999", "0"])
def test_the_slider_stays_within_its_ends(day: str) -> None:
    page = tree(ask(APP, f"/rules?day={day}"))

    slider = page.xpath("//input[@type='range']")[0]
    assert slider.get("value") in (slider.get("min"), slider.get("max"))


@pytest.mark.parametrize(
    "query", ["?on=2024-02-30", "?on=yesterday", "?day=-4", "?day=x", "?from=8.12.2024", "?to=1", "?on=0"]
)
def test_a_day_that_there_is_not_is_named_and_today_is_shown(query: str) -> None:
    page = tree(ask(APP, f"/rules{query}"))

    assert page.xpath("//input[@name='on' and @type='date']/@value") == ["2025-02-10"]
    assert words(page.xpath("//p[@class='notice']")[0]).endswith(query[1:].split("=")[0])


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_first_and_the_last_day_of_the_calendar_are_days_too(day: str) -> None:
    assert ask(APP, f"/rules?on={day}").status_code == 200


def test_what_changes_between_two_days_is_told_in_the_words_of_the_command() -> None:
    page = tree(ask(APP, "/rules?from=2024-12-07&to=2024-12-08"))

    days = [words(day) for day in page.xpath("//ol[@class='changes']//h3")]
    heads = [words(head) for head in page.xpath("//ol[@class='changes']//b")]
    assert days == ["8 Dec 2024"]
    assert "service.udfasning: AbsenceRegistrationService/7 is deprecated by release 2024-4" in heads
    assert any(head.startswith("tilmelding.fortid") for head in heads)


def test_the_eve_is_not_among_the_changes_and_nothing_is_said_to_be_nothing() -> None:
    page = tree(ask(APP, "/rules?from=2024-12-08&to=2024-12-09"))

    assert page.xpath("//ol[@class='changes']") == []
    assert words(page.xpath("//p[@class='empty']")[0]) == "Nothing changes from 8 Dec 2024 to 9 Dec 2024."

"""Which language a reader gets, and how days and numbers read in it."""

from datetime import UTC, date, datetime

import pytest

from overgang.pages.languages import Words
from pages_client import ask, pages, tree

APP = pages()
DANISH, ENGLISH = Words("da"), Words("en")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("da", "da"),
        ("da-DK,da;q=0.9,en;q=0.8", "da"),
        ("en-GB,en;q=0.9,da;q=0.8", "en"),
        ("en;q=0.3, da;q=0.7", "da"),
        ("fr,de;q=0.9", "en"),
        ("fr, da;q=0.1", "da"),
        ("da;q=nonsense", "en"),
        ("da;q=0", "en"),
        ("," * 5000 + "da", "en"),
    ],
)
def test_without_a_choice_the_browsers_first_language_that_there_is_counts(header: str, language: str) -> None:
    answer = ask(APP, "/", headers={"accept-language": header})

    assert tree(answer).get("lang") == language
    assert answer.headers["content-language"] == language


def test_a_choice_in_the_address_is_kept_in_a_cookie() -> None:
    answer = ask(APP, "/cases?lang=da", headers={"accept-language": "en"})

    assert tree(answer).get("lang") == "da"
    assert answer.headers["set-cookie"].startswith("overgang-lang=da; HttpOnly; Max-Age=31536000; Path=/; SameSite=lax")
    assert tree(ask(APP, "/", headers={"cookie": "overgang-lang=da"})).get("lang") == "da"


@pytest.mark.parametrize("said", ["xx", "", "da'><script>"])
def test_a_language_that_there_is_not_is_passed_over_and_sets_nothing(said: str) -> None:
    answer = ask(APP, "/", params={"lang": said}, headers={"cookie": f"overgang-lang={said[:2]}"})

    assert tree(answer).get("lang") in ("en", "da")
    assert "set-cookie" not in answer.headers


def test_the_switch_keeps_what_the_page_shows() -> None:
    page = tree(ask(APP, "/cases?area=joblog&page=2&lang=en"))

    links = page.xpath("//nav[@class='languages']/a")
    assert [link.get("href") for link in links] == ["?area=joblog&page=2&lang=da", "?area=joblog&page=2&lang=en"]
    assert [link.get("aria-current") for link in links] == [None, "true"]


def test_days_and_times_are_danish_ones_in_either_language() -> None:
    moment = datetime(2025, 6, 30, 22, 5, tzinfo=UTC)

    assert (DANISH.moment(moment), ENGLISH.moment(moment)) == ("1.7.2025 kl. 00.05", "1 Jul 2025 00:05")
    assert (DANISH.day(date(2024, 12, 8)), ENGLISH.day(date(2024, 12, 8))) == ("8.12.2024", "8 Dec 2024")


@pytest.mark.parametrize(
    ("share", "danish", "english"),
    [
        (0.0, "0\u00a0%", "0%"),
        (0.5, "50\u00a0%", "50%"),
        (0.934, "93,4\u00a0%", "93.4%"),
        (0.9996, "99,9\u00a0%", "99.9%"),
        (1.0, "100\u00a0%", "100%"),
    ],
)
def test_a_share_is_cut_and_never_rounded_up(share: float, danish: str, english: str) -> None:
    assert (DANISH.percent(share), ENGLISH.percent(share)) == (danish, english)


def test_numbers_and_seconds_have_the_signs_of_the_language() -> None:
    assert (DANISH.number(1234567), ENGLISH.number(1234567)) == ("1.234.567", "1,234,567")
    assert (DANISH.seconds(0.0123), ENGLISH.seconds(0.0123)) == ("12,3 ms", "12.3 ms")
    assert (DANISH.seconds(1.104), ENGLISH.seconds(1.104)) == ("1,10 s", "1.10 s")


@pytest.mark.parametrize(
    ("days", "danish"),
    [(0, "i dag"), (1, "om 1 dag"), (34, "om 34 dage"), (-1, "for 1 dag siden"), (-64, "for 64 dage siden")],
)
def test_how_far_a_day_is_away_is_said_in_words(days: int, danish: str) -> None:
    assert DANISH.days(days) == danish


def test_a_reason_that_has_no_word_is_shown_as_it_is() -> None:
    assert (DANISH.dropped("queue-full"), DANISH.dropped("a-new-one")) == ("køen var fuld", "a-new-one")


def test_a_key_that_is_not_in_the_catalogue_is_an_error() -> None:
    with pytest.raises(KeyError):
        ENGLISH("no.such.key")

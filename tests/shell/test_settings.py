from typing import Any

import pytest

from overgang.shell.settings import REQUIRED, Setting, choice, host, number, take, unknown, url, whole


def test_the_bounds_of_a_number_count() -> None:
    read = whole(1, 3)
    assert [read(1), read(3)] == [1, 3]
    for value in (0, 4, 2.0, True, "2"):
        with pytest.raises(ValueError, match="expected a whole number from 1 to 3"):
            read(value)


def test_seconds_may_be_whole_and_become_fractions() -> None:
    value = number((int, float), "seconds", 0.05, 300)(3)
    assert (value, type(value)) == (3.0, float)
    with pytest.raises(ValueError, match=r"expected seconds from 0\.05 to 300"):
        number((int, float), "seconds", 0.05, 300)(float("nan"))


@pytest.mark.parametrize(
    ("value", "read"), [("127.0.0.1", "127.0.0.1"), ("::", "::"), ("gw-1.invalid", "gw-1.invalid")]
)
def test_a_host_is_an_address_or_a_name(value: str, read: str) -> None:
    assert host(value) == read


def test_an_address_loses_the_slash_at_its_end() -> None:
    assert url("https://a.invalid:8443/x/") == "https://a.invalid:8443/x"


@pytest.mark.parametrize("value", [1, [], None, "c"])
def test_a_choice_is_one_of_its_words(value: Any) -> None:
    with pytest.raises(ValueError, match="expected a or b"):
        choice("a", "b")(value)


def test_what_is_read_and_what_is_wrong_are_both_told() -> None:
    lines: list[str] = []
    settings = {"a": Setting(whole(0, 9), 5), "b": Setting(whole(0, 9)), "c": Setting(whole(0, 9), None)}
    assert take({"d": 1}, "part", settings, lines) == {"a": 5, "c": None}
    assert lines == ["part.d: unknown", "part.b: is missing"]
    assert settings["b"].default is REQUIRED


def test_the_nearest_known_name_is_offered() -> None:
    assert unknown("prot", ["host", "port"]) == "prot: unknown, did you mean port?"

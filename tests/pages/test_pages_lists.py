"""Long lists and their filters."""

import pytest
from starlette.requests import Request

from overgang.pages.lists import Filters, Listing, listing, page_of


def request(query: str) -> Request:
    return Request({"type": "http", "query_string": query.encode(), "headers": [], "path": "/", "method": "GET"})


@pytest.mark.parametrize(
    ("query", "page"),
    [
        ("", 1),
        ("page=3", 3),
        ("page=0", 1),
        ("page=-2", 1),
        ("page=x", 1),
        ("page=٣", 1),
        ("page=9999999", 1),
        ("page=2&page=4", 4),
    ],
)
def test_a_page_is_a_small_whole_number(query: str, page: int) -> None:
    assert page_of(request(query)) == page


@pytest.mark.parametrize(("page", "items", "first"), [(1, [0, 1, 2], 1), (2, [3, 4, 5], 4), (3, [6], 7), (9, [6], 7)])
def test_a_list_is_cut_into_pages(page: int, items: list[int], first: int) -> None:
    found = listing(request(f"page={page}"), range(7), 3)

    assert (list(found.items), found.first, found.last, found.pages) == (items, first, first + len(items) - 1, 3)


def test_an_empty_list_has_one_page_of_nothing() -> None:
    found: Listing[int] = listing(request("page=4"), [])

    assert (found.total, found.page, found.pages, found.first, found.last) == (0, 1, 1, 0, 0)


def test_what_is_not_known_is_named_once_and_shortened() -> None:
    found = Filters(request(f"q=a&lang=da&page=1&b=1&{'x' * 90}=2"), ("q",))

    assert found.text("q") == "a"
    assert found.ignored == ["b", "x" * 40]


def test_a_value_that_is_not_on_the_list_counts_as_none() -> None:
    found = Filters(request("area=joblog&state=bad&q=" + "y" * 500), ("area", "state", "q"))

    assert found.one_of("area", ["joblog"]) == "joblog"
    assert found.one_of("state", ["ready"]) == ""
    assert found.one_of("missing", ["ready"]) == ""
    assert found.ignored == ["state"]
    assert len(found.text("q")) == 200

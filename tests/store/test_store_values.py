"""What a store answers with."""

import pytest

from overgang.core.compare.values import Verdict
from overgang.shell.store import Page, Verdicts


def test_verdicts_are_told_by_their_names_and_add_up() -> None:
    told = Verdicts.of({Verdict.DIFFERENT: 4, Verdict.EQUAL: 1, Verdict.UNDECIDED: 3, Verdict.EXPECTED: 2})
    assert told == Verdicts(equal=1, expected=2, undecided=3, different=4)
    assert told.total == 10
    assert Verdicts.of({}) == Verdicts(0, 0, 0, 0)


@pytest.mark.parametrize(("total", "pages"), [(0, 1), (1, 1), (50, 1), (51, 2), (100, 2), (101, 3)])
def test_a_list_has_as_many_pages_as_it_fills_and_at_least_one(total: int, pages: int) -> None:
    assert Page[int]((), total, 1, 50).pages == pages

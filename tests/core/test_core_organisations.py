from pathlib import Path

import pytest

from overgang.core import organisations
from overgang.wire import codelists

LISTS = codelists.load(Path(__file__).parents[2] / "config" / "codelists")


@pytest.mark.parametrize(
    ("id", "name"),
    [
        (organisations.STAR, "star"),
        (organisations.A_KASSE, "a-kasse"),
        (organisations.ANDEN_AKTOER, "andenaktoer"),
        (organisations.KOMMUNE, "kommune"),
        (organisations.JOBCENTER, "jobcenter"),
    ],
)
def test_a_type_that_rules_speak_of_is_on_the_code_list_under_its_name(id: int, name: str) -> None:
    assert LISTS["OrganisationType"].values[id].name.lower() == name


@pytest.mark.parametrize("code", ["0101700000", "010170-0000", "010170 0000", "x0101700000", "0101700000x"])
def test_a_citizen_number_in_the_place_of_a_code_is_not_told(code: str) -> None:
    assert "0000" not in organisations.told(f"8/{code}")
    assert organisations.told(f"8/{code}").startswith("8/")


@pytest.mark.parametrize("code", ["101", "10101", "12345678", "9901700000", "01017000001", "a-kasse 81"])
def test_every_other_code_is_told_as_it_is(code: str) -> None:
    assert organisations.told(f"8/{code}") == f"8/{code}"

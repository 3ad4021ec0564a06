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

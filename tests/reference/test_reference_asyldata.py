"""Asylum data on the modern side."""

from collections.abc import Iterator

import pytest
from reference_side import NUMBERS, UNKNOWN, Side, fresh

ASYLDATA = "/eksternedata/v1/AsylData"


@pytest.fixture
def side() -> Iterator[Side]:
    with fresh() as opened:
        yield opened


def test_a_citizen_with_an_asylum_case_has_the_data_of_the_case(side: Side) -> None:
    data = side.send("GET", ASYLDATA, citizen="asylsag").json()["asylData"]
    assert data["civilregistrationIdentifier"] == NUMBERS["asylsag"]
    assert data["asylPersonId"]
    assert {"koen", "fornavn", "efternavn", "foedselsdato"} <= data["personoplysninger"].keys()


def test_a_citizen_without_one_has_none(side: Side) -> None:
    reply = side.send("GET", ASYLDATA)
    assert (reply.status_code, reply.json()) == (200, {})


def test_a_citizen_must_be_known(side: Side) -> None:
    assert side.refusal("GET", ASYLDATA, citizen=UNKNOWN) == (404, 1010)

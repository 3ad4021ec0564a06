"""The demo citizens' file."""

import re
import tomllib
from datetime import date
from itertools import chain

import pytest
from reference_side import CITIZENS, CITIZENS_FILE

from overgang.reference.citizens import FORM

WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)


@pytest.mark.parametrize("number", [citizen.number for citizen in CITIZENS])
def test_a_demo_number_has_the_form_and_a_birth_date_and_fails_modulus_11(number: str) -> None:
    assert re.fullmatch(FORM, number)
    assert date(1900 + int(number[4:6]), int(number[2:4]), int(number[:2])) < date(2000, 1, 1)
    assert number[6] in "0123"  # the serial numbers of those born in the 1900s
    assert sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS, strict=True)) % 11 != 0


def test_numbers_labels_and_ids_are_unique() -> None:
    ids = [initial.id for initial in chain.from_iterable(citizen.registrations for citizen in CITIZENS)]
    for names in ([citizen.number for citizen in CITIZENS], [citizen.label for citizen in CITIZENS], ids):
        assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("kind", "name", "codelist"),
    [
        ("tilmelding", "klientkategori", "ClientCategoryType"),
        ("tilmelding", "ledighedsgrad", "CurrentUnemploymentStatusType"),
        ("fravaer", "fravaerType", "AbsenceType"),
    ],
)
def test_codes_of_first_registrations_are_on_their_lists(kind: str, name: str, codelist: str) -> None:
    values = tomllib.loads((CITIZENS_FILE.parents[1] / f"codelists/{codelist}.toml").read_text("utf-8"))["value"]
    initials = chain.from_iterable(citizen.registrations for citizen in CITIZENS)
    used = {initial.content[name] for initial in initials if initial.kind == kind}
    assert used
    assert used <= {value["id"] for value in values}


def test_the_demo_has_each_kind_of_citizen() -> None:
    assert [citizen.label for citizen in CITIZENS] == [
        "dagpengemodtager",
        "uden ydelse",
        "kontanthjælp",
        "sygedagpenge fra beskæftigelse",
        "sygedagpenge fra ledighed",
        "åben kategori 3",
        "død",
        "midlertidig adresse i udlandet",
        "asylsag",
        "tilmeldt",
        "løbende fravær",
        "langtidsledig",
        "nytilmeldt",
        "jobrettet uddannelse",
    ]
    assert [citizen.label for citizen in CITIZENS if citizen.dead] == ["død"]

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from overgang.areas import AREAS
from overgang.shell import loading
from overgang.shell.casebook import Casebook, Played, load_cases
from overgang.shell.loading import Loaded
from overgang.wire import cases
from overgang.wire.cases import Case, CaseError

ROOT = Path(__file__).parents[2]
SERVICE, READ = "UnemploymentEnrollmentService", "GetProfessionCollection"
MESSAGES = 'xmlns="http://service.bm.dk/UnemploymentEnrollmentService/2021/03/01/"'
TEXT = f"""\
A citizen's job wishes are the old professions.
on: 2024-12-10
call: {SERVICE}/8
caller: 8/101
seen: {SERVICE} (Version 8 [UDV], 2021-2)
---------- soap in
<{READ}Request {MESSAGES}>
  <PersonCivilRegistrationIdentifier>0506912617</PersonCivilRegistrationIdentifier>
</{READ}Request>
---------- rest out
GET /jobsearch/v2/Joboenske
x-civilRegistrationIdentifier: 0506912617
---------- rest in
200 {{
  "joboensker": [
    {{
      "conceptUriDa": "u",
      "harUddannelse": true,
      "aarSidstBrugt": 2023,
      "maanedersErfaring": 48,
      "dfdgRegistreringstidspunkt": "2024-12-10T11:59:59.500+01:00"
    }}
  ]
}}
---------- soap out
<{READ}Response {MESSAGES}>
  <ProfessionCollection>
    <ProfessionType>
      <ConceptUriDa>u</ConceptUriDa>
      <HasEducation>true</HasEducation>
      <YearLastUsed>2023</YearLastUsed>
      <MonthsOfExperience>48</MonthsOfExperience>
    </ProfessionType>
  </ProfessionCollection>
</{READ}Response>
"""
FAULT = "Fault Server 1100\nAn error has occurred; {} [upstream.{}]"


@cache
def loaded() -> Loaded:
    return loading.load(ROOT / "wsdl", ROOT / "config/codelists")


def case(old: str = "", new: str = "") -> Case:
    assert old in TEXT
    return cases.parse(TEXT.replace(old, new), "tilmelding/joboensker")


def played(one: Case) -> Played:
    return Casebook(loaded()).play(one)


def test_cases_are_found_in_the_folders_of_their_areas_in_order() -> None:
    names = [one.name for area in AREAS for one in load_cases((area,))]
    assert names == [one.name for one in load_cases(AREAS)]
    assert [name for area in AREAS for name in sorted(n for n in names if n.startswith(f"{area.name}/"))] == names
    assert {(ROOT / "src/overgang/areas" / one.file).is_file() for one in load_cases(AREAS)} == {True}


def test_a_case_that_is_true_holds_and_its_transcript_shows_every_block() -> None:
    result = played(case())
    assert result.holds, result.difference
    assert [block for block, _ in result.transcript] == [
        "soap in",
        "rest out",
        "rest in",
        "soap out",
        "rules cited",
        "messages kept",
    ]


@pytest.mark.parametrize(
    ("old", "new", "difference"),
    [
        pytest.param("GET /jobsearch/v2", "GET /jobsearch/v3", "+GET /jobsearch/v2/Joboenske", id="another request"),
        pytest.param("<YearLastUsed>2023", "<YearLastUsed>2022", "= 2023", id="another answer"),
        pytest.param("on: 2024", "cites: tilmelding.fortid\non: 2024", "-tilmelding.fortid", id="another rule"),
        pytest.param('"aarSidstBrugt": 2023', '"aarSidstBrugt": "2023"', "+Fault Server 1100", id="an odd reply"),
        pytest.param("0506912617</P", "0506912</P", "+Fault Client 1001", id="a refused call"),
    ],
)
def test_a_case_that_is_not_true_tells_the_difference(old: str, new: str, difference: str) -> None:
    result = played(case(old, new))
    assert not result.holds
    assert any(difference in line for line in result.difference), result.difference


def test_a_request_that_the_case_does_not_have_is_a_difference() -> None:
    one = replace(case(), rest_out=(), rest_in=())
    result = played(one)
    assert "-nothing more" in result.difference
    assert "+GET /jobsearch/v2/Joboenske" in result.difference


def test_a_request_that_does_not_happen_is_a_difference() -> None:
    one = case()
    result = played(replace(one, rest_out=one.rest_out * 2, rest_in=one.rest_in * 2))
    assert "+nothing more" in result.difference


@pytest.mark.parametrize(
    ("trouble", "note"),
    [
        ("timeout", "the modern service did not answer in time"),
        ("unavailable", "the modern service can't be reached"),
    ],
)
def test_trouble_of_the_modern_side_can_be_played(trouble: str, note: str) -> None:
    one = replace(case(), rest_in=(trouble,), soap_out=FAULT.format(note, trouble))
    assert played(one).holds, played(one).difference
    assert trouble in cases.TROUBLE


def test_an_expected_answer_that_is_invalid_under_the_contract_is_a_difference() -> None:
    result = played(case("<YearLastUsed>2023", "<YearLastUsed>last year"))
    assert any(line.startswith("-invalid: ") for line in result.difference), result.difference


def test_an_expected_answer_that_the_service_does_not_have_is_a_difference() -> None:
    result = played(replace(case(), soap_out='<Other xmlns="urn:x"/>'))
    assert f"-no answer of {SERVICE}: Other" in result.difference


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (replace(case(), version=7), f"no contract {SERVICE}/7"),
        (replace(case(), soap_in='<Other xmlns="urn:x"/>'), "no operation of"),
    ],
)
def test_a_case_that_does_not_fit_the_contracts_is_refused(wrong: Case, said: str) -> None:
    with pytest.raises(CaseError, match=said):
        played(wrong)


def test_the_casebook_remembers_which_elements_answers_had() -> None:
    book = Casebook(loaded())
    assert book.answered(SERVICE, READ) == frozenset()
    book.play(case())
    below = "ProfessionCollection/ProfessionType"
    assert book.answered(SERVICE, READ) == {
        "ProfessionCollection",
        below,
        *(f"{below}/{name}" for name in ("ConceptUriDa", "HasEducation", "YearLastUsed", "MonthsOfExperience")),
    }


def test_what_a_case_only_expects_is_not_remembered_as_an_answer() -> None:
    book = Casebook(loaded())
    book.play(replace(case(), rest_in=("timeout",)))
    assert book.answered(SERVICE, READ) == frozenset()

"""The cases, readable and playable."""

import pytest
from starlette.applications import Starlette

from invented_source import NOW, Invented
from overgang.pages.rendering import Site
from overgang.shell.casebook import load_cases
from overgang.wire.cases import parse
from pages_client import LISTEN, ask, everything, pages, token, tree, words

APP = pages()
OWN = {"sec-fetch-site": "same-origin"}
CASES = load_cases(everything().areas)


def count(query: str) -> str:
    return words(tree(ask(APP, f"/cases{query}")).xpath("//*[@id='count']")[0])


def test_the_list_has_every_case() -> None:
    assert count("") == f"1–25 of {len(CASES)}"


def test_cases_are_found_by_area_operation_and_text() -> None:
    of_area = [case for case in CASES if case.name.startswith("kodelister/")]
    assert count("?area=kodelister") == f"1–{len(of_area)} of {len(of_area)}"
    assert count("?operation=GetCodeList") == f"1–{len(of_area)} of {len(of_area)}"
    assert count("?q=fravaer_fejl_1001") == "1–1 of 1"
    assert count("?q=REPEAT+OF+AN+ABSENCE+MEETS+412") == "1–1 of 1"
    assert count("?operation=Nope") == count("")
    assert count("?area=joblog&operation=GetCodeList") == "None"


def test_a_case_is_shown_block_by_block() -> None:
    page = tree(ask(APP, "/cases/fravaer/fravaer_gentaget"))

    heads = [words(head) for head in page.xpath("//ol[@class='steps']//h3")]
    assert heads == ["Old call in", *["Modern request out", "Modern reply in"] * 2, "Old answer out"]
    assert page.xpath("//ol[@class='steps']//pre/text()")[0].startswith("<CreateAbsenceRequest")


@pytest.mark.parametrize("name", ["fravaer/fravaer", "sygemelding/raskmelding_13_uger", "kodelister/kodeliste"])
def test_a_played_case_holds_and_shows_what_happened(name: str) -> None:
    path = f"/cases/{name}"

    answer = ask(APP, path, "POST", data={"token": token(ask(APP, path))}, headers=OWN)
    played = tree(answer).xpath("//*[@id='played']")[0]

    assert answer.status_code == 200
    assert "The case holds." in words(played)
    assert words(played.xpath(".//h3")[0]) == "Old call in"


def test_playing_needs_our_own_form() -> None:
    assert ask(APP, "/cases/fravaer/fravaer", "POST", data={"by": "x"}, headers=OWN).status_code == 403


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('fravaerType": 10', 'fravaerType": 11'), '-  "fravaerType": 11,'),
        (("CreateAbsenceRequest", "NopeRequest"), "no operation of AbsenceRegistrationService takes this element"),
    ],
)
def test_a_case_that_does_not_hold_shows_the_difference(
    monkeypatch: pytest.MonkeyPatch, change: tuple[str, str], told: str
) -> None:
    text = "\n".join(
        [
            "An absence.",
            "on: 2024-12-09",
            "call: AbsenceRegistrationService/7",
            "caller: 8/10111",
            "seen: this test",
            "---------- soap in",
            '<CreateAbsenceRequest xmlns="http://service.bm.dk/AbsenceRegistrationService/2020/09/01/"'
            ' xmlns:c="http://service.bm.dk/pjaktass/2013/06/07/CodeListBase/"><Absence>'
            "<PersonCivilRegistrationIdentifier>1411901237</PersonCivilRegistrationIdentifier>"
            "<AbsenceTypeIdentifier><c:CodeListItemIdentifier>10</c:CodeListItemIdentifier></AbsenceTypeIdentifier>"
            "<StartDate>2024-12-16T00:00:00+01:00</StartDate>"
            "<NotificationDate>2024-12-09T09:30:00+01:00</NotificationDate></Absence></CreateAbsenceRequest>",
            "---------- rest out",
            "POST /visiteringogstatus/v1/Fravaer",
            "x-civilRegistrationIdentifier: 1411901237",
            "x-requestId: {id-1}",
            '{"fravaerIdentifier": "{id-2}", "fravaerType": 10, "startDato": "2024-12-16T00:00:00+01:00",'
            ' "anmeldelsesDato": "2024-12-09T09:30:00+01:00"}',
            "---------- rest in",
            "timeout",
            "---------- soap out",
            "Fault Server 1100",
        ]
    )
    case = parse(text.replace(*change), "fravaer/changed")
    monkeypatch.setattr("overgang.pages.rendering.load_cases", lambda areas: [case])
    app = pages()

    answer = ask(app, "/cases/fravaer/changed", "POST", data={"token": _token(app)}, headers=OWN)

    played = tree(answer).xpath("//*[@id='played']")[0]
    assert "It went otherwise than the case says:" in words(played)
    assert told in played.xpath(".//pre[@class='diff']/text()")[0]


def _token(app: Starlette) -> str:
    return token(ask(app, "/operations/AbsenceRegistrationService/7/CreateAbsence/mode?mode=new"))


def test_the_cases_are_read_once() -> None:
    site = Site(everything(), LISTEN, Invented(), lambda: NOW)

    assert site.cases() is site.cases()

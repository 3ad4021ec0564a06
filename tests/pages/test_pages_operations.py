"""The operations, and switching who answers."""

import pytest
from test_pages_entry import Notes

from overgang.core.compare.values import Mode
from overgang.shell.store.values import Scope
from pages_client import ABSENCE, HISTORY, ask, filled, operations, pages, token, tree, words

OWN = {"sec-fetch-site": "same-origin"}
SCOPE = Scope("AbsenceRegistrationService/7", "CreateAbsence")


SHOWN = 30  # on a page


def names(query: str) -> list[str]:
    page = tree(ask(pages(filled()), f"/operations{query}"))
    return [words(link) for link in page.xpath("//table//th[@scope='row']/a")]


def test_the_list_has_every_bridged_operation_once() -> None:
    shown = [name for page in range(1, len(operations()) // SHOWN + 2) for name in names(f"?page={page}")]
    assert shown == [name for _, _, name in operations()]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?area=kodelister", ["GetCodeList"]),
        (
            "?q=joblogservice/2",
            ["GetJobSearchEntry", "PersonSearch", *(f"{one}JobSearchEntry" for one in ("Create", "Update", "Delete"))],
        ),
        ("?q=PersonHistory&area=laesning", ["GetPersonHistory"]),
        ("?q=nothing+is+called+so", []),
        ("?area=kodelister&state=none", []),
    ],
)
def test_the_list_is_filtered(query: str, expected: list[str]) -> None:
    assert names(query) == expected


def test_a_filter_with_an_unknown_value_is_passed_over_and_named() -> None:
    page = tree(ask(pages(), "/operations?area=nope&state=bad&colour=red"))

    assert len(page.xpath("//table//th[@scope='row']")) == min(len(operations()), SHOWN)
    assert words(page.xpath("//p[@class='notice']")[0]).endswith("passed over: colour, area, state")


def test_an_operation_shows_its_clusters_by_their_explanation() -> None:
    page = tree(ask(pages(filled()), HISTORY))

    headings = [words(heading) for heading in page.xpath("//section[@aria-labelledby='h-clusters']/h3")]
    assert headings == ["Unexplained 1", "Expected 1", "Noise 1"]
    expected = page.xpath("//section[@aria-labelledby='h-clusters']//a[contains(@href, '/rules#')]/@href")
    assert expected == ["/rules#rule-visitation.kategori3-laesning"]


def test_an_operation_shows_both_sides_times() -> None:
    page = tree(ask(pages(filled()), HISTORY))

    rows = [words(row) for row in page.xpath("//div[@class='bar-row']")]
    assert rows[:2] == ["p50 old 12.3 ms", "p50 new 6.1 ms"]
    assert rows[-1] == "p99 new 1.10 s"


def test_an_operation_shows_what_it_becomes_and_which_rules_concern_it() -> None:
    page = tree(ask(pages(), ABSENCE))

    calls = [words(call) for call in page.xpath("//ul[@class='calls']/li")]
    assert calls == [
        "POST /visiteringogstatus/v1/Fravaer CreateFravaer",
        "GET /visiteringogstatus/v1/Fravaer/historik GetFravaerHistorik",
    ]
    assert "fravaer.jobrettet-uddannelse" in page.xpath("//dl[@class='laws']/dt/a/text()")
    assert "startDato" in page.xpath("//details[contains(@class, 'mapping')]//td/code/text()")


def test_rules_that_other_areas_declare_on_its_calls_are_shown_too() -> None:
    page = tree(ask(pages(), "/operations/IllnessCompositeService/5/CreateRecovery"))

    assert page.xpath("//dl[@class='laws']/dt/a/text()") == ["sygemelding.13-uger-ophoer", "tilmelding.dato"]


def test_before_a_switch_the_page_says_what_it_does_and_asks_for_a_name() -> None:
    page = tree(ask(pages(filled()), f"{ABSENCE}/mode?mode=new&caller=8/101"))

    told = words(page.xpath("//main")[0])
    assert "8/101 Jobcenter" in told
    assert "The old service is not asked." in told
    assert "The operation writes." in told
    assert page.xpath("//input[@name='by']/@required")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?mode=bad",
        "?mode=new&caller=x",
        "?mode=new&caller=8/1/2",
        "?mode=new&caller=8/a%20b",
        "?mode=new&caller=8/" + "x" * 21,
    ],
)
def test_a_switch_that_makes_no_sense_is_refused(query: str) -> None:
    assert ask(pages(filled()), f"{ABSENCE}/mode{query}").status_code == 400


@pytest.mark.parametrize(
    ("mode", "caller", "scope", "expected"),
    [
        ("compare-new", "*", SCOPE, Mode.COMPARE_NEW),
        ("compare-old", "", SCOPE, Mode.COMPARE_OLD),
        ("new", "8/101", Scope(SCOPE.service, SCOPE.operation, "8/101"), Mode.NEW),
        ("inherit", "*", SCOPE, None),
    ],
)
def test_a_switch_is_set_for_its_scope_and_audited(mode: str, caller: str, scope: Scope, expected: Mode | None) -> None:
    source = filled()
    app = pages(source)
    given = {"token": token(ask(app, f"{ABSENCE}/mode?mode={mode}&caller={caller}")), "mode": mode, "caller": caller}

    answer = ask(app, f"{ABSENCE}/mode", "POST", data=given | {"by": "  Prøve\n Prøvesen "}, headers=OWN)

    assert (answer.status_code, answer.headers["location"]) == (303, f"{ABSENCE}?changed=1")
    assert source.set_modes.get(scope) is expected
    assert (source.audit[-1].by, source.audit[-1].scope, source.audit[-1].new) == ("Prøve Prøvesen", scope, expected)
    assert "The switch holds now." in ask(app, answer.headers["location"]).text


@pytest.mark.parametrize("caller", ["8/0506912617", "8/050691-2617"])
def test_a_switch_for_what_could_be_a_citizen_is_refused_and_not_written_down(caller: str) -> None:
    source, notes = filled(), Notes()
    app, before = pages(source, noted=notes), dict(source.set_modes)
    given = {"token": token(ask(app, f"{ABSENCE}/mode?mode=new")), "mode": "new", "caller": caller, "by": "Test"}

    shown = ask(app, f"{ABSENCE}/mode?mode=new&caller={caller}")
    answer = ask(app, f"{ABSENCE}/mode", "POST", data=given, headers=OWN)

    assert (shown.status_code, answer.status_code) == (400, 400)
    assert words(tree(answer).xpath("//h1")[0]) == "Not an organisation"
    assert (source.set_modes, len(source.audit)) == (before, 3)
    assert caller not in answer.text + str(notes.said)


@pytest.mark.parametrize(
    "by",
    [
        *("", "   ", "a\u0000b", "\u202eName"),
        *("Anna 0506912617", "050691-2617 Anna", "05 06 91 2617", "Anna" + "a" * 70 + "0506912617"),
    ],
)  # fmt: skip
def test_without_a_readable_name_nothing_is_switched(by: str) -> None:
    source = filled()
    app, before = pages(source), dict(source.set_modes)
    given = {"token": token(ask(app, f"{ABSENCE}/mode?mode=new")), "mode": "new", "caller": "*", "by": by}

    answer = ask(app, f"{ABSENCE}/mode", "POST", data=given, headers=OWN)

    assert answer.status_code == 400
    told = words(tree(answer).xpath("//*[@role='alert']")[0])
    assert told == "Give your name, without anything like a citizen number; nothing was switched."
    assert (source.set_modes, len(source.audit)) == (before, 3)
    assert "2617" not in answer.text


def test_without_a_store_a_switch_is_refused_and_says_why() -> None:
    app = pages()
    given = {"token": token(ask(app, f"{ABSENCE}/mode?mode=old")), "mode": "old", "caller": "*", "by": "Test"}

    answer = ask(app, f"{ABSENCE}/mode", "POST", data=given, headers=OWN)

    assert answer.status_code == 409
    assert "no store" in words(tree(answer).xpath("//*[@role='alert']")[0])

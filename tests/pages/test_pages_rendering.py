"""Every page, in both languages, empty and filled: it is whole, usable by everybody, and nothing gets into it."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import quote

import pytest

from invented_source import ABSENCE, JUDGED, MESSAGE, NOW, UNKNOWN, Invented
from overgang.core.compare.values import Compared, Judged, Kept, Label, Mode, Reply, Use, Verdict
from overgang.pages.rendering import address
from overgang.shell.store.values import ModeChange, ParityRow, Scope, Verdicts, Way
from pages_client import FILLED_PAGES, PAGES, ask, everything, filled, pages, tree, words

FILLED, EMPTY = pages(filled()), pages()
EVERY = [(name, path) for name, paths in (("filled", FILLED_PAGES), ("empty", PAGES)) for path in paths]
APPS = {"filled": FILLED, "empty": EMPTY}
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}"


def page(kind: str, path: str, language: str = "en") -> Any:
    answer = ask(APPS[kind], path, headers={"accept-language": language})
    assert answer.status_code == 200, path
    return tree(answer)


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize(("kind", "path"), EVERY)
def test_a_page_is_whole_and_in_its_language(kind: str, path: str, language: str) -> None:
    found = page(kind, path, language)

    assert found.get("lang") == language
    assert found.xpath("//title/text()")[0].endswith(" – overgang")
    assert "{" not in words(found.find(".//h1"))
    assert len(found.xpath("//h1")) == 1


@pytest.mark.parametrize(("kind", "path"), EVERY)
def test_a_page_can_be_used_without_seeing_it(kind: str, path: str) -> None:
    found = page(kind, path)

    assert len(found.xpath("//main")) == 1
    assert found.xpath("//body/*[1][self::a]/@href") == [f"#{found.xpath('//main/@id')[0]}"]
    assert found.xpath("//nav[not(@aria-label)]") == []
    ids = found.xpath("//@id")
    assert sorted(ids) == sorted(set(ids))
    for field in found.xpath("//input[not(@type='hidden')] | //select"):
        assert found.xpath(f"//label[@for='{field.get('id')}']"), field.get("name")
    for table in found.xpath("//table"):
        assert table.xpath("caption | self::*/@aria-label"), path
        assert table.xpath("thead//th[@scope='col']")
        assert table.xpath("thead//th[not(@scope)]") == []
    for drawn in found.xpath("//svg"):
        hidden = drawn.xpath("ancestor-or-self::*[@aria-hidden='true']")
        assert hidden or (drawn.get("role") == "img" and words(drawn.find("title")))
    for reference in [*found.xpath("//@aria-labelledby"), *found.xpath("//@aria-describedby")]:
        assert reference in ids
    for region in found.xpath("//*[@role='region']"):
        assert region.get("tabindex") == "0"
        assert region.get("aria-label") or region.get("aria-labelledby")
    levels = [int(heading.tag[1]) for heading in found.xpath("//main//*[self::h1 or self::h2 or self::h3 or self::h4]")]
    assert levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    for control in found.xpath("//a | //button"):
        assert words(control) or control.get("aria-label")


@pytest.mark.parametrize("path", FILLED_PAGES)
def test_exactly_the_own_section_is_marked(path: str) -> None:
    found = page("filled", path)

    (link,) = found.xpath("//nav[@class='sections']//a[@aria-current='page']")
    section = path.split("?")[0].split("/")[1]
    assert link.get("href") == f"/{section}"


def test_every_link_of_the_pages_leads_to_a_page() -> None:
    links = {
        link.split("#")[0]
        for path in FILLED_PAGES
        for link in page("filled", path).xpath("//a/@href")
        if link.startswith("/")
    }
    assert len(links) > 60
    gone = [link for link in sorted(links) if link and ask(FILLED, link).status_code != 200]
    assert gone == []


@pytest.mark.parametrize("path", FILLED_PAGES)
def test_every_anchor_that_a_page_links_to_on_the_rules_page_is_there(path: str) -> None:
    anchors = set(page("filled", "/rules").xpath("//@id"))

    wanted = [link.partition("#")[2] for link in page("filled", path).xpath("//a/@href") if "/rules#" in link]
    assert [anchor for anchor in wanted if anchor not in anchors] == []


@pytest.mark.parametrize("path", PAGES)
def test_where_nothing_was_compared_the_page_says_what_to_do(path: str) -> None:
    shown = page("empty", path)

    if path.startswith(("/operations", "/differences", "/callers", "/beskeder", "/changes")) or path == "/":
        told = [words(node) for node in shown.xpath("//*[@class='empty']")]
        assert told or path == "/operations" or "mode?" in path
        assert all(len(text) > 12 for text in told)


def hostile() -> Invented:
    """A source whose every text wants to be markup."""
    kept = Kept(
        request=HOSTILE.encode(),
        content_type=HOSTILE,
        action=HOSTILE,
        old=Reply(200, HOSTILE, f"<a><b>{quote(HOSTILE)}</b></a>".encode(), HOSTILE),
        new=Reply(200, HOSTILE, HOSTILE.encode()),
    )
    difference = replace(
        JUDGED[0].difference, path=HOSTILE, place=HOSTILE, old=HOSTILE, new=HOSTILE, type=HOSTILE, cause=HOSTILE
    )
    service, operation = ABSENCE
    caller = "8/<b>"
    source = filled()
    source.comparisons = [
        Compared(
            id="h",
            at=NOW,
            area="fravaer",
            service=service,
            operation=operation,
            caller=caller,
            mode=Mode.NEW,
            verdict=Verdict.DIFFERENT,
            judged=(Judged(difference, Label.EXPECTED, HOSTILE),),
            rules=(HOSTILE,),
            kept=kept,
        )
    ]
    source.groups = [
        replace(source.groups[0], service=service, operation=operation, place=HOSTILE, cause=HOSTILE, reason=HOSTILE)
    ]
    source.rows = [ParityRow(Verdicts(40, 0, 0, 1), "fravaer", service, operation, caller)]
    source.used = [Use("2025-02-01", caller, "rest", HOSTILE, HOSTILE, HOSTILE, 5, 1, NOW - timedelta(days=9))]
    source.dropped = {HOSTILE: 3}
    source.audit = [ModeChange(1, Scope(HOSTILE, HOSTILE, caller), None, Mode.OLD, HOSTILE, NOW)]
    source.set_modes = {Scope(service, operation, caller): Mode.OLD}
    source.queued = [replace(source.queued[1], receiver=caller)]
    source.gone = [replace(source.gone[0], receiver=caller)]
    for id_, way in source.ways.items():
        message = replace(way.message, receiver=caller, entity_name=HOSTILE, entity_type=7, rule=HOSTILE)
        places = tuple((HOSTILE, *place[1:]) for place in way.places)
        pushes = tuple((f"8/1 https://{HOSTILE}", state, 1, HOSTILE, NOW) for _, state, *_ in way.pushes)
        source.ways[id_] = Way(message, places, pushes)
    return source


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/operations",
        "/operations/AbsenceRegistrationService/7/CreateAbsence",
        "/operations/AbsenceRegistrationService/7/CreateAbsence/mode?mode=new&caller=8/%3Cb%3E",
        "/differences",
        "/differences?cluster=c1",
        "/differences/h",
        "/callers",
        "/callers/8/%3Cb%3E",
        "/changes",
        "/beskeder",
        f"/beskeder/{MESSAGE}",
        f"/beskeder/{UNKNOWN}/release",
        f"/beskeder/{UNKNOWN}/dismiss",
    ],
)
def test_what_was_compared_is_shown_and_never_becomes_markup(path: str) -> None:
    answer = ask(pages(hostile()), path)
    found = tree(answer)

    assert answer.status_code == 200
    assert found.xpath("//main//script | //main//img | //main//b[text()='' or not(node())]") == []
    assert "<script>" not in answer.text.partition("<main")[2]
    assert "49" not in found.xpath("string(//main//code)")


@pytest.mark.parametrize(
    "path", ["/operations", "/differences", "/callers", "/beskeder", "/cases", "/changes", "/rules", "/contracts"]
)
def test_what_a_request_says_is_never_echoed_as_markup(path: str) -> None:
    said = dict.fromkeys(("q", "area", "caller", "cluster", "cause", "on", "from", "page", HOSTILE), HOSTILE)

    answer = ask(FILLED, path, params=said)

    assert answer.status_code == 200
    assert tree(answer).xpath("//main//script | //main//img") == []
    assert words(tree(answer).xpath("//main//*[contains(@class, 'notice')]")[0]).startswith("These parts")


@pytest.mark.parametrize(
    "path",
    [
        "/" + quote(HOSTILE),
        "/differences/" + quote(HOSTILE),
        "/callers/8/" + quote("<b>"),
        "/contracts/" + quote(HOSTILE, safe="") + "/1",
        "/operations/AbsenceRegistrationService/7/" + quote(HOSTILE, safe=""),
        "/cases/fravaer/" + quote(HOSTILE, safe=""),
        "/beskeder/" + quote(HOSTILE, safe=""),
    ],
)
def test_an_address_that_leads_nowhere_is_not_echoed(path: str) -> None:
    answer = ask(FILLED, path)

    assert answer.status_code == 404
    assert "alert" not in answer.text
    assert words(tree(answer).find(".//h1")) == "There is no such thing"


def test_an_address_is_built_of_escaped_parts() -> None:
    assert address("callers", "8/1 0#") == "/callers/8/1%200%23"
    assert address("cases", area="a&b", q="", page=None) == "/cases?area=a%26b"


def test_the_files_that_pages_load_are_there() -> None:
    assert {"/static/pages.css", "/static/htmx.min.js", "/static/icon.svg"} == set(
        page("empty", "/").xpath("//link/@href | //script/@src")
    )
    for file, start in (("pages.css", "/* "), ("htmx.min.js", "/*! htmx.org 4"), ("icon.svg", "<svg ")):
        answer = ask(EMPTY, f"/static/{file}")
        assert answer.status_code == 200
        assert answer.text.startswith(start)


def test_the_code_list_says_what_sort_of_organisation_a_caller_is() -> None:
    assert everything().codelists["OrganisationType"].values[8].name == "Jobcenter"
    assert "8/101 Jobcenter" in words(page("filled", "/callers"))

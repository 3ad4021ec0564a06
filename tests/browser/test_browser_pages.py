"""Every page in a real browser: narrow and wide, light and dark, by keyboard, with its script and without."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import chromium
import pytest
import uvicorn
from chromium import Browser
from starlette.applications import Starlette

from invented_source import GIVEN_UP, KNOWN_BY_NOW, UNKNOWN, Invented
from overgang.core.compare.values import Mode
from overgang.shell.store.values import WAITING, Scope
from pages_client import ABSENCE, FILLED_PAGES, PAGES, filled, pages

NARROW, WIDE = 360, 1280
DISMISSALS = [f"/beskeder/{id_}/dismiss" for id_ in (GIVEN_UP, UNKNOWN)]
SCREENS = [(width, dark) for width in (NARROW, WIDE) for dark in (False, True)]

_CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")
_WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_FOLDS = "document.querySelectorAll('details').forEach(fold => { fold.open = true; })"


@contextmanager
def serving(app: Starlette) -> Iterator[str]:
    """The app on a free port of this machine, in a thread."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    end = time.monotonic() + chromium.SECONDS
    while not server.started:
        assert time.monotonic() < end
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(chromium.SECONDS)


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    program = chromium.found()
    if program is None:
        pytest.skip("no Chromium here: apt-get install chromium")
    with chromium.browser(program, tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with serving(pages(filled())) as address:
        yield address


@pytest.fixture(scope="module")
def empty() -> Iterator[str]:
    with serving(pages()) as address:
        yield address


@pytest.fixture
def source() -> Invented:
    return filled()


@pytest.fixture
def switchable(source: Invented) -> Iterator[str]:
    with serving(pages(source)) as address:
        yield address


@pytest.mark.parametrize(("width", "dark"), SCREENS)
@pytest.mark.parametrize("path", [*FILLED_PAGES, *DISMISSALS])
def test_a_page_fits_its_screen_can_be_read_and_has_no_trouble(
    tab: Browser, site: str, path: str, width: int, dark: bool
) -> None:
    tab.screen(width, dark=dark)
    tab.troubles.clear()

    for language in ("da", "en"):
        tab.open(f"{site}{path}{'&' if '?' in path else '?'}lang={language}")
        assert tab.run(_WIDER) <= 0
        assert tab.run(_CONTRAST) == []
        assert tab.run(_WIDER) <= 0  # with every fold opened
    assert tab.troubles == []


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("path", [*PAGES, "/nope"])
def test_an_empty_page_fits_its_screen(tab: Browser, empty: str, path: str, width: int) -> None:
    tab.screen(width)

    tab.open(f"{empty}{path}")

    tab.run(_FOLDS)
    assert tab.run(_WIDER) <= 0
    assert tab.run(_CONTRAST) == []


def test_faint_text_and_a_broad_element_would_be_found(tab: Browser, empty: str) -> None:
    tab.screen(NARROW)
    tab.open(f"{empty}/")

    tab.run("""(() => { const faint = document.createElement('p'); faint.textContent = 'faint';
               document.body.append(faint); faint.style.width = '900px';
               faint.style.color = 'rgb(128 128 128 / 60%)'; })()""")

    assert [text.split()[0] for text in tab.run(_CONTRAST)] == ["P."]
    assert tab.run(_WIDER) > 0


@pytest.mark.parametrize("path", ["/differences", "/callers", "/contracts", "/beskeder"])
def test_on_a_phone_each_row_of_a_list_is_a_card_as_tall_as_what_it_says(tab: Browser, site: str, path: str) -> None:
    tab.screen(NARROW)
    tab.open(f"{site}{path}?lang=en")

    tab.until("document.querySelectorAll('.carded tbody tr').length > 0")
    # Blank below or beside a value would show as a row that is taller than its cells together.
    blank = """[...document.querySelectorAll('.carded tbody tr')].map(row => row.clientHeight -
               [...row.children].reduce((sum, cell) => sum + cell.offsetHeight, 0))"""
    assert max(tab.run(blank)) < 24
    assert tab.run("document.querySelector('.wide').scrollWidth - document.querySelector('.wide').clientWidth") <= 0
    named = "getComputedStyle(document.querySelector('.carded td'), '::before').content"
    assert tab.run(f"{named}.length") > 4


@pytest.mark.parametrize("path", ["/differences", "/callers", "/contracts", "/beskeder"])
def test_on_a_desk_each_value_of_a_list_is_under_the_name_of_its_column(tab: Browser, site: str, path: str) -> None:
    tab.screen(WIDE)
    tab.open(f"{site}{path}?lang=en")

    left = "[...{}.children].map(cell => Math.round(cell.getBoundingClientRect().left))"
    heads = tab.run(left.format("document.querySelector('.carded thead tr')"))
    values = tab.run(left.format("document.querySelector('.carded tbody tr')"))
    assert len(set(heads)) == len(heads) > 3
    assert values == heads


def focused_by_tab(tab: Browser, wanted: str, most: int = 60) -> None:
    """Go on by Tab until what is focused matches the selector; each stop on the way shows that it is focused."""
    for _ in range(most):
        tab.press("Tab", 9)
        if tab.run("document.activeElement === document.body"):  # past the last control
            continue
        assert tab.run("getComputedStyle(document.activeElement).outlineStyle") != "none"
        if tab.run(f"document.activeElement.matches({wanted!r})"):
            return
    raise AssertionError(f"no Tab leads to {wanted}")


def test_a_difference_is_found_and_opened_by_keyboard_alone(tab: Browser, site: str) -> None:
    tab.screen(WIDE)
    tab.open(f"{site}/?lang=en")

    focused_by_tab(tab, 'a[href^="/differences"]')
    tab.press("Enter", 13)
    tab.until("location.pathname === '/differences' && document.readyState === 'complete'")
    focused_by_tab(tab, "select[name=verdict]")
    tab.press("ArrowDown", 40)
    tab.until("location.search.includes('verdict=')")
    assert tab.run("document.activeElement.matches('select[name=verdict]')")  # what is loaded takes no focus away
    tab.open(f"{site}/differences?lang=en")
    focused_by_tab(tab, ".differences th a")
    tab.press("Enter", 13)
    tab.until("location.pathname.startsWith('/differences/') && document.readyState === 'complete'")
    focused_by_tab(tab, 'a[href$="reproduce.case"], a[href*="reproduce"]')


def test_the_policy_lets_no_script_in_that_is_not_a_file_of_ours(tab: Browser, site: str) -> None:
    tab.open(f"{site}/")
    tab.troubles.clear()

    tab.run("document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.bad = 1'}))")
    tab.run("document.body.setAttribute('style', 'margin: 99px')")

    assert tab.run("window.bad === undefined")
    tab.until("getComputedStyle(document.body).marginTop === '0px'")
    assert any("Content Security Policy" in trouble for trouble in tab.troubles)


def test_the_first_tab_leads_past_the_menu_and_focus_is_seen(tab: Browser, site: str) -> None:
    tab.screen(WIDE)
    tab.open(f"{site}/operations")

    tab.press("Tab", 9)

    assert tab.run("document.activeElement.className") == "skip"
    assert tab.run("document.activeElement.getBoundingClientRect().top >= 0")
    tab.press("Tab", 9)
    assert tab.run("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_a_filter_narrows_the_list_without_leaving_the_page(tab: Browser, site: str) -> None:
    tab.screen(WIDE)
    tab.open(f"{site}/cases?lang=en")
    tab.run("window.stayed = true")

    tab.run("""(() => { const field = document.querySelector('[name=q]'); field.value = 'fravaer_fejl_1001';
               field.dispatchEvent(new Event('input', {bubbles: true})); })()""")

    tab.until("document.querySelectorAll('.cases > li').length === 1")
    assert tab.run("window.stayed")
    assert tab.run("document.querySelector('#count').textContent") == "1–1 of 1"
    assert "q=fravaer_fejl_1001" in tab.run("location.search")


def test_a_case_is_played_in_its_page(tab: Browser, site: str) -> None:
    tab.open(f"{site}/cases/fravaer/fravaer?lang=en")
    tab.run("window.stayed = true")
    tab.troubles.clear()

    tab.run("document.querySelector('.play button').click()")

    tab.until("document.querySelector('#played .good') !== null")
    assert tab.run("document.querySelector('#played .good').textContent") == "The case holds."
    assert tab.run("window.stayed")
    assert tab.troubles == []


def test_a_page_from_before_a_restart_loads_anew_instead_of_failing_in_silence(tab: Browser, site: str) -> None:
    tab.open(f"{site}/cases/fravaer/fravaer?lang=en")
    tab.run("window.stayed = true")
    tab.run("document.querySelector('.play [name=token]').value = 'of another process'")

    tab.run("document.querySelector('.play button').click()")

    tab.until("window.stayed === undefined && document.querySelector('.play') !== null")
    tab.run("document.querySelector('.play button').click()")
    tab.until("document.querySelector('#played .good') !== null")


def test_the_slider_shows_the_rules_of_another_day(tab: Browser, site: str) -> None:
    tab.open(f"{site}/rules?lang=en")
    before = tab.run("document.querySelectorAll('.law.holds').length")

    tab.run("""(() => { const slider = document.querySelector('#day'); slider.value = 0;
               slider.dispatchEvent(new Event('change', {bubbles: true})); })()""")

    tab.until(f"document.querySelectorAll('.law.holds').length < {before}")


def test_a_mode_is_switched_in_a_browser_that_tells_no_referrer(
    tab: Browser, source: Invented, switchable: str
) -> None:
    tab.open(f"{switchable}{ABSENCE}/mode?mode=compare-old&caller=8/751&lang=en")
    tab.run("document.querySelector('#by').value = 'Test Testesen'")

    tab.run("document.querySelector('.confirm button').click()")

    tab.until("location.search === '?changed=1'")
    scope = Scope("AbsenceRegistrationService/7", "CreateAbsence", "8/751")
    assert source.set_modes[scope] is Mode.COMPARE_OLD
    assert source.audit[-1].by == "Test Testesen"


def test_a_dead_letter_is_released_by_keyboard_and_without_script(
    tab: Browser, source: Invented, switchable: str
) -> None:
    tab.screen(NARROW)
    tab.ask("Emulation.setScriptExecutionDisabled", value=True)
    try:
        tab.open(f"{switchable}/beskeder?lang=en")
        assert tab.run(_WIDER) <= 0
        focused_by_tab(tab, f'form[action*="{KNOWN_BY_NOW}"] button')
        tab.press("Enter", 13)
        tab.until("location.pathname.endsWith('/release') && document.readyState === 'complete'")
        tab.run("document.querySelector('#by').value = 'Test Testesen'")
        focused_by_tab(tab, ".confirm button")
        tab.press("Enter", 13)
        tab.until("location.search === '?released=1' && document.querySelector('.notice.good') !== null")
        assert tab.run("document.querySelector('.notice.good').textContent") == "The message is released."
        assert source.ways[KNOWN_BY_NOW].message.state == WAITING
        tab.open(f"{switchable}/beskeder?lang=en")
        tab.run("document.querySelector('[name=id]').value = ' 00000000-0000-4000-8000-000000000000 '")
        tab.run("document.querySelector('.finder button').click()")
        there = "location.pathname === '/beskeder/00000000-0000-4000-8000-000000000000'"
        tab.until(f"{there} && document.readyState === 'complete'")
        assert tab.run(_WIDER) <= 0
    finally:
        tab.ask("Emulation.setScriptExecutionDisabled", value=False)


def test_a_dismissal_is_reached_by_keyboard_and_fits_a_phone(tab: Browser, site: str) -> None:
    tab.screen(NARROW)
    tab.open(f"{site}/beskeder?lang=en")
    focused_by_tab(tab, f'form[action="/beskeder/{UNKNOWN}/dismiss"] button')
    tab.press("Enter", 13)
    tab.until("location.pathname.endsWith('/dismiss') && document.readyState === 'complete'")
    focused_by_tab(tab, ".confirm button")
    assert tab.run("document.activeElement.textContent") == "Dismiss"


def test_everything_works_without_script(tab: Browser, source: Invented, switchable: str) -> None:
    tab.ask("Emulation.setScriptExecutionDisabled", value=True)
    try:
        tab.open(f"{switchable}/cases?lang=en")
        tab.run("document.querySelector('[name=q]').value = 'fravaer_fejl_1001'")
        tab.run("document.querySelector('.finder button').click()")
        tab.until("document.querySelectorAll('.cases > li').length === 1")
        tab.open(f"{switchable}/cases/fravaer/fravaer")
        tab.run("document.querySelector('.play button').click()")
        tab.until("document.querySelector('#played .good') !== null")
        assert tab.run("location.pathname") == "/cases/fravaer/fravaer"
    finally:
        tab.ask("Emulation.setScriptExecutionDisabled", value=False)


def test_a_picture_of_a_page_is_a_picture(tab: Browser, site: str, tmp_path: Path) -> None:
    tab.screen(NARROW)
    tab.open(f"{site}/")

    tab.picture(tmp_path / "page.png")

    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")

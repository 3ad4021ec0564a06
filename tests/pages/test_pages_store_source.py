"""The pages on a real store."""

import dataclasses
from collections.abc import Iterator
from datetime import timedelta

import pytest

from invented_source import ABSENCE, CANARY, HOOK, JUDGED, KNOWN_BY_NOW, MESSAGE, NOW, filled
from overgang.core.compare.modes import Modes
from overgang.core.compare.modes import Scope as CoreScope
from overgang.core.compare.values import Mode
from overgang.pages.sources import SwitchRefused
from overgang.pages.store_source import StoreSource
from overgang.shell.store import Store
from overgang.shell.store.errors import StoreError
from overgang.shell.store.values import ANY, Scope
from pages_client import ABSENCE as ABSENCE_PAGE
from pages_client import HISTORY as HISTORY_PAGE
from pages_client import ask, operations, pages, token, tree, words

KEY = b"k" * 32


class Closed(Store):
    """A store that can't be read any more."""

    def _gone(self, *_: object, **__: object) -> None:
        raise StoreError("the store failed: OperationalError (SQLITE_IOERR)", passing=True)

    parity = trend = clusters = compared = one = latency = uses = drops = modes = mode_changes = _gone  # type: ignore[assignment]
    set_mode = clear_mode = _gone  # type: ignore[assignment]
    queues = ended_messages = dead_pushes = message_drops = way_of = release = dismiss = _gone  # type: ignore[assignment]


@pytest.fixture
def store() -> Iterator[Store]:
    opened = Store("sqlite://", KEY, now=lambda: NOW)
    invented = filled(operations())
    opened.add_uses(invented.used)
    opened.add_compared(invented.comparisons)
    opened.dropped("queue-full", 14)
    opened.add_messages([way.message for way in invented.ways.values()], {"8/101": [f"8/101 {HOOK}"]})
    yield opened
    opened.close()


def source_of(store: Store) -> StoreSource:
    """A source with the configuration "everything new"; a switch is seen at once."""

    def mode_of(service: str, operation: str, caller: str) -> Mode:
        rows = {CoreScope(*dataclasses.astuple(row.scope)): row.mode for row in store.modes()}
        return Modes(rows).of(service, operation, caller)

    return StoreSource(store, mode_of)


def test_a_service_without_an_old_address_is_new_and_can_not_be_switched_to_anything_else(store: Store) -> None:
    source = StoreSource(store, lambda *call: Mode.OLD, reaches=lambda service: service == "Other/1")
    assert source.mode("Service/1", "Op", ANY) is Mode.NEW
    assert source.mode("Other/1", "Op", ANY) is Mode.OLD
    with pytest.raises(SwitchRefused):
        source.set_mode(Scope("Service/1"), Mode.COMPARE_OLD, "Test Testesen", NOW)
    assert store.mode_changes() == ()
    assert source.set_mode(Scope("Service/1"), Mode.NEW, "Test Testesen", NOW)
    assert source.set_mode(Scope("Other/1"), Mode.OLD, "Test Testesen", NOW)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/operations",
        HISTORY_PAGE,
        "/differences",
        "/differences?cause=fraction",
        "/callers",
        "/callers/8/101",
        "/changes",
        "/beskeder",
        f"/beskeder/{MESSAGE}",
        f"/beskeder/{KNOWN_BY_NOW}/release",
        f"/beskeder/{KNOWN_BY_NOW}/dismiss",
    ],
)
def test_every_page_that_reads_the_store_is_there(store: Store, path: str) -> None:
    assert ask(pages(source_of(store)), path).status_code == 200


def test_what_was_compared_is_what_the_operation_shows(store: Store) -> None:
    page = tree(ask(pages(source_of(store)), HISTORY_PAGE))

    assert words(page.xpath("//ul[@class='legend']")[0]) == "equal 0 expected 20 undecided 20 different 20"
    headings = [words(heading) for heading in page.xpath("//section[@aria-labelledby='h-clusters']/h3")]
    assert headings == ["Unexplained 1", "Expected 1", "Noise 1"]
    link = page.xpath("//table[@class='clusters']//th[@scope='row']/a/@href")[0]
    shown = tree(ask(pages(source_of(store)), link))
    assert "PersonCategoryHistory/PersonCategory/StartDate" in words(shown.xpath("//p[@class='notice']")[0])
    assert words(shown.xpath("//*[@id='count']")[0]) == "1–20 of 20"


def test_a_kept_comparison_is_shown_with_both_answers(store: Store) -> None:
    page = tree(ask(pages(source_of(store)), "/differences/cmp-0"))

    assert len(page.xpath("//ol[@class='judged']/li")) == len(JUDGED)
    assert page.xpath("//div[@class='answers']/table//mark/text()") == ["3", "2", ".1234567"]


def test_a_switch_is_kept_audited_and_holds_at_once(store: Store) -> None:
    told: list[str] = []
    source = StoreSource(store, source_of(store).mode, lambda: told.append("switched"))
    app = pages(source)

    for mode, after in (("compare-old", Mode.COMPARE_OLD), ("inherit", Mode.NEW)):
        given = {"token": token(ask(app, f"{ABSENCE_PAGE}/mode?mode={mode}")), "mode": mode, "caller": "", "by": "Test"}
        ask(app, f"{ABSENCE_PAGE}/mode", "POST", data=given, headers={"sec-fetch-site": "same-origin"})
        assert source.mode(*ABSENCE, ANY) is after

    assert [(change.old, change.new, change.by, change.at) for change in store.mode_changes()] == [
        (Mode.COMPARE_OLD, None, "Test", NOW),
        (None, Mode.COMPARE_OLD, "Test", NOW),
    ]
    assert told == ["switched", "switched"]
    assert store.mode_changes()[0].scope == Scope(*ABSENCE)


def test_a_message_goes_its_way_in_the_store_and_the_page_shows_it(store: Store) -> None:
    app = pages(source_of(store))
    store.open_sequence("8/101", "sequence-1", NOW, NOW + timedelta(hours=1))
    first, *_ = store.hand_out("8/101", "sequence-1", NOW, limit=9, most=99)
    store.acknowledge("8/101", "sequence-1", [(1, 1)], NOW)
    (push, *_) = store.take_pushes([f"8/101 {HOOK}"], NOW, NOW)
    store.not_delivered(push, "status 410", NOW, given_up=True)

    way = ask(app, f"/beskeder/{first.message.id}")
    shown = words(tree(way).find(".//main"))
    assert "acknowledged" in shown
    assert "sequence-1 1 open" in shown
    assert "hook.example.invalid:8443 given up 1 status 410 –" in shown
    form = ask(app, f"/beskeder/{push.message.id}/release")
    given = {"token": token(form), "by": "Test"}
    headers = {"sec-fetch-site": "same-origin"}
    for released, status in ((push.message.id, 303), (KNOWN_BY_NOW, 303), (KNOWN_BY_NOW, 409)):
        assert ask(app, f"/beskeder/{released}/release", "POST", data=given, headers=headers).status_code == status
    assert store.dead_pushes() == ()
    known = store.way_of(KNOWN_BY_NOW)
    assert known is not None
    assert (known.message.state, known.message.kind) == ("waiting", "CprChanged")
    assert CANARY not in way.text + ask(app, "/beskeder").text + form.text


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/operations", HISTORY_PAGE, "/differences", "/differences/x", "/callers", "/callers/8/101", "/changes"),
        *("/beskeder", "/beskeder/x", "/beskeder/x/release", "/beskeder/x/dismiss"),
    ],
)
def test_a_store_that_fails_is_told_on_the_page(path: str) -> None:
    closed = Closed("sqlite://", KEY)

    answer = ask(pages(StoreSource(closed, lambda *_: Mode.NEW)), path)

    assert answer.status_code == 503
    assert "SQLITE" not in answer.text
    closed.close()


def test_a_switch_that_the_store_does_not_take_is_told_on_the_page() -> None:
    closed = Closed("sqlite://", KEY)
    told: list[str] = []
    app = pages(StoreSource(closed, lambda *_: Mode.NEW, lambda: told.append("switched")))
    given = {"token": token(ask(app, f"{ABSENCE_PAGE}/mode?mode=old")), "mode": "old", "caller": "", "by": "Test"}

    answer = ask(app, f"{ABSENCE_PAGE}/mode", "POST", data=given, headers={"sec-fetch-site": "same-origin"})

    assert (answer.status_code, told) == (503, [])
    closed.close()

"""Reading back what was compared."""

from datetime import date

import pytest
from store_side import CALLER, DAY, KEPT, KEY, NOW, OPERATION, OTHER_CODE, SERVICE, compared, equal, expected, ids
from store_side import shared_url as shared_url
from store_side import store as store
from store_side import url as url

from overgang.core.compare.values import Judged, Label, Verdict
from overgang.shell.store import DayRow, Filter, ParityRow, Store, StoreError, Verdicts


def test_an_empty_store_has_nothing_to_read(store: Store) -> None:
    assert (store.parity(), store.clusters(), store.latency(SERVICE, OPERATION), store.drops()) == ((), (), (), {})
    page = store.compared()
    assert (page.items, page.total, page.pages) == ((), 0, 1)
    assert store.trend(2) == (DayRow("2026-11-24", Verdicts()), DayRow("2026-11-25", Verdicts()))


def test_parity_is_grouped_by_what_is_asked(store: Store) -> None:
    store.add_compared([equal("a"), compared("b", caller="2/81"), compared("c", operation="Other", area="other")])
    assert store.parity(by=["operation"]) == (
        ParityRow(Verdicts(equal=1, different=1), operation=OPERATION),
        ParityRow(Verdicts(different=1), operation="Other"),
    )
    assert store.parity(by=["caller", "area"]) == (
        ParityRow(Verdicts(different=1), area="laesning", caller="2/81"),
        ParityRow(Verdicts(equal=1), area="laesning", caller=CALLER),
        ParityRow(Verdicts(different=1), area="other", caller=CALLER),
    )
    assert store.parity(by=[]) == (ParityRow(Verdicts(equal=1, different=2)),)
    with pytest.raises(ValueError, match="not by colour"):
        store.parity(by=["colour"])


def test_parity_counts_both_of_its_days(store: Store) -> None:
    store.add_compared([equal(str(n), at=NOW + n * DAY) for n in (-2, -1, 0)])
    assert store.parity(date(2026, 11, 24))[0].verdicts.equal == 2
    assert store.parity(until=date(2026, 11, 23))[0].verdicts.equal == 1


def test_a_comparison_belongs_to_the_danish_day(store: Store) -> None:
    store.add_compared([equal("late", at=NOW.replace(hour=22, minute=59)), equal("next", at=NOW.replace(hour=23))])
    assert [row.verdicts.equal for row in store.trend(1)] == [1]
    assert store.parity(since=date(2026, 11, 26))[0].verdicts.equal == 1


def test_the_trend_has_each_of_its_days(store: Store) -> None:
    store.add_compared([equal("a", at=NOW - 2 * DAY), compared("b"), compared("c", service="Other/1", caller="2/81")])
    assert [(row.day, row.verdicts.total) for row in store.trend(3)] == [
        ("2026-11-23", 1),
        ("2026-11-24", 0),
        ("2026-11-25", 2),
    ]
    assert [row.verdicts.different for row in store.trend(1, SERVICE, OPERATION)] == [1]
    assert [row.verdicts.different for row in store.trend(1, caller="2/81")] == [1]


def test_clusters_come_largest_first_and_are_filtered(store: Store) -> None:
    both = (Judged(OTHER_CODE), expected())
    store.add_compared([compared("a"), compared("b", *both), compared("c", *both), compared("d", service="Other/1")])
    assert [it.count for it in store.clusters()] == [2, 2, 1, 1]
    assert {it.label for it in store.clusters(limit=2)} == {Label.UNEXPLAINED, Label.EXPECTED}
    (one,) = store.clusters(SERVICE, OPERATION, Label.EXPECTED)
    assert (one.reason, one.kind, one.area) == ("visitation.kategori3-laesning", OTHER_CODE.kind, "laesning")
    assert store.clusters(id=one.id) == (one,)
    assert [it.count for it in store.clusters("Other/1")] == [1]


def test_comparisons_are_paged_newest_first(store: Store) -> None:
    given = [compared(f"{n}", Judged(OTHER_CODE, reason=f"{n}"), at=NOW + n * DAY) for n in range(5)]
    store.add_compared(given)
    assert [ids(store.compared(page=page, size=2).items) for page in (1, 2, 3, 4)] == [
        ["4", "3"],
        ["2", "1"],
        ["0"],
        [],
    ]
    page = store.compared(page=2, size=2)
    assert (page.total, page.pages, page.page) == (5, 3, 2)
    for number, size in ((0, 2), (1, 0)):
        with pytest.raises(ValueError, match="pages count from 1"):
            store.compared(page=number, size=size)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Filter(), ["c", "b", "a"]),
        (Filter(service="Other/1"), ["c"]),
        (Filter(operation=OPERATION, caller="2/81"), ["b"]),
        (Filter(area="laesning"), ["b", "a"]),
        (Filter(verdict=Verdict.EXPECTED), ["b"]),
        (Filter(cause="code"), ["b", "a"]),
        (Filter(cause="fraction"), ["c"]),
        (Filter(cause="none such"), []),
        (Filter(cluster="none such"), []),
        (Filter(caller="' OR 1=1 --"), []),
    ],
    ids=repr,
)
def test_comparisons_are_filtered(store: Store, wanted: Filter, found: list[str]) -> None:
    store.add_compared(
        [
            compared("a", Judged(OTHER_CODE), at=NOW - 2 * DAY),
            compared("b", expected(), verdict=Verdict.EXPECTED, caller="2/81", at=NOW - DAY),
            compared("c", service="Other/1", area="other"),
        ]
    )
    page = store.compared(wanted)
    assert ids(page.items) == found
    assert page.total == len(found)


def test_a_list_does_not_open_what_is_kept_and_one_does(store: Store) -> None:
    store.add_compared([compared("a")])
    assert store.compared().items[0].kept is None
    one = store.one("a")
    assert one is not None
    assert one.kept == KEPT


def test_with_another_key_lists_are_there_and_what_is_kept_is_refused(shared_url: str) -> None:
    right, wrong = Store(shared_url, KEY), Store(shared_url, b"another key for tests of 32 bytes")
    right.add_compared([compared("a")])
    assert ids(wrong.compared().items) == ["a"]
    with pytest.raises(StoreError, match="not among the store's keys"):
        wrong.one("a")
    right.close()
    wrong.close()


def test_latency_is_told_per_side_that_was_asked(store: Store) -> None:
    store.add_compared([equal(f"{n}") for n in range(98)])
    store.add_compared([compared(f"slow{n}", old_seconds=9.0, new_seconds=None) for n in range(2)])
    old, new = store.latency(SERVICE, OPERATION)
    assert (old.side, old.count, new.side, new.count) == ("old", 100, "new", 98)
    assert old.p50 == pytest.approx(0.004, rel=0.26)
    assert old.p90 == pytest.approx(0.004, rel=0.26)
    assert old.p99 == pytest.approx(9, rel=0.26)
    assert new.p99 == pytest.approx(0.04, rel=0.26)
    assert store.latency(SERVICE, OPERATION, date(2026, 11, 26)) == ()
    assert store.latency()[0].count == 100


def test_drops_are_asked_from_a_day_on(store: Store) -> None:
    store.dropped("queue-full", 3)
    assert store.drops(date(2026, 11, 25)) == {"queue-full": 3}
    assert store.drops(date(2026, 11, 26)) == {}

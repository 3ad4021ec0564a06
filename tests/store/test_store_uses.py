"""Uses add up."""

from dataclasses import replace
from datetime import date

from store_side import CALLER, DAY, NOW, use
from store_side import store as store
from store_side import url as url

from overgang.shell.store import Store
from overgang.shell.store.uses import both, joined


def test_uses_of_one_key_add_up_within_and_between_batches_and_the_latest_is_the_last(store: Store) -> None:
    store.add_uses([use(2, at=NOW), use(3, at=NOW - DAY)])
    store.add_uses([replace(use(5, at=NOW + DAY), faults=1)])
    store.add_uses([use(1, at=NOW - DAY)])
    (found,) = store.uses()
    assert (found.calls, found.faults, found.last) == (11, 1, NOW + DAY)


def test_days_callers_and_faces_are_apart(store: Store) -> None:
    given = [use(1), use(1, day="2026-11-24"), use(1, caller="2/81"), use(1, face="rest")]
    store.add_uses(given)
    assert sorted(store.uses(), key=repr) == sorted(given, key=repr)


def test_uses_are_asked_from_a_day_on_that_counts_itself_and_for_a_caller(store: Store) -> None:
    store.add_uses([use(1, day="2026-11-23"), use(2, day="2026-11-24"), use(3, caller="2/81")])
    assert [it.calls for it in store.uses(since=date(2026, 11, 24))] == [2, 3]
    assert [it.calls for it in store.uses(caller=CALLER)] == [1, 2]
    assert store.uses(date(2026, 11, 25), CALLER) == ()


def test_no_uses_at_all_are_no_trouble(store: Store) -> None:
    store.add_uses([])
    assert store.uses() == ()


def test_uses_are_joined_before_they_are_stored() -> None:
    assert joined([use(1), use(2), use(4, face="rest")]) == [use(3), use(4, face="rest")]
    assert both(use(1, at=NOW), use(1, at=NOW - DAY)) == use(2, at=NOW)

"""Modes that are set at run time, and the table of their changes."""

import pytest
from store_side import NOW
from store_side import store as store
from store_side import url as url

from overgang.core.compare.values import Mode
from overgang.shell.store import ANY, ModeChange, ModeRow, Scope, Store

ALL = Scope()
ONE = Scope("PersonStatusService/20", "GetVariablePersonStatus", "8/101")


def test_a_new_store_has_no_modes_and_no_changes(store: Store) -> None:
    assert (store.modes(), store.mode_changes(), store.modes_version()) == ((), (), 0)


def test_a_mode_that_is_set_is_there_with_its_author(store: Store) -> None:
    assert store.set_mode(ONE, Mode.COMPARE_OLD, "Ida", NOW)
    assert store.modes() == (ModeRow(ONE, Mode.COMPARE_OLD, "Ida", NOW),)


def test_each_change_is_written_down_newest_first(store: Store) -> None:
    store.set_mode(ALL, Mode.OLD, "Ida", NOW)
    store.set_mode(ALL, Mode.NEW, "Bo", NOW)
    store.clear_mode(ALL, "Ida", NOW)
    assert store.modes() == ()
    assert store.mode_changes() == (
        ModeChange(3, ALL, Mode.NEW, None, "Ida", NOW),
        ModeChange(2, ALL, Mode.OLD, Mode.NEW, "Bo", NOW),
        ModeChange(1, ALL, None, Mode.OLD, "Ida", NOW),
    )
    assert [change.number for change in store.mode_changes(1)] == [3]


def test_what_changes_nothing_is_no_change(store: Store) -> None:
    store.set_mode(ONE, Mode.OLD, "Ida", NOW)
    assert not store.set_mode(ONE, Mode.OLD, "Bo", NOW)
    assert not store.clear_mode(ALL, "Bo", NOW)
    assert [change.by for change in store.mode_changes()] == ["Ida"]
    assert store.modes()[0].by == "Ida"
    assert store.modes_version() == 1


def test_scopes_are_apart(store: Store) -> None:
    store.set_mode(ALL, Mode.OLD, "Ida", NOW)
    store.set_mode(ONE, Mode.NEW, "Ida", NOW)
    store.set_mode(Scope(ONE.service, ANY, ANY), Mode.COMPARE_NEW, "Ida", NOW)
    store.clear_mode(ONE, "Ida", NOW)
    assert {row.scope.service: row.mode for row in store.modes()} == {ANY: Mode.OLD, ONE.service: Mode.COMPARE_NEW}


def test_a_change_without_an_author_or_a_whole_scope_is_refused(store: Store) -> None:
    for scope, by in ((ALL, " "), (Scope(""), "Ida"), (Scope(operation=""), "Ida"), (Scope(caller=""), "Ida")):
        with pytest.raises(ValueError, match="a change of a mode names"):
            store.set_mode(scope, Mode.OLD, by, NOW)
    assert store.mode_changes() == ()

"""Technical messages."""

from dataclasses import replace

import pytest
from store_side import CITIZEN, DAY, KEY, NOW, message
from store_side import shared_url as shared_url
from store_side import store as store
from store_side import url as url

from overgang.shell.store import Store, StoreError

NEW_KEY = b"another key for tests of 32 bytes"
OTHER = "2304791617"  # of config/demo/citizens.toml


def test_a_message_comes_back_as_it_was_with_its_number(store: Store) -> None:
    assert store.add_message(message())
    assert store.messages("8/101") == (replace(message(), number=1),)


def test_the_same_message_again_adds_nothing_and_the_first_one_stays(store: Store) -> None:
    assert store.add_message(message(made=NOW))
    assert not store.add_message(message(made=NOW + DAY))
    assert [it.made for it in store.messages("8/101")] == [NOW]


def test_a_receiver_goes_on_after_the_last_message_it_has_seen(store: Store) -> None:
    for n in range(5):
        store.add_message(message(f"m{n}", receiver="8/101" if n != 2 else "2/81"))
    seen = store.messages("8/101", limit=2)
    assert [it.id for it in seen] == ["m0", "m1"]
    assert [it.id for it in store.messages("8/101", after=seen[-1].number)] == ["m3", "m4"]
    assert [it.id for it in store.messages("2/81")] == ["m2"]
    assert store.messages("8/101", after=5) == ()


def test_a_citizens_messages_are_found_whoever_receives_them(store: Store) -> None:
    for n, (receiver, citizen) in enumerate((("8/101", CITIZEN), ("2/81", CITIZEN), ("8/101", OTHER))):
        store.add_message(message(f"m{n}", receiver, citizen))
    assert [it.id for it in store.messages_about(CITIZEN)] == ["m0", "m1"]


def test_only_old_messages_are_deleted_and_numbers_go_on(store: Store) -> None:
    store.add_message(message("old", made=NOW - DAY))
    store.add_message(message("new", made=NOW))
    assert store.forget_messages(NOW) == 1
    store.add_message(message("newer", made=NOW))
    assert [(it.id, it.number) for it in store.messages("8/101")] == [("new", 2), ("newer", 3)]


def test_after_a_change_of_key_old_messages_are_read_and_found(shared_url: str) -> None:
    older, newer = Store(shared_url, KEY), Store(shared_url, NEW_KEY, old_keys=[KEY])
    older.add_message(message("before"))
    newer.add_message(message("after"))
    assert [it.id for it in newer.messages_about(CITIZEN)] == ["before", "after"]
    older.close()
    newer.close()


def test_without_the_right_key_it_says_so_and_says_no_number(shared_url: str) -> None:
    right, wrong = Store(shared_url, KEY), Store(shared_url, NEW_KEY)
    right.add_message(message())
    with pytest.raises(StoreError, match=r"sealed with key [0-9a-f]{8}, which is not among the store's keys"):
        wrong.messages("8/101")
    assert wrong.messages_about(CITIZEN) == ()
    right.close()
    wrong.close()


def test_a_message_does_not_show_its_citizen() -> None:
    assert CITIZEN not in repr(message())

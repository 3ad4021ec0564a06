"""Technical messages."""

from dataclasses import replace

import pytest
from store_side import CITIZEN, DAY, KEY, NOW, message
from store_side import shared_url as shared_url
from store_side import store as store
from store_side import url as url

from overgang.shell.store import Message, Store, StoreError

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


def event(id_: str, digest: bytes = b"same", receiver: str = "8/101") -> Message:
    return replace(message(id_, receiver), digest=digest)


def test_an_event_without_an_id_of_its_own_is_kept_once_while_nobody_was_handed_it(store: Store) -> None:
    assert store.add_messages([event("a"), event("b"), event("c", b"another"), event("d", receiver="2/81")]) == (
        True,
        False,
        True,
        True,
    )
    assert store.add_messages([event("e")]) == (False,)
    store.fetch_messages("8/101", ["a"], NOW)
    assert store.add_messages([event("f"), event("g")]) == (True, False)
    assert [one.id for one in store.messages("8/101")] == ["a", "c", "f"]


def test_an_event_that_was_handed_out_or_sent_comes_again(store: Store) -> None:
    store.add_messages([event("a")], {"8/101": ("t",)})
    (push,) = store.take_pushes(("t",), NOW, NOW)
    store.not_delivered(push, "timeout", NOW, False)
    assert store.add_messages([event("b")]) == (True,)
    store.open_sequence("8/101", "s", NOW, NOW + DAY)
    store.hand_out("8/101", "s", NOW, limit=9, most=9)
    assert store.add_messages([event("c")]) == (True,)


def test_the_content_of_an_event_comes_back_and_is_not_shown(store: Store) -> None:
    store.add_message(replace(message(), content=b'{"x":1}', entity_type=7, entity_name="Ny", change=3))
    (found,) = store.messages("8/101")
    assert (found.content, found.entity_type, found.entity_name, found.change) == (b'{"x":1}', 7, "Ny", 3)
    assert '{"x":1}' not in repr(found)


def test_a_receivers_messages_follow_a_citizen_to_another_number(store: Store) -> None:
    for n in range(3):
        store.add_messages([message(f"m{n}", citizen=CITIZEN if n else OTHER)], {"8/101": ("t",)})
    store.add_message(message("theirs", "2/81"))
    store.acknowledge_to("8/101", 2, NOW)
    assert store.move_citizen("8/101", CITIZEN, "0309932497") == 2
    assert [one.citizen for one in store.messages("8/101")] == [OTHER, "0309932497", "0309932497"]
    assert [one.id for one in store.messages_about("0309932497")] == ["m1", "m2"]
    assert [one.citizen for one in store.messages("2/81")] == [CITIZEN]  # whoever was not told does not learn it
    assert store.move_citizen("8/101", CITIZEN, "0309932497") == 0


def test_only_the_receivers_own_messages_are_fetched(store: Store) -> None:
    store.add_messages([message("mine"), message("theirs", "2/81")])
    assert [one.id for one in store.fetch_messages("8/101", ["theirs", "mine", "none"], NOW)] == ["mine"]


def test_the_queues_are_told_by_receiver(store: Store) -> None:
    store.add_messages([message(f"m{n}", made=NOW + n * DAY) for n in range(3)], {"8/101": ("t",)})
    store.add_messages([replace(message("u", "2/81"), state="dead")])
    store.acknowledge_to("8/101", 1, NOW)
    store.open_sequence("8/101", "s", NOW, NOW + DAY)
    store.hand_out("8/101", "s", NOW, limit=1, most=9)
    theirs, ours = store.queues()
    assert (theirs.receiver, theirs.waiting, theirs.dead, theirs.oldest) == ("2/81", 0, 1, None)
    assert (ours.waiting, ours.handed, ours.acknowledged, ours.oldest) == (2, 1, 1, NOW + DAY)
    assert (ours.pushes, ours.dead_pushes, ours.dropped, ours.alarm) == (3, 0, 0, None)

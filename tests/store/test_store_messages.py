"""Technical messages."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.event import listen
from store_side import CITIZEN, DAY, KEY, NOW, message
from store_side import shared_url as shared_url
from store_side import store as store
from store_side import url as url

from overgang.shell.store import Message, Store, StoreError
from overgang.shell.store.values import MessageDrop

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
    return replace(message(id_, receiver), digest=digest, unnamed=True)


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


def test_another_event_under_a_known_id_is_kept_once_under_an_id_of_its_own(shared_url: str) -> None:
    older, newer = Store(shared_url, KEY), Store(shared_url, NEW_KEY, old_keys=[KEY])
    first, second = (replace(message("m"), digest=said) for said in (b"one", b"two"))
    assert older.add_messages([first, second, first, second]) == (True, True, False, False)
    assert newer.add_messages([second, first, replace(first, digest=b"three")]) == (False, False, True)
    ids = [one.id for one in newer.messages("8/101")]
    assert ids[0] == "m"
    assert len(set(ids)) == 3
    assert older.add_message(replace(first, digest=None)) is False
    older.close()
    newer.close()


def test_equal_events_of_different_requests_are_different(store: Store) -> None:
    assert store.add_messages([replace(message(id_), digest=b"same") for id_ in ("a", "b")]) == (True, True)
    assert store.add_messages([event("c")]) == (False,)  # whoever is handed "a" reads what this one tells of


def test_the_content_of_an_event_comes_back_and_is_not_shown(store: Store) -> None:
    store.add_message(replace(message(), content=b'{"x":1}', entity_type=7, entity_name="Ny", change=3))
    (found,) = store.messages("8/101")
    assert (found.content, found.entity_type, found.entity_name, found.change) == (b'{"x":1}', 7, "Ny", 3)
    assert '{"x":1}' not in repr(found)


def changed(id_: str, former: str, citizen: str, receiver: str = "8/101", made: datetime = NOW) -> Message:
    """The event that tells a receiver of a citizen's new number."""
    return replace(message(id_, receiver, citizen, made), former=former)


def citizens(store: Store, receiver: str = "8/101") -> dict[str, str]:
    return {one.id: one.citizen for one in store.messages(receiver)}


A, B, C = CITIZEN, "0309932497", "0101010101"


def test_a_receivers_messages_follow_a_citizen_to_another_number(store: Store) -> None:
    for n in range(3):
        store.add_messages([message(f"m{n}", citizen=A if n else OTHER)], {"8/101": ("t",)})
    store.add_message(message("theirs", "2/81"))
    store.hand_over(store.messages("8/101"), NOW)
    store.acknowledge_to("8/101", 2, NOW)
    assert store.add_message(changed("change", A, B))
    assert not store.add_message(changed("change", A, C))  # a repeat moves nothing
    assert citizens(store) == {"m0": OTHER, "m1": B, "m2": B, "change": B}
    assert [one.id for one in store.messages_about(B)] == ["m1", "m2", "change"]
    assert citizens(store, "2/81") == {"theirs": A}  # whoever was not told does not learn it


def test_what_comes_of_the_former_number_later_is_about_the_new_one(store: Store) -> None:
    store.add_message(changed("change", A, B))
    store.add_messages([message("late"), message("theirs", "2/81")])
    assert citizens(store) == {"change": B, "late": B}
    assert citizens(store, "2/81") == {"theirs": A}


def test_a_citizen_whose_number_another_receiver_was_told_of_is_looked_for_once(store: Store) -> None:
    store.add_message(changed("change", A, B, "2/81"))
    asked = []

    def remember(*given: Any) -> None:
        asked.append(given[2])

    listen(store._engine, "before_cursor_execute", remember)
    store.add_message(message("late"))
    assert len([one for one in asked if "message_move" in one]) == 1
    assert citizens(store) == {"late": A}


@pytest.mark.parametrize("later", [[(A, B), (B, C)], [(B, C), (A, B)]], ids=["in order", "out of order"])
def test_a_number_that_changes_twice_is_the_last_one_whichever_is_told_first(
    store: Store, later: list[tuple[str, str]]
) -> None:
    store.add_message(message("before"))
    for n, (former, citizen) in enumerate(later):
        store.add_message(changed(f"change {n}", former, citizen))
    store.add_messages([message("of a", citizen=A), message("of b", citizen=B), message("of c", citizen=C)])
    assert set(citizens(store).values()) == {C}


def test_a_number_that_changes_back_is_the_first_one_again(store: Store) -> None:
    store.add_message(message("before"))
    store.add_message(changed("there", A, B))
    store.add_message(changed("back", B, A))
    store.add_messages([message("of a", citizen=A), message("of b", citizen=B)])
    assert set(citizens(store).values()) == {A}


def test_a_change_within_one_transaction_counts_for_what_stands_before_and_after_it(store: Store) -> None:
    store.add_messages([message("before"), changed("change", A, B), message("after")])
    assert citizens(store) == {"before": B, "change": B, "after": B}


def test_a_change_to_the_same_number_changes_nothing(store: Store) -> None:
    store.add_messages([message("before"), changed("change", A, A), message("after")])
    assert set(citizens(store).values()) == {A}


def test_a_citizens_messages_stay_in_order_for_a_webhook_when_the_number_changes(store: Store) -> None:
    targets = {"8/101": ("t",)}
    store.add_messages([message("first")], targets)
    store.add_messages([changed("change", A, B), message("late", citizen=A)], targets)
    sent = []
    while pushes := store.take_pushes(("t",), NOW, NOW + DAY):
        assert len(pushes) == 1
        store.delivered(pushes[0], NOW, True)
        sent.append(pushes[0].message.id)
    assert sent == ["first", "change", "late"]


def test_a_former_number_is_forgotten_and_found_after_a_change_of_key(shared_url: str) -> None:
    older, newer = Store(shared_url, KEY), Store(shared_url, NEW_KEY, old_keys=[KEY])
    older.add_message(changed("change", A, B))
    newer.add_message(message("late"))
    assert citizens(newer)["late"] == B
    newer.forget_moves(NOW)
    newer.add_message(message("still"))
    assert citizens(newer)["still"] == B
    newer.forget_moves(NOW + DAY)
    newer.add_message(message("never"))
    assert citizens(newer)["never"] == A
    older.close()
    newer.close()


def test_neither_number_of_a_change_stands_in_the_store(store: Store) -> None:
    store.add_message(changed("change", A, B))
    with store.reading() as connection:
        rows = repr(connection.execute(text("SELECT * FROM message_move")).all())
    assert rows != "[]"
    assert A not in rows
    assert B not in rows


def test_what_is_handed_over_is_written_down_and_an_equal_event_comes_again(store: Store) -> None:
    store.add_messages([event("a")])
    store.hand_over(store.messages("8/101"), NOW)
    store.hand_over(store.messages("8/101"), NOW + DAY)
    (found,) = store.messages("8/101")
    assert (found.times, found.handed) == (2, NOW)
    assert store.add_messages([event("b")]) == (True,)


def test_an_event_on_its_way_to_a_webhook_is_handed_over(store: Store) -> None:
    store.add_messages([event("a")], {"8/101": ("t",)})
    assert store.take_pushes(("t",), NOW, NOW + DAY)
    assert store.add_messages([event("b")]) == (True,)


def test_dead_letters_are_not_listed_and_a_released_one_is_the_newest(store: Store) -> None:
    store.add_messages([replace(message("unknown"), kind="", state="dead"), message("known")])
    assert [one.id for one in store.messages("8/101")] == ["known"]
    assert store.release("unknown", "ContactGroup", NOW)
    assert [(one.id, one.number) for one in store.messages("8/101")] == [("known", 2), ("unknown", 3)]
    store.add_message(message("next"))
    assert [one.number for one in store.messages("8/101", after=2)] == [3, 4]


def test_a_dead_letter_is_dismissed_and_counted(store: Store) -> None:
    store.add_messages([replace(message("unknown"), kind="", state="dead", content=b"{}"), message("known")])
    assert store.dismiss("unknown", NOW)
    (dropped,) = store.ended_messages("dropped")
    assert (dropped.id, dropped.ended, dropped.content) == ("unknown", NOW, None)
    assert store.message_drops() == (MessageDrop("2026-11-25", "8/101", "dismissed", 1),)
    assert not store.dismiss("unknown", NOW)
    assert not store.dismiss("known", NOW)
    assert not store.dismiss("none", NOW)
    assert not store.release("unknown", "ContactGroup", NOW)
    assert [one.id for one in store.messages("8/101")] == ["known"]


def test_only_the_receivers_own_messages_are_fetched(store: Store) -> None:
    store.add_messages([message("mine"), message("theirs", "2/81")])
    assert [one.id for one in store.fetch_messages("8/101", ["theirs", "mine", "none"], NOW)] == ["mine"]


def test_the_queues_are_told_by_receiver(store: Store) -> None:
    store.add_messages([message(f"m{n}", made=NOW + n * DAY) for n in range(3)], {"8/101": ("t",)})
    store.add_messages([replace(message("u", "2/81"), state="dead")])
    store.hand_over(store.messages("8/101", limit=1), NOW)
    store.acknowledge_to("8/101", 1, NOW)
    store.open_sequence("8/101", "s", NOW, NOW + DAY)
    store.hand_out("8/101", "s", NOW, limit=1, most=9)
    theirs, ours = store.queues()
    assert (theirs.receiver, theirs.waiting, theirs.dead, theirs.oldest) == ("2/81", 0, 1, None)
    assert (ours.waiting, ours.handed, ours.acknowledged, ours.oldest) == (2, 1, 1, NOW + DAY)
    assert (ours.pushes, ours.dead_pushes, ours.dropped, ours.alarm) == (3, 0, 0, None)

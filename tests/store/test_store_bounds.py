"""The bounds of the queues: told of before anything is dropped, and what is dropped is counted and listed."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

from store_side import CALLER, CITIZEN, DAY, KEY, NOW, message
from store_side import shared_url as shared_url
from store_side import store as store
from store_side import url as url

from overgang.shell.store import Bounds, Queue, Store
from overgang.shell.store.bounds import NOTICE
from overgang.shell.store.values import MessageDrop

BOUNDS = Bounds(days=10, most=10, alarm=0.8, shown=5)
TOLD = NOW + NOTICE


def filled(store: Store, n: int, receiver: str = CALLER, made: datetime = NOW) -> None:
    store.add_messages([message(f"{receiver} {made:%d} {i}", receiver, made=made) for i in range(n)])


def queue(store: Store, receiver: str = CALLER) -> Queue:
    return next(one for one in store.queues() if one.receiver == receiver)


def waiting(store: Store) -> list[str]:
    return [one.id for one in store.messages(CALLER) if one.state == "waiting"]


def test_a_queue_within_its_bounds_is_left_alone(store: Store) -> None:
    filled(store, 7)
    assert store.bound_queues(BOUNDS, NOW) == {}
    assert (queue(store).waiting, queue(store).alarm) == (7, None)


def test_a_queue_that_is_nearly_full_is_told_of_and_calms_down(store: Store) -> None:
    filled(store, 8)
    assert store.bound_queues(BOUNDS, NOW) == {}
    assert queue(store).alarm == NOW
    store.hand_over(store.messages(CALLER), NOW)
    store.acknowledge_to(CALLER, 2, NOW)
    store.bound_queues(BOUNDS, NOW + DAY)
    assert queue(store).alarm is None


def test_a_queue_beyond_its_bounds_is_told_of_first_and_then_loses_its_oldest(store: Store) -> None:
    filled(store, 13)
    assert store.bound_queues(BOUNDS, NOW) == {}
    assert store.bound_queues(BOUNDS, NOW + NOTICE / 2) == {}  # another gateway looks too
    assert len(waiting(store)) == 13
    assert store.bound_queues(BOUNDS, TOLD) == {CALLER: 3}
    assert waiting(store) == [f"{CALLER} 25 {i}" for i in range(3, 13)]
    assert (queue(store).dropped, queue(store).waiting) == (3, 10)
    assert [one.id for one in store.ended_messages("dropped")] == [f"{CALLER} 25 {i}" for i in (2, 1, 0)]
    assert store.message_drops() == (MessageDrop("2026-11-25", CALLER, "size", 3),)
    assert store.bound_queues(BOUNDS, TOLD) == {}


def test_what_is_too_old_is_dropped_after_it_was_told_of(store: Store) -> None:
    filled(store, 2)
    filled(store, 1, made=NOW + 5 * DAY)
    assert store.bound_queues(BOUNDS, NOW + 9 * DAY) == {}
    assert queue(store).alarm == NOW + 9 * DAY
    assert store.bound_queues(BOUNDS, NOW + 11 * DAY) == {CALLER: 2}
    assert waiting(store) == [f"{CALLER} 30 0"]


def test_a_queue_that_others_fill_does_not_cost_theirs(store: Store) -> None:
    filled(store, 30)
    filled(store, 3, "2/81")
    for n in range(3):
        store.bound_queues(BOUNDS, NOW + n * NOTICE)
    assert queue(store).waiting == BOUNDS.most
    assert queue(store, "2/81").waiting == 3


def test_dead_messages_are_bounded_apart_and_cost_no_other_its_place(store: Store) -> None:
    store.add_messages([replace(message(f"u{i}"), kind="", state="dead") for i in range(15)])
    filled(store, 9)
    store.bound_queues(BOUNDS, NOW)
    assert store.bound_queues(BOUNDS, TOLD) == {CALLER: 5}
    assert (queue(store).dead, queue(store).waiting) == (10, 9)
    assert [one.id for one in store.ended_messages("dropped")] == ["u4", "u3", "u2", "u1", "u0"]


def test_what_ended_is_shown_for_a_while_and_then_forgotten_but_counted(store: Store) -> None:
    filled(store, 13)
    store.bound_queues(BOUNDS, NOW - NOTICE)
    store.bound_queues(BOUNDS, NOW)
    store.hand_over(store.messages(CALLER), NOW)
    store.acknowledge_to(CALLER, 5, NOW)
    store.bound_queues(BOUNDS, NOW + 4 * DAY)
    assert len(store.ended_messages("dropped")) == 3
    store.bound_queues(BOUNDS, NOW + timedelta(days=5, seconds=1))
    assert store.ended_messages("dropped") == ()
    assert len(store.messages(CALLER)) == 8
    assert queue(store).dropped == 3
    assert store.messages_about(CITIZEN)  # those that wait


def test_dropped_messages_can_not_fill_the_disk_either(store: Store) -> None:
    for n in range(6):
        filled(store, 25, made=NOW + timedelta(days=n / 100))
        store.add_messages([message(f"x{n} {i}") for i in range(20)])
        store.bound_queues(BOUNDS, NOW)
        store.bound_queues(BOUNDS, TOLD)
    assert len(store.ended_messages("dropped", 1000)) <= BOUNDS.most
    assert queue(store).waiting == BOUNDS.most
    assert queue(store).dropped > 100


def test_two_gateways_that_look_at_once_drop_and_count_no_more_than_is_too_much(shared_url: str) -> None:
    stores = [Store(shared_url, KEY) for _ in range(2)]
    filled(stores[0], 60)
    stores[0].bound_queues(BOUNDS, NOW)
    with ThreadPoolExecutor(8) as pool:
        dropped = list(pool.map(lambda n: stores[n % 2].bound_queues(BOUNDS, TOLD), range(8)))
    assert sum(each.get(CALLER, 0) for each in dropped) == 50
    assert (queue(stores[0]).waiting, queue(stores[0]).dropped) == (10, 50)
    for each in stores:
        each.close()

"""What is to be sent to webhooks: in order for each citizen, by one at a time, until it has arrived."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from store_side import CALLER, CITIZEN, KEY, NOW, message
from store_side import shared_url as shared_url
from store_side import store as store
from store_side import url as url

from overgang.shell.store import Push, Store

TARGETS = {CALLER: ("a", "b")}
OTHER = "2304791617"  # of config/demo/citizens.toml
LEASE = NOW + timedelta(seconds=60)


def taken(store: Store, *targets: str, now: datetime = NOW) -> list[Push]:
    return list(store.take_pushes(targets or ("a",), now, now + timedelta(seconds=60)))


def told(pushes: list[Push]) -> list[tuple[str, str]]:
    return [(push.target, push.message.id) for push in pushes]


@pytest.fixture
def filled(store: Store) -> Store:
    citizens = (CITIZEN, CITIZEN, OTHER)
    store.add_messages([message(f"m{n}", citizen=citizen) for n, citizen in enumerate(citizens)], TARGETS)
    store.add_messages([message("elsewhere", "2/81")], TARGETS)
    return store


def test_each_target_gets_the_first_of_each_citizen(filled: Store) -> None:
    assert told(taken(filled, "a", "b")) == [("a", "m0"), ("b", "m0"), ("a", "m2"), ("b", "m2")]


def test_what_one_has_taken_nobody_else_takes_until_its_time_is_over(filled: Store) -> None:
    assert told(taken(filled)) == [("a", "m0"), ("a", "m2")]
    assert taken(filled) == []
    assert told(taken(filled, now=LEASE)) == [("a", "m0"), ("a", "m2")]


def test_the_next_of_a_citizen_comes_when_the_one_before_has_arrived(filled: Store) -> None:
    first, other = taken(filled)
    filled.delivered(first, NOW, False)
    assert told(taken(filled)) == [("a", "m1")]
    filled.not_delivered(other, "status 503", LEASE, False)
    assert taken(filled) == []
    (again,) = taken(filled, now=LEASE + timedelta(seconds=1))[-1:]
    assert (again.message.id, again.attempts) == ("m2", 1)


def test_what_is_given_up_lets_the_next_pass_and_comes_again_when_it_is_released(filled: Store) -> None:
    first, _ = taken(filled)
    filled.not_delivered(first, "status 410", NOW, True)
    assert told(taken(filled)) == [("a", "m1")]
    assert told(list(filled.dead_pushes())) == [("a", "m0")]
    assert filled.release("m0", "PersonCategory", NOW)
    assert told(taken(filled)) == [("a", "m0")]
    assert filled.dead_pushes() == ()
    assert not filled.release("m2", "PersonCategory", NOW)


def test_a_message_ends_when_it_has_arrived_everywhere(filled: Store) -> None:
    both = [push for push in taken(filled, "a", "b") if push.message.id == "m0"]
    filled.delivered(both[0], NOW, True)
    assert filled.messages(CALLER)[0].state == "waiting"
    filled.delivered(both[1], NOW, True)
    assert filled.messages(CALLER)[0].state == "acknowledged"
    way = filled.way_of("m0")
    assert way is not None
    assert [push[:3] for push in way.pushes] == [("a", "delivered", 1), ("b", "delivered", 1)]


def test_a_message_that_waits_in_the_queue_too_ends_there(filled: Store) -> None:
    for push in taken(filled, "a", "b"):
        filled.delivered(push, NOW, False)
    assert {one.state for one in filled.messages(CALLER)} == {"waiting"}


def test_what_waits_for_a_target_that_is_gone_goes_to_those_of_its_receiver(filled: Store) -> None:
    first, _ = taken(filled)
    filled.delivered(first, NOW, True)
    filled.not_delivered(taken(filled)[0], "status 503", NOW + timedelta(days=1), False)
    for _ in range(2):
        filled.tend_pushes({CALLER: ("b", "c")}, (), NOW)
    assert taken(filled) == []
    assert told(taken(filled, "c")) == [("c", "m0"), ("c", "m2")]
    assert told(taken(filled, "b")) == [("b", "m0"), ("b", "m2")]


def test_what_waits_when_a_webhook_is_added_is_sent_too(store: Store) -> None:
    store.add_messages([message(f"m{n}") for n in range(3)])
    store.hand_over(store.messages(CALLER, limit=1), NOW)
    store.acknowledge_to(CALLER, 1, NOW)
    store.tend_pushes({CALLER: ("a",)}, (CALLER,), NOW)
    assert told(taken(store)) == [("a", "m1")]


def test_a_gateway_that_does_not_know_of_a_webhook_takes_nothing_from_it(filled: Store) -> None:
    filled.tend_pushes({}, (), NOW)
    filled.add_messages([message("by the other gateway")])
    filled.tend_pushes(TARGETS, (CALLER,), NOW)
    for _ in range(3):
        for push in taken(filled, "a", "b"):
            filled.delivered(push, NOW, True)
    assert {one.state for one in filled.messages(CALLER)} == {"acknowledged"}


def test_nothing_goes_to_the_webhook_of_another_receiver(filled: Store) -> None:
    filled.tend_pushes({CALLER: ("a",), "2/82": ("c",)}, (), NOW)
    assert taken(filled, "c") == []


@pytest.mark.parametrize("pushed", [(), (CALLER,)])
def test_what_came_everywhere_but_to_a_webhook_that_is_gone_ends_where_there_is_no_queue(
    filled: Store, pushed: tuple[str, ...]
) -> None:
    for push in taken(filled):
        filled.delivered(push, NOW, True)
    filled.tend_pushes({CALLER: ("a",)}, pushed, NOW)
    states = [one.state for one in filled.messages(CALLER)]
    assert states == (["acknowledged", "waiting", "acknowledged"] if pushed else ["waiting"] * 3)


def test_a_given_up_push_whose_address_is_changed_goes_to_the_new_one(filled: Store) -> None:
    first, _ = taken(filled)
    filled.not_delivered(first, "status 410", NOW, True)
    assert filled.release("m0", "PersonCategory", NOW)
    filled.tend_pushes({CALLER: ("c",)}, (), NOW)
    assert told(taken(filled, "a", "c")) == [("c", "m0"), ("c", "m2")]


def test_what_is_dismissed_is_not_sent_again_and_ends_where_there_is_no_queue(filled: Store) -> None:
    by_target = {push.target: push for push in taken(filled, "a", "b") if push.message.id == "m0"}
    filled.delivered(by_target["a"], NOW, True)
    filled.not_delivered(by_target["b"], "status 410", NOW, True)
    assert filled.dismiss("m0", NOW, (CALLER,))
    filled.tend_pushes(TARGETS, (CALLER,), NOW)
    assert "m0" not in [push.message.id for push in taken(filled, "b", now=LEASE)]
    assert filled.messages(CALLER)[0].state == "acknowledged"
    assert filled.message_drops() == ()


def test_what_nobody_gets_any_more_is_dropped_when_it_is_dismissed(filled: Store) -> None:
    for push in taken(filled, "a", "b"):
        filled.not_delivered(push, "status 410", NOW, True)
    assert filled.dismiss("m0", NOW, (CALLER,))
    assert [one.id for one in filled.ended_messages("dropped")] == ["m0"]
    assert [(one.reason, one.n) for one in filled.message_drops()] == [("dismissed", 1)]


def test_a_given_up_push_is_dismissed_and_its_message_waits_on(filled: Store) -> None:
    first, _ = taken(filled)
    filled.not_delivered(first, "status 410", NOW, True)
    assert filled.dismiss("m0", NOW)
    assert filled.dead_pushes() == ()
    assert filled.message_drops() == ()
    assert filled.messages(CALLER)[0].state == "waiting"
    assert not filled.dismiss("m0", NOW)


def test_two_gateways_never_take_the_same(shared_url: str) -> None:
    one, two = Store(shared_url, KEY), Store(shared_url, KEY)
    one.add_messages([message(f"m{n}", citizen=f"{n:010}") for n in range(40)], {CALLER: ("a",)})
    seen: list[str] = []
    for each in (one, two) * 5:
        seen += [push.message.id for push in each.take_pushes(("a",), NOW, LEASE, 5)]
    assert sorted(seen) == sorted(f"m{n}" for n in range(40))
    one.close()
    two.close()


def test_a_dead_message_is_not_sent_and_is_when_it_is_released(store: Store) -> None:
    unknown = replace(message("u"), kind="", state="dead", entity_type=4711, entity_name="Ny")
    store.add_messages([unknown], TARGETS)
    assert taken(store, "a", "b") == []
    assert [one.id for one in store.ended_messages("dead")] == ["u"]
    assert store.release("u", "ContactGroup", NOW)
    store.tend_pushes(TARGETS, (), NOW)
    assert told(taken(store, "a", "b")) == [("a", "u"), ("b", "u")]
    assert [(one.kind, one.state) for one in store.messages(CALLER)] == [("ContactGroup", "waiting")]

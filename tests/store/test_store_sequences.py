"""The old queue: messages wait until they are acknowledged, by sequences that come and go."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from store_side import CALLER, DAY, NOW, message
from store_side import shared_url as shared_url
from store_side import store as store
from store_side import url as url

from overgang.shell.store import SequenceTrouble, Store, sequences
from overgang.shell.store.sequences import MOST_SEQUENCES

LATER = NOW + DAY
MOST = 2**63 - 1


def filled(store: Store, n: int, receiver: str = CALLER) -> None:
    assert all(store.add_messages([message(f"m{i}", receiver) for i in range(n)]))


def begun(store: Store, id_: str = "s", receiver: str = CALLER) -> str:
    store.open_sequence(receiver, id_, NOW, LATER)
    return id_


def handed(store: Store, id_: str = "s", *, limit: int = 100, most: int = MOST) -> list[tuple[int, str]]:
    return [(one.place, one.message.id) for one in store.hand_out(CALLER, id_, NOW, limit=limit, most=most)]


def test_what_waits_is_handed_out_again_and_again_until_it_is_acknowledged(store: Store) -> None:
    filled(store, 5)
    begun(store)
    first = [(1, "m0"), (2, "m1"), (3, "m2")]
    assert handed(store, limit=3) == first
    assert handed(store, limit=3) == first
    assert store.acknowledge(CALLER, "s", [(1, 1), (3, 3)], NOW) == 2
    assert handed(store) == [(2, "m1"), (4, "m3"), (5, "m4")]
    assert store.acknowledge(CALLER, "s", [(1, 5)], NOW) == 3
    assert handed(store) == []
    assert store.acknowledge(CALLER, "s", [(1, 5)], NOW) == 0


def test_what_comes_meanwhile_is_handed_out_after_it(store: Store) -> None:
    filled(store, 1)
    begun(store)
    assert handed(store) == [(1, "m0")]
    store.add_message(message("late"))
    assert handed(store) == [(1, "m0"), (2, "late")]


def test_what_one_sequence_did_not_acknowledge_the_next_one_hands_out(store: Store) -> None:
    filled(store, 3)
    begun(store, "first")
    handed(store, "first")
    store.acknowledge(CALLER, "first", [(2, 2)], NOW)
    store.terminate_sequence(CALLER, "first", NOW)
    begun(store, "next")
    assert handed(store, "next") == [(1, "m0"), (2, "m2")]


def test_each_receiver_has_its_own(store: Store) -> None:
    filled(store, 2)
    store.add_message(message("theirs", "2/81"))
    begun(store, "s")
    begun(store, "t", "2/81")
    assert [one.message.id for one in store.hand_out("2/81", "t", NOW, limit=9, most=MOST)] == ["theirs"]
    with pytest.raises(SequenceTrouble, match="UnknownSequence"):
        store.hand_out("2/81", "s", NOW, limit=9, most=MOST)
    with pytest.raises(SequenceTrouble, match="UnknownSequence"):
        store.acknowledge("2/81", "s", [(1, 1)], NOW)
    assert len(handed(store)) == 2


def test_the_ranges_that_are_acknowledged_are_told(store: Store) -> None:
    filled(store, 6)
    begun(store)
    handed(store)
    assert store.acknowledged(CALLER, "s", NOW) == ()
    store.acknowledge(CALLER, "s", [(1, 2), (4, 4), (6, 6)], NOW)
    assert store.acknowledged(CALLER, "s", NOW) == ((1, 2), (4, 4), (6, 6))


@pytest.mark.parametrize("ranges", [[(0, 1)], [(2, 1)], [(1, 4)], [(1, 1), (9, 9)]])
def test_a_number_that_was_never_given_can_not_be_acknowledged(store: Store, ranges: list[tuple[int, int]]) -> None:
    filled(store, 3)
    begun(store)
    handed(store)
    with pytest.raises(SequenceTrouble, match="InvalidAcknowledgement"):
        store.acknowledge(CALLER, "s", ranges, NOW)
    assert len(handed(store)) == 3  # nor is any other of the same acknowledgement


def test_a_closed_sequence_hands_out_no_more_and_still_takes_acknowledgements(store: Store) -> None:
    filled(store, 2)
    begun(store)
    handed(store)
    assert store.close_sequence(CALLER, "s", NOW, 2) == 2
    with pytest.raises(SequenceTrouble, match="SequenceClosed"):
        handed(store)
    assert store.acknowledge(CALLER, "s", [(1, 2)], NOW) == 2


def test_a_last_number_that_was_never_given_does_not_close_it(store: Store) -> None:
    begun(store)
    with pytest.raises(SequenceTrouble, match="InvalidAcknowledgement"):
        store.close_sequence(CALLER, "s", NOW, 1)
    assert handed(store) == []


def test_a_sequence_that_is_over_or_has_expired_says_so(store: Store) -> None:
    begun(store, "over")
    store.terminate_sequence(CALLER, "over", NOW)
    store.open_sequence(CALLER, "short", NOW, NOW + timedelta(seconds=1))
    for id_, at in (("over", NOW), ("short", LATER)):
        with pytest.raises(SequenceTrouble, match="SequenceTerminated"):
            store.hand_out(CALLER, id_, at, limit=1, most=MOST)
        with pytest.raises(SequenceTrouble, match="SequenceTerminated"):
            store.close_sequence(CALLER, id_, at)
        store.terminate_sequence(CALLER, id_, at)  # whoever did not get the answer asks again
    with pytest.raises(SequenceTrouble, match="UnknownSequence"):
        store.terminate_sequence(CALLER, "none", NOW)


def test_the_last_number_there_is_can_be_given_and_none_after_it(store: Store) -> None:
    filled(store, 3)
    begun(store)
    assert handed(store, most=2) == [(1, "m0"), (2, "m1")]
    assert handed(store, most=2) == [(1, "m0"), (2, "m1")]
    store.acknowledge(CALLER, "s", [(1, 2)], NOW)
    with pytest.raises(SequenceTrouble, match="MessageNumberRollover"):
        handed(store, most=2)
    begun(store, "next")
    assert handed(store, "next", most=2) == [(1, "m2")]


def test_one_sequence_too_many_ends_the_oldest(store: Store) -> None:
    for n in range(MOST_SEQUENCES + 1):
        store.open_sequence(CALLER, f"s{n}", NOW + timedelta(seconds=n), LATER)
    with pytest.raises(SequenceTrouble, match="SequenceTerminated"):
        handed(store, "s0")
    assert handed(store, "s1") == []


def rows(store: Store, table: str) -> int:
    with store.reading() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_who_never_acknowledges_leaves_no_places_behind(store: Store) -> None:
    filled(store, 10)
    for n in range(3 * MOST_SEQUENCES):
        store.open_sequence(CALLER, f"s{n}", NOW + timedelta(seconds=n), LATER)
        handed(store, f"s{n}")
        if n % 3 == 0:
            store.terminate_sequence(CALLER, f"s{n}", NOW)
    assert rows(store, "message_place") <= 10 * MOST_SEQUENCES
    store.forget_sequences(LATER + DAY, NOW)
    assert rows(store, "message_place") == 0


def test_the_place_of_what_was_acknowledged_is_told_until_its_sequence_is_forgotten(store: Store) -> None:
    filled(store, 2)
    begun(store)
    handed(store)
    store.acknowledge(CALLER, "s", [(1, 1)], NOW)
    store.terminate_sequence(CALLER, "s", NOW)
    ways = [store.way_of(id_) for id_ in ("m0", "m1")]
    assert [[place[:3] for place in way.places] for way in ways if way] == [[("s", 1, "terminated")], []]


def test_ended_sequences_are_forgotten_beyond_a_number(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequences, "MOST_OVER", 3)
    for n in range(10):
        store.open_sequence(CALLER, f"s{n}", NOW + timedelta(seconds=n), LATER)
        store.terminate_sequence(CALLER, f"s{n}", NOW)
    assert rows(store, "message_sequence") <= 4
    with pytest.raises(SequenceTrouble, match="UnknownSequence"):
        handed(store, "s0")
    with pytest.raises(SequenceTrouble, match="SequenceTerminated"):
        handed(store, "s9")


def test_old_sequences_are_ended_and_then_forgotten(store: Store) -> None:
    begun(store)
    store.forget_sequences(LATER + DAY, NOW)
    with pytest.raises(SequenceTrouble, match="SequenceTerminated"):
        handed(store)
    store.forget_sequences(LATER + DAY, LATER)
    with pytest.raises(SequenceTrouble, match="UnknownSequence"):
        handed(store)


def test_a_list_is_acknowledged_up_to_a_number(store: Store) -> None:
    filled(store, 4)
    store.hand_over(store.messages(CALLER, limit=3), NOW)
    assert store.acknowledge_to(CALLER, 10**12, NOW) == 3  # what was not handed out yet still waits
    begun(store)
    assert handed(store) == [(1, "m3")]
    assert [one.state for one in store.messages(CALLER)] == ["acknowledged"] * 3 + ["waiting"]


def test_the_way_of_a_message_is_told(store: Store) -> None:
    filled(store, 1)
    begun(store)
    handed(store)
    handed(store)
    store.fetch_messages(CALLER, ["m0"], NOW + timedelta(seconds=1))
    store.acknowledge(CALLER, "s", [(1, 1)], NOW + timedelta(seconds=2))
    way = store.way_of("m0")
    assert way is not None
    assert [place[:3] for place in way.places] == [("s", 1, "open")]
    found = way.message
    assert (found.times, found.handed, found.state) == (2, NOW, "acknowledged")
    assert (found.fetched, found.ended) == (NOW + timedelta(seconds=1), NOW + timedelta(seconds=2))
    assert store.way_of("none") is None

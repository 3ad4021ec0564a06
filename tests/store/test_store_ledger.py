"""The audit's chains and the outcomes of writes, on each database."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from store_side import CITIZEN, DAY, KEY, NOW
from store_side import shared_url as shared_url
from store_side import store as store
from store_side import url as url

from overgang.core.audit import BEGINNING, Chain, Head, Kind, Record, linked
from overgang.shell.store import Store, StoreError
from overgang.shell.store.ledger import Batch, Claim, Done, Dropped, Outcome
from overgang.shell.store.schema import EPOCH, MICROSECOND

AT = (NOW - EPOCH) // MICROSECOND
K1, K2, B1, B2 = b"1" * 32, b"2" * 32, b"b" * 32, b"c" * 32


def records(store: Store, n: int, chain: str = "read-1") -> list[Record]:
    end = Head(chain, 0, BEGINNING, 0, "k", b"signed")
    store.open_chain(Chain(chain, Kind.READ, end, end))
    made, before = [], BEGINNING
    for number in range(1, n + 1):
        subject = store.subject(CITIZEN) if number % 2 else None
        before = linked(KEY, before, chain, number, AT + number, subject, f'{{"n":{number}}}')
        made.append(Record(chain, number, AT + number, subject, f'{{"n":{number}}}', before))
    return made


def claimed(store: Store, *claims: Claim) -> Mapping[bytes, Outcome]:
    return store.write(Batch(claims=claims, at=NOW))


def test_records_come_back_as_they_were_in_their_order(store: Store) -> None:
    made = records(store, 1203)
    store.write(Batch(records=made[:600]))
    store.write(Batch(records=made[600:]))
    assert list(store.records("read-1")) == made


def test_a_record_is_kept_once_and_what_fails_leaves_nothing(store: Store) -> None:
    made = records(store, 3)
    store.write(Batch(records=made[:2]))
    with pytest.raises(StoreError):
        store.write(Batch(records=made[1:], claims=[Claim(K1, B1, "m/1")], at=NOW))
    assert list(store.records("read-1")) == made[:2]
    assert not store.outcomes([K1])


def test_a_citizens_records_are_found_under_every_key(shared_url: str) -> None:
    old = Store(shared_url, b"an older key of thirty-two bytes!", now=lambda: NOW)
    old.write(Batch(records=records(old, 2, "read-0")))
    old.close()
    store = Store(shared_url, KEY, old_keys=[b"an older key of thirty-two bytes!"], now=lambda: NOW)
    store.write(Batch(records=records(store, 3)))
    found = store.about(CITIZEN)
    assert {(one.chain, one.number) for one in found} == {("read-0", 1), ("read-1", 1), ("read-1", 3)}
    assert len({one.subject for one in found}) == 2
    assert store.about("0101701234") == ()
    store.close()


def test_the_citizens_number_is_nowhere_in_a_record(store: Store) -> None:
    subject = store.subject(CITIZEN)
    assert len(subject) == 36
    assert CITIZEN.encode() not in subject


def test_a_write_belongs_to_whoever_claims_it_first(store: Store) -> None:
    first = claimed(store, Claim(K1, B1, "m/1"))
    second = claimed(store, Claim(K1, B1, "n/2"))
    assert first[K1] == second[K1] == Outcome(B1, "m/1", None)


def test_two_that_claim_the_same_in_one_transaction_are_told_of_the_first(store: Store) -> None:
    found = claimed(store, Claim(K1, B1, "m/1"), Claim(K2, B2, "m/2"), Claim(K1, B1, "m/3"))
    assert (found[K1].owner, found[K2].owner) == ("m/1", "m/2")


def test_an_answer_is_told_to_whoever_claims_the_same_later_and_sealed_until_then(store: Store) -> None:
    claimed(store, Claim(K1, B1, "m/1"))
    store.write(Batch(done=[Done(K1, B1, "m/1", b"the answer")], at=NOW))
    assert claimed(store, Claim(K1, B1, "n/2"))[K1] == Outcome(B1, "m/1", b"the answer")


def test_the_first_answer_stays(store: Store) -> None:
    claimed(store, Claim(K1, B1, "m/1"))
    store.write(Batch(done=[Done(K1, B1, "m/1", b"first")], at=NOW))
    store.write(Batch(done=[Done(K1, B1, "n/2", b"second")], at=NOW))
    assert store.outcomes([K1])[K1].answer == b"first"


def test_an_answer_whose_claim_is_gone_is_kept_all_the_same(store: Store) -> None:
    store.write(Batch(done=[Done(K1, B1, "m/1", b"answer")], at=NOW))
    assert store.outcomes([K1])[K1].answer == b"answer"


def test_a_dropped_claim_may_be_made_again_but_not_an_answered_one_nor_anothers(store: Store) -> None:
    claimed(store, Claim(K1, B1, "m/1"))
    store.write(Batch(dropped=[Dropped(K1, "n/2")]))
    assert claimed(store, Claim(K1, B1, "n/2"))[K1].owner == "m/1"
    store.write(Batch(dropped=[Dropped(K1, "m/1")]))
    assert claimed(store, Claim(K1, B1, "n/2"))[K1].owner == "n/2"
    store.write(Batch(done=[Done(K1, B1, "n/2", b"answer")], at=NOW))
    store.write(Batch(dropped=[Dropped(K1, "n/2")]))
    assert store.outcomes([K1])[K1].answer == b"answer"


def test_a_claim_is_taken_over_from_the_owner_that_is_gone_and_from_no_other(store: Store) -> None:
    claimed(store, Claim(K1, B1, "m/1"))
    assert claimed(store, Claim(K1, B1, "n/2", instead="x/9"))[K1].owner == "m/1"
    assert claimed(store, Claim(K1, B1, "n/2", instead="m/1"))[K1].owner == "n/2"
    assert claimed(store, Claim(K1, B1, "o/3", instead="m/1"))[K1].owner == "n/2"


def test_of_many_that_claim_at_once_one_gets_it(shared_url: str) -> None:
    stores = [Store(shared_url, KEY) for _ in range(4)]
    won: list[tuple[bytes, str]] = []
    keys = [bytes([n]) * 32 for n in range(20)]

    def run(number: int, store: Store) -> None:
        order: Sequence[bytes] = keys if number % 2 else keys[::-1]
        for key in order:
            owner = f"m{number}/1"
            found = store.write(Batch(claims=[Claim(one, B1, owner) for one in {key, keys[0]}], at=NOW))
            won.extend((one, owner) for one, outcome in found.items() if outcome.owner == owner)

    threads = [threading.Thread(target=run, args=(number, store)) for number, store in enumerate(stores)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for opened in stores:
        opened.close()
    assert sorted(key for key, _ in set(won)) == keys


def test_outcomes_are_forgotten_and_gateways_that_are_long_gone(store: Store) -> None:
    claimed(store, Claim(K1, B1, "m/1"))
    store.beat("m", 7)
    assert store.forget_outcomes(NOW) == 0
    assert store.beat_of("m") == 7
    assert store.forget_outcomes(NOW + DAY) == 1
    assert store.beat_of("m") == -1


def test_a_gateway_beats_until_it_says_goodbye(store: Store) -> None:
    assert store.beat_of("m") == -1
    store.beat("m", 1)
    store.beat("m", 2)
    assert store.beat_of("m") == 2
    store.goodbye("m")
    assert store.beat_of("m") == -1


def test_a_chain_keeps_its_start_and_its_head(store: Store) -> None:
    made = records(store, 4)
    store.write(Batch(records=made))
    head = Head("read-1", 4, made[3].hash, AT, "k", b"signed")
    store.put_heads([head])
    (chain,) = store.chains()
    assert (chain.kind, chain.head, chain.start.number) == (Kind.READ, head, 0)
    old = store.last_before("read-1", AT + 3)
    assert old == made[1]
    assert store.forget_records(Head("read-1", 2, made[1].hash, AT, "k", b"signed")) == 2
    assert list(store.records("read-1")) == made[2:]
    assert store.chains()[0].start == Head("read-1", 2, made[1].hash, AT, "k", b"signed")


def test_records_of_no_chain_and_below_the_first_are_seen(store: Store) -> None:
    made = records(store, 2)
    stray = replace(made[0], chain="read-0")
    store.write(Batch(records=[*made, replace(made[0], number=-7), stray]))
    assert [one.number for one in store.records("read-1")] == [-7, 1, 2]
    assert [one.number for one in store.records("read-1", 1)] == [-7, 1]
    assert store.strays() == ("read-0",)


def test_nothing_is_older_than_the_first_and_all_than_what_is_to_come(store: Store) -> None:
    made = records(store, 2)
    store.write(Batch(records=made))
    assert store.last_before("read-1", AT) is None
    assert store.last_before("read-1", AT + 99) == made[1]
    assert store.last_before("none", AT) is None

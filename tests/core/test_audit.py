"""The audit's chains: whatever is done to a record is found, and found at the first one it was done to."""

from dataclasses import replace

import pytest

from overgang.core.audit import BEGINNING, Bad, Chain, Head, Kind, Record, check, check_front, early, linked, unheard

SIGNED, KEY = b"good", b"k"


class Ours:
    """Keys as a gateway has them, with signatures that can be told apart by eye."""

    def signed(self, head: Head, purpose: str) -> bool:
        return head.signature == SIGNED + purpose.encode()

    def link(self, name: str) -> bytes:
        return name.encode()


OURS = Ours()


def opened(chain: str = "read-1") -> Head:
    return Head(chain, 0, BEGINNING, 0, "k", SIGNED + b"start")


def records(n: int, start: int = 0, before: bytes = BEGINNING) -> list[Record]:
    made = []
    for number in range(start + 1, start + n + 1):
        subject = None if number % 3 else bytes([number])
        before = linked(KEY, before, "read-1", number, number * 10, subject, f'{{"n":{number}}}')
        made.append(Record("read-1", number, number * 10, subject, f'{{"n":{number}}}', before))
    return made


def chain(made: list[Record], start: Head | None = None) -> Chain:
    last = made[-1]
    head = Head("read-1", last.number, last.hash, last.at, "k", SIGNED + b"head")
    return Chain("read-1", Kind.READ, start or opened(), head)


def test_a_chain_as_it_was_written_is_good() -> None:
    made = records(10)
    assert check(chain(made), made, (), OURS) == (10, None)


def test_what_came_after_the_last_head_is_good_too() -> None:
    made = records(10)
    assert check(chain(made[:7]), made, (), OURS) == (10, None)


@pytest.mark.parametrize(
    "change",
    [
        {"entry": '{"n":99}'},
        {"at": 41},
        {"subject": b"x"},
        {"chain": "read-2"},
        {"hash": bytes(32)},
    ],
)
def test_an_edited_record_is_named(change: dict[str, object]) -> None:
    made = records(10)
    edited = [replace(one, **change) if one.number == 4 else one for one in made]  # type: ignore[arg-type]
    good, bad = check(chain(made), edited, (), OURS)
    assert bad is not None
    assert (good, bad.number) == (3, 4)
    assert bad.what.startswith("changed")


def test_a_removed_record_is_named() -> None:
    made = records(10)
    _, bad = check(chain(made), made[:4] + made[5:], (), OURS)
    assert bad is not None
    assert (bad.number, bad.what) == (5, "missing: it was removed, or put elsewhere")


def test_two_records_that_changed_places_are_named() -> None:
    made = records(10)
    made[3], made[4] = made[4], made[3]
    _, bad = check(chain(records(10)), made, (), OURS)
    assert bad is not None
    assert bad.number == 4


def test_an_end_that_was_cut_off_is_named() -> None:
    made = records(10)
    _, bad = check(chain(made), made[:8], (), OURS)
    assert bad is not None
    assert (bad.number, bad.what) == (9, "missing: the end of the chain was cut off")


def test_an_end_cut_off_together_with_the_stored_head_is_found_by_a_head_kept_elsewhere() -> None:
    made = records(10)
    elsewhere = chain(made).head
    assert check(chain(made[:8]), made[:8], (), OURS)[1] is None
    _, bad = check(chain(made[:8]), made[:8], (elsewhere,), OURS)
    assert bad is not None
    assert bad.number == 9


def test_a_chain_rewritten_with_hashes_that_fit_is_found_by_the_head() -> None:
    made, other = records(10), records(10, before=bytes([1] * 32))
    forged = replace(chain(other), start=chain(made).start, head=chain(made).head)
    rewritten = []
    before = BEGINNING
    for one in other:
        before = linked(KEY, before, one.chain, one.number, one.at + 1, one.subject, one.entry)
        rewritten.append(replace(one, at=one.at + 1, hash=before))
    _, bad = check(forged, rewritten, (), OURS)
    assert bad is not None
    assert bad.number == 10
    assert bad.what.startswith("rewritten")


def test_a_head_nobody_signed_is_no_head() -> None:
    made = records(3)
    unsigned = replace(chain(made), head=replace(chain(made).head, signature=b"forged"))
    _, bad = check(unsigned, made, (), OURS)
    assert bad is not None
    assert bad.what == "a head of the chain is not signed by this gateway"


def test_a_chain_whose_front_was_deleted_starts_at_its_signed_start() -> None:
    made = records(10)
    start = Head("read-1", 4, made[3].hash, 99, "k", SIGNED + b"start")
    assert check(chain(made, start), made[4:], (), OURS) == (6, None)
    assert check(chain(made, replace(start, signature=b"")), made[4:], (), OURS)[1] is not None
    assert check(chain(made, replace(start, hash=bytes(32))), made[4:], (), OURS)[1] is not None


def test_a_whole_chain_that_is_gone_is_named_by_a_head_kept_elsewhere() -> None:
    made = records(3)
    (bad,) = unheard([], [chain(made).head, chain(made).head])
    assert (bad.chain, bad.number) == ("read-1", 1)
    assert not list(unheard([chain(made)], [chain(made).head]))


def test_a_chain_of_another_kind_than_its_id_says_is_named() -> None:
    made = records(3)
    _, bad = check(replace(chain(made), kind="refused"), made, (), OURS)
    assert bad is not None
    assert bad.what.startswith("the kind of the chain was changed")


@pytest.mark.parametrize("end", ["start", "head"])
def test_an_end_with_the_number_0_must_be_signed_too(end: str) -> None:
    made = records(3)
    _, bad = check(replace(chain(made), **{end: Head("read-1", 0, BEGINNING, 0)}), made, (), OURS)  # type: ignore[arg-type]
    assert bad is not None
    assert bad.what.endswith("is not signed by this gateway")


def test_records_bound_by_another_key_are_named_without_any_head() -> None:
    made = records(3)
    unsigned = replace(chain(made), head=Head("read-1", 0, BEGINNING, 0, "k", SIGNED + b"head"))
    assert check(unsigned, made, (), OURS) == (3, None)
    forged = [replace(one, hash=linked(b"x", BEGINNING, "read-1", 1, 10, None, "{}"), entry="{}") for one in made[:1]]
    _, bad = check(unsigned, forged, (), OURS)
    assert bad is not None
    assert (bad.number, bad.what) == (1, "changed: its hash is not that of what it says")


def test_the_front_of_a_chain_is_checked_without_what_comes_after() -> None:
    made = records(10)
    last, bad = check_front(chain(made), made[:4], (), OURS)
    assert (last, bad) == (Head("read-1", 4, made[3].hash, 40), None)
    last, bad = check_front(chain(made), [made[0], made[2]], (), OURS)
    assert bad is not None
    assert (last.number, bad.number) == (1, 2)


def test_what_was_deleted_before_its_time_is_told_by_a_head() -> None:
    made = records(10)
    short = chain(made, Head("read-1", 4, made[3].hash, 99, "k", SIGNED + b"start"))
    elsewhere = [Head("read-1", one.number, one.hash, one.at, "k", SIGNED + b"head") for one in made]
    assert early(short, elsewhere, 41) is None  # the fourth is from 40
    assert early(short, elsewhere, 40) == Bad("read-1", 4, "missing: it was deleted before its time")
    assert early(short, elsewhere, 0) == Bad("read-1", 1, "missing: it was deleted before its time")
    assert early(chain(made), elsewhere, 0) is None
    assert early(short, [replace(elsewhere[0], chain="read-2")], 0) is None

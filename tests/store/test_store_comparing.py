"""What a comparison leaves in the store."""

from dataclasses import replace
from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from store_side import DAY, KEY, LOST_FRACTION, NOW, OTHER_CODE, compared, equal, expected, ids
from store_side import store as store
from store_side import url as url

from overgang.core.compare.values import Judged, Label, Verdict
from overgang.shell.store import Filter, Store, Verdicts
from overgang.shell.store.comparing import cluster_id, groups_of

A_MINUTE = DAY / 1440


def test_every_comparison_is_counted_and_an_equal_one_is_only_counted(store: Store) -> None:
    store.add_compared([equal("a"), equal("b"), compared("c")])
    store.add_compared([compared("d", expected(), verdict=Verdict.EXPECTED)])
    (row,) = store.parity()
    assert row.verdicts == Verdicts(equal=2, expected=1, undecided=0, different=1)
    assert ids(store.compared().items) == ["d", "c"]


def test_a_comparison_comes_back_as_it_was(store: Store) -> None:
    given = compared("x", Judged(LOST_FRACTION), expected(), Judged(OTHER_CODE, Label.NOISE, "12 of 40"))
    store.add_compared([given])
    assert store.one("x") == given
    assert store.one("y") is None


def test_only_the_newest_examples_of_a_cluster_are_kept_over_batches(store: Store) -> None:
    for start in (0, 4):
        store.add_compared([compared(f"c{n}", at=NOW + n * A_MINUTE) for n in range(start, start + 4)])
    assert ids(store.compared().items) == ["c7", "c6", "c5"]
    assert store.clusters()[0].count == 8


def test_an_older_one_that_comes_late_does_not_push_out_a_newer_one(store: Store) -> None:
    store.add_compared([compared(f"c{n}", at=NOW + n * A_MINUTE) for n in range(3)])
    store.add_compared([compared("late", at=NOW - DAY)])
    assert ids(store.compared().items) == ["c2", "c1", "c0"]
    assert store.clusters()[0].first == NOW - DAY


def test_one_that_is_old_in_one_cluster_stays_as_an_example_of_another(store: Store) -> None:
    store.add_compared([compared("rare", Judged(LOST_FRACTION), Judged(OTHER_CODE), at=NOW - DAY)])
    store.add_compared([compared(f"c{n}", at=NOW + n * A_MINUTE) for n in range(3)])
    rare = next(cluster for cluster in store.clusters() if cluster.cause == "code")
    assert ids(store.compared(Filter(cluster=rare.id)).items) == ["rare"]
    often = next(cluster for cluster in store.clusters() if cluster.cause == "fraction")
    assert ids(store.compared(Filter(cluster=often.id)).items) == ["c2", "c1", "c0"]


def test_undecided_ones_without_a_difference_are_kept_up_to_the_same_number(store: Store) -> None:
    times = [NOW + n * A_MINUTE for n in range(5)]
    store.add_compared([compared(f"u{n}", verdict=Verdict.UNDECIDED, judged=(), at=at) for n, at in enumerate(times)])
    assert ids(store.compared().items) == ["u4", "u3", "u2"]
    assert store.clusters() == ()


def test_a_cluster_counts_comparisons_differences_and_callers(store: Store) -> None:
    twice = (Judged(LOST_FRACTION), Judged(LOST_FRACTION))
    store.add_compared([compared("a", *twice, at=NOW), compared("b", *twice, at=NOW + DAY, caller="2/81")])
    store.add_compared([compared("c", at=NOW - DAY)])
    (cluster,) = store.clusters()
    assert (cluster.count, cluster.differences, cluster.callers) == (3, 5, 2)
    assert (cluster.first, cluster.last) == (NOW - DAY, NOW + DAY)
    assert (cluster.place, cluster.cause, cluster.label) == ("/A/D", "fraction", Label.UNEXPLAINED)


def test_noise_of_an_equal_comparison_is_a_cluster_too(store: Store) -> None:
    noise = Judged(LOST_FRACTION, Label.NOISE, "12 of 40")
    store.add_compared([compared("a", noise, verdict=Verdict.EQUAL, kept=None)])
    assert [cluster.count for cluster in store.clusters(label=Label.NOISE)] == [1]
    assert store.compared().total == 0


def test_what_is_explained_in_another_way_is_another_cluster() -> None:
    judged = (Judged(OTHER_CODE), expected(), expected(reason="another rule"), Judged(LOST_FRACTION))
    assert len({cluster_id(compared(), it) for it in judged}) == 4
    assert cluster_id(compared("a"), judged[0]) == cluster_id(compared("b", caller="2/81"), judged[0])
    assert cluster_id(compared(operation="Other"), judged[0]) != cluster_id(compared(), judged[0])


def test_the_same_place_in_other_items_of_a_list_is_one_group() -> None:
    assert len(groups_of(compared("a", Judged(LOST_FRACTION), Judged(LOST_FRACTION)))) == 1


def test_comparisons_that_were_not_made_are_counted_by_reason(store: Store) -> None:
    store.dropped("queue-full")
    store.dropped("queue-full", 4)
    store.add_drops({"sampled-out": 7, "queue-full": 1})
    assert store.drops() == {"queue-full": 6, "sampled-out": 7}


def test_nothing_to_add_is_no_trouble(store: Store) -> None:
    store.add_compared([])
    store.add_drops({})
    assert (store.parity(), store.drops()) == ((), {})


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 30), st.sets(st.sampled_from(["a", "b", "c"]), max_size=3)), max_size=8),
        max_size=5,
    )
)
def test_whatever_comes_in_whatever_order_the_newest_of_each_cluster_are_kept(
    batches: list[list[tuple[int, set[str]]]],
) -> None:
    """Numbers are minutes, letters the causes of a comparison's differences."""
    store = Store("sqlite://", KEY, examples=2)
    came: list[tuple[datetime, str, set[str]]] = []
    for batch in batches:
        made = []
        for minute, causes in batch:
            judged = tuple(Judged(replace(OTHER_CODE, cause=cause)) for cause in sorted(causes))
            made.append(compared(f"{len(came):03}", judged=judged, at=NOW + minute * A_MINUTE))
            came.append((made[-1].at, made[-1].id, causes or {"none"}))
        store.add_compared(made)
    newest = sorted(came, reverse=True)
    expected_ids = {
        id_ for cause in ("a", "b", "c", "none") for _, id_, _ in [it for it in newest if cause in it[2]][:2]
    }
    assert set(ids(store.compared(size=100).items)) == expected_ids
    assert {it.cause: it.count for it in store.clusters()} == {
        cause: n for cause in "abc" if (n := sum(cause in causes for _, _, causes in came))
    }
    store.close()

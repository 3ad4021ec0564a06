"""Buckets of latency."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overgang.shell.store.latency import EDGES, bucket, quantile

WIDTH = 10**0.1


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0.0, 0), (0.0005, 0), (0.00051, 1), (0.005, 10), (0.5, 30), (30.0, 48), (31.5, 48), (31.6, 49), (9999.0, 49)],
)
def test_a_time_falls_in_the_bucket_that_is_documented(seconds: float, expected: int) -> None:
    assert bucket(seconds) == expected


def test_the_edge_of_each_bucket_belongs_to_it() -> None:
    assert [bucket(edge) for edge in EDGES] == list(range(49))


@given(st.floats(0.0005, 31.0))
def test_a_single_time_is_estimated_within_a_buckets_width(seconds: float) -> None:
    assert seconds <= quantile({bucket(seconds): 1}, 0.5) * 1.0000001 <= seconds * WIDTH * 1.000001


@given(st.lists(st.floats(0.0006, 31.0), min_size=1, max_size=200), st.sampled_from([0.5, 0.9, 0.99, 1.0]))
def test_a_quantile_is_within_a_buckets_width_of_the_true_one(times: list[float], share: float) -> None:
    counts: dict[int, int] = {}
    for time in times:
        counts[bucket(time)] = counts.get(bucket(time), 0) + 1
    true = sorted(times)[max(0, -(-round(share * 100) * len(times) // 100) - 1)]
    assert true / WIDTH <= quantile(counts, share) * 1.0000001
    assert quantile(counts, share) <= true * WIDTH * 1.0000001


def test_without_times_it_is_nothing_and_beyond_the_last_edge_at_least_that() -> None:
    assert quantile({}, 0.5) == 0.0
    assert quantile({49: 3}, 0.5) == EDGES[-1]


def test_within_a_bucket_times_lie_evenly() -> None:
    assert quantile({10: 10}, 1.0) == pytest.approx(EDGES[10])
    assert EDGES[9] < quantile({10: 10}, 0.1) < quantile({10: 10}, 0.5) < EDGES[10]

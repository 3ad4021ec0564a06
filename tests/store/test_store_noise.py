"""Counts of noise."""

from store_side import LOST_FRACTION, OTHER_CODE
from store_side import store as store
from store_side import url as url

from overgang.core.compare.noise import Noise, of_rows
from overgang.shell.store import Store

OPERATION = "PersonStatusService/20/GetVariablePersonStatus"


def learnt(*, quiet: int, noisy: int) -> Noise:
    """What this many pairs without and with a difference teach."""
    noise = Noise()
    for _ in range(quiet):
        noise.learn(OPERATION, [])
    for _ in range(noisy):
        noise.learn(OPERATION, [LOST_FRACTION])
        noise.saw(OPERATION, [OTHER_CODE])
    return noise


def test_a_new_store_has_learnt_nothing(store: Store) -> None:
    assert store.noise_rows() == ((), ())


def test_what_several_learnt_adds_up_to_what_one_would_have_learnt(store: Store) -> None:
    store.add_noise(*learnt(quiet=10, noisy=2).rows())
    store.add_noise(*learnt(quiet=0, noisy=3).rows())
    assert store.noise_rows() == learnt(quiet=10, noisy=5).rows()


def test_counts_that_were_kept_explain_what_they_explained_before(store: Store) -> None:
    noise = learnt(quiet=10, noisy=20)
    store.add_noise(*noise.rows())
    again = of_rows(*store.noise_rows())
    assert again.explains(OPERATION, LOST_FRACTION) == noise.explains(OPERATION, LOST_FRACTION) is not None
    assert again.explains(OPERATION, OTHER_CODE) is None


def test_rows_of_one_spot_in_one_batch_add_up(store: Store) -> None:
    totals, rows = learnt(quiet=1, noisy=1).rows()
    store.add_noise([*totals, *totals], [*rows, *rows])
    assert store.noise_rows() == learnt(quiet=2, noisy=2).rows()

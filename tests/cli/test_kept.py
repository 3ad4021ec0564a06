from datetime import UTC, datetime
from pathlib import Path

import pytest

from overgang.cli.kept import of_config, of_trial
from overgang.core.compare.values import Compared, Difference, Judged, Kept, Kind, Mode, Reply, Verdict
from overgang.shell.config import ConfigError
from overgang.shell.keys import derived
from overgang.shell.store import Store

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
KEY = b"k" * 64
DIFFERENCE = Difference(Kind.CHANGED, "/A[1]/B", "/A/B", "1", "2", "int", "value")
KEPT = Kept(b"<q/>", "text/xml", "", Reply(200, "text/xml", b"<a/>"), Reply(200, "text/xml", b"<b/>"))


def compared(id: str, verdict: Verdict) -> Compared:
    different = verdict is Verdict.DIFFERENT
    judged = (Judged(DIFFERENCE),) if different else ()
    kept = KEPT if different else None
    return Compared(id, AT, "area", "S/1", "Op", "8/101", Mode.COMPARE_NEW, verdict, judged, 0.01, 0.02, kept=kept)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What a trial leaves."""
    (tmp_path / "identity.key").write_bytes(KEY)
    store = Store(f"sqlite:///{tmp_path / 'overgang.sqlite'}", derived(KEY, "store"))
    store.add_compared([compared("1", Verdict.EQUAL), compared("2", Verdict.EQUAL), compared("3", Verdict.DIFFERENT)])
    store.dropped("busy", 4)
    store.close()
    return tmp_path


def test_what_a_trial_compared_is_summed_up(folder: Path) -> None:
    found = of_trial(folder)
    (row,) = found.summary.rows
    assert (row.area, row.service, row.operation, row.caller, row.equal, row.different) == (
        "area", "S/1", "Op", "8/101", 2, 1,
    )  # fmt: skip
    (cluster,) = found.summary.clusters
    assert (cluster.place, cluster.kind, cluster.cause, cluster.count) == ("/A/B", Kind.CHANGED, "value", 1)
    assert {latency.side: latency.count for latency in found.summary.latencies} == {"old": 3, "new": 3}
    assert found.summary.left_out == {"busy": 4}
    assert [one.kept for one in found.differing] == [KEPT]
    assert (found.summary.since, found.summary.until) == (AT, AT)


def test_a_folder_that_is_none_of_a_trial_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no data folder"):
        of_trial(tmp_path)


def test_a_key_that_is_not_the_stores_is_refused(folder: Path) -> None:
    (folder / "identity.key").write_bytes(b"K" * 64)
    with pytest.raises(ConfigError, match="key"):
        of_trial(folder)


def test_a_configuration_tells_where_the_store_is(folder: Path) -> None:
    (folder / "codelists").mkdir()
    (folder / "wsdl").mkdir()
    config = folder / "gateway.toml"
    config.write_text(
        '[wsdl]\nfolder = "wsdl"\n[upstream.a]\nurl = "http://a.invalid"\n[identity]\nkey_file = "identity.key"\n'
        '[clients]\nproof = "trial"\n'
    )
    assert of_config(config).summary.parity == of_trial(folder).summary.parity

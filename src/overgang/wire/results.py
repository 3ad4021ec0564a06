"""The results of a replay as JSON: the summary, and the calls that differed with both of their (masked) answers."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from overgang.core.compare.summary import Cluster, Latency, Row, Summary
from overgang.core.compare.values import Compared, Difference, Judged, Kept, Kind, Label, Mode, Reply, Verdict
from overgang.wire.recorded_calls import octets, plain_octets, plain_reply, reply_of

FORM: Final = "overgang results 1"


class ResultsError(ValueError):
    """A file of results that can't be read; says which, and what was expected."""


@dataclass(frozen=True, slots=True)
class Results:
    """What a replay came to; `differing` are examples of each cluster, with `kept`."""

    summary: Summary
    differing: tuple[Compared, ...] = ()


def dumps(results: Results) -> str:
    """The text of a file of results."""
    said = {
        "form": FORM,
        "summary": plain_summary(results.summary),
        "differing": [plain_compared(one) for one in results.differing],
    }
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def load(path: Path) -> Results:
    """Read a file of results. Raises ResultsError."""
    try:
        said = json.loads(path.read_bytes())
        if said["form"] != FORM:
            raise ResultsError(f"{path}: expected the form {FORM!r}")
        return Results(summary_of(said["summary"]), tuple(compared_of(one) for one in said["differing"]))
    except OSError as mistake:
        raise ResultsError(f"{path}: {mistake.strerror}") from mistake
    except ResultsError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise ResultsError(f"{path}: expected a file of results, as `overgang replay --results` writes it") from None


def plain_summary(summary: Summary) -> dict[str, Any]:
    """A summary in values that JSON has."""
    return {
        "source": summary.source,
        "since": None if summary.since is None else summary.since.isoformat(),
        "until": None if summary.until is None else summary.until.isoformat(),
        "rows": [asdict(row) for row in summary.rows],
        "clusters": [asdict(cluster) for cluster in summary.clusters],
        "latencies": [asdict(latency) for latency in summary.latencies],
        "left_out": dict(summary.left_out),
    }


def summary_of(plain: Mapping[str, Any]) -> Summary:
    """What plain_summary wrote. Raises KeyError, TypeError or ValueError for anything else."""
    clusters = ({**one, "kind": Kind(one["kind"]), "label": Label(one["label"])} for one in plain["clusters"])
    return Summary(
        str(plain["source"]),
        tuple(Row(**one) for one in plain["rows"]),
        tuple(Cluster(**one) for one in clusters),
        tuple(Latency(**one) for one in plain["latencies"]),
        {str(reason): int(count) for reason, count in plain["left_out"].items()},
        _moment(plain["since"]),
        _moment(plain["until"]),
    )


def plain_compared(compared: Compared) -> dict[str, Any]:
    """A comparison in values that JSON has."""
    return {
        "id": compared.id,
        "at": compared.at.isoformat(),
        "area": compared.area,
        "service": compared.service,
        "operation": compared.operation,
        "caller": compared.caller,
        "mode": compared.mode.value,
        "verdict": compared.verdict.value,
        "judged": [asdict(judged) for judged in compared.judged],
        "old_seconds": compared.old_seconds,
        "new_seconds": compared.new_seconds,
        "rules": list(compared.rules),
        "kept": None if compared.kept is None else _plain_kept(compared.kept),
    }


def compared_of(plain: Mapping[str, Any]) -> Compared:
    """What plain_compared wrote. Raises what summary_of raises."""
    return Compared(
        id=str(plain["id"]),
        at=datetime.fromisoformat(plain["at"]),
        area=str(plain["area"]),
        service=str(plain["service"]),
        operation=str(plain["operation"]),
        caller=str(plain["caller"]),
        mode=Mode(plain["mode"]),
        verdict=Verdict(plain["verdict"]),
        judged=tuple(_judged(one) for one in plain["judged"]),
        old_seconds=plain["old_seconds"],
        new_seconds=plain["new_seconds"],
        rules=tuple(plain["rules"]),
        kept=None if plain["kept"] is None else _kept(plain["kept"]),
    )


def _judged(plain: Mapping[str, Any]) -> Judged:
    found = plain["difference"]
    return Judged(Difference(**{**found, "kind": Kind(found["kind"])}), Label(plain["label"]), str(plain["reason"]))


def _plain_kept(kept: Kept) -> dict[str, Any]:
    return {
        "request": plain_octets(kept.request),
        "content_type": kept.content_type,
        "action": kept.action,
        "old": plain_reply(kept.old),
        "new": plain_reply(kept.new),
        "exchanges": None if kept.exchanges is None else [list(pair) for pair in kept.exchanges],
    }


def _kept(plain: Mapping[str, Any]) -> Kept:
    exchanges = plain.get("exchanges")
    return Kept(
        octets(plain["request"]),
        plain["content_type"],
        plain["action"],
        _reply(plain["old"]),
        _reply(plain["new"]),
        None if exchanges is None else tuple((str(out), str(back)) for out, back in exchanges),
    )


def _reply(plain: Mapping[str, Any]) -> Reply:
    found = reply_of(plain)
    if found is None:
        raise ValueError("a reply is missing")
    return found


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)

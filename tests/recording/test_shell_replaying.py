"""shell/replaying: each call once, both sides compared, and the same results whether it was interrupted or not."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from planted import CANARIES, EMAIL, KEY, NAME, NUMBER, XML, found
from replay_side import (
    NEW,
    OLD,
    Answers,
    Asked,
    always,
    answer,
    differing_on_each,
    read_call,
    sides,
    timeless,
    write_call,
)

from overgang.cli import report
from overgang.cli.main import main
from overgang.core.compare.trial_citizens import TrialCitizens
from overgang.core.compare.values import Kind, Reply, Verdict
from overgang.shell.journal import FileJournal, MemoryJournal
from overgang.shell.replaying import EXAMPLES, NO_ANSWER, UNKNOWN, WRITE, Journal, Options, Progress, replay
from overgang.wire.recorded_calls import Call
from overgang.wire.results import Results, dumps
from running import CITIZENS

NUMBERS = [citizen.number for citizen in CITIZENS]
CALLS = [read_call(number, NUMBERS[number % len(NUMBERS)]) for number in range(40)]
BOTH = Options(NEW, OLD, workers=4)
ABOUT = {"recording": "a"}


def played(
    calls: list[Call], answers: Answers, options: Options = BOTH, journal: Journal | None = None
) -> tuple[Results, Asked]:
    posts = Asked(answers)
    results = asyncio.run(replay(calls, options, sides(posts), MemoryJournal() if journal is None else journal))
    return results, posts


def test_answers_that_agree_are_counted_by_operation_and_caller() -> None:
    results, posts = played(CALLS, always(answer()))
    assert [(row.caller, row.equal, row.different) for row in results.summary.rows] == [
        ("8/101", 14, 0),
        ("8/102", 13, 0),
        ("8/103", 13, 0),
    ]
    assert results.summary.rows[0].area == "tilmelding"
    assert results.differing == ()
    assert len(posts.sent) == 80
    assert {one.side: one.count for one in results.summary.latencies} == {"old": 40, "new": 40}


def test_both_sides_get_the_recorded_bytes_at_their_own_addresses() -> None:
    _, posts = played(CALLS[:1], always(answer()))
    assert {url for url, _, _ in posts.sent} == {
        f"{NEW}/PjakTassWCF/8/UnemploymentEnrollmentService.svc",
        f"{OLD}/8/UnemploymentEnrollmentService.svc",
    }
    assert {body for _, body, _ in posts.sent} == {CALLS[0].request}
    assert {tuple(headers.items()) for _, _, headers in posts.sent} == {
        (("Content-Type", XML), ("SOAPAction", CALLS[0].action))
    }


def test_a_difference_is_kept_masked_with_its_call() -> None:
    def answers(url: str, body: bytes) -> Reply:
        return Reply(200, XML, answer(uri=NAME if url.startswith(OLD) else f"{NAME} {NUMBER}"))

    results, _ = played(CALLS[:1], answers)
    (one,) = results.differing
    assert one.verdict is Verdict.DIFFERENT
    assert one.kept
    assert one.kept.request == CALLS[0].request
    assert found(dumps(results).encode()) == []
    assert found(one.kept.old.body + one.kept.new.body) == []
    assert [cluster.count for cluster in results.summary.clusters] == [1]


@pytest.mark.parametrize("form", report.FORMATS)
def test_a_report_of_any_form_has_nothing_of_what_was_planted(form: str, tmp_path: Path) -> None:
    def answers(url: str, body: bytes) -> Reply:
        if url.startswith(OLD):
            return Reply(200, XML, answer(uri=f"{NAME} {EMAIL}"))
        return Reply(500, "text/html", f"<p>{NUMBER} {NAME}".encode())

    results, _ = played(CALLS[:3], answers)
    assert results.summary.parity.different == 3
    (tmp_path / "results.json").write_text(dumps(results))
    out, made = tmp_path / "report", tmp_path / "made"
    command = ["report", str(tmp_path / "results.json"), "--format", form, "--out", str(out), "--reproduce", str(made)]
    assert main(command) == 0
    assert found(out.read_bytes()) == []
    assert len(list(made.iterdir())) == 6
    assert [file.name for file in made.iterdir() if found(file.read_bytes())] == []


def test_without_an_old_side_the_recorded_answers_are_compared() -> None:
    masked = CALLS[0].old
    assert masked
    results, posts = played(CALLS, always(masked.body), Options(NEW))
    assert results.summary.parity.agreeing == 40
    assert len(posts.sent) == 40
    results, _ = played([*CALLS[:2], replace(CALLS[0], old=None)], always(b"<html/>"), Options(NEW))
    assert results.summary.parity.different == 2
    assert results.summary.left_out == {NO_ANSWER: 1}


def test_writes_are_left_out_and_counted_unless_they_are_wanted() -> None:
    results, posts = played([write_call(), CALLS[0]], always(answer()))
    assert results.summary.left_out == {WRITE: 1}
    assert len(posts.sent) == 2
    results, posts = played([write_call()], always(answer()), replace(BOTH, send_writes=True))
    assert results.summary.left_out == {}
    assert [url.partition("/PjakTass")[0] for url, _, _ in posts.sent] == [
        f"{OLD}/7/AbsenceRegistrationService.svc",
        NEW,
    ]


def test_a_call_of_a_contract_that_is_not_here_is_left_out() -> None:
    results, _ = played([replace(CALLS[0], service="Other/1")], always(answer()))
    assert results.summary.left_out == {UNKNOWN: 1}


@pytest.mark.parametrize(
    "reply",
    [
        Reply(0, "", b"", "timeout"),
        Reply(200, "text/html", b"<html/>"),
        Reply(200, XML, answer()[:-30]),
        Reply(502, "", b""),
    ],
)
def test_a_side_that_gives_no_answer_is_a_difference_and_no_error(reply: Reply) -> None:
    results, _ = played(CALLS[:3], lambda url, _: reply if url.startswith(NEW) else Reply(200, XML, answer()))
    assert results.summary.parity.different == 3
    assert {cluster.kind for cluster in results.summary.clusters} == {Kind.UNREADABLE}


def test_pseudonyms_become_citizens_of_the_trial_alike_on_both_sides_and_in_each_replay() -> None:
    numbers = NUMBERS[:5]

    def sent() -> list[list[str]]:
        posts = Asked(always(answer()))
        prepared = TrialCitizens(numbers, KEY).put_in
        asyncio.run(replay(CALLS, replace(BOTH, workers=1), sides(posts, prepared), MemoryJournal()))
        texts = [body.decode().partition("PersonCivilRegistrationIdentifier>")[2][:10] for _, body, _ in posts.sent]
        return [texts[::2], texts[1::2]]

    one, other = sent()
    assert one == other == sent()[0]
    assert set(one) <= set(numbers)
    assert len(set(one)) > 1
    by_pseudonym = dict(zip((call.request for call in CALLS), one, strict=True))
    assert [by_pseudonym[call.request] for call in CALLS] == one


def test_no_more_calls_begin_in_a_second_than_are_allowed() -> None:
    started = time.perf_counter()
    played(CALLS[:11], always(answer()), replace(BOTH, rate=100))
    assert time.perf_counter() - started >= 0.1


def test_no_more_calls_are_under_way_than_there_are_workers() -> None:
    class Slow(Asked):
        most = busy = 0

        async def post(self, url: str, body: bytes, headers: Any) -> Reply:
            Slow.busy += 1
            Slow.most = max(Slow.most, Slow.busy)
            await asyncio.sleep(0.001)
            Slow.busy -= 1
            return await super().post(url, body, headers)

    asyncio.run(replay(CALLS, replace(BOTH, workers=3), sides(Slow(always(answer()))), MemoryJournal()))
    assert Slow.most == 6  # three calls, each on two sides


def test_progress_tells_each_call_once() -> None:
    told: list[tuple[int, int, int, int]] = []

    def tell(progress: Progress) -> None:
        told.append((progress.done, progress.left_out, progress.agreeing, progress.different))

    posts = Asked(differing_on_each(2))
    asyncio.run(replay([*CALLS, write_call()], BOTH, sides(posts), MemoryJournal(), tell))
    assert [done for done, *_ in told] == list(range(1, 42))
    assert all(done == left + same + other for done, left, same, other in told)
    assert told[-1][1] == 1


def test_examples_are_the_first_calls_of_each_cluster() -> None:
    results, _ = played(CALLS, lambda url, _: Reply(200, XML, answer(8 if url.startswith(NEW) else 7)))
    assert results.summary.parity.different == 40
    assert [one.id for one in results.differing] == [str(number) for number in range(1, EXAMPLES + 1)]


@pytest.mark.parametrize("after", [0, 1, 7, 39])
def test_an_interrupted_replay_goes_on_to_the_same_results_and_sends_no_finished_call_again(
    tmp_path: Path, after: int
) -> None:
    uninterrupted, _ = played([*CALLS, write_call()], differing_on_each(3))
    path = tmp_path / "journal"
    first = Asked(differing_on_each(3))

    class Interrupted(Exception):
        pass

    def interrupt(progress: Progress) -> None:
        if progress.done > after:
            raise Interrupted

    journal = FileJournal(path, ABOUT, resume=False)
    with pytest.raises(ExceptionGroup):
        asyncio.run(replay([*CALLS, write_call()], BOTH, sides(first), journal, interrupt))
    journal.close()
    path.write_bytes(path.read_bytes() + b'{"number": 40, "comp')  # cut while it was written
    journal = FileJournal(path, ABOUT, resume=True)
    finished = sum(outcome.compared is not None for outcome in journal.outcomes())
    assert journal.finished > after
    resumed, second = played([*CALLS, write_call()], differing_on_each(3), journal=journal)
    journal.close()
    assert timeless(resumed) == timeless(uninterrupted)
    assert len(second.sent) == 2 * (40 - finished)


def test_a_cancelled_replay_keeps_what_is_finished(tmp_path: Path) -> None:
    async def cancelled(journal: FileJournal) -> None:
        enough = asyncio.Event()

        class Slow(Asked):
            async def post(self, url: str, body: bytes, headers: Any) -> Reply:
                if journal.finished >= 10:
                    enough.set()
                await asyncio.sleep(0.002)
                return await super().post(url, body, headers)

        task = asyncio.create_task(replay(CALLS, BOTH, sides(Slow(always(answer()))), journal))
        await enough.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    journal = FileJournal(tmp_path / "journal", ABOUT, resume=False)
    asyncio.run(cancelled(journal))
    journal.close()
    again = FileJournal(tmp_path / "journal", ABOUT, resume=True)
    assert again.finished == journal.finished < 40
    results, _ = played(CALLS, always(answer()), journal=again)
    again.close()
    assert results.summary.parity.agreeing == 40


def test_nothing_personal_is_in_the_journal(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path / "journal", ABOUT, resume=False)
    results, _ = played(CALLS, differing_on_each(2), journal=journal)
    journal.close()
    assert results.summary.parity.different
    assert found((tmp_path / "journal").read_bytes(), CANARIES) == []

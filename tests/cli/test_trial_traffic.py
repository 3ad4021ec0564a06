import asyncio
import re
from collections import Counter
from datetime import UTC, date, datetime

import pytest
from lxml import etree

from overgang.cli import trial_traffic
from overgang.cli.home import loaded
from overgang.cli.trial_traffic import QUEUED, WRITERS, Planned, plan
from running import CITIZENS

MOMENT = datetime(2026, 11, 25, 12, tzinfo=UTC)
EVERYTHING = loaded()
PLANNED = plan(EVERYTHING, CITIZENS, MOMENT)
SERVICES = {f"/{one.version}/{one.contract.name}.svc": one for one in EVERYTHING.services}


def body(call: Planned) -> etree._Element:
    return etree.fromstring(call.body)[1][0]


def writes(call: Planned) -> bool:
    return SERVICES[call.path].bridges[body(call).tag].writes


def test_each_read_is_made_often_enough_to_be_judged() -> None:
    reads = Counter((call.path, body(call).tag) for call in PLANNED if not writes(call))
    expected = {
        (path, bridge.request.qname)
        for path, service in SERVICES.items()
        for bridge in service.bridges.values()
        if not bridge.writes and service.contract.name not in QUEUED
    }
    assert reads.keys() == expected
    assert min(reads.values()) >= 30


def test_every_call_is_valid_under_its_contract() -> None:
    wrong = [call.path for call in PLANNED if SERVICES[call.path].contract.problems(body(call))]
    assert wrong == []


def test_nothing_is_written_about_the_citizen_of_the_printed_calls_and_only_by_writers() -> None:
    written = [call for call in PLANNED if writes(call)]
    assert written
    assert [call for call in written if CITIZENS[0].number.encode() in call.body] == []
    codes = {code for _, code in WRITERS.values()}
    assert {re.search(rb"OrganisationCode[^>]*>([0-9]+)<", call.body)[1].decode() for call in written} <= codes  # type: ignore[index]


def test_a_citizens_own_entry_of_the_joblog_is_read_and_code_lists_as_of_a_day_on_which_they_have_values() -> None:
    entries = {one.id for citizen in CITIZENS for one in citizen.registrations if one.kind == "jobsoegningslogning"}
    asked = b"".join(call.body for call in PLANNED if b"GetJobSearchEntryRequest" in call.body).decode()
    assert entries
    assert [entry for entry in entries if f">{entry}<" not in asked] == []
    lists = [call.body for call in PLANNED if b"GetCodeListRequest" in call.body]
    assert [body for body in lists if re.search(rb">19[0-9]{2}-", body)] == []


def test_reads_go_first() -> None:
    kinds = [writes(call) for call in PLANNED]
    assert kinds == sorted(kinds)


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("<D>2025-01-15T00:00:00</D>", "<D>2026-11-25T00:00:00</D>"),
        ("<D>2024-12-31</D>", "<D>2026-11-10</D>"),
        ('xmlns="http://service.bm.dk/X/2025/01/15/"', 'xmlns="http://service.bm.dk/X/2025/01/15/"'),
        ("<D>2025-19-39</D>", "<D>2025-19-39</D>"),
    ],
)
def test_the_days_of_a_case_move_along_with_today(text: str, moved: str) -> None:
    assert trial_traffic._shifted(text, date(2025, 1, 15), date(2026, 11, 25)) == moved


def test_calls_that_nobody_answers_are_no_trouble() -> None:
    asyncio.run(trial_traffic.send(PLANNED[:3], "http://127.0.0.1:9", "/PjakTassWCF"))

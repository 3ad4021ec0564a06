"""What a replay finds has what the modern side was asked and said, so that its case plays up to the difference."""

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from gateway_side import loaded

from overgang.cli.demo import DOMAINS
from overgang.cli.main import main
from overgang.cli.trial_traffic import plan
from overgang.core.compare import reproduce
from overgang.core.compare.expected import Register
from overgang.core.compare.judging import judge
from overgang.core.compare.noise import Noise
from overgang.core.compare.values import Reply
from overgang.shell import clock
from overgang.shell.asking import Asking
from overgang.shell.casebook import Casebook
from overgang.shell.client import Posts
from overgang.shell.config import Target
from overgang.shell.driver import Driver
from overgang.shell.journal import MemoryJournal
from overgang.shell.masks import modern_masker, old_maskers
from overgang.shell.replaying import Options, Sides, replay
from overgang.shell.soap_ingress import Post, SoapFace
from overgang.shell.upstream import Upstream
from overgang.wire import cases, guard
from overgang.wire.comparing import Comparer
from overgang.wire.recorded_calls import Call
from overgang.wire.results import Results, compared_of, dumps, plain_compared
from running import CITIZENS, modern_side

KEY, XML = b"k" * 32, "text/xml; charset=utf-8"


def calls(*operations: str) -> list[Call]:
    """Reads about the trial's citizens, as a recording has them."""
    made, services = [], {service.key: service for service in loaded().services}
    for planned in plan(loaded(), CITIZENS, clock.now()):
        _, version, file = planned.path.split("/")
        key = f"{file.removesuffix('.svc')}/{version}"
        root = guard.parse(planned.body, guard.Limits())
        operation = services[key].bridges[root[-1][0].tag].contract.name
        if operation in operations:
            made.append(Call(clock.now(), key, operation, "8/101", XML, "", planned.body))
    return made


def replayed(wanted: list[Call], modern: str) -> Results:
    """Against a gateway before the reference, and an old side that tells another year and otherwise the same."""
    targets = {domain: Target(f"{modern}/{domain}") for domain in DOMAINS}
    services = {service.key: service for service in loaded().services}
    comparers = {key: Comparer(service.contract) for key, service in services.items()}

    async def run() -> Results:
        upstream, asking = Upstream(targets), Asking(loaded(), targets, KEY)
        face = SoapFace(Driver(loaded().modern, upstream), loaded().codelists, guard.Limits(), KEY, {})

        class Both(Posts):
            async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
                _, version, file = url.rsplit("/", 2)
                service = services[f"{file.removesuffix('.svc')}/{version}"]
                answer = await face.answer(Post(service, body, XML, (), clock.now()))
                told = answer.body if url.startswith("http://new") else re.sub(rb">2[0-9]{3}-", b">2011-", answer.body)
                return Reply(answer.status, answer.content_type, told)

        sides = Sides(
            posts=Both(),
            maskers=old_maskers(loaded(), KEY),
            compare=lambda call, old, new: comparers[call.service].compare(call.operation, old, new),
            judge=lambda call, found: judge(
                found, operation=call.operation, day=clock.now().date(), register=Register(), noise=Noise()
            ),
            writes=lambda service, operation: not operation.startswith("Get"),
            asks=asking,
            modern=modern_masker(loaded(), KEY),
        )
        try:
            return await replay(wanted, Options("http://new", "http://old"), sides, MemoryJournal())
        finally:
            await asking.close()
            await upstream.close()

    return asyncio.run(run())


@pytest.fixture(scope="module")
def found() -> Results:
    with modern_side() as side:
        return replayed(calls("GetVariablePersonStatus", "GetPersonHistory"), side.url)


def test_a_report_writes_a_command_and_a_case_of_each_difference(found: Results, tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text(dumps(found))
    made, gateway = tmp_path / "made", "http://127.0.0.1:9"
    assert main(["report", str(tmp_path / "results.json"), "--reproduce", str(made), "--gateway", gateway]) == 0
    names = sorted(file.name for file in made.iterdir())
    assert len(names) == 2 * len(found.differing)
    one = found.differing[0]
    command = (made / f"{one.id}-{one.operation}.sh").read_text()
    assert command.startswith(f"curl -sS {gateway}/PjakTassWCF/")
    assert main(["try", str(made / f"{one.id}-{one.operation}.case")]) == 1  # it differs


def test_a_case_of_a_replay_plays_up_to_the_difference_and_its_call_is_about_the_same_citizen(found: Results) -> None:
    book = Casebook(loaded())
    assert len(found.differing) > 3
    for one in map(compared_of, map(plain_compared, found.differing)):  # as the file of results has them
        assert one.kept
        assert any(citizen.number.encode() in one.kept.request for citizen in CITIZENS)
        told = book.play(cases.parse(reproduce.case(one), "results/1")).difference
        assert [line for line in told if line.startswith("----------")] == ["---------- soap out"]
        lines = [line for line in told if re.match(r"[-+](?![-+])", line)]
        assert lines
        assert all(" = '2" in line and re.search(r"'2\d\d\d-", line) for line in lines)

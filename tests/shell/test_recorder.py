import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from gateway_side import DAY, loaded
from together_side import CALLER, EMPTY, READ, SERVICE, Both, World, run

from old_calls import CITIZEN
from overgang.core.compare.values import Mode
from overgang.shell.client import Raw
from overgang.shell.clock import at
from overgang.shell.config import Recording
from overgang.shell.keys import derived
from overgang.shell.recorder import Recorder, RecorderRefused
from overgang.wire import recording
from overgang.wire.recorded_calls import Call

CANARY = "Kanariefuglevej"
KEY = derived(b"k" * 32, "recording")


def recorder(world: World) -> Recorder:
    assert world.gateway.together is not None
    return world.gateway.together.recorder


def read(file: str) -> list[Call]:
    return list(recording.read(Path(file), KEY, at(DAY)()))


@pytest.mark.parametrize(
    ("mode", "old", "new"),
    [
        (Mode.OLD, True, False),
        (Mode.COMPARE_OLD, True, True),
        (Mode.COMPARE_NEW, True, True),
        (Mode.NEW, False, True),
    ],
)
def test_a_call_is_recorded_with_the_answers_that_there_are(tmp_path: Path, mode: Mode, old: bool, new: bool) -> None:
    async def test(world: World) -> None:
        await world.call(READ)
        await world.settled()
        status = recorder(world).start(1.0, 60)
        await world.call(READ)
        await world.settled()
        done = await asyncio.to_thread(recorder(world).stop)
        await world.call(READ)
        assert (done.file, done.calls, done.dropped, done.until) == (status.file, 1, 0, None)
        (call,) = read(done.file)
        assert (call.service, call.operation, call.caller) == (SERVICE, "GetProfessionCollection", CALLER)
        assert (call.old is not None, call.new is not None) == (old, new)
        assert (call.old_seconds is not None, call.new_seconds is not None) == (old, new)

    run(test, mode=mode, folder=tmp_path)


@pytest.mark.parametrize("mode", list(Mode))
def test_nothing_personal_is_stored_in_a_recording(tmp_path: Path, mode: Mode) -> None:
    async def test(world: World) -> None:
        recorder(world).start(1.0, 60)
        await world.call(READ, headers={"SOAPAction": f'"urn:{CANARY}"'})
        await world.settled()
        done = await asyncio.to_thread(recorder(world).stop)
        (call,) = read(done.file)
        kept = [call.request.decode(), call.action, call.content_type]
        kept += [side.body.decode() for side in (call.old, call.new) if side is not None]
        assert [value for value in (CITIZEN, CANARY, "Test Testesen", "1234567890123") if value in "".join(kept)] == []

    planted = f"><x:Name>{CANARY} {CITIZEN}</x:Name></x:GetProfessionCollectionResponse></s"
    answer = EMPTY.replace("/></s", planted).encode()
    run(test, Both(old=Raw(200, "text/xml; charset=utf-8", answer)), folder=tmp_path, mode=mode)
    (file,) = tmp_path.iterdir()
    assert CITIZEN.encode() not in file.read_bytes()


def test_a_sample_is_recorded(tmp_path: Path) -> None:
    async def test(world: World) -> None:
        recorder(world).start(0.5, 60)
        for number in range(40):
            await world.call(READ.replace("Testesen", f"Testesen {number}"))
        assert 3 < (await asyncio.to_thread(recorder(world).stop)).calls < 37

    run(test, folder=tmp_path)


@pytest.mark.parametrize(("share", "seconds"), [(0.0, 1), (1.1, 1), (1.0, 0), (1.0, 86401)])
def test_a_share_and_a_time_that_can_not_be_are_refused(tmp_path: Path, share: float, seconds: float) -> None:
    async def test(world: World) -> None:
        with pytest.raises(RecorderRefused, match="expected a share"):
            recorder(world).start(share, seconds)

    run(test, folder=tmp_path)


def test_there_is_one_recording_at_a_time_and_none_without_a_folder(tmp_path: Path) -> None:
    async def twice(world: World) -> None:
        recorder(world).start(1.0, 1)
        with pytest.raises(RecorderRefused, match="under way"):
            recorder(world).start(1.0, 1)

    async def nowhere(world: World) -> None:
        with pytest.raises(RecorderRefused, match=r"recording\.folder"):
            recorder(world).start(1.0, 1)

    run(twice, folder=tmp_path)
    run(nowhere)


class Day:
    """A clock that can be moved."""

    def __init__(self) -> None:
        self.moment = at(DAY)()

    def __call__(self) -> datetime:
        return self.moment


def test_a_recording_ends_when_its_time_is_up_and_is_deleted_when_it_is_too_old(tmp_path: Path) -> None:
    clock = Day()
    services = {service.key: service for service in loaded().services}
    made = Recorder(Recording(tmp_path, days=7), services, {}, (b"s" * 32, KEY), clock)
    file = Path(made.start(1.0, 60).file)
    made.tend()
    assert made.on
    clock.moment += timedelta(seconds=60)
    made.tend()
    assert (made.on, made.status().until) == (False, None)
    clock.moment += timedelta(days=6)
    made.tend()
    assert file.exists()
    clock.moment += timedelta(days=1, seconds=1)
    made.tend()
    assert not file.exists()
    made.close()


def test_beyond_its_bytes_calls_are_dropped_and_counted(tmp_path: Path) -> None:
    async def test(world: World) -> None:
        recorder(world)._options = Recording(tmp_path, bytes=len(READ) * 3)
        recorder(world).start(1.0, 60)
        for _ in range(5):
            await world.call(READ)
        done = await asyncio.to_thread(recorder(world).stop)
        assert (done.calls + done.dropped, done.calls > 0, done.dropped > 0) == (5, True, True)

    run(test, Both(), folder=tmp_path)

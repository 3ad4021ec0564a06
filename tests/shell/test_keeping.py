import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from gateway_side import DAY
from together_side import CALLER, World, configuration, run

from overgang.core.compare.modes import Scope
from overgang.core.compare.values import Mode, Use
from overgang.core.errors import GatewayFault
from overgang.core.messages import Notice, Organisation
from overgang.shell.clock import at
from overgang.shell.keeping import Keeping
from overgang.shell.store import Message, Store, StoreError
from running import citizen

CITIZEN = citizen("dagpengemodtager")
NOTICE = Notice("1", Organisation(8, "10101"), "PersonCategory", "2", CITIZEN, "visitation.kategori3")


def test_technical_messages_are_kept_for_their_receiver_and_a_repeat_adds_none() -> None:
    async def test(world: World) -> None:
        await world.keeping.keep([NOTICE])
        await world.keeping.keep([NOTICE])
        (message,) = world.keeping.store.messages(CALLER)
        assert message == Message(
            "1", CALLER, "PersonCategory", "2", CITIZEN, "visitation.kategori3", at(DAY)(), message.number
        )

    run(test)


def test_a_store_that_takes_nothing_is_a_fault_that_says_what_stands(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> bool:
        raise StoreError("disk full")

    async def test(world: World) -> None:
        monkeypatch.setattr(Store, "add_messages", full)
        with pytest.raises(GatewayFault) as raised:
            await world.keeping.keep([NOTICE])
        assert raised.value.key == "store.unavailable"

    run(test)
    assert "disk full" in caplog.text
    assert CITIZEN not in caplog.text


def test_what_is_set_at_run_time_goes_before_the_file_and_is_there_after_a_restart(tmp_path: Path) -> None:
    config = configuration(modes={Scope("A/1"): Mode.OLD}, store=f"sqlite:///{tmp_path}/overgang.sqlite")

    async def set_and_close() -> None:
        keeping = Keeping(config, at(DAY))
        assert keeping.modes().of("A/1", "Op", CALLER) is Mode.OLD
        keeping.store.set_mode(Scope("A/1"), Mode.COMPARE_OLD, "Test Testesen", at(DAY)())
        assert keeping.modes().of("A/1", "Op", CALLER) is Mode.OLD
        keeping.look()
        assert keeping.modes().of("A/1", "Op", CALLER) is Mode.COMPARE_OLD
        await keeping.close()

    asyncio.run(set_and_close())
    again = Keeping(config, at(DAY))
    assert again.modes().of("A/1", "Op", CALLER) is Mode.COMPARE_OLD
    asyncio.run(again.close())


def test_another_gateways_change_is_taken_over_while_running(tmp_path: Path) -> None:
    config = configuration(store=f"sqlite:///{tmp_path}/overgang.sqlite")

    async def test() -> None:
        one, other = Keeping(config, at(DAY)), Keeping(config, at(DAY))
        one.start()
        other.store.set_mode(Scope("A/1"), Mode.OLD, "Test Testesen", at(DAY)())
        async with asyncio.timeout(10):
            while one.modes().of("A/1", "Op", CALLER) is not Mode.OLD:  # noqa: ASYNC110 - it looks once a second
                await asyncio.sleep(0.05)
        await one.close()
        await other.close()

    asyncio.run(test())


@pytest.mark.parametrize("trouble", [StoreError("not now"), IsADirectoryError(21, "x")])
def test_what_is_tended_is_done_again_and_again_also_after_it_failed(trouble: Exception) -> None:
    async def test(world: World) -> None:
        done = asyncio.Event()
        loop = asyncio.get_running_loop()
        times = []

        def work() -> None:
            times.append(1)
            if len(times) == 1:
                raise trouble
            loop.call_soon_threadsafe(done.set)

        world.keeping.tend(work)
        world.keeping.start()
        await done.wait()

    run(test)


def test_what_is_older_than_its_days_is_forgotten_but_no_technical_message() -> None:
    async def test(world: World) -> None:
        long_ago = at(DAY)() - timedelta(days=4000)
        day = long_ago.date().isoformat()
        world.keeping.store.add_uses([Use(day, CALLER, "soap", "a", "S/1", "Op", 1, 0, long_ago)])
        await world.keeping.keep([NOTICE])
        world.keeping.forget()
        assert world.keeping.store.uses() == ()
        assert len(world.keeping.store.messages(CALLER)) == 1

    run(test)

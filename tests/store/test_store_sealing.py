"""Sealing."""

import pytest

from overgang.shell.store import StoreError
from overgang.shell.store.sealing import Sealer

KEY, OTHER = b"k" * 32, b"o" * 32


@pytest.mark.parametrize("clear", [b"", b"0", b"1203852326", bytes(range(256)) * 100], ids=len)
def test_what_is_sealed_opens_again_and_is_not_seen(clear: bytes) -> None:
    sealed = Sealer([KEY]).seal(clear, "message 1")
    assert Sealer([KEY]).open(sealed, "message 1") == clear
    assert len(clear) < 4 or clear not in sealed


def test_the_same_thing_is_never_sealed_alike() -> None:
    sealer = Sealer([KEY])
    assert len({sealer.seal(b"1203852326", "a") for _ in range(100)}) == 100


def test_what_is_sealed_for_one_row_does_not_open_in_another() -> None:
    sealer = Sealer([KEY])
    with pytest.raises(StoreError, match="damaged or was moved"):
        sealer.open(sealer.seal(b"1203852326", "message 1"), "message 2")


def test_damage_at_any_byte_is_found() -> None:
    sealer = Sealer([KEY])
    sealed = sealer.seal(b"1203852326", "a")
    for at in range(len(sealed)):
        damaged = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        with pytest.raises(StoreError):
            sealer.open(damaged, "a")


def test_what_was_cut_short_is_found_at_any_length() -> None:
    sealer = Sealer([KEY])
    sealed = sealer.seal(b"1203852326", "a")
    for length in range(len(sealed)):
        with pytest.raises(StoreError):
            sealer.open(sealed[:length], "a")


def test_an_older_key_still_opens_and_finds_and_the_first_one_seals() -> None:
    older, both = Sealer([OTHER]), Sealer([KEY, OTHER])
    assert both.open(older.seal(b"x", "a"), "a") == b"x"
    assert older.index("1203852326") in both.indices("1203852326")
    assert both.index("1203852326") == Sealer([KEY]).index("1203852326")
    with pytest.raises(StoreError, match="not among the store's keys"):
        older.open(both.seal(b"x", "a"), "a")


def test_an_index_is_keyed() -> None:
    assert Sealer([KEY]).index("1203852326") != Sealer([OTHER]).index("1203852326")
    assert Sealer([KEY]).index("1203852326") != Sealer([KEY]).index("2304791617")


@pytest.mark.parametrize("keys", [[], [b"k" * 31], [KEY, b"short"]], ids=len)
def test_a_short_key_or_none_is_refused(keys: list[bytes]) -> None:
    with pytest.raises(StoreError, match="at least 32 bytes"):
        Sealer(keys)

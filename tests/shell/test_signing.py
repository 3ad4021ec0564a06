"""Signatures of heads."""

from dataclasses import replace

import pytest

from overgang.core.audit import Head
from overgang.shell.signing import Signer

HEAD = Head("read-1", 7, bytes(32), 1_732_000_000_000_000)


def test_a_signature_holds_for_its_head_and_purpose_alone() -> None:
    signer = Signer([b"a" * 32])
    signed = signer.sign(HEAD)
    assert signer.signed(signed, "head")
    assert not signer.signed(signed, "start")
    changes: list[dict[str, object]] = [{"number": 8}, {"hash": b"x" * 32}, {"chain": "read-2"}, {"at": 1}]
    for change in changes:
        assert not signer.signed(replace(signed, **change), "head")  # type: ignore[arg-type]


def test_a_replaced_secret_still_knows_its_signatures_and_another_does_not() -> None:
    signed = Signer([b"a" * 32]).sign(HEAD)
    assert Signer([b"b" * 32, b"a" * 32]).signed(signed, "head")
    assert not Signer([b"b" * 32]).signed(signed, "head")
    assert not Signer([b"b" * 32]).signed(HEAD, "head")


def test_records_are_bound_by_a_key_of_the_secret_that_is_named() -> None:
    old, new = Signer([b"a" * 32]), Signer([b"b" * 32, b"a" * 32])
    assert new.link(old.name) == old.link(old.name)
    assert new.link(new.name) != old.link(old.name)
    with pytest.raises(KeyError):
        old.link(new.name)

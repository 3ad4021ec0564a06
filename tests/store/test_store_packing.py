"""Comparisons as text and bytes."""

import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_side import KEPT

from overgang.core.compare.values import Difference, Judged, Kept, Kind, Label, Reply
from overgang.shell.store import StoreError
from overgang.shell.store.packing import judged_read, judged_text, kept_bytes, kept_read

TEXTS = st.text(st.characters())
REPLIES = st.builds(Reply, st.integers(0, 599), TEXTS, st.binary(), TEXTS)
MAYBE = st.none() | TEXTS
JUDGED = st.builds(
    Judged,
    st.builds(Difference, st.sampled_from(Kind), TEXTS, TEXTS, MAYBE, MAYBE, TEXTS, TEXTS),
    st.sampled_from(Label),
    TEXTS,
)


@given(st.builds(Kept, st.binary(), TEXTS, TEXTS, REPLIES, REPLIES))
def test_a_kept_call_comes_back_byte_for_byte(kept: Kept) -> None:
    assert kept_read(kept_bytes(kept)) == kept


@given(st.lists(JUDGED, max_size=4).map(tuple))
def test_judged_differences_come_back_as_they_were(judged: tuple[Judged, ...]) -> None:
    text = judged_text(judged)
    assert judged_read(text) == judged
    assert text.isascii()
    assert "\0" not in text  # which PostgreSQL has no text with


def test_answers_that_repeat_themselves_become_small() -> None:
    body = b"<Item><StartDate>2024-01-01T00:00:00</StartDate></Item>" * 1000
    kept = Kept(KEPT.request, "text/xml", "", Reply(200, "text/xml", body), Reply(200, "text/xml", body))
    assert len(kept_bytes(kept)) < len(body) / 50


def test_another_form_is_refused() -> None:
    with pytest.raises(StoreError, match="is of form 2; this reads form 1"):
        kept_read(zlib.compress(json.dumps({"form": 2}).encode() + b"\n"))

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overgang.wire.strict_json import JsonError, dumps, loads


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        pytest.param(b"[NaN]", "json.number", id="NaN"),
        pytest.param(b"[-Infinity]", "json.number", id="Infinity"),
        pytest.param(b'{"a":1,"b":2,"a":1}', "json.duplicate", id="a name twice"),
        pytest.param(b'{"a":1,"\\u0061":1}', "json.duplicate", id="a name twice, once escaped"),
        pytest.param(b"\xef\xbb\xbf{}", "json.encoding", id="a byte order mark"),
        pytest.param('{"å":1}'.encode("latin-1"), "json.encoding", id="Latin-1"),
        pytest.param("{}".encode("utf-16"), "json.encoding", id="UTF-16"),
        pytest.param(b'"\xed\xa0\x80"', "json.encoding", id="a surrogate in UTF-8"),
        pytest.param(b'"\\ud800"', "json.text", id="half a pair"),
        pytest.param(b'{"\\uDC00":1}', "json.text", id="half a pair in a name"),
        pytest.param(b'[[{"a":["\\ude00\\ud83d"]}]]', "json.text", id="a pair the wrong way round, deep down"),
        pytest.param(b"[" * 100_000, "json.depth", id="a hundred thousand brackets"),
        pytest.param(b"[" + b"1," * 1_000_001 + b"1]", "json.values", id="a million numbers"),
        pytest.param(b'{"a":' * 100_000, "json.depth", id="a hundred thousand braces"),
        pytest.param(b"9" * 5000, "json.number", id="5,000 digits"),
        pytest.param(b"1e401", "json.number", id="a large exponent"),
        pytest.param(b"1e-401", "json.number", id="a small exponent"),
        pytest.param(b"1e99999999999999999999", "json.number", id="an exponent beyond Decimal"),
        pytest.param(b"0." + b"1" * 400, "json.number", id="400 decimals"),
        pytest.param(b"", "json.invalid", id="nothing"),
        pytest.param(b"{}x", "json.invalid", id="something after the end"),
        pytest.param(b"{'a':1}", "json.invalid", id="single quotes"),
        pytest.param(b'"a\nb"', "json.invalid", id="a raw control character"),
        pytest.param(b"[01]", "json.invalid", id="a leading zero"),
        pytest.param(b"[1,]", "json.invalid", id="a comma too many"),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(raw: bytes, key: str) -> None:
    with pytest.raises(JsonError) as caught:
        loads(raw)
    assert caught.value.key == key


def test_a_refusal_tells_the_place_and_nothing_of_the_content() -> None:
    with pytest.raises(JsonError) as caught:
        loads(b'{"cpr": "0506912617" x}')
    assert (caught.value.key, caught.value.where) == ("json.invalid", "character 21")
    assert caught.value.__cause__ is None
    assert "0506912617" not in str(caught.value)


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_depth_is_accepted_at_the_limit_and_refused_over_it(opening: bytes, closing: bytes) -> None:
    loads(opening * 5 + b"1" + closing * 5, depth=5)
    with pytest.raises(JsonError, match="depth"):
        loads(opening * 6 + b"1" + closing * 6, depth=5)


def test_many_flat_lists_are_not_deep() -> None:
    assert loads(b"[" + b",".join([b"[1]"] * 1000) + b"]", depth=2) == [[1]] * 1000
    assert loads(b'"' + b"[" * 1000 + b'"', depth=2) == "[" * 1000


def test_a_fraction_is_a_decimal_and_is_written_digit_for_digit() -> None:
    raw = b'{"a":[1.10,0.0,-2.50,{"b":1E+3}],"c":[],"d":null,"e":true,"f":12345678901234567890}'
    value = loads(raw)
    assert value["a"][0] == Decimal("1.10")
    assert isinstance(value["f"], int)
    assert dumps(value) == raw


def test_text_is_written_as_utf_8_and_compact() -> None:
    assert dumps({"å": ["\u2028", '"\\', "😀", 1]}) == '{"å":["\u2028","\\"\\\\","😀",1]}'.encode()


@pytest.mark.parametrize("value", [float("nan"), Decimal("NaN"), Decimal("Infinity"), "\ud800"])
def test_a_value_that_json_cannot_say_is_refused(value: Any) -> None:
    with pytest.raises(ValueError):
        dumps([value])


@pytest.mark.parametrize("value", [{1: Decimal(1)}, object(), b"x"])
def test_a_type_that_json_does_not_have_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        dumps([value])


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
LEAVES = st.none() | st.booleans() | st.integers() | TEXTS | st.decimals(-(10**20), 10**20, places=3)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=20)


@given(VALUES)
def test_what_is_written_is_read_again_the_same(value: Any) -> None:
    raw = dumps(value)
    assert loads(raw) == value
    assert dumps(loads(raw)) == raw


@given(VALUES)
def test_the_standard_library_reads_the_same_text(value: Any) -> None:
    assert json.loads(dumps(value), parse_float=Decimal) == value


@pytest.mark.parametrize("raw", [b"[1,2,3]", b'{"a":1,"b":{},"c":0}', b"[[],[]]"])
def test_exactly_as_many_values_as_are_allowed_are_read_and_one_more_is_not(raw: bytes) -> None:
    parts = raw.count(b",") + raw.count(b"[") + raw.count(b"{")
    assert loads(raw, values=parts) is not None
    with pytest.raises(JsonError, match=r"json\.values"):
        loads(raw, values=parts - 1)

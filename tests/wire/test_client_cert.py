"""The header Client-Cert in both of its forms, and everything that is not quite one of them."""

import base64
from contextlib import suppress
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates import authority
from overgang.core.errors import CallerFault
from overgang.wire.client_cert import parse

MADE = authority().issue()
RFC = f":{base64.b64encode(MADE.der).decode()}:"
NGINX = quote(MADE.pem.decode(), safe="-")


@pytest.mark.parametrize("value", [RFC, NGINX, f" {RFC} ", NGINX.removesuffix("%0A")])
def test_both_forms_are_read(value: str) -> None:
    assert parse([value]) == MADE.der


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ([], "missing"),
        ([""], "missing"),
        ([RFC, RFC], "twice"),
        ([RFC[:-1]], "malformed"),
        ([RFC[1:]], "malformed"),
        ([f"{RFC}, {RFC}"], "malformed"),
        ([f"{RFC};a=1"], "malformed"),
        ([RFC.replace("M", "%", 1)], "malformed"),
        ([f":{RFC[1:9]}\n{RFC[9:]}"], "malformed"),
        ([":QQ=:"], "malformed"),
        ([":QR==:"], "malformed"),
        (["::"], "malformed"),
        ([":AAA:"], "malformed"),
        ([NGINX + NGINX], "malformed"),
        ([f"x{NGINX}"], "malformed"),
        ([NGINX.replace("%0A", "%0a%00", 1)], "malformed"),
        ([NGINX.replace("CERTIFICATE", "PRIVATE%20KEY")], "malformed"),
        ([MADE.pem.decode()], "malformed"),
        ([NGINX[:-3] + "%zz"], "malformed"),
        (["%" * 100_000], "malformed"),
        ([":" + "A" * 100_000 + ":"], "malformed"),
        (["Hash=abc;Cert=" + NGINX], "malformed"),
        (["Æ"], "malformed"),
    ],
)
def test_everything_else_is_refused(values: list[str], key: str) -> None:
    with pytest.raises(CallerFault) as caught:
        parse(values)
    assert (caught.value.number, caught.value.key) == (1101, f"identity.{key}")


@given(st.lists(st.text(alphabet=st.characters(max_codepoint=255), max_size=200), max_size=3))
def test_no_value_makes_anything_but_bytes_or_a_refusal(values: list[str]) -> None:
    with suppress(CallerFault):
        assert parse(values)


@given(st.binary(min_size=1, max_size=300))
def test_every_sequence_of_bytes_is_read_as_it_was_written(octets: bytes) -> None:
    assert parse([f":{base64.b64encode(octets).decode()}:"]) == octets

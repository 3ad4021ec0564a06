from urllib.parse import unquote, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overgang.core.errors import CallerFault
from overgang.core.paths import path, segment

TEMPLATE = "/visiteringogstatus/v1/Fravaer/{fravaerIdentifier}/{Berigtigelseskommentar}"


def test_a_path_is_its_template_with_its_values() -> None:
    there = path(TEMPLATE, fravaerIdentifier="a-1", Berigtigelseskommentar="Fejl")
    assert there.text == "/visiteringogstatus/v1/Fravaer/a-1/Fejl"
    assert there.domain == "visiteringogstatus"
    assert there.template == TEMPLATE


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("4/2", "4%2F2"),
        ("../..", "..%2F.."),
        ("a b", "a%20b"),
        ("a?b#c", "a%3Fb%23c"),
        ("%2e%2e", "%252e%252e"),
        ("Rødgrød", "R%C3%B8dgr%C3%B8d"),
        ("a\\b;c", "a%5Cb%3Bc"),
        ("...", "..."),
        ("{fravaerIdentifier}", "%7BfravaerIdentifier%7D"),
    ],
)
def test_a_value_is_encoded_as_one_segment(value: str, sent: str) -> None:
    assert path(TEMPLATE, fravaerIdentifier="x", Berigtigelseskommentar=value).text.endswith(f"/x/{sent}")


@given(st.text(st.characters(codec="utf-8")).filter(lambda text: text not in ("", ".", "..")))
def test_any_other_text_is_one_segment_and_comes_back_from_it(value: str) -> None:
    sent = httpx.URL("http://upstream" + path("/a/{x}/b", x=value).text).raw_path.decode()
    assert sent.isascii()
    parts = urlsplit(sent).path.split("/")
    assert parts[:2] == ["", "a"]
    assert [unquote(part) for part in parts[2:]] == [value, "b"]


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_a_text_that_can_be_no_segment_is_refused_with_the_name_of_its_place(value: str) -> None:
    with pytest.raises(CallerFault) as raised:
        segment("Berigtigelseskommentar", value)
    assert (raised.value.number, raised.value.key) == (1014, "value.path")
    assert raised.value.element == "Berigtigelseskommentar"


@pytest.mark.parametrize("values", [{}, {"a": "1", "b": "2"}, {"b": "1"}])
def test_every_place_has_its_value_and_no_other_is_given(values: dict[str, str]) -> None:
    with pytest.raises(KeyError):
        path("/domain/{a}", **values)

"""Citizens and users in messages that nobody judges, however they are written."""

import pytest
from lxml import etree

from old_calls import CITIZEN, HEADER, USER, professions, wrapped
from overgang.wire import unjudged

DECOY = '<x:PersonCivilRegistrationIdentifier xmlns:x="urn:x">0101701234</x:PersonCivilRegistrationIdentifier>'


def root(text: str) -> etree._Element:
    return etree.fromstring(text.encode())


@pytest.mark.parametrize(
    "written", [CITIZEN, f"\n {CITIZEN} ", f"{CITIZEN[:6]}-{CITIZEN[6:]}", f"{CITIZEN[:6]}<!--x-->{CITIZEN[6:]}"]
)
@pytest.mark.parametrize("header", [HEADER, DECOY + HEADER, ""])
def test_a_citizen_is_the_one_of_the_body(written: str, header: str) -> None:
    assert unjudged.citizens(root(wrapped(professions(written), header))) == (CITIZEN,)


def test_each_citizen_counts_once_and_an_empty_one_is_none() -> None:
    body = professions() + professions("0101701234") + professions() + professions(" ")
    assert unjudged.citizens(root(wrapped(body))) == (CITIZEN, "0101701234")


def test_what_is_no_number_is_kept_as_it_is() -> None:
    assert unjudged.citizens(root(wrapped(professions("12 ab")))) == ("12ab",)


def test_an_answer_tells_of_its_citizens() -> None:
    name = "PersonCivilRegistrationIdentifier"
    answer = (
        f'<a:{name} xmlns:a="urn:a">0101701234</a:{name}><{name}>\n020170-1234 </{name}><{name}/><{name}>x</{name}>'
    )
    assert unjudged.citizens_told(answer.encode() * 2) == ("0101701234", "0201701234")
    assert unjudged.citizens_told(b"") == ()


def test_the_user_is_the_one_of_the_header() -> None:
    assert unjudged.user(root(wrapped(professions()))) == "CVR:12345678-FID:1234567890123"
    assert unjudged.user(root(wrapped(USER, ""))) is None
    assert unjudged.user(root(wrapped(professions(), HEADER + USER))) is None

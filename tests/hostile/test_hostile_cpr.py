"""Section H of the hostile-input catalogue: citizen numbers, on both faces; the ids are its row numbers.

Nothing here is a real person's number: they fail modulus 11, or have a day over 60, or no date at all. Row 217 is
about the numbers in this repository, row 214 about reading the century, which the gateway never does.
"""

import pytest
from attack import attack, check_alive, check_silence

from modern_calls import FRAVAER, REST_CALLER
from old_calls import ABSENCE, ENROLLMENT, MEDIA, absence, professions, refused, said, wrapped
from running import Site

PASSED_ON = [
    ("209 first of January, fails modulus 11", "0101651234"),
    ("210 fails modulus 11", "1203852326"),
    ("215 leading zero", "0203040506"),
    ("211 the documented 0000000000", "0000000000"),
    ("211 29 February of any year", "2902710000"),
]

REFUSED = [
    ("211 30 February", "3002701234"),
    ("211 31 April", "3104701234"),
    ("211 month 13", "0113701234"),
    ("211 day 0", "0001701234"),
    ("211 nothing but the date is zero", "0000001234"),
    ("212 day over 60", "6101701234"),
    ("212 day 91", "9112701234"),
    ("213 X-eCPR", "0203291WQ3"),
    ("213 lower case", "0203291wq3"),
    ("216 hyphen", "120385-2326"),
    ("216 spaces", "120385 2326"),
    ("113 fullwidth digits", "１２０３８５２３２６"),
    ("113 Arabic digits", "١٢٠٣٨٥٢٣٢٦"),
    ("113 zero width space", "120385\u200b2326"),
    ("113 right-to-left mark", "\u200f1203852326"),
    ("98 path", "../admin"),
    ("98 dots", ".."),
    ("98 slash", "a/b"),
    ("98 query", "1203852326?x=1"),
    ("98 fragment", "1203852326#f"),
    ("98 encoded slash", "120385%2f2326"),
    ("98 percent", "%"),
    ("98 authority", "//evil"),
    ("98 user", "@evil"),
    ("98 parameter", "..;/x"),
    ("98 backslash", "\\..\\"),
    ("99 address", "http://evil.example.invalid/"),
    ("100 line break", "1203852326\r\nX-Inj: 1"),
    ("103 empty", ""),
    ("103 leading space", " 1203852326"),
    ("103 trailing line", "1203852326\n"),
    ("112 long", "1" * 200_000),
]


@pytest.mark.parametrize("number", [pytest.param(number, id=name) for name, number in PASSED_ON])
def test_a_number_of_the_documented_form_is_passed_on_as_ten_characters(site: Site, number: str) -> None:
    old = site.client.post(ENROLLMENT, content=wrapped(professions(number)), headers={"content-type": MEDIA["1.1"]})
    new = site.client.get(FRAVAER, headers={**REST_CALLER, "x-civilRegistrationIdentifier": number})

    assert [asked.header("x-civilRegistrationIdentifier") for asked in site.modern.asked[-2:]] == [number, number]
    assert said(old).number in ("", "1010", "4404")
    assert new.status_code in (200, 404)


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize("number", [pytest.param(number, id=name) for name, number in REFUSED])
def test_another_number_is_1001_for_an_old_system(site: Site, number: str, version: str) -> None:
    written = number.replace("\r", "&#13;").replace("\n", "&#10;")

    answer = attack(
        site, ABSENCE, wrapped(absence(written), version=version).encode(), {"content-type": MEDIA[version]}
    )

    assert said(answer) == refused(version, "1001", "value.invalid")
    assert not number.strip() or len(number) < 4 or number.encode() not in answer.content


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(n, id=name)
        for name, n in REFUSED
        if n.isascii() and n.isprintable() and n == n.strip() and len(n) < 99
    ],
)
def test_another_number_is_1001_for_a_migrated_system(site: Site, number: str) -> None:
    before = len(site.modern.asked)

    answer = site.client.get(FRAVAER, headers={**REST_CALLER, "x-civilRegistrationIdentifier": number})

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.json()["errorCode"], answer.json()["key"]) == (1001, "value.invalid")
    assert len(number) < 4 or number not in answer.text
    assert site.modern.asked[before:] == []
    check_silence(site, answer.content)
    check_alive(site)

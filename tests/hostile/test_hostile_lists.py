"""Section D of the hostile-input catalogue: lists both ways, and modern texts in an old answer; ids are row numbers."""

import json
from datetime import datetime
from uuid import uuid4

import httpx
import pytest
from attack import CANARY, attack, check_alive, check_silence
from lxml import etree

from modern_calls import ABOUT, JOBOENSKE
from old_calls import CITIZEN, ENROLLMENT, MEDIA, Said, professions, refused, said, wrapped
from overgang.core.values import COPENHAGEN
from running import Site


def enrollment(count: int) -> str:
    today = datetime.now(COPENHAGEN).date().isoformat()
    one = (
        "<ProfessionType><ConceptUriDa>https://example.invalid/{}</ConceptUriDa><HasEducation>true</HasEducation>"
        "<YearLastUsed>2020</YearLastUsed><MonthsOfExperience>3</MonthsOfExperience></ProfessionType>"
    )
    return (
        '<UnemploymentEnrollmentRequest xmlns="http://service.bm.dk/UnemploymentEnrollmentService/2021/03/01/" '
        'xmlns:c="http://service.bm.dk/pjaktass/2013/06/07/CodeListBase/"><UnemploymentEnrollment>'
        f"<PersonCivilRegistrationIdentifier>{CITIZEN}</PersonCivilRegistrationIdentifier>"
        "<ClientCategoryTypeIdentifier><c:CodeListItemIdentifier>2</c:CodeListItemIdentifier>"
        f"</ClientCategoryTypeIdentifier><EnrollmentDate>{today}T00:00:00</EnrollmentDate>"
        "<CurrentUnemploymentStatusTypeIdentifier><c:CodeListItemIdentifier>1</c:CodeListItemIdentifier>"
        "</CurrentUnemploymentStatusTypeIdentifier>"
        f"<Profession>{''.join(one.format(n) for n in range(count))}</Profession>"
        "</UnemploymentEnrollment></UnemploymentEnrollmentRequest>"
    )


@pytest.mark.parametrize("count", [1, 2, 200])
def test_row_114_a_list_stays_a_list_both_ways(site: Site, count: int) -> None:
    httpx.post(f"{site.modern.url}/reference/reset").raise_for_status()
    before = len(site.modern.asked)

    answer = site.client.post(ENROLLMENT, content=wrapped(enrollment(count)), headers={"content-type": MEDIA["1.1"]})

    assert said(answer).code == "UnemploymentEnrollmentResponse"
    sent = [asked for asked in site.modern.asked[before:] if asked.target == JOBOENSKE]
    assert [len(json.loads(asked.body)["joboensker"]) for asked in sent] == [count]
    assert len(read_back(site)) == count


def test_row_114_one_item_too_many_is_refused(site: Site) -> None:
    answer = attack(site, ENROLLMENT, wrapped(enrollment(201)).encode(), {"content-type": MEDIA["1.1"]})

    assert said(answer) == refused("1.1", "1014", "element.unexpected")


def wish(site: Site, uri: str) -> None:
    """Registers one job wish in the modern side directly."""
    one = {"conceptUriDa": uri, "harUddannelse": True, "aarSidstBrugt": 2020, "maanedersErfaring": 3}
    headers = {**ABOUT, "x-requestId": str(uuid4())}
    httpx.post(f"{site.modern.url}{JOBOENSKE}", json={"joboensker": [one]}, headers=headers).raise_for_status()


def read_back(site: Site) -> list[str]:
    """ConceptUriDa of each profession, as an old system reads it."""
    answer = site.client.post(ENROLLMENT, content=wrapped(professions()), headers={"content-type": MEDIA["1.1"]})
    assert said(answer).code == "GetProfessionCollectionResponse"
    return [element.text or "" for element in etree.fromstring(answer.content).iter("{*}ConceptUriDa")]


@pytest.mark.parametrize(
    "text", ["<a>b</a>", "a&b", "&lt;", "]]>", "a\rb\nc\td", "\"'", "<![CDATA[x]]>", "<!-- x -->", "Æ😀", " a "]
)
def test_rows_116_and_118_a_modern_text_is_text_for_an_old_system(site: Site, text: str) -> None:
    wish(site, text)

    assert read_back(site) == [text]


@pytest.mark.parametrize(
    "text", [f"{CANARY}\x01", f"{CANARY}\x00", f"{CANARY}\x1f", f"{CANARY}\ufffe", f"{CANARY}\uffff"]
)
def test_row_117_a_modern_text_that_xml_can_not_hold_is_a_fault(site: Site, text: str) -> None:
    wish(site, text)
    try:
        answer = site.client.post(ENROLLMENT, content=wrapped(professions()), headers={"content-type": MEDIA["1.1"]})
    finally:
        wish(site, "https://example.invalid/")

    assert said(answer) == Said(500, "1.1", "Server", "1011", "answer.unrepresentable")
    check_silence(site, answer.content)
    check_alive(site)

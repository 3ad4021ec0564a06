"""Old calls as text, and what their answers say."""

import re
from dataclasses import dataclass

import httpx
from lxml import etree

from running import citizen

ENVELOPE = {"1.1": "http://schemas.xmlsoap.org/soap/envelope/", "1.2": "http://www.w3.org/2003/05/soap-envelope"}
MEDIA = {"1.1": "text/xml; charset=utf-8", "1.2": "application/soap+xml; charset=utf-8"}
ABSENCE = "/PjakTassWCF/7/AbsenceRegistrationService.svc"
STATUS = "/PjakTassWCF/9/AbsenceActiveStatusService.svc"
ENROLLMENT = "/PjakTassWCF/8/UnemploymentEnrollmentService.svc"
CITIZEN = citizen("dagpengemodtager")
DETAILS = "http://service.bm.dk/xml/schemas/2011/01/12/"

ORGANISATION = (
    '<a:ActiveOrganisationHeader xmlns:a="http://rep.oio.dk/ams.dk/xml/schemas/2005/09/01/">'
    "<a:OrganisationTypeIdentifier>8</a:OrganisationTypeIdentifier><a:OrganisationCode>10101</a:OrganisationCode>"
    "</a:ActiveOrganisationHeader>"
)
USER = (
    '<h:RequestUserMetadataHeader xmlns:h="http://service.bm.dk/RequestUserMetadata/2015/01/21/" '
    'xmlns:c="http://service.bm.dk/pjaktass/2013/06/07/CodeListBase/">'
    '<u:RequestUserStructure xmlns:u="http://service.bm.dk/pjaktass/2015/01/21/RequestUserStructure/">'
    "<u:UserFullName>Test Testesen</u:UserFullName>"
    '<t:RequestUserTypeIdentifier xmlns:t="http://service.bm.dk/pjaktass/2015/01/21/RequestUserTypeIdentifierCodeList/">'
    "<c:CodeListItemIdentifier>2</c:CodeListItemIdentifier></t:RequestUserTypeIdentifier>"
    "<u:UserIdentifier>CVR:12345678-FID:1234567890123</u:UserIdentifier></u:RequestUserStructure>"
    "<o:RequestOrganisationStructure "
    'xmlns:o="http://service.bm.dk/pjaktass/2015/01/21/RequestOrganisationStructure/">'
    "<o:OrganisationTypeIdentifier><c:CodeListItemIdentifier>8</c:CodeListItemIdentifier></o:OrganisationTypeIdentifier>"
    "<o:OrganisationCode>10101</o:OrganisationCode></o:RequestOrganisationStructure>"
    "<h:RegistrationDateTime>2026-01-05T10:15:30.1234567+01:00</h:RegistrationDateTime></h:RequestUserMetadataHeader>"
)
HEADER = USER + ORGANISATION


def wrapped(body: str, header: str = HEADER, version: str = "1.1") -> str:
    """An envelope with both header blocks around a Body's content."""
    return (
        f'<s:Envelope xmlns:s="{ENVELOPE[version]}"><s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>'
    )


def professions(number: str = CITIZEN) -> str:
    """A read: GetProfessionCollection."""
    return (
        '<GetProfessionCollectionRequest xmlns="http://service.bm.dk/UnemploymentEnrollmentService/2021/03/01/">'
        f"<PersonCivilRegistrationIdentifier>{number}</PersonCivilRegistrationIdentifier>"
        "</GetProfessionCollectionRequest>"
    )


def absence(
    number: str = CITIZEN,
    *,
    kind: str = "3",
    start: str = "2026-02-02T00:00:00+01:00",
    end: str = "<EndDate>2026-02-03T00:00:00+01:00</EndDate>",
    comment: str = "<AbsenceComment>En dag</AbsenceComment>",
    rest: str = "",
) -> str:
    """A write: CreateAbsence; `end`, `comment` and `rest` are whole elements."""
    return (
        '<CreateAbsenceRequest xmlns="http://service.bm.dk/AbsenceRegistrationService/2020/09/01/" '
        'xmlns:c="http://service.bm.dk/pjaktass/2013/06/07/CodeListBase/"><Absence>'
        f"<PersonCivilRegistrationIdentifier>{number}</PersonCivilRegistrationIdentifier>"
        f"<AbsenceTypeIdentifier><c:CodeListItemIdentifier>{kind}</c:CodeListItemIdentifier></AbsenceTypeIdentifier>"
        f"<StartDate>{start}</StartDate>{end}{comment}"
        f"<NotificationDate>2026-01-05T00:00:00+01:00</NotificationDate>{rest}</Absence></CreateAbsenceRequest>"
    )


@dataclass(frozen=True, slots=True)
class Said:
    """An answer in short: HTTP status, and of a fault its version, code, documented number and key, else "".

    An answer that is no fault has the local name of its Body's element as `code`.
    """

    status: int
    version: str = ""
    code: str = ""
    number: str = ""
    key: str = ""


def said(answer: httpx.Response) -> Said:
    """Reads an answer to a SOAP call, and fails where its parts contradict each other."""
    kind = answer.headers["content-type"]
    version = next((version for version, media in MEDIA.items() if media == kind), None)
    if version is None:
        assert kind == "text/plain; charset=utf-8"
        return Said(answer.status_code)
    root = etree.fromstring(answer.content)
    space = f"{{{ENVELOPE[version]}}}"
    assert root.tag == f"{space}Envelope"
    (content,) = root.findall(f"{space}Body/*")
    if content.tag != f"{space}Fault":
        return Said(answer.status_code, version, etree.QName(content).localname)
    code = content.findtext("faultcode") if version == "1.1" else content.findtext(f"{space}Code/{space}Value")
    reason = content.findtext("faultstring") if version == "1.1" else content.findtext(f"{space}Reason/{space}Text")
    assert code
    assert reason
    number = content.findtext(f".//{{{DETAILS}}}ErrorCode") or ""
    key = re.search(r"\[([a-zæøå0-9_.-]+)\]$", content.findtext(f".//{{{DETAILS}}}Message") or "")
    return Said(answer.status_code, version, code.rpartition(":")[2], number, key[1] if key else "")


def refused(version: str, number: str, key: str) -> Said:
    """A fault that the caller can mend."""
    return Said(500, "1.1", "Client", number, key) if version == "1.1" else Said(400, "1.2", "Sender", number, key)

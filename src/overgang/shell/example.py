"""Whole old calls for showing and playing: the header blocks of an invented caseworker around a given Body."""

from typing import Any

from overgang.core.callers import ACTIVE_ORGANISATION, USER_METADATA
from overgang.shell.soap_ingress import Bridge
from overgang.wire.envelope import Version, wrap

USER = {"full_name": "Test Testesen", "type": 2, "identifier": "CVR:12345678-FID:1234567890123"}


def envelope(bridge: Bridge, body_xml: str, organisation: tuple[int, str], registered: str) -> bytes:
    """A SOAP 1.1 envelope; `organisation` is (type, code), `registered` an xs:dateTime."""
    blocks = header_values(organisation, registered)
    headers = "".join(block.encode(blocks[block.name]) for block in bridge.contract.input.headers)
    return wrap(Version.SOAP11, body_xml, headers)


def header_values(organisation: tuple[int, str], registered: str) -> dict[str, Any]:
    """The decoded header blocks by name, of a caseworker of `organisation` who acts for it."""
    kind, code = organisation
    return {
        ACTIVE_ORGANISATION: {"OrganisationTypeIdentifier": kind, "OrganisationCode": code},
        USER_METADATA: {
            "RequestUserStructure": {
                "UserFullName": USER["full_name"],
                "RequestUserTypeIdentifier": {"CodeListItemIdentifier": USER["type"]},
                "UserIdentifier": USER["identifier"],
            },
            "RequestOrganisationStructure": {
                "OrganisationTypeIdentifier": {"CodeListItemIdentifier": kind},
                "OrganisationCode": code,
            },
            "RegistrationDateTime": registered,
        },
    }

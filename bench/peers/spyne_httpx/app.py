"""A benchmark peer: the same CreateAbsence, answered by spyne and sent on with one pooled httpx client.

spyne writes its own WSDL from these classes, so the contract's names and namespaces are given on each of them.
Run by a WSGI server as `app:application`, with the stub's address in the environment variable STUB_URL.
"""

import os
import uuid
from datetime import UTC, datetime
from urllib.parse import quote

import httpx
from spyne import Application, ComplexModel, DateTime, Integer32, ServiceBase, Unicode, rpc
from spyne.model.complex import TypeInfo
from spyne.model.fault import Fault
from spyne.protocol.soap import Soap11
from spyne.server.wsgi import WsgiApplication

MESSAGE = "http://service.bm.dk/AbsenceRegistrationService/2020/09/01/"
PJAKTASS = "http://service.bm.dk/pjaktass"
CPR = (
    "((((0[1-9]|1[0-9]|2[0-9]|3[0-1])(01|03|05|07|08|10|12))|((0[1-9]|1[0-9]|2[0-9]|30)(04|06|09|11))"
    "|((0[1-9]|1[0-9]|2[0-9])(02)))[0-9]{6})|0000000000"
)
POOL = httpx.Limits(max_connections=64, max_keepalive_connections=64)
UPSTREAM = httpx.Client(base_url=os.environ["STUB_URL"], limits=POOL, timeout=10)


class CodeListItem(ComplexModel):
    __namespace__ = f"{PJAKTASS}/2013/06/07/CodeListBase/"
    CodeListItemIdentifier = Integer32(ge=0, le=10000, min_occurs=1, nillable=False)


class RequestUserTypeIdentifier(CodeListItem):
    __namespace__ = f"{PJAKTASS}/2015/01/21/RequestUserTypeIdentifierCodeList/"


class RequestUserStructure(ComplexModel):
    __namespace__ = f"{PJAKTASS}/2015/01/21/RequestUserStructure/"
    _type_info = TypeInfo(
        [
            ("UserFullName", Unicode(min_len=1, max_len=140, min_occurs=1, nillable=False)),
            (
                "RequestUserTypeIdentifier",
                RequestUserTypeIdentifier.customize(sub_ns=RequestUserTypeIdentifier.__namespace__),
            ),
            ("UserIdentifier", Unicode(min_len=1, max_len=255, min_occurs=1, nillable=False)),
            ("UserEmail", Unicode),
        ]
    )


class RequestOrganisationStructure(ComplexModel):
    __namespace__ = f"{PJAKTASS}/2015/01/21/RequestOrganisationStructure/"
    _type_info = TypeInfo(
        [
            ("OrganisationTypeIdentifier", CodeListItem.customize(min_occurs=1, nillable=False)),
            ("OrganisationCode", Unicode(pattern="[-][1]|[0-9]{1,8}", min_occurs=1, nillable=False)),
        ]
    )


class RequestUserMetadataHeader(ComplexModel):
    __namespace__ = "http://service.bm.dk/RequestUserMetadata/2015/01/21/"
    _type_info = TypeInfo(
        [
            ("RequestUserStructure", RequestUserStructure.customize(sub_ns=RequestUserStructure.__namespace__)),
            (
                "RequestOrganisationStructure",
                RequestOrganisationStructure.customize(sub_ns=RequestOrganisationStructure.__namespace__),
            ),
            ("RegistrationDateTime", DateTime(min_occurs=1, nillable=False)),
        ]
    )


class ActiveOrganisationHeader(ComplexModel):
    __namespace__ = "http://rep.oio.dk/ams.dk/xml/schemas/2005/09/01/"
    _type_info = TypeInfo(
        [
            ("OrganisationTypeIdentifier", Integer32(ge=1, le=100, min_occurs=1, nillable=False)),
            ("OrganisationCode", Unicode(min_len=1, max_len=20, min_occurs=1, nillable=False)),
        ]
    )


class Absence(ComplexModel):
    __namespace__ = MESSAGE
    _type_info = TypeInfo(
        [
            ("PersonCivilRegistrationIdentifier", Unicode(pattern=CPR, min_occurs=1, nillable=False)),
            ("AbsenceTypeIdentifier", CodeListItem.customize(min_occurs=1, nillable=False)),
            ("StartDate", DateTime(min_occurs=1, nillable=False)),
            ("EndDate", DateTime),
            ("AbsenceComment", Unicode(max_len=1500)),
            ("NotificationDate", DateTime(min_occurs=1, nillable=False)),
            ("AbsenceCauseTypeIdentifier", CodeListItem),
        ]
    )


class CreateAbsenceRequest(ComplexModel):
    __namespace__ = MESSAGE
    Absence = Absence.customize(min_occurs=1, nillable=False)


class ServiceReceipt(ComplexModel):
    __namespace__ = MESSAGE
    _type_info = TypeInfo(
        [
            ("EventDate", DateTime(min_occurs=1, nillable=False)),
            ("MessageIdentifier", Unicode(min_occurs=1, nillable=False)),
        ]
    )


class CreateAbsenceResponse(ComplexModel):
    __namespace__ = MESSAGE
    ServiceReceipt = ServiceReceipt.customize(min_occurs=1, nillable=False)


class AbsenceRegistrationService(ServiceBase):
    __in_header__ = (RequestUserMetadataHeader, ActiveOrganisationHeader)

    @rpc(
        CreateAbsenceRequest,
        _body_style="bare",
        _returns=CreateAbsenceResponse,
        _in_message_name="CreateAbsenceRequest",
        _out_message_name="CreateAbsenceResponse",
    )
    def CreateAbsence(ctx, request):
        absence, request_id = request.Absence, str(uuid.uuid4())
        cause = absence.AbsenceCauseTypeIdentifier
        reply = UPSTREAM.post(
            "/visiteringogstatus/v1/Fravaer",
            headers={
                "x-civilRegistrationIdentifier": absence.PersonCivilRegistrationIdentifier,
                "x-requestId": request_id,
                **metadata(*ctx.in_header),
            },
            json={
                "fravaerIdentifier": request_id,
                "fravaerType": absence.AbsenceTypeIdentifier.CodeListItemIdentifier,
                "startDato": absence.StartDate.isoformat(),
                "slutDato": absence.EndDate and absence.EndDate.isoformat(),
                "fravaersKommentar": absence.AbsenceComment,
                "anmeldelsesDato": absence.NotificationDate.isoformat(),
                "fravaersAfslutningsAarsag": cause and cause.CodeListItemIdentifier,
            },
        )
        if reply.status_code != 200:
            raise Fault("Server", "An error has occurred")
        receipt = ServiceReceipt(EventDate=datetime.now(UTC), MessageIdentifier=reply.json())
        return CreateAbsenceResponse(ServiceReceipt=receipt)


def metadata(user_header, organisation):
    """The two SOAP headers as HTTP headers."""
    user, sender = user_header.RequestUserStructure, user_header.RequestOrganisationStructure
    return {
        "x-activeOrganisationTypeIdentifier": str(organisation.OrganisationTypeIdentifier),
        "x-activeOrganisationCode": organisation.OrganisationCode,
        "x-requestUserFullName": quote(user.UserFullName),
        "x-requestUserTypeIdentifier": str(user.RequestUserTypeIdentifier.CodeListItemIdentifier),
        "x-requestUserIdentifier": quote(user.UserIdentifier),
        "x-requestOrganisationTypeIdentifier": str(sender.OrganisationTypeIdentifier.CodeListItemIdentifier),
        "x-requestOrganisationCode": sender.OrganisationCode,
        "x-registrationDateTime": user_header.RegistrationDateTime.isoformat(),
    }


application = WsgiApplication(
    Application(
        [AbsenceRegistrationService],
        tns=MESSAGE,
        name="AbsenceRegistrationService",
        in_protocol=Soap11(validator="lxml"),
        out_protocol=Soap11(),
    )
)

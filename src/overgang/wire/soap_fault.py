"""Faults as SOAP envelopes, with FaultDetails as the contracts declare it (facts-protocol-messages-codes §1.5)."""

from typing import Final
from xml.sax.saxutils import escape, quoteattr

from overgang.core.errors import ERRORS, WSRM, CallerFault, Fault
from overgang.wire.envelope import MustUnderstand, Version, VersionMismatch, wrap

DETAILS: Final = "http://service.bm.dk/xml/schemas/2011/01/12/"  # the namespace of FaultDetails
RELIABLE: Final = "http://docs.oasis-open.org/ws-rx/wsrm/200702"  # of WS-ReliableMessaging 1.1
_REFUSED: Final = "CreateSequenceRefused"  # the one that is not about a sequence


def fault_bytes(version: Version, fault: Fault) -> tuple[int, bytes]:
    """The HTTP status and the envelope of a fault.

    FaultDetails has ErrorCode, the number, and Message, the fault's text; never InnerException, StackTrace or Source.
    MustUnderstand has no detail: that is for what is wrong in the Body. A fault of WS-ReliableMessaging is bound as its
    section 4 says: a subcode in SOAP 1.2, in SOAP 1.1 the block SequenceFault or, of a refused sequence, the code.
    """
    return _FORMS[version](fault)


def _soap11(fault: Fault) -> tuple[int, bytes]:
    code = _code(fault) or ("Client" if isinstance(fault, CallerFault) else "Server")
    detail = _details(fault)
    reliable = WSRM.get(fault.number)
    named = f'<faultcode xmlns:wsrm="{RELIABLE}">wsrm:{reliable}' if reliable == _REFUSED else f"<faultcode>s:{code}"
    body = (
        f"<s:Fault>{named}</faultcode>"
        f'<faultstring xml:lang="en">{escape(ERRORS[fault.number].text)}</faultstring>'
        f"{detail and f'<detail>{detail}</detail>'}</s:Fault>"
    )
    about = reliable is not None and reliable != _REFUSED
    return 500, wrap(Version.SOAP11, body, _sequence_fault(reliable) if about else "")


def _soap12(fault: Fault) -> tuple[int, bytes]:
    code = _code(fault)
    status = 400 if code is None and isinstance(fault, CallerFault) else 500
    detail, reliable = _details(fault), WSRM.get(fault.number)
    subcode = f'<s:Subcode><s:Value xmlns:wsrm="{RELIABLE}">wsrm:{reliable}</s:Value></s:Subcode>' if reliable else ""
    body = (
        f"<s:Fault><s:Code><s:Value>s:{code or ('Sender' if status == 400 else 'Receiver')}</s:Value>{subcode}</s:Code>"
        f'<s:Reason><s:Text xml:lang="en">{escape(ERRORS[fault.number].text)}</s:Text></s:Reason>'
        f"{detail and f'<s:Detail>{detail}</s:Detail>'}</s:Fault>"
    )
    return status, wrap(Version.SOAP12, body, _header_blocks(fault))


_FORMS: Final = {Version.SOAP11: _soap11, Version.SOAP12: _soap12}


def _code(fault: Fault) -> str | None:
    """The code both versions name alike."""
    if isinstance(fault, MustUnderstand):
        return "MustUnderstand"
    return "VersionMismatch" if isinstance(fault, VersionMismatch) else None


def _details(fault: Fault) -> str:
    if isinstance(fault, MustUnderstand):
        return ""
    return (
        f'<FaultDetails xmlns="{DETAILS}"><ErrorCode>{fault.number}</ErrorCode>'
        f"<Message>{escape(fault.text)}</Message></FaultDetails>"
    )


def _header_blocks(fault: Fault) -> str:
    """What SOAP 1.2 says in the Header of a fault: the versions offered, or the blocks not understood."""
    if isinstance(fault, VersionMismatch):
        offered = (f'<s:SupportedEnvelope qname="e:Envelope" xmlns:e="{v.namespace}"/>' for v in Version)
        return f"<s:Upgrade>{''.join(offered)}</s:Upgrade>"
    if isinstance(fault, MustUnderstand):
        return "".join(map(_not_understood, fault.names))
    return ""


def _sequence_fault(name: str | None) -> str:
    """What SOAP 1.1 says in the Header of a fault about a sequence."""
    code = f"<wsrm:FaultCode>wsrm:{name}</wsrm:FaultCode>"
    return f'<wsrm:SequenceFault xmlns:wsrm="{RELIABLE}">{code}</wsrm:SequenceFault>'


def _not_understood(clark: str) -> str:
    namespace, _, local = clark.removeprefix("{").rpartition("}")
    if not namespace:
        return f'<s:NotUnderstood qname="{local}"/>'
    return f'<s:NotUnderstood qname="n:{local}" xmlns:n={quoteattr(namespace)}/>'

"""SOAP 1.1 and 1.2 on spyne, with what spyne itself does not do: faults as the old services write them.

The message was parsed and looked at before (see engine), so spyne never parses a caller's bytes.
"""

from typing import Any, Final

from lxml import etree

from overgang.core.errors import ERRORS, WSRM
from overgang.standin.models import Collapsed
from overgang.standin.refusal import Refused
from overgang.standin.spyned import Soap11, Soap12

DETAILS: Final = "http://service.bm.dk/xml/schemas/2011/01/12/"
RELIABLE: Final = "http://docs.oasis-open.org/ws-rx/wsrm/200702"
_PREFIX: Final = {"wsrm": RELIABLE}
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"


class _Parsed:
    """What both versions have in common; `ctx.in_document` holds the root of the message."""

    def __init__(self, **named: Any) -> None:
        super().__init__(**named)
        self._attributes: dict[Any, Any] = {}
        self.deserialization_handlers[Collapsed] = self.base_from_element  # type: ignore[attr-defined]

    def create_in_document(self, ctx: Any, charset: str | None = None) -> None:
        ctx.in_document = ctx.in_document, {}  # no ids: nothing of a message stands elsewhere in it

    def serialize(self, ctx: Any, message: Any) -> None:
        """What WS-ReliableMessaging says of a fault comes last: spyne takes away prefixes that only a text uses."""
        super().serialize(ctx, message)  # type: ignore[misc] # of the other base
        if ctx.out_error is not None and (name := WSRM.get(_number(ctx.out_error))):
            self.tell_reliable(name, ctx.out_document)

    def tell_reliable(self, name: str, envelope: etree._Element) -> None:
        """Add what a fault of WS-ReliableMessaging has beside FaultDetails (its section 4)."""
        raise NotImplementedError

    def get_cls_attrs(self, cls: Any) -> Any:
        """spyne's own, from a plain dict: it is asked for each element, and its weak one is a sixth of an answer."""
        found = self._attributes.get(cls)
        if found is None:
            found = self._attributes[cls] = super().get_cls_attrs(cls)  # type: ignore[misc] # of the other base
        return found

    def get_call_handles(self, ctx: Any) -> Any:
        """spyne keeps operations under the service's namespace; the contracts' messages have one of their own."""
        interface = self.app.interface  # type: ignore[attr-defined]
        name = etree.QName(ctx.method_request_string).localname
        return interface.service_method_map.get(f"{{{interface.get_tns()}}}{name}", [])

    def base_from_element(self, ctx: Any, cls: Any, element: etree._Element) -> Any:
        return self.from_unicode(cls, (element.text or "").strip(" \t\r\n"))  # type: ignore[attr-defined]


class OldSoap11(_Parsed, Soap11):  # type: ignore[misc] # spyne has no types
    """faultcode s:Client or s:Server, faultstring the documented text, detail with FaultDetails."""

    def fault_to_http_response_code(self, fault: Any) -> int:
        """Status 500 for every fault."""
        return 500

    def fault_to_parent(
        self, ctx: Any, cls: Any, inst: Any, parent: etree._Element, ns: str, *_: Any, **__: Any
    ) -> None:
        envelope = self.ns_soap_env
        fault = etree.SubElement(parent, f"{{{envelope}}}Fault", nsmap={"s": envelope})
        etree.SubElement(fault, "faultcode").text = f"s:{_code(inst)}"
        text = etree.SubElement(fault, "faultstring")
        text.text = _text(inst)
        text.set(_LANG, "en")
        if _code(inst) != "MustUnderstand":
            _details(etree.SubElement(fault, "detail"), inst)

    def tell_reliable(self, name: str, envelope: etree._Element) -> None:
        """A refused sequence has its own faultcode, what is about a sequence a SequenceFault in the Header."""
        if name == "CreateSequenceRefused":
            fault = envelope[-1][0]
            fault[0] = etree.Element("faultcode", nsmap=_PREFIX)
            fault[0].text = f"wsrm:{name}"
        else:
            header = etree.Element(f"{{{self.ns_soap_env}}}Header")
            envelope.insert(0, header)
            told = etree.SubElement(header, f"{{{RELIABLE}}}SequenceFault", nsmap=_PREFIX)
            etree.SubElement(told, f"{{{RELIABLE}}}FaultCode").text = f"wsrm:{name}"


class OldSoap12(_Parsed, Soap12):  # type: ignore[misc] # spyne has no types
    """The same with Code, Reason and Detail."""

    def fault_to_http_response_code(self, fault: Any) -> int:
        """Status 400 for what the sender can mend, as the HTTP binding of SOAP 1.2 has it."""
        return 400 if _code(fault) == "Client" else 500

    def fault_to_parent(
        self, ctx: Any, cls: Any, inst: Any, parent: etree._Element, ns: str, *_: Any, **__: Any
    ) -> None:
        envelope = self.ns_soap_env
        fault = etree.SubElement(parent, f"{{{envelope}}}Fault", nsmap={"s": envelope})
        value = {"Client": "Sender", "Server": "Receiver"}.get(_code(inst), _code(inst))
        etree.SubElement(etree.SubElement(fault, f"{{{envelope}}}Code"), f"{{{envelope}}}Value").text = f"s:{value}"
        text = etree.SubElement(etree.SubElement(fault, f"{{{envelope}}}Reason"), f"{{{envelope}}}Text")
        text.text = _text(inst)
        text.set(_LANG, "en")
        if _code(inst) != "MustUnderstand":
            _details(etree.SubElement(fault, f"{{{envelope}}}Detail"), inst)

    def tell_reliable(self, name: str, envelope: etree._Element) -> None:
        """A subcode."""
        soap = self.ns_soap_env
        subcode = etree.SubElement(envelope[-1][0][0], f"{{{soap}}}Subcode")
        etree.SubElement(subcode, f"{{{soap}}}Value", nsmap=_PREFIX).text = f"wsrm:{name}"


def _number(fault: Any) -> int:
    """Whatever is no refusal of ours is an internal error, and what it says stays here."""
    return fault.number if isinstance(fault, Refused) else 1011


def _code(fault: Any) -> str:
    if not isinstance(fault, Refused):
        return "Server"
    return str(fault.faultcode)


def _text(fault: Any) -> str:
    return ERRORS[_number(fault)].text


def _details(parent: etree._Element, fault: Any) -> None:
    details = etree.SubElement(parent, f"{{{DETAILS}}}FaultDetails", nsmap={None: DETAILS})  # type: ignore[dict-item] # the stubs know no default namespace
    etree.SubElement(details, f"{{{DETAILS}}}ErrorCode").text = str(_number(fault))
    etree.SubElement(details, f"{{{DETAILS}}}Message").text = _text(fault)

"""The walk through one envelope: it is written anew, value by value, so that nothing gets through unseen."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from overgang.core.errors import WSRM
from overgang.core.pseudonyms import Pseudonyms
from overgang.wire.contract import Attribute, Complex, Element, Simple
from overgang.wire.contract.names import XML, XS, XSI_NIL, XSI_TYPE, full_text, local, resolve, split
from overgang.wire.contract.simple import escaped, quoted
from overgang.wire.envelope import Version
from overgang.wire.masking.faults import FaultTexts
from overgang.wire.masking.names import Names
from overgang.wire.masking.values import Values

_SOAP: Final = frozenset(version.namespace for version in Version)
_PARTS: Final = frozenset(f"{{{space}}}{name}" for space in _SOAP for name in ("Envelope", "Header", "Body"))
_FAULTS: Final = frozenset(f"{{{space}}}Fault" for space in _SOAP)
_FAULT_PARTS: Final = frozenset({"Code", "Subcode", "Reason", "Detail", "detail"})
_FAULT_CODES: Final = frozenset({"faultcode", "Value"})
_FAULT_TEXTS: Final = frozenset({"faultstring", "Text"})
SOAP_CODES: Final = frozenset(
    {
        *WSRM.values(),
        "Client",
        "Server",
        "VersionMismatch",
        "MustUnderstand",
        "Sender",
        "Receiver",
        "DataEncodingUnknown",
        "InternalServiceFault",
        "DeserializationFailed",
        "ActionNotSupported",
        "Authentication",
        "Authorization",
        "FailedAuthentication",
        "InvalidSecurity",
    }
)
_BOOLEANS: Final = frozenset({"true", "false", "1", "0"})
_FLAGS: Final = frozenset({"mustUnderstand", "relay"})
_ROLES: Final = frozenset(
    f"{space}{end}" for space in _SOAP for end in ("/role/next", "/role/none", "/role/ultimateReceiver")
)
_URIS: Final = _ROLES | {"http://schemas.xmlsoap.org/soap/actor/next", "http://schemas.xmlsoap.org/soap/encoding/"}
_LANGUAGE: Final = re.compile("[A-Za-z]{2,3}(-[A-Za-z]{2,4})?").fullmatch
_BLANKS: Final = " \t\n\r"


@dataclass(frozen=True, slots=True)
class Tools:
    """What a walk needs of its contract; `tops` are the elements of Header, Body and detail by Clark name."""

    tops: Mapping[str, Element]
    names: Names
    values: Values
    faults: FaultTexts
    pseudonyms: Pseudonyms


class Walk:
    """Writes one envelope; `texts` is what became of each text of a value, of those that stayed too."""

    def __init__(self, tools: Tools, given: frozenset[str]) -> None:
        self._tools = tools
        self._given = given
        self._out: list[str] = []
        self.texts: dict[str, str] = {}

    def envelope(self, root: etree._Element) -> str:
        """The whole envelope as text; called once."""
        self._frame(root)
        return "".join(self._out)

    # ---- elements

    def _frame(self, node: etree._Element) -> None:
        """Envelope, Header and Body, and whatever stands in them."""
        if node.tag in _PARTS:
            self._written(node, self._frame)
        elif node.tag in _FAULTS:
            self._written(node, self._fault)
        elif (element := self._tools.tops.get(str(node.tag))) is not None:
            self._known(node, element, "", fault=False)
        else:
            self._unknown(node)

    def _fault(self, node: etree._Element) -> None:
        """What stands in a Fault, in either version of SOAP."""
        name = local(str(node.tag))
        if (element := self._tools.tops.get(str(node.tag))) is not None:
            self._known(node, element, "", fault=True)
        elif len(node) == 0 and name in _FAULT_CODES:
            self._leaf(node, self._code(full_text(node)))
        elif len(node) == 0 and name in _FAULT_TEXTS:
            self._leaf(node, self._fault_text(full_text(node)))
        elif name in _FAULT_PARTS:
            self._written(node, self._fault)
        else:
            self._unknown(node)

    def _known(self, node: etree._Element, element: Element, parent: str, *, fault: bool) -> None:
        kind = _actual(node, element)
        if isinstance(kind, Simple) or kind.text is not None:
            simple = kind if isinstance(kind, Simple) else kind.text
            if len(node) or simple is None:
                self._unknown(node)
                return
            text = full_text(node)
            made = (
                text
                if text in (element.fixed, element.default)
                else self._typed(simple, text, element, parent, fault=fault)
            )
            self._leaf(node, made, kind)
            return
        table = {child.qname: child for child in kind.elements()}

        def inner(child: etree._Element) -> None:
            found = table.get(str(child.tag))
            if found is None:
                self._unknown(child)
            else:
                self._known(child, found, element.name, fault=fault)

        self._written(node, inner, kind)

    def _unknown(self, node: etree._Element) -> None:
        """An element that the contract does not have there."""
        self._written(node, self._unknown)

    # ---- texts

    def _typed(self, simple: Simple, text: str, element: Element, parent: str, *, fault: bool) -> str:
        free = simple.variety == "atomic" and simple.builtin == "string" and not simple.facets.patterns
        if fault and free and simple.facets.enumeration is None:
            return self._fault_text(text)
        return self._noted(text, self._tools.values.masked(simple, text, element.name, parent))

    def _fault_text(self, text: str) -> str:
        return self._tools.faults.masked(text, self._given)

    def _code(self, text: str) -> str:
        """A QName: its last part stays where it is one of SOAP's codes, with dots between."""
        prefix, colon, name = text.rpartition(":")
        kept = all(step in SOAP_CODES for step in name.strip(_BLANKS).split("."))
        bare = prefix.lstrip(_BLANKS)
        safe = prefix[: len(prefix) - len(bare)] + (self._tools.names.prefix(bare) if bare else "")
        return f"{safe}{colon}{name if kept else self._free(name)}"

    def _free(self, text: str) -> str:
        """A text of which nothing is known; blanks stay."""
        return self._noted(text, self._tools.pseudonyms.text(text)) if text.strip(_BLANKS) else text

    def _noted(self, text: str, made: str) -> str:
        note(self.texts, text.strip(_BLANKS), made.strip(_BLANKS))
        return made

    # ---- writing

    def _leaf(self, node: etree._Element, text: str, kind: Complex | Simple | None = None) -> None:
        tag = self._start(node, kind)
        self._out.append(f">{escaped(text)}</{tag}>" if text else "/>")

    def _written(
        self, node: etree._Element, inner: Callable[[etree._Element], None], kind: Complex | Simple | None = None
    ) -> None:
        """An element whose children `inner` writes; text between them is free text."""
        tag = self._start(node, kind)
        if len(node) == 0 and not node.text:
            self._out.append("/>")
            return
        self._out.append(f">{escaped(self._free(node.text or ''))}")
        for child in node:
            if isinstance(child.tag, str):
                inner(child)
            self._out.append(escaped(self._free(child.tail or "")))
        self._out.append(f"</{tag}>")

    def _start(self, node: etree._Element, kind: Complex | Simple | None) -> str:
        """Writes the start tag without its ">"; the name for the end tag."""
        names = self._tools.names
        local_name = names.local(local(str(node.tag)))
        tag = f"{names.prefix(node.prefix)}:{local_name}" if node.prefix else local_name
        self._out.append(f"<{tag}")
        above = node.getparent()
        scope = {} if above is None else above.nsmap
        for prefix, uri in node.nsmap.items():
            if prefix not in scope or scope[prefix] != uri:
                declared = f"xmlns:{names.prefix(prefix)}" if prefix else "xmlns"
                self._out.append(f' {declared}="{quoted(names.namespace(uri) if uri else "")}"')
        types = {one.qname: one for one in kind.attributes} if isinstance(kind, Complex) else {}
        for qname, value in node.attrib.items():
            made = self._attribute(node, str(qname), str(value), types.get(str(qname)))
            self._out.append(f' {self._attribute_name(node, str(qname))}="{quoted(made)}"')
        return tag

    def _attribute_name(self, node: etree._Element, qname: str) -> str:
        space, name = split(qname)
        safe = self._tools.names.local(name)
        if not space:
            return safe
        if space == XML:
            return f"xml:{safe}"
        prefix = next(prefix for prefix, uri in node.nsmap.items() if uri == space and prefix)
        return f"{self._tools.names.prefix(prefix)}:{safe}"

    def _attribute(self, node: etree._Element, qname: str, value: str, known: Attribute | None) -> str:
        space, name = split(qname)
        if known is not None:
            if value in (known.fixed, known.default):
                return value
            return self._noted(value, self._tools.values.masked(known.type, value, name, local(str(node.tag))))
        if (qname == XSI_NIL or (space in _SOAP and name in _FLAGS)) and value.strip(_BLANKS) in _BOOLEANS:
            return value
        if qname == XSI_TYPE:
            return self._type_name(node, value)
        if space in _SOAP and value in _URIS:
            return value
        return value if space == XML and (_LANGUAGE(value) or value == "preserve") else self._free(value)

    def _type_name(self, node: etree._Element, value: str) -> str:
        """An xsi:type stays where it is one of XSD or of the contract, by its namespace."""
        prefix, colon, name = value.rpartition(":")
        space = split(resolve(node, value) or "")[0]
        known = space == XS or self._tools.names.namespace(space) == space
        return (
            f"{self._tools.names.prefix(prefix)}{colon}{self._tools.names.local(name)}" if known else self._free(value)
        )


def note(texts: dict[str, str], text: str, made: str) -> None:
    """Remember what became of a text; where it stays in one place and not in another, that it was replaced."""
    if made != text or text not in texts:
        texts[text] = made


def _actual(node: etree._Element, element: Element) -> Complex | Simple:
    """The element's type, or the one that xsi:type puts in its place."""
    named = node.get(XSI_TYPE)
    if named is None or isinstance(element.type, Simple):
        return element.type
    return element.stand_ins().get(resolve(node, named) or "", element.type)

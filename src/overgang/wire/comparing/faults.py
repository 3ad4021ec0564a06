"""A SOAP fault of either version, in the terms that both share."""

from dataclasses import dataclass
from typing import Any, Final

from overgang.core.compare.nodes import BLANKS, XML_NAMESPACE, elements, full_text, local, resolve
from overgang.wire.envelope import Version

_LANG: Final = f"{{{XML_NAMESPACE}}}lang"
_SHARED: Final = {"Client": "Sender", "Server": "Receiver"}  # the names of SOAP 1.1 for what 1.2 calls so


@dataclass(frozen=True, slots=True)
class Fault:
    """`code` and `subcodes` as Clark names, those of SOAP's own without namespace and as SOAP 1.2 calls them.

    `texts` by language, "" where none is said. `number` is the ErrorCode of a FaultDetails, "" without one.
    """

    code: str
    subcodes: tuple[str, ...]
    texts: dict[str, str]
    role: str
    detail: Any
    number: str

    @property
    def told(self) -> str:
        """What names it best: the error's number, else its code."""
        return self.number or self.code


def fault_of(node: Any, version: Version) -> Fault | None:
    """The fault in a Body's child, None when it is an answer."""
    if node.tag != f"{{{version.namespace}}}Fault":
        return None
    parts: dict[str, Any] = {local(part.tag): part for part in elements(node)}
    return (_soap11 if version is Version.SOAP11 else _soap12)(parts)


def _soap11(parts: dict[str, Any]) -> Fault:
    code, text, detail = parts.get("faultcode"), parts.get("faultstring"), parts.get("detail")
    return Fault(
        "" if code is None else _name(code, Version.SOAP11),
        (),
        {} if text is None else {text.get(_LANG) or "": full_text(text)},
        _text(parts.get("faultactor")),
        detail,
        _number(detail),
    )


def _soap12(parts: dict[str, Any]) -> Fault:
    names: list[str] = []
    step = parts.get("Code")
    while step is not None:
        inner: dict[str, Any] = {local(part.tag): part for part in elements(step)}
        if "Value" in inner:
            names.append(_name(inner["Value"], Version.SOAP12))
        step = inner.get("Subcode")
    reason, detail = parts.get("Reason"), parts.get("Detail")
    texts = {} if reason is None else {one.get(_LANG) or "": full_text(one) for one in elements(reason)}
    return Fault("".join(names[:1]), tuple(names[1:]), texts, _text(parts.get("Role")), detail, _number(detail))


def _name(node: Any, version: Version) -> str:
    text = full_text(node).strip(BLANKS)
    try:
        found = resolve(node, text)
    except ValueError:
        return text
    own = f"{{{version.namespace}}}"
    if not found.startswith(own):
        return found
    return shared(found.removeprefix(own))


def shared(name: str) -> str:
    """A code's local name as SOAP 1.2 calls it; 1.1 may go into detail after a dot."""
    head, dot, rest = name.partition(".")
    return f"{_SHARED.get(head, head)}{dot}{rest}"


def _text(node: Any) -> str:
    return "" if node is None else full_text(node).strip(BLANKS)


def _number(detail: Any) -> str:
    if detail is None:
        return ""
    return next(
        (
            full_text(part).strip(BLANKS)
            for block in elements(detail)
            for part in elements(block)
            if local(part.tag) == "ErrorCode"
        ),
        "",
    )

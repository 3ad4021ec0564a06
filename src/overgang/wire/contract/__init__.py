"""A contract: WSDL and XSD compiled to a validator and a codec between XML and plain typed values (core/values.py).

Beyond what core/values.py says, complex content is a dict with these keys:
  "name"       a child element by its local name; a list when the contract lets it repeat
  "@name"      an attribute; one that is absent and has a default or fixed value in the contract has that value
  "@{ns}name"  an attribute that xs:anyAttribute lets in ("@name" when it has no namespace)
  "#text"      the text of simple content (a complex type with text and attributes)
  "#nil"       True for xsi:nil on an element that carries attributes; without any the value is NIL
  "@xsi:type"  the Clark name of the actual type, where it is not the declared one
  "#items"     alone beside the attributes: a list of dicts of one key, in document order, for a type whose groups
               repeat or whose names occur at several places, so that a dict by name would lose the order
  "#any"       the elements of xs:any: a list of texts, each exclusive canonical XML
"""

from overgang.wire.contract.contract import Contract, Message, Operation, Port, load
from overgang.wire.contract.mistakes import ContractError, EncodeError, Problem
from overgang.wire.contract.model import Attribute, Complex, Element, Facets, Group, Simple, Wildcard

__all__ = [
    "Attribute",
    "Complex",
    "Contract",
    "ContractError",
    "Element",
    "EncodeError",
    "Facets",
    "Group",
    "Message",
    "Operation",
    "Port",
    "Problem",
    "Simple",
    "Wildcard",
    "load",
]

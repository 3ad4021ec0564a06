"""One small schema per construct, with messages and the values that they are."""

# ruff: noqa: E501 - a construct stands on one line, so that a shape can be seen at once

from decimal import Decimal
from types import MappingProxyType
from typing import Final

from small_contracts import PLAIN, Shape, schema_file

from overgang.core.values import NIL, Dato, Tidspunkt


def _type(content: str, attributes: str = "", **options: object) -> str:
    """Element E with a complex type of its own."""
    named = "".join(f' {name}="{value}"' for name, value in options.items())
    return f'<xs:element name="E"{named}><xs:complexType>{content}{attributes}</xs:complexType></xs:element>'


def _sequence(content: str, attributes: str = "", **options: object) -> str:
    return _type(f"<xs:sequence>{content}</xs:sequence>", attributes, **options)


def _one(name: str, kind: str, more: str = "") -> str:
    return f'<xs:element name="{name}" type="{kind}" {more}/>'


A, B, C = _one("A", "xs:int"), _one("B", "xs:int"), _one("C", "xs:int")
OPTIONAL, MANY = 'minOccurs="0"', 'minOccurs="0" maxOccurs="unbounded"'
TWICE = _one("A", "xs:int", 'maxOccurs="2"')
NODE = '<xs:complexType name="Node"><xs:sequence>' + A + "</xs:sequence></xs:complexType>"
WORD = (
    '<xs:simpleType name="Word"><xs:restriction base="xs:string"><xs:enumeration value="all"/>'
    '<xs:enumeration value="none"/></xs:restriction></xs:simpleType>'
)


def _derived(name: str, method: str, base: str, inner: str, content: str = "complexContent", more: str = "") -> str:
    return (
        f'<xs:complexType name="{name}" {more}><xs:{content}><xs:{method} base="{base}">{inner}</xs:{method}>'
        f"</xs:{content}></xs:complexType>"
    )


_MORE_B = f"<xs:sequence>{B}</xs:sequence>"

STRUCTURES: Final = {
    "choice": Shape(
        _type(f"<xs:choice>{A}{B}</xs:choice>"),
        {"<E><A>1</A></E>": {"A": 1}, "<E><B>2</B></E>": {"B": 2}},
        ("<E/>", "<E><A>1</A><B>2</B></E>"),
    ),
    "nested choice": Shape(
        _sequence(f"<xs:choice><xs:sequence>{A}<xs:choice>{B}{C}</xs:choice></xs:sequence>{_one('D', 'xs:int')}</xs:choice>"),
        {"<E><A>1</A><C>3</C></E>": {"A": 1, "C": 3}, "<E><D>4</D></E>": {"D": 4}},
        ("<E><A>1</A></E>", "<E><A>1</A><D>4</D></E>"),
    ),
    "repeated choice": Shape(
        _type(f'<xs:choice maxOccurs="unbounded">{A}{B}</xs:choice>'),
        {"<E><B>2</B><A>1</A><B>3</B></E>": {"#items": [{"B": 2}, {"A": 1}, {"B": 3}]}},
        ("<E/>",),
    ),
    "optional choice": Shape(
        _sequence(f'<xs:choice minOccurs="0">{A}{B}</xs:choice>{C}'),
        {"<E><C>3</C></E>": {"C": 3}, "<E><B>2</B><C>3</C></E>": {"B": 2, "C": 3}},
        ("<E><B>2</B></E>",),
    ),
    "choice of repeated elements": Shape(
        _type(f"<xs:choice>{TWICE}{B}</xs:choice>"),
        {"<E><A>1</A></E>": {"A": [1]}, "<E><A>1</A><A>2</A></E>": {"A": [1, 2]}},
        ("<E><A>1</A><A>2</A><A>3</A></E>",),
    ),
    "repeated sequence": Shape(
        _type(f'<xs:sequence maxOccurs="2">{A}{B}</xs:sequence>'),
        {"<E><A>1</A><B>2</B><A>3</A><B>4</B></E>": {"#items": [{"A": 1}, {"B": 2}, {"A": 3}, {"B": 4}]}},
        ("<E><A>1</A><B>2</B><A>3</A></E>",),
    ),
    "optional sequence": Shape(
        _sequence(f'<xs:sequence minOccurs="0">{A}{B}</xs:sequence>{C}'),
        {"<E><C>3</C></E>": {"C": 3}, "<E><A>1</A><B>2</B><C>3</C></E>": {"A": 1, "B": 2, "C": 3}},
        ("<E><A>1</A><C>3</C></E>",),
    ),
    "repeated group of one element": Shape(
        _type(f'<xs:sequence maxOccurs="unbounded">{A}</xs:sequence>'),
        {"<E><A>1</A></E>": {"A": [1]}, "<E><A>1</A><A>2</A></E>": {"A": [1, 2]}},
        ("<E/>",),
    ),
    "same name at two places": Shape(
        _sequence(f"{A}{B}{A}"), {"<E><A>1</A><B>2</B><A>3</A></E>": {"#items": [{"A": 1}, {"B": 2}, {"A": 3}]}}
    ),
    "all": Shape(
        _type(f"<xs:all>{A}{_one('B', 'xs:int', OPTIONAL)}</xs:all>"),
        {"<E><B>2</B><A>1</A></E>": {"A": 1, "B": 2}, "<E><A>1</A></E>": {"A": 1}},
        ("<E><B>2</B></E>", "<E><A>1</A><A>1</A></E>"),
    ),
    "optional all": Shape(
        _type(f'<xs:all minOccurs="0">{A}{B}</xs:all>'),
        {"<E/>": {}, "<E><B>2</B><A>1</A></E>": {"A": 1, "B": 2}},
        ("<E><B>2</B></E>",),
    ),
    "group": Shape(
        f'<xs:group name="G"><xs:sequence>{A}{B}</xs:sequence></xs:group>'
        + _sequence('<xs:group ref="tns:G" minOccurs="0"/>' + C),
        {"<E><C>3</C></E>": {"C": 3}, "<E><A>1</A><B>2</B><C>3</C></E>": {"A": 1, "B": 2, "C": 3}},
        ("<E><A>1</A><C>3</C></E>",),
    ),
    "repeated element": Shape(
        _sequence(_one("A", "xs:int", MANY)),
        {"<E/>": {}, "<E><A>1</A></E>": {"A": [1]}, "<E><A>1</A><A>2</A></E>": {"A": [1, 2]}},
    ),
    "element that may not occur": Shape(_sequence(A + _one("B", "xs:int", 'minOccurs="0" maxOccurs="0"')), {"<E><A>1</A></E>": {"A": 1}}, ("<E><A>1</A><B>1</B></E>",)),
    "empty type": Shape(_type(""), {"<E/>": {}}, ("<E>x</E>",)),
    "element reference": Shape(
        _sequence('<xs:element ref="tns:R" minOccurs="0" maxOccurs="unbounded"/>') + _one("R", "xs:int"),
        {"<E><R>1</R></E>": {"R": [1]}},
    ),
    "recursive type": Shape(
        '<xs:element name="E" type="tns:Tree"/><xs:complexType name="Tree"><xs:sequence>'
        + A + _one("Branch", "tns:Tree", MANY) + "</xs:sequence></xs:complexType>",
        {"<E><A>1</A><Branch><A>2</A><Branch><A>3</A></Branch></Branch></E>":
         {"A": 1, "Branch": [{"A": 2, "Branch": [{"A": 3}]}]}},
        ("<E><A>1</A><Branch/></E>",),
    ),
    "types that refer to each other": Shape(
        '<xs:element name="E" type="tns:X"/>'
        '<xs:complexType name="X"><xs:sequence>' + _one("Y", "tns:Y", OPTIONAL) + "</xs:sequence></xs:complexType>"
        '<xs:complexType name="Y"><xs:sequence>' + _one("X", "tns:X", OPTIONAL) + "</xs:sequence></xs:complexType>",
        {"<E><Y><X/></Y></E>": {"Y": {"X": {}}}},
    ),
    "any": Shape(
        _sequence(A + '<xs:any namespace="##other" processContents="lax" minOccurs="0" maxOccurs="2"/>'),
        {'<E><A>1</A><f:x xmlns:f="urn:f">y</f:x></E>': {"A": 1, "#any": ['<f:x xmlns:f="urn:f">y</f:x>']},
         "<E><A>1</A></E>": {"A": 1}},
        ("<E><A>1</A><Z/></E>",),
    ),
    "key, unique and keyref": Shape(
        '<xs:element name="E"><xs:complexType><xs:sequence>' + _one("A", "xs:int", MANY) + "</xs:sequence></xs:complexType>"
        '<xs:unique name="U"><xs:selector xpath="tns:A"/><xs:field xpath="."/></xs:unique></xs:element>',
        {"<E><A>1</A><A>2</A></E>": {"A": [1, 2]}},
        ("<E><A>1</A><A>1</A></E>",),
    ),
}  # fmt: skip

FORMS: Final = {
    "form per element": Shape(
        _sequence(A + '<xs:element name="B" type="xs:int" form="unqualified"/>'),
        {'<E><A>1</A><B xmlns="">2</B></E>': {"A": 1, "B": 2}},
        ("<E><A>1</A><B>2</B></E>",),
    ),
    "unqualified schema": Shape(
        PLAIN.replace('type="xs:string"', 'type="o:T"'),
        {'<E><A xmlns="">1</A><o:B xmlns:o="urn:o">2</o:B></E>': {"A": 1, "B": 2}},
        ("<E><A>1</A></E>",),
        more='<xs:schema targetNamespace="urn:o"><xs:complexType name="T"><xs:sequence><xs:element name="A" type="xs:int"/>'
        '<xs:element name="B" type="xs:int" form="qualified"/></xs:sequence></xs:complexType></xs:schema>',
    ),
    "attribute required": Shape(_type("", '<xs:attribute name="a" type="xs:int" use="required"/>'), {'<E a="1"/>': {"@a": 1}}, ("<E/>",)),
    "attribute optional": Shape(_type("", '<xs:attribute name="a" type="xs:int"/>'), {"<E/>": {}, '<E a="1"/>': {"@a": 1}}),
    "attribute default": Shape(_type("", '<xs:attribute name="a" type="xs:int" default="7"/>'), {"<E/>": {"@a": 7}, '<E a="1"/>': {"@a": 1}}),
    "attribute fixed": Shape(_type("", '<xs:attribute name="a" type="xs:int" fixed="7"/>'), {"<E/>": {"@a": 7}, '<E a="7"/>': {"@a": 7}}, ('<E a="8"/>',)),
    "attribute prohibited": Shape(
        '<xs:element name="E" type="tns:D"/><xs:complexType name="T"><xs:attribute name="a" type="xs:int"/>'
        '<xs:attribute name="b" type="xs:int"/></xs:complexType>'
        + _derived("D", "restriction", "tns:T", '<xs:attribute name="a" use="prohibited"/>'),
        {'<E b="1"/>': {"@b": 1}},
        ('<E a="1"/>',),
    ),
    "attribute QName": Shape(
        _type("", '<xs:attribute name="a" type="xs:QName"/>'), {'<E a="t:x"/>': {"@a": "{urn:t}x"}}, ('<E a="no:x"/>',)
    ),
    "attribute without a type": Shape(_type("", '<xs:attribute name="a"/>'), {'<E a="x y"/>': {"@a": "x y"}}),
    "attribute reference": Shape(
        '<xs:attribute name="a" type="xs:int" default="3"/>' + _type("", '<xs:attribute ref="tns:a"/>'),
        {'<E t:a="1"/>': {"@a": 1}, "<E/>": {"@a": 3}},
        ('<E a="1"/>',),
    ),
    "attribute qualified by its form": Shape(
        _type("", '<xs:attribute name="a" type="xs:int" form="qualified"/>'), {'<E t:a="1"/>': {"@a": 1}}, ('<E a="1"/>',)
    ),
    "attribute group": Shape(
        '<xs:attributeGroup name="G"><xs:attribute name="a" type="xs:int"/><xs:attributeGroup ref="tns:H"/></xs:attributeGroup>'
        '<xs:attributeGroup name="H"><xs:attribute name="b" type="xs:int"/></xs:attributeGroup>'
        + _type("", '<xs:attributeGroup ref="tns:G"/>'),
        {'<E a="1" b="2"/>': {"@a": 1, "@b": 2}},
    ),
    "attributeFormDefault": Shape(
        PLAIN.replace('type="xs:string"', 'type="o:T"'),
        {'<E o:a="1" xmlns:o="urn:o"/>': {"@a": 1}},
        ('<E a="1"/>',),
        more='<xs:schema targetNamespace="urn:o" attributeFormDefault="qualified"><xs:complexType name="T">'
        '<xs:attribute name="a" type="xs:int"/></xs:complexType></xs:schema>',
    ),
    "attribute of the XML namespace": Shape(
        _type("", '<xs:attribute ref="xml:lang"/>'), {'<E xml:lang="da"/>': {"@lang": "da"}}, ('<E xml:lang="!"/>',)
    ),
    "any attribute": Shape(
        _sequence(A, '<xs:attribute name="a" type="xs:int"/><xs:anyAttribute namespace="##other" processContents="lax"/>'),
        {'<E a="1" f:b="x &lt; y" xmlns:f="urn:f"><A>1</A></E>': {"@a": 1, "@{urn:f}b": "x < y", "A": 1},
         "<E><A>1</A></E>": {"A": 1}},
        ('<E c="1"><A>1</A></E>', '<E t:c="1"><A>1</A></E>'),
    ),
    "any attribute, also without a namespace": Shape(
        _type("", '<xs:anyAttribute processContents="skip"/>'), {'<E c="1" t:d=""/>': {"@c": "1", "@{urn:t}d": ""}}
    ),
    "any attribute that the contract declares": Shape(
        '<xs:attribute name="known" type="xs:int"/>' + _type("", "<xs:anyAttribute/>"),
        {'<E t:known="1"/>': {"@{urn:t}known": 1}, "<E/>": {}},
        ('<E t:known="x"/>', '<E t:other="1"/>'),
    ),
}  # fmt: skip

VALUES: Final = {
    "nillable": Shape(_sequence(_one("A", "xs:int", 'nillable="true"')), {'<E><A xsi:nil="true"/></E>': {"A": NIL}, "<E><A>1</A></E>": {"A": 1}}, ("<E><A/></E>",)),
    "nillable complex": Shape(_sequence(A, nillable="true"), {'<E xsi:nil="true"/>': NIL, '<E xsi:nil="false"><A>1</A></E>': {"A": 1}}),
    "nil with attributes": Shape(
        _sequence(A, '<xs:attribute name="a" type="xs:int"/>', nillable="true"),
        {'<E xsi:nil="1" a="1"/>': {"@a": 1, "#nil": True}, '<E xsi:nil="1"/>': NIL, '<E a="1"><A>2</A></E>': {"@a": 1, "A": 2}},
        ('<E xsi:nil="1" a="1"><A>2</A></E>',),
    ),
    "nillable and repeated": Shape(
        _sequence(_one("A", "xs:string", MANY + ' nillable="true"')),
        {'<E><A xsi:nil="true"/><A/><A>x</A></E>': {"A": [NIL, "", "x"]}},
    ),
    "list": Shape(
        '<xs:element name="E" type="tns:L"/><xs:simpleType name="L"><xs:list itemType="xs:int"/></xs:simpleType>',
        {"<E> 1  2 </E>": [1, 2], "<E/>": []},
        ("<E>x</E>",),
    ),
    "list with facets": Shape(
        '<xs:element name="E"><xs:simpleType><xs:restriction><xs:simpleType><xs:list itemType="xs:NMTOKEN"/></xs:simpleType>'
        '<xs:minLength value="1"/><xs:maxLength value="2"/></xs:restriction></xs:simpleType></xs:element>',
        {"<E>a b</E>": ["a", "b"]},
        ("<E/>", "<E>a b c</E>"),
    ),
    "list as an attribute": Shape(_type("", '<xs:attribute name="a" type="xs:NMTOKENS"/>'), {'<E a="x y"/>': {"@a": ["x", "y"]}}),
    "union": Shape(
        '<xs:element name="E" type="tns:U"/><xs:simpleType name="U"><xs:union memberTypes="xs:int tns:Word"/></xs:simpleType>' + WORD,
        {"<E>5</E>": 5, "<E>all</E>": "all"},
        ("<E>x</E>",),
    ),
    "union with members of its own": Shape(
        '<xs:element name="E"><xs:simpleType><xs:union><xs:simpleType><xs:restriction base="xs:date"/></xs:simpleType>'
        '<xs:simpleType><xs:restriction base="xs:boolean"/></xs:simpleType></xs:union></xs:simpleType></xs:element>',
        {"<E>2024-02-29</E>": Dato("2024-02-29"), "<E>true</E>": True},
        ("<E>2023-02-29</E>",),
    ),
    "simple content extended": Shape(
        '<xs:element name="E" type="tns:M"/>'
        + _derived("M", "extension", "xs:decimal", '<xs:attribute name="cur" type="xs:NCName" use="required"/>', "simpleContent"),
        {'<E cur="DKK">1.00</E>': {"@cur": "DKK", "#text": Decimal("1.00")}},
        ("<E>1</E>", '<E cur="DKK"/>'),
    ),
    "simple content restricted": Shape(
        '<xs:element name="E" type="tns:N"/>'
        + _derived("M", "extension", "xs:string", '<xs:attribute name="cur" type="xs:NCName"/>', "simpleContent")
        + _derived("N", "restriction", "tns:M", '<xs:maxLength value="3"/>', "simpleContent"),
        {'<E cur="DKK">abc</E>': {"@cur": "DKK", "#text": "abc"}, "<E/>": {"#text": ""}},
        ("<E>abcd</E>",),
    ),
    "default": Shape(_sequence(_one("A", "xs:int", 'default="5"')), {"<E><A/></E>": {"A": 5}, "<E><A>6</A></E>": {"A": 6}}, ("<E/>",)),
    "fixed": Shape(_sequence(_one("A", "xs:int", 'fixed="5" minOccurs="0"')), {"<E><A/></E>": {"A": 5}, "<E/>": {}}, ("<E><A>6</A></E>",)),
    "default of a type with attributes": Shape(
        '<xs:element name="E" type="tns:M" default="1.5"/>'
        + _derived("M", "extension", "xs:decimal", '<xs:attribute name="a" type="xs:int"/>', "simpleContent"),
        {"<E/>": {"#text": Decimal("1.5")}, '<E a="1">2</E>': {"@a": 1, "#text": Decimal(2)}},
    ),
    "dates and times": Shape(
        _sequence(_one("A", "xs:dateTime") + _one("B", "xs:date") + _one("C", "xs:time")),
        {"<E><A>2024-05-06T07:08:09.123456789+14:00</A><B>2024-05-06Z</B><C> 23:59:59.5 </C></E>":
         {"A": Tidspunkt("2024-05-06T07:08:09.123456789+14:00"), "B": Dato("2024-05-06Z"), "C": "23:59:59.5"}},
        ("<E><A>2024-05-06T07:08:09</A><B>2024-02-30</B><C>07:00:00</C></E>",),
    ),
    "binary": Shape(_sequence(_one("A", "xs:base64Binary") + _one("B", "xs:hexBinary")), {"<E><A>AP8=</A><B>00fF</B></E>": {"A": b"\0\xff", "B": b"\0\xff"}}),
    "decimal": Shape(_one("E", "xs:decimal"), {"<E>1.00</E>": Decimal("1.00"), "<E>-0.0000001</E>": Decimal("-1E-7")}),
    "white space": Shape(
        _sequence(_one("A", "xs:string") + _one("B", "xs:token") + _one("C", "xs:normalizedString")),
        {"<E><A> x\n y </A><B> x\n y </B><C> x\n y </C></E>": {"A": " x\n y ", "B": "x y", "C": " x  y "}},
    ),
    "URI": Shape(
        _one("E", "xs:anyURI"),
        {f"<E>{text}</E>": text for text in ('urn:"x"', "a{b}|c\\d^e`f", "æ%C3%A6#g", "")} | {"<E>a&gt;&lt;b</E>": "a><b"},
        ("<E>%zz</E>", "<E>a#b#c</E>", "<E>:</E>"),
    ),
    "duration": Shape(_one("E", "xs:duration"), {f"<E>{text}</E>": text for text in ("P1D", "PT6.S", "PT.5S")}, ("<E>PT.S</E>", "<E>PT</E>")),
    "QName": Shape(_one("E", "xs:QName"), {"<E>t:x</E>": "{urn:t}x", "<E>x</E>": "{urn:t}x"}, ("<E>no:x</E>",)),
}  # fmt: skip

DERIVED: Final = {
    "complex content extended": Shape(
        '<xs:element name="E" type="tns:X"/>' + NODE + _derived("X", "extension", "tns:Node", _MORE_B),
        {"<E><A>1</A><B>2</B></E>": {"A": 1, "B": 2}},
        ("<E><B>2</B></E>",),
    ),
    "complex content restricted": Shape(
        '<xs:element name="E" type="tns:R"/><xs:complexType name="T"><xs:sequence>' + A + _one("B", "xs:int", OPTIONAL)
        + "</xs:sequence></xs:complexType>" + _derived("R", "restriction", "tns:T", f"<xs:sequence>{A}</xs:sequence>"),
        {"<E><A>1</A></E>": {"A": 1}},
        ("<E><A>1</A><B>2</B></E>",),
    ),
    "substitution by xsi:type": Shape(
        '<xs:element name="E" type="tns:Node"/>' + NODE + _derived("X", "extension", "tns:Node", _MORE_B)
        + _derived("Y", "extension", "tns:X", f"<xs:sequence>{C}</xs:sequence>"),
        {"<E><A>1</A></E>": {"A": 1},
         '<E xsi:type="t:X"><A>1</A><B>2</B></E>': {"@xsi:type": "{urn:t}X", "A": 1, "B": 2},
         '<E xsi:type="Y"><A>1</A><B>2</B><C>3</C></E>': {"@xsi:type": "{urn:t}Y", "A": 1, "B": 2, "C": 3},
         '<E xsi:type="Node"><A>1</A></E>': {"A": 1}},
        ('<E xsi:type="t:X"><A>1</A></E>', '<E xsi:type="t:Gone"><A>1</A></E>', '<E xsi:type="no:X"><A>1</A></E>'),
    ),
    "abstract type": Shape(
        '<xs:element name="E" type="tns:Node"/>' + NODE.replace("<xs:complexType", '<xs:complexType abstract="true"')
        + _derived("X", "extension", "tns:Node", _MORE_B),
        {'<E xsi:type="t:X"><A>1</A><B>2</B></E>': {"@xsi:type": "{urn:t}X", "A": 1, "B": 2}},
        ("<E><A>1</A></E>", '<E xsi:type="t:Node"><A>1</A></E>'),
    ),
    "block": Shape(
        '<xs:element name="E" type="tns:Node" block="extension"/>' + NODE + _derived("X", "extension", "tns:Node", _MORE_B)
        + _derived("R", "restriction", "tns:Node", f"<xs:sequence>{A}</xs:sequence>"),
        {"<E><A>1</A></E>": {"A": 1}, '<E xsi:type="t:R"><A>1</A></E>': {"@xsi:type": "{urn:t}R", "A": 1}},
        ('<E xsi:type="t:X"><A>1</A><B>2</B></E>',),
    ),
    "blockDefault and final": Shape(
        '<xs:element name="E" type="o:Node"/>',
        {"<E><A xmlns='urn:o'>1</A></E>": {"A": 1}},
        ('<E xsi:type="o:X" xmlns:o="urn:o"><o:A>1</o:A></E>',),
        more='<xs:schema targetNamespace="urn:o" blockDefault="#all" elementFormDefault="qualified">'
        + NODE.replace("<xs:complexType", '<xs:complexType final="restriction"')
        + _derived("X", "extension", "o:Node", "") + "</xs:schema>",
    ),
    "substitutionGroup": Shape(
        _sequence('<xs:element ref="tns:H"/>') + _one("H", "xs:int") + _one("F", "xs:int", 'substitutionGroup="tns:H"')
        + '<xs:element name="G" substitutionGroup="tns:F"/>',
        {"<E><H>1</H></E>": {"H": 1}, "<E><F>1</F></E>": {"F": 1}, "<E><G>1</G></E>": {"G": 1}},
        ("<E/>", "<E><H>1</H><F>1</F></E>"),
    ),
    "abstract head of a substitutionGroup": Shape(
        _sequence('<xs:element ref="tns:H"/>' + A) + _one("H", "xs:int", 'abstract="true"')
        + _one("F", "xs:int", 'substitutionGroup="tns:H"'),
        {"<E><F>1</F><A>2</A></E>": {"F": 1, "A": 2}},
        ("<E><H>1</H><A>2</A></E>",),
    ),
    "substitutionGroup, repeated": Shape(
        _sequence('<xs:element ref="tns:H" maxOccurs="unbounded"/>') + _one("H", "xs:int") + _one("F", "xs:int", 'substitutionGroup="tns:H"'),
        {"<E><F>1</F><H>2</H></E>": {"#items": [{"F": 1}, {"H": 2}]}},
    ),
    "substitutionGroup, blocked": Shape(
        _sequence('<xs:element ref="tns:H"/>') + _one("H", "xs:int", 'block="substitution"') + _one("F", "xs:int", 'substitutionGroup="tns:H"'),
        {"<E><H>1</H></E>": {"H": 1}},
        ("<E><F>1</F></E>",),
    ),
    "attributes inherited": Shape(
        '<xs:element name="E" type="tns:X"/><xs:complexType name="T"><xs:attribute name="a" type="xs:int"/></xs:complexType>'
        + _derived("X", "extension", "tns:T", '<xs:attribute name="b" type="xs:int"/>'),
        {'<E a="1" b="2"/>': {"@a": 1, "@b": 2}},
    ),
}  # fmt: skip

_NODE_E = '<xs:element name="E" type="{}:Node"/>'

FILES: Final = {
    "several schemas in one WSDL": Shape(
        '<xs:import namespace="urn:o"/>' + _NODE_E.format("o"),
        {"<E><A xmlns='urn:o'>1</A></E>": {"A": 1}},
        more=f'<xs:schema targetNamespace="urn:o" elementFormDefault="qualified">{NODE}</xs:schema>',
    ),
    "two schemas of one namespace in one WSDL": Shape(
        _NODE_E.format("tns"),
        {"<E><A>1</A></E>": {"A": 1}},
        more=f'<xs:schema targetNamespace="urn:t" elementFormDefault="qualified">{NODE}</xs:schema>',
    ),
    "import of a file": Shape(
        '<xs:import namespace="urn:o" schemaLocation="parts/o.xsd"/>' + _NODE_E.format("o"),
        {"<E><A xmlns='urn:o'>1</A></E>": {"A": 1}},
        files={"parts/o.xsd": schema_file(NODE, "urn:o")},
    ),
    "two imports of one namespace": Shape(
        '<xs:import namespace="urn:o" schemaLocation="a.xsd"/><xs:import namespace="urn:o" schemaLocation="b.xsd"/>'
        + _sequence(_one("N", "o:Node") + _one("W", "o:Word")),
        {'<E><N><A xmlns="urn:o">1</A></N><W>all</W></E>': {"N": {"A": 1}, "W": "all"}},
        files={"a.xsd": schema_file(NODE, "urn:o"), "b.xsd": schema_file(WORD, "urn:o")},
    ),
    "include, nested, up and down": Shape(
        '<xs:include schemaLocation="deep/a.xsd"/>' + _NODE_E.format("tns"),
        {"<E><A>1</A></E>": {"A": 1}},
        files={"deep/a.xsd": schema_file('<xs:include schemaLocation="../b.xsd"/>'), "b.xsd": schema_file(NODE)},
    ),
    "circular includes": Shape(
        '<xs:include schemaLocation="a.xsd"/>' + _NODE_E.format("tns"),
        {"<E><A>1</A></E>": {"A": 1}},
        files={
            "a.xsd": schema_file('<xs:include schemaLocation="b.xsd"/>'),
            "b.xsd": schema_file('<xs:include schemaLocation="./a.xsd"/>' + NODE),
        },
    ),
    "circular imports": Shape(
        '<xs:import namespace="urn:o" schemaLocation="o.xsd"/>' + _NODE_E.format("o"),
        {"<E><P xmlns='urn:o'><A xmlns='urn:p'>1</A></P></E>": {"P": {"A": 1}}},
        files={
            "o.xsd": schema_file(
                '<xs:import namespace="urn:p" schemaLocation="p.xsd"/><xs:complexType name="Node"><xs:sequence>'
                '<xs:element name="P" type="p:P"/></xs:sequence></xs:complexType>' + WORD, "urn:o", 'xmlns:p="urn:p"'),
            "p.xsd": schema_file(
                '<xs:import namespace="urn:o" schemaLocation="o.xsd"/><xs:complexType name="P"><xs:sequence>'
                + A + _one("W", "o:Word", OPTIONAL) + "</xs:sequence></xs:complexType>", "urn:p", 'xmlns:o="urn:o"'),
        },
    ),
    "chameleon include": Shape(
        '<xs:include schemaLocation="a.xsd"/>' + _NODE_E.format("tns"),
        {"<E><A>1</A><W>all</W></E>": {"A": 1, "W": "all"}},
        files={"a.xsd": schema_file(NODE.replace(A, A + _one("W", "Word")) + WORD, None)},
    ),
    "chameleon included by two namespaces": Shape(
        '<xs:include schemaLocation="c.xsd"/><xs:import namespace="urn:o" schemaLocation="o.xsd"/>'
        + _sequence(_one("X", "tns:Node") + _one("Y", "o:Node")),
        {'<E><X><A>1</A></X><Y><A xmlns="urn:o">2</A></Y></E>': {"X": {"A": 1}, "Y": {"A": 2}}},
        files={"c.xsd": schema_file(NODE, None), "o.xsd": schema_file('<xs:include schemaLocation="c.xsd"/>', "urn:o")},
    ),
    "import without a namespace": Shape(
        '<xs:import schemaLocation="n.xsd"/>' + _sequence('<xs:element ref="Plain"/>'),
        {'<E><Plain xmlns="">1</Plain></E>': {"Plain": 1}},
        files={"n.xsd": schema_file(_one("Plain", "xs:int"), None)},
    ),
    "definitions before what they use": Shape(
        _NODE_E.format("tns") + '<xs:complexType name="Node"><xs:sequence><xs:group ref="tns:Later"/></xs:sequence>'
        f'</xs:complexType><xs:group name="Later"><xs:sequence>{A}</xs:sequence></xs:group>',
        {"<E><A>1</A></E>": {"A": 1}},
    ),
    "prefixes declared on the elements that use them": Shape(
        _sequence('<xs:element name="A" type="z:int" xmlns:z="http://www.w3.org/2001/XMLSchema"/>'),
        {"<E><A>1</A></E>": {"A": 1}},
    ),
}  # fmt: skip

SHAPES: Final = MappingProxyType({**STRUCTURES, **FORMS, **VALUES, **DERIVED, **FILES})

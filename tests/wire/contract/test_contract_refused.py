"""What cannot be supported is refused when it is loaded, by construct, file and line, and never fetched."""

# ruff: noqa: E501 - a construct stands on one line, so that a shape can be seen at once

from pathlib import Path

import pytest
from shape_table import NODE
from small_contracts import BINDING, HEAD, MESSAGES, PLAIN, XS, Shape, schema_file

from overgang.wire.contract import ContractError, load

EMPTY = "<xs:element name='E'><xs:complexType>{}</xs:complexType></xs:element>"


def refusal(path: Path, *, service: str | None = None) -> tuple[str, str, int]:
    with pytest.raises(ContractError) as raised:
        load(path, service=service)
    assert raised.value.why
    return raised.value.construct, raised.value.file, raised.value.line


def refused(folder: Path, text: str) -> tuple[str, str, int]:
    (folder / "t.wsdl").write_text(text, encoding="utf-8")
    return refusal(folder / "t.wsdl")


@pytest.mark.parametrize(
    ("schema", "construct", "line"),
    [
        ('<xs:redefine schemaLocation="x.xsd"/>' + PLAIN, "xs:redefine", 4),
        ('<xs:override schemaLocation="x.xsd"/>' + PLAIN, "xs:override", 4),
        ('\n<xs:element name="E"><xs:complexType mixed="true"/></xs:element>', "xs:complexType", 5),
        (EMPTY.format('\n<xs:complexContent mixed="1"/>'), "xs:complexContent", 5),
        (PLAIN + '<xs:complexType name="C">\n<xs:assert test="1"/></xs:complexType>', "xs:assert", 5),
        (PLAIN + '<xs:complexType name="C"><xs:openContent/></xs:complexType>', "xs:openContent", 4),
        ('<xs:element name="E" type="xs:string"><xs:alternative/></xs:element>', "xs:alternative", 4),
        (PLAIN + '<xs:notation name="N" public="p"/>', "xs:notation", 4),
        (PLAIN + "<xs:surprise/>", "xs:surprise", 4),
        ('<xs:element name="E"/>', "xs:element", 4),
        ('<xs:element name="E" type="xs:anyType"/>', "type xs:anyType", 4),
        ('<xs:element name="E" type="xs:ENTITY"/>', "type xs:ENTITY", 4),
        ('\n\n<xs:element name="E" type="tns:Gone"/>', "xs:element", 6),
        ('\n<xs:element name="E" type="no:Gone"/>', 'reference "no:Gone"', 5),
        ('\n<xs:element name="E" type="o:Gone"/>', 'namespace "urn:o"', 5),
        (EMPTY.format('\n<xs:sequence><xs:element ref="tns:Gone"/></xs:sequence>'), "xs:element", 5),
        (EMPTY.format('\n<xs:group ref="tns:Gone"/>'), "xs:group", 5),
        (EMPTY.format('<xs:sequence>\n<xs:element name="a" type="xs:int" maxOccurs="-1"/></xs:sequence>'), "xs:element", 5),
        (EMPTY.format(
            '<xs:sequence><xs:element name="R" type="xs:int"/>\n<xs:element name="R" type="xs:int" form="unqualified"/>'
            "</xs:sequence>"), "element R", 5),
        (EMPTY.format(
            '<xs:attribute name="a"/>\n<xs:attribute name="a" form="qualified"/>'), "attribute @a", 5),
        (EMPTY.format('<xs:attribute ref="xml:lang"/>\n<xs:anyAttribute processContents="lax"/>'), "xs:anyAttribute", 5),
        ('<xs:include/>' + PLAIN, "xs:include", 4),
        ('<xs:element name="E"><xs:simpleType>\n<xs:list itemType="xs:QName"/></xs:simpleType></xs:element>', "xs:list", 5),
    ],
)  # fmt: skip
def test_a_construct_without_a_plan_is_refused_at_its_line(
    tmp_path: Path, schema: str, construct: str, line: int
) -> None:
    assert refusal(Shape(schema, {}).write(tmp_path)) == (construct, "t.wsdl", line)


@pytest.mark.parametrize(
    "location",
    [
        "http://h.invalid/x.xsd",
        "https://h.invalid/x.xsd",
        "file:///etc/passwd",
        "//h.invalid/x.xsd",
        "/etc/passwd",
        "../x.xsd",
        "sub/../../x.xsd",
        "%2e%2e/x.xsd",
        "..\\x.xsd",
        "C:\\x.xsd",
        "link.xsd",
        "linked/x.xsd",
        "http://h.invalid/S.svc?xsd=xsd0",
        "S.svc?xsd=xsd0",
        "gone.xsd",
        ".",
        "",
        "x\0.xsd".replace("\0", "%00"),
    ],
)
@pytest.mark.parametrize("link", ["xs:include", "xs:import", "wsdl:import"])
def test_a_file_outside_of_the_folder_is_never_read(tmp_path: Path, location: str, link: str) -> None:
    folder = tmp_path / "contract"
    folder.mkdir()
    (tmp_path / "x.xsd").write_text(schema_file(""))
    (folder / "link.xsd").symlink_to(tmp_path / "x.xsd")
    (folder / "linked").symlink_to(tmp_path, target_is_directory=True)
    if link == "wsdl:import":
        text = (HEAD + PLAIN + "</xs:schema>" + MESSAGES + BINDING).replace(
            "<wsdl:types>", f'<wsdl:import namespace="urn:o" location="{location}"/><wsdl:types>'
        )
        line = 3
    else:
        namespace = ' namespace="urn:o"' if link == "xs:import" else ""
        text = Shape(f'<{link}{namespace} schemaLocation="{location}"/>{PLAIN}', {}).wsdl
        line = 4
    assert refused(folder, text) == (f'location "{location}"', "t.wsdl", line)


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("a.xsd", schema_file("", "urn:else"), 4),
        ("a.xsd", "<no/>", 4),
    ],
)
def test_an_included_file_that_is_something_else_is_refused(tmp_path: Path, name: str, text: str, line: int) -> None:
    shape = Shape(f'<xs:include schemaLocation="{name}"/>{PLAIN}', {}, files={name: text})
    file = "t.wsdl" if "else" in text else name
    assert refusal(shape.write(tmp_path))[1:] == (file, line if file == "t.wsdl" else 1)


def test_a_mistake_in_an_imported_file_is_named_by_that_file_and_its_line(tmp_path: Path) -> None:
    broken = schema_file('\n\n<xs:element name="X" type="tns:Gone"/>', "urn:o")
    shape = Shape('<xs:import namespace="urn:o" schemaLocation="d/o.xsd"/>' + PLAIN, {}, files={"d/o.xsd": broken})
    assert refusal(shape.write(tmp_path)) == ("xs:element", "d/o.xsd", 3)


@pytest.mark.parametrize(
    ("old", "new", "construct"),
    [
        ('use="literal"', 'use="encoded"', "soap use=encoded"),
        (
            '<soap:body use="literal"/>',
            '<soap:header message="tns:M" part="no" use="literal"/><soap:body use="literal"/>',
            "soap:header",
        ),
        (
            '<soap:body use="literal"/>',
            '<soap:header message="tns:M" part="p" use="encoded"/><soap:body use="literal"/>',
            "soap use=encoded",
        ),
        ('<soap:body use="literal"/>', "", "soap:body"),
        ("<wsdl:definitions", "<!DOCTYPE x []>\n<wsdl:definitions", "DOCTYPE"),
        ("<wsdl:definitions", '<!DOCTYPE x SYSTEM "x.dtd">\n<wsdl:definitions', "DOCTYPE"),
        ('element="tns:E"', 'type="xs:string"', "wsdl:part"),
        ('element="tns:E"', 'element="tns:Gone"', "wsdl:part"),
        ('message="tns:M"', 'message="tns:Gone"', "wsdl:message"),
        ('binding="tns:B"', 'binding="tns:Gone"', "wsdl:binding"),
        ('type="tns:T"', 'type="tns:Gone"', "wsdl:portType"),
        ('type="tns:T"', 'type="no:T"', "@type"),
        ('<wsdl:part name="p"', '<wsdl:part name="q" element="tns:E"/><wsdl:part name="p"', "wsdl:message"),
        ("soap/http", "soap/smtp", "soap:binding"),
        (
            '<soap:body use="literal"/>',
            '<m:multipartRelated xmlns:m="http://schemas.xmlsoap.org/wsdl/mime/"/>',
            "multipartRelated",
        ),
        ("<wsdl:types>", '<p:Policy xmlns:p="urn:p" wsdl:required="true"/><wsdl:types>', "Policy"),
        ('<soap:address location="http://old.invalid/"/>', "", "soap:address"),
        ("</wsdl:definitions>", "", "XML"),
    ],
)
def test_a_wsdl_that_cannot_be_served_is_refused(tmp_path: Path, old: str, new: str, construct: str) -> None:
    text = HEAD + PLAIN + "</xs:schema>" + MESSAGES + BINDING
    found = refused(tmp_path, text.replace(old, new))
    at = 1 + text[: text.index(old)].count("\n")
    assert old in text
    assert found[:2] == (construct, "t.wsdl")
    assert construct in ("XML", "DOCTYPE") or at <= found[2] <= at + 3 or construct in ("soap:body", "wsdl:part")
    assert found[2] > 0


def test_a_document_type_in_an_included_file_is_refused(tmp_path: Path) -> None:
    shape = Shape(f'<xs:include schemaLocation="a.xsd"/>{PLAIN}', {}, files={"a.xsd": f"<!DOCTYPE a><xs:schema {XS}/>"})
    assert refusal(shape.write(tmp_path))[:2] == ("DOCTYPE", "a.xsd")


@pytest.mark.parametrize("depth", [300, 100_000])
def test_a_wsdl_that_is_nested_too_deep_is_refused(tmp_path: Path, depth: int) -> None:
    deep = "<xs:sequence>" * depth + "</xs:sequence>" * depth
    found = refused(tmp_path, Shape(EMPTY.format(deep), {}).wsdl)
    assert found[0] in ("XML", "xs:sequence")


def test_a_wsdl_of_more_than_16_mb_is_refused(tmp_path: Path) -> None:
    text = Shape(PLAIN + "<!-- " + "x" * (16 << 20) + " -->", {}).wsdl
    assert refused(tmp_path, text) == ("file", "t.wsdl", 0)


def test_groups_that_stand_for_too_many_elements_are_refused(tmp_path: Path) -> None:
    groups = (
        '<xs:group name="G0"><xs:sequence><xs:element name="A" type="xs:int"/></xs:sequence></xs:group>\n'
        + "".join(
            f'<xs:group name="G{n}"><xs:sequence>'
            + f'<xs:group ref="tns:G{n - 1}"/>' * 2
            + "</xs:sequence></xs:group>\n"
            for n in range(1, 40)
        )
    )
    assert refusal(Shape(groups + PLAIN, {}).write(tmp_path)) == ("xs:group", "t.wsdl", 4 + 14)


def test_a_loop_of_groups_or_of_bases_is_refused(tmp_path: Path) -> None:
    groups = '<xs:group name="G"><xs:sequence><xs:group ref="tns:G"/></xs:sequence></xs:group>'
    assert refusal(Shape(groups + EMPTY.format('<xs:group ref="tns:G"/>'), {}).write(tmp_path))[1:] == ("t.wsdl", 4)
    base = (
        '<xs:complexType name="X"><xs:complexContent><xs:extension base="tns:X"/></xs:complexContent></xs:complexType>'
    )
    assert refusal(Shape(base + '<xs:element name="E" type="tns:X"/>', {}).write(tmp_path))[1:] == ("t.wsdl", 4)


def test_one_of_several_services_must_be_chosen(tmp_path: Path) -> None:
    text = Shape(NODE + '<xs:element name="E" type="tns:Node"/>', {}).wsdl
    second = text.replace("</wsdl:definitions>", text[text.index("<wsdl:service") :].replace('name="S"', 'name="S2"'))
    assert refused(tmp_path, second)[0] == "wsdl:service"
    assert load(tmp_path / "t.wsdl", service="S2").name == "S2"
    assert refusal(tmp_path / "t.wsdl", service="S3")[0] == "wsdl:service"

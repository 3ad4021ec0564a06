"""The frozen contracts, their provenance and the sample requests: consistent, documented, valid."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import zeep
from lxml import etree

ROOT = Path(__file__).parents[2]
WSDLS = sorted((ROOT / "wsdl").rglob("*.wsdl"))
SAMPLES = sorted((Path(__file__).parent / "samples").glob("*.xml"))
XS = "{http://www.w3.org/2001/XMLSchema}"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
SOAP = "{http://schemas.xmlsoap.org/wsdl/soap/}"
ENVELOPE = "{http://schemas.xmlsoap.org/soap/envelope/}"
ROW = re.compile(
    r"^\| (?P<kind>[^|]+) \| `(?P<name>[^`]+)` \| (?P<evidence>[^|]+) \| (?P<source>[^|]+) \|$", re.MULTILINE
)
SECTION = re.compile(r"^## (?:Types and elements of )?(?P<title>.+)$", re.MULTILINE)

WITHOUT_CITIZEN = {
    "CodeListService.GetCodeList",
    "PersonRegistrationService.RegisterUnemploymentFundParticipationCv",  # names the citizen by a CV customer number
}

CODED = {"CodeListItemIdentifier"}  # of every code

each_wsdl = pytest.mark.parametrize("wsdl", WSDLS, ids=lambda file: f"{file.stem}/{file.parent.name}")
each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda file: file.stem)


def schemas(wsdl: Path) -> list[etree._Element]:
    return etree.parse(str(wsdl)).findall(f"{WSDL}types/{XS}schema")


def compiled(wsdl: Path, folder: Path) -> etree.XMLSchema:
    """All schemas of the WSDL as one, through a file that imports each of them."""
    importer = etree.Element(f"{XS}schema")
    for number, schema in enumerate(schemas(wsdl)):
        file = folder / f"{number}.xsd"
        file.write_bytes(etree.tostring(schema))
        etree.SubElement(
            importer, f"{XS}import", namespace=schema.get("targetNamespace", ""), schemaLocation=file.as_uri()
        )
    etree.cleanup_namespaces(importer)
    root = folder / "all.xsd"
    root.write_bytes(etree.tostring(importer))
    return etree.XMLSchema(etree.parse(str(root)))


def declarations(wsdl: Path) -> Iterator[tuple[str, str, str]]:
    """(section of PROVENANCE.md, kind, name) of whatever the contract names; a local element is Type/Element."""
    tree = etree.parse(str(wsdl))
    for schema in schemas(wsdl):
        namespace = schema.get("targetNamespace", "")
        yield "Addresses and names", "namespace", namespace
        for named in schema.iter(f"{XS}element", f"{XS}complexType", f"{XS}simpleType"):
            if (name := named.get("name")) is None:
                continue
            owner = next((a for a in named.iterancestors(f"{XS}complexType")), None)
            kind = "element" if named.tag == f"{XS}element" else "type"
            yield namespace, kind, name if owner is None else f"{owner.get('name')}/{name}"
    for kind in ("message", "portType/{http://schemas.xmlsoap.org/wsdl/}operation"):
        for found in tree.findall(f"{WSDL}{kind}"):
            yield "Operations and messages", kind.rpartition("}")[2], found.get("name", "")
    for operation in tree.findall(f"{WSDL}portType/{WSDL}operation"):
        for number in errors(operation):
            yield "Errors of each operation", "error", f"{operation.get('name')} {number}"


def errors(operation: etree._Element) -> list[int]:
    return [
        int(n) for n in re.findall(r"^\s*(\d{3,6}) \S", operation.findtext(f"{WSDL}documentation", ""), re.MULTILINE)
    ]


def provenance(wsdl: Path) -> Iterator[tuple[str, str, re.Match[str]]]:
    """(section, kind, row) of each row whose name is in backticks, except the overall names and addresses."""
    text = (wsdl.parent / "PROVENANCE.md").read_text(encoding="utf-8")
    titles = list(SECTION.finditer(text))
    for row in ROW.finditer(text):
        section = [title["title"] for title in titles if title.start() < row.start()][-1]
        if section != "Addresses and names" or row["kind"] == "namespace":
            yield section, row["kind"], row


def request_elements(wsdl: Path, operation: str) -> set[str]:
    """The local names of all elements that a request of the operation can have, its headers' apart."""
    tree = etree.parse(str(wsdl))
    named = {(node.tag, node.get("name")): node for schema in schemas(wsdl) for node in schema}

    def within(node: etree._Element) -> Iterator[str]:
        """The element's name, and those of what its type holds."""
        element = named[f"{XS}element", node.get("ref", "").rpartition(":")[2]] if node.get("ref") else node
        yield element.get("name", "")
        kind = named.get((f"{XS}complexType", element.get("type", "").rpartition(":")[2]))
        for below in kind.iter(f"{XS}element") if kind is not None else ():
            yield from within(below)

    message = tree.find(f"{WSDL}message[@name='{operation}RequestMsg']/{WSDL}part")
    assert message is not None
    return set(within(named[f"{XS}element", message.get("element", "").rpartition(":")[2]])) - CODED


def test_three_contracts_are_there() -> None:
    assert {f"{wsdl.stem} {wsdl.parent.name}" for wsdl in WSDLS} >= {
        "AbsenceRegistrationService 7",
        "AbsenceActiveStatusService 9",
        "UnemploymentEnrollmentService 8",
    }


@each_wsdl
def test_the_checksums_match_and_name_every_contract_file(wsdl: Path) -> None:
    lines = (wsdl.parent / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    listed = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    files = {
        f.relative_to(wsdl.parent).as_posix(): f for pattern in ("*.wsdl", "*.xsd") for f in wsdl.parent.rglob(pattern)
    }
    assert listed == {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in files.items()}


@each_wsdl
def test_a_strict_client_reads_the_contract_without_leaving_it(wsdl: Path) -> None:
    settings = zeep.Settings(strict=True, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    client = zeep.Client(str(wsdl), settings=settings)  # type: ignore[no-untyped-call]  # zeep has no types here
    (service,) = client.wsdl.services.values()
    (port,) = service.ports.values()
    portable = etree.parse(str(wsdl)).findall(f"{WSDL}portType/{WSDL}operation")
    assert sorted(port.binding._operations) == sorted(operation.get("name", "") for operation in portable)
    assert "schemaLocation" not in wsdl.read_text(encoding="utf-8")


@each_wsdl
def test_the_schemas_of_the_contract_compile(wsdl: Path, tmp_path: Path) -> None:
    compiled(wsdl, tmp_path)


@each_wsdl
def test_each_schema_imports_every_namespace_it_uses(wsdl: Path) -> None:
    for schema in schemas(wsdl):
        own = {schema.get("targetNamespace"), "http://www.w3.org/2001/XMLSchema"}
        used = {
            node.nsmap[str(node.get(key)).partition(":")[0]]
            for node in schema.iter(f"{XS}element", f"{XS}extension", f"{XS}restriction")
            for key in ("type", "ref", "base")
            if node.get(key)
        }
        assert used - own == {found.get("namespace") for found in schema.findall(f"{XS}import")}


@each_wsdl
def test_every_element_type_and_operation_is_documented(wsdl: Path) -> None:
    silent = [
        named.get("name")
        for schema in schemas(wsdl)
        for named in schema.iter(f"{XS}element", f"{XS}complexType", f"{XS}simpleType")
        if named.get("name") and not named.findtext(f"{XS}annotation/{XS}documentation", "").strip()
    ]
    operations = etree.parse(str(wsdl)).findall(f"{WSDL}portType/{WSDL}operation")
    assert silent == []
    assert all({1014, 4575, 8232, 8233, 8234, 8235} <= set(errors(operation)) for operation in operations)


@each_wsdl
def test_the_binding_follows_the_documented_conventions(wsdl: Path) -> None:
    tree = etree.parse(str(wsdl))
    namespace = f"http://service.bm.dk/pjaktass/{wsdl.parent.name}/{wsdl.stem}"
    address = tree.find(f".//{SOAP}address")
    assert tree.getroot().get("targetNamespace") == namespace
    assert address is not None
    assert address.get("location") == f"{namespace}.svc"
    for operation in tree.findall(f"{WSDL}binding/{WSDL}operation"):
        action = operation.find(f"{SOAP}operation")
        headers = [header.get("part") for header in operation.findall(f"{WSDL}input/{SOAP}header")]
        assert action is not None
        assert action.get("soapAction") == f"{namespace}#{operation.get('name')}"
        assert headers == ["RequestUserMetadataHeader", "ActiveOrganisationHeader"]
        assert [fault.get("name") for fault in operation.findall(f"{WSDL}fault")] == ["FaultDetails"]


@each_wsdl
def test_provenance_tells_of_every_name_in_the_contract_and_of_no_other(wsdl: Path) -> None:
    told = [(section, kind, row["name"]) for section, kind, row in provenance(wsdl)]
    assert len(told) == len(set(told))
    assert set(told) == set(declarations(wsdl))


@each_wsdl
def test_provenance_gives_evidence_and_a_listed_source_for_every_name(wsdl: Path) -> None:
    text = (wsdl.parent / "PROVENANCE.md").read_text(encoding="utf-8")
    keys = set(re.findall(r"^\| ([A-Z-]+) \| .+ \|$", text, re.MULTILINE))
    for _, _, row in provenance(wsdl):
        assert row["evidence"] in {"documented", "reconstructed"}
        cited = set(re.findall(r"\b[A-Z]{2,}(?:-[A-Z]+)*\b", row["source"])) - {"REST", "CV"}
        assert cited
        assert cited <= keys


@each_wsdl
def test_every_operation_has_a_sample(wsdl: Path) -> None:
    operations = etree.parse(str(wsdl)).findall(f"{WSDL}portType/{WSDL}operation")
    missing = {f"{wsdl.stem}.{operation.get('name')}" for operation in operations} - {s.stem for s in SAMPLES}
    assert missing == set()


@each_sample
def test_a_sample_request_with_its_headers_is_valid_and_has_every_optional_element(
    sample: Path, tmp_path: Path
) -> None:
    service, operation = sample.stem.split(".")
    found = f"portType/{WSDL}operation[@name='{operation}']"
    wsdl, *_ = [
        file for file in WSDLS if file.stem == service and etree.parse(str(file)).find(f"{WSDL}{found}") is not None
    ]
    schema = compiled(wsdl, tmp_path)
    root = etree.parse(str(sample)).getroot()
    headers = root.findall(f"{ENVELOPE}Header/*")
    (request,) = root.findall(f"{ENVELOPE}Body/*")
    for part in (*headers, request):
        schema.assertValid(etree.ElementTree(part))
    local = {etree.QName(element).localname for element in request.iter()}
    assert [etree.QName(header).localname for header in headers] == [
        "RequestUserMetadataHeader",
        "ActiveOrganisationHeader",
    ]
    assert "UserEmail" in {etree.QName(element).localname for element in headers[0].iter()}
    assert local - CODED == request_elements(wsdl, operation)


@each_sample
def test_a_sample_names_nobody(sample: Path) -> None:
    weights = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
    numbers = re.findall(r"<PersonCivilRegistrationIdentifier>(\d{10})<", sample.read_text(encoding="utf-8"))
    without = sample.stem in WITHOUT_CITIZEN or sample.stem.startswith("Wsrm")  # messages are named by their ids
    assert len(numbers) == (0 if without else 1)
    for number in numbers:
        assert sum(int(digit) * weight for digit, weight in zip(number, weights, strict=True)) % 11 != 0

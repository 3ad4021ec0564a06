"""Whether an answer is valid under a WSDL as it was served: by libxml2 on its own, without the gateway's codec."""

from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from lxml import etree

XS = "http://www.w3.org/2001/XMLSchema"


def check_answer(wsdl: bytes, envelope: bytes) -> None:
    """The one element of the Body, or of a fault's detail, is valid."""
    (content,) = etree.fromstring(envelope).findall("{*}Body/*")
    if etree.QName(content).localname == "Fault":
        (content,) = [*content.findall("detail/*"), *content.findall("{*}Detail/*")]
    _schema(wsdl).assertValid(etree.ElementTree(content))


@lru_cache(maxsize=8)
def _schema(wsdl: bytes) -> etree.XMLSchema:
    """All schemas of the WSDL as one: each in a file of its own, with the imports pointing to the files."""
    schemas = etree.fromstring(wsdl).findall(f".//{{{XS}}}schema")
    files = {schema.get("targetNamespace"): f"{number}.xsd" for number, schema in enumerate(schemas)}
    assert len(files) == len(schemas)  # one schema for each namespace
    whole = etree.Element(f"{{{XS}}}schema")
    for namespace, file in files.items():
        etree.SubElement(whole, f"{{{XS}}}import", {"namespace": str(namespace), "schemaLocation": file})
    with TemporaryDirectory() as folder:
        for schema in schemas:
            for imported in schema.findall(f"{{{XS}}}import"):
                imported.set("schemaLocation", files[imported.get("namespace")])
            Path(folder, files[schema.get("targetNamespace")]).write_bytes(etree.tostring(schema))
        etree.ElementTree(whole).write(str(Path(folder, "whole.xsd")))
        return etree.XMLSchema(etree.parse(str(Path(folder, "whole.xsd"))))

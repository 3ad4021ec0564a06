"""What a loaded contract shows, and how it is served."""

from pathlib import Path

import pytest

from overgang.wire.contract import load
from overgang.wire.served import served

SHAPES = Path(__file__).parent / "shapes"


def test_a_contract_shows_its_ports_operations_documents_and_notes() -> None:
    contract = load(SHAPES / "many.wsdl")
    assert [(port.name, port.version) for port in contract.ports] == [("One", "1.1"), ("Two", "1.2")]
    assert set(contract.documents) == {"many.wsdl", "parts/round.xsd", "parts/back.xsd", "parts/chameleon.xsd"}
    operation = contract.operation_of("{urn:m}Ask")
    assert operation is contract.operations["Ask"]
    assert (operation.soap_action, operation.documentation, list(operation.faults)) == (
        "urn:many#Ask",
        "Asks.",
        ["Wrong"],
    )
    assert [header.name for header in operation.input.headers] == ["Header"]
    assert len(contract.notes) == 1
    assert contract.notes[0].startswith("many.wsdl:28: ")


def test_rpc_messages_are_wrapped_in_the_namespace_of_the_body() -> None:
    contract = load(SHAPES / "rpc.wsdl")
    add = contract.operation_of("{urn:wrap}Add")
    assert add is not None
    assert add.style == "rpc"
    assert add.output is not None
    assert add.output.body is not None
    text = add.output.body.encode({"result": {"of": [1, 2]}})
    assert "Response xmlns" in text
    assert "<result><of>1</of><of>2</of></result>" in text
    assert contract.operations["Tell"].output is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_served_bytes_differ_only_in_the_address(tmp_path: Path, encoding: str) -> None:
    text = (SHAPES / "many.wsdl").read_text(encoding="utf-8").replace('encoding="utf-8"', f'encoding="{encoding}"')
    text = text.replace("Asks.", "Spørger.").replace("\n", "\r\n")
    data = text.encode(encoding)
    (tmp_path / "many.wsdl").write_bytes(data)
    (tmp_path / "parts").mkdir()
    for part in (SHAPES / "parts").iterdir():
        (tmp_path / "parts" / part.name).write_bytes(part.read_bytes())
    contract = load(tmp_path / "many.wsdl")
    wanted = text.replace("http://old.example.invalid/one", "https://new/a?b=1&amp;c=2").replace(
        "http://old.example.invalid/two", "https://new/a?b=1&amp;c=2"
    )
    assert served(contract, "many.wsdl", "https://new/a?b=1&c=2") == wanted.encode(encoding)
    assert served(contract, "parts/round.xsd", "https://new/") == contract.documents["parts/round.xsd"]

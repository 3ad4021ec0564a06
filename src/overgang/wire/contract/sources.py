"""Reading a contract's files: only from its own folder, never from the network, no DTD, no entities."""

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import unquote

from lxml import etree

from overgang.wire.contract.mistakes import ContractError

_MOST_BYTES: Final = 16 << 20  # of all files together; the largest contracts in use have some 5 MB


@dataclass(slots=True)
class Folder:
    """The folder of one contract and what was read from it so far, by path relative to it."""

    root: Path
    documents: dict[str, bytes] = field(default_factory=dict)
    trees: dict[str, etree._Element] = field(default_factory=dict)

    def read(self, name: str) -> etree._Element:
        """The root element of a file of the folder. Raises ContractError."""
        if name not in self.trees:
            self.documents[name] = data = self._bytes(name)
            self.trees[name] = _parse(name, data)
        return self.trees[name]

    def locate(self, location: str, node: etree._Element, file: str) -> str:
        """The name of the file that `location`, written at `node` of `file`, points to. Raises ContractError."""
        construct = f'location "{location}"'
        if ":" in location or location.startswith(("/", "\\")) or "\\" in location or "?" in location:
            raise ContractError(
                construct, file, line_of(node), "only relative paths within the contract's folder are read"
            )
        parts: list[str] = []
        for part in [*PurePosixPath(file).parent.parts, *PurePosixPath(unquote(location.partition("#")[0])).parts]:
            if part == "..":
                if not parts:
                    raise ContractError(construct, file, line_of(node), "lies outside the contract's folder")
                parts.pop()
            elif part != ".":
                parts.append(part)
        name = "/".join(parts)
        if not self._within(name):
            raise ContractError(construct, file, line_of(node), "no such file within the contract's folder")
        return name

    def _within(self, name: str) -> bool:
        try:
            path = (self.root / name).resolve(strict=True)
        except (OSError, ValueError):
            return False
        return path.is_relative_to(self.root.resolve()) and path.is_file()

    def _bytes(self, name: str) -> bytes:
        if not self._within(name):
            raise ContractError("file", name, 0, "no such file within the contract's folder")
        path = self.root / name
        if path.stat().st_size + sum(map(len, self.documents.values())) > _MOST_BYTES:
            raise ContractError("file", name, 0, f"the contract is larger than {_MOST_BYTES >> 20} MB")
        return path.read_bytes()


def parser() -> etree.XMLParser:
    """The parser for every document of a contract."""
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def line_of(node: etree._Element) -> int:
    line = node.sourceline
    return line if isinstance(line, int) else 0


def has_doctype(root: etree._Element) -> bool:
    return bool(root.getroottree().docinfo.internalDTD)


def _parse(name: str, data: bytes) -> etree._Element:
    try:
        root = etree.fromstring(data, parser())
    except etree.XMLSyntaxError as mistake:
        raise ContractError("XML", name, mistake.lineno or 0, "not well-formed") from mistake
    if has_doctype(root):
        raise ContractError("DOCTYPE", name, 1, "a document type is never needed in a contract")
    return root

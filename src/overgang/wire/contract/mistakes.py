"""What can be wrong with a contract, with a message under it, and with a value that is to be written.

None of them carries a value of a message: values are citizens' data.
"""

from dataclasses import dataclass


class ContractError(Exception):
    """A contract that cannot be used; `construct` names what, `file` and `line` where (line 0: the file as a whole)."""

    def __init__(self, construct: str, file: str, line: int, why: str) -> None:
        super().__init__(f"{file}:{line}: {construct}: {why}")
        self.construct = construct
        self.file = file
        self.line = line
        self.why = why


class EncodeError(Exception):
    """A value that does not fit its element; `path` is names joined with "/", `expected` a plain sentence."""

    def __init__(self, path: str, expected: str) -> None:
        super().__init__(f"{path}: expected {expected}")
        self.path = path
        self.expected = expected


class Misfit(Exception):
    """A value that does not fit, on its way up to the element that knows the path (innermost name first)."""

    def __init__(self, expected: str, *names: str) -> None:
        super().__init__(expected)
        self.expected = expected
        self.names = list(names)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a message.

    `path`: local names from the validated element down, joined with "/", an attribute as "@name"; only names of the
    contract, so that of what it does not have at a place it is the path of the parent.
    `expected`: what the contract wants there. `key`: value.invalid, value.missing, element.unexpected, element.missing,
    attribute.unexpected, attribute.missing, attribute.invalid or type.invalid.
    """

    path: str
    expected: str
    key: str

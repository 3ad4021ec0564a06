"""What the old side refuses with: the documented numbers with their texts, as spyne faults."""

from overgang.core.errors import ERRORS
from overgang.standin.spyned import Fault

_SERVER = frozenset({1009, 1011, 1100})


class Refused(Fault):  # type: ignore[misc] # spyne has no types
    """A documented refusal; the text is the table's and holds nothing of the call."""

    def __init__(self, number: int) -> None:
        super().__init__("Server" if number in _SERVER else "Client", ERRORS[number].text)
        self.number = number
        self.text = ERRORS[number].text

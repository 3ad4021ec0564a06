"""Addresses of the modern side: a template and its values, each encoded as exactly one path segment."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from overgang.core.errors import CallerFault

_PLACE = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Path:
    """`template` as OpenAPI writes it, with the domain first: /visiteringogstatus/v1/Fravaer/{fravaerIdentifier}."""

    template: str
    values: Mapping[str, str]

    @property
    def domain(self) -> str:
        """The first segment: which modern service it is."""
        return self.template.split("/", 2)[1]

    @property
    def text(self) -> str:
        """The path as sent. Raises CallerFault for a value that can't be one segment."""
        return _PLACE.sub(lambda place: segment(place[1], self.values[place[1]]), self.template)


def path(template: str, /, **values: str) -> Path:
    """A Path; every place of the template has its value and no other is given (a mistake in code, so KeyError)."""
    if set(_PLACE.findall(template)) != set(values):
        raise KeyError(f"{template} does not take {sorted(values)}")
    return Path(template, values)


def segment(name: str, value: str) -> str:
    """`value` percent-encoded as one segment.

    An empty value would drop the segment, and "." and ".." are resolved away by clients and servers even when
    they are percent-encoded (WHATWG URL, path state), so all three are refused.
    """
    if value in ("", ".", ".."):
        raise CallerFault(1014, "value.path", element=name, expected="a text that can be one part of an address")
    return quote(value, safe="")

"""Long lists: the page asked for, the filters asked for, and what of them could not be used."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from starlette.requests import Request

T = TypeVar("T")
SIZE: Final = 25
_LONGEST: Final = 200  # characters of a filter


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """One page of a list; `page` counts from 1."""

    items: Sequence[T]
    total: int
    page: int
    size: int = SIZE

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        """The number of its first item."""
        return (self.page - 1) * self.size + 1 if self.items else 0

    @property
    def last(self) -> int:
        return self.first + len(self.items) - 1 if self.items else 0


def page_of(request: Request) -> int:
    """The page asked for; 1 for anything that is no page."""
    said = request.query_params.get("page", "")
    return max(1, int(said)) if said.isascii() and said.isdigit() and len(said) < 7 else 1


def listing(request: Request, items: Sequence[T], size: int = SIZE) -> Listing[T]:
    """The asked page of a list that is at hand; the last one beyond its end."""
    page = min(page_of(request), max(1, -(-len(items) // size)))
    return Listing(items[(page - 1) * size : page * size], len(items), page, size)


class Filters:
    """The query parameters of a list. Those it can't use are ignored and named in `ignored`."""

    __slots__ = ("_request", "ignored")

    def __init__(self, request: Request, known: Collection[str]) -> None:
        self._request = request
        allowed = {*known, "page", "lang"}
        self.ignored: list[str] = sorted({name[:40] for name in request.query_params if name not in allowed})

    def text(self, name: str) -> str:
        return self._request.query_params.get(name, "")[:_LONGEST].strip()

    def one_of(self, name: str, values: Iterable[str]) -> str:
        """The parameter's value where it is one of `values`, else ""."""
        said = self.text(name)
        if said and said not in set(values):
            self.ignored.append(name)
            return ""
        return said

"""What goes wrong with a store, told without a value, a statement or an address of it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout


class StoreError(Exception):
    """Something could not be kept or read. `passing`: the same may succeed later (locked, full, out of reach)."""

    def __init__(self, message: str, *, passing: bool = False) -> None:
        super().__init__(message)
        self.passing = passing


@contextmanager
def told() -> Iterator[None]:
    """Errors of the database as StoreError; not chained, since a driver's own text may hold what was to be kept."""
    try:
        yield
    except (SQLAlchemyError, UnicodeError) as error:
        trouble = StoreError(f"the store failed: {_name(error)}", passing=_passes(error))
    else:
        return
    raise trouble


@contextmanager
def driven(errors: type[Exception], passing: type[Exception]) -> Iterator[None]:
    """The same for errors of the driver itself: `passing` are those after which the same may succeed."""
    try:
        yield
    except errors as error:
        code = getattr(error, "sqlite_errorname", None) or getattr(error, "sqlstate", None)
        said = type(error).__name__ + (f" ({code})" if code else "")
        trouble = StoreError(f"the store failed: {said}", passing=isinstance(error, passing))
    else:
        return
    raise trouble


def _passes(error: Exception) -> bool:
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    return lost or isinstance(error, OperationalError | PoolTimeout)


def _name(error: Exception) -> str:
    """The class of the error and the database's own code for it (SQLITE_FULL, 40P01), which hold no values."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    return type(error).__name__ + (f" ({code})" if code else "")

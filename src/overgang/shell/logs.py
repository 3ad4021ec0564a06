"""The log: one line per event on standard error, as JSON or as text, with nothing in it that a caller sent.

Our own messages are made of keys and names. What a library says is kept without what it filled in: its template says
what happened, its values may be a citizen's. An exception is its type and place.
"""

import json
import logging
import re
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final

QUIET: Final = 10.0  # seconds for which a line that was written is not written again, only counted
_OURS: Final = "overgang"
_LONGEST: Final = 120  # characters of what a library says
_NUMBER: Final = re.compile(r"[0-9]{4,}")


def _event(record: logging.LogRecord) -> str:
    """What happened."""
    if record.name.partition(".")[0] == _OURS:
        try:
            return record.getMessage().strip().replace("\n", " ")
        except (TypeError, ValueError):  # a line that can't be filled in must not fail the call that it is about
            return str(record.msg)
    # Some are filled in before they are handed over (asyncio's, of a task that failed): no more than the first line.
    first = str(record.msg).strip().partition("\n")[0][:_LONGEST]
    return _NUMBER.sub("#", first)


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    fields: dict[str, Any] = dict(getattr(record, "fields", {}))
    if record.exc_info and record.exc_info[0] is not None:
        fields["exception"] = record.exc_info[0].__name__
        frames = traceback.extract_tb(record.exc_info[2])
        if frames:
            fields["at"] = f"{frames[-1].filename}:{frames[-1].lineno}"
    if again := getattr(record, "again", 0):
        fields["left out"] = again
    return fields


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Json(logging.Formatter):
    """{"time", "level", "logger", "event", ...} on one line."""

    def format(self, record: logging.LogRecord) -> str:
        said = {"time": _moment(record), "level": record.levelname.lower(), "logger": record.name}
        return json.dumps({**said, "event": _event(record), **_fields(record)}, ensure_ascii=True)


class Text(logging.Formatter):
    """The same for people to read; control characters are escaped."""

    def format(self, record: logging.LogRecord) -> str:
        fields = "".join(f" {name}={value}" for name, value in _fields(record).items())
        line = f"{_moment(record)} {record.levelname} {record.name} {_event(record)}{fields}"
        return "".join(sign if sign.isprintable() else f"\\x{ord(sign):02x}" for sign in line)


class Seldom(logging.Filter):
    """Lets a line through once in a while, with the count of equal ones that were left out; calls are not held."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[tuple[str, int, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if hasattr(record, "fields"):
            return True
        key, now = (record.name, record.levelno, _event(record)), time.monotonic()
        last, left_out = self._last.get(key, (-QUIET, 0))
        if now - last < QUIET:
            self._last[key] = (last, left_out + 1)
            return False
        if len(self._last) > 1000:
            self._last.clear()
        self._last[key] = (now, 0)
        record.again = left_out
        return True


@contextmanager
def logging_to_stderr(form: str = "json", *, calls: bool = False) -> Iterator[None]:
    """Warnings and worse, who still calls what is deprecated, and each call where `calls`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Json() if form == "json" else Text())
    handler.addFilter(Seldom())
    root = logging.getLogger()
    before, told, hooks = root.handlers[:], logging.raiseExceptions, (sys.excepthook, threading.excepthook)
    root.handlers[:] = [handler]
    logging.raiseExceptions = False  # what can't be formatted would be printed with its values
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)
    root.setLevel(logging.WARNING)
    if calls:
        logging.getLogger("overgang.calls").setLevel(logging.INFO)
    try:
        yield
    finally:
        root.handlers[:], logging.raiseExceptions = before, told
        logging.captureWarnings(False)
        sys.excepthook, threading.excepthook = hooks


def _uncaught(kind: type[BaseException], mistake: BaseException | None, place: TracebackType | None) -> None:
    """The last line of a process or thread: an exception's type and place, and nothing that it holds."""
    if kind is not None and issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger(_OURS).critical("an exception that nothing caught", exc_info=(kind, mistake or kind(), place))

"""The journal of a replay: in memory, or a file with a line per finished call, that an interruption leaves readable."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from overgang.shell.replaying import Outcome
from overgang.wire.results import compared_of, plain_compared

FORM: Final = "overgang replay 1"


class JournalError(ValueError):
    """A journal that can't be gone on with; says why."""


class MemoryJournal:
    """For a replay that needs no resuming."""

    def __init__(self) -> None:
        self._outcomes: dict[int, Outcome] = {}

    def has(self, number: int) -> bool:
        return number in self._outcomes

    def add(self, outcome: Outcome) -> None:
        self._outcomes[outcome.number] = outcome

    def outcomes(self) -> Iterator[Outcome]:
        yield from (self._outcomes[number] for number in sorted(self._outcomes))


class FileJournal:
    """Lines of JSON: the first says what is replayed, each other one is an outcome, written as soon as it is known."""

    def __init__(self, path: Path, about: Mapping[str, Any], *, resume: bool) -> None:
        """`about` is what has to be the same for a replay to go on: the recording and the options.

        Raises JournalError: there is a journal and `resume` is not asked for, or it is about something else; OSError.
        """
        self._path = path
        self._places: dict[int, int] = {}
        if path.exists():
            if not resume:
                raise JournalError(f"{path} is of an interrupted replay: go on with --resume, or delete it")
            self._read(dict(about))
        else:
            path.write_bytes(_line({"form": FORM, "about": dict(about)}))
            path.chmod(0o600)
        self._file = path.open("ab")

    @property
    def finished(self) -> int:
        """How many calls are done with."""
        return len(self._places)

    def has(self, number: int) -> bool:
        return number in self._places

    def add(self, outcome: Outcome) -> None:
        line = _line(_plain(outcome))
        self._places[outcome.number] = self._file.tell()
        self._file.write(line)
        self._file.flush()

    def outcomes(self) -> Iterator[Outcome]:
        with self._path.open("rb") as file:
            for number in sorted(self._places):
                file.seek(self._places[number])
                yield _outcome(json.loads(file.readline()))

    def close(self) -> None:
        """Close the file and leave it."""
        self._file.close()

    def remove(self) -> None:
        """Close and delete it: the replay is over and its results are written."""
        self.close()
        self._path.unlink(missing_ok=True)

    def _read(self, about: dict[str, Any]) -> None:
        """Find the lines; a last one that an interruption cut short is dropped."""
        with self._path.open("r+b") as file:
            whole = 0
            for number, line in enumerate(iter(file.readline, b"")):
                if not line.endswith(b"\n"):
                    break
                if number == 0:
                    self._check(line, about)
                else:
                    self._find(line, whole, number)
                whole += len(line)
            file.truncate(whole)
        if whole == 0:
            self._path.write_bytes(_line({"form": FORM, "about": about}))

    def _check(self, line: bytes, about: dict[str, Any]) -> None:
        try:
            said = json.loads(line)
            form, found = said["form"], said["about"]
        except (ValueError, TypeError, KeyError):
            raise JournalError(f"{self._path}: line 1: this is no journal of a replay") from None
        if form != FORM:
            raise JournalError(f"{self._path}: line 1: expected the form {FORM!r}")
        if found != json.loads(json.dumps(about)):
            names = [name for name in about if found.get(name) != about[name]]
            raise JournalError(f"{self._path} is of another replay: {', '.join(names) or 'its options'} differ")

    def _find(self, line: bytes, place: int, number: int) -> None:
        try:
            outcome = _outcome(json.loads(line))
        except (ValueError, TypeError, KeyError):
            raise JournalError(f"{self._path}: line {number + 1}: it is damaged") from None
        self._places[outcome.number] = place


def _line(plain: Mapping[str, Any]) -> bytes:
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _plain(outcome: Outcome) -> dict[str, Any]:
    if outcome.compared is None:
        return {"number": outcome.number, "left_out": outcome.left_out}
    return {"number": outcome.number, "compared": plain_compared(outcome.compared)}


def _outcome(plain: Mapping[str, Any]) -> Outcome:
    if "compared" not in plain:
        return Outcome(int(plain["number"]), left_out=str(plain["left_out"]))
    return Outcome(int(plain["number"]), compared_of(plain["compared"]))

"""Recording: for a while, sampled calls and their answers are masked and written to an encrypted file."""

import hashlib
import logging
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from overgang.core.organisations import told
from overgang.shell.beside import chosen
from overgang.shell.clock import Clock
from overgang.shell.config import Recording
from overgang.shell.soap_ingress import Bridged, where
from overgang.shell.switching import Call, Timed
from overgang.wire import recorded_calls
from overgang.wire.masking import Masker
from overgang.wire.recording import SUFFIX, Header, RecordingWriter, purge

log = logging.getLogger(__name__)

_WAITING: Final = 200  # calls that wait to be masked and written; further ones are dropped and counted
_LONGEST: Final = timedelta(days=1)


class RecorderRefused(Exception):
    """Nothing can be recorded now; says why."""


@dataclass(frozen=True, slots=True)
class Status:
    """A recording under way (`until`), or the last one; `dropped` counts calls that there was no room for."""

    file: str = ""
    calls: int = 0
    dropped: int = 0
    until: datetime | None = None


class Recorder:
    """One recording at a time. `keys` are for pseudonyms and for the file."""

    def __init__(
        self,
        options: Recording,
        services: Mapping[str, Bridged],
        maskers: Mapping[str, Masker],
        keys: tuple[bytes, bytes],
        clock: Clock,
    ) -> None:
        self._options, self._services, self._maskers, self._clock = options, services, maskers, clock
        self._sampling_key, self._file_key = keys
        self._share, self._bytes, self._waiting = 0.0, 0, 0
        self._writer: RecordingWriter | None = None
        self._status = Status()
        self._lock = threading.Lock()
        self._writing = ThreadPoolExecutor(1, thread_name_prefix="overgang-record")

    @property
    def on(self) -> bool:
        """Whether calls are wanted."""
        return self._writer is not None

    def status(self) -> Status:
        return self._status

    def start(self, share: float, seconds: float) -> Status:
        """Begin a recording of `share` of the calls. Raises RecorderRefused."""
        folder, length = self._options.folder, timedelta(seconds=min(max(seconds, 0.0), 1e6))
        if folder is None:
            raise RecorderRefused("no folder for recordings is configured: recording.folder")
        if not 0 < share <= 1 or not timedelta(0) < length <= _LONGEST:
            raise RecorderRefused("expected a share above 0 and at most 1, and at most a day")
        now = self._clock()
        with self._lock:
            if self._writer is not None:
                raise RecorderRefused("a recording is under way")
            file = folder / f"{now:%Y%m%dT%H%M%S%f}{SUFFIX}"
            header = Header("overgang", now, now + timedelta(days=self._options.days), self._contracts())
            try:
                self._writer = RecordingWriter(file, self._file_key, header)
            except OSError as mistake:
                raise RecorderRefused(f"no file can be made in {folder}: {mistake.strerror}") from None
            self._share, self._bytes = share, 0
            self._status = Status(str(file), until=now + length)
        return self._status

    def stop(self) -> Status:
        """End the recording and seal its file."""
        self._writing.submit(self._seal).result()
        return self._status

    def offer(self, call: Call, old: Timed | None, new: Timed | None) -> None:
        """Record a call, if it is in the sample and there is room; never waits."""
        if self._writer is None or call.seen is None or not chosen(call, self._sampling_key, "record", self._share):
            return
        size = sum(len(side.reply.body) for side in (old, new) if side is not None) + len(call.body)
        with self._lock:
            if self._waiting >= _WAITING or self._bytes + size > self._options.bytes:
                self._count(dropped=1)
                return
            self._waiting, self._bytes = self._waiting + 1, self._bytes + size
        self._writing.submit(partial(self._write, call, old, new))

    def tend(self) -> None:
        """End a recording whose time is up, and delete the files whose time is over."""
        until = self._status.until
        if self.on and until is not None and self._clock() >= until:
            self.stop()
        if self._options.folder is not None:
            purge(self._options.folder, self._clock())

    def close(self) -> None:
        self.stop()
        self._writing.shutdown()

    def _write(self, call: Call, old: Timed | None, new: Timed | None) -> None:
        try:
            if self._writer is not None:
                self._writer.add(self._masked(call, old, new))
                self._count(calls=1)
        except Exception as mistake:  # noqa: BLE001 - what goes wrong here must not reach any call
            log.error("recording: %s at %s", type(mistake).__name__, where(mistake))
            self._count(dropped=1)
        finally:
            with self._lock:
                self._waiting -= 1

    def _masked(self, call: Call, old: Timed | None, new: Timed | None) -> recorded_calls.Call:
        masker, kind = self._maskers[call.service.key], call.content_type or ""
        given = masker.values(call.body, kind)
        return recorded_calls.Call(
            at=call.received,
            service=call.service.key,
            operation=call.operation,
            caller=told(call.caller),
            content_type=masker.content_type(kind),
            action=masker.action(call.actions[0]) if call.actions else "",
            request=masker.envelope(call.body, kind),
            old=None if old is None else masker.reply(old.reply, given),
            new=None if new is None else masker.reply(new.reply, given),
            old_seconds=None if old is None else old.seconds,
            new_seconds=None if new is None else new.seconds,
        )

    def _seal(self) -> None:
        writer, self._writer = self._writer, None
        if writer is None:
            return
        try:
            writer.close()
        except OSError as mistake:
            log.error("a recording can't be sealed, and so not be read: %s", mistake.strerror)
            self._count(dropped=1)
        self._status = Status(self._status.file, self._status.calls, self._status.dropped)

    def _count(self, calls: int = 0, dropped: int = 0) -> None:
        was = self._status
        self._status = Status(was.file, was.calls + calls, was.dropped + dropped, was.until)

    def _contracts(self) -> dict[str, str]:
        """The SHA-256 of each WSDL, by service key."""
        return {
            key: hashlib.sha256(service.contract.documents[service.contract.file]).hexdigest()
            for key, service in self._services.items()
        }

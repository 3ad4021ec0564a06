"""Recordings: files of sampled calls, masked already, each in an encrypted frame of its own.

    magic       8 bytes  "OVERGREC"
    version     2 bytes  big-endian, as all numbers here
    length      4 bytes  of the header
    header      JSON: gateway, created, expires, salt, contracts; readable without the key
    digest     32 bytes  SHA-256 of all before it
    check      32 bytes  HMAC-SHA-256 of all before the digest
    frame       kind (1 byte: "C" a call, "E" the end), length (4 bytes), AES-256-GCM ciphertext with its tag
    ...
    end frame   {"calls": number}; nothing comes after it

Both keys are derived (HKDF-SHA-256) from the deployment's key and the file's own random salt. Each frame is bound to
the header's check, its kind and its number, so a frame that is changed, removed, moved or of another file is found.
"""

import json
import os
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from hmac import compare_digest, digest
from pathlib import Path
from secrets import token_bytes
from typing import Any, BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from overgang.wire.recorded_calls import Call, call_of, plain_call

SUFFIX: Final = ".recording"
VERSION: Final = 1
_MAGIC: Final = b"OVERGREC"
_START: Final = struct.Struct(">8sHI")
_FRAME: Final = struct.Struct(">cI")
_CALL, _END = b"C", b"E"
_TAG: Final = 16  # bytes
_CHECK: Final = 32  # bytes, of the digest too
_MOST_HEADER: Final = 1 << 20
_MOST_FRAME: Final = 64 << 20
_SHORTEST_KEY: Final = 16
_NAMES: Final = ("gateway", "created", "expires", "salt", "contracts")


class RecordingError(ValueError):
    """A recording that can't be used; says what is wrong and where, and never a value of a call."""


@dataclass(frozen=True, slots=True)
class Header:
    """`contracts`: SHA-256 (hex) of each WSDL by "Name/version"; the times are in UTC."""

    gateway: str
    created: datetime
    expires: datetime
    contracts: Mapping[str, str] = field(default_factory=dict)


class RecordingWriter:
    """Writes one recording, frame by frame; without `close` the file stays unfinished and is refused by `read`.

    Not for several threads at once. A call must be masked already.
    """

    def __init__(self, path: Path, key: bytes, header: Header) -> None:
        """Creates the file (mode 0600). Raises FileExistsError, and RecordingError for a key under 16 bytes."""
        salt = token_bytes(32)
        start = _header_bytes(header, salt)
        cipher, check = _keys(key, salt)
        self._bound = digest(check, start, "sha256")
        self._cipher = cipher
        self._calls, self._failed = 0, False
        self._file: BinaryIO = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", buffering=0)
        self._write(start + sha256(start).digest() + self._bound)

    def add(self, call: Call) -> None:
        """Append a call and hand it to the operating system."""
        self._frame(_CALL, zlib.compress(json.dumps(plain_call(call)).encode(), 1))
        self._calls += 1

    def close(self) -> None:
        """Seal the recording; a second call does nothing."""
        if self._file.closed:
            return
        with self._file:
            self._frame(_END, json.dumps({"calls": self._calls}).encode())
            os.fsync(self._file.fileno())

    def _frame(self, kind: bytes, content: bytes) -> None:
        if len(content) + _TAG > _MOST_FRAME:
            raise RecordingError("a call is larger than a frame may be")
        if self._failed and kind == _CALL:
            raise RecordingError("nothing more can be recorded: writing failed before")
        number = self._calls
        sealed = self._cipher.encrypt(_nonce(kind, number), content, _bound_to(self._bound, kind, number))
        place = self._file.tell()
        try:
            self._write(_FRAME.pack(kind, len(sealed)) + sealed)
        except OSError:
            # Nothing else is ever sealed under this frame's nonce: the recording ends with the frame before.
            self._failed = True
            self._file.seek(place)
            self._file.truncate()
            raise

    def _write(self, content: bytes) -> None:
        """All of it, to the operating system: nothing waits in a buffer. Raises OSError."""
        left = memoryview(content)
        while left:
            left = left[self._file.write(left) :]


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording that was found whole: `calls` many; iterating reads them again, one at a time."""

    path: Path
    header: Header
    calls: int
    identity: str  # the check of its header in hex: the same file has the same
    _key: bytes = field(repr=False)

    def __iter__(self) -> Iterator[Call]:
        """The calls in the order of recording. Raises RecordingError if the file was changed meanwhile."""
        with self.path.open("rb") as file:
            opened = _Opened(file, self._key)
            if opened.identity != self.identity:
                raise RecordingError("header: the file is another one than when it was checked")
            for content in opened.frames():
                yield call_of(json.loads(content))


def read(path: Path, key: bytes, now: datetime) -> Recording:
    """Check a whole recording, every frame of it and its end, before anything of it is used.

    Raises RecordingError: not a recording, another version, damaged (with frame and byte), a wrong key, expired at
    `now`, not closed; OSError when it can't be read.
    """
    with path.open("rb") as file:
        opened = _Opened(file, key)
        if opened.header.expires <= now:
            raise RecordingError(f"expired on {opened.header.expires.isoformat()}")
        calls = sum(1 for _ in opened.frames(call_of))
        return Recording(path, opened.header, calls, opened.identity, key)


@dataclass(frozen=True, slots=True)
class Purged:
    """The files that were deleted, and those whose expiry can't be read, which were not."""

    deleted: tuple[Path, ...]
    unreadable: tuple[Path, ...]


def purge(folder: Path, now: datetime) -> Purged:
    """Delete the recordings in `folder` that have expired at `now`; needs no key."""
    deleted, unreadable = [], []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            with path.open("rb") as file:
                expires = _read_header(file)[1].expires
            if expires <= now:
                path.unlink(missing_ok=True)
                deleted.append(path)
        except (RecordingError, OSError):  # one that is none, or somebody else's, keeps no other from being deleted
            unreadable.append(path)
    return Purged(tuple(deleted), tuple(unreadable))


# ---- header


def _header_bytes(header: Header, salt: bytes) -> bytes:
    said = {
        "gateway": header.gateway,
        "created": header.created.astimezone(UTC).isoformat(),
        "expires": header.expires.astimezone(UTC).isoformat(),
        "salt": salt.hex(),
        "contracts": dict(sorted(header.contracts.items())),
    }
    content = json.dumps(said).encode()
    return _START.pack(_MAGIC, VERSION, len(content)) + content


def _read_header(file: BinaryIO) -> tuple[bytes, Header, bytes]:
    """The bytes up to the check, what they say, and the salt."""
    start = file.read(_START.size)
    if start[: len(_MAGIC)] != _MAGIC[: len(start)] or not start:
        raise RecordingError("byte 0: this is no recording")
    if len(start) < _START.size:
        raise RecordingError(f"header, byte {len(start)}: the file ends")
    _, version, length = _START.unpack(start)
    if version != VERSION:
        raise RecordingError(f"byte 8: version {version}, and only version {VERSION} is read")
    if length > _MOST_HEADER:
        raise RecordingError("header, byte 10: its length can't be true")
    content = file.read(length)
    if len(content) < length:
        raise RecordingError(f"header, byte {_START.size + len(content)}: the file ends")
    try:
        said: dict[str, Any] = json.loads(content)
        gateway, created, expires, salt, contracts = (said[name] for name in _NAMES)
        header = Header(str(gateway), _moment(created), _moment(expires), dict(contracts))
        found = bytes.fromhex(salt)
    except (ValueError, TypeError, KeyError):
        raise RecordingError(f"header, byte {_START.size}: it is damaged") from None
    _check_header(file, start + content)
    return start + content, header, found


def _check_header(file: BinaryIO, whole: bytes) -> None:
    found = file.read(_CHECK)
    if len(found) < _CHECK:
        raise RecordingError(f"header, byte {len(whole) + len(found)}: the file ends")
    if found != sha256(whole).digest():
        raise RecordingError(f"header, byte {_START.size}: it is damaged")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment


# ---- frames


class _Opened:
    """A file whose header is right; its frames are read once, in order."""

    def __init__(self, file: BinaryIO, key: bytes) -> None:
        start, self.header, salt = _read_header(file)
        self._file = file
        self._cipher, check = _keys(key, salt)
        self._bound = digest(check, start, "sha256")
        self.identity = self._bound.hex()
        found = file.read(_CHECK)
        if len(found) < _CHECK:
            raise RecordingError(f"header, byte {len(start) + _CHECK + len(found)}: the file ends")
        if not compare_digest(found, self._bound):
            raise RecordingError(f"header, byte {len(start) + _CHECK}: the key is another one")

    def frames(self, look: Callable[[Any], object] | None = None) -> Iterator[bytes]:
        """The contents of all frames of calls; `look` is given each as JSON, so that an unusable one is found, too.

        Raises RecordingError at the first thing that is wrong.
        """
        number = 0
        while True:
            place = self._file.tell()
            kind, content = self._frame(number, place)
            if kind == _END:
                self._end(content, number, place)
                return
            plain = _unpacked(content, number, place)
            if look is not None:
                _looked(look, plain, number, place)
            yield plain
            number += 1

    def _frame(self, number: int, place: int) -> tuple[bytes, bytes]:
        start = self._file.read(_FRAME.size)
        if not start:
            raise RecordingError(f"byte {place}: the recording was not closed; {number} whole frames")
        if len(start) < _FRAME.size:
            raise RecordingError(f"{_at(number, place)}: the file ends; {number} whole frames")
        kind, length = _FRAME.unpack(start)
        if kind not in (_CALL, _END) or not _TAG <= length <= _MOST_FRAME:
            raise RecordingError(f"{_at(number, place)}: its beginning is damaged; {number} whole frames before it")
        sealed = self._file.read(length)
        if len(sealed) < length:
            raise RecordingError(f"{_at(number, place)}: the file ends within it; {number} whole frames before it")
        try:
            return kind, self._cipher.decrypt(_nonce(kind, number), sealed, _bound_to(self._bound, kind, number))
        except InvalidTag:
            raise RecordingError(f"{_at(number, place)}: it is damaged, missing or out of its order") from None

    def _end(self, content: bytes, number: int, place: int) -> None:
        if json.loads(content) != {"calls": number}:
            raise RecordingError(f"{_at(number, place)}: the number of calls is another one")
        if self._file.read(1):
            raise RecordingError(f"byte {self._file.tell() - 1}: something comes after the end")


def _unpacked(content: bytes, number: int, place: int) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        plain = unpacker.decompress(content, 4 * _MOST_FRAME)
    except zlib.error:
        raise RecordingError(f"{_at(number, place)}: it can't be unpacked") from None
    if not unpacker.eof:
        raise RecordingError(f"{_at(number, place)}: it is larger than a call may be")
    return plain


def _looked(look: Callable[[Any], object], plain: bytes, number: int, place: int) -> None:
    try:
        look(json.loads(plain))
    except (ValueError, TypeError, KeyError):
        raise RecordingError(f"{_at(number, place)}: it holds no call of this version") from None


def _at(number: int, place: int) -> str:
    return f"frame {number + 1}, byte {place}"


def _keys(key: bytes, salt: bytes) -> tuple[AESGCM, bytes]:
    """The cipher of the frames and the key of the header's check."""
    if len(key) < _SHORTEST_KEY:
        raise RecordingError(f"the key has less than {_SHORTEST_KEY} bytes")
    made = HKDF(SHA256(), 64, salt, b"overgang recording 1").derive(key)
    return AESGCM(made[:32]), made[32:]


def _nonce(kind: bytes, number: int) -> bytes:
    """The frame's kind and number: no other frame under the file's own key has both."""
    return kind + number.to_bytes(11)


def _bound_to(header: bytes, kind: bytes, number: int) -> bytes:
    return header + kind + number.to_bytes(8)

"""wire/recording and wire/recorded_calls: what is written is read back, or refused with what is wrong and where."""

import json
import re
import resource
import signal
import stat
import struct
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from planted import KEY, XML

from overgang.core.compare.values import Reply
from overgang.wire.recorded_calls import Call, call_of, plain_call
from overgang.wire.recording import Header, RecordingError, RecordingWriter, purge, read

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
HEADER = Header("gateway-1", NOW, NOW + timedelta(days=30), {"JoblogService/2": "ab" * 32})
SIZE_OF_START = 14
_FRAME = struct.Struct(">cI")


def call(number: int) -> Call:
    old, new = Reply(200, XML, b"<a>%d</a>" % number), Reply(500, XML, b"", "upstream.timeout")
    return Call(NOW, "JoblogService/2", "PersonSearch", "8/101", XML, '"urn:a"', b"<x/>\xff", old, new, 0.01, None)


CALLS = [call(number) for number in range(3)]


def written(path: Path, calls: list[Call] = CALLS, *, header: Header = HEADER) -> Path:
    writer = RecordingWriter(path, KEY, header)
    for each in calls:
        writer.add(each)
    writer.close()
    writer.close()
    return path


def frames(content: bytes) -> Iterator[tuple[int, int]]:
    """Where each frame begins and ends."""
    _, _, length = struct.unpack_from(">8sHI", content)
    place = SIZE_OF_START + length + 64
    while place < len(content):
        _, size = _FRAME.unpack_from(content, place)
        yield place, place + _FRAME.size + size
        place += _FRAME.size + size


def refused(path: Path, content: bytes, key: bytes = KEY, now: datetime = NOW) -> str:
    """Why a file of this content is refused; not one call of it is handed out."""
    path.write_bytes(content)
    with pytest.raises(RecordingError) as told:
        read(path, key, now)
    return str(told.value)


@pytest.fixture
def whole(tmp_path: Path) -> bytes:
    return written(tmp_path / "whole.recording").read_bytes()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "damaged.recording"


def test_calls_are_read_back_as_they_were_recorded(tmp_path: Path) -> None:
    recording = read(written(tmp_path / "a.recording"), KEY, NOW)
    assert recording.header == HEADER
    assert recording.calls == 3
    assert list(recording) == list(recording) == CALLS


def test_a_call_survives_json_with_and_without_answers() -> None:
    bare = Call(NOW, "JoblogService/2", "PersonSearch", "8/101", XML, "", b"")
    for each in (*CALLS, bare):
        assert call_of(json.loads(json.dumps(plain_call(each)))) == each


def test_an_empty_recording_is_whole(tmp_path: Path) -> None:
    assert list(read(written(tmp_path / "a.recording", []), KEY, NOW)) == []


def test_the_file_is_the_owners_only_and_never_written_over(tmp_path: Path) -> None:
    path = written(tmp_path / "a.recording")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        RecordingWriter(path, KEY, HEADER)


def test_nothing_of_a_call_is_in_the_file(whole: bytes) -> None:
    assert b"JoblogService/2" in whole  # the contracts are told in the header
    assert not re.search(rb"PersonSearch|8/101|urn:a|<x/>", whole)


def test_two_recordings_of_the_same_calls_share_no_bytes_of_frames(tmp_path: Path, whole: bytes) -> None:
    other = written(tmp_path / "b.recording").read_bytes()
    for start, end in frames(whole):
        assert whole[start + 5 : end] != other[start + 5 : end]


def test_every_single_byte_that_is_changed_is_found(path: Path, whole: bytes) -> None:
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 0x01
        why = refused(path, bytes(changed))
        assert re.search(r"byte \d+", why), why


def test_every_place_where_the_file_may_end_early_is_found(path: Path, whole: bytes) -> None:
    for length in range(len(whole)):
        why = refused(path, whole[:length])
        assert re.search(r"byte \d+", why), why


def test_damage_is_told_with_its_frame_and_byte(path: Path, whole: bytes) -> None:
    for number, (start, end) in enumerate(frames(whole), 1):
        for place in (start + 5, (start + end) // 2, end - 1):  # ciphertext, and the tag
            changed = bytearray(whole)
            changed[place] ^= 0x80
            assert refused(path, bytes(changed)) == (
                f"frame {number}, byte {start}: it is damaged, missing or out of its order"
            )
        changed = bytearray(whole)
        changed[start] = 0x58
        assert refused(path, bytes(changed)).startswith(f"frame {number}, byte {start}: its beginning is damaged")


def test_a_frame_that_is_removed_repeated_or_moved_is_found(path: Path, whole: bytes) -> None:
    (one, two, three, end), start = [whole[a:b] for a, b in frames(whole)], next(frames(whole))[0]
    head = whole[:start]
    for order in (
        [two, three, end],
        [one, three, end],
        [one, two, end],
        [two, one, three, end],
        [one, one, two, three, end],
    ):
        assert "it is damaged, missing or out of its order" in refused(path, head + b"".join(order))


def test_a_frame_of_another_recording_is_found(tmp_path: Path, path: Path, whole: bytes) -> None:
    other = written(tmp_path / "b.recording").read_bytes()
    start, end = next(frames(whole))
    assert refused(path, whole[:start] + other[start:end] + whole[end:]).startswith(f"frame 1, byte {start}")


def test_a_recording_that_was_not_closed_says_how_much_is_whole(tmp_path: Path, path: Path) -> None:
    writer = RecordingWriter(tmp_path / "a.recording", KEY, HEADER)
    for number, each in enumerate(CALLS):
        content = (tmp_path / "a.recording").read_bytes()  # as it would be left by a process that ends here
        why = f"byte {len(content)}: the recording was not closed; {number} whole frames"
        assert refused(path, content) == why
        writer.add(each)
    writer.close()


def test_what_comes_after_the_end_is_refused(path: Path, whole: bytes) -> None:
    assert refused(path, whole + b"\0") == f"byte {len(whole)}: something comes after the end"
    assert "something comes after the end" in refused(path, whole + whole)


def test_another_version_is_refused(path: Path, whole: bytes) -> None:
    assert refused(path, whole[:8] + b"\0\2" + whole[10:]) == "byte 8: version 2, and only version 1 is read"


@pytest.mark.parametrize("content", [b"", b"PK\3\4", b"OVERGRE", b"<?xml version='1.0'?>"])
def test_another_file_is_refused(path: Path, content: bytes) -> None:
    assert refused(path, content).endswith("this is no recording" if content != b"OVERGRE" else "the file ends")


def test_a_wrong_key_is_told_from_damage(path: Path, whole: bytes) -> None:
    assert refused(path, whole, b"another key of 16 bytes").endswith("the key is another one")
    assert refused(path, whole, b"short") == "the key has less than 16 bytes"


def test_a_header_that_was_changed_on_purpose_is_refused(path: Path, whole: bytes) -> None:
    _, version, length = struct.unpack_from(">8sHI", whole)
    said = json.loads(whole[SIZE_OF_START : SIZE_OF_START + length])
    for name, value in (("expires", "2099-01-01T00:00:00+00:00"), ("gateway", "another")):
        made = json.dumps({**said, name: value}).encode()
        start = struct.pack(">8sHI", b"OVERGREC", version, len(made)) + made
        forged = start + sha256(start).digest() + whole[SIZE_OF_START + length + 32 :]
        assert refused(path, forged).endswith("the key is another one")


NAIVE = '{"gateway":"g","created":"2026-01-01","expires":"2026-01-01","salt":"00","contracts":{}}'


@pytest.mark.parametrize("said", [NAIVE, "[]", "{}", '{"gateway": 1}', "not JSON", '{"expires": "2026-01-01"}'])
def test_a_header_that_says_something_else_is_refused(path: Path, said: str) -> None:
    start = struct.pack(">8sHI", b"OVERGREC", 1, len(said)) + said.encode()
    assert refused(path, start + bytes(64)) == "header, byte 14: it is damaged"


def test_a_header_too_large_to_be_true_is_not_read(path: Path) -> None:
    assert "can't be true" in refused(path, struct.pack(">8sHI", b"OVERGREC", 1, 2**32 - 1))


@pytest.mark.parametrize(("days", "expired"), [(29, False), (30, True), (31, True)])
def test_a_recording_is_refused_from_the_moment_it_expires(path: Path, whole: bytes, days: int, expired: bool) -> None:
    now = NOW + timedelta(days=days)
    if expired:
        assert refused(path, whole, now=now) == "expired on 2026-12-25T12:00:00+00:00"
    else:
        path.write_bytes(whole)
        assert read(path, KEY, now).calls == 3


def test_expired_recordings_are_deleted_and_no_others(tmp_path: Path) -> None:
    old = written(tmp_path / "old.recording", header=Header("g", NOW, NOW))
    kept = written(tmp_path / "new.recording")
    broken = tmp_path / "broken.recording"
    broken.write_bytes(b"OVERGREC")
    (tmp_path / "old.txt").write_text("x")
    folder = tmp_path / "a.recording"
    folder.mkdir()
    done = purge(tmp_path, NOW)
    assert (done.deleted, done.unreadable) == ((old,), (folder, broken))
    left = ["a.recording", "broken.recording", "new.recording", "old.txt"]
    assert sorted(file.name for file in tmp_path.iterdir()) == left
    assert kept.exists()


def test_a_file_that_is_exchanged_after_it_was_checked_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "a.recording")
    recording = read(path, KEY, NOW)
    path.unlink()
    written(path)
    with pytest.raises(RecordingError, match="another one than when it was checked"):
        list(recording)


def test_an_error_never_holds_a_value(path: Path, whole: bytes) -> None:
    start = list(frames(whole))[2][0]
    why = refused(path, whole[: start + 20])
    assert re.fullmatch(r"frame 3, byte \d+: the file ends within it; 2 whole frames before it", why)


def test_a_frame_that_holds_no_call_is_refused(tmp_path: Path, path: Path) -> None:
    class Odd(RecordingWriter):
        def add_bytes(self, content: bytes) -> None:
            self._frame(b"C", content)
            self._calls += 1

    for number, content in enumerate((b"no zlib", zlib.compress(b"[]"))):
        writer = Odd(tmp_path / f"{number}.recording", KEY, HEADER)
        writer.add(CALLS[0])
        writer.add_bytes(content)
        writer.close()
        why = refused(path, (tmp_path / f"{number}.recording").read_bytes())
        assert re.match(r"frame 2, byte \d+: it (can't be unpacked|holds no call of this version)", why)


def test_an_end_that_counts_otherwise_is_refused(tmp_path: Path) -> None:
    class Wrong(RecordingWriter):
        def close(self) -> None:
            with self._file:
                self._frame(b"E", b'{"calls": 7}')

    writer = Wrong(tmp_path / "a.recording", KEY, HEADER)
    writer.add(CALLS[0])
    writer.close()
    with pytest.raises(RecordingError, match=r"frame 2, byte \d+: the number of calls is another one"):
        read(tmp_path / "a.recording", KEY, NOW)


def test_a_call_larger_than_a_frame_is_not_recorded_and_the_others_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("overgang.wire.recording._MOST_FRAME", 1_000)
    writer = RecordingWriter(tmp_path / "a.recording", KEY, HEADER)
    writer.add(CALLS[0])
    with pytest.raises(RecordingError, match="larger than a frame"):
        writer.add(Call(NOW, "S/1", "O", "8/1", XML, "", bytes(range(256)) * 20))
    writer.add(CALLS[1])
    writer.close()
    assert list(read(tmp_path / "a.recording", KEY, NOW)) == CALLS[:2]


def test_a_frame_that_unpacks_to_more_than_a_call_may_have_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "a.recording", [Call(NOW, "S/1", "O", "8/1", XML, "", bytes(100_000))])
    monkeypatch.setattr("overgang.wire.recording._MOST_FRAME", 10_000)
    with pytest.raises(RecordingError, match="larger than a call may be"):
        read(path, KEY, NOW)


def test_after_a_write_that_failed_the_calls_before_it_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "a.recording"
    made = RecordingWriter(path, KEY, HEADER)
    made.add(CALLS[0])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 20, hard))
        with pytest.raises(OSError):
            made.add(CALLS[1])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    with pytest.raises(RecordingError, match="writing failed before"):
        made.add(CALLS[1])
    made.close()
    assert list(read(path, KEY, NOW)) == [CALLS[0]]

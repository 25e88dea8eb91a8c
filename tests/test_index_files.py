"""Durable writes and the writer's lock, with faults put in at the system calls."""

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from index import files
from index.errors import Busy

HOLD = """
import sys, time
from pathlib import Path
from index import files
with files.writing(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def full(*_: Any) -> int:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_new_file_holds_its_bytes_and_is_private(tmp_path: Path) -> None:
    files.write_new(tmp_path / "a", memoryview(b"one\0two"))
    assert (tmp_path / "a").read_bytes() == b"one\0two"
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


def test_new_file_never_replaces_another(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(FileExistsError, match="File exists"):
        files.write_new(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"old"


def test_short_writes_are_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: whole(handle, data[:1]))
    files.write_new(tmp_path / "a", b"0123456789")
    assert (tmp_path / "a").read_bytes() == b"0123456789"


@pytest.mark.parametrize("call", ["write", "fsync"])
def test_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    monkeypatch.setattr(os, call, full)
    monkeypatch.setattr("sys.platform", "linux")
    with pytest.raises(OSError, match="No space left"):
        files.write_new(tmp_path / "a", b"data")
    assert list(tmp_path.iterdir()) == []


def test_write_that_fails_half_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, done = os.write, []

    def once(handle: int, data: memoryview) -> int:
        done.append(data)
        return whole(handle, data[:2]) if len(done) < 3 else full()

    monkeypatch.setattr(os, "write", once)
    with pytest.raises(OSError, match="No space left"):
        files.write_new(tmp_path / "a", b"0123456789")
    assert list(tmp_path.iterdir()) == []


def test_publishing_makes_one_file_appear(tmp_path: Path) -> None:
    files.publish(tmp_path / "manifest", b"data")
    assert [path.name for path in tmp_path.iterdir()] == ["manifest"]
    assert (tmp_path / "manifest").read_bytes() == b"data"


def test_publishing_refuses_a_name_that_is_taken(tmp_path: Path) -> None:
    files.publish(tmp_path / "manifest", b"first")
    with pytest.raises(FileExistsError, match="File exists"):
        files.publish(tmp_path / "manifest", b"second")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("manifest", b"first")]


@pytest.mark.parametrize("call", ["write", "fsync", "link"])
def test_publishing_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    monkeypatch.setattr(os, call, full)
    with pytest.raises(OSError, match="No space left"):
        files.publish(tmp_path / "manifest", b"data")
    assert list(tmp_path.iterdir()) == []


def test_data_is_on_the_disk_before_its_name_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    for name in ("write", "fsync", "link"):
        real = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *a, _r=real, _n=name: (calls.append(_n), _r(*a))[1])
    files.publish(tmp_path / "manifest", b"data")
    assert calls == ["write", "fsync", "fsync", "link", "fsync"]


def test_folder_is_renamed_into_place(tmp_path: Path) -> None:
    (tmp_path / "draft").mkdir()
    (tmp_path / "draft" / "a").write_bytes(b"1")
    files.publish_folder(tmp_path / "draft", tmp_path / "final")
    assert (tmp_path / "final" / "a").read_bytes() == b"1"
    assert not (tmp_path / "draft").exists()


def test_folder_that_stands_already_is_kept(tmp_path: Path) -> None:
    for name in ("draft", "final"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a").write_bytes(name.encode())
    files.publish_folder(tmp_path / "draft", tmp_path / "final")
    assert (tmp_path / "final" / "a").read_bytes() == b"final"
    assert not (tmp_path / "draft").exists()


def test_new_folder_is_private(tmp_path: Path) -> None:
    files.make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700
    files.make_folder(tmp_path / "a" / "b")


def test_lock_keeps_another_process_out_and_dies_with_its_holder(tmp_path: Path) -> None:
    lock = tmp_path / "LOCK"
    child = subprocess.Popen([sys.executable, "-c", HOLD, str(lock)], stdout=subprocess.PIPE)
    with child, child.stdout:
        assert child.stdout.readline() == b"held\n"
        with pytest.raises(Busy, match="Another qa is updating"), files.writing(lock):
            pass
        child.kill()
        child.wait()
    with files.writing(lock):
        assert lock.read_bytes() == b""


def test_lock_is_free_after_an_error_inside(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="inside"), files.writing(tmp_path / "LOCK"):
        raise ValueError("inside")
    with files.writing(tmp_path / "LOCK"), pytest.raises(Busy, match="Another qa"), files.writing(tmp_path / "LOCK"):
        pass

"""The one module through which durable bytes reach the disk, and through which an index is locked.

Owns exclusive creation, complete writes, fsync, the check by reading back, publishing by
create-if-absent, and removal. What the files mean, and what they are called, belongs to ``segments``
and ``manifest``. After a failed fsync nothing is tried again on the same file: the system may have
dropped the pages and call the next fsync a success.
"""

import contextlib
import errno
import fcntl
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from index.errors import Busy

FOLDER_MODE = 0o700
FILE_MODE = 0o600
PAUSE = 0.05
"""Seconds between two tries for a lock that is waited for."""
BLOCK = 1 << 20


class Unsure(OSError):
    """A file was published, and whether the disk will remember it is not known."""


def make_folder(folder: Path) -> None:
    """Create ``folder`` and its parents, readable by this user only, on the disk when this returns."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    with contextlib.suppress(FileExistsError):
        os.mkdir(folder, FOLDER_MODE)
    sync_folder(folder.parent)


def write_new(path: Path, data: bytes | memoryview) -> None:
    """Create ``path`` with exactly ``data``, flush it to the disk and read it back. A file that fails is removed.

    The name itself is on the disk after ``sync_folder``. Raises FileExistsError where the name is taken,
    OSError where the disk refuses or gives back other bytes.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
    try:
        _write(handle, memoryview(data).cast("B"))
        _flush(handle)
        _compare(handle, memoryview(data).cast("B"), path)
    except BaseException:
        os.close(handle)
        remove(path)
        raise
    os.close(handle)


def publish(path: Path, data: bytes) -> None:
    """Make ``path`` appear with all of ``data`` at one instant, on the disk when this returns.

    What was written to the folder before is on the disk before ``path`` is. Raises FileExistsError when
    another writer published that name first, Unsure when the disk refused at the last moment.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    remove(draft)
    write_new(draft, data)
    try:
        sync_folder(path.parent)
        try:
            os.link(draft, path)
            sync_folder(path.parent)
        except FileExistsError:
            raise
        except OSError as error:
            if not os.path.lexists(path):
                raise
            raise Unsure(error.errno, error.strerror, str(path)) from None
    finally:
        with contextlib.suppress(OSError):
            remove(draft)


def publish_folder(draft: Path, final: Path) -> None:
    """Rename a finished folder of files into place; where ``final`` stands already, keep it and drop the draft."""
    for name in os.listdir(draft):
        handle = os.open(draft / name, os.O_RDONLY)
        try:
            _flush(handle)
        finally:
            os.close(handle)
    sync_folder(draft)
    try:
        os.rename(draft, final)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        remove_folder(draft)
    sync_folder(final.parent)


def remove(path: Path) -> None:
    """Remove a file; one that is not there is no error."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


def remove_folder(folder: Path) -> None:
    """Remove a folder and the files in it; one that is not there is no error."""
    with contextlib.suppress(FileNotFoundError):
        for name in os.listdir(folder):
            remove(folder / name)
        os.rmdir(folder)


def move_into(path: Path, folder: Path) -> None:
    """Move a file into ``folder``, which is made where it is missing; a file that is not there is no error."""
    make_folder(folder)
    with contextlib.suppress(FileNotFoundError):
        os.rename(path, folder / path.name)
        sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Flush the names in ``folder`` to the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _flush(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def writing(lock: Path, wait: float = 0.0) -> Iterator[None]:
    """Hold the writer's lock for the length of a ``with`` block.

    Raises Busy when another process still holds it after ``wait`` seconds. The lock file is never
    written to, so that taking the lock leaves no trace; the kernel drops the lock with the process.
    """
    handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
    until = time.monotonic() + wait
    try:
        while not _locked(handle):
            if time.monotonic() >= until:
                raise Busy(f"Another qa is updating {lock.parent}. Try again when it is done, or use --wait SECONDS.")
            time.sleep(PAUSE)
        yield
    finally:
        with contextlib.suppress(OSError):  # nothing was written through it, and the lock goes either way
            os.close(handle)


def held(lock: Path) -> bool:
    """Tell whether a process holds the writer's lock now. Nothing is written, also where no lock file is yet.

    The lock is taken shared and dropped at once; a writer that does not wait and comes in that instant hears "busy".
    """
    try:
        handle = os.open(lock, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return not _locked(handle, fcntl.LOCK_SH)
    finally:
        os.close(handle)


def _locked(handle: int, kind: int = fcntl.LOCK_EX) -> bool:
    """Take the lock if it is free, and tell whether it was."""
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
            raise
        return False
    return True


def _write(handle: int, rest: memoryview) -> None:
    """Write all of ``rest``, however little the system takes at a time."""
    while rest:
        rest = rest[os.write(handle, rest) :]


def _flush(handle: int) -> None:
    """Push a file or folder to the disk itself; macOS needs its own call to pass the drive's cache."""
    if sys.platform == "darwin":
        with contextlib.suppress(OSError):
            fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
            return
    os.fsync(handle)


def _compare(handle: int, data: memoryview, path: Path) -> None:
    """Read a file back through its handle. Raises OSError where it is not ``data``."""
    os.lseek(handle, 0, os.SEEK_SET)
    for start in range(0, len(data) + 1, BLOCK):
        if os.read(handle, BLOCK) != data[start : start + BLOCK]:
            raise OSError(errno.EIO, "the disk gives back other bytes than were written", str(path))

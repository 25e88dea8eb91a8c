"""The one module through which durable bytes reach the disk, and through which an index is locked.

Owns exclusive creation, complete writes, fsync and publishing by create-if-absent. What the files
mean, and what they are called, belongs to ``store`` and ``segments``.
"""

import contextlib
import errno
import fcntl
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from index.errors import Busy

FOLDER_MODE = 0o700
FILE_MODE = 0o600


def make_folder(folder: Path) -> None:
    """Create ``folder`` and its parents, readable by this user only. An existing folder is left as it is."""
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)


def write_new(path: Path, data: bytes | memoryview) -> None:
    """Create ``path`` with exactly ``data`` and flush it to the disk. A file that fails half way is removed.

    Raises FileExistsError where the name is taken, OSError where the disk refuses.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
    try:
        rest = memoryview(data).cast("B")
        while rest:
            rest = rest[os.write(handle, rest) :]
        _flush(handle)
    except BaseException:
        os.close(handle)
        path.unlink(missing_ok=True)
        raise
    os.close(handle)


def publish(path: Path, data: bytes) -> None:
    """Make ``path`` appear with all of ``data`` at one instant, on the disk when this returns.

    Raises FileExistsError when another writer published that name first.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    draft.unlink(missing_ok=True)
    write_new(draft, data)
    try:
        sync_folder(path.parent)
        os.link(draft, path)
        sync_folder(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def publish_folder(draft: Path, final: Path) -> None:
    """Rename a finished folder of files into place; where ``final`` stands already, keep it and drop the draft."""
    for file in draft.iterdir():
        handle = os.open(file, os.O_RDONLY)
        try:
            _flush(handle)
        finally:
            os.close(handle)
    sync_folder(draft)
    try:
        draft.rename(final)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        shutil.rmtree(draft)
    sync_folder(final.parent)


def sync_folder(folder: Path) -> None:
    """Flush the names in ``folder`` to the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _flush(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def writing(lock: Path) -> Iterator[None]:
    """Hold the writer's lock for the length of a ``with`` block. Raises Busy when another process holds it.

    The lock file is never written to, so that taking the lock leaves no trace; the kernel drops the
    lock with the process that held it.
    """
    handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise
            raise Busy(f"Another qa is updating {lock.parent}. Wait until it is done, then try again.") from None
        yield
    finally:
        os.close(handle)


def _flush(handle: int) -> None:
    """Push a file or folder to the disk itself; macOS needs its own call to pass the drive's cache."""
    if sys.platform == "darwin":
        with contextlib.suppress(OSError):
            fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
            return
    os.fsync(handle)

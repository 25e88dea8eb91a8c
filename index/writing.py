"""The frame of everything that writes an index: its folder, the writer's lock, and what a refusing disk means."""

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path

from index import files
from index.errors import UserError

LOCK = "LOCK"
_IGNORE = ".gitignore"


@contextlib.contextmanager
def writer(folder: Path, wait: float = 0.0) -> Iterator[None]:
    """Be the one writer of ``folder``, made where it is missing, for the length of a ``with`` block.

    Raises Busy where another process is, after ``wait`` seconds; turns what the disk refuses into a UserError.
    """
    try:
        ours = not folder.exists()
        files.make_folder(folder)
        with files.writing(folder / LOCK, wait):
            if ours and not (folder / _IGNORE).exists():
                files.write_new(folder / _IGNORE, b"*\n")
            yield
    except files.Unsure as error:
        raise UserError(
            f"The disk refused to confirm {error.filename} ({error.strerror}), so the update may or may not last. "
            "Check the disk, then run `qa index` again; nothing is done twice."
        ) from None
    except OSError as error:
        place = error.filename or folder
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            reason = (
                f"There is no space left to write {place}; the index is as it was. Free some space and run it again."
            )
        else:
            reason = (
                f"{place} cannot be written ({error.strerror or error}); the index is as it was. "
                "Check the disk and its permissions, or name another place with --index."
            )
        raise UserError(reason) from None

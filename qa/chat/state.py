"""What belongs to the person rather than to an index: where it is kept, and its files of JSON Lines.

Owns the folder, and adding to and reading these files, which no one else on the computer can read. What the lines
mean belongs to whoever writes them.
"""

import contextlib
import errno
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from index.files import FILE_MODE, make_folder


def state_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder: QA_STATE, else qa in XDG_STATE_HOME, else ~/.local/state/qa."""
    if environ.get("QA_STATE"):
        return Path(os.path.expanduser(environ["QA_STATE"])).absolute()
    base = environ.get("XDG_STATE_HOME", "")
    return Path(base if os.path.isabs(base) else os.path.expanduser("~/.local/state")) / "qa"


def keeping() -> bool:
    """Tell whether the person lets things be kept: yes, unless QA_KEEP is 0."""
    return os.environ.get("QA_KEEP", "") != "0"


def open_lines(file: Path) -> int:
    """Open a file of lines for adding to it, made with its folder where there is none. Raises OSError."""
    make_folder(file.parent)
    return os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, FILE_MODE)


def append(handle: int, record: object) -> None:
    """Add one line to an open file, at once and whole, also after one that was torn. Raises OSError."""
    data = json.dumps(record, allow_nan=False).encode("ascii") + b"\n"
    size = os.fstat(handle).st_size
    if size and os.pread(handle, 1, size - 1) != b"\n":
        data = b"\n" + data
    if os.write(handle, data) != len(data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def read_lines(file: Path) -> Iterator[object]:
    """Yield what the lines of a file hold; torn ones are passed over. Nothing where it cannot be read."""
    with contextlib.suppress(OSError), open(file, "rb") as lines:
        for line in lines:
            with contextlib.suppress(ValueError, RecursionError):
                yield json.loads(line)

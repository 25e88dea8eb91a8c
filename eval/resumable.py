"""Work that takes long and goes on where it was broken off: where it is done, how results are kept, how it ends.

What is measured, and what is kept of it, belongs to the programs that use this.
"""

import os
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from index.errors import UserError
from qa.diagnostics import ExitCode, exit_code, tell


def finished(work: Callable[[], None]) -> ExitCode:
    """Do the work and return the exit code it means; what a user can mend is said on stderr."""
    try:
        work()
    except UserError as error:
        tell(str(error))
        return exit_code(error)
    except KeyboardInterrupt:
        tell("Interrupted. The same command goes on from here.")
        return ExitCode.INTERRUPTED
    return ExitCode.DONE


def workplace(folder: Path | None, prefix: str) -> AbstractContextManager[str | Path]:
    """Give the folder to work in: the one that is named, which is kept, or one that is gone afterwards."""
    return nullcontext(folder) if folder else tempfile.TemporaryDirectory(prefix=prefix)


def put(path: Path, text: str) -> None:
    """Put a file in the place of the former one, all of it or nothing. Raises OSError where it cannot be written."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with draft.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise

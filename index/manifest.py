"""The list of what makes up one generation of an index, and the step that makes it the current one.

Owns the numbered manifest files and the checks on every file they name. What is inside those files is
the work of ``segments``. The newest readable manifest *is* the index.
"""

import contextlib
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

from index import files
from index.errors import IndexDamaged, IndexTooNew, NothingIndexed
from index.generation import SEGMENT_FILES, FileRecord, Manifest, SegmentRecord, manifest_name, parse

__all__ = ["FileRecord", "Manifest", "SegmentRecord", "manifest_name"]

TRIES = 5
"""How often a reader starts again when a file went missing under it because a newer generation came."""
FORMAT = 2
"""Raised when older programs could not read what newer ones write."""
CHECKED_AT_OPEN = 64 * 2**20
"""Files up to this many bytes have their checksum taken whenever they are read."""
MAPPED_FROM = 2**20
"""Files of this many bytes or more are mapped, not copied: most of what they hold is not needed for one question."""

_NAME = re.compile(r"manifest-(\d{8})\.json")
_OURS = re.compile(
    rf"(?P<number>\d{{8}})\.(?:{'|'.join(map(re.escape, SEGMENT_FILES))})"
    r"|manifest-\d{8}\.json|(?P<draft>\.manifest-\d{8}\.json\.\d+\.new)"
)


def is_ours(name: str) -> bool:
    """Tell whether a file of this name is one that the index writes and may remove."""
    return _OURS.fullmatch(name) is not None


def is_leftover(name: str, newest: int) -> bool:
    """Tell whether a file can only come from a writer that died: a draft, or of a generation after ``newest``."""
    ours = _OURS.fullmatch(name)
    return ours is not None and (ours["draft"] is not None or int(ours["number"] or 0) > newest)


def generations(folder: Path) -> list[int]:
    """Return the generations that have a manifest in ``folder``, newest first; none where there is no folder."""
    try:
        names = [path.name for path in folder.iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise IndexDamaged(f"{folder} cannot be read ({error.strerror}). Check its permissions.") from None
    return sorted((int(match[1]) for match in map(_NAME.fullmatch, names) if match), reverse=True)


def read_newest(folder: Path) -> Manifest:
    """Return the newest manifest, as a writer must: one that is damaged is an error, never passed over.

    Raises NothingIndexed where there is none, IndexDamaged where it is damaged.
    """
    found = generations(folder)
    if not found:
        raise NothingIndexed(f"Nothing is indexed in {folder}. Run `qa index FOLDER` with the folder of your articles.")
    return read(folder, found[0])


def read_newest_sound(folder: Path) -> tuple[Manifest, tuple[str, ...]]:
    """Return the newest manifest that can be read, as a reader may, and what is wrong with the newer ones.

    Raises NothingIndexed where there is none, IndexDamaged (of the newest) where none can be read.
    """
    for _ in range(TRIES):
        with contextlib.suppress(FileNotFoundError):  # a writer removed what was just listed: there is a newer one
            return _newest_sound(folder)
    raise damaged(folder, "its manifests vanish as they are read")


def _newest_sound(folder: Path) -> tuple[Manifest, tuple[str, ...]]:
    faults: list[IndexDamaged] = []
    for generation in generations(folder):
        try:
            return read(folder, generation), tuple(map(str, faults))
        except IndexTooNew:
            raise
        except IndexDamaged as error:
            faults.append(error)
    if faults:
        raise faults[0]
    return read_newest(folder), ()


def read(folder: Path, generation: int) -> Manifest:
    """Return one generation's manifest. FileNotFoundError where it has gone; IndexDamaged where it is damaged."""
    path = folder / manifest_name(generation)
    try:
        content = json.loads(path.read_bytes())
        if content["format"] > FORMAT:
            raise IndexTooNew(f"{path} was written by a newer qa. Upgrade qa, or build it anew: `qa index --rebuild`.")
        if content.pop("crc32") != _crc32(content):
            raise damaged(path, "its checksum does not hold")
        return parse(content)
    except FileNotFoundError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise damaged(path, str(error) or type(error).__name__) from None


def publish(folder: Path, manifest: Manifest) -> None:
    """Make ``manifest`` the current generation, in one step. FileExistsError where another writer came first."""
    content = {"format": FORMAT, **asdict(manifest)}
    content["crc32"] = _crc32(content)
    text = json.dumps(content, indent=1, sort_keys=True)
    files.publish(folder / manifest_name(manifest.generation), text.encode("ascii"))


def read_file(folder: Path, segment: SegmentRecord, ending: str, *, always: bool = False) -> bytes | mmap:
    """Return the bytes of one of a segment's files, checked against the manifest; a large file is mapped.

    Raises FileNotFoundError where it has gone, IndexDamaged (naming it) where it is not what was written.
    Files over CHECKED_AT_OPEN have their checksum taken only with ``always``.
    """
    path = folder / f"{segment.name}.{ending}"
    written = segment.files[ending]
    try:
        data = path.read_bytes() if written.size < MAPPED_FROM else _mapped(path)
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        raise damaged(path, str(error)) from None
    if len(data) != written.size:
        raise damaged(path, f"it has {len(data)} bytes where {written.size} were written")
    if (always or len(data) <= CHECKED_AT_OPEN) and zlib.crc32(data) != written.crc32:
        raise damaged(path, "its checksum does not hold")
    return data


def _mapped(path: Path) -> mmap:
    """Map a file; safe, since a file of the index is never changed, only unlinked."""
    with path.open("rb") as file:
        return mmap(file.fileno(), 0, access=ACCESS_READ)


def damaged(path: Path, reason: str) -> IndexDamaged:
    """Return the error that says of a file that it is not what was written, and what to do."""
    return IndexDamaged(f"{path} is damaged: {reason}. Run `qa index --repair`; until then, `qa ask --degraded`.")


def _crc32(content: Mapping[str, Any]) -> int:
    return zlib.crc32(json.dumps(content, sort_keys=True, separators=(",", ":")).encode("ascii"))

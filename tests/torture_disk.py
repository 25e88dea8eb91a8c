"""A disk as POSIX promises it: what is safe, what may be lost, and every state that a power cut may leave.

Proves nothing by itself; ``torture_power`` cuts the power of it. Unsynced content may be lost, whole, half
or zeros, and every unsynced name may be there or not, in any combination.
"""

import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ALL_SUBSETS = 8
"""Up to so many unsynced names every combination is tried, with more: each alone, each missing, all, none."""
Names = dict[str, Any]
Op = tuple[Any, ...]


class Recorder:
    """Stands in for ``os`` in ``index.files`` and writes down what is done to the disk."""

    def __init__(self) -> None:
        self.ops: list[Op] = []
        self._paths: dict[int, str] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def open(self, path: Path, flags: int, *rest: int) -> int:
        new = bool(flags & os.O_CREAT) and not os.path.lexists(path)
        handle = os.open(path, flags, *rest)
        self._paths[handle] = str(path)
        if new:
            self.ops.append(("create", str(path)))
        return handle

    def write(self, handle: int, data: memoryview) -> int:
        count = os.write(handle, data)
        self.ops.append(("write", self._paths[handle], bytes(data[:count])))
        return count

    def fsync(self, handle: int) -> None:
        os.fsync(handle)
        self.ops.append(("sync folder" if os.path.isdir(self._paths[handle]) else "sync", self._paths[handle]))

    def mkdir(self, path: Path, mode: int) -> None:
        os.mkdir(path, mode)
        self.ops.append(("mkdir", str(path)))

    def link(self, old: Path, new: Path) -> None:
        os.link(old, new)
        self.ops.append(("link", str(old), str(new)))

    def rename(self, old: Path, new: Path) -> None:
        os.rename(old, new)
        self.ops.append(("rename", str(old), str(new)))

    def unlink(self, path: Path) -> None:
        os.unlink(path)
        self.ops.append(("unlink", str(path)))


@dataclass
class File:
    """A file's content: what is safe, and what was written since."""

    safe: bytes = b""
    fresh: bytes = b""

    def variants(self) -> list[bytes]:
        if not self.fresh:
            return [self.safe]
        half = self.fresh[: len(self.fresh) // 2]
        return [self.safe + piece for piece in (b"", self.fresh, half, bytes(len(self.fresh)))]


@dataclass
class Disk:
    """What is safe on a disk, and what is not yet: names by folder, content by file."""

    safe: Names
    """Path to File, or to None for a folder."""
    now: Names = field(default_factory=dict)
    pending: list[tuple[set[str], dict[str, Any]]] = field(default_factory=list)
    """Changes of names in order: the paths taken away, the paths given."""

    def do(self, op: Op) -> None:
        kind, path = op[0], op[1]
        if kind in ("create", "mkdir"):
            self._rename((), {path: File() if kind == "create" else None})
        elif kind == "link":
            self._rename((), {op[2]: self.now[path]})
        elif kind == "rename":
            self._rename({path}, {op[2]: self.now[path]})
        elif kind == "unlink":
            self._rename({path}, {})
        elif kind == "write":
            self.now[path].fresh += op[2]
        elif kind == "sync":
            self.now[path].safe, self.now[path].fresh = self.now[path].safe + self.now[path].fresh, b""
        elif kind == "sync folder":
            self._sync_folder(path)

    def _rename(self, gone: Any, given: Names) -> None:
        self.pending.append((set(gone), given))
        self.now = _renamed(self.now, set(gone), given)

    def _sync_folder(self, folder: str) -> None:
        """A rename between folders is safe with the folder that it leads to, as journals have it."""
        for change in list(self.pending):
            if any(os.path.dirname(path) == folder for path in (change[1] or change[0])):
                self.safe = _renamed(self.safe, *change)
                self.pending.remove(change)

    def states(self) -> Iterator[tuple[tuple[str, bytes | None], ...]]:
        """Yield every legal state after a cut, as sorted pairs of path and content (None for a folder)."""
        for chosen in _subsets(len(self.pending)):
            names = dict(self.safe)
            for number in chosen:
                names = _renamed(names, *self.pending[number])
            reachable = _reachable(names)
            distinct = {id(file): file for file in reachable.values() if file is not None}
            for contents in itertools.product(*(file.variants() for file in distinct.values())):
                content = dict(zip(distinct, contents, strict=True))
                yield tuple(sorted((path, content[id(file)] if file else None) for path, file in reachable.items()))


def _renamed(names: Names, gone: set[str], given: Names) -> Names:
    return {**{path: file for path, file in names.items() if path not in gone}, **given}


def _reachable(names: Names) -> Names:
    """Leave out what lies in a folder that is not there. The shortest path is the world itself."""
    home = min(names, key=len)
    found: Names = {home: None}
    for path in sorted(names):
        if found.get(os.path.dirname(path), "no folder") is None:
            found[path] = names[path]
    return found


def _subsets(count: int) -> Iterator[tuple[int, ...]]:
    if count <= ALL_SUBSETS:
        for size in range(count + 1):
            yield from itertools.combinations(range(count), size)
        return
    yield from ((), tuple(range(count)))
    for one in range(count):
        yield (one,)
        yield tuple(number for number in range(count) if number != one)

"""Index folders from a stranger: pickles and nonsense under checksums that hold.

Proved: no such folder runs any code, and each ends in a message, never in a traceback.
"""

import json
import pickle
import subprocess
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from conftest import ENDINGS, FakeEmbedder
from torture_base import QUESTIONS, Counts, World, fake_model, new_world, note

from index import manifest as manifests
from index.errors import IndexDamaged, UserError
from index.manifest import FileRecord
from index.status import status
from index.store import open_index
from index.verify import verify
from qa.ask import Asker


class Trap:
    """Unpickling this makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[list[str]]]:
        return subprocess.call, (["touch", str(self.path)],)


def _forged(world: World, endings: tuple[str, ...], bomb: bytes, *, padded: bool) -> None:
    """Put ``bomb`` in place of files, with checksums that hold, and sizes too where ``padded``."""
    newest = manifests.read_newest(world.index)
    (segment,) = newest.segments
    written = dict(segment.files)
    for ending in endings:
        size = written[ending].size
        data = (bomb * (size // len(bomb) + 1))[:size] if padded else bomb
        (world.index / f"{segment.name}.{ending}").write_bytes(data)
        written[ending] = FileRecord(len(data), zlib.crc32(data))
    later = replace(newest, generation=newest.generation + 1, segments=(replace(segment, files=written),))
    manifests.publish(world.index, later)


USES: dict[str, Callable[[World], object]] = {
    "open": lambda world: open_index(world.index),
    "ask": lambda world: Asker(open_index(world.index), FakeEmbedder()).ask(QUESTIONS[0], 9),
    "ask degraded": lambda world: Asker(open_index(world.index, degraded=True), FakeEmbedder()).ask(QUESTIONS[0]),
    "articles": lambda world: list(open_index(world.index).articles()),
    "verify": lambda world: verify(world.index),
    "status": lambda world: status(world.index),
    "update": lambda world: world.update(),
    "repair": lambda world: world.update(repair=True),
}


def booby_traps() -> Counts:
    """Replace each file of an index, and all of them, by a pickle whose checksum holds, and use the index."""
    counts: Counts = Counter(folders=0, uses=0, sprung=0, traceback=0, not_refused=0)
    for endings in [*((ending,) for ending in ENDINGS), ENDINGS]:
        for padded in (False, True):
            counts["folders"] += 1
            for use, act in USES.items():
                with fake_model(), new_world() as world:
                    marker = world.index.with_name("sprung")
                    world.update()
                    _forged(world, endings, pickle.dumps(Trap(marker)), padded=padded)
                    kind = f"{use}, {'+'.join(endings)}{', padded' if padded else ''}"
                    counts.update(_use(world, act, kind))
                    counts["sprung"] += marker.exists()
                    if len(endings) > 1 and use == "ask":
                        counts["not_refused"] += not _refused(world)
    return dict(counts)


def _use(world: World, act: Callable[[World], object], kind: str) -> Counts:
    try:
        act(world)
    except UserError:
        return {"uses": 1}
    except Exception as error:
        note(f"{kind}: {type(error).__name__}: {error}")
        return {"uses": 1, "traceback": 1}
    return {"uses": 1}


def _refused(world: World) -> bool:
    try:
        open_index(world.index)
    except IndexDamaged:
        return True
    return False


def hostile_lists() -> Counts:
    """Open indexes whose manifest is a pickle, too deep, or holds values of the wrong kind, checksum correct."""
    counts: Counts = Counter(manifests=0, uses=0, sprung=0, traceback=0)
    with fake_model(), new_world() as world:
        world.update()
        path = world.index / manifests.manifest_name(1)
        good, marker = path.read_bytes(), world.index.with_name("sprung")
        raw = [
            pickle.dumps(Trap(marker)),
            b"[" * 100_000,
            b"[]",
            b"7",
            b'"x"',
            b"null",
            b'{"format": "x"}',
            b"9" * 9999,
        ]
        for what, data in [*((str(one[:12]), one) for one in raw), *_altered(good)]:
            counts["manifests"] += 1
            for use, act in USES.items():
                path.write_bytes(data)
                if use not in ("update", "repair"):
                    counts.update(_use(world, act, f"{use}, manifest with {what}"))
                counts["sprung"] += marker.exists()
        path.write_bytes(good)
    return dict(counts)


def _altered(good: bytes) -> list[tuple[str, bytes]]:
    """Return manifests with one value of another kind each, and what is wrong; their checksums hold."""
    wrong = [None, -1, 10**30, "x", [], {}, "../../../etc/passwd", 1e308]
    found = []
    for place in ("generation", "model", "roots", "segments", "base", "threshold", "passage_rule", "complete"):
        for value in wrong:
            found.append((place, None, value))
    for place in ("name", "articles", "passages", "dead", "dead_passages", "files"):
        for value in wrong:
            found.append(("segments", place, value))
    for value in wrong:
        found.append(("model", "dim", value))
    made = []
    for place, inner, value in found:
        if place == "roots" and isinstance(value, str):
            continue  # a list of letters, one of them "/": status would look at the whole disk, as it was told to
        content = json.loads(good)
        content.pop("crc32")
        if inner is None:
            content[place] = value
        else:
            (content[place][0] if place == "segments" else content[place])[inner] = value
        content["crc32"] = manifests._crc32(content)
        made.append((f"{inner or place} of {str(value)[:9]}", json.dumps(content).encode()))
    return made

"""Power loss: whatever the disk had not been told to keep may be gone, and the index is still whole.

Proved: for every prefix of the operations of a commit, and every state of the disk that POSIX allows
after a cut there (unsynced content lost, whole, half or zeros; every unsynced name there or not, in any
combination), the index opens as exactly the old or the new generation, and as the new one once
``publish`` has returned. Proved too that this proof can fail: with any one fsync left out it does.
"""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from torture_base import Counts, Said, World, fake_model, new_world, note, said, settings
from torture_disk import Disk, File, Op, Recorder

from index import files
from index.errors import IndexDamaged
from index.rollback import rollback


@dataclass(frozen=True)
class Record:
    """One commit as it was recorded, and the generations that it went through."""

    home: Path
    before: dict[str, bytes | None]
    ops: list[Op]
    legal: list[Said | str]
    """What the index says at the start and after each publication."""


def record(world: World, act: Callable[[], object]) -> Record:
    """Let ``act`` change the index of ``world`` and write down how."""
    home = world.index.parent
    before = {str(path): None if path.is_dir() else path.read_bytes() for path in [home, *world.index.rglob("*")]}
    if world.index.is_dir():
        before[str(world.index)] = None
    recorder, legal, publish = Recorder(), [outcome(world.index)], files.publish

    def noted(path: Path, data: bytes) -> None:
        publish(path, data)
        recorder.ops.append(("published", ""))
        legal.append(outcome(world.index))

    with patch.object(files, "os", recorder), patch.object(files, "publish", noted):
        act()
    return Record(home, before, recorder.ops, legal)


def outcome(folder: Path) -> Said | str:
    """Return what an index says, or in words what is wrong with it."""
    try:
        return said(folder)
    except (IndexDamaged, AssertionError):
        return "damaged"
    except Exception as error:  # whatever else comes out is the finding
        return f"{type(error).__name__}: {error}"


def check(taken: Record, world: World, *, without: int | None = None, go_on: bool = False) -> Counts:
    """Open every legal state of every prefix, and with ``go_on`` let an update follow.

    ``without`` leaves out the operation of that number and stops at the first bad state, which cannot come
    before a manifest has its name.
    """
    disk = Disk({path: None if data is None else File(data) for path, data in taken.before.items()})
    disk.now = dict(disk.safe)
    seen: dict[object, Said | str] = {}
    counts = {"states": 0, "opened": 0, "bad": 0, "stuck": 0}
    published, begun = 0, without is None
    for number in range(len(taken.ops) + 1):
        for state in disk.states() if begun else ():
            counts["states"] += 1
            key = frozenset(state)
            if key not in seen:
                counts["opened"] += 1
                with _materialised(state, taken.home, world) as after:
                    seen[key] = outcome(after.index)
                    counts["stuck"] += go_on and not recovers(after)
            # between the link and the return of publish, either generation is right
            counts["bad"] += seen[key] not in taken.legal[published : published + 2]
            if counts["bad"] and without is not None:
                return counts
        if number < len(taken.ops) and number != without:
            disk.do(taken.ops[number])
            published += taken.ops[number][0] == "published"
            begun = begun or taken.ops[number][0] == "link"
    return counts


@contextlib.contextmanager
def _materialised(state: tuple[tuple[str, bytes | None], ...], home: Path, world: World) -> Iterator[World]:
    place = home / "after"
    for path, data in state:  # sorted, so a folder comes before what is in it
        at = place / os.path.relpath(path, home)
        if data is None:
            at.mkdir(exist_ok=True)
        else:
            at.write_bytes(data)
    yield World(world.articles, place / world.index.name)
    shutil.rmtree(place)


def recovers(world: World) -> bool:
    """Tell whether one more update (a repair where it asks for one) makes the index say what the disk says."""
    try:
        try:
            world.update()
            said(world.index)
        except (IndexDamaged, AssertionError):
            world.update(repair=True)
        return said(world.index)[0] == tuple(sorted(world.truth().items()))
    except Exception as error:  # whatever it is, the keeper is stuck with it
        note(f"stuck: {type(error).__name__}: {error}")
        return False


def _update(world: World) -> Callable[[], object]:
    world.update()
    world.change()
    return world.update


def _first(world: World) -> Callable[[], object]:
    return world.update


def _long(world: World) -> Callable[[], object]:
    _update(world)
    return lambda: _in_steps(world)


def _in_steps(world: World) -> None:
    with settings(step=300):
        world.update()


def _rollback(world: World) -> Callable[[], object]:
    _update(world)()
    return lambda: rollback(world.index)


def _repair(world: World, victim: str = "*.vectors.faiss") -> Callable[[], object]:
    _update(world)()
    path = sorted(world.index.glob(victim))[-1]
    path.write_bytes(path.read_bytes()[:-1])
    return lambda: world.update(repair=True)


def _repair_list(world: World) -> Callable[[], object]:
    return _repair(world, "manifest-*.json")


SCENARIOS = {
    "update": _update,
    "first build": _first,
    "steps": _long,
    "rollback": _rollback,
    "repair": _repair,
    "repair of a manifest": _repair_list,
}


def power_loss(names: tuple[str, ...] = tuple(SCENARIOS), *, go_on: bool = True) -> Counts:
    """Cut the power at every moment of each kind of commit, and then go on."""
    total = {"commits": 0, "operations": 0, "states": 0, "opened": 0, "bad": 0, "stuck": 0}
    for name in names:
        with fake_model(), settings(grace=0), new_world(count=3) as world:
            taken = record(world, SCENARIOS[name](world))
            found = check(taken, world, go_on=go_on)
        total["commits"] += len(taken.legal) - 1
        total["operations"] += len(taken.ops)
        for key, count in found.items():
            total[key] += count
    return total


def left_out_fsyncs(names: tuple[str, ...] = ("update", "first build")) -> Counts:
    """Leave out each fsync in turn; the proof above must then find a bad state."""
    counts = {"fsyncs": 0, "caught": 0, "missed": 0}
    for name in names:
        with fake_model(), settings(grace=0), new_world() as world:
            taken = record(world, SCENARIOS[name](world))
            for number, op in enumerate(taken.ops):
                if not op[0].startswith("sync") or op[1].endswith(".gitignore"):
                    continue  # nothing hangs on the note to git
                found = check(taken, world, without=number)
                counts["fsyncs"] += 1
                counts["caught"] += found["bad"] > 0
                counts["missed"] += found["bad"] == 0
    return counts

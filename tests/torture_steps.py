"""A long update in steps, and what an update leaves alone.

Proved: an update that is killed before any of its steps goes on where it stopped and embeds nothing
twice; until it is done the index says that it is not complete and every reply that it is stale; in the
end it is what a fresh build gives. And an update that adds articles touches no file that is there.
"""

import contextlib
import os
import stat
from collections import Counter

from conftest import FakeEmbedder
from torture_base import QUESTIONS, Counts, Slow, World, alike, fake_model, new_world, sentences, settings
from torture_faults import Killed

from index import manifest as manifests
from index.store import open_index
from qa.ask import Asker


def resumed_updates() -> Counts:
    """Kill a long update before each of its steps, then finish it."""
    counts: Counts = Counter(updates=0, steps=0, embedded_twice=0, not_stale=0, unlike=0)
    with fake_model(), settings(step=500), new_world("abcdefgh", count=5) as world:
        steps = _steps(world)
    for kill_at in range(1, steps + 1):
        with fake_model(), settings(step=500), new_world("a", count=5) as world:
            world.update()
            for name in "bcdefgh":
                world.write(f"{name}.txt", sentences(name, 5))
            counts.update(_killed_at(world, kill_at))
    counts["steps"] = steps
    return dict(counts)


def _steps(world: World) -> int:
    return world.update().generation


def _killed_at(world: World, kill_at: int) -> Counts:
    def kill(call: int) -> None:
        if call == kill_at:
            raise Killed

    counts: Counts = Counter(updates=1)
    first, second = Slow(kill), FakeEmbedder()
    with contextlib.suppress(Killed):
        world.update(first)
    newest = manifests.read_newest(world.index)
    reply = Asker(open_index(world.index), second).ask(QUESTIONS[0])
    begun_not_done = newest.articles < len(world.truth()) and newest.generation > 1
    counts["not_stale"] += begun_not_done and (newest.complete or not reply.index.stale)
    world.update(second)
    asked = [passage.text for passage in (*first.asked, *second.asked)]
    counts["embedded_twice"] += len(asked) - len(set(asked))
    done = manifests.read_newest(world.index)
    stale = Asker(open_index(world.index), second).ask(QUESTIONS[0]).index.stale
    counts["not_stale"] += not done.complete or stale
    counts["unlike"] += not alike(world.index, world.truth())
    return counts


def untouched_files() -> Counts:
    """Add ten articles and look whether any old file was written, moved or removed."""
    with fake_model(), new_world("abcdefghijklmnopqrst") as world:
        world.update()
        before = _files(world)
        for number in range(10):
            world.write(f"{number}.txt", sentences(str(number)))
        world.update()
        after = _files(world)
    touched = [name for name, facts in before.items() if after.get(name) != facts]
    return {"old_files": len(before), "new_files": len(after.keys() - before.keys()), "touched": len(touched)}


def _files(world: World) -> dict[str, tuple[bytes, int, int]]:
    return {
        path.name: (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino) for path in world.index.iterdir()
    }


def permissions() -> Counts:
    """Write, change and repair an index under an umask that forbids nothing."""
    counts = {"folders": 0, "files": 0, "open_to_others": 0}
    before = os.umask(0)
    try:
        with fake_model(), new_world() as world:
            deep = World(world.articles, world.index / "deep" / "index")
            deep.update()
            deep.change()
            deep.update()
            next(deep.index.glob("*.vectors.faiss")).write_bytes(b"")
            deep.update(repair=True)
            for path in [world.index, *world.index.rglob("*")]:
                mode, folder = stat.S_IMODE(path.stat().st_mode), path.is_dir()
                counts["folders" if folder else "files"] += 1
                counts["open_to_others"] += mode != (0o700 if folder else 0o600)
    finally:
        os.umask(before)
    return counts

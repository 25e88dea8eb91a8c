"""Many processes on one index: readers beside a writer, and writers all at once.

Proved: a reader always sees exactly one generation, never an older one than before, and never an error,
though the writer removes the files of superseded generations at once; and of writers started together
one writes, the others say within a second that it is busy, and one that waits gets its turn.
"""

import os
import time
from collections import Counter
from pathlib import Path
from typing import Any

from torture_base import Counts, Slow, World, fake_model, fresh, new_world, note, said, said_by, sentences, settings
from torture_children import forked, joined

from index.errors import UserError
from index.store import open_index
from qa.diagnostics import exit_code


def readers(generations: int, count: int) -> Counts:
    """One process writes ``generations`` generations; ``count`` others read without a pause."""
    with fake_model(), settings(grace=0), new_world("", count=3) as world:
        _turn(world, 1)
        stop = world.index.with_name("stop")
        started = [forked(lambda: _read_on(world, stop)) for _ in range(count)]
        try:
            for generation in range(2, generations + 1):
                _turn(world, generation)
        finally:
            stop.touch()
        counts: Counts = Counter(generations=generations, readers=count, reads=0, wrong=0, exceptions=0, seen=0)
        for one in started:
            counts.update(joined(*one))
    return counts


def _turn(world: World, generation: int) -> None:
    """Commit the next generation: every article names it, and one more article comes or goes."""
    for name in "abcd"[: 3 + generation % 2]:
        world.write(f"{name}.txt", f"This is generation {generation}. {sentences(name, 2)}")
    if not generation % 2:
        (world.articles / "d.txt").unlink(missing_ok=True)
    assert world.update().generation == generation


def _read_on(world: World, stop: Path) -> Counts:
    counts: Counts = Counter(reads=0, wrong=0, exceptions=0)
    seen, last = set(), 0
    while not stop.exists():
        try:
            index = open_index(world.index)
            articles, passages = said_by(index)
        except Exception as error:  # any at all is a failure
            counts["exceptions"] += 1
            note(f"reader: {type(error).__name__}: {error}")
            continue
        generation = index.manifest.generation
        told = f"This is generation {generation}. "
        whole = len(articles) == 3 + generation % 2 and all(text.startswith(told) for _, text in articles)
        of = dict(articles)
        slices = all(of[path][start:end] == text for path, start, end, text in passages)
        counts["reads"] += 1
        counts["wrong"] += bool(index.faults) or not whole or not slices or generation < last
        last = generation
        seen.add(generation)
    counts["seen"] = len(seen)
    return counts


def writers(count: int) -> Counts:
    """Start ``count`` updates at once; the first holds the lock until all others have given up, one waits for it."""
    counts: Counts = Counter(writers=count, done=0, busy=0, slow=0, other=0, waited=0)
    with fake_model(), new_world("abc") as world:
        world.update()
        world.change()
        go, release = world.index.with_name("go"), world.index.with_name("release")
        started = [forked(lambda: _compete(world, go, release)) for _ in range(count)]
        go.touch()
        end = time.monotonic() + 30
        while len(list(world.index.parent.glob("busy-*"))) < count - 1 and time.monotonic() < end:
            time.sleep(0.01)
        patient = forked(lambda: _compete(world, go, release, wait=60.0))
        time.sleep(0.2)
        release.touch()
        for one in started:
            found = joined(*one)
            counts["done"] += found.get("generation") == 2
            counts["busy"] += found.get("code") == 75
            counts["slow"] += found["seconds"] > 1 if found.get("code") == 75 else 0
            counts["other"] += "traceback" in found or found.get("code", 75) != 75
        counts["waited"] = int(joined(*patient).get("generation") == 2)
        counts["lost"] = int(said(world.index) != fresh(world.truth()))
    return counts


def _compete(world: World, go: Path, release: Path, wait: float = 0.0) -> dict[str, Any]:
    while not go.exists():
        time.sleep(0.001)
    begun = time.monotonic()
    try:
        done = world.update(Slow(lambda _: _until(release)), wait=wait)
    except UserError as error:
        (go.parent / f"busy-{os.getpid()}").touch()
        return {"error": str(error), "code": int(exit_code(error)), "seconds": time.monotonic() - begun}
    return {"generation": done.generation}


def _until(path: Path) -> None:
    """Wait for a file, though not for ever."""
    end = time.monotonic() + 60
    while not path.exists() and time.monotonic() < end:
        time.sleep(0.005)

"""An update in a process of its own: killed or failed at each system call, or with no room left on the disk.

Proved: whichever system call on a file of the index kills the process or fails (strace does it, to a real
process), and wherever the disk is full, the index says what it said before or what it was to say, the
message names the place, and the next update succeeds unaided.
"""

import os
import re
import resource
import shutil
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

from torture_base import Counts, World, fake_model, fresh, new_world, said, settings
from torture_children import forked, joined
from torture_power import outcome

TRACED = (
    "openat,read,write,lseek,close,fsync,fdatasync,ftruncate,link,linkat,unlink,unlinkat,mkdir,mkdirat,"
    "rename,renameat,flock,fstat,newfstatat,stat,getdents64,mmap"
)
HARM = ("signal=KILL", "error=EIO", "error=ENOSPC")


def full_disk(count: int, every: int) -> Counts:
    """Let no file grow beyond a limit: every 4 KiB up to the largest, and one byte around each file's size."""
    counts: Counts = Counter(runs=0, failed=0, lost=0, unnamed=0, traceback=0, stuck=0)
    with fake_model(), new_world("abcd", count=count) as world:
        world.update()
        world.change()
        before, kept, after = said(world.index), world.index.with_name("kept"), fresh(world.truth())
        shutil.copytree(world.index, kept)
        world.update()
        sizes = {path.stat().st_size for path in world.index.iterdir() if path.name not in os.listdir(kept)}
        limits = sorted({*range(4096, max(sizes), 4096), *(size + by for size in sizes for by in (-1, 0, 1))})
        for limit in [one for one in limits if one >= 0][::every]:
            _restore(world.index, kept)
            found = joined(*forked(lambda limit=limit: _limited(world, limit)))
            now = said(world.index)
            failed = "error" in found
            counts["runs"] += 1
            counts["failed"] += failed
            counts["lost"] += now != (before if failed else after)
            counts["unnamed"] += failed and not (str(world.index) in found["error"] and "space" in found["error"])
            counts["traceback"] += "traceback" in found
            world.update()
            counts["stuck"] += said(world.index) != after
    return counts


def _restore(folder: Path, kept: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(kept, folder)


def _limited(world: World, limit: int) -> dict[str, int]:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    return {"generation": world.update().generation}


def killed_at_calls(every: int) -> Counts:
    """Kill an update, or fail it, at each system call on a file of its index."""
    counts: Counts = Counter(calls=0, runs=0, hit=0, lost=0, stuck=0, traceback=0)
    with fake_model(), settings(grace=0), new_world("abcd", count=3) as world:
        world.update()
        world.change()
        before, kept, after = said(world.index), world.index.with_name("kept"), fresh(world.truth())
        shutil.copytree(world.index, kept)
        calls, _ = _traced(world)
        counts["calls"] = len(calls)
        trials = [(call, when, harm) for call, when in calls for harm in HARM if (call, harm) != ("close", HARM[1])]
        for call, when, harm in trials[::every]:
            _restore(world.index, kept)
            hits, found = _traced(world, f"{call}:{harm}:when={when}")
            counts["runs"] += 1
            # a killed call is the last that was seen
            counts["hit"] += (found is None) if harm == HARM[0] else hits is not None
            counts["lost"] += outcome(world.index) not in (before, after)
            counts["traceback"] += found is not None and "traceback" in found
            world.update()
            counts["stuck"] += said(world.index) != after
    return counts


def _traced(world: World, inject: str = "") -> tuple[Any, Any]:
    """Run an update under strace and return the calls on its index (None: the fault did not happen), and its word."""
    log, (go_out, go_in) = world.index.with_name("strace.log"), os.pipe()

    def work() -> dict[str, int]:
        os.read(go_out, 1)
        return {"generation": world.update().generation}

    number, out = forked(work)
    command = ["strace", "-qq", "-y", "-o", str(log), "-e", f"trace={TRACED}", "-p", str(number)]
    tracer = subprocess.Popen([*command, *(["-e", f"inject={inject}"] if inject else [])], stderr=subprocess.PIPE)
    while not _is_traced(number):
        if tracer.poll() is not None:
            raise AssertionError(f"strace cannot attach: {tracer.stderr.read()!r}")
        time.sleep(0.001)
    os.write(go_in, b"x")
    found = joined(number, out)
    tracer.wait()
    tracer.stderr.close()
    for handle in (go_out, go_in):
        os.close(handle)
    text = log.read_text()
    if inject:
        return ("(INJECTED)" in text) or None, found
    return _calls_on(text, str(world.index)), found


def _is_traced(number: int) -> bool:
    status = Path(f"/proc/{number}/status").read_text()
    return "TracerPid:\t0" not in status


def _calls_on(log: str, folder: str) -> list[tuple[str, int]]:
    """Return (call, how manieth of its kind) of every call on the folder or a file in it."""
    seen: Counter[str] = Counter()
    found = []
    for line in log.splitlines():
        match = re.match(r"(\w+)\(", line)
        if match:
            seen[match[1]] += 1
            if folder in line:
                found.append((match[1], seen[match[1]]))
    return found

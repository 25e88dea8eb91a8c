"""Faults at every call through which ``index.files`` touches the disk, in this process.

Proved: whichever call fails (before or after having been done), whichever kills the process, and
whether the disk recovers or fails from then on, the index says exactly what it said or what it was to
say; an error that claims "the index is as it was" tells the truth; and one more update, unaided, gives
the index that a fresh build gives.
"""

import contextlib
import errno
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from torture_base import Counts, Said, World, fake_model, fresh, new_world, settings
from torture_power import SCENARIOS, outcome, recovers

from index import files
from index.errors import UserError

CALLS = ("open", "write", "fsync", "lseek", "read", "link", "unlink", "rename", "mkdir", "listdir", "close")
HOW = ("EIO", "EIO, done all the same", "EIO from then on", "ENOSPC", "killed")


class Killed(BaseException):
    """The process is no more: nothing that it would still do reaches the disk."""


@dataclass
class Faulty:
    """Stands in for ``os`` in ``index.files`` and fails at the ``when``-th ``call``; counts all calls."""

    call: str = ""
    when: int = 0
    how: str = ""

    def __post_init__(self) -> None:
        self.seen: Counter[str] = Counter()
        self.broken = self.injected = False
        self.held: set[int] = set()

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        return (lambda *args: self._through(name, real, args)) if name in CALLS else real

    def _through(self, name: str, real: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        self.seen[name] += 1
        here = name == self.call and self.seen[name] == self.when
        self.injected |= here
        if here and self.how in ("killed", "EIO from then on"):
            self.broken = True
        if self.broken and self.how == "killed":
            raise Killed
        # a failing close has closed all the same, and a broken disk still lets go of its files
        if name == "close" or (here and self.how == "EIO, done all the same"):
            self._note(name, real(*args), args)
        if here or (self.broken and name != "close"):
            raise OSError(errno.ENOSPC if self.how == "ENOSPC" else errno.EIO, "injected", _path(args))
        return None if name == "close" else self._note(name, real(*args), args)

    def _note(self, name: str, given: Any, args: tuple[Any, ...]) -> Any:
        if name == "open":
            self.held.add(given)
        if name == "close":
            self.held.discard(args[0])
        return given

    def bury(self) -> None:
        """Close what the dead process held open, as the system does; its lock goes with that."""
        for handle in self.held:
            with contextlib.suppress(OSError):
                os.close(handle)


def _path(args: tuple[Any, ...]) -> str | None:
    return str(args[0]) if args and not isinstance(args[0], int) else None


def calls_of(scenario: str) -> Counter[str]:
    """Return how often each call is made by a commit of this kind."""
    watcher = Faulty()
    with _ready(scenario) as (_, act), patch.object(files, "os", watcher):
        act()
    return watcher.seen


@contextlib.contextmanager
def _ready(scenario: str) -> Any:
    with fake_model(), settings(grace=0), new_world("abcd", count=3) as world:
        yield world, SCENARIOS[scenario](world)


def one_fault(scenario: str, fault: Faulty, new: Said) -> Counts:
    """Let one call of one commit go wrong and look at what is left."""
    counts = {"runs": 1, "lost": 0, "untrue": 0, "traceback": 0, "stuck": 0}
    with _ready(scenario) as (world, act):
        old, message = outcome(world.index), ""
        with patch.object(files, "os", fault):
            try:
                act()
            except (UserError, Killed) as error:
                message = str(error)
            except OSError:
                counts["traceback"] += 1
            finally:
                fault.bury()
        after = outcome(world.index)
        counts["lost"] += after not in (old, new)
        counts["untrue"] += "index is as it was" in message and after != old
        counts["stuck"] += not recovers(world) or outcome(world.index) != truth(world)
    return counts


def truth(world: World) -> object:
    """Return what an index built from nothing of the articles on the disk says."""
    return fresh(world.truth())


def new_state(scenario: str) -> Said | str:
    """Return what the index says after a commit of this kind in which nothing goes wrong."""
    with _ready(scenario) as (world, act):
        act()
        return outcome(world.index)


def faults(scenarios: tuple[str, ...] = tuple(SCENARIOS), every: int = 1) -> Counts:
    """Let every call of every kind of commit go wrong in every way, or with ``every`` a part of them."""
    total: Counts = Counter()
    number = 0
    for scenario in scenarios:
        if scenario == "steps":
            continue  # several generations in one update; its own proof is in torture_steps
        new = new_state(scenario)
        for call, times in calls_of(scenario).items():
            for when in range(1, times + 1):
                for how in HOW:
                    number += 1
                    if number % every == 0:
                        total.update(one_fault(scenario, Faulty(call, when, how), new))
    return dict(total)

"""The torture of the index, all of it: ``python tests/torture.py`` prints one table and fails if anything failed.

Each trial lives in a module of its own (``torture_*.py``), which says what it proves; here stands how
large each is, in full and within the tests, and which of its counts must be zero.
"""

import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torture_children as children
from torture_base import Counts, note
from torture_damage import damage_matrix, old_list_damaged, random_bits
from torture_faults import faults
from torture_golden import GOLDENS, golden
from torture_hostile import booby_traps, hostile_lists
from torture_machine import histories
from torture_output import commands, rendered
from torture_power import left_out_fsyncs, power_loss
from torture_steps import permissions, resumed_updates, untouched_files

ZERO = frozenset(
    "bad stuck missed lost untrue traceback unnamed unnoticed wrong unrepaired exceptions slow other embedded_twice "
    "not_stale unlike touched open_to_others banned not_ascii sprung not_refused faults articles_missing other_answer "
    "other_evidence written_to".split()
) | {"embedded_for_undamaged_vectors"}
"""Counts of what must never happen."""


@dataclass(frozen=True)
class Trial:
    """One row of the table."""

    name: str
    full: Callable[[], Counts]
    small: Callable[[], Counts]
    enough: Callable[[Counts], bool] = lambda counts: True
    """Whether the trial did what it set out to do; a trial of nothing proves nothing."""


def system_calls(every: int) -> Counts:
    """Kill and fail an update at its system calls, where strace is there to do it."""
    if shutil.which("strace") is None:
        note("strace is not installed: no system call was failed in a process of its own.")
        return {"runs": 0}
    return children.run("killed_at_calls", every)


def in_full(given: Counts, key: str, least: int) -> bool:
    """Tell whether a count is as large as it should be."""
    return given.get(key, 0) >= least


def all_hit(given: Counts) -> bool:
    """Tell whether every fault that was meant to happen did."""
    return given["runs"] == 0 or given["hit"] == given["runs"]


def one_writer(given: Counts) -> bool:
    """Tell whether one writer wrote, all others were told to go, and the one that waited was let in."""
    return (given["done"], given["busy"], given["waited"]) == (1, given["writers"] - 1, 1)


TRIALS = (
    Trial(
        "power loss at every operation",
        lambda: power_loss(go_on=False),
        lambda: power_loss(("update",), go_on=False),
        lambda got: in_full(got, "states", 1000),
    ),
    Trial("power loss, then an update", power_loss, lambda: power_loss(("rollback",))),
    Trial(
        "fsyncs left out",
        left_out_fsyncs,
        lambda: left_out_fsyncs(("update",)),
        lambda got: got["fsyncs"] == got["caught"] > 0,
    ),
    Trial("a call of index.files fails", faults, lambda: faults(every=17)),
    Trial("a system call fails (strace)", lambda: system_calls(1), lambda: system_calls(40), all_hit),
    Trial(
        "disk full",
        lambda: children.run("full_disk", 2000, 1),
        lambda: children.run("full_disk", 100, 2),
        lambda got: got["failed"] > 0,
    ),
    Trial("damage, small files", damage_matrix, damage_matrix, lambda got: got["tried"] >= 100),
    Trial(
        "damage, large files",
        lambda: damage_matrix(large=True),
        lambda: damage_matrix(large=True, every=3),
        lambda got: got["at_verify"] > 0,
    ),
    Trial("random bits flipped", lambda: random_bits(1000), lambda: random_bits(60), lambda got: got["tried"] >= 60),
    Trial("random bits, large files", lambda: random_bits(1000, large=True), lambda: random_bits(40, large=True)),
    Trial("damaged old manifest, killed update", old_list_damaged, old_list_damaged),
    Trial(
        "readers beside a writer",
        lambda: children.run("readers", 200, 8),
        lambda: children.run("readers", 15, 3),
        lambda got: got["seen"] > got["readers"],
    ),
    Trial("writers at once", lambda: children.run("writers", 20), lambda: children.run("writers", 20), one_writer),
    Trial(
        "random histories",
        lambda: histories(250, 30),
        lambda: histories(40, 20),
        lambda got: all(got[key] > 0 for key in ("comparisons", "crashes", "repairs", "rollbacks")),
    ),
    Trial("long update killed between steps", resumed_updates, resumed_updates, lambda got: got["steps"] > 3),
    Trial("old files beside an update", untouched_files, untouched_files, lambda got: got["new_files"] > 0),
    Trial("rendered texts", lambda: rendered(10000), lambda: rendered(300)),
    Trial("commands on hostile texts", lambda: commands(300), lambda: commands(12)),
    Trial("pickles with good checksums", booby_traps, booby_traps),
    Trial("hostile manifests", hostile_lists, hostile_lists),
    Trial("permissions under umask 000", permissions, permissions, lambda got: got["files"] > 10),
    *(Trial(f"golden index of format {one.format}", partial(golden, one), partial(golden, one)) for one in GOLDENS),
)


def failures(trial: Trial, counts: Counts) -> list[str]:
    """Return what of a trial's counts is not as it must be."""
    found = [f"{key} {count}" for key, count in counts.items() if key in ZERO and count]
    return found if trial.enough(counts) else [*found, "did not do what it set out to do"]


def main() -> int:
    """Run every trial in full and print the table; name trials to run only those whose name holds a word."""
    failed, begun = 0, time.monotonic()
    for trial in TRIALS:
        if sys.argv[1:] and not any(word in trial.name for word in sys.argv[1:]):
            continue
        started = time.monotonic()
        try:
            counts = trial.full()
            wrong = failures(trial, counts)
        except Exception as error:  # one trial that breaks must not hide the others
            counts, wrong = {}, [f"{type(error).__name__}: {error}"]
        failed += bool(wrong)
        line = ", ".join(f"{key.replace('_', ' ')} {count}" for key, count in counts.items())
        took = time.monotonic() - started
        sys.stdout.write(f"{'FAILED' if wrong else 'ok':6}  {trial.name:36}  {took:6.1f} s  {line}\n")
        sys.stdout.flush()
        for one in wrong:
            sys.stdout.write(f"        {one}\n")
    sys.stdout.write(f"{failed} trials failed; {time.monotonic() - begun:.0f} s\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

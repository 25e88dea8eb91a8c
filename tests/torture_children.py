"""Processes of their own for the trials that need them.

A trial runs in a clean process (``python tests/torture_children.py VERB NUMBER...``, counts as JSON on
stdout), which imports the engines once, starts no thread, and forks every process of the trial; so each
costs milliseconds, and no thread of a test runner is lost in a fork.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from torture_base import Counts, note

from index.errors import UserError
from qa.diagnostics import exit_code


def run(verb: str, *arguments: object) -> Counts:
    """Run one of the trials below in a clean process and return its counts."""
    place = Path(__file__).resolve()
    env = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    env["PYTHONPATH"] = os.pathsep.join([str(place.parent.parent), env.get("PYTHONPATH", "")])
    command = [sys.executable, str(place), verb, *map(str, arguments)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError(f"{verb}: {done.stderr[-2000:]}")
    note(done.stderr)
    return json.loads(done.stdout)


def forked(work: Callable[[], Any]) -> tuple[int, int]:
    """Start ``work`` in a process and return its number and a handle that gives what it returned, as JSON."""
    out, into = os.pipe()
    number = os.fork()
    if number:
        os.close(into)
        return number, out
    try:
        given = work()
    except UserError as error:
        given = {"error": str(error), "code": int(exit_code(error))}
    except BaseException as error:  # told to the parent, which counts it
        given = {"traceback": f"{type(error).__name__}: {error}"}
    os.write(into, json.dumps(given).encode())
    os._exit(0)


def joined(number: int, out: int) -> Any:
    """Wait for a process and return what it returned, None where it was killed."""
    with os.fdopen(out, "rb") as pipe:
        data = pipe.read()
    os.waitpid(number, 0)
    return json.loads(data) if data else None


def main(verb: str, *numbers: str) -> None:
    """Run one trial and print its counts."""
    from torture_crowd import readers, writers
    from torture_kills import full_disk, killed_at_calls

    trials = {"full_disk": full_disk, "killed_at_calls": killed_at_calls, "readers": readers, "writers": writers}
    sys.stdout.write(json.dumps(trials[verb](*map(int, numbers))))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Where one size is measured: its articles, both indexes, and how a command is run and watched.

Owns the commands. Imports nothing heavy: on Linux a process starts with the peak memory of the one that
started it.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.errors import UserError


class MeasureFailed(UserError):
    """A command that is measured did not do its work."""


@dataclass(frozen=True, slots=True)
class Ran:
    """One process from its start to its end, with the processes it started and waited for."""

    said: str
    """Its stdout."""
    seconds: float
    """By the clock on the wall."""
    user_s: float
    """Of the processor, in user mode."""
    peak_bytes: int
    """The most resident memory that any one of the processes held."""


Runner = Callable[[Sequence[str], str], Ran]
"""Runs ``python -P -m`` with these arguments and this stdin. Raises MeasureFailed."""


def run_module(arguments: Sequence[str], stdin: str = "") -> Ran:
    """Run a module in a fresh process. Exit code 3, no answer in the articles, is an answer too."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write(stdin.encode())
        given.seek(0)
        started = time.perf_counter()
        child = subprocess.Popen([sys.executable, "-P", "-m", *arguments], stdin=given, stdout=out, stderr=err)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        for file in (out, err):
            file.seek(0)
        if child.returncode not in (0, 3):
            last = err.read().decode(errors="replace").strip()[-500:]
            raise MeasureFailed(f"`python -m {' '.join(arguments)}` left with exit code {child.returncode}: {last}")
        unit = 1 if sys.platform == "darwin" else 1024
        return Ran(out.read().decode(), seconds, usage.ru_utime, usage.ru_maxrss * unit)


@dataclass(frozen=True, slots=True)
class Stand:
    """One size: which articles, where their copies and both indexes are, and how commands are run."""

    source: Path
    names: tuple[str, ...]
    """Paths below ``source`` of the articles measured."""
    more: tuple[str, ...]
    """The articles that an update adds; empty where there are too few."""
    folder: Path
    with_peer: bool
    rounds: int = 7
    """Processes of each program for a cold ask."""
    run: Runner = run_module

    @property
    def articles(self) -> Path:
        """The folder that both programs index."""
        return self.folder / "articles"

    @property
    def index(self) -> Path:
        """The index of ``qa``."""
        return self.folder / "qa"

    @property
    def peer(self) -> Path:
        """The index of the peer."""
        return self.folder / "peer"

    def qa_index(self) -> Ran:
        """Make the index of ``qa`` true to the articles."""
        return self.run(["qa", "index", str(self.articles), "--index", str(self.index), "--json"], "")

    def peer_index(self, out: Path) -> Ran:
        """Make ``out`` the peer's index of the articles, from nothing."""
        shutil.rmtree(out, ignore_errors=True)
        return self.run(["eval.bench.peer", "index", str(self.articles), str(out)], "")

    def qa_ask(self, question: str, stdin: str = "") -> Ran:
        """Ask ``qa`` in a fresh process."""
        return self.run(["qa", "ask", question, "--json", "--index", str(self.index)], stdin)

    def peer_ask(self, question: str, stdin: str = "") -> Ran:
        """Ask the peer in a fresh process."""
        return self.run(["eval.bench.peer", "ask", str(self.peer), question], stdin)

    def ready(self) -> None:
        """Bring the articles and both indexes to this size, unmeasured, whatever an earlier run left behind."""
        lay(self.source, self.names, self.articles)
        self.qa_index()
        if self.with_peer and not (self.peer / "chunks.json").is_file():
            self.peer_index(self.peer)


def lay(source: Path, names: Sequence[str], folder: Path) -> None:
    """Make ``folder`` hold copies of exactly the files ``names`` of ``source``."""
    wanted = set(names)
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        if path.relative_to(folder).as_posix() not in wanted:
            path.unlink()
    for name in names:
        if not (folder / name).is_file() or (folder / name).stat().st_size != (source / name).stat().st_size:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, folder / name)

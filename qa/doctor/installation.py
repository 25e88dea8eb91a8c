"""Whether what was installed is what the program asks for: Python, packages, and engines that can be loaded.

Packages are judged by their metadata alone; engines are loaded in a process of their own, since a package may be
there and its machine code not run on this computer. Ranges are read here, since ``packaging`` may be what is missing.
"""

import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata

from qa.doctor.records import Check, failure, fine

DISTRIBUTION = "article-qa"
ENGINES = ("numpy", "faiss", "onnxruntime", "tokenizers", "Stemmer", "syntok.segmenter")
"""What asking and indexing load, by the names of their modules."""
PATIENCE = 60
"""Seconds after which engines that do not load are given up."""

_REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)(?:\[[^]]*\])?\s*\(?(?P<ranges>[^;)]*)\)?\s*(?:;(?P<marker>.*))?")
_RANGE = re.compile(r"(?P<sign>>=|<=|==|!=|~=|<|>)\s*(?P<version>[\w.+*!-]+)")

_LOADING = """\
import importlib, sys
for name in sys.argv[1:]:
    print(name, flush=True)
    importlib.import_module(name)
"""

Installed = Callable[[str], str | None]
"""From the name of a package to the version that is installed, None where it is not."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """A package that the program needs, and the versions that will do."""

    name: str
    ranges: str

    def __str__(self) -> str:
        return f"{self.name}{self.ranges}"


def installed_version(name: str) -> str | None:
    """Return the version of an installed package, None where it is not installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def requirements(stated: Sequence[str]) -> tuple[Requirement, ...]:
    """Return what a distribution needs to run, of what its metadata states; what is optional is left out."""
    found = [match for text in stated if (match := _REQUIREMENT.fullmatch(text.strip()))]
    return tuple(
        Requirement(match["name"], match["ranges"].replace(" ", ""))
        for match in found
        if "extra" not in (match["marker"] or "")
    )


def satisfies(version: str, ranges: str) -> bool:
    """Tell whether a version lies in ranges such as ``>=2.0,<3``. Pre-releases and builds count as their release."""
    return all(_holds(_release(version), one["sign"], one["version"]) for one in _RANGE.finditer(ranges))


def python(version: tuple[int, ...], wanted: str) -> Check:
    """Check the version of Python against the range that the distribution states."""
    said = ".".join(map(str, version))
    if satisfies(said, wanted):
        return fine("Python", f"{said} at {sys.executable}")
    return failure("Python", f"{said}, and {wanted} is needed", f"Install Python {wanted} and article-qa with it.")


def packages(needed: Sequence[Requirement], installed: Installed = installed_version) -> tuple[Check, ...]:
    """Check that every package is there in a version that will do: one line for all, or one for each that is not."""
    faults = []
    for one in needed:
        version = installed(one.name)
        if version is None:
            faults.append(failure("package", f"{one.name} is not installed", install(str(one))))
        elif not satisfies(version, one.ranges):
            faults.append(failure("package", f"{one.name} is {version}, and {one.ranges} is needed", install(str(one))))
    return tuple(faults) or (fine("packages", f"all {len(needed)} are there, in versions that will do"),)


def distribution(version: str | None) -> Check:
    """Check that the program itself is installed, so that its needs are known."""
    if version is None:
        return failure("program", f"{DISTRIBUTION} is run from a folder and is not installed", install("-e ."))
    return fine("program", f"{DISTRIBUTION} {version}")


def engines(names: Sequence[str] = ENGINES) -> Check:
    """Check that each engine can be loaded, in a process of its own."""
    command = [sys.executable, "-P", "-W", "ignore", "-c", _LOADING, *names]
    remedy = install("--force-reinstall article-qa")
    try:
        done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return failure("engines", f"loading them takes more than {PATIENCE} seconds", remedy)
    if done.returncode == 0:
        return fine("engines", f"{', '.join(name.partition('.')[0] for name in names)} can be loaded")
    stopped = (done.stdout.split() or ["none"])[-1]
    reason = (done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[-1]
    return failure("engines", f"{stopped} cannot be loaded ({reason})", remedy)


def install(what: str) -> str:
    """Return the remedy that installs something into this very environment."""
    words = [sys.executable, "-m", "pip", "install", *what.split()]
    return f"Run `{shlex.join(words)}`."


def _release(version: str) -> tuple[int, ...]:
    """Return the numbers of a version's release, zeros at the end dropped: 2.10.0rc1+cpu is (2, 10)."""
    numbers = re.match(r"(?:\d+!)?(\d+(?:\.\d+)*)", version)
    parts = [int(part) for part in numbers[1].split(".")] if numbers else [0]
    while len(parts) > 1 and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


def _holds(found: tuple[int, ...], sign: str, version: str) -> bool:
    wanted = _release(version)
    series = wanted if version.endswith("*") else _release(version.rpartition(".")[0])
    match sign:
        case "==" if version.endswith("*"):
            return found[: len(wanted)] == wanted
        case "==":
            return found == wanted
        case "!=":
            return found != wanted
        case ">=":
            return found >= wanted
        case "<=":
            return found <= wanted
        case ">":
            return found > wanted
        case "<":
            return found < wanted
    return found >= wanted and found[: len(series)] == series

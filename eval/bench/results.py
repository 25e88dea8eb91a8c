"""The file of results: what the figures belong to, what is measured so far, and how it is kept."""

import hashlib
import json
import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from eval.bench.parts import Record
from eval.resumable import put
from index.errors import UsageError

PACKAGES = ("article-qa", "onnxruntime", "faiss-cpu", "sentence-transformers", "torch")


def machine() -> Record:
    """Return what the figures depend on beside the programs: processor, cores, system and versions."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    versions = {name: version(name) for name in PACKAGES}
    system = f"{platform.system()} {platform.machine()}"
    return {"cpu": _processor(), "cores": cores, "system": system, "python": platform.python_version(), **versions}


def _processor() -> str:
    """Return the model of the processor, as the system names it."""
    if sys.platform == "darwin":
        command = ["sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    listed = Path("/proc/cpuinfo")
    lines = listed.read_text(encoding="utf-8").splitlines() if listed.is_file() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor()


def described(source: Path) -> Record:
    """Return how many articles there are, and a digest of their paths and sizes."""
    files = sorted((path.relative_to(source).as_posix(), path.stat().st_size) for path in source.rglob("*.txt"))
    return {"files": len(files), "digest": hashlib.sha256(json.dumps(files).encode()).hexdigest()[:16]}


def opened(path: Path, fresh: bool, machine: Record, articles: Record) -> Record:
    """Return the results so far. Raises UsageError where they belong to another machine or to other articles."""
    begun = {"version": 1, "date": None, "machine": machine, "articles": articles, "parts": {}}
    if fresh or not path.exists():
        return begun
    try:
        stored: Record = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise UsageError(f"{path} holds no results. Start over with --fresh, or name another --out.") from None
    for name in ("version", "machine", "articles"):
        if stored.get(name) != begun[name]:
            raise UsageError(
                f"{path} is of another run: {name} is not the same. Start over with --fresh, or name another --out."
            )
    return stored


def save(path: Path, results: Record) -> None:
    """Put the results in the place of the former ones, all at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    put(path, json.dumps(results, indent=1) + "\n")

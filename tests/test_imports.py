"""What each command loads, seen in a fresh interpreter, and the floors of the house."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
QUESTION = "When did Chang'e-4 land on the far side of the Moon?"
LISTING = """
import sys
sys.argv = ["qa", *sys.argv[1:]]
from qa.cli import main
code = 0
try:
    main()
except SystemExit as left:
    code = left.code
sys.stderr.write("\\n".join(sys.modules))
sys.exit(code)
"""
OFFLINE = """
import socket
def refuse(*args, **kwargs):
    raise AssertionError("the network was used")
socket.socket = type("Refused", (socket.socket,), {"__init__": refuse})
socket.getaddrinfo = refuse
"""
TRAINING = {"torch", "sentence_transformers", "transformers", "safetensors"}
WRITING = {"syntok", "index.build", "index.compose", "index.split", "index.sentences", "index.export"}
NETWORK = {"huggingface_hub", "requests", "httpx", "urllib3", "aiohttp", "http.client", "ssl", "ftplib", "smtplib"}
ENGINES = {"numpy", "faiss", "onnxruntime", "tokenizers", "Stemmer"}
LABELLING = {"qa.chat.labels", "qa.chat.verdicts", "qa.quotes", "qa.stages", "qa.why_not", "index.standing"}
COMPARED = {"bm25s", "matplotlib", "scipy", "eval.bench", "eval.bench.peer"}


def run(code: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=120)


def loaded(*arguments: str | Path) -> set[str]:
    """Return the modules in memory when a command has done its work."""
    done = run(LISTING, *arguments)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.splitlines())


def test_ask_loads_its_engines_and_nothing_that_trains_writes_or_calls(seed_index: Path) -> None:
    modules = loaded("ask", QUESTION, "--index", seed_index)
    assert modules >= ENGINES | {"index.store", "index.lexical", "qa.retrieve", "qa.show.render"}
    assert modules & (TRAINING | WRITING | NETWORK | COMPARED | LABELLING | {"concurrent.futures"}) == set()
    assert modules & {"wcwidth", "qa.show.spoken"} == set()


def test_asking_without_the_reader_does_not_load_it(seed_index: Path) -> None:
    assert "qa.reader.model" in loaded("ask", QUESTION, "--index", seed_index)
    assert "qa.reader.model" not in loaded("ask", QUESTION, "--no-reader", "--index", seed_index)


def test_chat_loads_nothing_that_trains_writes_or_calls(seed_index: Path) -> None:
    command = ["chat", "--index", str(seed_index)]
    done = subprocess.run(
        [sys.executable, "-P", "-c", LISTING, *command], input=QUESTION, capture_output=True, text=True, check=False
    )
    modules = set(done.stderr.splitlines())
    assert modules >= ENGINES
    assert modules & (TRAINING | WRITING | NETWORK | COMPARED) == set()


def test_status_loads_no_engine(seed_index: Path) -> None:
    modules = loaded("status", "--index", seed_index)
    assert modules >= {"index.status", "qa.reports"}
    assert modules & (ENGINES | TRAINING | NETWORK | WRITING) == set()


@pytest.mark.parametrize("arguments", [["--help"], ["ask", "--help"], ["--version"]], ids=" ".join)
def test_help_loads_no_engine(arguments: list[str]) -> None:
    modules = loaded(*arguments)
    assert "typer" in modules
    assert modules & (ENGINES | TRAINING | NETWORK | WRITING | {"rich", "asyncio"}) == set()


def test_index_with_an_export_at_hand_loads_no_torch(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("One article stands here.")
    modules = loaded("index", tmp_path / "a.txt", "--index", tmp_path / "index")
    assert modules >= {"faiss", "syntok", "Stemmer", "index.split"}
    assert modules & (TRAINING | NETWORK - {"ssl", "http.client"} | COMPARED | {"index.export"}) == set()


@pytest.mark.parametrize(
    ("module", "spared"),
    [
        ("index.terms", ENGINES),
        ("index.split", ENGINES),
        ("index.build", ENGINES | {"syntok"}),
    ],
)
def test_module_loads_its_engines_only_once_it_needs_them(module: str, spared: set[str]) -> None:
    done = run(f"import {module}, sys; print(*sys.modules)")
    assert module in done.stdout.split(), done.stderr
    assert set(done.stdout.split()) & spared == set()


def test_asking_uses_no_network(seed_index: Path) -> None:
    done = run(OFFLINE + LISTING, "ask", QUESTION, "--index", seed_index)
    assert done.returncode == 0
    assert "On January 3" in done.stdout


def test_offline_trap_closes() -> None:
    done = run(OFFLINE + "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9')")
    assert "the network was used" in done.stderr


def contracts(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the import contracts of the tree in ``folder``."""
    code = (
        "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports_command as c; c(['--no-cache'])"
    )
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    command = [sys.executable, "-P", "-c", code]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the house."""
    for name in ("qa", "index", "eval"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_floors_hold() -> None:
    done = contracts(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


@pytest.mark.parametrize(
    ("module", "planted", "contract"),
    [
        ("qa/answer.py", "import faiss", "FAISS lives in index.nearest"),
        ("qa/read.py", "import index.build", "Asking reads an index and never writes one"),
        ("index/plan.py", "import qa.ask", "Indexing knows neither asking nor scoring"),
        ("index/lexical.py", "import Stemmer", "Stems come from index.terms"),
        ("qa/retrieve.py", "import index.split", "Asking reads an index and never writes one"),
        ("qa/explain.py", "import qa.cli", "The command is the roof; nothing but __main__ imports it"),
        ("eval/run.py", "import bm25s", "BM25 is our own: no module needs bm25s, its twin in tests and measurements"),
        (
            "eval/run.py",
            "import matplotlib.figure",
            "matplotlib draws in eval.bench.plot; the report's pictures are our own",
        ),
        ("eval/bench/command.py", "import eval.bench.peer", "Nothing imports the peer, a process of its own"),
        ("qa/show/render.py", "import wcwidth", "Widths of characters come from qa.show.columns"),
        ("index/terms.py", "import numpy", "The ground floor needs nothing but the standard library"),
    ],
)
def test_floors_break_under_a_planted_import(tree: Path, module: str, planted: str, contract: str) -> None:
    with (tree / module).open("a") as file:
        file.write(f"\n{planted}\n")
    done = contracts(tree)
    assert done.returncode == 1
    assert f"{contract} BROKEN" in done.stdout

"""What the Tab key gives: the shells' protocol with real processes, and a real bash."""

import contextlib
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.build import Wish, update
from index.embed import OnnxEmbedder

ROOT = Path(__file__).resolve().parent.parent
SEED = "001_df72d8db8fd6d88c.txt"
LISTING = """
import sys
sys.argv = ["qa"]
from qa.cli import main
try:
    main()
except SystemExit:
    pass
sys.stderr.write("\\n".join(sys.modules))
"""


def environment(home: Path, **changed: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in ("QA_INDEX", "ZDOTDIR", "XDG_CONFIG_HOME")}
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    return {**kept, "HOME": str(home), "PYTHONPATH": path, "SHELL": "/bin/bash", **changed}


def bash_words(*words: str, home: Path) -> dict[str, str]:
    return environment(home, _QA_COMPLETE="complete_bash", COMP_WORDS="\n".join(words), COMP_CWORD=str(len(words) - 1))


def completed(folder: Path, *words: str) -> list[str]:
    """Return what bash is told when the last of ``words`` is being typed."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "qa"],
        cwd=folder,
        env=bash_words("qa", *words, home=folder),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split("\n")[:-1] if done.stdout.strip() else []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["a"], ["ask"]),
        (["do"], ["doctor"]),
        (["--ver"], ["--version"]),
        (["ask", "--no"], ["--no-reader"]),
        (["index", "--re"], ["--rebuild", "--repair"]),
        (["eval", "held"], ["heldout"]),
        (["ask", "When"], []),
        (["ask", "--nothing-like-it"], []),
    ],
    ids=lambda value: " ".join(value),
)
def test_commands_options_and_question_sets_are_completed(words: list[str], found: list[str], tmp_path: Path) -> None:
    assert completed(tmp_path, *words) == found


def test_nothing_typed_yet_gives_every_command(tmp_path: Path) -> None:
    assert completed(tmp_path, "")[:7] == ["ask", "chat", "index", "status", "verify", "eval", "doctor"]


def test_articles_of_the_index_are_completed(seed_index: Path, tmp_path: Path) -> None:
    assert completed(tmp_path, "ask", "--index", str(seed_index), "--why-not", "001") == [SEED]
    assert len(completed(tmp_path, "ask", "--index", str(seed_index), "--why-not", "")) == 5
    assert completed(tmp_path, "ask", "--index", str(tmp_path / "none"), "--why-not", "001") == []


def test_folders_with_an_index_are_completed(seed_index: Path, tmp_path: Path) -> None:
    above = seed_index.parent
    assert completed(tmp_path, "status", "--index", f"{above}/i") == [str(seed_index)]
    assert completed(above, "status", "--index", "in") == ["index"]
    (tmp_path / "project").mkdir()
    shutil.copytree(seed_index, tmp_path / "project" / ".qa")
    assert completed(tmp_path, "status", "--index", "pro") == ["project/.qa"]


def test_question_sets_beside_one_are_completed(tmp_path: Path) -> None:
    for name in ("mine.jsonl", "mine.txt", ".hidden.jsonl"):
        (tmp_path / name).write_text("")
    (tmp_path / "mybeir").mkdir()
    assert completed(tmp_path, "eval", "m") == ["mine.jsonl", "mybeir/"]
    assert completed(tmp_path, "eval", "") == ["dev", "heldout", "mine.jsonl", "plain", "reworded", "mybeir/"]


@pytest.fixture
def hostile_index(tmp_path: Path, embedder: OnnxEmbedder) -> Path:
    """An index in ``.qa`` of articles of which all but two have names that a shell or a terminal may act on."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for number, name in enumerate(
        [
            "a plain one.txt",
            "a.txt",
            "a$(touch x).txt",
            "a`touch x`.txt",
            "a'b.txt",
            'a"b.txt',
            "a\\b.txt",
            "a\x1b[2J.txt",
        ]
    ):
        (folder / name).write_text(f"Article number {number} is about kites.")
    update(tmp_path / ".qa", Wish(paths=(folder,)), lambda _: embedder)
    return tmp_path / ".qa"


def test_names_that_could_act_are_not_offered(hostile_index: Path, tmp_path: Path) -> None:
    assert completed(tmp_path, "ask", "--why-not", "a") == ["a plain one.txt", "a.txt"]


@pytest.mark.parametrize(
    ("shell", "more", "shown"),
    [
        ("zsh", {"_TYPER_COMPLETE_ARGS": "qa sta"}, '"status":"Say what is indexed'),
        ("fish", {"_TYPER_COMPLETE_ARGS": "qa sta", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}, "status\tSay what is"),
    ],
)
def test_zsh_and_fish_are_answered_too(shell: str, more: dict[str, str], shown: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "qa"],
        env=environment(tmp_path, _QA_COMPLETE=f"complete_{shell}", **more),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert shown in done.stdout


@pytest.mark.parametrize("words", [["a"], ["ask", "--why-not", "00"], ["ask", "--index", "./"], ["eval", "h"]])
def test_completing_loads_no_engine(words: list[str], seed_index: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-c", LISTING],
        cwd=tmp_path,
        env=bash_words("qa", *words, home=tmp_path) | {"QA_INDEX": str(seed_index)},
        capture_output=True,
        text=True,
        check=True,
    )
    modules = set(done.stderr.splitlines())
    assert {"qa.cli.values", "typer"} <= modules
    assert not modules & {
        "numpy",
        "faiss",
        "onnxruntime",
        "tokenizers",
        "torch",
        "syntok",
        "rich.console",
        "qa.session",
    }


def test_zsh_does_not_wait_for_colours(tmp_path: Path) -> None:
    asked = {"_QA_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": "qa ask --"}
    command = [sys.executable, "-P", "-c", LISTING]
    done = subprocess.run(command, env=environment(tmp_path, **asked), capture_output=True, text=True, check=True)
    assert "--why-not" in done.stdout
    assert not set(done.stderr.splitlines()) & {"rich.console", "typer.rich_utils", "numpy"}


# Installing it.


def qa(home: Path, *arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
    """Run qa below a real bash, as a person does."""
    command = " ".join([sys.executable, "-P", "-m", "qa", *arguments])
    return subprocess.run(
        ["bash", "--norc", "-c", f"{command}; exit $?"],
        cwd=home,
        env=environment(home, **changed),
        capture_output=True,
        text=True,
        check=False,
    )


def test_installing_twice_changes_nothing_more_and_keeps_what_was_there(tmp_path: Path) -> None:
    started = tmp_path / ".bashrc"
    started.write_text("alias ll='ls -l'")
    first = qa(tmp_path, "--install-completion")
    assert (first.returncode, first.stderr) == (0, "")
    assert "Completion for bash is in" in first.stdout
    assert started.read_text() == "alias ll='ls -l'\n" + 'source "$HOME/.bash_completions/qa.sh"\n'
    before = sorted((path, path.read_bytes()) for path in tmp_path.rglob("*") if path.is_file())
    assert qa(tmp_path, "--install-completion").stdout == first.stdout
    assert sorted((path, path.read_bytes()) for path in tmp_path.rglob("*") if path.is_file()) == before


def test_what_is_shown_is_what_is_installed(tmp_path: Path) -> None:
    qa(tmp_path, "--install-completion")
    assert qa(tmp_path, "--show-completion").stdout == (tmp_path / ".bash_completions" / "qa.sh").read_text()


def test_a_start_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / ".bashrc").mkdir()
    done = qa(tmp_path, "--install-completion")
    assert (done.returncode, done.stdout) == (1, "")
    assert ".bashrc cannot be written (Is a directory). Run `qa --show-completion`" in done.stderr


@pytest.mark.parametrize(
    ("shell", "script", "started", "lines"),
    [
        ("zsh", ".zfunc/_qa", ".zshrc", "fpath+=~/.zfunc\nautoload -Uz compinit && compinit\n"),
        ("fish", ".config/fish/completions/qa.fish", None, ""),
    ],
)
def test_zsh_and_fish_find_theirs(
    shell: str, script: str, started: str | None, lines: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qa.cli import shells

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("ZDOTDIR", raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    assert f"Completion for {shell} is in {tmp_path / script}." in shells.install(shell)
    assert f"_QA_COMPLETE=complete_{shell}" in (tmp_path / script).read_text()
    assert started is None or (tmp_path / started).read_text() == lines
    if shutil.which(shell):
        subprocess.run([shell, "-n", str(tmp_path / script)], check=True)


# A real bash.


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A folder for PATH in which ``qa`` is this program."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "qa").write_text(f'#!/bin/sh\nexec {sys.executable} -P -m qa "$@"\n')
    (folder / "qa").chmod(0o755)
    return folder


class Bash:
    """An interactive bash in a pseudo-terminal, with completion as it is installed."""

    def __init__(self, home: Path, program: Path) -> None:
        outer, inner = pty.openpty()
        path = f"{program}:{os.environ['PATH']}"
        self._terminal = outer
        self.process = subprocess.Popen(
            ["bash", "-i"],
            cwd=home,
            env=environment(home, PATH=path, PS1="$ ", TERM="xterm", INPUTRC="/dev/null", LC_ALL="C.UTF-8"),
            stdin=inner,
            stdout=inner,
            stderr=inner,
            start_new_session=True,
        )
        os.close(inner)

    def type(self, keys: str, until: str) -> str:
        """Type and return what is on the screen once ``until`` is."""
        os.write(self._terminal, keys.encode())
        shown, limit = "", time.monotonic() + 30
        while until not in shown and time.monotonic() < limit:
            if select.select([self._terminal], [], [], 1)[0]:
                shown += re.sub(r"\x1b\[[?0-9;]*[a-zA-Z]|\x07", "", os.read(self._terminal, 4096).decode())
        assert until in shown
        return shown

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._terminal)


@pytest.fixture
def bash(tmp_path: Path, program: Path, hostile_index: Path) -> Iterator[Bash]:
    assert qa(tmp_path, "--install-completion").returncode == 0
    (tmp_path / ".bashrc").write_text("PS1='$ '\n" + (tmp_path / ".bashrc").read_text())
    started = Bash(tmp_path, program)
    started.type("", until="$ ")
    with contextlib.closing(started):
        yield started


def test_a_real_bash_completes(bash: Bash) -> None:
    assert "qa status " in bash.type("qa sta\t", until="qa status ")
    assert "--dry-run " in bash.type("\x15qa index --dry\t", until="--dry-run ")
    assert "'a plain one.txt'" in bash.type("\x15qa ask --why-not 'a pl\t", until="'a plain one.txt'")
    assert "a\\ plain\\ one.txt " in bash.type("\x15qa ask --why-not a\\ p\t", until="a\\ plain\\ one.txt ")
    assert "--index=.qa" in bash.type("\x15qa status --index=.q\t", until="--index=.qa")
    assert "articles/" in bash.type("\x15qa eval artic\t", until="articles/")
    assert "qa ask zzz-nothing" in bash.type("\x15qa ask zzz\t\t-nothing", until="qa ask zzz-nothing")

"""Damage, repair, rollback and waiting, from the command line, in processes of their own."""

import fcntl
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from index.build import Wish, update
from index.embed import OnnxEmbedder

KITE = "Kites over Bern\n\nThe red kite was seen over Bern on May 5, 2021.\n"
OWL = "Owls of Basel\n\nThe last barn owl of Basel left its tower in 1987.\n"
ASK_KITE = "When was the red kite seen over Bern?"
ASK_OWL = "When did the last barn owl of Basel leave its tower?"


@pytest.fixture
def birds(tmp_path: Path, embedder: OnnxEmbedder) -> Path:
    """Two articles in two segments; the index is ./.qa where qa runs."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for name, text in (("kite.txt", KITE), ("owl.txt", OWL)):
        (folder / name).write_text(text)
        update(tmp_path / ".qa", Wish(paths=(folder,)), lambda _: embedder)
    return tmp_path


def qa(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "qa", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)


def test_degraded_answers_from_the_rest_and_never_says_no(birds: Path) -> None:
    flip(birds / ".qa" / "00000001.passages.rows")
    assert qa(birds, "ask", ASK_OWL).returncode == 4
    done = qa(birds, "ask", "--degraded", "--json", ASK_OWL)
    reply = json.loads(done.stdout)
    assert (done.returncode, reply["answered"], reply["index"]["degraded"]) == (0, True, True)
    assert "00000001.passages.rows is damaged" in done.stderr
    silent = qa(birds, "ask", "--degraded", "What did the baker of Bern sell on Tuesday?")
    assert (silent.returncode, silent.stdout) == (4, "")
    assert "undamaged part" in silent.stderr


def test_repair_brings_the_answer_back_and_keeps_the_damaged_file(birds: Path) -> None:
    before = qa(birds, "ask", ASK_KITE).stdout
    flip(birds / ".qa" / "00000001.passages.rows")
    done = qa(birds, "index", "--repair", "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["damaged"], report["embedded"]) == (0, ["00000001.passages.rows"], 0)
    assert (birds / ".qa" / "quarantine" / "00000001.passages.rows").exists()
    assert qa(birds, "ask", ASK_KITE).stdout == before
    assert qa(birds, "verify").returncode == 0


def test_repair_of_a_sound_index_changes_nothing(birds: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (birds / ".qa").iterdir()}
    done = qa(birds, "index", "--repair")
    assert (done.returncode, done.stdout.split(":")[0]) == (0, "Nothing to do")
    assert {path: path.stat().st_mtime_ns for path in (birds / ".qa").iterdir()} == before


def test_damaged_newest_manifest_is_passed_over_by_readers_and_refused_by_writers(birds: Path) -> None:
    flip(birds / ".qa" / "manifest-00000002.json")
    done = qa(birds, "ask", ASK_KITE)
    assert done.returncode == 0
    assert "manifest-00000002.json is damaged" in done.stderr
    assert qa(birds, "ask", ASK_OWL).returncode == 4
    (birds / "articles" / "new.txt").write_text("Something new is in here.")
    refused = qa(birds, "index")
    assert (refused.returncode, refused.stdout) == (4, "")
    assert qa(birds, "index", "--repair").returncode == 0
    assert qa(birds, "ask", ASK_OWL).returncode == 0


def test_newer_format_is_neither_passed_over_nor_repaired(birds: Path) -> None:
    manifest = birds / ".qa" / "manifest-00000003.json"
    manifest.write_text('{"format": 99}')
    for command in (["ask", ASK_KITE], ["index", "--repair"], ["status"]):
        done = qa(birds, *command)
        assert (done.returncode, done.stdout) == (4, "")
        assert "Upgrade qa" in done.stderr
    assert manifest.exists()


def test_rollback_goes_back_and_forth(birds: Path) -> None:
    assert qa(birds, "index", "--rollback").stdout.startswith("Back to 1 articles")
    assert qa(birds, "ask", ASK_OWL).returncode == 3
    assert "+ articles/owl.txt" in qa(birds, "status").stdout
    assert qa(birds, "index", "--rollback").returncode == 0
    assert qa(birds, "ask", ASK_OWL).returncode == 0


def test_rollback_stands_alone(birds: Path) -> None:
    done = qa(birds, "index", "--rollback", "--prune")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--rollback stands alone" in done.stderr


def test_first_generation_has_nothing_before_it(tmp_path: Path, embedder: OnnxEmbedder) -> None:
    (tmp_path / "kite.txt").write_text(KITE)
    update(tmp_path / ".qa", Wish(paths=(tmp_path,)), lambda _: embedder)
    done = qa(tmp_path, "index", "--rollback")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no earlier generation" in done.stderr


def test_wait_goes_on_when_the_other_writer_is_done(birds: Path) -> None:
    (birds / "articles" / "new.txt").write_text("Something new is in here.")
    handle = os.open(birds / ".qa" / "LOCK", os.O_RDWR)
    fcntl.flock(handle, fcntl.LOCK_EX)
    assert qa(birds, "index").returncode == 75
    threading.Timer(2.0, os.close, [handle]).start()
    assert qa(birds, "index", "--wait", "60").returncode == 0

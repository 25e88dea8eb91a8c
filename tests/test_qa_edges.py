"""The edges of the commands that people and machines run into: odd streams, odd roots, odd files."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from eval.evaluate import prepared
from index import exports, models
from index.articles import read
from index.build import Wish, update
from index.embed import OnnxEmbedder
from index.errors import UsageError
from index.layout import Kind
from index.records import ArticleKey
from index.verify import verify
from qa.expect import expected_form

KITE = "Kites over Bern\n\nThe red kite was seen over Bern on May 5, 2021.\n"
ASK_KITE = "When was the red kite seen over Bern?"


@pytest.fixture
def kites(tmp_path: Path, embedder: OnnxEmbedder) -> Path:
    """A folder to run qa in, with ./.qa and one article in ./articles."""
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "kites.txt").write_text(KITE)
    update(tmp_path / ".qa", Wish(paths=(tmp_path / "articles",)), lambda _: embedder)
    return tmp_path


def qa(folder: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "qa", *arguments]
    return subprocess.run(command, cwd=folder, input=stdin, capture_output=True, text=True, check=False, timeout=120)


def test_full_device_is_an_error_with_a_reason(kites: Path) -> None:
    command = [sys.executable, "-P", "-m", "qa", "ask", ASK_KITE]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, cwd=kites, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "output cannot be written (No space left on device)" in done.stderr


def test_folder_that_is_gone_is_a_usage_error(tmp_path: Path) -> None:
    script = f"rmdir {tmp_path / 'gone'}; {sys.executable} -P -m qa status"
    (tmp_path / "gone").mkdir()
    done = subprocess.run(["sh", "-c", script], cwd=tmp_path / "gone", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "current folder is not there any more" in done.stderr


def test_questions_on_stdin_stand_above_their_answers(kites: Path) -> None:
    done = qa(kites, "ask", "-", stdin=f"{ASK_KITE}\n\nWhat is the price of tea?\n")
    first, second = done.stdout.split("\n> What is the price of tea?\n")
    assert first.startswith(f"> {ASK_KITE}\n\n")
    assert "The red kite was seen" in first
    assert second.startswith("\nYour articles do not say.")


def test_chat_for_programs_writes_replies_only(kites: Path) -> None:
    done = qa(kites, "chat", "--json", stdin=f"/help\n{ASK_KITE}\n/sources\n/nonsense\n/quit\n")
    (line,) = done.stdout.splitlines()
    assert json.loads(line)["question"] == ASK_KITE
    assert "There is no /nonsense" in done.stderr


def test_index_without_articles_is_nothing_indexed(kites: Path) -> None:
    (kites / "articles" / "kites.txt").unlink()
    assert qa(kites, "index", "--prune").returncode == 0
    done = qa(kites, "ask", ASK_KITE)
    assert (done.returncode, done.stdout) == (4, "")
    assert "holds no article" in done.stderr


def test_root_that_is_gone_leaves_with_prune(kites: Path) -> None:
    shutil.rmtree(kites / "articles")
    assert qa(kites, "index", "--prune").returncode == 0
    assert json.loads(qa(kites, "status", "--json").stdout)["roots"] == []


def test_file_of_an_unread_kind_is_refused_by_name(kites: Path) -> None:
    (kites / "paper.pdf").write_bytes(b"%PDF")
    done = qa(kites, "index", "paper.pdf")
    assert (done.returncode, done.stdout) == (2, "")
    assert json.loads(qa(kites, "status", "--json").stdout)["roots"] == [str(kites / "articles")]


def test_dry_run_of_a_repair_names_the_damage_and_of_a_rebuild_the_work(kites: Path) -> None:
    assert "1 articles would be stored anew" in qa(kites, "index", "--rebuild", "--dry-run").stdout
    (kites / ".qa" / "00000001.passages.rows").write_bytes(b"")
    done = qa(kites, "index", "--repair", "--dry-run")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "damaged: 00000001.passages.rows")
    assert (kites / ".qa" / "00000001.passages.rows").read_bytes() == b""


def test_damaged_model_is_told_apart_from_a_damaged_index(
    kites: Path, tmp_path: Path, embedder: OnnxEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = embedder.card.fingerprint
    shutil.copytree(exports.export_folder(mark), tmp_path / "cache" / "models" / mark[:32])
    monkeypatch.setenv("QA_CACHE", str(tmp_path / "cache"))
    (exports.export_folder(mark) / "tokenizer.json").write_bytes(b"{}")
    done = qa(kites, "verify")
    assert done.returncode == 5
    assert "remove that folder, it is made again" in done.stdout
    assert "--repair" not in done.stdout
    shutil.rmtree(exports.export_folder(mark))
    assert all(finding.fault is None for finding in verify(kites / ".qa"))


@pytest.mark.parametrize("changed", ["2_Dense/model.safetensors", "config_sentence_transformers.json"])
def test_fingerprint_knows_later_weights_and_prompts(tmp_path: Path, changed: str) -> None:
    (tmp_path / "2_Dense").mkdir()
    for name in ("model.safetensors", "tokenizer.json", "modules.json", "2_Dense/model.safetensors"):
        (tmp_path / name).write_text("{}")
    (tmp_path / "config_sentence_transformers.json").write_text('{"prompts": {"query": ""}, "__version__": "1"}')
    before = models.fingerprints(tmp_path)
    (tmp_path / "config_sentence_transformers.json").write_text('{"prompts": {}, "__version__": "2"}')
    assert models.fingerprints(tmp_path) == before
    (tmp_path / changed).write_text('{"prompts": {"query": "question: "}}')
    after = models.fingerprints(tmp_path)
    assert list(after.values()) == list(before.values())
    assert set(after) & set(before) == set()


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("Let your cookies cool for seventeen minutes before you continue with the icing.", Kind.BODY),
        ("We use cookies to improve our site. Accept or change your settings.", Kind.FURNITURE),
        ("This site uses cookies.", Kind.FURNITURE),
    ],
)
def test_only_notices_about_cookies_are_furniture(sentence: str, kind: Kind) -> None:
    text = f"A heading here\n\nSome first sentence of the text.\n\n{sentence}\n"
    found = read(ArticleKey("/", "a.txt"), text.encode()).paragraphs
    assert [p.kind for p in found if p.text == sentence] == [kind]


@pytest.mark.parametrize(
    "sentence", ["Yesterday it landed.", "Last week it landed.", "It landed at 3 PM.", "On Jan. 3."]
)
def test_times_are_seen_in_any_case(sentence: str) -> None:
    has_form = expected_form("When did it land?")
    assert has_form is not None
    assert has_form(sentence)
    assert not has_form("It may march on.")


def test_question_set_that_names_two_articles_at_once_is_refused(tmp_path: Path, embedder: OnnxEmbedder) -> None:
    for folder, word in (("r1", "red"), ("r2", "blue")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "n.txt").write_text(f"The {word} house stands by the lake.")
    update(tmp_path / "ix", Wish(paths=(tmp_path / "r1", tmp_path / "r2")), lambda _: embedder)
    asked = {"id": "a", "question": "Which house?", "gold": [{"article": "n.txt", "quote": "red house"}]}
    (tmp_path / "q.jsonl").write_text(json.dumps(asked))
    with pytest.raises(UsageError, match=r"hold a different n\.txt"):
        prepared(tmp_path / "q.jsonl", tmp_path / "ix", lambda _: None).__enter__()

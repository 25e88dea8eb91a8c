"""`qa eval` as it is typed: runs, baselines, gates, one question in full, and what cannot go together."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from eval.question_sets import default_set

DEV = default_set("dev")


def qa(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "qa", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=120, cwd=cwd)


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty development questions, and one that names no place."""
    folder = tmp_path_factory.mktemp("few")
    lines = DEV.read_text(encoding="utf-8").splitlines()[:30]
    lines.append(json.dumps({"id": "by-answer", "question": "Who designed Chang'e-6?", "answers": ["Hu Hao"]}))
    (folder / "few.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder / "few.jsonl"


@pytest.fixture(scope="module")
def saved(few: Path, seed_index: Path) -> Path:
    done = qa("eval", few, "--index", seed_index, "--save", few.parent / "run.json", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["failed"] == []
    return few.parent / "run.json"


def test_a_run_is_saved_with_what_it_was_made_with(saved: Path, seed_index: Path) -> None:
    data = json.loads(saved.read_text())
    manifest = json.loads(sorted(seed_index.glob("manifest-*.json"))[-1].read_text())
    assert data["run"]["fingerprint"] == manifest["model"]["fingerprint"]
    assert data["run"]["generation"] == manifest["generation"]
    assert (data["run"]["questions"], data["questions"]) == ("few.jsonl", 31)
    assert [row["gold_by"] for row in data["per_question"]] == ["quote"] * 30 + ["answer"]


def test_the_same_again_is_no_worse(few: Path, saved: Path, seed_index: Path) -> None:
    done = qa("eval", few, "--index", seed_index, "--baseline", saved, "--fail-if-worse", "--fail-under", "hit@10=0.5")
    assert done.returncode == 0, done.stderr
    assert "No question changed." in done.stdout
    assert "1 name no place" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_a_regression_leaves_with_six_and_says_which(few: Path, saved: Path, seed_index: Path) -> None:
    """The baseline is made better than any run: every question right."""
    data = json.loads(saved.read_text())
    for row in data["per_question"]:
        row["measures"] = {name: None if value is None else 1.0 for name, value in row["measures"].items()}
        row["right"] = row["answerable"]
    perfect = few.parent / "perfect.json"
    perfect.write_text(json.dumps(data))
    done = qa("eval", few, "--index", seed_index, "--baseline", perfect, "--fail-if-worse", "--json")
    assert done.returncode == 6
    assert "Gate failed: f1 fell from 1.000 to 0." in done.stderr
    told = json.loads(done.stdout)
    assert "f1" in told["comparison"]["worse"]
    assert told["failed"]
    wrong = {row["id"] for row in told["per_question"] if not row["right"]}
    assert set(told["comparison"]["now_wrong"]) == wrong


def test_a_gate_that_is_not_reached_leaves_with_six_after_the_table(few: Path, seed_index: Path) -> None:
    done = qa("eval", few, "--index", seed_index, "--fail-under", "hit@1=0.99", "--fail-under", "hit@10=0.1")
    assert done.returncode == 6
    assert done.stdout.startswith("31 questions, 31 of them answerable")
    assert [line.split(" is ")[0] for line in done.stderr.splitlines()] == ["Gate failed: hit@1"]


def test_one_question_is_shown_in_full(few: Path, seed_index: Path) -> None:
    done = qa("eval", few, "--index", seed_index, "--why", "d003")
    assert done.returncode == 0, done.stderr
    assert "d003 (who): Who is director of the Chinese centre for lunar engineering?" in done.stdout
    assert "accepted: Liu Jizhong" in done.stdout
    assert "lost in ranking: it is among the first 10 answers, but not the first" in done.stdout
    assert "rank among the answers  2" in done.stdout
    assert "\n 2* " in done.stdout
    assert "How the order came about" in done.stdout
    data = json.loads(qa("eval", few, "--index", seed_index, "--why", "d003", "--json").stdout)
    assert (data["row"]["loss"], data["row"]["stages"]["rank"]) == ("lost in ranking", 2)
    assert len(data["reply"]["answers"]) == 10


def test_a_report_is_a_folder_of_files(few: Path, seed_index: Path, saved: Path) -> None:
    folder = few.parent / "deep" / "report"
    done = qa("eval", few, "--index", seed_index, "--report", folder, "--baseline", saved)
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1] == f"The report is in {folder / 'index.html'}."
    names = ["index.html", "qrels.trec", "run.json", "run.trec", "summary.md"]
    assert sorted(path.name for path in folder.iterdir()) == names
    assert json.loads((folder / "run.json").read_text())["questions"] == 31


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--why", "d999"], "No question of few.jsonl has the id 'd999'"),
        (["--why", "d001", "--check"], "--check goes with QUESTIONS, --json and --index only"),
        (["--check", "--save", "x.json"], "--check goes with QUESTIONS"),
        (["--fail-if-worse"], "--fail-if-worse needs a run to compare with"),
        (["--fail-under", "hits=1"], "no measure 'hits'"),
        (["--baseline", "none.json"], "The run none.json cannot be read"),
        (["--calibrate", "often"], "--calibrate 'often' is not understood"),
        (["--calibrate", "precision=0.9"], "These questions are too few to fit confidence to"),
        (["--save", "no/such/folder/run.json"], "The run cannot be written to no/such/folder/run.json"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(
    few: Path, seed_index: Path, arguments: list[str], said: str
) -> None:
    done = qa("eval", few, "--index", seed_index, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.heavy
def test_calibrating_stores_with_the_index_what_a_rollback_takes_back(tmp_path: Path, seeds: Path) -> None:
    assert qa("index", seeds, "--index", tmp_path / "ix", "--quiet").returncode == 0
    lines = Path(DEV).read_text(encoding="utf-8").splitlines(keepends=True)
    alone = [line for line in lines if '"history"' not in line]  # a conversation depends on what counts as an answer
    (tmp_path / "alone.jsonl").write_text("".join(alone), encoding="utf-8")
    asked = ("eval", tmp_path / "alone.jsonl", "--index", tmp_path / "ix", "--no-reader", "--json")
    done = qa(*asked, "--calibrate", "precision=0.8")
    assert done.returncode == 0, done.stderr
    assert f"Confidence was fitted to {len(alone)} questions" in done.stderr
    stored = json.loads(qa("status", "--index", tmp_path / "ix", "--json").stdout)["threshold"]
    assert f"from a confidence of {stored:.2f} on" in done.stderr
    assert f"answers count from a confidence of {stored:.2f} on" in qa("status", "--index", tmp_path / "ix").stdout
    before = json.loads(done.stdout)
    after = json.loads(qa(*asked).stdout)
    assert after["measures"]["answered_precision"]["mean"] >= 0.8
    assert after["measures"]["answered_precision"]["mean"] > before["measures"]["answered_precision"]["mean"]
    same = ("hit@1", "hit@5", "answer@1", "abstain_auroc")
    assert [after["measures"][name] for name in same] == [before["measures"][name] for name in same]
    assert after["run"]["generation"] == before["run"]["generation"] + 1
    assert qa("index", "--rollback", "--index", tmp_path / "ix").returncode == 0
    assert json.loads(sorted((tmp_path / "ix").glob("manifest-*.json"))[-1].read_text())["scale"] is None


def test_calibrating_on_a_throwaway_index_is_refused(tmp_path: Path, seeds: Path) -> None:
    done = qa("eval", "--index", tmp_path / "none", "--calibrate", "precision=0.9", cwd=seeds.parent)
    assert done.returncode == 2
    assert "--calibrate stores with an index, and these questions bring a throw-away one" in done.stderr


def test_ask_tells_why_not(seed_index: Path) -> None:
    done = qa("ask", "--index", seed_index, "--why-not", "002", "When did Chang'e-4 land on the far side of the Moon?")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("002_47dff1a686762f21.txt: lost in ranking (")
    data = json.loads(qa("ask", "--index", seed_index, "--json", "--why-not", "x.txt", "Who?").stdout)
    assert data["lost"] == "article absent"

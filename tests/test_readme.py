"""The README against the program: its commands are CI's, its transcript and its scores are the program's own."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from eval.evaluate import prepared
from eval.question_sets import default_set
from eval.replay import Replay
from eval.report import table
from eval.run import score, summarise
from qa.diagnostics import tell

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_ci_runs_the_commands_that_the_readme_gives() -> None:
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    install, dev = re.findall(r"^python -m pip install .*$", README, re.MULTILINE)
    assert install in ci
    assert dev.split(" && ") == [line for line in ci if line in dev.split(" && ")]


def test_the_transcript_is_what_the_program_prints(seed_index: Path, seed_articles: Path) -> None:
    question, printed = re.search(r'^\$ qa ask "([^\n]*)"\n(.*?)^```', README, re.MULTILINE | re.DOTALL).groups()
    command = [sys.executable, "-m", "qa", "ask", question, "--index", str(seed_index)]
    done = subprocess.run(command, cwd=seed_articles.parent, capture_output=True, text=True, check=True)
    assert done.stdout.replace(f"{seed_articles.name}/000_", "seeds/000_") == printed


@pytest.mark.heavy
def test_the_scores_are_what_eval_prints(seed_index: Path) -> None:
    printed = re.search(r"<!-- qa eval -->\n```\n(.*?)\n```", README, re.DOTALL)[1]
    with prepared(default_set(), seed_index, tell) as exam:
        rows = score(exam.questions, exam.asker.ask, exam.texts, before=Replay(exam.asker).before)
        measured = table(summarise(rows)).split("\nkind ")[0].rstrip()
    without_latency = [[row for row in text.splitlines() if "latency" not in row] for text in (printed, measured)]
    assert without_latency[0] == without_latency[1]


@pytest.mark.parametrize("command", ["ask", "chat", "index", "status", "verify", "doctor", "eval"])
def test_every_command_is_in_the_readme(command: str) -> None:
    assert re.search(rf"^qa {command}\b", README, re.MULTILINE)

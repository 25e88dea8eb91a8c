"""A question set and an index, brought together: which set, which index, and what it scores.

A set that brings its own texts is asked of a throw-away index of these; so is the default set, of ./seeds,
where the user's index does not hold its articles. Scoring itself is the work of ``run``.
"""

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from eval.formats import load_set
from eval.gold import missing_gold
from eval.question_sets import Question, default_set, load
from eval.run import Report, score, summarise
from index import manifest as manifests
from index.errors import UsageError
from qa.ask import Asker
from qa.session import SEEDS, open_asker, throwaway_asker

Progress = Callable[[int, int], None]
Tell = Callable[[str], None]


def evaluate(path: Path | None, folder: Path, progress: Progress, tell: Tell) -> Report:
    """Return the report of the question set at ``path`` (None: the held-out set) on the index in ``folder``.

    A set that brings its own texts leaves that index alone. Raises BadQuestions with every error of the set,
    UsageError where the index holds none of the set's articles, and what opening an index raises.
    """
    if path is None:
        return _default(folder, progress, tell)
    asked = load_set(path)
    if asked.texts is None:
        asker = open_asker(folder)
        _check_held(asked.questions, asker)
        return _report(asked.questions, asker, progress, tell)
    tell(f"{path} brings its own texts; a throw-away index of these {len(asked.texts):,} is used.")
    with tempfile.TemporaryDirectory(prefix="qa-eval-texts-") as articles:
        _write(asked.texts, Path(articles))
        with throwaway_asker(Path(articles)) as asker:
            return _report(asked.questions, asker, progress, tell)


def _default(folder: Path, progress: Progress, tell: Tell) -> Report:
    """Return the report of the held-out set, on a throw-away index where the one in ``folder`` lacks its gold."""
    questions = load(default_set())
    if manifests.generations(folder):
        asker = open_asker(folder)
        if not _lacking(questions, asker):
            return _report(questions, asker, progress, tell)
    if not SEEDS.is_dir():
        raise UsageError(
            "The default questions are about the articles in ./seeds, and there is no such folder here. "
            "Run this where seeds/ is, or name a question set of your own: qa eval my-questions.jsonl."
        )
    tell("The default questions are about ./seeds; a throw-away index of that folder is used.")
    with throwaway_asker(SEEDS) as asker:
        _check_held(questions, asker)
        return _report(questions, asker, progress, tell)


def _check_held(questions: tuple[Question, ...], asker: Asker) -> None:
    """Raise UsageError where nothing of what the questions are about is indexed."""
    lacking = _lacking(questions, asker)
    if lacking and len(lacking) >= sum(len(question.gold) for question in questions):
        raise UsageError(
            f"The index holds nothing of what these questions are about. {lacking[0]} "
            "Index those articles first: qa index FOLDER."
        )


def _report(questions: tuple[Question, ...], asker: Asker, progress: Progress, tell: Tell) -> Report:
    for sentence in _lacking(questions, asker):
        tell(sentence)
    return summarise(score(questions, asker.ask, _texts(asker), progress))


def _write(texts: Mapping[str, str], folder: Path) -> None:
    for name, text in texts.items():
        (folder / name).write_bytes(text.encode("utf-8"))


def _lacking(questions: tuple[Question, ...], asker: Asker) -> tuple[str, ...]:
    return missing_gold(questions, _texts(asker))


def _texts(asker: Asker) -> dict[str, str]:
    """Return the articles' texts by path. Raises UsageError where one path stands for two different texts."""
    texts: dict[str, str] = {}
    for article in asker.index.articles():
        if texts.setdefault(article.key.path, article.text) != article.text:
            raise UsageError(
                f"Two indexed folders hold a different {article.key.path}, so a question set cannot name it. "
                "Score an index of one folder: qa eval --index DIR."
            )
    return texts

"""A question set and an index, brought together: which set, which index, and what it scores.

Where the default set is asked of an index that does not hold its articles, a throw-away index of
./seeds takes its place. Scoring itself is the work of ``run``.
"""

from collections.abc import Callable
from pathlib import Path

from eval.gold import missing_gold
from eval.question_sets import Question, default_set, load
from eval.run import Report, score, summarise
from index import manifest as manifests
from index.errors import UsageError
from qa.ask import Asker
from qa.session import SEEDS, open_asker, throwaway_asker


def evaluate(
    path: Path | None, folder: Path, progress: Callable[[int, int], None], tell: Callable[[str], None]
) -> Report:
    """Return the report of the question set at ``path`` (None: the held-out set) on the index in ``folder``.

    Raises BadQuestions with every error of the set, UsageError where the index holds none of the
    set's articles, and what opening an index raises.
    """
    questions = load(path or default_set())
    if path is not None or manifests.generations(folder):
        asker = open_asker(folder)
        if path is not None or not _lacking(questions, asker):
            return _report(questions, asker, progress, tell)
    if not SEEDS.is_dir():
        raise UsageError(
            "The default questions are about the articles in ./seeds, and there is no such folder here. "
            "Run this where seeds/ is, or name a question set of your own: qa eval my-questions.jsonl."
        )
    tell("The default questions are about ./seeds; a throw-away index of that folder is used.")
    with throwaway_asker(SEEDS) as asker:
        return _report(questions, asker, progress, tell)


def _report(
    questions: tuple[Question, ...], asker: Asker, progress: Callable[[int, int], None], tell: Callable[[str], None]
) -> Report:
    lacking = _lacking(questions, asker)
    if lacking and len(lacking) >= sum(len(question.gold) for question in questions):
        raise UsageError(
            f"The index holds nothing of what these questions are about. {lacking[0]} "
            "Index those articles first: qa index FOLDER."
        )
    for sentence in lacking:
        tell(sentence)
    return summarise(score(questions, asker.ask, _texts(asker), progress))


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

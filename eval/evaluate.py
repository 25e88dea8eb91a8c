"""A question set and an index, brought together: which set, which index, and what it scores.

A set that brings its own texts is asked of a throw-away index of these; so is the default set, of ./seeds,
where the user's index does not hold its articles. Scoring itself is the work of ``run``.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from eval import shipped
from eval.formats import load_set
from eval.gold import missing_gold
from eval.question_sets import Question, default_set, load
from eval.replay import Replay
from eval.rows import Row
from eval.run import score, summarise
from eval.runs import Run, config_of
from index import manifest as manifests
from index.errors import UsageError
from qa.ask import Asker
from qa.session import SEEDS, USUAL, Setting, open_asker, throwaway_asker
from qa.stages import stages

Progress = Callable[[int, int], None]
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Exam:
    """Questions and the index that they are asked of."""

    name: str
    questions: tuple[Question, ...]
    asker: Asker
    texts: Mapping[str, str]
    """The articles' texts by path below the root."""
    throwaway: bool
    """Whether the index is one of the set's own texts, gone afterwards."""
    own_article: bool = False
    """Whether each question is asked of the article it is about alone: reading without search."""


@contextmanager
def prepared(path: Path | None, folder: Path, tell: Tell, setting: Setting = USUAL) -> Iterator[Exam]:
    """Give the question set at ``path``, ready to be asked of the index in ``folder``.

    ``path`` is a file, a folder, the name of a set that ships, or None for the held-out one. A set that
    brings its own texts leaves that index alone. Raises BadQuestions with every error of the set, UsageError where the
    index holds none of the set's articles or no set is called so, and what opening an index raises.
    """
    name = shipped.DEFAULT if path is None else shipped.meant(path)
    if name in shipped.OF_SEEDS:
        with _of_seeds(name, folder, tell, setting) as exam:
            yield exam
        return
    path = default_set(name) if name else path
    assert path is not None
    asked = load_set(path)
    if asked.texts is None:
        yield _exam(path.name, asked.questions, open_asker(folder, setting), tell)
        return
    tell(f"{path} brings its own texts; a throw-away index of these {len(asked.texts):,} is used.")
    with tempfile.TemporaryDirectory(prefix="qa-eval-texts-") as articles:
        _write(asked.texts, Path(articles))
        with throwaway_asker(Path(articles), setting) as asker:
            yield _exam(path.name, asked.questions, asker, tell, throwaway=True)


def evaluate(exam: Exam, progress: Progress | None = None) -> Run:
    """Ask every question and return the run."""
    if exam.own_article:
        rows = _of_own_articles(exam, progress)
    else:
        rows = score(
            exam.questions,
            exam.asker.ask,
            exam.texts,
            progress,
            trace=partial(stages, exam.asker),
            before=Replay(exam.asker).before,
        )
    return Run(config_of(exam.name, exam.questions, exam.asker), summarise(rows))


def _of_own_articles(exam: Exam, progress: Progress | None) -> tuple[Row, ...]:
    """Ask every question of the article that it is about. Raises UsageError where one names none."""
    own = [question.about or (question.gold[0].article if question.gold else None) for question in exam.questions]
    rows: list[Row] = []
    if None in own:
        raise UsageError(
            f"Question {exam.questions[own.index(None)].id} names no article, so it cannot be asked of its own. Leave "
            "out --own-article, or use a set that names one for each question, such as SQuAD."
        )
    for done, (question, article) in enumerate(zip(exam.questions, own, strict=True), start=1):
        rows += score([question], partial(exam.asker.ask, only=article), exam.texts)
        if progress is not None:
            progress(done, len(exam.questions))
    return tuple(rows)


@contextmanager
def _of_seeds(name: str, folder: Path, tell: Tell, setting: Setting) -> Iterator[Exam]:
    """Give a set about ./seeds that ships, on a throw-away index where the one in ``folder`` lacks its gold."""
    questions = load(default_set(name))
    if manifests.generations(folder):
        asker = open_asker(folder, setting)
        if not missing_gold(questions, _texts(asker)):
            yield _exam(name, questions, asker, tell)
            return
    if not SEEDS.is_dir():
        raise UsageError(
            "These questions are about the articles in ./seeds, and there is no such folder here. "
            "Run this where seeds/ is, or name a question set of your own: qa eval my-questions.jsonl."
        )
    tell("These questions are about ./seeds; a throw-away index of that folder is used.")
    with throwaway_asker(SEEDS, setting) as asker:
        yield _exam(name, questions, asker, tell, throwaway=True)


def _exam(name: str, questions: tuple[Question, ...], asker: Asker, tell: Tell, *, throwaway: bool = False) -> Exam:
    """Return the exam, saying what gold is missing. Raises UsageError where nothing it is about is indexed."""
    texts = _texts(asker)
    lacking = missing_gold(questions, texts)
    if lacking and len(lacking) >= sum(question.alternatives for question in questions):
        raise UsageError(
            f"The index holds nothing of what these questions are about. {lacking[0]} "
            "Index those articles first: qa index FOLDER."
        )
    for sentence in lacking:
        tell(sentence)
    return Exam(name, questions, asker, texts, throwaway)


def _write(texts: Mapping[str, str], folder: Path) -> None:
    for name, text in texts.items():
        (folder / name).write_bytes(text.encode("utf-8"))


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

"""Run as ``python -m eval.trials [ARTICLES QUESTIONS]...``: what each choice in retrieval is worth.

Prints a table for each pair: the articles' own passages as the product ranks them, and with one choice changed at a
time. Without a pair, the development questions on ./seeds. Where ARTICLES is -, QUESTIONS are a set that brings its
own texts. Works in memory, so that passages can be cut differently without an index. Never given the held-out
questions.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, groupby
from pathlib import Path

from eval.formats import load_set
from eval.gold import missing_gold
from eval.question_sets import Question, alone, default_set
from eval.run import Measure, score, summarise
from eval.trials.choices import CHOICES, Choice, changed
from eval.trials.memory import Cut, Memory, counted, lay_out
from index import exports, models
from index.articles import Reading
from index.articles import read as read_article
from index.embed import load_embedder
from index.errors import ModelUnavailable, NotAnArticle, UsageError, UserError
from index.exports import Precision
from index.records import ArticleKey, ModelCard
from index.sources import Scope, Unreadable, location, read_bytes, walk
from index.vectors import Embedder, Vectors
from qa.answer import answers, group
from qa.confidence import ALIKE
from qa.diagnostics import ExitCode, Progress, exit_code, tell
from qa.expect import expected_form
from qa.records import IndexState, Reply
from qa.retrieve import query
from qa.session import SEEDS

SHOWN = {"hit@1": 7, "hit@5": 7, "hit@10": 8, "answer@1": 10, "abstain_auroc": 15}
"""The measures and the widths of their columns."""
OWN_TEXTS = "-"

Ask = Callable[[str, int], Reply]


@dataclass(frozen=True, slots=True)
class Pair:
    """Articles and questions about them."""

    name: str
    readings: tuple[Reading, ...]
    questions: tuple[Question, ...]

    @property
    def texts(self) -> dict[str, str]:
        """Path below the root to text."""
        return {reading.article.key.path: reading.article.text for reading in self.readings}


def load_pair(articles: str, questions: Path) -> Pair:
    """Return what one pair of arguments names. Raises UsageError, and BadQuestions with a line for each error."""
    if questions.resolve() == default_set().resolve():
        raise UsageError("The held-out questions are not for choosing by. Give others, such as the development set.")
    asked = load_set(questions)
    if articles != OWN_TEXTS and not Path(articles).is_dir():
        raise UsageError(f"There is no folder {articles}. Name a folder of articles, or - for a set's own texts.")
    if articles == OWN_TEXTS and asked.texts is None:
        raise UsageError(f"{questions} brings no texts of its own. Name the folder of its articles before it.")
    texts = asked.texts or {}
    if articles == OWN_TEXTS:
        found = _readings((ArticleKey(OWN_TEXTS, name) for name in texts), lambda key: texts[key.path].encode())
    else:
        found = _readings(walk(Scope(str(Path(articles).resolve()))), lambda key: read_bytes(location(key)))
    return Pair(f"{questions.name} on {articles}", tuple(found), alone(asked.questions))


def _readings(keys: Iterable[ArticleKey], content: Callable[[ArticleKey], bytes]) -> Iterator[Reading]:
    for key in keys:
        try:
            yield read_article(key, content(key))
        except (NotAnArticle, Unreadable) as reason:
            tell(f"Left out {key.path}: {reason}.")


def asker(choice: Choice, memory: Memory, embed: Callable[[str], Vectors], card: ModelCard) -> Ask:
    """Return what answers as the product does, but by ``choice`` and out of ``memory``."""
    state = IndexState(1, len(memory.articles), len(memory.passages), card.name, stale=False)

    def ask(question: str, k: int) -> Reply:
        findings = choice.search(memory, query(question, embed(question)), expected_form(question))
        ranked = answers(group(findings)[:k], ALIKE)
        sure = ranked[0].confidence if ranked else 0.0
        return Reply(question, question, bool(ranked), sure, ranked, state)

    return ask


def lines(given: Pair, choices: Sequence[Choice], embedder_of: Callable[[Cut], Embedder]) -> Iterator[str]:
    """Yield a line for each choice; those whose model cannot be had are left out, and said on stderr."""
    for cut, alike in groupby(choices, key=lambda choice: choice.cut):
        try:
            embedder = embedder_of(cut)
        except ModelUnavailable as error:
            tell(f"{given.name}: {', '.join(choice.name for choice in alike)}: left out. {error}")
            continue
        with Progress("Embedding passages") as progress:
            memory = lay_out(given.readings, cut, embedder, progress)
        tell(f"{given.name}: {len(memory.passages):,} passages embedded")
        embed = cache(embedder.embed_question)
        for choice in alike:
            with changed(choice.changes), Progress(choice.name) as progress:
                ask = asker(choice, _recounted(memory, choice), embed, embedder.card)
                rows = score(given.questions, ask, given.texts, progress)
            yield _line(choice.name, summarise(rows).measures)


def _recounted(memory: Memory, choice: Choice) -> Memory:
    """Return the same passages with their words counted as a choice wants them."""
    if choice.count is None:
        return memory
    numbered = zip(memory.article_of, memory.passages, strict=True)
    return replace(memory, words=counted([choice.count(memory.articles[number], one) for number, one in numbered]))


def _head(given: Pair) -> tuple[str, str]:
    names = "".join(f"{name:>{width}}" for name, width in SHOWN.items())
    return f"{given.name}: {len(given.questions):,} questions, {len(given.readings):,} articles", f"{'':33}{names}"


def _line(name: str, measures: Mapping[str, Measure]) -> str:
    means = {shown: measures[shown].mean for shown in SHOWN}
    cells = ["-" if mean is None else f"{mean:.3f}" for mean in means.values()]
    return f"{name:33}{''.join(f'{cell:>{width}}' for cell, width in zip(cells, SHOWN.values(), strict=True))}"


def _embedder(cut: Cut) -> Embedder:
    """Return the product's model, or the same in other numbers. Raises ModelUnavailable where there is none."""
    if cut.precision is None:
        return load_embedder(models.prepare(models.DEFAULT_MODEL, tell))
    folder = models.find_model(models.DEFAULT_MODEL)
    marks: dict[Precision, str] = {precision: mark for mark, precision in models.fingerprints(folder).items()}
    mark = marks[cut.precision]
    card = exports.card_of(mark) or exports.make_export(folder, models.DEFAULT_MODEL, mark, cut.precision, tell)
    return load_embedder(card)


def _options(arguments: Sequence[str]) -> tuple[list[tuple[str, Path]], bool]:
    parser = argparse.ArgumentParser(prog="python -m eval.trials", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("given", nargs="*", metavar="ARTICLES QUESTIONS", help="a folder, or -; and a question set")
    parser.add_argument("--quick", action="store_true", help="only choices that need no other vectors")
    found = parser.parse_args(arguments)
    if len(found.given) % 2:
        parser.error("give QUESTIONS after each ARTICLES")
    named = list(zip(found.given[::2], map(Path, found.given[1::2]), strict=True))
    return named or [(str(SEEDS), default_set("dev"))], found.quick


def main(arguments: Sequence[str]) -> ExitCode:
    """Print a table for each pair, line after line as they are known."""
    named, quick = _options(arguments)
    choices = [choice for choice in CHOICES if choice.cut == Cut() or not quick]
    embedder_of = cache(_embedder)
    try:
        for articles, questions in named:
            given = load_pair(articles, questions)
            for sentence in missing_gold(given.questions, given.texts):
                tell(sentence)
            for line in chain(_head(given), lines(given, choices, embedder_of), ("",)):
                sys.stdout.write(f"{line}\n")
                sys.stdout.flush()
    except UserError as error:
        tell(str(error))
        return exit_code(error)
    return ExitCode.DONE

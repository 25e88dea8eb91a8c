"""Run as ``python -m eval.trials [ARTICLES [QUESTIONS]]``: what each choice in retrieval is worth.

Prints hit@1, hit@5, answer@1 and abstain_auroc of the articles' own passages, as the product ranks them and
with one choice changed at a time, over the development questions on ./seeds unless told otherwise. Works in
memory, by exhaustive search, so that passages can be cut differently without an index. Never given the held-out
questions.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from eval.question_sets import default_set, load
from eval.run import score, summarise
from index import models
from index.articles import read as read_article
from index.embed import load_embedder
from index.records import Hit, Passage
from index.segments import text_of
from index.sources import Scope, location, walk
from index.split import TARGET_TOKENS, split
from index.vectors import Embedder, PassageVectors
from qa.answer import rank
from qa.diagnostics import tell
from qa.expect import expected_form
from qa.read import read
from qa.records import IndexState, Reply

SHOWN = ("hit@1", "hit@5", "answer@1", "abstain_auroc")
SIZES = (48, 64, 128, 192, 256)


@dataclass(frozen=True, slots=True)
class Choice:
    """One way of retrieving; the defaults are the product's."""

    name: str
    target: int = TARGET_TOKENS
    reads_sentences: bool = True
    """Whether the best sentence counts for the order; it is marked in any case."""
    alone: bool = False
    """Sentences embedded by themselves, not as they are read inside their passage."""
    expects_form: bool = True


CHOICES = (
    Choice("the product"),
    *(Choice(f"passages of {size} word pieces", target=size) for size in SIZES),
    Choice("plain: 256 pieces, passage alone", target=256, reads_sentences=False, expects_form=False),
    Choice("passage score alone", reads_sentences=False, expects_form=False),
    Choice("sentences embedded alone", alone=True),
    Choice("no regard for the form asked for", expects_form=False),
)


def asker(choice: Choice, articles: Path, embedder: Embedder) -> tuple[Callable[[str, int], Reply], dict[str, str]]:
    """Return an ``ask`` that works by ``choice``, and the articles' texts."""
    found = [read_article(key, location(key).read_bytes()) for key in walk(Scope(str(articles.resolve())))]
    cut = [
        (reading.article, passage)
        for reading in found
        for passage in split(reading, embedder.count_tokens, embedder.card.max_tokens, choice.target)
        if not passage.aside
    ]
    vectors = embedder.embed_passages([text_of(passage) for _, passage in cut])
    if choice.alone:
        vectors = [_alone(passage, made, embedder) for (_, passage), made in zip(cut, vectors, strict=True)]
    whole = np.stack([made.whole for made in vectors])
    state = IndexState(1, len(found), len(cut), embedder.card.name, stale=False)

    def ask(question: str, k: int) -> Reply:
        vector = embedder.embed_question(question)
        scores = whole @ vector
        has_form = expected_form(question) if choice.expects_form else None
        findings = []
        for row in np.argsort(-scores, kind="stable")[:100]:
            sentences = map(float, vectors[row].sentences @ vector)
            finding = read(Hit(float(scores[row]), tuple(sentences), *cut[row]), has_form)
            findings.append(finding if choice.reads_sentences else replace(finding, sentence_score=finding.hit.score))
        ranked = rank(findings, k)
        return Reply(question, question, True, ranked[0].confidence, ranked, state)

    return ask, {reading.article.key.path: reading.article.text for reading in found}


def _alone(passage: Passage, made: PassageVectors, embedder: Embedder) -> PassageVectors:
    rows = [embedder.embed_question(text_of(passage).text[start:end]) for start, end in text_of(passage).sentences]
    return PassageVectors(made.whole, np.stack(rows))


def main(arguments: Sequence[str]) -> None:
    """Print one line a choice."""
    articles = Path(arguments[0] if arguments else "seeds")
    questions = load(Path(arguments[1]) if len(arguments) > 1 else default_set("dev"))
    embedder = load_embedder(models.prepare(models.DEFAULT_MODEL, tell))
    sys.stdout.write(f"{'':34}{''.join(f'{name:>15}' for name in SHOWN)}\n")
    for choice in CHOICES:
        ask, texts = asker(choice, articles, embedder)
        measures = summarise(score(questions, ask, texts)).measures
        values = "".join(f"{measures[name].mean:>15.3f}" for name in SHOWN)
        sys.stdout.write(f"{choice.name:34}{values}\n")


if __name__ == "__main__":
    main(sys.argv[1:])

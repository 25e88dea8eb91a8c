"""The question sets that are reported: where they lie below a folder of data, and how each is read.

Owns the choice of sets and of their questions, and what is said of them. The public forms are read by ``formats``,
published figures stand in ``published``. No weight of the product is fitted on these sets.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from eval import question_sets
from eval.formats import load_set
from eval.question_sets import Question, default_set
from eval.reading import read, records
from eval.scores.articles import Given, articles_in
from eval.scores.conversations import conversations
from eval.scores.published import RERANKERS, SQUAD_1, SQUAD_2, WRITTEN, XQUAD, Published
from index.errors import UsageError
from qa.diagnostics import tell
from qa.session import SEEDS

CAST = "cast2022_with_passages/trec-cast-2022.ndjson.gz"
YEAR = "2022"
"""Of the news questions, and of the articles they are asked of: those of 2023 are for tuning."""


@dataclass(frozen=True, slots=True)
class ScoreSet:
    """One set of the page."""

    name: str
    title: str
    about: str
    """What it is, in a sentence or two."""
    parts: tuple[str, ...]
    """What of it lies below the folder of data; empty for the set that ships."""
    read: Callable[[Path], Given]
    """Reads it, given that folder. Raises BadQuestions or UsageError."""
    published: tuple[Published, ...] = ()
    otherwise: str = ""
    """What is measured differently where the figures were published."""
    whole_texts: bool = True
    """Whether whole articles are right, so that a program that ranks whole texts can be scored beside."""


def chosen(sets: Sequence[ScoreSet], data: Path, names: Sequence[str] | None) -> tuple[ScoreSet, ...]:
    """Return the sets to be measured, in their order; one that is not there is left out, and said on stderr.

    ``names`` (None: all) says which. Raises UsageError for a name that is none, and where nothing is left.
    """
    known = [one.name for one in sets]
    for name in names or ():
        if name not in known:
            raise UsageError(f"There is no set named {name!r}. Choose among {', '.join(known)}.")
    found = []
    for one in sets:
        if names is not None and one.name not in names:
            continue
        lacking = [path for path in ([data / part for part in one.parts] or [SEEDS]) if not path.exists()]
        if lacking:
            tell(f"{one.name}: left out, there is no {lacking[0]}.")
        else:
            found.append(one)
    if not found:
        raise UsageError(f"None of the sets is in {data}. Name the folder that holds {known[0]} and the others.")
    return tuple(found)


def _with_texts(part: str, data: Path) -> Given:
    loaded = load_set(data / part)
    if loaded.texts is None:
        raise UsageError(f"{data / part} brings no texts of its own. Put the published set there.")
    return Given(loaded.questions, {name: text.encode("utf-8") for name, text in loaded.texts.items()})


def _news(archive: str, questions: str, data: Path) -> Given:
    """Return the questions asked in ``YEAR`` with gold of that year, no other gold, and that year's articles."""
    source = read(data / questions)
    given = question_sets.parse(source)
    asked = {record["id"]: str(record.get("asked", "")) for _, record, _ in records(source, "", [])}
    kept = tuple(_of_year(one) for one in given if asked[one.id].startswith(YEAR) and _of_year(one).gold)
    if not kept:
        raise UsageError(f"{data / questions} holds no question of {YEAR}. Put the published set there.")
    return Given(kept, articles_in(data / archive))


def _of_year(question: Question) -> Question:
    return replace(question, gold=tuple(one for one in question.gold or () if one.article.startswith(f"{YEAR}/")))


def _seeds(data: Path) -> Given:
    return Given(question_sets.alone(question_sets.load(default_set())), SEEDS)


FINDS_AND_READS = (
    "The published systems are trained on this set and are given the right paragraph; here it has to be found among "
    "all paragraphs first, and a question that is held back as not sure enough scores 0."
)

SETS = (
    ScoreSet(
        "xquad_en",
        "XQuAD, English",
        "Questions that people wrote about paragraphs of Wikipedia; every paragraph is an article of its own. "
        "A part of the development set of SQuAD 1.1.",
        ("xquad_en/xquad.en.json.gz",),
        partial(_with_texts, "xquad_en/xquad.en.json.gz"),
        XQUAD,
        "The published models have one vector for a whole paragraph, and BM25 weighs whole paragraphs; `qa` ranks "
        "passages and takes each paragraph at its best one.",
    ),
    ScoreSet(
        "scifact",
        "SciFact",
        "The test set of SciFact as BEIR has it: scientific claims, and the abstracts that support or refute them. "
        "The claims are no questions and have no answers in words, so finding the abstract is all that is scored.",
        ("scifact",),
        partial(_with_texts, "scifact"),
        RERANKERS,
        "The published models rank whole abstracts with their titles; `qa` ranks passages and takes each abstract at "
        "its best one.",
    ),
    ScoreSet(
        "squad_v1_dev",
        "SQuAD 1.1",
        "The development set: questions that people wrote while they saw the paragraph, which is why they share many "
        "words with it. Every paragraph is an article of its own.",
        ("squad_v1_dev/dev-v1.1.json.gz",),
        partial(_with_texts, "squad_v1_dev/dev-v1.1.json.gz"),
        SQUAD_1,
        FINDS_AND_READS,
    ),
    ScoreSet(
        "squad_v2_dev",
        "SQuAD 2.0",
        "The development set: answerable questions of SQuAD 1.1, and about as many that the paragraph seems to answer "
        "and does not. Finding the paragraph is scored over the answerable ones, the rest over all.",
        ("squad_v2_dev/dev-v2.0.json.gz",),
        partial(_with_texts, "squad_v2_dev/dev-v2.0.json.gz"),
        SQUAD_2,
        FINDS_AND_READS + " That a question has no answer is said of its paragraph alone; another one may hold it.",
    ),
    ScoreSet(
        "realtimeqa",
        f"RealTimeQA, {YEAR}",
        f"Questions of weekly news quizzes asked in {YEAR}, and news articles of that year. Right is every article "
        "of that year that bears the answer.",
        (f"realtimeqa/articles_{YEAR}.tar.gz", "realtimeqa/questions.jsonl.gz"),
        partial(_news, f"realtimeqa/articles_{YEAR}.tar.gz", "realtimeqa/questions.jsonl.gz"),
        WRITTEN,
        "The published systems write their answers, with the whole web or only their weights to draw on, and were "
        "scored on all questions of the quizzes; `qa` quotes a collection that is known to bear the answer.",
    ),
    ScoreSet(
        "cast2022",
        "TREC CAsT 2022, each turn as it was asked",
        "Turns of conversations, most of which lean on the turns before; each is asked by itself, in its own words. "
        "Right are the texts that the answer was written from.",
        (CAST,),
        partial(conversations, CAST),
    ),
    ScoreSet(
        "heldout",
        "The held-out questions",
        "The questions about ./seeds that ship with this program and are never used for tuning. Right is a quoted "
        "place in an article, so snippets are ranked, and programs that rank whole texts are left out.",
        (),
        _seeds,
        whole_texts=False,
    ),
)

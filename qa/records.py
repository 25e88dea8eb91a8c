"""What an asker gets back. Owns the shapes; ``answer`` fills them, ``render`` and ``contract`` show them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from index.records import Evidence, Hit, Span


@dataclass(frozen=True, slots=True)
class Finding:
    """A hit once it is read: which sentence says it, and the whole sentences that will be shown."""

    hit: Hit
    best: Span
    """The words that answer, in the article: the best sentence, or what the reader marked."""
    snippet: Span
    """Whole sentences around it, in the article."""
    sentence_score: float
    """Cosine of the question and the best sentence, less where that lacks the form the question waits for."""
    score: float
    """How well it answers, as ``retrieve.relevance`` weighs it: about 0 to 2."""
    margin: float | None = None
    """How much surer the reader is of those words than of "not here", in logits; None where it did not read it."""
    sure: float | None = None
    """What confidence is told from, as ``rerank`` adds it up; None means by the sentence's score."""


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a snippet stands, and how to check it."""

    article: str
    """Path below the indexed root, forward slashes."""
    path: str
    """Absolute path of the file."""
    title: str
    date: str | None
    source: str | None
    start: int
    end: int
    """Code points: ``open(path, encoding="utf-8", newline="").read()[start:end] == snippet``."""
    lines: tuple[int, int]
    """First and last line of the snippet, counted from 1."""
    sha256: str
    """Of the file as it was indexed."""
    extracted: bool
    changed: bool
    """True when the file now differs from what was indexed, or is gone."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One literal answer in its snippet. ``snippet[highlight.start:highlight.end] == text``."""

    rank: int
    """From 1."""
    text: str
    confidence: float
    """Estimated probability, 0 to 1, that this answer is right."""
    snippet: str
    highlight: Span
    citation: Citation
    also: tuple[Citation, ...] = ()
    """Other articles that hold the same answer."""


@dataclass(frozen=True, slots=True)
class IndexState:
    """What was asked: one complete generation of one index."""

    generation: int
    articles: int
    passages: int
    model: str
    stale: bool
    degraded: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a question, and what it weighed."""

    word: str
    looked_up: str
    """The term that stands for it in the index."""
    passages: int
    """Passages that hold it."""
    weight: float
    mended: bool
    """Whether it occurs nowhere and was taken for a misspelling of what was looked up."""


@dataclass(frozen=True, slots=True)
class Place:
    """How one answer came to its place."""

    by_meaning: int
    """Rank by the passage's vector among all candidates, from 1."""
    by_words: int | None
    """Rank by the passage's words, None where it shares none with the question."""
    evidence: Evidence
    sentence: float
    """What the best sentence counted as."""
    agreement: float
    """What share of their worth the words were given, 0 to 1."""
    score: float
    """What retrieval made of all that."""
    margin: float | None = None
    """What the reader made of the passage, in logits; None where it did not read it."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """How the order of a reply came about."""

    terms: tuple[Term, ...]
    phrases: tuple[str, ...]
    candidates: int
    """Passages that either search brought."""
    places: tuple[Place, ...]
    """One an answer, in order."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A question asked before, as far as a later one may lean on it."""

    question: str
    """As it was understood: standing alone."""
    answer: str = ""
    """The words that answered; empty where the articles did not say."""
    meant: str = ""
    """What its pronouns were taken for; empty where it had none."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to understand a question."""

    text: str
    """The question standing alone."""
    meant: str = ""
    """The words of the conversation that were put in; empty where it was taken as it stands."""
    why: str = ""
    """Sentences on how it was made."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Everything one question gave. Nothing in it needs to be looked up again to show or score it."""

    question: str
    standalone: str
    """The question as it was searched: completed from the conversation, and with its slips put right."""
    answered: bool
    confidence: float
    """Of the first of ``ranked``; 0.0 when nothing was found."""
    ranked: tuple[Answer, ...]
    """Best first, whether or not the first is sure enough to count as an answer."""
    index: IndexState
    timing_ms: Mapping[str, float] = field(default_factory=dict)
    explanation: Explanation | None = None
    """Where it was asked for."""
    made: str = ""
    """How the standalone question was made, in sentences; empty where nothing came before and nothing was misspelt."""
    meant: str = ""
    """The words of the conversation that were put into it; empty where it was taken as it stands."""

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The ranked answers when the question counts as answered, else none."""
        return self.ranked if self.answered else ()

    @property
    def nearest(self) -> tuple[Answer, ...]:
        """The ranked answers when the question does not count as answered, else none."""
        return () if self.answered else self.ranked

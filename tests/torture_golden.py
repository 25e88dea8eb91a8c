"""Indexes from the past, one of each format, still open and answer.

``golden_index`` is of format 1, built of two seeds in full precision, before there was a search by words.
``golden_index_2`` is of format 2, built of the same two seeds and a note, which a second update took out again
for an article in Chinese; so it has two segments and an article that is dead. Both were built once, and never again.

Proved: what those formats wrote, this program reads: every checksum, span, vector and word holds, fixed questions
have the answers that they had then, word for word, at the same place, and what speaks for them is the same.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from torture_base import Counts, note

from index.embed import load_embedder
from index.models import restore
from index.store import Index, Query, open_index
from index.terms import wanted_terms
from index.vectors import Embedder
from index.verify import verify
from qa.ask import Asker

Answer = tuple[str, str, int, int]
"""Its text, and article, start and end of its snippet."""
LANDED = "When did Chang'e-4 land on the far side of the Moon?"
LAW = "Which law prohibits NASA from coopperating with China?"
CHINESE = "嫦娥八号将于哪一年发射？"
ANSWERS: dict[str, Answer] = {
    LANDED: (
        "On January 3, China's Chang'e-4 probe became the first spacecraft to make a soft landing on the far side of "
        "the Moon, marking a new stage for the country's deep space exploration.",
        "000_c708b5ca41c84679.txt",
        104,
        523,
    ),
    LAW: (
        "According to a law passed by the U.S. Congress in 2011, NASA is prohibited from engaging in bilateral "
        "agreements and coordination with China, hosting Chinese visitors at its facilities and working with "
        "researchers affiliated with any Chinese government entity or enterprise.",
        "002_47dff1a686762f21.txt",
        628,
        1066,
    ),
}


@dataclass(frozen=True)
class Golden:
    """One index from the past and what it said then."""

    folder: Path
    format: int
    articles: int
    answers: dict[str, Answer]
    law: tuple[float, float, float]
    """Cosine, share and cover of the passage that answers LAW."""


HERE = Path(__file__).resolve().parent
GOLDENS = (
    Golden(HERE / "golden_index", 1, 2, ANSWERS, (0.8099, 0.4866, 0.9447)),
    Golden(
        HERE / "golden_index_2",
        2,
        3,
        {**ANSWERS, CHINESE: ("嫦娥八号计划于2029年前后发射。", "chinese.txt", 21, 64)},
        (0.8053, 0.4760, 0.9356),
    ),
)


def golden(one: Golden) -> Counts:
    """Open, verify and ask an index from the past with the model that it was made with."""
    before = {path.name: path.read_bytes() for path in one.folder.iterdir()}
    index = open_index(one.folder)
    embedder = load_embedder(restore(index.manifest.model, note))
    faults = [finding for finding in verify(one.folder) if finding.fault and finding.of_index]
    counts: Counts = Counter(
        files=len(before),
        faults=len(faults) + len(index.faults),
        articles_missing=one.articles - index.manifest.articles,
        other_answer=0,
        other_evidence=sum(abs(now - then) > 0.002 for now, then in zip(_law(index, embedder), one.law, strict=True)),
        written_to=0,
    )
    for question, answer in one.answers.items():
        reply = Asker(index, embedder).ask(question)
        found, cited = reply.ranked[0], reply.ranked[0].citation
        now = found.text, cited.article, cited.start, cited.end
        if now != answer:
            note(f"{one.folder.name} now answers {now}")
        counts["other_answer"] += now != answer or not reply.answered
    counts["written_to"] += before != {path.name: path.read_bytes() for path in one.folder.iterdir()}
    return dict(counts)


def _law(index: Index, embedder: Embedder) -> tuple[float, float, float]:
    """Return cosine, share and cover of the passage that answers LAW."""
    found = index.find(Query(embedder.embed_question(LAW), wanted_terms(LAW)), 99)
    (evidence,) = (hit.evidence for hit in index.read(found.candidates) if "NASA" in hit.passage.text)
    return evidence.cosine, evidence.share, evidence.cover

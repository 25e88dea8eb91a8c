"""One question, all the way: embed, retrieve, read, rank, and decide whether the articles say it.

What the command, the chat and the evaluation call. Opening the index and loading the model is theirs.
"""

import time
from dataclasses import dataclass

from index.store import Index
from index.vectors import Embedder, Vectors
from qa.answer import rank
from qa.confidence import THRESHOLD
from qa.expect import expected_form
from qa.limits import MOST, check_question
from qa.read import read
from qa.records import Answer, IndexState, Reply

READ = 100
"""Passages read for every question; more where less than half of them differ."""


@dataclass(frozen=True, slots=True)
class Asker:
    """An open index and a loaded model, ready for any number of questions."""

    index: Index
    embedder: Embedder

    def ask(self, question: str, k: int = 1) -> Reply:
        """Return the reply to ``question`` with at most ``k`` answers (a larger k than MOST is cut to it).

        Raises UsageError for a blank question or a k below 1.
        """
        check_question(question, k)
        started = time.perf_counter()
        vector = self.embedder.embed_question(question)
        embedded = time.perf_counter()
        ranked = self._ranked(question, vector, min(k, MOST))
        done = time.perf_counter()
        sure = ranked[0].confidence if ranked else 0.0
        return Reply(
            question=question,
            standalone=question,
            answered=bool(ranked) and sure >= self.threshold,
            confidence=sure,
            ranked=ranked,
            index=self._state(ranked),
            timing_ms={
                "embed": round((embedded - started) * 1000, 2),
                "find": round((done - embedded) * 1000, 2),
                "total": round((done - started) * 1000, 2),
            },
        )

    @property
    def threshold(self) -> float:
        """The confidence from which an answer counts as one, 0 to 1."""
        stored = self.index.manifest.threshold
        return THRESHOLD if stored is None else stored

    def _ranked(self, question: str, vector: Vectors, k: int) -> tuple[Answer, ...]:
        """Return the answers of the articles' own words; where these do not answer, of what surrounds them."""
        own = self._answers(question, vector, k, aside=False)
        if own and own[0].confidence >= self.threshold:
            return own
        around = self._answers(question, vector, k, aside=True)
        return around if around and (not own or around[0].confidence >= self.threshold) else own

    def _answers(self, question: str, vector: Vectors, k: int, *, aside: bool) -> tuple[Answer, ...]:
        """Return up to ``k`` different answers, looking further where copies of one text took the places.

        How far does not depend on ``k``, so that the first answers are the same however many are wanted.
        """
        has_form = expected_form(question)
        wanted = READ
        while True:
            hits = self.index.nearest(vector, wanted, aside=aside)
            if len(hits) < wanted or len({hit.passage.text for hit in hits}) * 2 >= READ:
                return rank([read(hit, has_form) for hit in hits], k)
            wanted *= 2

    def _state(self, ranked: tuple[Answer, ...]) -> IndexState:
        manifest = self.index.manifest
        return IndexState(
            generation=manifest.generation,
            articles=manifest.articles,
            passages=manifest.passages,
            model=manifest.model.name,
            stale=not manifest.complete or any(answer.citation.changed for answer in ranked),
            degraded=bool(self.index.faults),
        )

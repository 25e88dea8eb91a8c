"""One question, all the way: embed, retrieve, read, rank, and decide whether the articles say it.

What the command, the chat and the evaluation call. Opening the index and loading the model is theirs.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index.store import Found, Index, Query
from index.vectors import Embedder
from qa.answer import answers, group
from qa.confidence import ALIKE, READING, Scale, scale_of
from qa.expect import HasForm, expected_form
from qa.explain import explain
from qa.limits import MOST, check_question
from qa.read import read
from qa.records import Answer, Finding, IndexState, Reply
from qa.rerank import rerank
from qa.retrieve import READ, query, retrieve

if TYPE_CHECKING:
    from qa.reader.model import OnnxReader


@dataclass(frozen=True, slots=True)
class Asker:
    """An open index and a loaded model, ready for any number of questions."""

    index: Index
    embedder: Embedder
    reader: "OnnxReader | None" = None
    """Reads what was found once more, more closely; without it, likeness alone decides."""
    least: float | None = None
    """The confidence from which an answer counts as one; None leaves it to the scale."""

    def ask(
        self,
        question: str,
        k: int = 1,
        *,
        explained: bool = False,
        only: str | None = None,
        after: Sequence[Reply] = (),
    ) -> Reply:
        """Return the reply to ``question`` with at most ``k`` answers (a larger k than MOST is cut to it).

        With ``only``, from the articles at that path below any root. ``after`` are the earlier replies of the
        conversation, oldest first.

        Raises UsageError for a blank question or a k below 1.
        """
        check_question(question, k)
        started = time.perf_counter()
        vector = self.embedder.embed_question(question)
        embedded = time.perf_counter()
        asked = query(question, vector)
        groups, found = self._groups(asked, expected_form(question), only)
        retrieved = time.perf_counter()
        if self.reader is not None:
            groups = rerank(groups, question, self.reader)
        groups = groups[: min(k, MOST)]
        ranked = answers(groups, self.scale)
        done = time.perf_counter()
        sure = ranked[0].confidence if ranked else 0.0
        return Reply(
            question=question,
            standalone=question,
            answered=bool(ranked) and sure >= self.scale.threshold,
            confidence=sure,
            ranked=ranked,
            index=self._state(ranked),
            timing_ms={
                "embed": round((embedded - started) * 1000, 2),
                "find": round((retrieved - embedded) * 1000, 2),
                "read": round((done - retrieved) * 1000, 2),
                "total": round((done - started) * 1000, 2),
            },
            explanation=explain(found, asked.phrases, [first for first, *_ in groups]) if explained else None,
        )

    @property
    def scale(self) -> Scale:
        """How sure answers are, and from where on they count."""
        manifest = self.index.manifest
        ours = self.reader.fingerprint if self.reader else ""
        default = READING if self.reader else ALIKE
        fitted = scale_of(manifest.scale, manifest.threshold, default) if manifest.fitted_with == ours else default
        return fitted if self.least is None else replace(fitted, threshold=self.least)

    def _groups(self, asked: Query, has_form: HasForm | None, only: str | None) -> tuple[list[list[Finding]], Found]:
        """Return what the articles say to a question, best first, looking further where copies took the places.

        How far does not depend on how many answers are wanted, so that the first are the same for any number.
        """
        wanted = READ
        while True:
            hits, found = retrieve(self.index, asked, wanted, only)
            groups = group([read(hit, has_form, asked.phrases) for hit in hits])
            if len(hits) < wanted or len(groups) * 2 >= READ:
                return groups, found
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

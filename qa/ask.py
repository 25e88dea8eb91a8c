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
from qa.choose import Search, chosen, likeliest, together
from qa.confidence import ALIKE, READING, Scale, scale_of
from qa.expect import HasForm, expected_form
from qa.explain import explain
from qa.limits import MOST, check_question
from qa.read import read
from qa.records import Answer, Earlier, Finding, IndexState, Reading, Reply
from qa.rerank import rerank
from qa.respell import respelt
from qa.retrieve import READ, query, retrieve

if TYPE_CHECKING:
    from qa.reader.model import OnnxReader


def _readings(question: str, after: Sequence[Reply]) -> tuple[Reading, ...]:
    """Return what a question may mean after others; the rules are loaded only where there are others."""
    if not after:
        return (Reading(question),)
    from qa.followup.complete import readings

    return readings(question, [_earlier(reply) for reply in after])


def _earlier(reply: Reply) -> Earlier:
    return Earlier(reply.standalone, _words(reply), reply.meant)


def _words(reply: Reply) -> str:
    return reply.answers[0].text if reply.answers else ""


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

        With ``only``, from the articles at that path below any root. With ``after``, what was asked before it in the
        same conversation, oldest first, ``question`` is completed from that where it leans on it; where it may mean
        several things, all are looked for and what answers it best counts.

        Raises UsageError for a blank question or a k below 1.
        """
        check_question(question, k)
        searches = [self._search(question, reading, only) for reading in _readings(question, after)]
        found, read = self._read(searches, after)
        groups = found.groups[: min(k, MOST)]
        ranked = answers(groups, self.scale)
        sure = ranked[0].confidence if ranked else 0.0
        timing = {part: sum(one.timing_ms[part] for one in searches) for part in found.timing_ms} | {"read": read}
        return Reply(
            question=question,
            standalone=found.reading.text,
            answered=bool(ranked) and sure >= self.scale.threshold,
            confidence=sure,
            ranked=ranked,
            index=self._state(ranked),
            timing_ms={part: round(spent, 2) for part, spent in {**timing, "total": sum(timing.values())}.items()},
            explanation=explain(found.found, found.phrases, [first for first, *_ in groups]) if explained else None,
            made=found.reading.why,
            meant=found.reading.meant,
        )

    def _read(self, searches: Sequence[Search], after: Sequence[Reply]) -> tuple[Search, float]:
        """Return what counts of several searches, read more closely, and the milliseconds that reading took.

        In a conversation the reader is given what was asked before, not a question that rules have completed.
        """
        if self.reader is None:
            return likeliest(searches, ALIKE), 0.0
        started = time.perf_counter()
        first, asked = searches[0], searches[0].asked
        if after:
            from qa.reader.form import in_context

            asked = in_context(asked, [(reply.question, _words(reply)) for reply in after])
        groups = rerank(together(searches), first.reading.text, self.reader, asked)
        return chosen(searches, groups, READING), (time.perf_counter() - started) * 1000

    def _search(self, question: str, reading: Reading, only: str | None) -> Search:
        """Return what the articles hold on one way to understand a question, its words spelt as they spell them."""
        typed = self._retrieve(question, reading, only)
        texts = [one.hit.passage.text for one, *_ in typed.groups]
        spelt, asked = (respelt(text, typed.found.weighed, texts, self._is_word) for text in (reading.text, question))
        if spelt == reading.text:
            return typed
        mended = replace(reading, text=spelt, why=f"{reading.why} It was spelt as the articles spell it.".strip())
        again = self._retrieve(asked, mended, only)
        both = {part: spent + again.timing_ms[part] for part, spent in typed.timing_ms.items()}
        return replace(again, timing_ms=both)

    def _is_word(self, word: str) -> bool:
        """Tell whether the model knows a word as one, so that it is hardly a misspelling."""
        return self.embedder.count_tokens(word) == self.embedder.count_tokens("") + 1

    def _retrieve(self, question: str, reading: Reading, only: str | None) -> Search:
        """Return what likeness alone finds."""
        started = time.perf_counter()
        vector = self.embedder.embed_question(reading.text)
        embedded = time.perf_counter()
        asked = query(reading.text, vector)
        groups, found = self._groups(asked, expected_form(reading.text), only)
        spent = {"embed": embedded - started, "find": time.perf_counter() - embedded}
        timing = {part: one * 1000 for part, one in spent.items()}
        return Search(reading, question, groups, found, asked.phrases, timing)

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

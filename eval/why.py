"""One question of a set in full: what is right, at which stage it was lost, what came instead, what it scored.

Owns the text and the data of ``qa eval --why``. The stages are those of ``qa.stages``, how the order came about is
told by ``qa.explain``.
"""

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from functools import partial
from typing import Any

from eval.evaluate import Exam
from eval.gold import gold_spans
from eval.question_sets import Question
from eval.replay import Replay
from eval.report import WIDTH, shortened
from eval.rows import DEPTH, Row, alternatives_hit
from eval.run import score
from index.errors import UsageError
from qa.contract import reply_payload
from qa.explain import explanation_text
from qa.records import Reply
from qa.sanitise import one_line
from qa.show.places import citation_line
from qa.stages import HINTS, MEANINGS, cited_by, stages


@dataclass(frozen=True, slots=True)
class Traced:
    """A question with its row and its reply."""

    question: Question
    row: Row
    reply: Reply
    """With ten answers and the account of their order."""
    right: frozenset[int]
    """The ranks of those that hit what is right."""
    threshold: float
    passages: int


def traced(exam: Exam, identifier: str) -> Traced:
    """Return the question of this id, asked and scored. Raises UsageError where the set has none."""
    known = {question.id: question for question in exam.questions}
    if identifier not in known:
        near = get_close_matches(identifier, known, 3, 0.5)
        hint = f" Did you mean {', '.join(near)}?" if near else " `qa eval --json` lists them."
        raise UsageError(f"No question of {exam.name} has the id {identifier!r}.{hint}")
    question, asker = known[identifier], exam.asker
    before = Replay(asker).before
    (row,) = score([question], asker.ask, exam.texts, trace=partial(stages, asker), before=before)
    reply = asker.ask(question.text, DEPTH, explained=True, after=before(question))
    gold = gold_spans(question, exam.texts)
    right = {one.rank for one in reply.ranked if alternatives_hit(cited_by(one), one.snippet, gold, question)}
    return Traced(question, row, reply, frozenset(right), asker.scale.threshold, asker.index.manifest.passages)


def traced_payload(found: Traced) -> Mapping[str, Any]:
    """Return the account as plain data."""
    return {
        "version": 1,
        "question": asdict(found.question),
        "row": asdict(found.row),
        "reply": reply_payload(found.reply),
        "threshold": found.threshold,
    }


def traced_text(found: Traced) -> str:
    """Return the account as it is printed."""
    sections = [_asked(found.question), _lost(found), _answers(found), _scores(found.row)]
    if found.reply.explanation:
        sections.append([explanation_text(found.reply.explanation)])
    return "\n\n".join("\n".join(lines) for lines in sections)


def _asked(question: Question) -> list[str]:
    kind = f" ({one_line(question.kind)})" if question.kind else ""
    lines = [*_wrapped(f"{one_line(question.id)}{kind}: {one_line(question.text)}", "")]
    lines += [row for earlier in question.history for row in _wrapped(f"asked after: {one_line(earlier)}")]
    if question.answers:
        lines += _wrapped(f"accepted: {' | '.join(map(one_line, question.answers))}")
    if not question.answerable:
        lines.append("    right: the articles do not say")
    for gold in question.gold or ():
        quoted = f': "{one_line(gold.quote)}"' if gold.quote is not None else " (the whole article)"
        lines += _wrapped(f"right: {one_line(gold.article)}{quoted}")
    return lines


def _lost(found: Traced) -> list[str]:
    row, seen = found.row, found.row.stages
    said = "answered" if row.answered else "held back"
    lines = [f"confidence {row.confidence:.2f}, threshold {found.threshold:.2f}: {said}"]
    if row.loss is None:
        return [*lines, "Nothing was lost: the question is answered rightly."]
    lines += _wrapped(f"{row.loss.value}: {MEANINGS[row.loss]}", "")
    if seen is not None:
        lines += [
            f"    articles that hold it   {seen.articles}",
            f"    passages that hold it   {seen.passages} of {found.passages}",
            f"    best rank by meaning    {seen.by_meaning or '-'}",
            f"    best rank by words      {seen.by_words or 'shares no word with the question'}",
            f"    rank among the answers  {seen.rank or 'not among those looked at'}",
        ]
    return [*lines, *_wrapped(HINTS[row.loss])]


def _answers(found: Traced) -> list[str]:
    lines = ["answers (*: right)"] if found.reply.ranked else ["There was no answer at all."]
    for answer in found.reply.ranked:
        right = "*" if answer.rank in found.right else " "
        lines += _wrapped(one_line(answer.text), f"{answer.rank:2}{right} ", "    ")
        lines.append(f"    {citation_line(answer.citation, confidence=answer.confidence)}")
    return lines


def _scores(row: Row) -> list[str]:
    shown = [f"{measure} {value:.3g}" for measure, value in row.measures.items() if value is not None]
    return [*_wrapped(f"scores: {', '.join(shown)}", "")] if shown else ["no measure applies"]


def _wrapped(text: str, first: str = "    ", rest: str = "        ") -> Iterator[str]:
    yield from textwrap.wrap(shortened(text, 2000), WIDTH, initial_indent=first, subsequent_indent=rest)

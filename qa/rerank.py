"""The closer look: what the reader makes of the first groups, their order, and how sure it is of them.

Owns which are read, how much the reader counts beside what retrieval found, and the joining of answers that several
articles give in the same words. The constants were fitted on development questions (docs/reader.md).
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from qa.read import marked
from qa.records import Finding

if TYPE_CHECKING:
    from qa.reader.model import OnnxReader, Read

FEW_READ, MOST_READ = 4, 8
"""Groups read for a question: the first few, and where none of these is sure enough, as many again."""
ENOUGH = 3.0
"""From this on one of the first few is sure enough."""
RELEVANCE = 16.0
"""What retrieval's score counts beside the margin in the order, in logits."""
SENTENCE = 6.0
"""What the cosine of question and best sentence counts beside the judgement in how sure an answer is, in logits."""
_WHOLE = re.compile(
    r"\s*(?:why|how(?! (?:many|much|old|long|far|tall|high|deep|big|large|heavy|often|fast|soon)\b))\b", re.IGNORECASE
)
"""Questions that a sentence answers, not a name or a number."""


def rerank(groups: Sequence[list[Finding]], question: str, reader: "OnnxReader", asked: str) -> list[list[Finding]]:
    """Return the groups in the order that the reader and retrieval give together, each with its words marked anew.

    ``question`` tells how much is marked; ``asked`` is what the reader is given: the same, or in a conversation the
    question as it was asked, with what was asked before it.
    """
    whole = _WHOLE.match(question) is not None
    told = _read(groups[:FEW_READ], asked, reader, whole=whole)
    if max((first.sure or 0.0 for first, *_ in told), default=0.0) < ENOUGH:
        told += _read(groups[FEW_READ:MOST_READ], asked, reader, whole=whole)
    least = min((first.sure or 0.0 for first, *_ in told), default=0.0)
    unread = [[replace(first, sure=least), *others] for first, *others in groups[len(told) :]]
    return _joined(sorted(told, key=_place)) + unread


def _read(groups: Sequence[list[Finding]], asked: str, reader: "OnnxReader", *, whole: bool) -> list[list[Finding]]:
    """Return groups in their order, the first finding of each read."""
    said = reader.read_all(asked, [_given(first) for first, *_ in groups])
    return [[_told(first, one, whole=whole), *others] for (first, *others), one in zip(groups, said, strict=True)]


def _given(finding: Finding) -> tuple[str, str]:
    """Return what is read of a finding: the title where its article states one, and the passage."""
    article = finding.hit.article
    stated = article.title != PurePosixPath(article.key.path).stem
    return article.title if stated else "", finding.hit.passage.text


def _told(finding: Finding, said: "Read", *, whole: bool) -> Finding:
    return replace(
        marked(finding, said.span, whole=whole),
        margin=said.margin,
        sure=said.answered + SENTENCE * finding.sentence_score,
    )


def strength(finding: Finding) -> float:
    """Return how well a finding answers, as reader and retrieval say together, in logits."""
    return (finding.margin or 0.0) + RELEVANCE * finding.score


def _place(group: Sequence[Finding]) -> tuple[bool, float]:
    first = group[0]
    return not first.hit.evidence.phrased, -round(strength(first), 4)


def _joined(groups: Sequence[list[Finding]]) -> list[list[Finding]]:
    """Join groups of different articles whose marked words are the same, where the reader thinks both an answer."""
    found: dict[str, list[Finding]] = {}
    joined = []
    for group in groups:
        first = group[0]
        said = " ".join(first.hit.article.text[first.best.start : first.best.end].split()).casefold()
        answers = first.margin is not None and first.margin > 0
        earlier = found.setdefault(said, group) if answers else group
        if earlier is not group and _elsewhere(first, earlier):
            earlier.extend(group)
        else:
            joined.append(group)
    return joined


def _elsewhere(finding: Finding, group: Sequence[Finding]) -> bool:
    return all(finding.hit.article.key != one.hit.article.key for one in group)

"""Why an article is not the answer to a question: where it stood at every stage, and what may be done.

Owns finding the article that is meant, and the words. The stages are those of ``stages``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index.alike import alike
from index.errors import UsageError
from index.sources import location
from index.store import Index
from qa.ask import Asker
from qa.limits import MOST
from qa.records import Answer, Reply
from qa.sanitise import name, one_line
from qa.show.places import citation_line
from qa.stages import HINTS, MEANINGS, Loss, Place, Stages, cited_by, cites, lost, stages

SHOWN = 200
"""Characters of a passage that are shown."""
SIMILAR = 3
"""Articles of a like name that are offered."""


@dataclass(frozen=True, slots=True)
class WhyNot:
    """What became of an article that a person had in mind."""

    question: str
    article: str
    """Its path below the root; as it was given where no such article is indexed."""
    similar: tuple[str, ...]
    """Indexed articles of a like name, where it is absent."""
    stages: Stages
    loss: Loss | None
    """None where it is the first answer."""
    answer: Answer | None
    """The first answer that cites it, of those looked at."""
    first: Answer | None
    """What stood first."""
    confidence: float
    threshold: float
    passages: int
    """In the index."""

    @property
    def held_back(self) -> bool:
        """Whether the first answer was not sure enough to count."""
        return self.confidence < self.threshold


def why_not(asker: Asker, article: str, question: str) -> WhyNot:
    """Return what became of ``article``, a path or the end of one. Raises UsageError where several are meant."""
    path = _meant(asker.index, article)
    reply = asker.ask(question, MOST)
    place = Place(path or article)
    found = stages(asker, reply, [place])
    return WhyNot(
        question=question,
        article=path or article,
        similar=() if path else similar_articles(article, asker.index.numbers),
        stages=found,
        loss=lost(found) or _held(reply),
        answer=next((one for one in reply.ranked if cites(cited_by(one), place)), None),
        first=reply.ranked[0] if reply.ranked else None,
        confidence=reply.confidence,
        threshold=asker.scale.threshold,
        passages=asker.index.manifest.passages,
    )


def similar_articles(given: str, paths: Iterable[str]) -> tuple[str, ...]:
    """Return up to three of ``paths`` whose file names are most like that of ``given``, folders and endings aside."""
    by_name: dict[str, str] = {}
    for path in paths:
        for called in (Path(path).name, Path(path).stem):
            by_name.setdefault(called, path)
    found = alike(Path(given).name, by_name, 2 * SIMILAR)
    return tuple(dict.fromkeys(by_name[called] for called in found))[:SIMILAR]


def why_not_payload(found: WhyNot) -> Mapping[str, Any]:
    """Return the account as plain data."""
    return {
        "version": 1,
        "question": found.question,
        "article": found.article,
        "similar": list(found.similar),
        "lost": found.loss.value if found.loss else None,
        "stages": asdict(found.stages),
        "confidence": round(found.confidence, 4),
        "threshold": round(found.threshold, 4),
    }


def why_not_text(found: WhyNot) -> str:
    """Return the account as it is printed."""
    seen, of = found.stages, f"of {found.passages}"
    lines = [_verdict(found)]
    if found.similar:
        lines.append(f"    Did you mean: {', '.join(map(name, found.similar))}?")
    if found.loss is not Loss.ARTICLE_ABSENT:
        lines += [
            "",
            f"    by meaning         rank {seen.by_meaning} {of} passages" if seen.by_meaning else "    no passage",
            f"    by words           {f'rank {seen.by_words} {of}' if seen.by_words else 'shares no word with it'}",
            f"    among the answers  {f'rank {seen.rank}' if seen.rank else f'not among the first {MOST}'}",
            f"    confidence         {found.confidence:.2f} of the first answer; {found.threshold:.2f} is needed",
        ]
    if found.answer is not None and found.loss is not None:
        lines += ["", "Its best answer:", *_quoted(found.answer)]
    if found.first is not None and found.stages.rank != 1:
        lines += ["", "What stood first:", *_quoted(found.first)]
    if found.loss:
        lines += ["", HINTS[found.loss]]
    return "\n".join(lines) + "\n"


def _verdict(found: WhyNot) -> str:
    if found.loss is None:
        return f"{name(found.article)} is the first answer."
    return f"{name(found.article)}: {found.loss.value} ({MEANINGS[found.loss]})."


def _quoted(answer: Answer) -> list[str]:
    text = one_line(answer.text)
    shown = text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
    return [f"    {shown}", f"    {citation_line(answer.citation, confidence=answer.confidence)}"]


def _held(reply: Reply) -> Loss | None:
    """Return the loss of an article that stands first."""
    return None if reply.answered else Loss.ABSTENTION


def _meant(index: Index, given: str) -> str | None:
    """Return the path below its root of the article that is meant; None where none is indexed."""
    wanted = given.replace("\\", "/")
    if wanted in index.numbers:
        return wanted
    for number, places in index.numbers.items():
        position, row = places[0]
        if location(index.segments[position].article(row).key) == Path(given).absolute():
            return number
    parts = f"/{wanted.removeprefix('./')}"
    ends = [path for path in index.numbers if f"/{path}".endswith(parts)]
    found = ends or [path for path in index.numbers if Path(path).name.startswith(Path(wanted).name)]
    if len(found) > 1:
        raise UsageError(f"Several articles are called so: {', '.join(found[:5])}. Give more of the path.")
    return found[0] if found else None

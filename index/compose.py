"""From one step of a plan to the segments of the next generation: what is written, carried over, merged.

Writes segment files only; nothing refers to them until ``build`` publishes the manifest.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from index.articles import Reading
from index.catalog import Place, stored_articles
from index.entries import Known, embed_readings, stored_entries
from index.manifest import SegmentRecord
from index.records import ArticleKey
from index.segment_files import write_segment
from index.segments import Segment
from index.survey import Survey
from index.vectors import Embedder, Progress

SEGMENTS = 32
"""With more segments than this, the smaller ones are merged."""
DEAD_SHARE = 0.2
"""A segment with more dead passages than this share is written anew without them."""
STEP_CHARACTERS = 2_000_000
"""Text embedded between two commits of a long update: about a minute's work on two cores."""


@dataclass(frozen=True, slots=True)
class Step:
    """A part of an update that is committed as one."""

    readings: tuple[Reading, ...]
    """Articles to be written."""
    dropped: tuple[Place, ...]
    """Stored articles that are no longer current afterwards."""


def steps(folder: Path, start: Survey) -> list[Step]:
    """Return the steps of an update, in order; an article's old form goes in the step that brings the new.

    Where every article is cut anew there is one step, since two ways of cutting must not mix.
    """
    readings = {**start.scan.readings, **_unread(folder, start)}
    old_of = {new: old for old, new in start.scan.plan.renamed}
    found: list[Step] = []
    group: list[ArticleKey] = []
    characters = 0
    for key in start.written:
        group.append(key)
        characters += len(readings[key].article.text)
        if not start.rereading and characters >= STEP_CHARACTERS:
            found.append(_step(group, readings, old_of, start))
            group, characters = [], 0
    last = _step(group, readings, old_of, start)
    removed = tuple(start.places[key] for key in start.scan.plan.removed if key in start.places)
    return [*found, replace(last, dropped=last.dropped + removed)]


def overall(progress: Progress, todo: Sequence[Step], at: int, embedded: int) -> Progress:
    """Return what hears of the passages of step ``at`` and tells ``progress`` of those of the whole update.

    How many there will be is estimated by the length of the texts, until the last step.
    """
    lengths = [sum(len(reading.article.text) for reading in step.readings) for step in todo]
    before, whole = sum(lengths[:at]), max(sum(lengths), 1)

    def tell(done: int, total: int) -> None:
        share = (before + lengths[at] * done / max(total, 1)) / whole
        expected = embedded + total if at == len(todo) - 1 else round((embedded + done) / max(share, 1e-9))
        progress(embedded + done, max(expected, embedded + done))

    return tell


class Shelf:
    """The segments of an index folder, each opened when it is first needed and only once."""

    def __init__(self, folder: Path, dim: int) -> None:
        self.folder = folder
        self.dim = dim
        self._open: dict[str, Segment] = {}

    def __getitem__(self, record: SegmentRecord) -> Segment:
        """Return the open segment of ``record``. Raises IndexDamaged where a file of it is damaged."""
        if record.name not in self._open:
            self._open[record.name] = Segment(self.folder, record, self.dim, shelved=True)
        return self._open[record.name]


def write_step(
    shelf: Shelf,
    name: str,
    step: Step,
    records: Sequence[SegmentRecord],
    embedder: Callable[[], Embedder],
    known: Known,
    progress: Progress | None,
    *,
    last: bool,
) -> tuple[tuple[SegmentRecord, ...], int]:
    """Write the segment ``name``, where one is needed, and return all segments afterwards and the passages embedded.

    With ``last``, segments that have become many or half dead are merged into the new one.
    """
    entries, computed = [], 0
    if step.readings:
        done = embed_readings(step.readings, embedder(), known, progress)
        entries, computed = list(done.entries), done.computed
    records = [_with_dead(shelf, record, step.dropped) for record in records]
    worn = _worth_merging(records) if last else set()
    for record in records:
        if record.name in worn:
            entries += stored_entries(shelf[record], frozenset(record.dead))
    kept = [record for record in records if record.name not in worn and len(record.dead) < record.articles]
    if entries:
        entries.sort(key=lambda entry: entry.article.key)
        kept.append(write_segment(shelf.folder, name, entries, shelf.dim))
    return tuple(kept), computed


def _step(
    keys: Sequence[ArticleKey],
    readings: Mapping[ArticleKey, Reading],
    old_of: Mapping[ArticleKey, ArticleKey],
    start: Survey,
) -> Step:
    old = [old_of.get(key, key) for key in keys]
    return Step(tuple(readings[key] for key in keys), tuple(start.places[key] for key in old if key in start.places))


def _unread(folder: Path, start: Survey) -> dict[ArticleKey, Reading]:
    """Return articles to be written whose files cannot be read now, from the text in the index."""
    missing = set(start.written) - start.scan.readings.keys()
    found = {key: start.recovered[key] for key in missing & start.recovered.keys()}
    named = {start.places[key].segment for key in missing - found.keys()}
    for record in start.before.segments if start.before else ():
        if record.name in named:
            found |= {key: one for key, one in stored_articles(folder, record).items() if key in missing}
    return found


def _with_dead(shelf: Shelf, record: SegmentRecord, dropped: Sequence[Place]) -> SegmentRecord:
    """Return the record with those of ``dropped`` that its segment holds among the dead."""
    gone = {where.number for where in dropped if where.segment == record.name} - set(record.dead)
    if not gone:
        return record
    passages = sum(len(shelf[record].rows_of(number)) for number in gone)
    dead = tuple(sorted({*record.dead, *gone}))
    return replace(record, dead=dead, dead_passages=record.dead_passages + passages)


def _worth_merging(records: Sequence[SegmentRecord]) -> set[str]:
    """Return the names of segments to be written anew: those worn by removals, and the small ones of too many.

    Of too many, those are taken that are not larger than all smaller ones together, as in a merge sort,
    so that a passage is rewritten a number of times that grows with the logarithm of the collection.
    """
    worn = {record.name for record in records if record.dead_passages > DEAD_SHARE * record.passages}
    if len(records) < SEGMENTS:
        return worn
    together = 0
    small: set[str] = set()
    for record in sorted(records, key=lambda record: record.passages):
        if len(small) >= 2 and record.passages > together:
            break
        small.add(record.name)
        together += record.passages
    return worn | small

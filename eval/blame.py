"""At which stages a run lost its questions: how many, which were worst, and what may be done about each.

Owns what "worst" means. The stages, their names and hints are those of ``qa.stages``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from eval.rows import Row
from qa.stages import HINTS, Loss

EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Blame:
    """What one stage cost."""

    loss: Loss
    questions: int
    worst: tuple[Row, ...]
    """The surest mistakes first; of right answers that were held back, the least sure first."""

    @property
    def hint(self) -> str:
        """What may be done about it."""
        return HINTS[self.loss]


def blamed(rows: Sequence[Row]) -> tuple[Blame, ...]:
    """Return what each stage cost, in the order of the stages; those that cost nothing are left out."""
    found = []
    for loss in Loss:
        lost = [row for row in rows if row.loss is loss]
        surest_first = sorted(lost, key=lambda row: (row.confidence, row.id), reverse=loss is not Loss.ABSTENTION)
        if lost:
            found.append(Blame(loss, len(lost), tuple(surest_first[:EXAMPLES])))
    return tuple(found)

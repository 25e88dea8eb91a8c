"""Pictures that count questions kind by kind: what was found and answered, and what flipped.

Owns the counts they show. Marks are those of ``svg``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from eval.compare import Comparison
from eval.page.markup import Table
from eval.page.svg import WIDTH, Plot, Scale, bar, drawing, label, rule
from eval.rows import Row

KINDS = 20
"""So many kinds are drawn, those with most questions; the table holds all."""
NAME = 30  # so many characters of a kind fit across, wide ones too
LEFT = 1.0  # room for the outline of a hollow bar


@dataclass(frozen=True, slots=True)
class Kind:
    """Questions of one kind, counted."""

    name: str
    questions: int
    answered: int
    found: int
    """Of ``placed``, those whose first snippet is the right place."""
    placed: int
    """Questions that have a right place."""
    won: int = 0
    lost: int = 0


def kinds(rows: Sequence[Row], comparison: Comparison | None = None) -> tuple[Kind, ...]:
    """Return the kinds in the order of their first question, with flips where there is a baseline."""
    flips = comparison.flips if comparison else ()
    return tuple(
        _counted(
            name,
            [row for row in rows if row.kind == name],
            [flip.won for flip in flips if flip.after.kind == name],
        )
        for name in dict.fromkeys(row.kind for row in rows)
    )


def by_kind(rows: Sequence[Row]) -> Plot:
    """Return which kinds of questions it finds and answers: two bars for each."""
    counted = kinds(rows)
    share = Scale(0, 1, LEFT, LEFT + 320)
    marks = [
        bar((LEFT, 3), 14, 9, "mine"),
        label(20, 12, "right place first (hit@1)"),
        bar((220, 3), 14, 9, "other"),
        label(240, 12, "answered"),
    ]
    for number, kind in enumerate(drawn := _most(counted)):
        marks += _pair(kind, share, 26 + 54 * number)
    title = "Quality by kind of question"
    caption = " ".join(_sentences_by_kind(counted, len(drawn)))
    head = ("kind", "questions", "hit@1", "of", "answered")
    data = tuple((named(k), *map(str, (k.questions, k.found, k.placed, k.answered))) for k in counted)
    svg = drawing("by-kind", title, caption, 30 + 54 * len(drawn), marks)
    return Plot(title, svg, caption, Table(title, head, data, frozenset(head[1:])), tall=len(drawn) > 7)


def flips(comparison: Comparison) -> Plot:
    """Return how many questions of each kind were won and lost against the baseline."""
    counted = [kind for kind in kinds(comparison.run.report.rows, comparison) if kind.won or kind.lost]
    drawn = _most(counted)
    middle = WIDTH / 2
    size = Scale(0, max((max(kind.won, kind.lost) for kind in drawn), default=1), 0, 140)
    marks = [label(middle, 20, "No question flipped.", "soft", "middle")] if not drawn else []
    for number, kind in enumerate(drawn):
        top = 6 + 40 * number
        won, lost = size.at(kind.won), size.at(kind.lost)
        marks += [
            label(middle, top + 11, _shortened(kind), anchor="middle"),
            bar((middle - lost, top + 17), lost, 11, "other") if kind.lost else "",
            bar((middle, top + 17), won, 11, "mine") if kind.won else "",
            label(middle - lost - 6, top + 27, f"{kind.lost} lost", "" if kind.lost else "soft", "end"),
            label(middle + won + 6, top + 27, f"{kind.won} won", "" if kind.won else "soft"),
            rule((middle, top + 15), (middle, top + 30), "axis"),
        ]
    title = "Flips against the baseline"
    all_won, all_lost = sum(kind.won for kind in counted), sum(kind.lost for kind in counted)
    caption = (
        f"{_questions(all_won)} wrong before and right now (won, filled, to the right); {_questions(all_lost)} "
        f"right before and wrong now (lost, hollow, to the left).{_rest(counted, len(drawn))}"
    )
    data = tuple((named(kind), str(kind.won), str(kind.lost)) for kind in counted)
    svg = drawing("flips", title, caption, max(36, 10 + 40 * len(drawn)), marks)
    table = Table(title, ("kind", "won", "lost"), data, frozenset({"won", "lost"}))
    return Plot(title, svg, caption, table, tall=len(drawn) > 10)


def named(kind: Kind) -> str:
    """Return how a kind is called."""
    return kind.name or "(no kind)"


def _counted(name: str, rows: Sequence[Row], won: Sequence[bool]) -> Kind:
    hits = [hit for row in rows if (hit := row.measures["hit@1"]) is not None]
    return Kind(
        name,
        questions=len(rows),
        answered=sum(row.answered for row in rows),
        found=sum(hit == 1 for hit in hits),
        placed=len(hits),
        won=sum(won),
        lost=len(won) - sum(won),
    )


def _most(counted: Sequence[Kind]) -> list[Kind]:
    """Return the kinds that are drawn, in their order."""
    largest = sorted(counted, key=lambda kind: -kind.questions)[:KINDS]
    return [kind for kind in counted if kind in largest]


def _pair(kind: Kind, share: Scale, top: float) -> list[str]:
    """Return the bars of one kind, each with its count; the pale track is all of its questions."""
    marks = [label(0, top + 12, f"{_shortened(kind)}, {kind.questions}")]
    found = (kind.found, kind.placed, "mine", top + 18)
    answered = (kind.answered, kind.questions, "other", top + 33)
    for part, whole, look, y in (found, answered):
        marks.append(bar((LEFT, y), share.at(1) - LEFT, 10, "track"))
        if part:
            marks.append(bar((LEFT, y), share.at(part / whole) - LEFT, 10, look))
        marks.append(label(share.at(1) + 8, y + 9.5, f"{part}/{whole}" if whole else "nothing to find"))
    return marks


def _sentences_by_kind(counted: Sequence[Kind], drawn: int) -> list[str]:
    placed = [kind for kind in counted if kind.placed]
    said = ["Filled: the share whose first snippet is the right place. Hollow: the share it answered."]
    if len(placed) > 1:
        best = max(placed, key=_share)
        worst = min(placed, key=_share)
        said.append(
            f"It finds the right place most often for {_shortened(best)} ({best.found} of {best.placed}), "
            f"least often for {_shortened(worst)} ({worst.found} of {worst.placed})."
        )
    silent = [kind for kind in counted if not kind.placed]
    if silent:
        answered, asked = sum(kind.answered for kind in silent), sum(kind.questions for kind in silent)
        said.append(f"Where there is nothing to find, it should not answer: it did so for {answered} of {asked}.")
    return [*said, _rest(counted, drawn).strip()] if len(counted) > drawn else said


def _share(kind: Kind) -> float:
    return kind.found / kind.placed


def _rest(counted: Sequence[Kind], drawn: int) -> str:
    return f" {len(counted) - drawn} more kinds are in the table only." if len(counted) > drawn else ""


def _questions(number: int) -> str:
    return "1 question was" if number == 1 else f"{number} questions were"


def _shortened(kind: Kind) -> str:
    name = named(kind)
    return name if len(name) <= NAME else name[: NAME - 3] + "..."

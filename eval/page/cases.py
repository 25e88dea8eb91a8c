"""Single questions on the page: those that were lost, those that flipped, all of them.

Owns what is shown of one question. Which stage lost it and which were worst is decided in ``blame``.
"""

from collections.abc import Iterable, Iterator, Sequence

from eval.blame import Blame, blamed
from eval.compare import Flip
from eval.page.markup import Table, folded, section, shown, tabled, with_code
from eval.report import shortened
from eval.rows import Row
from qa.stages import MEANINGS as LOSSES

ALL = 1000
"""Of a set with more questions, only those that were lost are listed one by one."""
RANKS = "By meaning, by words, answer: the rank of what is right in either search and among the answers; - for none."
CELL = 300  # characters of a text in a table; flipped questions are shown in full


def lost(rows: Sequence[Row]) -> str:
    """Return at which stages questions were lost, with what may be done, and the worst of each."""
    found = blamed(rows)
    of_all = sum(blame.questions for blame in found)
    said = [f"<p>{of_all} of {len(rows)} questions were lost, each at the first stage that failed it.</p>"]
    if found:
        said.append(f'<p class="soft">{RANKS}</p>')
    return section("Where questions were lost", [*said, *map(_blame, found)])


def _blame(blame: Blame) -> str:
    head = ("id", "question", "what was said", "confidence", "by meaning", "by words", "answer")
    rows = tuple(
        (row.id, shortened(row.question, CELL), _said(row), f"{row.confidence:.3f}", *_ranks(row))
        for row in blame.worst
    )
    table = Table(f"Worst of {blame.loss.value}", head, rows, frozenset(head[3:]), frozenset(head[1:3]))
    return (
        f"<h3>{shown(blame.loss.value)}: {blame.questions}</h3>\n"
        f"<p>{with_code(LOSSES[blame.loss].capitalize())}. {with_code(blame.hint)}</p>\n{tabled(table)}"
    )


def _ranks(row: Row) -> tuple[str, str, str]:
    """Return how near what is right came: its ranks by meaning, by words, and among the answers."""
    if row.stages is None:
        return "-", "-", "-"
    found = row.stages
    by_meaning, by_words, rank = (
        "-" if at is None else str(at) for at in (found.by_meaning, found.by_words, found.rank)
    )
    return by_meaning, by_words, rank


def flipped(flips: Sequence[Flip]) -> str:
    """Return every question that is right in one run and wrong in the other, in full behind its name."""
    parts = [] if flips else ["<p>No question flipped.</p>"]
    for name, sign, won in (("Now wrong", "-", False), ("Now right", "+", True)):
        of_kind = [flip for flip in flips if flip.won is won]
        if of_kind:
            parts.append(f"<h3>{name}: {len(of_kind)}</h3>")
            parts += [_flip(flip, sign) for flip in of_kind]
    return section("Flipped questions", parts)


def _flip(flip: Flip, sign: str) -> str:
    head = ("", "before", "now")
    both = (flip.before, flip.after)
    rows = (
        ("said", *(_even(_words(row)) for row in both)),
        ("snippet", *(_even(row.snippet or "(nothing)") for row in both)),
        ("right", *("yes" if row.right else "no" for row in both)),
        ("answered", *("yes" if row.answered else "no" for row in both)),
        ("confidence", *(f"{row.confidence:.3f}" for row in both)),
        ("right place at rank", *map(_first_hit, both)),
        ("lost at", *(row.loss.value if row.loss else "" for row in both)),
    )
    table = Table(f"Question {flip.after.id} before and now", head, rows, long=frozenset(head[1:]))
    return folded(f"{sign} {flip.after.id}  {flip.after.question}", tabled(table))


def _even(text: str) -> str:
    """Return a text with plain spaces: lines cannot break at those that many articles are full of."""
    return " ".join(text.split())


def _first_hit(row: Row) -> str:
    return next((str(rank) for rank, one in enumerate(row.ranking, start=1) if one.hits), "-")


def questions(rows: Sequence[Row]) -> str:
    """Return a line for every question; of a set above ``ALL``, for every lost one."""
    listed = rows if len(rows) <= ALL else [row for row in rows if row.loss]
    said = f"All {len(rows)} questions"
    if len(rows) > ALL:
        said = f"The {len(listed)} questions that were lost, of {len(rows)}; a saved run holds all"
    head = ("id", "kind", "question", "what was said", "confidence", "answered", "right", "lost at", "ms")
    table = Table(
        said, head, tuple(_cells(listed)), frozenset({"confidence", "answered", "right", "ms"}), frozenset(head[2:4])
    )
    return section("Questions", [folded(said, tabled(table))])


def _cells(rows: Iterable[Row]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        yield (
            row.id,
            row.kind,
            shortened(row.question, CELL),
            _said(row),
            f"{row.confidence:.3f}",
            "yes" if row.answered else "no",
            "yes" if row.right else "no",
            row.loss.value if row.loss else "",
            f"{row.latency_ms:.0f}",
        )


def _said(row: Row) -> str:
    return shortened(_words(row), CELL)


def _words(row: Row) -> str:
    return row.text or "(nothing)"

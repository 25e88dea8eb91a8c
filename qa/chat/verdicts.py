"""What a person says about the last answer of a conversation, understood and kept.

Owns the words of these commands: each gives a label, or what to write where it gives none. The form of a label and
its file belong to ``labels``.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.errors import UserError
from index.records import Article
from qa.chat.labels import PLACES, Label, Place, add, expanded, places_cited, places_holding, questions_in, take_out
from qa.records import Citation, Reply
from qa.sanitise import name, one_line
from qa.show.places import shown_path

WANTED = (
    "What is right? Type /good and the number of an answer of /sources; or /answer and the right words as they stand "
    "in an article, or /answer none where the articles do not say.\n"
)
NOTHING = "The articles do not say"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is right for a question."""

    said: str
    """In words, for the person who said it."""
    label: Label


def choose(named: str) -> tuple[Path, str]:
    """Return the file that labels are to go to, and what to write. Raises UsageError where they cannot."""
    file = expanded(named)
    return file, f"Labels go to {_shown(file)}, which holds {_counted(questions_in(file), 'question')}.\n"


def good(history: Sequence[Reply], which: str, text_of: Callable[[Citation], str]) -> Verdict | str:
    """Understand that answer number ``which`` of the last reply is right; "": the first, or that there is none."""
    *_, reply = history
    if not which and not reply.answered:
        return Verdict(NOTHING, _label(history))
    numbered = {str(answer.rank): answer for answer in reply.ranked}
    answer = numbered.get(which or "1")
    if not numbered:
        return "Nothing was found; /good alone says that this is right.\n"
    if answer is None:
        return f"/good takes a number from 1 to {len(numbered)}; /sources lists them.\n"
    places = places_cited(answer, map(text_of, answer.also))
    return Verdict(f"Answer {answer.rank} is right, in {_counted(len(places), 'place')}", _label(history, *places))


def right(history: Sequence[Reply], words: str, articles: Iterable[Article]) -> Verdict | str:
    """Understand that some words are right, as they stand in ``articles``; "none": that these do not say."""
    *_, reply = history
    if words.lower() == "none":
        return Verdict(NOTHING, _label(history))
    near = [cited for answer in reply.ranked for cited in (answer.citation, *answer.also)]
    places, times = places_holding(words, articles, near)
    if not places:
        return "No article holds these words; type them as they stand there, or /answer none.\n"
    many = (
        f"the nearest {PLACES} of {times} places" if times > len(places) == PLACES else _counted(len(places), "place")
    )
    label = _label(history, *places, answers=(" ".join(words.split()),))
    return Verdict(f'"{one_line(words)}" is right, in {many}', label)


def keep(file: Path, verdict: Verdict) -> tuple[str, bool]:
    """Add the label of a verdict to a file, and return what to write, and whether the file did not hold it yet.

    Raises UserError where that cannot be done.
    """
    kept = add(file, verdict.label)
    holds = f"{_shown(file)}, which holds {_counted(kept.questions, 'question')}."
    again = f" It has another label of this question too: qa eval {_shown(file)} --check." if kept.another else ""
    return f"{verdict.said}: {'added to' if kept.new else 'already in'} {holds}{again}\n", kept.new


def withdraw(labelled: Sequence[tuple[Path, Label]]) -> str:
    """Take labels out of their files again, as far as they are the last there, and say what became of them."""
    left = [file for file, label in reversed(labelled) if not _taken_out(file, label)]
    if left:
        return f"Its label stays in {_shown(left[0])}, which was changed since."
    return f"Its label{'s are' if len(labelled) > 1 else ' is'} withdrawn too."


def _taken_out(file: Path, label: Label) -> bool:
    try:
        return take_out(file, label)
    except UserError:
        return False


def _label(history: Sequence[Reply], *places: Place, answers: tuple[str, ...] = ()) -> Label:
    *earlier, reply = (asked.question for asked in history)
    return Label(reply, tuple(earlier), places, answers)


def _shown(file: Path) -> str:
    return name(shown_path(str(file)))


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"

"""What may be asked, checked before anything is opened or built for it."""

from collections.abc import Callable, Iterable, Iterator

from index.errors import UsageError

MOST = 100
"""The most answers that one question gets; a larger wish is cut to it."""
LONGEST = 50_000
"""Characters of a question: far more than any has."""


def check_question(question: str, k: int) -> None:
    """Raise UsageError for a blank question, one that is too long, or fewer than one answer."""
    if not question.strip():
        raise UsageError('The question is blank. Ask something, as in: qa ask "Who discovered it?"')
    if len(question) > LONGEST:
        raise UsageError(
            f"The question has {len(question):,} characters, and {LONGEST:,} are the most. Ask something shorter."
        )
    if k < 1:
        raise UsageError(f"-k {k} asks for no answer. Give a number from 1 on.")


def asked_in(lines: Iterable[str], complain: Callable[[str], None]) -> Iterator[str]:
    """Yield the questions, one a line, as the lines come; what cannot be asked is named by its line and passed over.

    Blank lines at the end are no matter.
    """
    blank: list[int] = []
    for number, line in enumerate(lines, start=1):
        question = line.removeprefix("\ufeff").strip() if number == 1 else line.strip()
        if not question:
            blank.append(number)
            continue
        for empty in blank:
            complain(f"Line {empty} is blank and was passed over; give one question a line.")
        blank.clear()
        try:
            check_question(question, 1)
        except UsageError as error:
            complain(f"Line {number} was passed over: {error}")
            continue
        yield question

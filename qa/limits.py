"""What may be asked, checked before anything is opened or built for it."""

from index.errors import UsageError

MOST = 100
"""The most answers that one question gets; a larger wish is cut to it."""


def check_question(question: str, k: int) -> None:
    """Raise UsageError for a blank question, or for fewer than one answer."""
    if not question.strip():
        raise UsageError('The question is blank. Ask something, as in: qa ask "Who discovered it?"')
    if k < 1:
        raise UsageError(f"-k {k} asks for no answer. Give a number from 1 on.")

"""Asking some questions and writing the replies to stdout, as text or as JSON, with the exit code they mean.

Owns what stands between the command line and an asker. How an answer looks is the work of ``render`` and ``contract``.
"""

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qa.ask import Asker
from qa.diagnostics import ExitCode, tell
from qa.records import Reply
from qa.show.look import PIPED, Look, look_of
from qa.streams import out


@dataclass(frozen=True, slots=True)
class Manner:
    """How replies are asked for and written."""

    answers: int = 1
    """Answers a question."""
    json: bool = False
    explained: bool = False
    titled: bool = False
    """Whether the question stands above its reply, as where several are asked."""
    plain: bool = False
    """Whether all is said in words, as for a screen reader."""
    after: tuple[str, ...] = ()
    """What was asked before, oldest first; a question is completed from it where it leans on it."""


def answer(asker: Asker, questions: Iterable[str], manner: Manner) -> ExitCode:
    """Ask and write one question after the other; NO_ANSWER where the articles answer none."""
    earlier = conversed(asker, manner.after)
    if asker.index.faults:
        return _answer_degraded(asker, questions, manner, earlier)
    answered = [_answer_one(asker, question, manner, earlier) for question in questions]
    return ExitCode.DONE if any(answered) else ExitCode.NO_ANSWER


def conversed(asker: Asker, questions: Iterable[str]) -> tuple[Reply, ...]:
    """Return the replies to questions that are asked one after the other, as in a conversation."""
    replies: tuple[Reply, ...] = ()
    for question in questions:
        replies = (*replies, asker.ask(question, after=replies))
    return replies


def account(asker: Asker, article: str, questions: Iterable[str], manner: Manner) -> None:
    """Write for each question why ``article`` is not its answer."""
    from qa.contract import dumps
    from qa.why_not import why_not, why_not_payload, why_not_text

    earlier = conversed(asker, manner.after)
    for question in questions:
        found = why_not(asker, article, asker.ask(question, after=earlier).standalone if earlier else question)
        out(dumps(why_not_payload(found)) + "\n" if manner.json else why_not_text(found))


def written(reply: Reply, manner: Manner, look: Look = PIPED) -> str:
    """Return a reply as it is written where text may look like ``look``."""
    if manner.json:
        from qa.contract import dumps, reply_payload

        return dumps(reply_payload(reply)) + "\n"
    from qa.show.render import question_text, reply_text

    text = reply_text(reply, look)
    if reply.explanation:
        from qa.explain import explanation_text

        text += "\n" + explanation_text(reply.explanation)
    return f"{question_text(reply.question, look)}{text}\n" if manner.titled else text


def _write(reply: Reply, manner: Manner) -> None:
    """Write a reply. How it may look is told anew for each, since windows change."""
    out(written(reply, manner, look_of(sys.stdout, os.environ, plain=manner.plain)))


def _answer_one(asker: Asker, question: str, manner: Manner, earlier: Sequence[Reply]) -> bool:
    """Write the reply to one question and return whether the articles answered it."""
    reply = asker.ask(question, manner.answers, explained=manner.explained, after=earlier)
    _write(reply, manner)
    return reply.answered


def _answer_degraded(asker: Asker, questions: Iterable[str], manner: Manner, earlier: Sequence[Reply]) -> ExitCode:
    """Write what a damaged index still answers. It cannot say that the articles do not say."""
    replies = [asker.ask(question, manner.answers, explained=manner.explained, after=earlier) for question in questions]
    if not any(reply.answered for reply in replies):
        tell("The undamaged part of the index does not say; the rest cannot be asked. Run `qa index --repair`.")
        return ExitCode.NO_INDEX
    for reply in replies:
        _write(reply, manner)
    return ExitCode.DONE

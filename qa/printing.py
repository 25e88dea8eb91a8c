"""Asking some questions and writing the replies to stdout, as text or as JSON, with the exit code they mean.

Owns what stands between the command line and an asker. How an answer looks is the work of ``render`` and ``contract``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from qa.ask import Asker
from qa.diagnostics import ExitCode, tell
from qa.records import Reply
from qa.streams import out, styled


@dataclass(frozen=True, slots=True)
class Manner:
    """How replies are asked for and written."""

    answers: int = 1
    """Answers a question."""
    json: bool = False
    explained: bool = False
    titled: bool = False
    """Whether the question stands above its reply, as where several are asked."""


def answer(asker: Asker, questions: Sequence[str], manner: Manner) -> ExitCode:
    """Ask and write one question after the other; NO_ANSWER where the articles answer none."""
    if asker.index.faults:
        return _answer_degraded(asker, questions, manner)
    answered = [_answer_one(asker, question, manner) for question in questions]
    return ExitCode.DONE if any(answered) else ExitCode.NO_ANSWER


def account(asker: Asker, article: str, questions: Sequence[str], *, json: bool) -> None:
    """Write for each question why ``article`` is not its answer."""
    from qa.contract import dumps
    from qa.why_not import why_not, why_not_payload, why_not_text

    for question in questions:
        found = why_not(asker, article, question)
        out(dumps(why_not_payload(found)) + "\n" if json else why_not_text(found))


def written(reply: Reply, manner: Manner) -> str:
    """Return a reply as it is written."""
    if manner.json:
        from qa.contract import dumps, reply_payload

        return dumps(reply_payload(reply)) + "\n"
    from qa.render import reply_text
    from qa.sanitise import one_line

    text = reply_text(reply, styled=styled())
    if reply.explanation:
        from qa.explain import explanation_text

        text += "\n" + explanation_text(reply.explanation)
    return f"> {one_line(reply.question)}\n\n{text}\n" if manner.titled else text


def _answer_one(asker: Asker, question: str, manner: Manner) -> bool:
    """Write the reply to one question and return whether the articles answered it."""
    reply = asker.ask(question, manner.answers, explained=manner.explained)
    out(written(reply, manner))
    return reply.answered


def _answer_degraded(asker: Asker, questions: Sequence[str], manner: Manner) -> ExitCode:
    """Write what a damaged index still answers. It cannot say that the articles do not say."""
    replies = [asker.ask(question, manner.answers, explained=manner.explained) for question in questions]
    if not any(reply.answered for reply in replies):
        tell("The undamaged part of the index does not say; the rest cannot be asked. Run `qa index --repair`.")
        return ExitCode.NO_INDEX
    for reply in replies:
        out(written(reply, manner))
    return ExitCode.DONE

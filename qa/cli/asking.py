"""The commands of the asker: one question, or a prompt that stays."""

import os
import sys
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from index.errors import UsageError
from index.place import find_index
from qa.cli.options import (
    FOUND,
    PRINTED,
    AnswersOption,
    IndexOption,
    JsonOption,
    LeastOption,
    NoReaderOption,
    PlainOption,
)
from qa.cli.values import articles
from qa.diagnostics import tell
from qa.limits import asked_in, check_question
from qa.look import look_of
from qa.streams import Typed, out, stdin_lines


def ask(
    question: Annotated[
        list[str],
        typer.Argument(metavar="QUESTION", help='Words are joined; "-" reads one question a line from stdin'),
    ],
    k: AnswersOption = 1,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain", help="Show what each search found and how the order came about", rich_help_panel=PRINTED
        ),
    ] = False,
    why_not: Annotated[
        str | None,
        typer.Option(
            "--why-not",
            metavar="ARTICLE",
            help="Say why ARTICLE is not the answer, and where it was lost",
            autocompletion=articles,
            rich_help_panel=PRINTED,
        ),
    ] = None,
    degraded: Annotated[
        bool, typer.Option("--degraded", help="Answer from what is undamaged of the index", rich_help_panel=FOUND)
    ] = False,
    no_reader: NoReaderOption = False,
    min_confidence: LeastOption = None,
    plain: PlainOption = False,
    json: JsonOption = False,
    index: IndexOption = None,
) -> None:
    """Print the best answer to QUESTION with its citation. Exit code 3: the articles do not say."""
    from qa import session
    from qa.printing import Manner, account, answer

    asked = " ".join(question)
    check_question(asked, k)
    several = asked == "-"
    questions = asked_in(stdin_lines(), tell) if several else iter([asked])
    first = next(questions, None)
    if first is None:
        raise UsageError("No question on stdin can be asked. Give one a line, as in: qa ask - < questions.txt")
    questions = chain([first], questions)
    asker = session.open_asker(find_index(index), session.Setting(degraded, not no_reader, min_confidence))
    if why_not is not None:
        account(asker, why_not, questions, json=json)
        return
    raise typer.Exit(answer(asker, questions, Manner(k, json, explain, several, plain)))


def chat(
    k: AnswersOption = 1,
    label: Annotated[
        Path | None, typer.Option("--label", metavar="FILE", help="Where /good, /wrong and /answer keep questions")
    ] = None,
    no_reader: NoReaderOption = False,
    min_confidence: LeastOption = None,
    plain: PlainOption = False,
    json: JsonOption = False,
    index: IndexOption = None,
) -> None:
    """Ask one question after another; /help lists the commands."""
    from qa import session
    from qa.chat import Chat, converse
    from qa.contract import dumps, reply_payload

    check_question("?", k)
    asker = session.open_asker(find_index(index), session.Setting(read=not no_reader, least=min_confidence))
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if terminal:
        import readline  # noqa: F401  (line editing and the history of this conversation, for input())

        tell(f"{asker.index.manifest.articles} articles. Ask, or type /help; /quit leaves.")
    look = partial(look_of, sys.stdout, os.environ, plain=plain)
    talk = Chat(asker, k, look, render=(lambda reply: dumps(reply_payload(reply)) + "\n") if json else None)
    if label is not None:
        tell(talk.choose_labels(str(label)).rstrip())
    converse(talk, Typed() if terminal else stdin_lines(), out, tell, interactive=terminal)

"""The commands of the asker: one question, or a prompt that stays."""

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
from qa.streams import out, stdin_lines


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
    after: Annotated[
        list[str] | None,
        typer.Option(
            "--after",
            metavar="EARLIER",
            help="An earlier question that QUESTION may lean on; several of them: oldest first",
            rich_help_panel=FOUND,
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
    for earlier in after or ():
        check_question(earlier, k)
    several = asked == "-"
    questions = asked_in(stdin_lines(), tell) if several else iter([asked])
    first = next(questions, None)
    if first is None:
        raise UsageError("No question on stdin can be asked. Give one a line, as in: qa ask - < questions.txt")
    questions = chain([first], questions)
    asker = session.open_asker(find_index(index), session.Setting(degraded, not no_reader, min_confidence))
    manner = Manner(k, json, explain, several, plain, tuple(after or ()))
    if why_not is not None:
        account(asker, why_not, questions, manner)
        return
    raise typer.Exit(answer(asker, questions, manner))


def chat(
    which: Annotated[
        str | None,
        typer.Argument(
            metavar="[WHICH]", help="With --resume: its number or id; list: see them all; default: the last"
        ),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on in an earlier conversation")] = False,
    no_keep: Annotated[
        bool, typer.Option("--no-keep", help="Keep nothing of this conversation (always so with QA_KEEP=0)")
    ] = False,
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
    """Ask one question after another; /help lists the commands.

    What is asked at a terminal is kept, so that --resume can go on in it: the newest 50 conversations, readable by you
    alone, in ~/.local/state/qa (or QA_STATE).
    """
    from qa import session
    from qa.chat.talking import Talk, listed, talk

    check_question("?", k)
    if which is not None and not resume:
        raise UsageError('qa chat takes no question; type it at the prompt, or ask it at once: qa ask "Who was it?"')
    folder = find_index(index)
    if which == "list":
        out(listed(folder, json=json))
        return
    setting = session.Setting(read=not no_reader, least=min_confidence)
    taken_up = (which or "last") if resume else None
    talk(folder, setting, Talk(k, label, resume=taken_up, keep=not no_keep, json=json, plain=plain))

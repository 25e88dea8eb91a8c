"""The command of the measurer."""

from pathlib import Path
from typing import Annotated

import typer

from index.place import find_index
from qa.cli.options import COMPARED, FOUND, INSTEAD, IndexOption, JsonOption, LeastOption, NoReaderOption
from qa.cli.values import question_sets
from qa.streams import out


def eval_(
    questions: Annotated[
        Path | None,
        typer.Argument(
            metavar="QUESTIONS",
            help="JSON Lines or SQuAD (may be gzipped), a BEIR folder, or a set that ships: "
            "heldout (the default) or dev, both about ./seeds",
            autocompletion=question_sets,
        ),
    ] = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Look for mistakes in the question set instead of asking it", rich_help_panel=INSTEAD
        ),
    ] = False,
    why: Annotated[
        str | None, typer.Option("--why", metavar="ID", help="Show one question in full", rich_help_panel=INSTEAD)
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option("--save", metavar="FILE", help="Keep the run, to compare with", rich_help_panel=COMPARED),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option("--baseline", metavar="RUN", help="Compare with a run kept before", rich_help_panel=COMPARED),
    ] = None,
    fail_under: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-under",
            metavar="MEASURE=VALUE",
            help="Exit code 6 below it; may be repeated",
            rich_help_panel=COMPARED,
        ),
    ] = None,
    fail_if_worse: Annotated[
        bool,
        typer.Option(
            "--fail-if-worse",
            help="Exit code 6 where a measure is surely worse than the baseline's",
            rich_help_panel=COMPARED,
        ),
    ] = False,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report",
            metavar="DIR",
            help="Write a page, a summary, the run and its TREC form",
            rich_help_panel=COMPARED,
        ),
    ] = None,
    calibrate: Annotated[
        str | None,
        typer.Option(
            "--calibrate",
            metavar="precision=P",
            help="Fit confidence to these questions and store it with the index",
            rich_help_panel=COMPARED,
        ),
    ] = None,
    own_article: Annotated[
        bool,
        typer.Option(
            "--own-article", help="Ask each question of the article it is about alone: no search", rich_help_panel=FOUND
        ),
    ] = False,
    no_reader: NoReaderOption = False,
    min_confidence: LeastOption = None,
    json: JsonOption = False,
    index: IndexOption = None,
) -> None:
    """Score the answers to a question set: retrieval, answers, abstention, with 95 % intervals."""
    from eval.command import Task, perform
    from qa.session import Setting

    task = Task(
        questions,
        find_index(index),
        json=json,
        save=save,
        baseline=baseline,
        report=report,
        fail_under=tuple(fail_under or ()),
        fail_if_worse=fail_if_worse,
        why=why,
        check=check,
        calibrate=calibrate,
        setting=Setting(read=not no_reader, least=min_confidence),
        own_article=own_article,
    )
    raise typer.Exit(perform(task, out))

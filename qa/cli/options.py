"""Options that several commands take."""

from pathlib import Path
from typing import Annotated

import typer

from qa.cli.values import indexes

PRINTED = "What is printed"
FOUND = "How answers are found"
WORK = "What is worked on"
RUN = "How it runs"
INSTEAD = "Instead of a score"
COMPARED = "Keeping and comparing"
"""Groups of options in help."""

IndexOption = Annotated[
    Path | None,
    typer.Option(
        "--index",
        metavar="DIR",
        help="The index folder. Default: QA_INDEX, else the nearest .qa",
        autocompletion=indexes,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text")]
NoReaderOption = Annotated[
    bool,
    typer.Option(
        "--no-reader", help="Order and mark by likeness alone, without the closer reading", rich_help_panel=FOUND
    ),
]
LeastOption = Annotated[
    float | None,
    typer.Option(
        "--min-confidence",
        metavar="C",
        min=0.0,
        max=1.0,
        help="Count as answers those at least so sure, 0 to 1",
        rich_help_panel=FOUND,
    ),
]
PlainOption = Annotated[
    bool,
    typer.Option(
        "--plain", help="Say all in words, as a screen reader reads well (or set QA_PLAIN=1)", rich_help_panel=PRINTED
    ),
]
AnswersOption = Annotated[
    int, typer.Option("-k", metavar="N", help="Show up to N answers (100 at most)", rich_help_panel=PRINTED)
]

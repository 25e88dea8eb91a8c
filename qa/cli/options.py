"""Options that several commands take."""

from pathlib import Path
from typing import Annotated

import typer

IndexOption = Annotated[
    Path | None,
    typer.Option("--index", metavar="DIR", help="The index folder. Default: QA_INDEX, else the nearest .qa"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text")]
AnswersOption = Annotated[int, typer.Option("-k", metavar="N", help="Show up to N answers (100 at most)")]

"""All commands under their names, each with an example at the end of its help."""

from typing import Annotated

import typer

from qa.cli.asking import ask, chat
from qa.cli.keeping import index_, status, verify
from qa.cli.measuring import eval_
from qa.streams import out

app = typer.Typer(
    name="qa",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Ask questions and get the exact words of your own articles back, cited, or an honest no.",
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        out(f"qa {version('article-qa')}\n")
        raise typer.Exit


@app.callback()
def _qa(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version")
    ] = False,
) -> None:
    """Hold the options of the program itself."""


app.command(epilog='Example: qa ask "When did Chang\'e-4 land on the far side of the Moon?"')(ask)
app.command(epilog="Example: qa chat -k 3")(chat)
app.command(name="index", epilog="Example: qa index ~/articles")(index_)
app.command(epilog="Example: qa status --json")(status)
app.command(epilog="Example: qa verify")(verify)
app.command(name="eval", epilog="Example: qa eval my-questions.jsonl --baseline before.json --fail-if-worse")(eval_)

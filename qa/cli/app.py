"""All commands under their names, each with examples at the end of its help."""

from typing import Annotated

import typer

from qa.cli import shells
from qa.cli.asking import ask, chat
from qa.cli.help import HelpfulCommand, HelpfulGroup
from qa.cli.keeping import doctor, index_, status, verify
from qa.cli.measuring import eval_
from qa.streams import out

EXAMPLES = {
    "ask": """\
qa ask "When did Chang'e-4 land on the far side of the Moon?"
qa ask -k 3 who signed the agreement          the three best answers
qa ask --why-not talk.txt "Who paid?"         why it is not that article
qa ask --after "Who paid?" "How much?"        it leans on an earlier one
qa ask --json - < questions.txt               one question a line""",
    "chat": """\
qa chat
qa chat -k 3                       three answers to each question
qa chat --resume                   where the last conversation was left
qa chat --label questions.jsonl    keep what you say is right, for qa eval""",
    "index": """\
qa index ~/articles            all .txt and .md files; again: what changed
qa index --dry-run             what would be done, nothing written
qa index --quiet --wait 600    from cron: prints errors only
qa index --repair              after damage; what is sound is used again""",
    "status": """\
qa status
qa status --json    all that was added, changed, removed or renamed""",
    "verify": """\
qa verify           after trouble with the disk; qa doctor is quicker
qa verify --json""",
    "eval": """\
qa eval                          the held-out questions about ./seeds
qa eval mine.jsonl --check       look for mistakes in the questions first
qa eval mine.jsonl --save before.json
qa eval mine.jsonl --baseline before.json --fail-if-worse
qa eval mine.jsonl --why q17     one question in full""",
    "doctor": """\
qa doctor
qa doctor --json > doctor.json    to send to whoever helps you""",
}

app = typer.Typer(
    name="qa",
    cls=HelpfulGroup,
    add_completion=False,
    invoke_without_command=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Ask questions and get the exact words of your own articles back, cited, or an honest no.",
    epilog="""\
qa index ~/articles       once, and again whenever articles were added
qa ask "Who said so?"     the best answer, or that your articles do not say
qa chat                   one question after another
qa doctor                 when something does not work""",
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        out(f"qa {version('article-qa')}\n")
        raise typer.Exit


def _install(wanted: bool) -> None:
    if wanted:
        out(shells.install(shells.shell()))
        raise typer.Exit


def _show(wanted: bool) -> None:
    if wanted:
        out(shells.script(shells.shell()))
        raise typer.Exit


@app.callback()
def _qa(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version")
    ] = False,
    install_completion: Annotated[
        bool,
        typer.Option(
            "--install-completion",
            callback=_install,
            is_eager=True,
            help="Let the Tab key complete commands, options and articles in this shell (bash, zsh, fish)",
        ),
    ] = False,
    show_completion: Annotated[
        bool,
        typer.Option(
            "--show-completion", callback=_show, is_eager=True, help="Print what that would install for this shell"
        ),
    ] = False,
) -> None:
    """Hold the options of the program itself; alone, say what to do first."""
    if context.invoked_subcommand is None:
        from index.place import find_index
        from qa.welcome import welcome

        out(welcome(find_index()))


for _name, _command in (
    ("ask", ask),
    ("chat", chat),
    ("index", index_),
    ("status", status),
    ("verify", verify),
    ("eval", eval_),
    ("doctor", doctor),
):
    app.command(name=_name, cls=HelpfulCommand, epilog=EXAMPLES[_name])(_command)

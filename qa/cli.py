"""The commands: what they take, and which parts they call. The roof of the house; nothing imports it.

Owns Typer. Imports inside the commands keep ``--help`` instant and asking light.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from index.errors import UsageError, UserError
from index.place import find_index
from qa.diagnostics import ExitCode, exit_code, tell
from qa.limits import check_question
from qa.streams import Closed, Typed, leave, out, prepare_streams, stdin_lines, styled

app = typer.Typer(
    name="qa",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Ask questions and get the exact words of your own articles back, cited, or an honest no.",
)

IndexOption = Annotated[
    Path | None,
    typer.Option("--index", metavar="DIR", help="The index folder. Default: QA_INDEX, else the nearest .qa"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text")]
AnswersOption = Annotated[int, typer.Option("-k", metavar="N", help="Show up to N answers (100 at most)")]


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


@app.command(epilog='Example: qa ask "When did Chang\'e-4 land on the far side of the Moon?"')
def ask(
    question: Annotated[
        list[str],
        typer.Argument(metavar="QUESTION", help='Words are joined; "-" reads one question a line from stdin'),
    ],
    k: AnswersOption = 1,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show what each search found and how the order came about")
    ] = False,
    why_not: Annotated[
        str | None,
        typer.Option("--why-not", metavar="ARTICLE", help="Say why ARTICLE is not the answer, and where it was lost"),
    ] = None,
    degraded: Annotated[bool, typer.Option("--degraded", help="Answer from what is undamaged of the index")] = False,
    json: JsonOption = False,
    index: IndexOption = None,
) -> None:
    """Print the best answer to QUESTION with its citation. Exit code 3: the articles do not say."""
    from qa.printing import Manner, account, answer
    from qa.session import open_asker

    asked = " ".join(question)
    check_question(asked, k)
    several = asked == "-"
    questions = [line.strip() for line in stdin_lines() if line.strip()] if several else [asked]
    if not questions:
        raise UsageError("There is no question on stdin. Give one a line, as in: qa ask - < questions.txt")
    asker = open_asker(find_index(index), degraded=degraded)
    if why_not is not None:
        account(asker, why_not, questions, json=json)
        return
    raise typer.Exit(answer(asker, questions, Manner(k, json, explain, titled=several)))


@app.command(epilog="Example: qa chat -k 3")
def chat(
    k: AnswersOption = 1,
    label: Annotated[
        Path | None, typer.Option("--label", metavar="FILE", help="Where /good, /wrong and /answer keep questions")
    ] = None,
    json: JsonOption = False,
    index: IndexOption = None,
) -> None:
    """Ask one question after another; /help lists the commands."""
    from qa.chat import Chat, converse
    from qa.contract import dumps, reply_payload
    from qa.session import open_asker

    check_question("?", k)
    asker = open_asker(find_index(index))
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if terminal:
        import readline  # noqa: F401  (line editing and the history of this conversation, for input())

        tell(f"{asker.index.manifest.articles} articles. Ask, or type /help; /quit leaves.")
    talk = Chat(asker, k, styled(), render=(lambda reply: dumps(reply_payload(reply)) + "\n") if json else None)
    if label is not None:
        tell(talk.choose_labels(str(label)).rstrip())
    converse(talk, Typed() if terminal else stdin_lines(), out, tell, interactive=terminal)


@app.command(name="index", epilog="Example: qa index ~/articles")
def index_(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH", help="Folders or files; default: what is indexed already, else ./seeds"),
    ] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Cut and embed every article anew")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done and write nothing")] = False,
    prune: Annotated[bool, typer.Option("--prune", help="Let go of articles whose folder is gone or empty")] = False,
    model: Annotated[
        str | None,
        typer.Option(
            "--model", metavar="NAME", help="A sentence-transformers folder, or the name of one in the local cache"
        ),
    ] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Make damaged parts again, re-using every vector that is sound")
    ] = False,
    rollback: Annotated[bool, typer.Option("--rollback", help="Go back to before the last update")] = False,
    wait: Annotated[
        float, typer.Option("--wait", metavar="SECONDS", min=0.0, help="Wait for another qa that is updating")
    ] = 0.0,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors")] = False,
    json: JsonOption = False,
    index: IndexOption = None,
) -> None:
    """Make the index true to the articles in PATH: only what changed is worked on."""
    from index.build import Wish
    from qa import reports
    from qa.contract import dumps
    from qa.session import run_update

    if rollback:
        if paths or rebuild or prune or dry_run or repair or model:
            raise UsageError("--rollback stands alone. Run `qa index --rollback`.")
        _roll_back(find_index(index), wait, quiet=quiet, json=json)
        return
    wish = Wish(tuple(paths or ()), rebuild, prune, model, dry_run, repair, wait)
    done = run_update(find_index(index), wish, quiet=quiet)
    if json:
        out(dumps(reports.update_payload(done, dry=dry_run)) + "\n")
    elif not quiet:
        out(reports.update_text(done, dry=dry_run))


@app.command(epilog="Example: qa status --json")
def status(json: JsonOption = False, index: IndexOption = None) -> None:
    """Say what is indexed, and what changed on the disk since."""
    from index.status import status as look
    from qa import reports
    from qa.contract import dumps

    found = look(find_index(index))
    out(dumps(reports.status_payload(found)) + "\n" if json else reports.status_text(found))
    if not json:
        for sentence in reports.left_out(found.scan.skipped, found.scan.withheld):
            tell(sentence)


@app.command(epilog="Example: qa verify")
def verify(json: JsonOption = False, index: IndexOption = None) -> None:
    """Check every checksum, span and vector of the index. Exit code 4: damaged; 5: only the prepared model is."""
    from index.verify import verify as check
    from qa import reports
    from qa.contract import dumps

    found = check(find_index(index))
    out(dumps(reports.verify_payload(found)) + "\n" if json else reports.verify_text(found))
    faulty = [finding for finding in found if finding.fault]
    damaged = ExitCode.NO_INDEX if any(finding.of_index for finding in faulty) else ExitCode.MODEL
    raise typer.Exit(damaged if faulty else ExitCode.DONE)


@app.command(name="eval", epilog="Example: qa eval my-questions.jsonl --baseline before.json --fail-if-worse")
def eval_(
    questions: Annotated[
        Path | None,
        typer.Argument(
            metavar="QUESTIONS",
            help="JSON Lines or SQuAD (may be gzipped), or a BEIR folder; default: the held-out set on ./seeds",
        ),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Look for mistakes in the question set instead of asking it")
    ] = False,
    why: Annotated[str | None, typer.Option("--why", metavar="ID", help="Show one question in full")] = None,
    save: Annotated[Path | None, typer.Option("--save", metavar="FILE", help="Keep the run, to compare with")] = None,
    baseline: Annotated[
        Path | None, typer.Option("--baseline", metavar="RUN", help="Compare with a run kept before")
    ] = None,
    fail_under: Annotated[
        list[str] | None,
        typer.Option("--fail-under", metavar="MEASURE=VALUE", help="Exit code 6 below it; may be repeated"),
    ] = None,
    fail_if_worse: Annotated[
        bool, typer.Option("--fail-if-worse", help="Exit code 6 where a measure is surely worse than the baseline's")
    ] = False,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="DIR", help="Write a page, a summary, the run and its TREC form")
    ] = None,
    calibrate: Annotated[
        str | None,
        typer.Option(
            "--calibrate", metavar="precision=P", help="Fit confidence to these questions and store it with the index"
        ),
    ] = None,
    json: JsonOption = False,
    index: IndexOption = None,
) -> None:
    """Score the answers to a question set: retrieval, answers, abstention, with 95 % intervals."""
    from eval.command import Task, perform

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
    )
    raise typer.Exit(perform(task, out))


def main() -> None:
    """Run the command line and leave with the exit code of the contract."""
    prepare_streams()
    try:
        code = app(standalone_mode=False) or ExitCode.DONE
    except typer.TyperException as error:
        tell(_usage(error.format_message(), sys.argv[1:]))
        code = ExitCode.USAGE
    except UserError as error:
        tell(str(error))
        code = exit_code(error)
    except (KeyboardInterrupt, typer.Abort):
        tell("Interrupted.")
        code = ExitCode.INTERRUPTED
    except Closed:
        code = ExitCode.DONE
    except OSError as error:  # such as a full disk behind stdout when Typer prints help
        tell(f"{error}. Check where the output goes to, and the disk.")
        code = ExitCode.ERROR
    sys.exit(int(code))


def run() -> None:
    """Run the command line as a process of its own, which ends here: taking the engines down first takes a while."""
    try:
        main()
    except SystemExit as done:
        leave(done.code if isinstance(done.code, int) else ExitCode.ERROR)


def _usage(message: str, arguments: list[str]) -> str:
    """Return Typer's complaint with the remedy that fits the arguments."""
    if message.startswith("Usage:"):
        return message
    message = message.rstrip(".")
    message = message if message.endswith("?") else f"{message}."
    named = bool(arguments) and not arguments[0].startswith("-") and not message.startswith("No such command")
    command = arguments[0] if named else ""
    if command == "ask" and "option" in message.lower():
        return f"{message} If the question begins with a dash, put -- before it: qa ask -- -what?"
    return f"{message} See `{' '.join(['qa', command]).strip()} --help`."


def _roll_back(folder: Path, wait: float, *, quiet: bool, json: bool) -> None:
    """Go back to the generation before the last update, and say so."""
    from index.rollback import rollback
    from qa import reports
    from qa.contract import dumps

    done = rollback(folder, wait)
    if json:
        out(dumps(reports.rollback_payload(done)) + "\n")
    elif not quiet:
        out(reports.rollback_text(done))

"""The commands of the keeper: making an index true to the articles, and looking after it."""

from pathlib import Path
from typing import Annotated

import typer

from index.errors import UsageError
from index.place import find_index
from qa.cli.options import RUN, WORK, IndexOption, JsonOption
from qa.diagnostics import ExitCode, tell
from qa.streams import out


def index_(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH", help="Folders or files; default: what is indexed already, else ./seeds"),
    ] = None,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Cut and embed every article anew", rich_help_panel=WORK)
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done and write nothing", rich_help_panel=RUN)
    ] = False,
    prune: Annotated[
        bool, typer.Option("--prune", help="Let go of articles whose folder is gone or empty", rich_help_panel=WORK)
    ] = False,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            metavar="NAME",
            help="A sentence-transformers folder, or the name of one in the local cache",
            rich_help_panel=WORK,
        ),
    ] = None,
    repair: Annotated[
        bool,
        typer.Option(
            "--repair", help="Make damaged parts again, re-using every vector that is sound", rich_help_panel=WORK
        ),
    ] = False,
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Go back to before the last update", rich_help_panel=WORK)
    ] = False,
    wait: Annotated[
        float,
        typer.Option(
            "--wait", metavar="SECONDS", min=0.0, help="Wait for another qa that is updating", rich_help_panel=RUN
        ),
    ] = 0.0,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors", rich_help_panel=RUN)] = False,
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


def verify(json: JsonOption = False, index: IndexOption = None) -> None:
    """Check every checksum, span and vector of the index. Exit code 4: damaged; 5: only the prepared model is."""
    from index.verify import Finding
    from index.verify import verify as check
    from qa import reports
    from qa.contract import dumps
    from qa.reader import ready

    found = (*check(find_index(index)), Finding("reader", "; ".join(ready.faults()) or None, of_index=False))
    out(dumps(reports.verify_payload(found)) + "\n" if json else reports.verify_text(found))
    faulty = [finding for finding in found if finding.fault]
    damaged = ExitCode.NO_INDEX if any(finding.of_index for finding in faulty) else ExitCode.MODEL
    raise typer.Exit(damaged if faulty else ExitCode.DONE)


def doctor(json: JsonOption = False, index: IndexOption = None) -> None:
    """Check installation, models, index, folders and terminal, and name each fault's remedy.

    Exit code 1: some command will fail. Nothing is written.
    """
    from qa.contract import dumps
    from qa.doctor.examine import examine
    from qa.doctor.records import Level
    from qa.doctor.report import count, findings_payload, findings_text

    found = examine(index)
    out(dumps(findings_payload(found)) + "\n" if json else findings_text(found))
    raise typer.Exit(ExitCode.ERROR if count(found, Level.FAILURE) else ExitCode.DONE)


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

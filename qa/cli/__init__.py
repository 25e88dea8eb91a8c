"""The command line: from arguments to an exit code. The roof of the house; nothing but ``qa.__main__`` imports it.

Owns Typer, and the last mile of every error. Imports inside the commands keep ``--help`` instant and asking light.
"""

import re
import sys

import typer

from index.alike import alike, offer
from index.errors import UserError
from qa.cli import shells
from qa.cli.app import app
from qa.diagnostics import ExitCode, exit_code, tell
from qa.streams import Closed, leave, prepare_streams

_OPTION = re.compile(r"No such option: (\S+) \(Possible options: (.+)\)")
_COMMAND = re.compile(r"No such command ('.*')\. Did you mean ('[^']*').*", re.DOTALL)


def main() -> None:
    """Run the command line and leave with the exit code of the contract."""
    prepare_streams()
    if shells.asked():
        shells.answer(app)
        sys.exit(ExitCode.DONE)
    try:
        code = app(prog_name="qa", standalone_mode=False) or ExitCode.DONE
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
    except ModuleNotFoundError as error:  # an installation that lost a package; a fault of ours has a traceback
        if error.name is None or error.name.partition(".")[0] in ("qa", "index", "eval"):
            raise
        tell(f"The package {error.name} is missing. Run `qa doctor`; it names the command that brings it back.")
        code = ExitCode.ERROR
    sys.exit(int(code))


def run() -> None:
    """Run the command line as a process of its own, which ends here: taking the engines down first takes a while."""
    try:
        main()
    except SystemExit as done:
        leave(done.code if isinstance(done.code, int) else ExitCode.ERROR)


def _usage(message: str, arguments: list[str]) -> str:
    """Return Typer's complaint with the remedy that fits: the nearest that there is, else where to look."""
    if wrong := _OPTION.fullmatch(message):
        return f"No such option: {wrong[1]}.{offer(alike(wrong[1], wrong[2].split(', ')))}"
    if wrong := _COMMAND.fullmatch(message):
        return f"No such command {wrong[1]}. Did you mean {wrong[2]}?"
    unknown = message.startswith("No such command")
    if unknown and (any(character.isspace() for character in arguments[0]) or arguments[-1].endswith("?")):
        return 'To ask a question, put the command before it, as in: qa ask "Who said so?"'
    message = message.rstrip(".")
    message = message if message.endswith("?") else f"{message}."
    named = bool(arguments) and not arguments[0].startswith("-") and not unknown
    command = arguments[0] if named else ""
    if command == "ask" and "option" in message.lower():
        return f"{message} If the question begins with a dash, put -- before it: qa ask -- -what?"
    return f"{message} See `{' '.join(['qa', command]).strip()} --help`."

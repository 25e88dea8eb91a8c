"""Completion in the shells: what is installed for bash, zsh and fish, where it goes, and answering when Tab is pressed.

Typer speaks with the shells; which values can stand where is the work of ``values``.
"""

import contextlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from index.errors import UsageError, UserError

PROGRAM = "qa"
VARIABLE = "_QA_COMPLETE"
SHELLS = ("bash", "zsh", "fish")

_BASH = """\
_qa_completion() {
    local words=() line IFS=$'\\n' i
    for ((i = 0; i <= COMP_CWORD; i++)); do
        [[ ${COMP_WORDS[i]} == "=" ]] && ((i < COMP_CWORD)) && continue
        words+=("${COMP_WORDS[i]}")
    done
    COMPREPLY=()
    while read -r line; do
        [[ $line ]] || continue
        [[ $line == */ ]] && compopt -o nospace 2>/dev/null
        case ${COMP_WORDS[COMP_CWORD]} in
            [\\"\\']*) ;;
            "~"*) line="~$(printf '%q' "${line#"~"}")" ;;
            *) line=$(printf '%q' "$line") ;;
        esac
        COMPREPLY+=("$line")
    done < <(env COMP_WORDS="${words[*]}" COMP_CWORD=$((${#words[@]} - 1)) _QA_COMPLETE=complete_bash "$1" 2>/dev/null)
}
complete -o default -F _qa_completion qa
"""
"""Unlike Typer's, it takes names with spaces in them, folders without a space after them, and ``--index=DIR``."""


def asked() -> bool:
    """Tell whether it is a shell that runs the program, for the Tab key."""
    return VARIABLE in os.environ


def answer(app: Callable[..., object]) -> None:
    """Write what can stand where the cursor is.

    A fault is no completion: nothing may be said in the middle of a line that is being typed.
    """
    sys.modules["rich"] = None  # type: ignore[assignment]  # Typer would load it for colours: half of the waiting
    with contextlib.suppress(Exception), open(os.devnull, "w", encoding="utf-8") as nowhere:
        from typer.completion import completion_init  # type: ignore[attr-defined]

        completion_init()
        with contextlib.redirect_stderr(nowhere):
            app(prog_name=PROGRAM, complete_var=VARIABLE, standalone_mode=False)


def shell() -> str:
    """Return the shell that this was typed in, else the user's own. Raises UsageError for one without completion."""
    found = [os.path.basename(os.environ.get("SHELL", ""))]
    with contextlib.suppress(ImportError, OSError):  # Typer brings it along; it raises where it sees no shell
        from shellingham import detect_shell

        found.insert(0, detect_shell()[0])
    for name in found:
        if name in SHELLS:
            return name
    raise UsageError(
        f"Completion is made for bash, zsh and fish, and this shell is {found[0] or 'none of them'}. "
        "Run it from one of those, as in: bash -ic 'qa --install-completion'."
    )


def script(name: str) -> str:
    """Return what makes a shell complete the program's words."""
    if name == "bash":
        return _BASH
    from typer.completion import get_completion_script  # type: ignore[attr-defined]

    return f"{get_completion_script(prog_name=PROGRAM, complete_var=VARIABLE, shell=name)}\n"


def install(name: str) -> str:
    """Put the script where a shell finds it, and return what to say. Done twice, it changes nothing more.

    Raises UserError where a file cannot be written.
    """
    home = Path.home()
    try:
        match name:
            case "bash":
                place = _written(home / ".bash_completions" / "qa.sh", name)
                _ensure(home / ".bashrc", ['source "$HOME/.bash_completions/qa.sh"'])
            case "zsh":
                place = _written(home / ".zfunc" / "_qa", name)
                started = Path(os.environ.get("ZDOTDIR") or home) / ".zshrc"
                _ensure(started, ["fpath+=~/.zfunc", "autoload -Uz compinit && compinit"])
            case _:
                settings = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
                place = _written(settings / "fish" / "completions" / "qa.fish", name)
    except OSError as error:
        raise UserError(
            f"{error.filename} cannot be written ({error.strerror}). "
            "Run `qa --show-completion`, and put what it prints where your shell reads it."
        ) from None
    return f"Completion for {name} is in {place}. Open a new terminal to use it: qa, a space, and the Tab key twice.\n"


def _written(place: Path, name: str) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(script(name), encoding="utf-8")
    return place


def _ensure(started: Path, lines: Sequence[str]) -> None:
    """Add lines at the end of a shell's start file, those that stand in it left out; what is there is not touched."""
    with contextlib.suppress(FileNotFoundError):
        before = started.read_text(encoding="utf-8", errors="surrogateescape")
        lines = [line for line in lines if line not in before.splitlines()]
        if lines and not before.endswith("\n"):
            lines = ["", *lines]
    with started.open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)

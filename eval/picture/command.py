"""``python -m eval.picture SCRIPT PICTURE``: play a script on the articles in ./seeds, and draw what was to be seen."""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from eval.picture.draw import picture
from eval.picture.talk import play, read_script
from index import exports
from index.errors import UserError
from qa.diagnostics import tell

TITLE = "A conversation with qa"
FOREIGN = ("NO_COLOR", "COLUMNS", "QA_PLAIN", "TMUX", "STY")
"""Variables of the terminal from which this is started, which shall not change the picture."""


def main(arguments: Sequence[str]) -> int:
    """Play and draw; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m eval.picture", description=__doc__)
    parser.add_argument("script", type=Path, help='lines "$ qa ask ...", or "$ qa chat" and lines "> ..." typed there')
    parser.add_argument("picture", type=Path, help="the SVG file to write")
    parser.add_argument("--columns", type=int, default=80)
    asked = parser.parse_args(arguments)
    try:
        steps = read_script(asked.script)
        with tempfile.TemporaryDirectory(prefix="qa-picture-") as home:
            environ = _environ(Path(home))
            index = [sys.executable, "-m", "qa", "index", "seeds", "--quiet"]
            subprocess.run(index, env=environ, check=True)
            screen = play(steps, asked.columns, environ)
        asked.picture.write_text(picture(screen.drawn(), asked.columns, TITLE), encoding="utf-8")
    except (UserError, OSError, subprocess.CalledProcessError) as error:
        tell(f"{error}")
        return 1
    return 0


def _environ(home: Path) -> dict[str, str]:
    """Return the environment of a stranger at a usual terminal, with the models that are already prepared."""
    kept = {name: value for name, value in os.environ.items() if name not in FOREIGN and not name.startswith("XDG_")}
    own = {"HOME": str(home), "QA_INDEX": str(home / "index"), "QA_CACHE": str(exports.cache())}
    return {**kept, **own, "TERM": "xterm-256color", "FORCE_HYPERLINK": "0"}

"""What leaves the tool, whatever comes into it.

Proved: whatever code points articles, file names and questions hold, no command prints one that can act
on a terminal or hide in it, and JSON is ASCII throughout.
"""

import contextlib
import io
import os
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

from conftest import FakeEmbedder
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from torture_base import QUESTIONS, Counts, fake_model, new_world, note

from index import embed
from index.records import Span
from qa import cli, session
from qa.records import Answer, Citation, IndexState, Reply
from qa.show.look import PIPED, Look
from qa.show.render import passage_in_place, reply_text, sources_text

OUR_OWN = re.compile(r"\x1b\[(?:1;4|2|0)m|\x1b\]8;(?:id=[0-9a-f]{8})?;[!-~]*?\x1b\\|[\u2068\u2069]")
"""What the renderer itself sends to a terminal: bold and underlined, faint, hyperlinks, isolates; nothing else."""
LOOKS = (
    PIPED,
    Look(plain=True),
    Look(marked=True, faint=True, links=True, line_links=True, host="desk", width=60),
    Look(width=40, plain=True),
)
HIDDEN = {
    0x061C,
    0x180E,
    0x200B,
    0x200C,
    0x200D,
    0x200E,
    0x200F,
    0xFEFF,
    *range(0x2060, 0x2070),
    *range(0xFFF9, 0xFFFC),
}
BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def is_banned(char: str) -> bool:
    """Tell whether a code point can act on a terminal or hide: by Unicode's own tables, not by the sanitiser's."""
    if char in "\n\t":
        return False
    return (
        unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")
        or unicodedata.bidirectional(char) in BIDI
        or ord(char) in HIDDEN
        or 0xE0000 <= ord(char) <= 0xE007F
    )


def banned_in(text: str) -> set[str]:
    return {f"U+{ord(char):04X}" for char in text if is_banned(char)}


ANY = st.characters(codec=None) | st.sampled_from([chr(one) for one in range(0x110000) if is_banned(chr(one))])
TEXT = st.text(ANY, min_size=1, max_size=40)
IN_FILE = TEXT.map(lambda text: text.replace("\0", "").encode("utf-8", "ignore").decode())


def _hypothesis(examples: int, check: Callable[..., None], **given_: st.SearchStrategy[str]) -> None:
    chosen = settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    chosen(given(**given_)(check))()


def _reply(snippet: str, rest: str, cut: int, answered: bool) -> Reply:
    cut %= len(snippet) + 1
    cited = Citation(rest, f"/{rest}", rest, rest, rest, 0, len(snippet), (1, 1), "0" * 64, False, True)
    answer = Answer(1, snippet[:cut], 0.5, snippet, Span(0, cut), cited, (cited,))
    return Reply(rest, rest, answered, 0.5, (answer, answer), IndexState(1, 1, 1, rest, False))


def rendered(examples: int) -> Counts:
    """Render texts of any code points, for pipes, terminals and screen readers."""
    counts: Counts = Counter(rendered=0, banned=0)

    def check(snippet: str, rest: str) -> None:
        for look in LOOKS:
            reply = _reply(snippet, rest, len(rest), len(rest) % 2 == 0)
            cited = reply.ranked[0].citation
            for text in (
                reply_text(reply, look),
                sources_text(reply.ranked, look),
                passage_in_place(snippet, cited, around=2, look=look),
            ):
                counts["rendered"] += 1
                found = banned_in(OUR_OWN.sub("", text) if look.marked else text)
                counts["banned"] += bool(found)
                if found:
                    note(f"rendered {found}")

    _hypothesis(examples, check, snippet=TEXT, rest=TEXT)
    return dict(counts)


def said_by_command(folder: Path, *arguments: str) -> tuple[str, str, int]:
    """Run the command line in this process with the fake model; return stdout, stderr and the exit code."""
    out, err = io.StringIO(), io.StringIO()
    model = patch.object(embed, "load_embedder", lambda card: FakeEmbedder())
    opened = patch.object(session, "_load", lambda card: FakeEmbedder())
    argv = patch.object(sys, "argv", ["qa", *arguments])
    with model, opened, argv, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        os.environ["QA_INDEX"] = str(folder)
        try:
            cli.main()
        except SystemExit as left:
            return out.getvalue(), err.getvalue(), int(left.code or 0)
        finally:
            del os.environ["QA_INDEX"]
    raise AssertionError("main came back")


def commands(examples: int) -> Counts:
    """Index articles with any text under any name, and run every command on them."""
    counts: Counts = Counter(articles=0, outputs=0, banned=0, not_ascii=0)

    def check(text: str, name: str, question: str) -> None:
        with fake_model(), new_world("a") as world:
            raw = re.sub(rb"[/\0]|^\.+", b"", os.fsencode(name.encode("utf-8", "ignore").decode()))[:80] + b"\xff.txt"
            with open(os.path.join(os.fsencode(world.articles), raw), "wb") as file:
                file.write(f"{text}\n\n{text} {QUESTIONS[0]} {text}\n".encode())
            counts["articles"] += 1
            words = [word.replace("\0", "") for word in (question, "rover")]
            for arguments in (
                ["index", str(world.articles)],
                ["ask", "-k", "9", "--", *words],
                ["status"],
                ["verify"],
                ["index", f"/nowhere{words[0]}"],
            ):
                command, *rest = arguments
                for as_json in (False, True):
                    said = said_by_command(world.index, command, *(["--json"] if as_json else []), *rest)
                    _look(said, as_json, counts, command)

    _hypothesis(examples, check, text=IN_FILE, name=IN_FILE, question=TEXT)
    return dict(counts)


def _look(said: tuple[str, str, int], as_json: bool, counts: Counts, command: str) -> None:
    out, err, _ = said
    found = banned_in(out if not as_json else "") | banned_in(err)
    counts["outputs"] += 1
    counts["banned"] += bool(found)
    counts["not_ascii"] += as_json and not out.isascii()
    if found:
        note(f"{command} printed {found}")

"""The one output edge: what comes from articles, names and questions is made safe for a terminal here.

Owns which code points are unsafe and how they are shown. JSON needs none of this: it is ASCII-escaped.
"""

import re

_UNSAFE = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls but tab and newline: ESC, CSI, OSC, carriage return, C1
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # direction marks, overrides and isolates
    "\u200b-\u200d\u2060-\u2064\u206a-\u206f\ufeff\u180e"  # nothing to be seen
    "\u2028\u2029"  # line breaks that only some programs obey
    "\ud800-\udfff"  # halves of characters, as odd file names hold them
    "\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e0fff"  # annotations, no characters at all, tags
    "]"
)


def sanitise(text: str) -> str:
    r"""Return ``text`` with every unsafe code point replaced by ``\u{...}``, its number in hexadecimal.

    A carriage return before a newline is dropped with no more ado; everything else, tabs and newlines
    included, stays as it is.
    """
    return _UNSAFE.sub(lambda match: f"\\u{{{ord(match.group()):x}}}", text.replace("\r\n", "\n"))


def name(path: str) -> str:
    """Return a path or file name sanitised, every space of it kept, line breaks and tabs made visible."""
    return sanitise(path).replace("\n", "\\n").replace("\t", "\\t")


def one_line(text: str) -> str:
    """Return ``text`` sanitised and on one line, white space runs as one space: for titles and messages."""
    return sanitise(" ".join(text.split()))

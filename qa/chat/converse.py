"""A conversation from its first line to its last: lines in, texts out, until there are no more.

Owns what an error or an interrupt does to the conversation. What a line means is the work of ``chat``.
"""

from collections.abc import Callable, Iterator

from index.errors import UserError
from qa.chat.chat import Chat


def converse(
    chat: Chat,
    lines: Iterator[str],
    write: Callable[[str], None],
    complain: Callable[[str], None],
    *,
    interactive: bool,
) -> None:
    """Answer line after line until /quit or the end of input.

    Where replies are rendered for programs, what commands say goes to ``complain``, so that nothing but
    replies is written. When ``interactive``, an interrupt drops what is being typed or answered and the
    conversation goes on; otherwise it ends the conversation like any other command.
    """
    while True:
        try:
            line = next(lines, None)
            text = None if line is None else chat.respond(line)
            if line is None or text is None:
                return
            aside = chat.render is not None and line.strip().startswith("/")
            (complain if aside else write)(text)
        except UserError as error:
            complain(str(error))
        except KeyboardInterrupt:
            if not interactive:
                raise
            complain("")

"""The only renderer: replies and passages in their place, as text. Writes nothing, looks nothing up.

Owns the look of an answer; citations belong to ``places``, and what a screen reader reads to ``spoken``. Every piece
that comes from outside goes through ``sanitise``.
"""

from collections.abc import Sequence

from qa.records import Answer, Citation, Reply
from qa.sanitise import name, one_line, sanitise
from qa.show.ink import FAINT, MARKED, laid
from qa.show.lines import Run
from qa.show.look import PIPED, Look
from qa.show.places import cited

NO_ANSWER = "Your articles do not say."
INDENT = " " * 4


def reply_text(reply: Reply, look: Look = PIPED) -> str:
    """Return what ``qa ask`` prints: the answers, or the honest no and the nearest passages."""
    asked = asked_as(reply, look)
    if reply.answered:
        return asked + answers_text(reply.answers, look)
    if not reply.nearest:
        return f"{asked}{NO_ANSWER}\n"
    return f"{asked}{NO_ANSWER}\n\nNearest passages:\n\n{answers_text(reply.nearest, look, sure=False)}"


def asked_as(reply: Reply, look: Look = PIPED) -> str:
    """Return the question as it was searched, to stand above the answer; nothing where it is the one asked."""
    if reply.standalone == reply.question:
        return ""
    said = f"{'asked as' if look.faint else 'Asked as'}: {one_line(reply.standalone)}"
    return "\n".join(laid([Run(said, FAINT)], look)) + "\n\n"


def question_text(question: str, look: Look = PIPED) -> str:
    """Return a question as it stands above its answer where several are asked."""
    lead = "Question: " if look.plain else "> "
    return "\n".join(laid([Run(one_line(question))], look, lead)) + "\n\n"


def answers_text(answers: Sequence[Answer], look: Look = PIPED, *, sure: bool = True) -> str:
    """Return one block an answer: the snippet with its answer marked, and where it stands.

    Where they are not ``sure``, they are passages that came near, and numbered even where there is one.
    """
    if look.plain:
        from qa.show.spoken import spoken

        return "\n".join(spoken(answer, len(answers), look, sure=sure) for answer in answers)
    numbered = len(answers) > 1 or not sure
    return "\n".join(_block(answer, look, numbered=numbered) for answer in answers)


def sources_text(answers: Sequence[Answer], look: Look = PIPED) -> str:
    """Return where each answer stands, below the number of the answer."""
    if look.plain:
        from qa.show.spoken import spoken_source

        return "\n".join(spoken_source(answer, look) for answer in answers)
    rows = [
        row
        for answer in answers
        for row in cited(answer.citation, look, f"[{answer.rank}] ", confidence=answer.confidence)
    ]
    return "\n".join(rows) + "\n"


def passage_in_place(text: str, citation: Citation, *, around: int, look: Look = PIPED) -> str:
    """Return the lines of an article in which a snippet stands, numbered, with ``around`` lines before and after."""
    lines = text.split("\n")
    first, last = citation.lines
    shown = range(max(first - around, 1), min(last + around, len(lines)) + 1)
    digits = len(str(shown[-1]))
    rows = []
    for number in shown:
        here = first <= number <= last
        line = Run(sanitise(lines[number - 1].rstrip("\r")), MARKED if here else "")
        if look.plain:
            rows += laid([Run(f"Line {number}{', cited' if here else ''}: "), line], look)
        else:
            rows += [row.rstrip() for row in laid([line], look, f"{'>' if here else ' '} {number:{digits}}  ")]
    return "\n".join([*laid([Run(name(citation.path))], look), "", *rows]) + "\n"


def _block(answer: Answer, look: Look, *, numbered: bool) -> str:
    start, end = answer.highlight
    before, after = answer.snippet[:start], answer.snippet[end:]
    lines = [f"[{answer.rank}]"] if numbered else []
    lines += [*laid([Run(sanitise(before)), Run(sanitise(answer.text), MARKED), Run(sanitise(after))], look), ""]
    if not look.marked and (before or after):
        lines += laid([Run(one_line(answer.text))], look, f"{INDENT}answer: ")
    lines += cited(answer.citation, look, INDENT, confidence=answer.confidence)
    for citation in answer.also:
        lines += cited(citation, look, f"{INDENT}also: ")
    return "\n".join(lines) + "\n"

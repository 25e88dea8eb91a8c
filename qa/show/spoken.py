"""Answers in words alone, each thing named before it is said: for screen readers, and for whoever prefers it.

Owns the plain mode. Nothing in it is told by its place, by a mark or by a sign; what is read first stands first.
"""

from qa.confidence import in_words
from qa.records import Answer, Citation
from qa.sanitise import name, one_line, sanitise
from qa.show.ink import laid
from qa.show.lines import Run, fold
from qa.show.look import Look
from qa.show.places import shown_path


def spoken(answer: Answer, total: int, look: Look, *, sure: bool) -> str:
    """Return one of ``total`` answers, or passages where they are not ``sure``: the words that answer come first."""
    what = "Answer" if sure else "Passage"
    lines = [f"{what} {answer.rank} of {total}:" if total > 1 else f"{what}:"]
    lines += [*_laid(sanitise(answer.text), look), ""]
    if answer.text != answer.snippet:
        lines += ["In context:", *_laid(sanitise(answer.snippet), look), ""]
    lines += [*_source(answer.citation, look), _confidence(answer)]
    for citation in answer.also:
        lines += ["", *_laid("The same answer stands here too:", look), *_source(citation, look)]
    return "\n".join(lines) + "\n"


def spoken_source(answer: Answer, look: Look) -> str:
    """Return where an answer stands."""
    return "\n".join([f"Source {answer.rank}:", *_source(answer.citation, look), _confidence(answer)]) + "\n"


def _source(citation: Citation, look: Look) -> list[str]:
    """Return what is known of a place, one thing a line."""
    first, last = citation.lines
    stated = {"Title": citation.title, "Date": citation.date, "Source": citation.source}
    lines = [line for what, said in stated.items() if said for line in _laid(f"{what}: {one_line(said)}", look)]
    file = f"File: {name(shown_path(citation.path))}"
    lines += [file] if look.measure is None else fold(file, look.measure)
    lines.append(f"Lines: {first} to {last}" if last > first else f"Line: {first}")
    return lines + (_laid("This file was changed since it was indexed.", look) if citation.changed else [])


def _confidence(answer: Answer) -> str:
    return f"Confidence: {answer.confidence:.2f}, {in_words(answer.confidence)}."


def _laid(text: str, look: Look) -> list[str]:
    return laid([Run(text)], look)

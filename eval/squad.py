"""SQuAD 1.1 and 2.0: one JSON object whose paragraphs are the articles and whose questions are about these.

Owns that form, and the file names of its articles. Faults name their place as data[3].paragraphs[2].qas[0].
Source: Rajpurkar et al., SQuAD: 100,000+ Questions, 2016, and Know What You Don't Know (SQuAD 2.0), 2018.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping

from eval.question_sets import Gold, Question, QuestionSet
from eval.reading import NotJson, Source, decoded, note_id, text
from index.errors import BadQuestions

LONGEST_NAME = 60
"""Characters of a title that go into a file name."""
EXPECTED = "one JSON object with data"

_BEGINS = re.compile(rb'\s*\{\s*(?:"version"\s*:\s*"[^"]*"\s*,\s*)?"data"\s*:\s*\[')

Problems = list[tuple[str, str]]
"""(place, fault)."""


def recognises(content: bytes) -> bool:
    """Tell whether this is a JSON object with "data", or begins as the published ones do and is damaged."""
    try:
        found = decoded(content, EXPECTED)
    except NotJson:
        return _BEGINS.match(content) is not None
    return isinstance(found, dict) and "data" in found


def parse(source: Source) -> QuestionSet:
    """Return the questions in their order, and every distinct paragraph as an article of its own.

    Raises BadQuestions with a line for each error, ``FILE:PLACE: wrong; expected``.
    """
    problems: Problems = []
    names: dict[str, str] = {}  # by paragraph
    first: dict[str, str] = {}
    questions: list[Question] = []
    for place, title, paragraph in _paragraphs(_root(source), problems):
        context = _text(paragraph, "context", place, problems)
        article = names.setdefault(context, f"{_safe(title)}-{len(names) + 1:04}.txt")
        for asked_at, entry in _objects(paragraph, "qas", place, problems):
            question = _question(entry, article, asked_at, problems)
            faults: list[str] = []
            note_id("id", question.id, asked_at, first, faults)
            problems += ((asked_at, fault) for fault in faults)
            questions.append(question)
    if not questions and not problems:
        problems.append(("data", "it holds no question; expected paragraphs with qas"))
    if problems:
        raise BadQuestions("\n".join(_line(source, place, fault) for place, fault in problems))
    return QuestionSet(tuple(questions), {name: context for context, name in names.items()})


def _root(source: Source) -> Mapping[str, object]:
    try:
        root = decoded(source.content, EXPECTED)
    except NotJson as error:
        raise BadQuestions(_line(source, str(error.line), str(error))) from error
    if not isinstance(root, dict):
        raise BadQuestions(_line(source, "1", f"not a JSON object; expected {EXPECTED}"))
    return root


def _line(source: Source, place: str, fault: str) -> str:
    return f"{source.name}:{place}: {fault}" if place else f"{source.name}: {fault}"


def _paragraphs(root: Mapping[str, object], problems: Problems) -> Iterator[tuple[str, str, Mapping[str, object]]]:
    """Yield each paragraph with its place, and the title it stands under ("" where there is none)."""
    for place, article in _objects(root, "data", "", problems):
        title = article.get("title")
        for below, paragraph in _objects(article, "paragraphs", place, problems):
            yield below, title if isinstance(title, str) else "", paragraph


def _question(entry: Mapping[str, object], article: str, place: str, problems: Problems) -> Question:
    """Read what can be read. Where its paragraph does not say, a question has no gold, whatever is listed."""
    impossible = entry.get("is_impossible", False)
    if not isinstance(impossible, bool):
        problems.append((place, "is_impossible is neither true nor false; expected one of the two, or neither"))
    identifier = entry.get("id")
    if type(identifier) is int:  # so some published sets have it
        entry = {**entry, "id": str(identifier)}
    given = () if impossible else _objects(entry, "answers", place, problems)
    answers = tuple(dict.fromkeys(_text(answer, "text", below, problems) for below, answer in given))
    return Question(
        id=_text(entry, "id", place, problems),
        text=_text(entry, "question", place, problems),
        answers=answers,
        gold=(Gold(article, None),) if answers else (),
        kind="",
        history=(),
        about=article,
    )


def _objects(
    record: Mapping[str, object], key: str, place: str, problems: Problems
) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield the objects listed in a field, each with its place."""
    entries = record.get(key)
    if not isinstance(entries, list):
        wrong = "is not a list" if key in record else "is missing"
        problems.append((place, f"{key} {wrong}; expected a list of objects"))
        return
    for position, entry in enumerate(entries):
        below = f"{place}.{key}[{position}]".removeprefix(".")
        if isinstance(entry, dict):
            yield below, entry
        else:
            problems.append((below, "not an object; expected one in braces"))


def _text(record: Mapping[str, object], key: str, place: str, problems: Problems) -> str:
    faults: list[str] = []
    found = text(record, key, faults)
    problems += ((place, fault) for fault in faults)
    return found


def _safe(title: str) -> str:
    """Return what any file system takes of a title: ASCII letters and digits, the rest as underscores."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^A-Za-z0-9]+", "_", plain)[:LONGEST_NAME].strip("_") or "untitled"

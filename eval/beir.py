"""BEIR: documents, queries, and judgements of which document is right for which query.

Owns that form, and the file names of its documents. Finding the three files is ``formats``'s work.
Source: Thakur et al., BEIR: A Heterogeneous Benchmark for Zero-shot Evaluation of Information Retrieval, 2021.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from string import ascii_uppercase
from urllib.parse import quote

from eval.question_sets import Gold, Question, QuestionSet
from eval.reading import Source, lines, note_id, records, text
from index.errors import BadQuestions

LONGEST_NAME = 240
"""Bytes of a file name that every file system takes, but for its ending."""

WHOLE_NUMBER = re.compile(r" *-?[0-9]{1,9} *")

Judgements = Mapping[str, Mapping[str, int]]
"""Query to document to how right it is; above 0 it is gold."""


def parse(corpus: Source, queries: Source, judgements: Source) -> QuestionSet:
    """Return the judged queries in their order, their gold in that of the judgements, and every document.

    A document is gold also where the corpus lacks it, as some published sets do: it counts, and is never found.
    Raises BadQuestions with a line for each error of the three files, ``FILE:LINE: wrong; expected``.
    """
    problems: list[str] = []
    documents = _documents(corpus, problems)
    asked = _queries(queries, problems)
    judged = _judgements(judgements, problems, asked, queries.name)
    gold = {query: [document for document, score in found.items() if score > 0] for query, found in judged.items()}
    wanted = {document for found in gold.values() for document in found}
    if not problems and wanted.isdisjoint(documents):
        fault = f"no document judged right is in {corpus.name}; expected the judgements of that corpus"
        problems.append(f"{judgements.name}:1: {fault}")
    if problems:
        raise BadQuestions("\n".join(problems))
    names = file_names([*documents, *sorted(wanted)])
    questions = tuple(
        Question(query, asked[query], (), tuple(Gold(names[document], None) for document in gold[query]), "", ())
        for query in asked
        if query in gold
    )
    return QuestionSet(questions, {names[document]: content for document, content in documents.items()})


def file_names(documents: Iterable[str]) -> dict[str, str]:
    """Return a file name for each id: the id percent-encoded, and no two alike where case does not count."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for document in dict.fromkeys(documents):
        name = quote(document, safe="")
        if name.lower() in taken:  # macOS would write both into one file
            name = "".join(f"%{ord(c):02X}" if c in ascii_uppercase else quote(c, safe="") for c in document)
        taken.add(name.lower())
        # A name that begins with a dot is hidden, and hidden files are no articles.
        names[document] = (f"%2E{name[1:]}" if name.startswith(".") else name) + ".txt"
    return names


def _documents(source: Source, problems: list[str]) -> dict[str, str]:
    """Return id to text: the title, a blank line and the text, or what there is of these."""
    documents = {}
    for identifier, record, faults in _identified(source, problems):
        title = text(record, "title", faults, blank=True) if record.get("title") is not None else ""
        body = text(record, "text", faults, blank=True)
        if len(quote(identifier, safe="")) > LONGEST_NAME:
            faults.append(f"_id is too long for a file name; expected at most {LONGEST_NAME} bytes, percent-encoded")
        documents[identifier] = "\n\n".join(part for part in (title, body) if part.strip())
    return documents


def _queries(source: Source, problems: list[str]) -> dict[str, str]:
    return {identifier: text(record, "text", faults) for identifier, record, faults in _identified(source, problems)}


def _identified(source: Source, problems: list[str]) -> Iterator[tuple[str, Mapping[str, object], list[str]]]:
    """Yield the objects of a JSON Lines file: the id of each, its fields, and a list for its faults."""
    first: dict[str, str] = {}
    told = len(problems)
    for number, record, faults in records(source, "_id and text", problems):
        identifier = text(record, "_id", faults)
        note_id("_id", identifier, f"line {number}", first, faults)
        yield identifier, record, faults
    if not first and len(problems) == told:
        problems.append(f"{source.name}:1: the file is empty; expected one JSON object a line")


def _judgements(source: Source, problems: list[str], queries: Collection[str], of: str) -> Judgements:
    """Return the judgements of ``queries``, which are those ``of`` a file. The line of column names may be missing."""
    judged: dict[str, dict[str, int]] = {}
    told = len(problems)
    for number, line in lines(source):
        columns = line.decode("utf-8", "replace").rstrip("\r").split("\t")
        if number == 1 and columns[-1].strip().lower() == "score":
            continue
        fault = _fault(columns, queries, of)
        if not fault:
            query, document, score = columns[0], columns[1], int(columns[2])
            known = judged.setdefault(query, {}).setdefault(document, score)
            fault = f"{document!r} was judged {known} for {query!r}; expected one judgement" if known != score else ""
        if fault:
            problems.append(f"{source.name}:{number}: {fault}")
    if not judged and len(problems) == told:
        problems.append(f"{source.name}:1: the file holds no judgement; expected query-id, corpus-id and score a line")
    return judged


def _fault(columns: Sequence[str], queries: Collection[str], of: str) -> str:
    """Return what is wrong with a judgement, "" where nothing is."""
    if len(columns) != 3:
        return f"{len(columns)} columns; expected query-id, corpus-id and score, parted by tabs"
    query, document, score = columns
    if "\ufffd" in query + document:
        return "an id is not UTF-8; expected UTF-8 text"
    if query not in queries:
        return f"query-id {query!r} is not in {of}; expected the _id of a query"
    if not document.strip():
        return "corpus-id is blank; expected the _id of a document"
    if not WHOLE_NUMBER.fullmatch(score):
        return f"score {score!r} is not a whole number; expected 1 or more where the document is right, else 0"
    return ""

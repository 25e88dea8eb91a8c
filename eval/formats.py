"""Which form a question set has: JSON Lines, SQuAD or BEIR.

Owns telling them apart, and which files make up a BEIR folder. Each form is read by its own module.
"""

from pathlib import Path

from eval import beir, question_sets, squad
from eval.question_sets import QuestionSet
from eval.reading import read
from index.errors import BadQuestions, UsageError


def load_set(path: Path) -> QuestionSet:
    """Return the question set at ``path``: a file of JSON Lines or SQuAD, gzipped or not, or a BEIR folder.

    UsageError when it cannot be read or is a folder of something else; BadQuestions with a line for each error.
    """
    if path.is_dir():
        return beir.parse(*map(read, _beir_files(path)))
    source = read(path)
    if squad.recognises(source.content):
        return squad.parse(source)
    return QuestionSet(question_sets.parse(source), None)


def _beir_files(folder: Path) -> tuple[Path, Path, Path]:
    """Return the corpus, the queries and the judgements of a BEIR folder."""
    corpus = _plain_or_gzipped(folder / "corpus.jsonl")
    queries = _plain_or_gzipped(folder / "queries.jsonl")
    judgements, fault = _judgements(folder / "qrels")
    if corpus and queries and judgements:
        return corpus, queries, judgements
    if not (corpus or queries or judgements):
        raise UsageError(
            f"The folder {folder} is no question set. Give one with corpus.jsonl, queries.jsonl and qrels/test.tsv "
            "(BEIR), the path of a JSON Lines or SQuAD file, or none to use the set that ships."
        )
    missing = [name for name, found in (("corpus.jsonl", corpus), ("queries.jsonl", queries)) if not found]
    problems = [f"{folder / name}: no such file, nor {name}.gz; expected one of them" for name in missing]
    raise BadQuestions("\n".join(problems + ([fault] if fault else [])))


def _plain_or_gzipped(path: Path) -> Path | None:
    return next((file for file in (path, path.with_name(f"{path.name}.gz")) if file.is_file()), None)


def _judgements(folder: Path) -> tuple[Path | None, str]:
    """Return test.tsv or the only .tsv of a folder; without one, None and what is wrong."""
    tables = sorted(path for path in folder.glob("*.tsv") if path.is_file())
    chosen = [path for path in tables if path.name == "test.tsv"] or tables
    if len(chosen) == 1:
        return chosen[0], ""
    found = ", ".join(path.name for path in tables) or "no .tsv"
    return None, f"{folder}: {found}; expected test.tsv, or a single .tsv"

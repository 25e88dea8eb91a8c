"""Run as ``python -m eval.scores DATA``: the public question sets that are reported, beside published scores.

DATA is a folder of such sets. Every finished system of a set is stored at once, and a run that was broken off goes
on where it was. Owns the order of work and the file of results; which sets, which systems and which words are
``sets``, ``systems`` and ``page``.
"""

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from eval.bench.stand import Runner, run_module
from eval.evaluate import Exam
from eval.gold import missing_gold
from eval.question_sets import Question
from eval.resumable import finished, put, workplace
from eval.runs import code_version, config_of
from eval.scores.articles import Given, digest, lay, sample
from eval.scores.page import page
from eval.scores.sets import SETS, ScoreSet, chosen
from eval.scores.systems import SYSTEMS, answerable, paired, parsed, written
from index.build import Wish
from index.errors import UsageError
from qa.diagnostics import ExitCode, tell
from qa.session import open_asker, run_update

VERSION = 1

Record = dict[str, Any]
Save = Callable[[], None]


def opened(path: Path, fresh: Sequence[str]) -> Record:
    """Return the results so far, without those of the sets in ``fresh``. Raises UsageError for another file."""
    if not path.exists():
        return {"version": VERSION, "sets": {}}
    try:
        stored: Record = json.loads(path.read_text(encoding="utf-8"))
        known = stored["version"] == VERSION and isinstance(stored["sets"], dict)
    except (ValueError, KeyError, TypeError):
        known = False
    if not known:
        raise UsageError(f"{path} holds no scores. Name another file as --results.")
    return stored | {"sets": {name: scored for name, scored in stored["sets"].items() if name not in fresh}}


def keep(path: Path, text: str) -> None:
    """Write a file whole, its folder made where it is missing. Raises UsageError where it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        put(path, text)
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror}). Name a file in a folder of yours.") from error


def measure(
    one: ScoreSet, data: Path, folder: Path, results: Record, save: Save, most: int | None, run: Runner
) -> None:
    """Measure what ``results`` lacks of a set and put it there, saving after each system.

    ``folder`` keeps its articles and its index; ``most`` is how many questions are asked, None for all. Raises
    UsageError where results of other questions are stored.
    """
    given = one.read(data)
    questions = sample(given.questions, most)
    asked = {
        "of": len(given.questions),
        "asked": len(questions),
        "answerable": len(answerable(questions)),
        "digest": digest(given, questions),
    }
    stored = results["sets"].setdefault(one.name, {"questions": asked, "systems": {}})
    if not stored["systems"]:
        stored["questions"] = asked
    elif stored["questions"] != asked:
        raise UsageError(
            f"The results hold {one.name} with other questions or articles. "
            "Start over with --fresh, or name another file as --results."
        )
    systems = stored["systems"]
    _tell_older(one.name, systems)
    todo = [name for name in SYSTEMS if name not in systems and (one.whole_texts or name != "peer")]
    if todo:
        with _exam(one.name, given, questions, folder) as exam:
            stored["texts"] = exam.asker.index.manifest.articles
            for name in todo:
                tell(f"{one.name}: {name}")
                scored = SYSTEMS[name](exam, run)
                made_with = asdict(config_of(one.name, questions, exam.asker))
                kept = {measure: asdict(value) for measure, value in scored.measures.items()}
                systems[name] = {"measures": kept, "run": made_with, "found": written(scored.found)}
                save()
    if "tests" not in stored:
        tell(f"{one.name}: is it chance?")
        found = {name: parsed(system.pop("found")) for name, system in systems.items()}
        tests = paired(found, [question.alternatives for question in answerable(questions)])
        stored["tests"] = {name: asdict(test) for name, test in tests.items()}
        save()


@contextmanager
def _exam(name: str, given: Given, questions: tuple[Question, ...], folder: Path) -> Iterator[Exam]:
    """Give the questions with an index of the set's articles, made or finished where it is not yet."""
    articles = folder / "articles" if not isinstance(given.articles, Path) else given.articles
    if not isinstance(given.articles, Path):
        lay(given.articles, articles)
    run_update(folder / "index", Wish(paths=(articles,)))
    asker = open_asker(folder / "index")
    if len(asker.index.manifest.roots) > 1:
        raise UsageError(f"The index in {folder / 'index'} is of two folders. Name an empty folder as --work.")
    texts = {article.key.path: article.text for article in asker.index.articles()}
    if lacking := missing_gold(questions, texts):
        tell(f"{name}: {len(lacking)} places are not in the index and cannot be found; the first: {lacking[0]}")
    yield Exam(name, questions, asker, texts, throwaway=False)


def _tell_older(name: str, systems: Record) -> None:
    for system, stored in systems.items():
        if stored["run"]["code"] != code_version():
            tell(f"{name}, {system}: as version {stored['run']['code']} scored; --fresh measures it anew.")


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m eval.scores", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, metavar="DATA", help="a folder of public question sets")
    parser.add_argument("--out", type=Path, default=Path("docs/scores.md"), help="the page (%(default)s)")
    parser.add_argument("--results", type=Path, default=Path("docs/scores.json"), help="the figures (%(default)s)")
    parser.add_argument("--work", type=Path, help="a folder to keep articles and indexes in (default: a temporary one)")
    parser.add_argument("--sets", type=lambda text: text.split(","), help="which sets, as in xquad_en,scifact")
    parser.add_argument("--questions", type=_count, metavar="N", help="ask only so many of each set, to try it out")
    parser.add_argument("--fresh", action="store_true", help="measure the sets anew")
    return parser.parse_args(arguments)


def _count(text: str) -> int:
    if (count := int(text)) < 1:
        raise ValueError
    return count


def main(arguments: Sequence[str]) -> ExitCode:
    """Measure, and write the page of all that is stored."""
    given = _options(arguments)
    return finished(lambda: _run(given))


def _run(given: argparse.Namespace) -> None:
    if not given.data.is_dir():
        raise UsageError(f"There is no folder {given.data}. Name a folder of public question sets.")
    todo = chosen(SETS, given.data, given.sets)
    results = opened(given.results, [one.name for one in todo] if given.fresh else ())

    def save() -> None:
        keep(given.results, json.dumps(results, indent=1, allow_nan=False) + "\n")

    save()
    with workplace(given.work, "qa-scores-") as work:
        for one in todo:
            measure(one, given.data, Path(work).resolve() / one.name, results, save, given.questions, run_module)
    keep(given.out, page(results, SETS))
    tell(f"The page is {given.out}.")

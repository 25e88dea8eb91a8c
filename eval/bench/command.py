"""Run as ``python -m eval.bench ARTICLES``: how long ``qa`` and the plain script beside it take, by articles.

ARTICLES is any folder of .txt files. Every finished measurement is stored at once, and a run that was broken
off goes on where it was. Owns the choice of articles and the order of work; what is measured is the work of
``parts``.
"""

import argparse
import hashlib
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

from eval.bench.parts import MORE, PARTS, Record
from eval.bench.report import table
from eval.bench.results import described, machine, opened, save
from eval.bench.stand import Stand
from eval.resumable import finished, workplace
from index.errors import UsageError
from qa.diagnostics import ExitCode, tell

SIZES = (5, 100, 1000, 10_000)
SEED = "bench-1"


def shuffled(names: Sequence[str]) -> tuple[str, ...]:
    """Return paths in an order that the paths alone decide, so that every sample is part of the larger ones."""
    return tuple(sorted(names, key=lambda name: hashlib.sha256(f"{SEED} {name}".encode()).digest()))


def stands(source: Path, sizes: Sequence[int], folder: Path, peer_most: int, rounds: int) -> tuple[Stand, ...]:
    """Return what to measure, smallest first; a size with too few articles is left out, and said on stderr."""
    names = shuffled([path.relative_to(source).as_posix() for path in source.rglob("*.txt") if path.is_file()])
    for size in sizes:
        if size > len(names):
            tell(f"{size} articles: left out, {source} holds {len(names)}.")
    return tuple(
        Stand(
            source=source,
            names=names[:size],
            more=names[size : size + MORE] if size + MORE <= len(names) else (),
            folder=folder / str(size),
            with_peer=size <= peer_most,
            rounds=rounds,
        )
        for size in sorted(set(sizes))
        if size <= len(names)
    )


def measure(
    todo: Sequence[Stand],
    results: Record,
    save: Callable[[Record], None],
    warm_up: Callable[[], None],
    parts: Mapping[str, Callable[[Stand], Record]] = PARTS,
) -> None:
    """Measure what ``results`` lacks and put it there, saving after each; ``warm_up`` comes before the first."""
    warmed = False
    for stand in todo:
        size = len(stand.names)
        stored = results["parts"].setdefault(str(size), {})
        for name, part in parts.items():
            if _finished(stored.get(name), stand):
                continue
            if name == "update" and not stand.more:
                tell(f"{size} articles: no update, there are no {MORE} more articles.")
                continue
            if not warmed:
                warm_up()
                warmed = True
            tell(f"{size} articles: {name}")
            stored[name] = part(stand)
            results["date"] = date.today().isoformat()
            save(results)


def _finished(stored: Record | None, stand: Stand) -> bool:
    """Tell whether a part is measured, the peer too where it takes part and is wanted now."""
    return stored is not None and not (stand.with_peer and "peer" in stored and stored["peer"] is None)


def warm_up(stand: Stand, folder: Path) -> None:
    """Use the programs to be measured once, so that the model's export is made and their files are in memory."""
    tell("warming up")
    article = folder / "articles" / "one.txt"
    article.parent.mkdir(parents=True, exist_ok=True)
    article.write_text("This is an article to begin with.\n", encoding="utf-8")
    stand.run(["qa", "index", str(article.parent), "--index", str(folder / "qa"), "--quiet"], "")
    if stand.with_peer:
        stand.run(["eval.bench.peer", "index", str(article.parent), str(folder / "peer")], "")


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m eval.bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("articles", type=Path, metavar="ARTICLES", help="a folder of .txt files, also below it")
    parser.add_argument(
        "--sizes", type=_sizes, default=SIZES, help="how many articles, as in 5,100 (the default: %(default)s)"
    )
    parser.add_argument("--out", type=Path, default=Path("docs/bench.json"), help="the results (%(default)s)")
    parser.add_argument("--plot", type=Path, help="the picture (default: beside the results, .svg)")
    parser.add_argument("--work", type=Path, help="a folder to keep copies and indexes in (default: a temporary one)")
    parser.add_argument("--peer-most", type=int, default=1000, metavar="N", help="articles up to which the peer runs")
    parser.add_argument("--rounds", type=int, default=7, metavar="R", help="processes for a cold ask (%(default)s)")
    parser.add_argument("--fresh", action="store_true", help="start over")
    return parser.parse_args(arguments)


def _sizes(text: str) -> tuple[int, ...]:
    sizes = tuple(int(size) for size in text.split(","))
    if min(sizes) < 1:
        raise ValueError
    return sizes


def main(arguments: Sequence[str]) -> ExitCode:
    """Measure, print the table and draw the picture."""
    given = _options(arguments)
    return finished(lambda: _run(given))


def _run(given: argparse.Namespace) -> None:
    if not given.articles.is_dir():
        raise UsageError(f"There is no folder {given.articles}. Name a folder of .txt files.")
    results = opened(given.out, given.fresh, machine(), described(given.articles))
    with workplace(given.work, "qa-bench-") as folder:
        todo = stands(given.articles, given.sizes, Path(folder).resolve(), given.peer_most, given.rounds)
        if not todo:
            raise UsageError("There is nothing to measure. Name smaller --sizes.")
        measure(todo, results, lambda made: save(given.out, made), lambda: warm_up(todo[0], Path(folder) / "warm-up"))
    sys.stdout.write(table(results))
    _draw(results, given.plot or given.out.with_suffix(".svg"))


def _draw(results: Record, path: Path) -> None:
    try:
        from eval.bench.plot import draw
    except ModuleNotFoundError as error:
        tell(f"No picture was drawn: {error.name} is missing. Run `python -m pip install -e '.[dev]'`.")
        return
    path.write_bytes(draw(results))
    tell(f"The picture is in {path}.")

"""Runs as files: what a question set scored, with everything that must be known to compare it with another run.

Owns the form that ``qa eval --json`` prints, ``--save`` writes and ``--baseline`` reads.
"""

import hashlib
import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from dataclasses import fields as fields_of
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from math import isfinite
from pathlib import Path
from types import NoneType
from typing import Any

from eval.question_sets import GoldBy
from eval.resumable import put
from eval.rows import OF_PLACES, OF_WORDS, Ranked, Row
from eval.run import Report, summarise
from index.alike import offer_path
from index.errors import UsageError
from qa.ask import Asker
from qa.stages import Loss, Stages

VERSION = 1
_PLAIN: Mapping[object, tuple[type, ...]] = {
    str: (str,),
    str | None: (str, NoneType),
    int: (int,),
    float: (int, float),
    bool: (bool,),
    bool | None: (bool, NoneType),
}
"""What JSON may hold for fields of these types."""


@dataclass(frozen=True, slots=True)
class Config:
    """What a run was made with."""

    questions: str
    """The name of the question set."""
    questions_sha256: str
    """Of the questions with what is right for each, however they were stored."""
    model: str
    fingerprint: str
    generation: int
    articles: int
    passages: int
    passage_rule: str
    threshold: float
    code: str
    """The version of this program and a digest of its sources."""
    machine: str
    date: str
    reader: str = ""
    """The fingerprint of the reader; empty where it took no part."""


@dataclass(frozen=True, slots=True)
class Run:
    """A finished evaluation."""

    config: Config
    report: Report


def config_of(name: str, questions: object, asker: Asker) -> Config:
    """Return what a run of these questions on the asker's index is made with."""
    manifest = asker.index.manifest
    return Config(
        questions=name,
        questions_sha256=hashlib.sha256(repr(questions).encode()).hexdigest(),
        model=manifest.model.name,
        fingerprint=manifest.model.fingerprint,
        generation=manifest.generation,
        articles=manifest.articles,
        passages=manifest.passages,
        passage_rule=manifest.passage_rule,
        threshold=asker.scale.threshold,
        reader=asker.reader.fingerprint if asker.reader else "",
        code=code_version(),
        machine=f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        date=datetime.now(UTC).isoformat(timespec="seconds"),
    )


@cache
def code_version() -> str:
    """Return the version of this program, a plus sign and twelve digits that change with its sources."""
    root = Path(str(files("eval"))).parent
    digest = hashlib.sha256()
    for path in sorted(file for name in ("index", "qa", "eval") for file in (root / name).rglob("*.py")):
        digest.update(f"{path.relative_to(root).as_posix()}\n".encode() + path.read_bytes())
    return f"{version('article-qa')}+{digest.hexdigest()[:12]}"


def payload(run: Run) -> dict[str, Any]:
    """Return a run as plain data, version 1 of the contract; what is undefined is None, never NaN."""
    report = run.report
    return {
        "version": VERSION,
        "questions": report.questions,
        "measures": {name: asdict(measure) for name, measure in report.measures.items()},
        "losses": {loss.value: sum(row.loss is loss for row in report.rows) for loss in Loss},
        "run": asdict(run.config),
        "per_question": [asdict(row) | {"answerable": row.answerable} for row in report.rows],
    }


def save(path: Path, run: Run) -> None:
    """Write a run, whole or not at all. Raises UsageError where it cannot be written."""
    try:
        put(path, json.dumps(payload(run), allow_nan=False) + "\n")
    except OSError as error:
        raise UsageError(f"The run cannot be written to {path} ({error.strerror}). Name a file in a folder.") from error


def load(path: Path) -> Run:
    """Return a run as it was saved; measures are computed anew from its rows. Raises UsageError for anything else."""
    try:
        return parse(json.loads(path.read_bytes()))
    except OSError as error:
        meant = offer_path(path) if isinstance(error, FileNotFoundError) else ""
        raise UsageError(
            f"The run {path} cannot be read ({error.strerror}).{meant or ' Save one with --save FILE.'}"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(
            f"{path} is not a run of `qa eval` ({type(error).__name__}: {str(error)[:80]}). Save one with --save FILE."
        ) from error


def parse(content: Mapping[str, Any]) -> Run:
    """Return the run in ``content``. Raises ValueError, KeyError or TypeError where it is not one."""
    if content["version"] != VERSION:
        raise ValueError(f"its version is {content['version']!r}")
    rows = tuple(map(_row, content["per_question"]))
    if len({row.id for row in rows}) < len(rows):
        raise ValueError("two rows have one id")
    config = Config(**content["run"])
    _check(config)
    return Run(config, summarise(rows))


def _row(content: Mapping[str, Any]) -> Row:
    fields = {name: value for name, value in content.items() if name != "answerable"}
    measures = {name: _share(fields["measures"][name]) for name in OF_PLACES + OF_WORDS}
    stages, loss = fields["stages"], fields["loss"]
    row = Row(
        **fields
        | {
            "gold_by": GoldBy(fields["gold_by"]),
            "measures": measures,
            "ranking": tuple(Ranked(**one | {"hits": tuple(one["hits"])}) for one in fields["ranking"]),
            "loss": None if loss is None else Loss(loss),
            "stages": None if stages is None else Stages(**stages),
        }
    )
    _check(row)
    if not (0 <= row.confidence <= 1 and row.latency_ms >= 0):
        raise ValueError(f"the row of {row.id[:40]!r} holds a number out of range")
    return row


def _check(made: Row | Config) -> None:
    """Raise ValueError where a field that should be text or a number is something else."""
    for field in fields_of(made):
        value, wanted = getattr(made, field.name), _PLAIN.get(field.type)
        if wanted and not (isinstance(value, wanted) and (not isinstance(value, float) or isfinite(value))):
            raise ValueError(f"{field.name} is {str(value)[:40]!r}")


def _share(value: object) -> float | None:
    if value is not None and not (isinstance(value, int | float) and 0 <= value <= 1):
        raise ValueError(f"{str(value)[:40]} is no share")
    return value

"""What ``qa eval`` does with its options: check, explain one question, calibrate, or score, compare and gate.

Owns the order of work and what is written where. Returns the exit code; the command line belongs to ``qa.cli``.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from eval.calibrate import calibrate, calibration_text, wished_precision
from eval.compare import Comparison, compare, comparison_payload
from eval.evaluate import Exam, evaluate, prepared
from eval.gates import failures, gates
from eval.report import comparison_table, table
from eval.runs import Run, load, payload, save
from eval.why import traced, traced_payload, traced_text
from index.calibration import store
from index.errors import UsageError
from qa.contract import dumps
from qa.diagnostics import ExitCode, Progress, tell
from qa.sanitise import sanitise
from qa.session import USUAL, Setting

Write = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Task:
    """What was asked for."""

    questions: Path | None
    """None: the held-out set that ships."""
    index: Path
    json: bool = False
    save: Path | None = None
    baseline: Path | None = None
    report: Path | None = None
    fail_under: tuple[str, ...] = ()
    fail_if_worse: bool = False
    why: str | None = None
    check: bool = False
    calibrate: str | None = None
    setting: Setting = USUAL
    own_article: bool = False
    """Whether each question is asked of the article it is about alone."""


def perform(task: Task, write: Write) -> ExitCode:
    """Do the task and return its exit code: GATE where a quality gate failed or a checked set has faults."""
    _refuse_contradictions(task)
    if task.check:
        return _check(task, write)
    if task.why is not None:
        with prepared(task.questions, task.index, tell, task.setting) as exam:
            return _why(task, exam, task.why, write)
    return _score(task, write)


def _refuse_contradictions(task: Task) -> None:
    alone = [name for name, given in (("--check", task.check), ("--why", task.why is not None)) if given]
    others = (task.save, task.baseline, task.report, task.calibrate, *task.fail_under)
    if alone and (len(alone) > 1 or task.fail_if_worse or any(others)):
        raise UsageError(f"{alone[0]} goes with QUESTIONS, --json and --index only. Leave out the other options.")
    if task.fail_if_worse and task.baseline is None:
        raise UsageError("--fail-if-worse needs a run to compare with. Name one: --baseline RUN.")


def _score(task: Task, write: Write) -> ExitCode:
    wanted = gates(task.fail_under)
    precision = wished_precision(task.calibrate) if task.calibrate else None
    baseline = load(task.baseline) if task.baseline else None
    with prepared(task.questions, task.index, tell, task.setting) as exam:
        if precision:
            _refuse_throwaway(exam)
        with Progress("Asking") as progress:
            run = evaluate(replace(exam, own_article=task.own_article), progress)
        comparison = compare(baseline, run) if baseline else None
        if task.save:
            save(task.save, run)
        if precision:
            tell(_calibrated(task.index, exam, run, precision))
    failed = failures(wanted, run.report.measures, comparison if task.fail_if_worse else None)
    write(dumps(_payload(run, comparison, failed)) + "\n" if task.json else _text(run, comparison))
    if task.report:
        from eval.publish import publish

        tell(f"The report is in {publish(task.report, run, comparison)}.")
    for sentence in failed:
        tell(f"Gate failed: {sentence}")
    return ExitCode.GATE if failed else ExitCode.DONE


def _refuse_throwaway(exam: Exam) -> None:
    """Raise UsageError where there is no index to store with."""
    if exam.throwaway:
        raise UsageError(
            "--calibrate stores with an index, and these questions bring a throw-away one. Give questions about "
            "articles that you have indexed."
        )


def _text(run: Run, comparison: Comparison | None) -> str:
    parts = [table(run.report), *([comparison_table(comparison)] if comparison else [])]
    return sanitise("\n\n".join(parts) + "\n")


def _payload(run: Run, comparison: Comparison | None, failed: list[str]) -> dict[str, Any]:
    compared = {"comparison": comparison_payload(comparison)} if comparison else {}
    return payload(run) | compared | {"failed": failed}


def _why(task: Task, exam: Exam, identifier: str, write: Write) -> ExitCode:
    found = traced(exam, identifier)
    write(dumps(traced_payload(found)) + "\n" if task.json else traced_text(found))
    return ExitCode.DONE


def _check(task: Task, write: Write) -> ExitCode:
    from eval.check import Severity, check, findings_payload, findings_text

    with prepared(task.questions, task.index, lambda _: None, Setting(read=False)) as exam:
        findings = check(exam.questions, exam.texts)
        total = len(exam.questions)
    text = dumps(findings_payload(findings, total)) if task.json else sanitise(findings_text(findings, total)).rstrip()
    write(text + "\n")
    faulty = any(finding.severity is Severity.FAULT for finding in findings)
    return ExitCode.GATE if faulty else ExitCode.DONE


def _calibrated(folder: Path, exam: Exam, run: Run, precision: float) -> str:
    """Fit confidence to the run, store it with the index, and return what to say."""
    made = calibrate(run.report.rows, exam.asker.scale, precision)
    fitted_with = exam.asker.reader.fingerprint if exam.asker.reader else ""
    store(folder, (made.scale.slope, made.scale.intercept), made.scale.threshold, fitted_with)
    return calibration_text(made, str(folder))

"""What is wrong with a question set, and how it is told: as text for people, and in the form of the contract.

Owns the layout. What is looked for, and the sentences, are those of ``checks``; printing, and escaping for a
terminal, are the command's.
"""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from eval.report import WIDTH, shortened

EXAMPLES = 10
"""So many findings about one thing are shown; JSON lists all."""
ID_WIDTH = 24


class Severity(StrEnum):
    """What a finding does to a score."""

    FAULT = "fault"
    """Makes it wrong."""
    WARNING = "warning"
    """Makes it flatter, or less certain."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a question, or with the whole set."""

    id: str
    """Of the question; "" for the whole set."""
    severity: Severity
    about: str
    """What it is about, in two or three words that stay the same."""
    message: str
    """What is wrong and what to do about it, in one sentence."""


def findings_text(findings: Sequence[Finding], questions: int) -> str:
    """Return what was found in ``questions`` questions, faults first, with examples, in 80 columns."""
    faults = _faults(findings)
    lines = [f"{questions} questions: {_counted(faults, 'fault')}, {_counted(len(findings) - faults, 'warning')}"]
    for severity in Severity:
        of_severity = [finding for finding in findings if finding.severity is severity]
        for about in dict.fromkeys(finding.about for finding in of_severity):
            lines += _group(severity, about, [finding for finding in of_severity if finding.about == about])
    if findings:
        lines += ["", "A fault makes scores wrong, a warning makes them flatter or less certain."]
    return "\n".join(lines) + "\n"


def findings_payload(findings: Sequence[Finding], questions: int) -> dict[str, Any]:
    """Return what was found in ``questions`` questions, in the form of the contract."""
    faults = _faults(findings)
    return {
        "version": 1,
        "questions": questions,
        "faults": faults,
        "warnings": len(findings) - faults,
        "findings": [
            {"id": one.id, "severity": one.severity.value, "about": one.about, "message": one.message}
            for one in findings
        ],
    }


def _group(severity: Severity, about: str, findings: Sequence[Finding]) -> Iterator[str]:
    """Yield the lines of what was found about one thing."""
    yield ""
    yield f"{severity.value}: {about} ({len(findings)})"
    shown = findings[:EXAMPLES]
    width = min(max(len(finding.id) for finding in shown), ID_WIDTH)
    for finding in shown:
        name = f"  {shortened(finding.id, width):<{width}}  " if width else "  "
        yield from textwrap.wrap(finding.message, WIDTH, initial_indent=name, subsequent_indent=" " * len(name))
    if len(findings) > EXAMPLES:
        yield f"  and {len(findings) - EXAMPLES} more"


def _faults(findings: Sequence[Finding]) -> int:
    return sum(finding.severity is Severity.FAULT for finding in findings)


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"

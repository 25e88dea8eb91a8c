"""What ``qa doctor`` prints, as text and as a JSON payload. Writes nothing."""

from collections.abc import Sequence
from typing import Any

from qa.doctor.records import Check, Level
from qa.sanitise import one_line

WORDS = {Level.OK: "ok", Level.WARNING: "warning", Level.FAILURE: "FAILURE"}
"""A failure is seen without colour and heard without sight."""


def findings_text(found: Sequence[Check]) -> str:
    """Return one line for each check, remedy included, and the sum."""
    width = max((len(check.name) for check in found), default=0)
    rows = [f"{WORDS[check.level]:7}  {check.name:{width}}  {_sentence(check)}" for check in found]
    failures, warnings = (count(found, level) for level in (Level.FAILURE, Level.WARNING))
    said = [_many(number, word) for number, word in ((failures, "failure"), (warnings, "warning")) if number]
    return "\n".join([*rows, "", f"{', '.join(said)}." if said else "All is well."]) + "\n"


def findings_payload(found: Sequence[Check]) -> dict[str, Any]:
    """Return what ``qa doctor --json`` prints."""
    return {
        "version": 1,
        "ok": not count(found, Level.FAILURE),
        "failures": count(found, Level.FAILURE),
        "warnings": count(found, Level.WARNING),
        "checks": [
            {"name": check.name, "level": check.level.value, "says": check.says, "remedy": check.remedy}
            for check in found
        ],
    }


def count(found: Sequence[Check], level: Level) -> int:
    """Return how many checks found something so bad."""
    return sum(check.level is level for check in found)


def _sentence(check: Check) -> str:
    return one_line(f"{check.says}. {check.remedy}" if check.remedy else check.says)


def _many(number: int, word: str) -> str:
    return f"{number} {word}" + ("s" if number > 1 else "")

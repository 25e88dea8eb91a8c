"""Whether a question set can be trusted: what is looked for, how it is found, and how it is told."""

from eval.check.checks import check
from eval.check.findings import Finding, Severity, findings_payload, findings_text

__all__ = ["Finding", "Severity", "check", "findings_payload", "findings_text"]

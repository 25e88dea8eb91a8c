"""The JSON that other programs rely on. Keys may be added under version 1, never removed or retyped.

Dumps are ASCII: literal text travels as escapes and cannot act on a terminal.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from qa.records import Answer, Citation, Reply

VERSION = 1


def dumps(payload: Mapping[str, Any]) -> str:
    """Return one line of JSON, every character outside ASCII escaped."""
    return json.dumps(payload, ensure_ascii=True, allow_nan=False)


def reply_payload(reply: Reply) -> dict[str, Any]:
    """Return what ``qa ask --json`` prints."""
    return {
        "version": VERSION,
        "question": reply.question,
        "standalone": reply.standalone,
        "answered": reply.answered,
        "confidence": round(reply.confidence, 4),
        "answers": [_answer(answer) for answer in reply.answers],
        "nearest": [_answer(answer) for answer in reply.nearest],
        "index": asdict(reply.index),
        "timing_ms": dict(reply.timing_ms),
        **({"explanation": asdict(reply.explanation)} if reply.explanation else {}),
    }


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "rank": answer.rank,
        "text": answer.text,
        "confidence": round(answer.confidence, 4),
        "snippet": answer.snippet,
        "highlight": list(answer.highlight),
        "citation": _citation(answer.citation),
        "also": [_citation(citation) for citation in answer.also],
    }


def _citation(citation: Citation) -> dict[str, Any]:
    return {**asdict(citation), "lines": list(citation.lines)}

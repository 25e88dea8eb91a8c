"""The JSON that other programs read: a golden reply, and every key and type of the contract."""

import json
import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index.embed import OnnxEmbedder
from index.records import Span
from index.store import open_index
from qa.ask import Asker
from qa.contract import dumps, reply_payload
from qa.records import Answer, Citation, IndexState, Reply

GOLDEN = Path(__file__).parent / "golden" / "ask.json"
QUESTION = "When did Chang'e-4 land on the far side of the Moon?"
TEXT = "\ufeffA\u00a0cafe\u0301 \x1b[31m \u202e 👩🏽\u200d🚀 \u2028 end."
CITED = Citation("é.txt", "/a/\udcff.txt", "T\x1b", None, None, 0, len(TEXT), (1, 1), "0" * 64, False, False)
ANSWER = Answer(1, TEXT, 1 / 3, TEXT, Span(0, len(TEXT)), CITED, (replace(CITED, date="2019-01-03", source="S\x07"),))

CITATION: dict[str, Any] = {
    "article": str,
    "path": str,
    "title": str,
    "date": (str, type(None)),
    "source": (str, type(None)),
    "start": int,
    "end": int,
    "lines": [int, int],
    "sha256": str,
    "extracted": bool,
    "changed": bool,
}
ONE_ANSWER: dict[str, Any] = {
    "rank": int,
    "text": str,
    "confidence": float,
    "snippet": str,
    "highlight": [int, int],
    "citation": CITATION,
    "also": [CITATION, ...],
}
REPLY: dict[str, Any] = {
    "version": int,
    "question": str,
    "standalone": str,
    "answered": bool,
    "confidence": float,
    "answers": [ONE_ANSWER, ...],
    "nearest": [ONE_ANSWER, ...],
    "index": {
        "generation": int,
        "articles": int,
        "passages": int,
        "model": str,
        "stale": bool,
        "degraded": bool,
    },
    "timing_ms": dict,
}
EXPLANATION: dict[str, Any] = {
    "terms": [{"word": str, "looked_up": str, "passages": int, "weight": float, "mended": bool}, ...],
    "phrases": [str, ...],
    "candidates": int,
    "places": [
        {
            "by_meaning": int,
            "by_words": (int, type(None)),
            "evidence": {
                "cosine": float,
                "sentences": [float, ...],
                "article": float,
                "share": float,
                "cover": float,
                "aside": bool,
                "phrased": bool,
            },
            "sentence": float,
            "agreement": float,
            "score": float,
        },
        ...,
    ],
}


def faults(value: Any, shape: Any, at: str = "") -> list[str]:
    """Return where a value has not the shape of the contract; further keys are allowed."""
    if isinstance(shape, dict):
        missing = [f"{at}.{key} is missing" for key in shape if key not in value]
        return missing + [f for key in shape if key in value for f in faults(value[key], shape[key], f"{at}.{key}")]
    if isinstance(shape, list):
        each = [shape[0]] * len(value) if shape[-1] is ... else shape
        wrong = [] if isinstance(value, list) and len(value) == len(each) else [f"{at} has another length"]
        return wrong + [
            f for n, (v, s) in enumerate(zip(value, each, strict=False)) for f in faults(v, s, f"{at}[{n}]")
        ]
    kinds = shape if isinstance(shape, tuple) else (shape,)
    return [] if type(value) in kinds else [f"{at} is {type(value).__name__}"]


def reply(answered: bool, *ranked: Answer) -> Reply:
    return Reply("Q?", "Q?", answered, 0.25, ranked, IndexState(1, 2, 3, "m", False), {"total": 1.5})


def masked(payload: dict[str, Any], articles: str) -> dict[str, Any]:
    """Return a payload without what differs from machine to machine."""

    def walk(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: walk(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [walk(inner) for inner in value]
        if key == "confidence":
            return round(value, 2)
        return value.replace(articles, "<articles>") if key == "path" else value

    return {**walk(payload), "timing_ms": {key: type(value).__name__ for key, value in payload["timing_ms"].items()}}


@pytest.fixture(scope="module")
def asker(seed_index: Path, embedder: OnnxEmbedder) -> Asker:
    return Asker(open_index(seed_index), embedder)


def test_command_prints_the_golden_reply(seed_index: Path, seed_articles: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-m", "qa", "ask", "--json", QUESTION, "-k", "2", "--index", str(seed_index)]
    done = subprocess.run(command, capture_output=True, cwd=tmp_path, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.isascii()
    assert done.stdout.count(b"\n") == 1
    shown = masked(json.loads(done.stdout), str(seed_articles.resolve()))
    golden = json.loads(GOLDEN.read_text(encoding="ascii"))
    assert shown == golden
    assert json.dumps(shown) == json.dumps(golden)  # types and order too: 1 == 1.0 == True


@pytest.mark.parametrize("question", [QUESTION, "What did the baker of Bern sell?", "月球"])
def test_real_reply_has_every_key_and_type(question: str, asker: Asker) -> None:
    payload = json.loads(dumps(reply_payload(asker.ask(question, 3))))
    assert faults(payload, REPLY) == []
    assert payload["version"] == 1
    assert len(payload["answers" if payload["answered"] else "nearest"]) == 3
    assert payload["nearest" if payload["answered"] else "answers"] == []


@pytest.mark.parametrize("answered", [True, False])
def test_hand_built_reply_has_every_key_and_type(answered: bool) -> None:
    payload = json.loads(dumps(reply_payload(reply(answered, ANSWER))))
    assert faults(payload, REPLY) == []
    assert (len(payload["answers"]), len(payload["nearest"])) == ((1, 0) if answered else (0, 1))


def test_empty_reply_has_every_key_and_type() -> None:
    payload = json.loads(dumps(reply_payload(replace(reply(False), confidence=0.0))))
    assert faults(payload, REPLY) == []
    assert (payload["answered"], payload["answers"], payload["nearest"]) == (False, [], [])


def test_explanation_is_a_key_more_and_only_where_it_is_asked_for(asker: Asker) -> None:
    question = 'When did "Chang\'e-4" land on the mooon?'
    plain, explained = (asker.ask(question, 40, explained=wanted) for wanted in (False, True))
    without = json.loads(dumps(reply_payload(replace(plain, timing_ms={}))))
    payload = json.loads(dumps(reply_payload(replace(explained, timing_ms={}))))
    assert set(without) == set(REPLY)
    assert faults(payload, REPLY | {"explanation": EXPLANATION}) == []
    explanation = payload.pop("explanation")
    assert payload == without
    assert len(explanation["places"]) == len(payload["answers"] or payload["nearest"])
    assert {type(place["by_words"]) for place in explanation["places"]} == {int, type(None)}


def test_schema_check_notices_a_missing_and_a_retyped_key() -> None:
    payload = reply_payload(reply(True, ANSWER))
    del payload["answers"][0]["citation"]["sha256"]
    payload["index"]["stale"] = 0
    assert faults(payload, REPLY) == [".answers[0].citation.sha256 is missing", ".index.stale is int"]


def test_dump_is_ascii_and_brings_every_character_back() -> None:
    text = dumps(reply_payload(reply(True, ANSWER)))
    assert text.isascii()
    assert text.isprintable()
    (answer,) = json.loads(text)["answers"]
    assert (answer["text"], answer["snippet"], answer["also"][0]["source"]) == (TEXT, TEXT, "S\x07")
    assert (answer["citation"]["path"], answer["highlight"]) == ("/a/\udcff.txt", [0, len(TEXT)])


def test_dump_counts_code_points() -> None:
    answer = json.loads(dumps(reply_payload(reply(True, ANSWER))))["answers"][0]
    assert answer["snippet"][slice(*answer["highlight"])] == answer["text"]


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_dump_refuses_what_is_not_json(number: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        dumps({"confidence": number})

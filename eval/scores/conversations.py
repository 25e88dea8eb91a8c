"""Conversations of TREC CAsT 2022 as questions: each turn as it was asked, its provenance as what is right.

Owns that form. A turn that needs the ones before it keeps them as its history.
Source: Owoicho et al., TREC CAsT 2022: Going Beyond User Ask and System Retrieve with Initiative and Response
Generation, 2022.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from eval.question_sets import Gold, Question
from eval.reading import read, records
from eval.scores.articles import Given
from index.errors import BadQuestions

Record = Mapping[str, object]


def conversations(part: str, data: Path) -> Given:
    """Return the turns that have a provenance, and the texts of all provenances as articles of their own.

    Raises BadQuestions where the file is not of that form.
    """
    questions: list[Question] = []
    texts: dict[str, str] = {}
    for number, record, _ in records(read(data / part), "turns", []):
        earlier: tuple[str, ...] = ()
        for turn in _objects(record, "turns"):
            found = {str(one["id"]): str(one["text"]) for one in _objects(turn, "provenance") if one.get("text")}
            texts |= found
            asked = str(turn.get("utterance", ""))
            if found and asked.strip():
                gold = tuple(Gold(_name(identifier), None) for identifier in found)
                # Conversations that part after some turns hold these turns twice, under one id.
                questions.append(Question(f"{number}-{turn.get('id', '')}", asked, (), gold, "", earlier))
            earlier += (asked,)
    if not questions:
        raise BadQuestions(f"{data / part}:1: it holds no turn with a provenance; expected conversations of TREC CAsT")
    return Given(tuple(questions), {_name(identifier): text.encode("utf-8") for identifier, text in texts.items()})


def written_out(part: str, data: Path) -> dict[str, str]:
    """Return each turn as a person wrote it out so that it stands alone; by the ids of ``conversations``."""
    found = {}
    for number, record, _ in records(read(data / part), "turns", []):
        for turn in _objects(record, "turns"):
            versions = [str(one["text"]) for one in _objects(turn, "rewritten_utterance") if one.get("text")]
            found[f"{number}-{turn.get('id', '')}"] = (versions or [str(turn.get("utterance", ""))])[0]
    return found


def _objects(record: Record, key: str) -> Iterator[Record]:
    found = record.get(key)
    return (one for one in (found if isinstance(found, list) else []) if isinstance(one, dict))


def _name(identifier: str) -> str:
    return f"{identifier}.txt"

"""Run as ``python -m eval.slips SET``: the questions of a set as they are typed in a hurry, one JSON line each.

Owns two ways to type: with slips of the fingers, and in keywords. What is right stays as it is. Chance depends on a
question's own words alone, so that a set can be made again.
"""

import argparse
import json
import random
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from eval.reading import read, records
from eval.resumable import finished
from index.errors import BadQuestions
from index.terms import FUNCTION_WORDS

Record = Mapping[str, object]

LEAST = 5
"""Letters of a word that slips; shorter ones become another word too easily."""
SLIPPED = 2
"""Words of a question that slip at most."""
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_BESIDE = {letter: row[max(0, at - 1) : at] + row[at + 1 : at + 2] for row in _ROWS for at, letter in enumerate(row)}
_WORD = re.compile(r"[^\W\d_]+")


def slipped(question: str, chance: random.Random) -> str:
    """Return a question with one letter left out, doubled, mistaken or swapped in up to SLIPPED of its longer words."""
    found = [match for match in _WORD.finditer(question) if len(match.group()) >= LEAST and match.group().isascii()]
    for match in sorted(chance.sample(found, min(SLIPPED, len(found))), key=lambda one: -one.start()):
        question = question[: match.start()] + _slip(match.group(), chance) + question[match.end() :]
    return question


def _slip(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word))  # people seldom get the first letter wrong
    before, letter, after = word[:at], word[at], word[at + 1 :]
    beside = _BESIDE.get(letter.casefold(), "")
    ways = [before + after, before + letter * 2 + after, before + after[:1] + letter + after[1:]]
    ways += [before + chance.choice(beside) + after] if beside else []
    return chance.choice([way for way in ways if way != word])


def keywords(question: str) -> str:
    """Return the words of a question that tell its matter, as they are typed into a search field."""
    words = (word.strip('?!.,;:"“”()') for word in question.split())
    return " ".join(word for word in words if word and word.casefold() not in FUNCTION_WORDS)


def main(arguments: Sequence[str]) -> None:
    """Print the questions of a file of JSON Lines, typed in a hurry."""
    parser = argparse.ArgumentParser(prog="python -m eval.slips", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("questions", type=Path, metavar="SET", help="JSON Lines, as qa eval reads them")
    parser.add_argument("--keywords", action="store_true", help="keywords instead of slips")
    given = parser.parse_args(arguments)
    problems: list[str] = []
    typed = [json.dumps(_typed(one, given.keywords), ensure_ascii=False) for one in _asked(given.questions, problems)]
    if problems:
        raise BadQuestions("\n".join(problems))
    sys.stdout.write("".join(f"{line}\n" for line in typed))


def _asked(path: Path, problems: list[str]) -> Iterator[Record]:
    for _, record, faults in records(read(path), "question", problems):
        if isinstance(record.get("question"), str):
            yield record
        else:
            faults.append("no question; expected a text")


def _typed(record: Record, in_keywords: bool) -> Record:
    asked = str(record["question"])
    return {**record, "question": keywords(asked) if in_keywords else slipped(asked, random.Random(asked))}


if __name__ == "__main__":
    sys.exit(finished(lambda: main(sys.argv[1:])))

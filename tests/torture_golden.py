"""An index from the past (tests/golden_index, built once of two seeds, never again) still opens and answers.

Proved: what format 1 wrote, this program reads: every checksum, span and vector holds, and a fixed
question has the answer that it had then, word for word, at the same place.
"""

from pathlib import Path

from torture_base import Counts, note

from index.store import open_index
from index.vectors import Embedder
from index.verify import verify
from qa.ask import Asker

GOLDEN = Path(__file__).resolve().parent / "golden_index"
QUESTION = "When did Chang'e-4 land on the far side of the Moon?"
ANSWER = (
    "On January 3, China's Chang'e-4 probe became the first spacecraft to make a soft landing on the far side of the "
    "Moon, marking a new stage for the country's deep space exploration."
)
PLACE = ("000_c708b5ca41c84679.txt", 104, 523)


def golden(embedder: Embedder) -> Counts:
    """Open, verify and ask the golden index."""
    before = {path.name: path.read_bytes() for path in GOLDEN.iterdir()}
    index = open_index(GOLDEN)
    faults = [one for one in verify(GOLDEN) if one.fault and not one.subject.startswith("model")]
    reply = Asker(index, embedder).ask(QUESTION)
    found = reply.ranked[0]
    place = (found.citation.article, found.citation.start, found.citation.end)
    if (found.text, place) != (ANSWER, PLACE):
        note(f"the golden index now answers {found.text!r} at {place}")
    return {
        "files": len(before),
        "faults": len(faults) + len(index.faults),
        "articles_missing": 2 - index.manifest.articles,
        "other_answer": int(not reply.answered or (found.text, place) != (ANSWER, PLACE)),
        "written_to": int(before != {path.name: path.read_bytes() for path in GOLDEN.iterdir()}),
    }

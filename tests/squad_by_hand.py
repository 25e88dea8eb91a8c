"""A small SQuAD 2.0 file made by hand, for the tests of what is done with such files."""

import json
from collections.abc import Mapping

Paragraphs = Mapping[str, tuple[tuple[str, str, str | None], ...]]
"""For each text its questions: id, question, and the answer, None where the text does not say."""

PARAGRAPHS: Paragraphs = {
    "The lighthouse on Kite Island was built in 1871 by Ada Ferrow. Its lamp burned whale oil until 1903.": (
        ("w1", "Who built the lighthouse on Kite Island?", "Ada Ferrow"),
        ("w2", "What did the lamp of the lighthouse burn?", "whale oil"),
    ),
    "Bread rises because yeast turns sugar into carbon dioxide. A warm kitchen makes the dough rise faster.": (
        ("w3", "Why does bread rise?", "yeast turns sugar into carbon dioxide"),
        ("w4", "Which bakery sells the most bread?", None),
    ),
}


def squad(paragraphs: Paragraphs) -> str:
    """Return the text of the file."""
    told = [
        {
            "context": context,
            "qas": [
                {"id": name, "question": asked, "is_impossible": said is None, "answers": [{"text": said}] * bool(said)}
                for name, asked, said in questions
            ],
        }
        for context, questions in paragraphs.items()
    ]
    return json.dumps({"version": "v2.0", "data": [{"title": "A_Book", "paragraphs": told}]})

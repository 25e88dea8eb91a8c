"""From a question's vector to the passages nearest to it. The only retriever."""

from index.store import Index
from index.vectors import Vectors
from qa.records import Hit


def retrieve(index: Index, question: Vectors, k: int, *, aside: bool = False) -> tuple[Hit, ...]:
    """Return the ``k`` nearest passages, best first: the articles' own, or with ``aside`` what surrounds them."""
    return tuple(
        Hit(near.score, near.sentence_scores, near.article, near.passage)
        for near in index.nearest(question, k, aside=aside)
    )

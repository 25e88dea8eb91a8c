"""Passages: laws over any text with a simple counter, and over real texts with the model's own."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.articles import NotAnArticle, Reading, read
from index.embed import OnnxEmbedder
from index.layout import Kind
from index.records import ArticleKey, Passage, Span
from index.split import CountTokens, fit, split

WORDS = ("The", "rover", "Mr.", "U.S.", "stop.", "Go!", "why?", "嫦娥。", "\U0001f680", "e\u0301", "\u00a0x", "SITEMAP")
GAPS = (" ", " ", " ", "\n", "\n\n", "\r\n\r\n", "\u2028", "\t", "\n\nSITEMAP\n\n", "\n\nRead more here\n\n")
texts = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(GAPS)), min_size=1, max_size=80).map(
    lambda pairs: "".join(word + gap for word, gap in pairs)
)


def words(text: str) -> int:
    return len(text.split()) + 2


def reading(text: str) -> Reading:
    return read(ArticleKey("/a", "a.txt"), text.encode())


def check(found: Reading, passages: tuple[Passage, ...], count: CountTokens, limit: int) -> None:
    """Fail where any law of passages is broken."""
    text = found.article.text
    for passage in passages:
        assert passage.text == text[passage.start : passage.end]
        assert count(passage.text) <= limit
        edges = [edge for span in passage.sentences for edge in span]
        assert edges == sorted(edges)
        assert (edges[0], edges[-1]) == (passage.start, passage.end)
        assert not without(text, Span(passage.start, passage.end), passage.sentences).strip()
    starts = [edge for passage in passages for edge in (passage.start, passage.end)]
    assert starts == sorted(starts)
    for paragraph in found.paragraphs:
        inside = [p for p in passages if p.start < paragraph.span.end and paragraph.span.start < p.end]
        if paragraph.kind is Kind.FURNITURE:
            assert inside == []
        else:
            assert {p.aside for p in inside} == {paragraph.kind is Kind.ASIDE}
            assert (
                not without(text, paragraph.span, [Span(p.start, p.end) for p in inside]).replace("\ufeff", "").strip()
            )


def without(text: str, span: Span, covered: list[Span] | tuple[Span, ...]) -> str:
    """The characters of ``span`` that none of ``covered`` holds."""
    held = {at for part in covered for at in range(*part)}
    return "".join(text[at] for at in range(*span) if at not in held)


@given(texts, st.integers(3, 30), st.integers(0, 30))
@settings(derandomize=True, deadline=None, max_examples=300)
def test_passages_keep_their_laws_over_any_text(text: str, target: int, more: int) -> None:
    limit = target + more
    try:
        found = reading(text)
    except NotAnArticle:
        return
    check(found, split(found, words, limit, target), words, limit)


def test_passages_of_the_seeds_keep_their_laws_by_the_models_own_tokenizer(seeds: Path, embedder: OnnxEmbedder) -> None:
    for path in sorted(seeds.glob("*.txt")):
        found = read(ArticleKey(str(seeds), path.name), path.read_bytes())
        passages = split(found, embedder.count_tokens, embedder.card.max_tokens)
        assert len(passages) > 3
        check(found, passages, embedder.count_tokens, embedder.card.max_tokens)


@pytest.mark.parametrize(
    "unit", ["word, ", "x", "antidisestablishmentarianism", "嫦", "\U0001f680", "3.14159", "a\u0301"]
)
def test_giant_sentence_is_cut_to_what_the_model_reads_and_nothing_is_lost(unit: str, embedder: OnnxEmbedder) -> None:
    found = reading((unit * 20_000)[:20_000] + " end")
    passages = split(found, embedder.count_tokens, embedder.card.max_tokens)
    check(found, passages, embedder.count_tokens, embedder.card.max_tokens)


def test_long_sentence_is_cut_at_white_space() -> None:
    text = "seven ways to leave " * 30
    pieces = [text[a:b] for a, b in fit(text, Span(0, len(text) - 1), words, 12)]
    assert " ".join(pieces).split() == text.split()
    assert all(len(piece.split()) <= 10 for piece in pieces)


def test_sentences_gather_up_to_the_target_and_no_further() -> None:
    found = reading("One two three. Four five six. Seven eight nine. Ten.")
    passages = split(found, words, limit=100, target=8)
    assert [p.text for p in passages] == ["One two three. Four five six.", "Seven eight nine. Ten."]


def test_sentence_over_the_target_stands_alone() -> None:
    found = reading("Go on. This one is much longer than any target would like. Stop it.")
    passages = split(found, words, limit=100, target=6)
    assert [p.text for p in passages] == ["Go on.", "This one is much longer than any target would like.", "Stop it."]


def test_new_passage_begins_with_a_paragraph_once_two_thirds_are_full() -> None:
    found = reading("One two three four five six seven.\n\nEight nine.\n\nTen.")
    assert [len(p.sentences) for p in split(found, words, 100, target=12)] == [1, 2]
    assert [len(p.sentences) for p in split(found, words, 100, target=30)] == [3]


def test_passages_stop_at_furniture_and_at_asides() -> None:
    found = reading("It flew well.\n\nSITEMAP\n\nIt landed well.\n\nRead more about it here\n\nIt drove well.")
    passages = split(found, words, limit=100)
    assert [(p.text, p.aside) for p in passages] == [
        ("It flew well.", False),
        ("It landed well.", False),
        ("Read more about it here", True),
        ("It drove well.", False),
    ]


def test_model_that_reads_less_than_the_target_gets_passages_it_can_read() -> None:
    found = reading("One two three. Four five six. Seven eight nine. Ten.")
    assert max(words(p.text) for p in split(found, words, limit=6)) <= 6

"""From findings to answers: joining, order, citations. Real files, a real index, and findings made by hand."""

import hashlib
from pathlib import Path

import pytest

from index.build import Wish, update
from index.embed import OnnxEmbedder
from index.records import Article, ArticleKey, Hit, Passage, Span
from index.store import open_index
from qa.answer import cite, rank
from qa.ask import Asker
from qa.records import Finding

SHARED = "The Yutu-2 rover drove across the Von Karman crater in January 2019."
FIRST = f"Rovers on the Moon\n\nMany machines went there before. {SHARED} It is still there.\n"
SECOND = f"A year in space\n\nLaunches were many this year.\n{SHARED}\nSuppliers were paid late in the autumn.\n"
QUESTION = "Which rover drove across the Von Karman crater?"


def asker_over(folder: Path, embedder: OnnxEmbedder, files: dict[str, str]) -> Asker:
    articles = folder / "articles"
    articles.mkdir()
    for name, text in files.items():
        (articles / name).write_bytes(text.encode())
    update(folder / "index", Wish(paths=(articles,)), lambda _: embedder)
    return Asker(open_index(folder / "index"), embedder)


def finding(score: float, path: str, text: str, best: Span | None = None) -> Finding:
    article = Article(ArticleKey("/nowhere", path), path, None, None, None, "0" * 64, text)
    whole = Span(0, len(text))
    hit = Hit(score, (score,), article, Passage(0, len(text), text, (whole,)))
    return Finding(hit, score, best or whole, whole)


def test_answer_that_two_articles_share_stands_once(tmp_path: Path, embedder: OnnxEmbedder) -> None:
    reply = asker_over(tmp_path, embedder, {"a.txt": FIRST, "b.txt": SECOND}).ask(QUESTION, 5)
    best = reply.ranked[0]
    assert best.text == SHARED
    assert [answer.text for answer in reply.ranked].count(SHARED) == 1
    assert {best.citation.article, *(citation.article for citation in best.also)} == {"a.txt", "b.txt"}


def test_answer_cites_each_article_at_its_own_place(tmp_path: Path, embedder: OnnxEmbedder) -> None:
    best = asker_over(tmp_path, embedder, {"a.txt": FIRST, "b.txt": SECOND}).ask(QUESTION).ranked[0]
    for citation in (best.citation, *best.also):
        text = {"a.txt": FIRST, "b.txt": SECOND}[citation.article]
        assert SHARED in text[citation.start : citation.end]
        assert citation.sha256 == hashlib.sha256(text.encode()).hexdigest()
        assert citation.path == str((tmp_path / "articles" / citation.article).resolve())


def test_repeats_in_equal_files_do_not_crowd_out_others(tmp_path: Path, embedder: OnnxEmbedder) -> None:
    files = {f"copy{number:03}.txt": SHARED for number in range(230)} | {"other.txt": "Whales sing at night."}
    reply = asker_over(tmp_path, embedder, files).ask(QUESTION, 2)
    assert [answer.text for answer in reply.ranked] == [SHARED, "Whales sing at night."]
    assert len(reply.ranked[0].also) == 229


def test_first_answer_is_the_same_for_any_k_where_repeats_crowd(tmp_path: Path, embedder: OnnxEmbedder) -> None:
    # The repeats are the nearer passages; the dated sentence is the better answer once it is read.
    near, dated = "The probe did land on the plain.", "The probe landed on January 3, 2019."
    files = {f"copy{number:03}.txt": near for number in range(120)} | {"dated.txt": dated}
    asker = asker_over(tmp_path, embedder, files)
    one, two = asker.ask("When did the probe land?", 1), asker.ask("When did the probe land?", 2)
    assert [answer.text for answer in two.ranked] == [dated, near]
    assert [answer.text for answer in one.ranked] == [dated]


def test_order_is_by_score_and_ranks_count_from_one() -> None:
    found = rank([finding(0.2, "a", "Low."), finding(0.9, "b", "High."), finding(0.5, "c", "Middle.")], 3)
    assert [(answer.rank, answer.text) for answer in found] == [(1, "High."), (2, "Middle."), (3, "Low.")]
    assert found[0].confidence > found[1].confidence > found[2].confidence


def test_order_of_equal_scores_is_by_article() -> None:
    found = rank([finding(0.5, "b", "B."), finding(0.500001, "c", "C."), finding(0.5, "a", "A.")], 3)
    assert [answer.text for answer in found] == ["A.", "B.", "C."]


def test_order_cuts_after_k_different_answers() -> None:
    same = [finding(0.9, name, "Same.") for name in "abc"]
    found = rank([*same, finding(0.4, "d", "Other."), finding(0.3, "e", "Third.")], 2)
    assert [answer.text for answer in found] == ["Same.", "Other."]


def test_joining_ignores_white_space_and_case() -> None:
    found = rank([finding(0.9, "a", "It landed\non the Moon."), finding(0.8, "b", "IT  LANDED on the moon.")], 5)
    assert [(answer.text, [c.article for c in answer.also]) for answer in found] == [("It landed\non the Moon.", ["b"])]


def test_joining_within_one_article_adds_no_other() -> None:
    assert [answer.also for answer in rank([finding(0.9, "a", "Yes."), finding(0.8, "a", "Yes.")], 5)] == [()]


def test_highlight_counts_in_the_snippet() -> None:
    text = "One. Two."
    (answer,) = rank([finding(0.5, "a", text, best=Span(5, 9))], 1)
    assert (answer.text, answer.highlight, answer.snippet) == ("Two.", (5, 9), text)


@pytest.mark.parametrize(
    ("start", "end", "lines"),
    [(0, 3, (1, 1)), (5, 8, (2, 2)), (0, 8, (1, 2)), (9, 12, (3, 3)), (0, 12, (1, 3)), (13, 16, (3, 3))],
)
def test_lines_are_counted_by_hand(start: int, end: int, lines: tuple[int, int]) -> None:
    # One CRLF, one LF, and a bare CR, which begins no line. Offsets: One 0, Two 5, Six 9, Ten 13.
    article = Article(ArticleKey("/nowhere", "a.txt"), "A", None, None, None, "0" * 64, "One\r\nTwo\nSix\rTen")
    assert cite(article, Span(start, end)).lines == lines


@pytest.mark.parametrize("harm", ["edit", "delete", "replace by a folder"])
def test_changed_file_is_told_and_the_index_keeps_the_words(harm: str, tmp_path: Path, embedder: OnnxEmbedder) -> None:
    asker = asker_over(tmp_path, embedder, {"a.txt": FIRST})
    before = asker.ask(QUESTION)
    path = tmp_path / "articles" / "a.txt"
    path.unlink()
    if harm == "edit":
        path.write_text("Something else.")
    elif harm != "delete":
        path.mkdir()
    after = asker.ask(QUESTION)
    assert (before.ranked[0].citation.changed, before.index.stale) == (False, False)
    assert (after.ranked[0].citation.changed, after.index.stale) == (True, True)
    assert after.ranked[0].snippet == before.ranked[0].snippet
    assert after.ranked[0].citation.sha256 == hashlib.sha256(FIRST.encode()).hexdigest()


def test_file_put_back_is_not_changed(tmp_path: Path, embedder: OnnxEmbedder) -> None:
    asker = asker_over(tmp_path, embedder, {"a.txt": FIRST})
    (tmp_path / "articles" / "a.txt").unlink()
    (tmp_path / "articles" / "a.txt").write_bytes(FIRST.encode())
    assert not asker.ask(QUESTION).ranked[0].citation.changed

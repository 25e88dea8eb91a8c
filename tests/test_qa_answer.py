"""From findings to answers: joining, order, citations. Real files, a real index, and findings made by hand."""

import hashlib
import math
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.build import Wish, update
from index.embed import OnnxEmbedder
from index.records import Article, ArticleKey, Evidence, Hit, Passage, Span
from index.store import open_index
from qa.answer import answers, cite, group
from qa.ask import Asker
from qa.confidence import ALIKE
from qa.records import Answer, Finding

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


def finding(
    score: float,
    path: str,
    text: str,
    best: Span | None = None,
    *,
    sentence_score: float = 0.5,
    phrased: bool = False,
) -> Finding:
    """Return a passage that was read: all of ``text`` is its snippet, and its answer unless ``best`` says otherwise."""
    article = Article(ArticleKey("/nowhere", path), path, None, None, None, "0" * 64, text)
    whole = Span(0, len(text))
    hit = Hit(Evidence(0.5, (0.5,), 0.5, phrased=phrased), article, Passage(0, len(text), text, (whole,)))
    return Finding(hit, best or whole, whole, sentence_score, score)


def rank(findings: Sequence[Finding]) -> tuple[Answer, ...]:
    return answers(group(findings), ALIKE)


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
    found = rank([finding(0.2, "a", "Low."), finding(1.9, "b", "High."), finding(0.5, "c", "Middle.")])
    assert [(answer.rank, answer.text) for answer in found] == [(1, "High."), (2, "Middle."), (3, "Low.")]


def test_confidence_is_that_of_the_sentence_whatever_the_place() -> None:
    scores = {"High.": (1.9, 0.3), "Middle.": (0.5, 0.8), "Low.": (0.2, 0.3)}
    found = rank([finding(score, "a", text, sentence_score=sentence) for text, (score, sentence) in scores.items()])
    assert [answer.text for answer in found] == list(scores)
    for answer in found:
        exponent = ALIKE.slope * scores[answer.text][1] + ALIKE.intercept
        assert answer.confidence == pytest.approx(1 / (1 + math.exp(-exponent)))
    assert found[1].confidence > found[0].confidence == found[2].confidence


def test_order_of_equal_scores_is_by_article() -> None:
    found = rank([finding(0.5, "b", "B."), finding(0.500001, "c", "C."), finding(0.5, "a", "A.")])
    assert [answer.text for answer in found] == ["A.", "B.", "C."]


def test_order_counts_different_answers_only() -> None:
    same = [finding(0.9, name, "Same.") for name in "abc"]
    groups = group([*same, finding(0.4, "d", "Other."), finding(0.3, "e", "Third.")])
    assert [(answer.rank, answer.text) for answer in answers(groups[:2], ALIKE)] == [(1, "Same."), (2, "Other.")]


def test_order_puts_what_holds_a_quoted_phrase_first() -> None:
    found = rank([finding(1.9, "a", "High."), finding(0.1, "b", "Low.", phrased=True), finding(0.5, "c", "Middle.")])
    assert [answer.text for answer in found] == ["Low.", "High.", "Middle."]


def test_equal_answer_stands_where_its_best_finding_does() -> None:
    found = rank([finding(0.3, "a", "Same."), finding(0.5, "b", "Other."), finding(0.9, "c", "Same.")])
    assert [(answer.text, answer.citation.article) for answer in found] == [("Same.", "c"), ("Other.", "b")]
    assert [citation.article for citation in found[0].also] == ["a"]


def test_joining_ignores_white_space_and_case() -> None:
    found = rank([finding(0.9, "a", "It landed\non the Moon."), finding(0.8, "b", "IT  LANDED on the moon.")])
    assert [(answer.text, [c.article for c in answer.also]) for answer in found] == [("It landed\non the Moon.", ["b"])]


@pytest.mark.parametrize(
    ("other", "joined"),
    [
        ("a b c d e f g h i X", True),  # 9 shared of 11
        ("a b c d e f g h i j k l", True),  # 10 of 12
        ("a b c d e f g h i j k l m", False),  # 10 of 13
        ("a b c d e f g h", True),  # 8 of 10: just enough
        ("a b c d e f g", False),  # 7 of 10
        ("a b c d e f g h i j j j i i h", True),  # repeats count once
        ("j i h g f e d c b a", True),
        ("a b c d e f g h X Y", False),  # 8 of 12
        ("a b c d e f g h i j 7", False),  # 10 of 11, but another number
    ],
)
def test_joining_of_near_copies_by_hand(other: str, joined: bool) -> None:
    found = rank([finding(0.9, "a", "a b c d e f g h i j"), finding(0.8, "b", other)])
    assert [[citation.article for citation in answer.also] for answer in found] == ([["b"]] if joined else [[], []])


def test_reports_that_contradict_each_other_are_two_answers() -> None:
    said = "Chang'e-8 will be launched in {} and will test the technology for a base at the south pole of the Moon."
    found = rank([finding(0.9, "a", said.format(2028)), finding(0.8, "b", said.format(2029))])
    assert [(answer.citation.article, answer.also) for answer in found] == [("a", ()), ("b", ())]


def test_joining_compares_the_whole_snippet_where_other_sentences_are_best() -> None:
    first, second = "The bridge of the old town was shut on Monday.", "A crack had been found in its northern arch."
    text = f"{first} {second}"
    findings = [finding(0.9, "a", text, Span(0, len(first))), finding(0.8, "b", text, Span(len(first) + 1, len(text)))]
    (answer,) = rank(findings)
    assert (answer.text, [citation.article for citation in answer.also]) == (first, ["b"])


words = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=9).map(" ".join)
made = st.lists(st.tuples(st.floats(0, 2), words, st.booleans()), max_size=25)


@settings(derandomize=True, deadline=None)
@given(made)
def test_groups_hold_every_finding_once_best_first_and_say_different_things(
    drawn: list[tuple[float, str, bool]],
) -> None:
    findings = [finding(score, str(at), text, phrased=phrased) for at, (score, text, phrased) in enumerate(drawn)]
    groups = group(findings)
    assert sorted(id(one) for said in groups for one in said) == sorted(map(id, findings))
    for ordered in ([said[0] for said in groups], *groups):
        places = [(not one.hit.evidence.phrased, -round(one.score, 5)) for one in ordered]
        assert places == sorted(places)
    firsts = [said[0].hit.passage.text for said in groups]
    assert len(set(firsts)) == len(firsts)
    for one, other in combinations([set(text.split()) for text in firsts[:10]], 2):
        assert len(one & other) / len(one | other) < 0.8
    for first, *others in groups:
        own = set(first.hit.passage.text.split())
        for one in others:
            others_words = set(one.hit.passage.text.split())
            assert len(own & others_words) / len(own | others_words) >= 0.8


REPORT = (
    "The old bridge over the river was closed on Monday after a deep crack was found in its northern arch. "
    "Engineers of the canton will examine every stone of it for six weeks before cars may cross again.\n"
)
PAINTED = (
    "The old bridge over the river was painted on Monday by men of the town. "
    "Engineers of the canton had asked for it since rust was found in its northern railing.\n"
)


def test_near_copies_of_a_report_take_one_place(tmp_path: Path, embedder: OnnxEmbedder) -> None:
    files = {
        "byline.txt": f"Bridge closed\n\nBy Anna Keller\n\n{REPORT}",
        "other-byline.txt": f"Bridge closed\n\nBy Our Own Reporters\n\n{REPORT}",
        "word.txt": REPORT.replace("deep crack", "wide crack"),
        "words.txt": REPORT.replace("examine", "look at").replace("may cross", "can cross"),
        "painted.txt": PAINTED,
    }
    reply = asker_over(tmp_path, embedder, files).ask("Why was the bridge over the river closed?", 10)
    first = reply.ranked[0]
    together = [first.citation.article, *(citation.article for citation in first.also)]
    assert sorted(together) == ["byline.txt", "other-byline.txt", "word.txt", "words.txt"]
    assert "crack was found" in first.text
    assert [answer.citation.article for answer in reply.ranked if "painted" in answer.snippet] == ["painted.txt"]
    for citation in (first.citation, *first.also):
        assert "crack was found" in files[citation.article][citation.start : citation.end]


def test_joining_within_one_article_adds_no_other() -> None:
    assert [answer.also for answer in rank([finding(0.9, "a", "Yes."), finding(0.8, "a", "Yes.")])] == [()]


def test_highlight_counts_in_the_snippet() -> None:
    text = "One. Two."
    (answer,) = rank([finding(0.5, "a", text, best=Span(5, 9))])
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

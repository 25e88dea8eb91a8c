"""A whole run: a set of six whose every number is worked by hand, and ir-measures over whole articles."""

import time
from collections.abc import Sequence
from itertools import count

import ir_measures
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ir_measures import AP, RR, Qrel, R, ScoredDoc, Success, nDCG

from eval.question_sets import Gold, Question
from eval.rows import Row
from eval.run import Measure, score, summarise
from index.records import Span
from qa.records import Answer, Citation, IndexState, Reply

NAMES = "hit@1 hit@3 hit@5 hit@10 recall@5 recall@10 map@10 mrr@10 ndcg@10 answer@1 em f1".split()
ARTICLES = {
    "a.txt": "The probe landed on January 3. It carries a rover. Rain fell in Rome.",
    "b.txt": "A rover came along, they say. Nobody knows why.",
}
LANDED, ROVER, RAIN = Span(0, 30), Span(31, 50), Span(51, 69)
CAME, NOBODY = Span(0, 29), Span(30, 47)


def citation(article: str, span: Span) -> Citation:
    return Citation(article, "/" + article, article, None, None, *span, (1, 1), "0" * 64, False, False)


def answer(article: str, span: Span, text: str = "", confidence: float = 0.0, also: Sequence[Citation] = ()) -> Answer:
    snippet = ARTICLES[article][span.start : span.end]
    start = snippet.index(text)
    return Answer(1, text, confidence, snippet, Span(start, start + len(text)), citation(article, span), tuple(also))


def reply(answered: bool, *ranked: Answer) -> Reply:
    state = IndexState(1, len(ARTICLES), 5, "fake", False)
    return Reply("", "", answered, ranked[0].confidence if ranked else 0.0, ranked, state)


ON_BOARD = (Gold("a.txt", "a rover"), Gold("b.txt", "A rover came"))
QUESTIONS = (
    Question("q1", "When did it land?", ("January 3",), (Gold("a.txt", "landed on January 3"),), "when", ()),
    Question("q2", "What is on board?", ("a rover",), ON_BOARD, "what", ()),
    Question("q3", "Where did it rain?", (), (Gold("a.txt", None),), "where", ()),
    Question("q4", "Who knows?", ("nobody", "no one"), (Gold("b.txt", "Nobody knows why."),), "who", ()),
    Question("q5", "How heavy is it?", (), (), "near-miss", ()),
    Question("q6", "What is for lunch?", (), (), "near-miss", ()),
)
REPLIES = {
    # Sure and right, word for word.
    "When did it land?": reply(True, answer("a.txt", LANDED, "January 3", 0.9)),
    # Unsure; gold on ranks 2 and 3, the second of them through "also".
    "What is on board?": reply(
        False,
        answer("b.txt", NOBODY, "Nobody", 0.4),
        answer("a.txt", ROVER, "a rover"),
        answer("a.txt", RAIN, "Rain", also=[citation("b.txt", NOBODY), citation("b.txt", CAME)]),
    ),
    # Sure; any place in the article is right, and no accepted answers are given.
    "Where did it rain?": reply(True, answer("a.txt", RAIN, "Rome", 0.8)),
    # Nothing found at all.
    "Who knows?": reply(False),
    # Sure of what the articles do not say.
    "How heavy is it?": reply(True, answer("a.txt", ROVER, "a rover", 0.6)),
    # Unsure, rightly.
    "What is for lunch?": reply(False, answer("b.txt", NOBODY, "Nobody", 0.1)),
}


def run(questions: Sequence[Question] = QUESTIONS) -> tuple[Row, ...]:
    squares = (second**2 / 1000 for second in count())
    return score(questions, lambda question, k: REPLIES[question], ARTICLES, clock=lambda: next(squares))


def test_score_gives_the_rows_worked_by_hand() -> None:
    measures = {row.id: list(row.measures.values()) for row in run()}
    assert list(run()[0].measures) == NAMES
    # q2: gains at ranks 2 and 3 of an ideal 1 and 2: (1/log2(3) + 1/log2(4)) / (1 + 1/log2(3))
    assert measures == {
        "q1": [1] * 12,
        # and precision at ranks 2 and 3: (1/2 + 2/3) / 2
        "q2": [0, 1, 1, 1, 1, 1, pytest.approx(7 / 12), 0.5, pytest.approx(0.6934, abs=1e-4), 0, 0, 0],
        "q3": [1] * 9 + [None] * 3,
        "q4": [0] * 12,
        "q5": [None] * 10 + [0, 0],
        "q6": [None] * 10 + [1, 1],
    }
    assert [row.right for row in run()] == [True, False, True, False, False, False]
    assert [row.answered for row in run()] == [True, False, True, False, True, False]
    assert [row.answerable for row in run()] == [True, True, True, True, False, False]
    assert [row.confidence for row in run()] == [0.9, 0.4, 0.8, 0.0, 0.6, 0.1]
    assert [row.kind for row in run()] == ["when", "what", "where", "who", "near-miss", "near-miss"]
    # q1 cites its one place rightly, q3 too, q5 cites what the articles do not say; the others cite nothing
    assert [(row.citations, row.citations_right) for row in run()] == [(1, 1), (0, 0), (1, 1), (0, 0), (1, 0), (0, 0)]
    assert [(row.text, row.snippet) for row in run()[2:4]] == [("Rome", "Rain fell in Rome."), (None, None)]


def test_summarise_gives_the_means_worked_by_hand() -> None:
    report = summarise(run())
    assert report.questions == 6
    assert report.rows == run()
    assert {name: measure.mean for name, measure in report.measures.items()} == pytest.approx(
        {
            "hit@1": 2 / 4,
            "hit@3": 3 / 4,
            "hit@5": 3 / 4,
            "hit@10": 3 / 4,
            "recall@5": 3 / 4,
            "recall@10": 3 / 4,
            "map@10": (2 + 7 / 12) / 4,
            "mrr@10": 2.5 / 4,
            "ndcg@10": 2.6934 / 4,
            "answer@1": 1 / 3,  # q1 of q1, q2, q4
            "em": 2 / 5,  # q1 and q6 of all but q3
            "f1": 2 / 5,
            "abstain_auroc": 5 / 8,  # .9 and .8 win both pairs, .4 one of two, 0 none
            "coverage": 2 / 4,
            "answered_precision": 2 / 3,
            "citation_precision": 2 / 3,
            # the surest first: right, right, wrong, wrong, wrong, wrong
            "risk_area": (0 + 0 + 1 / 3 + 2 / 4 + 3 / 5 + 4 / 6) / 6,
            # ten copies of each row in ten bins of six: four are too sure, by .0 .1 .4 .6, then two too
            # modest, by .2 .1; one bin holds four copies of .6 and two of .2, which cancel out in part
            "calibration_error": (10 * (0.0 + 0.1 + 0.4 + 0.6 + 0.2 + 0.1) - 2 * 2 * 0.2) / 60,
            "latency_ms": (1 + 5 + 9 + 13 + 17 + 21) / 6,
            "latency_p50": 9,
            "latency_p95": 21,
        },
        abs=1e-4,
    )
    last = "abstain_auroc coverage answered_precision citation_precision risk_area calibration_error"
    assert list(report.measures) == NAMES + last.split() + ["latency_ms", "latency_p50", "latency_p95"]


def test_an_accepted_answer_makes_the_first_snippet_right_wherever_it_stands() -> None:
    elsewhere = Question("q", "When did it land?", ("January 3",), (Gold("b.txt", "Nobody"),), "", ())
    (row,) = run([elsewhere])
    assert (row.right, row.measures["hit@1"], row.measures["answer@1"]) == (True, 0.0, 1.0)


def test_the_same_answer_elsewhere_counts_as_its_place() -> None:
    asked = Question("q", "Who?", (), (Gold("b.txt", "A rover came"),), "", ())
    first = answer("a.txt", ROVER, "a rover", 0.9, also=[citation("b.txt", CAME)])
    (row,) = score([asked], lambda question, k: reply(True, first), ARTICLES)
    assert (row.measures["hit@1"], row.right) == (1.0, True)


def test_a_place_in_another_article_is_no_hit() -> None:
    asked = Question("q", "Who?", (), (Gold("a.txt", "The probe landed on January"),), "", ())
    (row,) = score([asked], lambda question, k: reply(True, answer("b.txt", CAME, "", 0.9)), ARTICLES)
    assert (row.measures["hit@1"], row.right) == (0.0, False)


def test_abstaining_changes_neither_places_nor_the_first_snippet() -> None:
    landed = answer("a.txt", LANDED, "January 3")
    (sure,) = score(QUESTIONS[:1], lambda question, k: reply(True, landed), ARTICLES)
    (unsure,) = score(QUESTIONS[:1], lambda question, k: reply(False, landed), ARTICLES)
    differing = {name for name in sure.measures if sure.measures[name] != unsure.measures[name]}
    assert differing == {"em", "f1"}
    assert (sure.right, unsure.right) == (True, True)


def test_every_question_is_asked_once_deeper_where_articles_are_ranked_and_told_to_progress() -> None:
    calls: list[tuple[str, int]] = []
    told: list[tuple[int, int]] = []

    def ask(question: str, k: int) -> Reply:
        calls.append((question, k))
        return REPLIES[question]

    def progress(done: int, total: int) -> None:
        told.append((done, total))

    score(QUESTIONS, ask, ARTICLES, progress)
    assert calls == [(question.text, 100 if question.id == "q3" else 10) for question in QUESTIONS]
    assert told == [(done, 6) for done in range(1, 7)]


def test_what_ask_raises_ends_the_run() -> None:
    with pytest.raises(KeyError, match="Unheard of"):
        run([Question("q", "Unheard of?", (), (), "", ())])


def test_summarise_has_none_for_what_the_set_cannot_measure() -> None:
    """Of one question nobody answered, without gold, only words, calibration and time can be measured."""
    report = summarise(run(QUESTIONS[5:]))
    undefined = {name for name, measure in report.measures.items() if measure == Measure(None, None, None)}
    assert set(report.measures) - undefined == {
        *("em", "f1", "risk_area", "calibration_error", "latency_ms", "latency_p50", "latency_p95")
    }
    assert all(measure == Measure(None, None, None) for measure in summarise(()).measures.values())


@settings(derandomize=True, deadline=None, max_examples=100)
@given(ranked=st.permutations(range(14)), relevant=st.sets(st.integers(0, 13), min_size=1))
def test_whole_articles_score_as_ir_measures_scores_documents(ranked: list[int], relevant: set[int]) -> None:
    texts = {f"{number}.txt": "Some words." for number in range(14)}
    asked = Question("q", "?", (), tuple(Gold(f"{number}.txt", None) for number in sorted(relevant)), "", ())
    given_answers = [
        Answer(rank, "Some", 0.5, "Some words.", Span(0, 4), citation(f"{number}.txt", Span(0, 11)))
        for rank, number in enumerate(ranked, start=1)
    ]
    (row,) = score([asked], lambda question, k: reply(True, *given_answers), texts)
    published = {
        str(measure): number
        for measure, number in ir_measures.calc_aggregate(
            [Success @ 1, Success @ 3, Success @ 5, Success @ 10, RR @ 10, nDCG @ 10],
            [Qrel("q", f"{number}.txt", 1) for number in relevant],
            [ScoredDoc("q", f"{number}.txt", -float(rank)) for rank, number in enumerate(ranked)],
        ).items()
    }
    renamed = {f"Success@{k}": row.measures[f"hit@{k}"] for k in (1, 3, 5, 10)}
    assert renamed | {"RR@10": row.measures["mrr@10"], "nDCG@10": row.measures["ndcg@10"]} == pytest.approx(published)


def in_articles(names: Sequence[Sequence[str]]) -> list[Answer]:
    """Return an answer a rank that stands in the first article named, and as a copy in the others."""
    places = [[citation(name, Span(0, 5)) for name in copies] for copies in names]
    return [Answer(1, "Some", 0.5, "Some words.", Span(0, 4), first, tuple(also)) for first, *also in places]


@settings(derandomize=True, deadline=None, max_examples=1000)
@given(
    snippets=st.lists(st.integers(0, 24), max_size=100),
    relevant=st.sets(st.integers(0, 24), min_size=1),
)
def test_articles_rank_at_their_best_snippet_as_ir_measures_ranks_documents(
    snippets: list[int], relevant: set[int]
) -> None:
    texts = {f"{number}.txt": "Some words." for number in range(25)}
    asked = Question("q", "?", (), tuple(Gold(f"{number}.txt", None) for number in sorted(relevant)), "", ())
    given_answers = in_articles([[f"{number}.txt"] for number in snippets])
    (row,) = score([asked], lambda question, k: reply(True, *given_answers[:k]), texts)
    best = {number: max(100.0 - rank for rank, other in enumerate(snippets) if other == number) for number in snippets}
    published = {
        str(measure): number
        for measure, number in ir_measures.calc_aggregate(
            [RR @ 10, nDCG @ 10, R @ 5, R @ 10, AP @ 10],
            [Qrel("q", f"{number}.txt", 1) for number in relevant],
            [ScoredDoc("q", f"{number}.txt", points) for number, points in best.items()],
        ).items()
    }
    names = {"RR@10": "mrr@10", "nDCG@10": "ndcg@10", "R@5": "recall@5", "R@10": "recall@10", "AP@10": "map@10"}
    assert {name: row.measures[ours] for name, ours in names.items()} == pytest.approx(published)
    by_snippets = {k: float(not relevant.isdisjoint(snippets[:k])) for k in (1, 3, 5, 10)}
    assert {k: row.measures[f"hit@{k}"] for k in (1, 3, 5, 10)} == by_snippets


def test_an_article_may_stand_below_ten_snippets_of_others() -> None:
    """Twelve snippets of a.txt, then one of b.txt: the second article, the thirteenth snippet."""
    asked = Question("q", "?", (), (Gold("b.txt", None),), "", ())
    (row,) = score([asked], lambda question, k: reply(True, *in_articles([["a.txt"]] * 12 + [["b.txt"]])), ARTICLES)
    assert (row.measures["hit@10"], row.measures["mrr@10"]) == (0.0, 0.5)
    assert row.measures["ndcg@10"] == pytest.approx(0.6309, abs=1e-4)


def test_articles_that_hold_the_same_answer_share_a_rank() -> None:
    """Ranks: a.txt with its copy in b.txt; c.txt, new, with b.txt. The snippet of b.txt alone is no rank."""
    texts = {name: "Some words." for name in ("a.txt", "b.txt", "c.txt")}
    ranked = in_articles([["a.txt", "b.txt"], ["b.txt"], ["b.txt", "c.txt"]])
    scores = {}
    for gold in ("b.txt", "c.txt"):
        asked = Question(gold, "?", (), (Gold(gold, None),), "", ())
        (row,) = score([asked], lambda question, k: reply(True, *ranked), texts)
        scores[gold] = row.measures["hit@1"], row.measures["mrr@10"]
    assert scores == {"b.txt": (1.0, 1.0), "c.txt": (0.0, 0.5)}


def test_snippets_are_ranked_where_one_gold_place_is_a_quote() -> None:
    asked = Question("q", "?", (), (Gold("b.txt", None), Gold("a.txt", "Rain fell in Rome.")), "", ())
    calls: list[int] = []

    def ask(question: str, k: int) -> Reply:
        calls.append(k)
        return reply(True, answer("a.txt", LANDED), answer("a.txt", ROVER), answer("b.txt", CAME))

    (row,) = score([asked], ask, ARTICLES)
    assert (calls, row.measures["mrr@10"]) == ([10], pytest.approx(1 / 3))


def test_where_no_place_is_named_a_snippet_with_an_accepted_answer_is_right() -> None:
    asked = Question("q", "Where did it rain?", ("Rome",), None, "", ())
    given_answers = [
        answer("a.txt", LANDED, "January 3", 0.9, [citation("b.txt", CAME)]),
        answer("a.txt", RAIN, "Rain"),
    ]
    (row,) = score([asked], lambda question, k: reply(True, *given_answers), ARTICLES)
    assert (row.gold_by, row.alternatives, row.answerable, row.right) == ("answer", 1, True, False)
    assert (row.measures["hit@1"], row.measures["hit@3"], row.measures["mrr@10"]) == (0.0, 1.0, 0.5)
    assert (row.citations, row.citations_right) == (2, 0)
    (row,) = score([asked], lambda question, k: reply(True, given_answers[1]), ARTICLES)
    assert (row.right, row.citations_right, row.text_right) == (True, 1, False)


def test_two_hundred_questions_are_summed_up_within_two_seconds() -> None:
    rows = [row for _ in range(34) for row in run()]
    began = time.perf_counter()
    summarise(rows)
    assert time.perf_counter() - began < 2

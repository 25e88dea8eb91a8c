"""How the order came about: ranks worked by hand, counts held against the articles' texts, and a golden account."""

import json
import math
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.embed import OnnxEmbedder
from index.lexical import Weighed
from index.records import Article, ArticleKey, Evidence, Hit, Passage, Span
from index.store import Candidate, Found, Query, open_index
from index.terms import Wanted
from qa import retrieve
from qa.ask import Asker
from qa.explain import explain, explanation_text
from qa.reader.model import OnnxReader
from qa.records import Explanation, Finding, Place, Term
from qa.sanitise import sanitise

GOLDEN = Path(__file__).parent / "golden" / "explained.txt"
QUESTION = "When did Chang'e-4 land on the far side of the Moon?"

A = Evidence(0.9, (0.9,), 0.1)
B = Evidence(0.5, (0.4,), 0.2, share=0.8, cover=1.0)
C = Evidence(0.7, (0.6,), 0.3, share=0.4, cover=0.5)
D = Evidence(0.1, (0.2,), 0.4, share=0.9, cover=0.2)
E = Evidence(-0.3, (0.1,), 0.5, aside=True)
MADE = Explanation(
    terms=(
        Term("rover", "rover", 12, 1.75, False),
        Term("krater", "crater", 3, 2.5, True),
        Term("\x1b[31m", "\x1b[31m", 0, 4.62, False),
    ),
    phrases=("the far side", "two\x07\nlines"),
    candidates=107,
    places=(
        Place(3, 1, Evidence(0.535, (0.58,), 0.411, 0.541, 1.0), 0.58, 1.0, 1.2214, 4.21),
        Place(94, None, Evidence(-0.175, (-0.021,), 0.0), -0.021, 0.0, -0.0597),
    ),
)


def found(*evidence: Evidence, weighed: Sequence[Weighed] = ()) -> Found:
    return Found(tuple(Candidate(0, row, one) for row, one in enumerate(evidence)), tuple(weighed))


def finding(evidence: Evidence, sentence_score: float = 0.25, score: float = 0.75) -> Finding:
    article = Article(ArticleKey("/nowhere", "a.txt"), "A", None, None, None, "0" * 64, "Yes.")
    whole = Span(0, 4)
    return Finding(Hit(evidence, article, Passage(0, 4, "Yes.", (whole,))), whole, whole, sentence_score, score)


@pytest.fixture(scope="module")
def asker(seed_index: Path, embedder: OnnxEmbedder) -> Asker:
    return Asker(open_index(seed_index), embedder)


def explained(asker: Asker, question: str, k: int = 100) -> Explanation:
    explanation = asker.ask(question, k, explained=True).explanation
    assert explanation is not None
    return explanation


def test_ranks_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    # By meaning A C B D E. By words the product of share and cover counts: B .8, C .2, D .18, A and E none.
    monkeypatch.setattr(retrieve, "CHANCE", 0.15)
    told = explain(found(D, B, E, A, C), (), [finding(B), finding(D, -0.5, 1.25), finding(E)])
    assert told.candidates == 5
    assert [(place.by_meaning, place.by_words) for place in told.places] == [(3, 1), (4, 3), (5, None)]
    assert [place.evidence for place in told.places] == [B, D, E]
    assert [(place.sentence, place.score) for place in told.places] == [(0.25, 0.75), (-0.5, 1.25), (0.25, 0.75)]
    assert [place.agreement for place in told.places] == pytest.approx([1.0, 0.05 / 0.85, 0.0])


def test_copies_share_the_best_rank() -> None:
    told = explain(found(B, A, A, A, C), (), [finding(A), finding(C)])
    assert [(place.by_meaning, place.by_words) for place in told.places] == [(1, None), (4, 2)]


def test_terms_and_phrases_are_told_as_they_were_searched() -> None:
    weighed = (
        Weighed(Wanted("moon", "moon"), "moon", 7, 1.5),
        Weighed(Wanted("krater", "krater"), "crater", 2, 2.25),
        Weighed(Wanted("unheard", "unheard"), "unheard", 0, 4.5),
    )
    told = explain(found(A, weighed=weighed), (" far side ", " on the moon "), [])
    assert told.terms == (
        Term("moon", "moon", 7, 1.5, False),
        Term("krater", "crater", 2, 2.25, True),
        Term("unheard", "unheard", 0, 4.5, False),
    )
    assert (told.phrases, told.places) == (("far side", "on the moon"), ())


@pytest.mark.parametrize("word", ["CCTV", "Beijing", "Xinhua", "Pakistan", "China", "2028", "Queqiao", "Nairobi"])
def test_terms_count_the_passages_that_hold_them(word: str, asker: Asker) -> None:
    everything = asker.index.find(Query(asker.embedder.embed_question(word)), 10**6)
    hits = asker.index.read(everything.candidates)
    holds = re.compile(rf"\b{word}\b", re.IGNORECASE)  # these words have no other forms in the seeds
    counted = sum(bool(holds.search(f"{hit.article.title}\n{hit.passage.text}")) for hit in hits)
    (term,) = explained(asker, f"What about {word}?").terms
    assert (term.word, term.passages, term.mended) == (word.lower(), counted, False)
    assert term.weight == pytest.approx(math.log(1 + (len(hits) - counted + 0.5) / (counted + 0.5)))


def test_ranks_are_those_of_a_count_over_all_passages(asker: Asker) -> None:
    # The seeds have fewer passages than either search brings, so that every passage is a candidate.
    vector = asker.embedder.embed_question(QUESTION)
    hits = asker.index.read(asker.index.find(Query(vector), 10**6).candidates)
    told = explained(asker, QUESTION)
    assert told.candidates == len(hits) == asker.index.manifest.passages
    for place in told.places:
        assert place.by_meaning == 1 + sum(hit.evidence.cosine > place.evidence.cosine for hit in hits)
    by_words = [place.by_words for place in told.places if place.by_words]
    worth = [place.evidence.share * place.evidence.cover for place in told.places if place.by_words]
    assert len(by_words) > 5
    assert [one for _, one in sorted(zip(by_words, worth, strict=True))] == sorted(worth, reverse=True)


def test_text_is_that_of_the_golden_file() -> None:
    assert explanation_text(MADE) == GOLDEN.read_text(encoding="utf-8")


def test_text_of_nothing_says_so() -> None:
    text = explanation_text(Explanation((), (), 0, ()))
    assert "their weight: none\n" in text
    assert "    0 passages came near" in text
    assert text.count("\n") == 4


@settings(derandomize=True, deadline=None)
@given(st.text(st.characters(exclude_categories=())), st.booleans())
def test_any_question_stays_off_the_terminal(text: str, mended: bool) -> None:
    made = Explanation((Term(text, text, 1, 1.0, mended),), (text,), 1, MADE.places)
    printed = explanation_text(made)
    assert sanitise(printed) == printed
    assert printed.count("\n") == 7


@pytest.mark.parametrize(
    "question", ["mo\x1b[2Jon", 'the \x07 "far\x1b]0;evil\x07 side"', "\u202emoon\u2066", "\x9b2J"]
)
def test_control_characters_of_a_question_are_not_written(question: str, asker: Asker) -> None:
    printed = explanation_text(explained(asker, question))
    assert sanitise(printed) == printed


def ask(index: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "qa", "ask", "--index", str(index), *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, encoding="utf-8", check=False, timeout=120)


def test_command_adds_the_account_below_the_answers(seed_index: Path, asker: Asker, reader: OnnxReader) -> None:
    plain, done = (ask(seed_index, "-k", "3", *options, QUESTION) for options in ((), ("--explain",)))
    assert (done.returncode, done.stderr) == (0, "")
    answers, account = done.stdout.split("\nHow the order came about\n")
    assert answers == plain.stdout
    assert f"\nHow the order came about\n{account}" == "\n" + explanation_text(
        explained(replace(asker, reader=reader), QUESTION, 3)
    )
    assert [line.split()[0] for line in account.splitlines()[-3:]] == ["1", "2", "3"]


def test_command_explains_what_it_did_not_find(seed_index: Path) -> None:
    done = ask(seed_index, "--explain", "What did the baker of Bern\x1b[2J sell?")
    assert (done.returncode, done.stderr) == (3, "")
    assert done.stdout.startswith("Your articles do not say.")
    assert "baker (0, " in done.stdout
    assert "\x1b" not in done.stdout


def test_command_explains_every_question_of_stdin(seed_index: Path) -> None:
    done = ask(seed_index, "--explain", "-", stdin=f"{QUESTION}\nWho saw the mooni?\n")
    assert done.returncode == 0
    first, second = done.stdout.split("\n> Who saw the mooni?\n")
    assert (first.count("How the order"), second.count("How the order")) == (1, 1)
    assert "mooni taken for moon (" in second


def test_command_gives_programs_the_same_account(seed_index: Path, asker: Asker) -> None:
    plain, done = (ask(seed_index, "--json", "-k", "2", *options, QUESTION) for options in ((), ("--explain",)))
    assert (done.returncode, done.stderr, done.stdout.count("\n")) == (0, "", 1)
    payload, without = json.loads(done.stdout), json.loads(plain.stdout)
    explanation = payload.pop("explanation")
    assert {**payload, "timing_ms": None} == {**without, "timing_ms": None}
    expected = explained(asker, QUESTION, 2)
    assert [term["word"] for term in explanation["terms"]] == [term.word for term in expected.terms]
    assert [place["score"] for place in explanation["places"]] == pytest.approx([p.score for p in expected.places])

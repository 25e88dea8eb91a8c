"""The page of scores: figures against ir-measures and by hand, runs that go on, and archives that are not trusted."""

import io
import json
import os
import tarfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from itertools import product
from pathlib import Path
from typing import Any

import ir_measures
import pytest
from conftest import FakeEmbedder
from hypothesis import given, settings
from hypothesis import strategies as st
from ir_measures import RR, Qrel, ScoredDoc, Success, nDCG
from squad_by_hand import PARAGRAPHS, squad

from eval.bench.stand import Ran, Runner
from eval.evaluate import Exam
from eval.question_sets import Gold, Question
from eval.run import Measure, score, summarise
from eval.scores import command as scores
from eval.scores.articles import Given, articles_in, digest, lay, sample
from eval.scores.conversations import conversations
from eval.scores.page import page
from eval.scores.published import Published
from eval.scores.sets import SETS, ScoreSet, chosen
from eval.scores.systems import SYSTEMS, Scored, gains, measures, of_texts, paired, parsed, ranks, written
from index.errors import BadQuestions, UsageError
from index.store import open_index
from qa import session
from qa.ask import Asker
from qa.reader.model import OnnxReader

GOLDEN = Path(__file__).parent / "golden" / "scores.md"
RUN = {"code": "1.0+abc", "model": "some-model", "machine": "Linux x86_64, 2 cores, Python 3.11.9"}
TEXTS = {
    **PARAGRAPHS,
    "The night train to the coast leaves at eleven and arrives after breakfast. It has three sleeping cars.": (
        ("w5", "When does the night train leave?", "at eleven"),
    ),
}
ARTICLES = [f"A_Book-{number:04}.txt" for number in (1, 2, 3)]
NEWS = next(one for one in SETS if one.name == "realtimeqa")


def asked(name: str, *gold: str) -> Question:
    return Question(name, f"What of {name}?", (), tuple(Gold(article, None) for article in gold), "", ())


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fake_model: None) -> Path:
    """A folder of data with one set, in a place without ./seeds, and a model and a peer that are fakes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(session, "_load", lambda card: FakeEmbedder())
    monkeypatch.setattr(scores, "run_module", fake_peer)
    written = tmp_path / "data" / "squad_v2_dev" / "dev-v2.0.json.gz"
    written.parent.mkdir(parents=True)
    written.write_text(squad(TEXTS))
    return tmp_path / "data"


def fake_peer(arguments: Sequence[str], stdin: str) -> Ran:
    """Rank the texts as they stand for every question."""
    texts, questions = ([json.loads(line) for line in Path(path).read_text().splitlines()] for path in arguments[2:4])
    best = [{"id": text["id"], "score": 1.0} for text in texts]
    Path(arguments[4]).write_text("\n".join(json.dumps({"id": one["id"], "best": best}) for one in questions))
    Path(arguments[6]).write_bytes(_empty_npy())
    return Ran(json.dumps({"texts": len(texts), "seconds": 1.0, "processor_s": 1.0}), 1.0, 1.0, 1)


def _empty_npy() -> bytes:
    import numpy as np

    file = io.BytesIO()
    np.save(file, np.zeros((0, 8)))
    return file.getvalue()


def command(data: Path, *more: str) -> int:
    return scores.main([str(data), "--out", "page.md", "--results", "all.json", "--work", "work", *more])


def stored() -> Any:
    return json.loads(Path("all.json").read_text())["sets"]["squad_v2_dev"]


def means(scored: Any) -> dict[str, float]:
    return {name: measure["mean"] for name, measure in scored["measures"].items()}


class Systems:
    """Stand in for the systems: each finds everything at rank 1; remembers the calls, and may be broken off."""

    def __init__(self, broken_at: str | None = None) -> None:
        self.broken_at = broken_at
        self.called: list[str] = []

    def __call__(self) -> dict[str, Callable[[Exam, Runner], Scored]]:
        return {name: self._system(name) for name in SYSTEMS}

    def _system(self, name: str) -> Callable[[Exam, Runner], Scored]:
        def run(exam: Exam, runner: Runner) -> Scored:
            self.called.append(name)
            if name == self.broken_at:
                raise KeyboardInterrupt
            return Scored({"hit@1": Measure(1.0, 1.0, 1.0)}, ((1,),) * sum(one.answerable for one in exam.questions))

        return run


# Measures


@settings(derandomize=True, deadline=None, max_examples=200)
@given(ranked=st.permutations(range(14)), relevant=st.sets(st.integers(0, 13), min_size=1), shown=st.integers(0, 14))
def test_measures_of_ranked_texts_are_those_of_ir_measures(ranked: list[int], relevant: set[int], shown: int) -> None:
    names = [f"text-{number}" for number in ranked[:shown]]
    question = asked("q", *(f"text-{number}" for number in sorted(relevant)))
    mine = gains(of_texts(question, names[:10]), question.alternatives)
    by_name = {f"hit@{k}": Success @ k for k in (1, 5, 10)} | {"ndcg@10": nDCG @ 10, "mrr@10": RR @ 10}
    judged = [Qrel("q", f"text-{number}", 1) for number in relevant]
    run = [ScoredDoc("q", name, -rank) for rank, name in enumerate(names)]
    theirs = ir_measures.calc_aggregate(list(by_name.values()), judged, run)
    assert mine == pytest.approx({name: theirs[measure] for name, measure in by_name.items()})


def test_rank_that_hits_nothing_new_counts_no_more() -> None:
    # Alternatives 0 and 1 at rank 1, 0 again at rank 2, 2 at rank 4; rank 11 is too deep.
    hits: list[set[int]] = [{0, 1}, {0}, set(), {2, 0}, *[set()] * 6, {3}]
    assert ranks(hits) == (1, 4)
    assert ranks([]) == ()


def test_means_and_intervals_by_hand() -> None:
    found = measures([(1,), (), (2,), (1,)], [1, 1, 1, 1])
    assert {name: one.mean for name, one in found.items()} == pytest.approx(
        {"hit@1": 0.5, "hit@5": 0.75, "hit@10": 0.75, "ndcg@10": (2 + 0.6309298) / 4, "mrr@10": 2.5 / 4}
    )
    assert measures([(1,)] * 9, [1] * 9)["hit@1"] == Measure(1.0, 1.0, 1.0)


@settings(derandomize=True, deadline=None)
@given(found=st.lists(st.lists(st.integers(1, 10), max_size=3, unique=True).map(sorted).map(tuple)))
def test_ranks_are_read_as_they_were_written(found: list[tuple[int, ...]]) -> None:
    assert parsed(written(found)) == found


def test_p_is_that_of_trying_every_exchange() -> None:
    ours: list[tuple[int, ...]] = [(1,), (1,), (1,), (1,), (1,), (2,), (1,), ()]
    theirs: list[tuple[int, ...]] = [(), (1,), (), (2,), (1,), (1,), (), ()]
    test = paired({"qa": ours, "words": theirs, "meaning": [()] * 8}, [1] * 8)["hit@1"]
    # Where the two differ, four questions are won and one is lost: 3 of 8 more. Each exchange turns a sign.
    exchanged = [sum(signs) for signs in product((1, -1), repeat=5)]
    exact = sum(abs(one) >= 3 for one in exchanged) / len(exchanged)
    assert (test.other, test.difference) == ("words", pytest.approx(3 / 8))
    assert test.p == pytest.approx(exact, abs=0.02)


def test_same_ranks_are_chance() -> None:
    tests = paired({"qa": [(1,), ()], "words": [(1,), ()], "peer": [(), ()]}, [1, 2])
    assert {name: (one.other, one.difference, one.p) for name, one in tests.items()} == {
        "hit@1": ("words", 0, 1),
        "ndcg@10": ("words", 0, 1),
    }


# Sets


def test_sets_that_are_there_are_found_and_the_others_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for part in ("xquad_en/xquad.en.json.gz", "scifact/corpus.jsonl", "realtimeqa/articles_2022.tar.gz", "seeds/a.txt"):
        (tmp_path / part).parent.mkdir()
        (tmp_path / part).touch()
    assert [one.name for one in chosen(SETS, tmp_path, None)] == ["xquad_en", "scifact", "heldout"]
    said = capsys.readouterr().err.splitlines()
    assert [line.split(": left out")[0] for line in said] == ["squad_v1_dev", "squad_v2_dev", "realtimeqa", "cast2022"]
    assert said[2].endswith("realtimeqa/questions.jsonl.gz.")
    assert [one.name for one in chosen(SETS, tmp_path, ["heldout", "xquad_en"])] == ["xquad_en", "heldout"]


def test_set_that_is_none_and_data_without_sets_are_usage_errors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"no set named 'quad'\. Choose among xquad_en, scifact"):
        chosen(SETS, tmp_path, ["quad"])
    with pytest.raises(UsageError, match="None of the sets is in"):
        chosen(SETS, tmp_path, None)


def test_turns_of_conversations_are_questions_whose_gold_is_their_provenance(tmp_path: Path) -> None:
    texts = [{"id": "T-1", "text": "One text."}, {"id": "T-2", "text": "Two texts."}, {"id": "T-3"}]
    turns = [
        {"id": "c-1", "utterance": "What is it?", "provenance": texts[:2]},
        {"id": "c-2", "utterance": "Thanks!", "provenance": []},
        {"id": "c-3", "utterance": "And the other?", "provenance": [texts[1], texts[2]]},
    ]
    (tmp_path / "c.ndjson").write_text(json.dumps({"id": "c", "turns": turns}) + "\n")
    found = conversations("c.ndjson", tmp_path)
    assert [(one.id, one.text, one.history, [gold.article for gold in one.gold or ()]) for one in found.questions] == [
        ("1-c-1", "What is it?", (), ["T-1.txt", "T-2.txt"]),
        ("1-c-3", "And the other?", ("What is it?", "Thanks!"), ["T-2.txt"]),
    ]
    assert found.articles == {"T-1.txt": b"One text.", "T-2.txt": b"Two texts."}
    (tmp_path / "c.ndjson").write_text('{"turns": [{"utterance": "?"}]}\n')
    with pytest.raises(BadQuestions, match=r"c\.ndjson:1: it holds no turn with a provenance"):
        conversations("c.ndjson", tmp_path)


def test_news_questions_are_those_of_2022_alone(tmp_path: Path) -> None:
    folder = tmp_path / "realtimeqa"
    folder.mkdir()
    archive(folder / "articles_2022.tar.gz", {"2022/a.txt": b"One.", "2022/b.txt": b"Two."})
    lines = [
        ("kept", "2022/06/10", ["2022/a.txt", "2022/b.txt"]),
        ("asked later", "2023/01/06", ["2022/a.txt"]),
        ("in both years", "2022/12/30", ["2022/a.txt", "2023/c.txt"]),
        ("in the other year", "2022/12/30", ["2023/c.txt"]),
        ("nowhere", "2022/06/10", []),
    ]
    (folder / "questions.jsonl.gz").write_text(
        "\n".join(
            json.dumps({"id": name, "question": "Who?", "asked": day, "gold": [{"article": path} for path in gold]})
            for name, day, gold in lines
        )
    )
    found = NEWS.read(tmp_path)
    assert [(one.id, [gold.article for gold in one.gold or ()]) for one in found.questions] == [
        ("kept", ["2022/a.txt", "2022/b.txt"]),
        ("in both years", ["2022/a.txt"]),
    ]
    assert found.articles == {"2022/a.txt": b"One.", "2022/b.txt": b"Two."}
    (folder / "questions.jsonl.gz").write_text(json.dumps({"id": "1", "question": "Who?", "gold": []}))
    with pytest.raises(UsageError, match="holds no question of 2022"):
        NEWS.read(tmp_path)


def archive(path: Path, files: dict[str, bytes], links: Sequence[tuple[str, str, bytes]] = ()) -> None:
    with tarfile.open(path, "w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        for name, target, kind in links:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, target
            tar.addfile(member)


def test_nothing_of_an_archive_leaves_its_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    bad = dict.fromkeys(["../up.txt", "2022/../../up.txt", "2022/../in.txt", "/abs.txt", f"{tmp_path}/abs.txt"], b"x")
    good = {"2022/fine.txt": b"fine", "./2022/dotted.txt": b"dotted"}
    links = [
        ("2022/link.txt", str(tmp_path / "secret.txt"), tarfile.SYMTYPE),
        ("2022/near.txt", "fine.txt", tarfile.SYMTYPE),
        ("2022/hard.txt", "../secret.txt", tarfile.LNKTYPE),
        ("2022/pipe.txt", "", tarfile.FIFOTYPE),
        ("2022/device.txt", "", tarfile.CHRTYPE),
        ("2022", "", tarfile.DIRTYPE),
    ]
    archive(tmp_path / "a.tar.gz", bad | good | {"2022/a.sh": b"x"}, links)
    found = articles_in(tmp_path / "a.tar.gz")
    assert found == {"2022/fine.txt": b"fine", "2022/dotted.txt": b"dotted"}
    assert "11 entries that are no text file below it were left out" in capsys.readouterr().err
    lay(found, tmp_path / "work")
    files = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    assert files == ["a.tar.gz", "secret.txt", "work/2022/dotted.txt", "work/2022/fine.txt"]


def test_archive_that_is_cut_off_is_a_usage_error(tmp_path: Path) -> None:
    archive(tmp_path / "a.tar.gz", {f"2022/{number}.txt": os.urandom(900) for number in range(9)})
    (tmp_path / "a.tar.gz").write_bytes((tmp_path / "a.tar.gz").read_bytes()[:3000])
    with pytest.raises(UsageError, match=r"a\.tar\.gz cannot be read"):
        articles_in(tmp_path / "a.tar.gz")


def test_sample_depends_on_the_ids_alone() -> None:
    questions = [asked(f"q{number}", "a") for number in range(40)]
    few, more = sample(questions, 10), sample(questions, 25)
    assert (len(few), len(more), sample(questions, None), len(sample(questions, 99))) == (10, 25, tuple(questions), 40)
    assert set(few) < set(more)
    assert set(sample(questions[::-1], 10)) == set(few)
    assert list(few) == [one for one in questions if one in few] != questions[:10]
    with pytest.raises(UsageError, match="None of the questions has an answer"):
        sample([replace(one, gold=()) for one in questions], 5)


def test_digest_tells_other_questions_and_other_articles(tmp_path: Path) -> None:
    questions = [asked("1", "a.txt"), asked("2", "b.txt")]
    texts = {"a.txt": b"A", "b.txt": b"B"}
    same = digest(Given(tuple(questions), texts), questions)
    assert digest(Given((), dict(reversed(texts.items()))), questions) == same
    lay(texts, tmp_path)
    assert digest(Given((), tmp_path), questions) == same
    others = [
        digest(Given((), texts), questions[:1]),
        digest(Given((), texts), [questions[0], asked("2", "a.txt")]),
        digest(Given((), texts), [questions[0], replace(questions[1], answers=("B",))]),
        digest(Given((), {**texts, "b.txt": b"C"}), questions),
        digest(Given((), {"a.txt": b"A"}), questions),
    ]
    assert len({same, *others}) == 6


def test_laying_mends_what_is_half_written_and_removes_nothing(tmp_path: Path) -> None:
    texts = {"2022/a.txt": b"whole", "2022/b.txt": b"other"}
    lay(texts, tmp_path)
    (tmp_path / "2022/a.txt").write_bytes(b"who")
    os.utime(tmp_path / "2022/b.txt", (1, 1))
    lay(texts, tmp_path)
    assert (tmp_path / "2022/a.txt").read_bytes() == b"whole"
    assert (tmp_path / "2022/b.txt").stat().st_mtime == 1
    (tmp_path / "2022/mine.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"holds 2022/mine\.txt, which is not of this set\. Name an empty folder"):
        lay(texts, tmp_path)
    assert (tmp_path / "2022/mine.txt").exists()


# The command


def test_without_a_folder_it_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert scores.main([str(tmp_path / "nothing"), "--out", str(tmp_path / "a"), "--results", str(tmp_path / "b")]) == 2
    assert "There is no folder" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_systems_side_by_side(data: Path, reader: OnnxReader) -> None:
    assert command(data) == 0
    found = stored()
    assert found["questions"] | {"digest": ""} == {"of": 5, "asked": 5, "answerable": 4, "digest": ""}
    assert found["texts"] == 3
    assert list(found["systems"]) == ["qa", "unread", "meaning", "words", "peer"]
    # The fake peer ranks the articles in the order of their names: twice rank 1, then 2 and 3.
    assert means(found["systems"]["peer"]) == pytest.approx(
        {"hit@1": 0.5, "hit@5": 1, "hit@10": 1, "ndcg@10": (2 + 0.6309298 + 0.5) / 4, "mrr@10": (2 + 1 / 2 + 1 / 3) / 4}
    )
    assert means(found["systems"]["words"])["hit@1"] == 1  # each question shares rare words with its paragraph alone
    # The product's figures are those of `qa eval` where articles are ranked.
    asker = Asker(open_index(Path("work/squad_v2_dev/index")), FakeEmbedder())
    questions = next(one for one in SETS if one.name == "squad_v2_dev").read(data).questions
    texts = {article.key.path: article.text for article in asker.index.articles()}
    for system, one in (("qa", replace(asker, reader=reader)), ("unread", asker)):
        report = summarise(score(questions, one.ask, texts))
        for name, measure in found["systems"][system]["measures"].items():
            if not name.startswith("hit@"):
                assert measure == pytest.approx(asdict(report.measures[name])), (system, name)
    assert {"answer@1", "em", "f1", "coverage", "abstain_auroc", "risk_area"} <= set(means(found["systems"]["qa"]))
    assert set(found["tests"]) == {"hit@1", "ndcg@10"}
    assert "| **plain script** | 0.500 [" in Path("page.md").read_text()


def test_run_that_was_broken_off_goes_on(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third = Systems("words"), Systems(), Systems()
    monkeypatch.setattr(scores, "SYSTEMS", first())
    assert command(data) == 130
    assert (first.called, list(stored()["systems"])) == (
        ["qa", "unread", "meaning", "words"],
        ["qa", "unread", "meaning"],
    )
    embedded = len(list(Path("work").rglob("*.faiss")))
    assert (embedded, Path("page.md").exists()) == (1, False)
    monkeypatch.setattr(scores, "SYSTEMS", second())
    monkeypatch.setattr(session, "_load", lambda card: Deaf())
    assert command(data) == 0
    assert second.called == ["words", "peer"]
    assert stored()["tests"]["hit@1"] == {"other": "unread", "difference": 0, "p": 1}
    assert not any("found" in system for system in stored()["systems"].values())
    monkeypatch.setattr(scores, "SYSTEMS", third())
    done = Path("all.json").read_bytes(), Path("page.md").read_bytes()
    assert command(data) == 0
    assert (third.called, (Path("all.json").read_bytes(), Path("page.md").read_bytes())) == ([], done)
    assert command(data, "--fresh") == 0
    assert third.called == list(SYSTEMS)


class Deaf(FakeEmbedder):
    """Embeds no article: the index is there already."""

    def embed_passages(self, *given: Any) -> Any:
        raise AssertionError("embedded again")


def test_results_of_other_questions_are_not_mixed(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(scores, "SYSTEMS", Systems()())
    assert command(data) == 0
    before = Path("all.json").read_bytes()
    assert command(data, "--questions", "2") == 2
    assert "squad_v2_dev with other questions or articles. Start over with --fresh" in capsys.readouterr().err
    assert Path("all.json").read_bytes() == before
    assert command(data, "--questions", "2", "--fresh") == 0
    assert stored()["questions"]["asked"] == 2
    assert "(a sample of the 5, chosen by a hash of their ids)" in " ".join(Path("page.md").read_text().split())


def test_figures_of_another_version_are_kept_and_said(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(scores, "SYSTEMS", Systems()())
    assert command(data) == 0
    capsys.readouterr()
    monkeypatch.setattr(scores, "code_version", lambda: "9.9+new")
    assert command(data) == 0
    assert capsys.readouterr().err.count("--fresh measures it anew") == 5


def test_other_files_are_not_overwritten(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("all.json").write_text('{"version": 1}')
    assert command(data) == 2
    assert "all.json holds no scores" in capsys.readouterr().err
    assert Path("all.json").read_text() == '{"version": 1}'


def test_file_is_put_whole_or_not_at_all(tmp_path: Path) -> None:
    scores.keep(tmp_path / "below" / "a.json", "old")
    scores.keep(tmp_path / "below" / "a.json", "new")
    assert [path.read_text() for path in (tmp_path / "below").iterdir()] == ["new"]
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match="cannot be written"):
        scores.keep(tmp_path / "folder", "text")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["below", "folder"]


# The page

SMALL = ScoreSet(
    "small",
    "Small",
    "Questions about little.",
    (),
    lambda _: Given((), {}),
    (
        Published("BM25", "a table", {"hit@1": 0.75, "ndcg@10": 0.9649}),
        Published("a reader", "a paper", {"f1": 0.5007}),
        Published("a model", "a table", {"ndcg@10": 0.94}),
    ),
    "They read whole paragraphs.",
)
QUOTED = replace(SMALL, name="quoted", title="Quoted", about="Places.", published=(), otherwise="", whole_texts=False)
RESULTS = {
    "version": 1,
    "sets": {
        "quoted": {
            "questions": {"of": 20, "asked": 20, "answerable": 20, "digest": "f"},
            "texts": 5,
            "systems": {
                "qa": {"measures": {"hit@1": asdict(Measure(0.8, 0.7, 0.9))}, "run": {**RUN, "date": "2025-01-03T10"}}
            },
        },
        "small": {
            "questions": {"of": 12345, "asked": 1000, "answerable": 600, "digest": "e"},
            "texts": 2067,
            "systems": {
                "qa": {
                    "measures": {
                        "hit@1": asdict(Measure(0.98765, 0.97, 1.0)),
                        "ndcg@10": asdict(Measure(0.9, 0.85, 0.95)),
                        "f1": asdict(Measure(0.25, None, None)),
                        "em": asdict(Measure(None, None, None)),
                    },
                    "run": {**RUN, "date": "2025-01-02T10:00:00+00:00"},
                },
                "words": {
                    "measures": {"hit@1": asdict(Measure(0.5, 0.25, 0.75)), "ndcg@10": asdict(Measure(1.0, 1.0, 1.0))},
                    "run": {**RUN, "date": "2025-01-02T11:00:00+00:00", "code": "1.0+def"},
                },
            },
            "tests": {
                "hit@1": {"other": "words", "difference": 0.48765, "p": 0.0001},
                "ndcg@10": {"other": "words", "difference": -0.1, "p": 0.0432},
            },
        },
        "begun": {"questions": {}, "systems": {}},
    },
}


def test_page_is_the_golden_one() -> None:
    sets = (SMALL, replace(SMALL, name="begun"), QUOTED, replace(SMALL, name="absent"))
    assert page(RESULTS, sets) == GOLDEN.read_text(encoding="utf-8")


def test_page_without_results_is_its_frame() -> None:
    made = page({"sets": {}}, SETS)
    assert [line for line in made.splitlines() if line.startswith("#")] == [
        "# Scores on public question sets",
        "## How it was measured",
    ]
    assert "|" not in made

"""Training the reader: pairs, near misses made by rule, the mixture, and a small run that goes on where it stopped."""

import gzip
import hashlib
import json
import math
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

from eval.training import swaps
from eval.training.cuts import cut, without_answer
from eval.training.mine import mined
from eval.training.mixture import (
    KEYWORDS,
    SHARES,
    SLIPPED,
    Example,
    Share,
    examples,
    part,
    split,
    typed,
)
from eval.training.pairs import FORMS, Pair, load_pairs
from eval.training.written import digest
from eval.trials.memory import Cut, lay_out
from index import models
from index.articles import read
from index.embed import OnnxEmbedder
from index.errors import UsageError
from index.records import ArticleKey, Span

TEXT = (
    "The old bridge was built in 1908 by Anna Meyer. Her brother Karl Lang paid for it. "
    "In 1954 a flood from Bregenz washed two of its arches away. The mayor of Lindau opened a new bridge in May 1957."
)


def pair(question: str, said: str, text: str = TEXT, source: str = "squad", group: str = "bridges") -> Pair:
    start = text.index(said)
    return Pair(source, group, "Bridges", question, text, Span(start, start + len(said)))


BUILT = pair("Who built the old bridge in 1908?", "Anna Meyer")
OPENED = pair("When did the mayor of Lindau open a new bridge?", "May 1957")


def gzipped(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(content.encode(), mtime=0))


def small_sets(folder: Path) -> Path:
    """The five sets in little, each in the form in which it is published."""
    line = {
        "context": TEXT,
        "question": BUILT.question,
        "answer": " Anna Meyer",
        "answer_start": BUILT.answer.start - 1,
        "title": "Old_bridges",
    }
    other = line | {
        "title": None,
        "answer": "Karl Lang",
        "answer_start": TEXT.index("Karl Lang"),
        "question": "Who paid?",
    }
    wrong = line | {"answer": "Karl", "answer_start": 0}
    gzipped(
        folder / "squad_train_part/combined_no_dev_overlap.jsonl.gz",
        "".join(json.dumps(one) + "\n" for one in (line, other, wrong)),
    )
    asked = [
        {"id": "a", "question": OPENED.question, "answers": [{"text": "May 1957", "answer_start": OPENED.answer.start}]}
    ]
    squad = json.dumps({"data": [{"title": "t", "paragraphs": [{"context": TEXT, "qas": asked}]}]})
    for names, _ in (FORMS["reddit"], FORMS["amazon"], FORMS["policy"]):
        for name in names:
            gzipped(folder / name, squad)
    block = (
        "#Wiki1k:wikinews:7:1:2\nThe ship sank near Oslo.\nWhat sank?      The ship\tship\nWhere?   near Oslo\tOslo\n"
    )
    second = "#Wiki1k:wikinews:7:1:3\nNobody was hurt.\nWho was hurt?   Nobody\tNobody\n"
    for name in FORMS["qamr"][0]:
        gzipped(folder / name, f"{block}\n{second}\n")
    return folder


def test_pairs_are_read_from_the_published_forms(tmp_path: Path) -> None:
    found = load_pairs(small_sets(tmp_path))
    assert all(one.text[one.answer.start : one.answer.end] == one.said for one in found)
    told = [(one.source, one.title, one.said) for one in found]
    assert told == [
        ("squad", "Old bridges", "Anna Meyer"),
        ("squad", "", "Karl Lang"),
        ("reddit", "", "May 1957"),
        ("amazon", "", "May 1957"),
        ("policy", "", "May 1957"),
        ("policy", "", "May 1957"),
        *[("qamr", "", "The ship"), ("qamr", "", "near Oslo"), ("qamr", "", "Nobody")] * 2,
    ]
    assert {one.question for one in found if one.source == "qamr"} == {"What sank?", "Where?", "Who was hurt?"}


def test_a_missing_set_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"There is no .*combined_no_dev_overlap\.jsonl\.gz\. Name the folder"):
        load_pairs(tmp_path)


def test_names_are_runs_of_capitals_inside_sentences() -> None:
    assert swaps.names_in("When did Karl Lang meet the mayor of Lindau?") == ["Karl Lang", "Lindau"]
    assert swaps.names_in("Bridges fall. Rivers rise.") == []


def test_another_name_asks_about_somebody_else_in_the_text() -> None:
    asked = pair("What did Karl Lang pay for?", "it")
    changed = swaps.another_name(asked, [], random.Random(1))
    assert changed == ("What did Anna Meyer pay for?", TEXT)


def test_the_text_is_renamed_where_the_question_stays() -> None:
    changed = swaps.renamed_text(OPENED, ["Konstanz"], random.Random(1))
    assert changed is not None
    assert changed[0] == OPENED.question
    assert "Lindau" not in changed[1]
    assert "May 1957" in changed[1]


def test_numbers_are_exchanged_for_others_of_the_text() -> None:
    changed = swaps.another_number(BUILT, [], random.Random(1))
    assert changed is not None
    assert changed[0] in ("Who built the old bridge in 1954?", "Who built the old bridge in 1957?")


@pytest.mark.parametrize(
    ("question", "changed"),
    [
        ("What was the largest arch?", "What was the smallest arch?"),
        ("Who won?", "Who lost?"),
        ("First of all, who?", "Last of all, who?"),
    ],
)
def test_opposites_are_asked_for(question: str, changed: str) -> None:
    assert swaps.opposite(pair(question, "1908"), [], random.Random(1)) == (changed, TEXT)


def test_negation_is_put_in_and_taken_out() -> None:
    put_in = swaps.negated(OPENED, [], random.Random(1))
    assert put_in is not None
    assert put_in[0] in {f"When did{word} the mayor of Lindau open a new bridge?" for word in (" not", "n't", " never")}
    assert swaps.negated(pair("Who did not pay?", "1908"), [], random.Random(1)) == ("Who did pay?", TEXT)


def test_a_rule_that_does_not_apply_gives_nothing() -> None:
    plain = pair("why", "1908")
    rules = (swaps.another_name, swaps.renamed_text, swaps.another_number, swaps.opposite, swaps.negated)
    assert [rule(plain, [], random.Random(1)) for rule in rules] == [None] * len(rules)


@given(st.integers())
def test_near_misses_change_one_thing(seed: int) -> None:
    question, text = swaps.near_miss(BUILT, ["Konstanz"], random.Random(seed)) or ("", "")
    assert (question == BUILT.question) != (text == TEXT)


@given(st.integers())
def test_a_consistent_renaming_keeps_the_answer(seed: int) -> None:
    done = swaps.consistent(OPENED, ["Konstanz", "Wangen"], random.Random(seed))
    assert done is not None
    question, text, start = done
    assert text[start : start + len("May 1957")] == "May 1957"
    assert "Lindau" not in question + text


@given(st.integers())
def test_a_cut_keeps_whole_sentences_and_the_answer(seed: int) -> None:
    short = cut(OPENED, random.Random(seed))
    assert short.said == "May 1957"
    assert short.text in TEXT
    assert short.text.endswith("May 1957.")


@given(st.integers())
def test_what_is_left_without_the_answer_does_not_hold_it(seed: int) -> None:
    rest = without_answer(BUILT, random.Random(seed))
    assert rest
    assert "Anna Meyer" not in rest


def test_no_group_is_on_both_sides_of_the_split() -> None:
    pairs = [pair("Who?", "Anna Meyer", group=f"g{number % 400}") for number in range(1200)]
    train, dev = split(pairs)
    assert sorted(train + dev) == list(range(1200))
    assert not {pairs[at].group for at in train} & {pairs[at].group for at in dev}
    assert 0 < len(dev) < 120


def test_the_mixture_follows_its_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SHARES, "squad", Share(whole=1, cut=1, rival=1, swap=1, without=1, consistent=1))
    found = list(examples([OPENED, BUILT], [0], {0: ["A rival."]}, "1"))
    assert [one.kind for one in found] == ["whole", "cut", "rival", "swap", "without", "consistent"]
    assert [one.answer is None for one in found] == [False, False, True, True, True, False]
    said = [one.text[one.answer.start : one.answer.end] for one in found if one.answer]
    assert said == ["May 1957"] * 3
    assert list(examples([OPENED, BUILT], [0], {0: ["A rival."]}, "1")) == found


def test_questions_are_typed_as_often_as_is_said() -> None:
    asked = [Example("When did the mayor open it?", "", TEXT, None, kind) for kind in ("whole", "swap") * 2000]
    found = [(one.kind, typed(one, random.Random(at)).question) for at, one in enumerate(asked)]
    short = [kind for kind, question in found if question == "mayor open"]
    assert set(short) == {"whole"}
    assert abs(len(short) / 2000 - KEYWORDS) < 0.03
    slips = sum(question != asked[0].question for kind, question in found if kind == "swap")
    assert abs(slips / 2000 - KEYWORDS - SLIPPED) < 0.03


def test_a_part_of_the_pairs_is_that_part_and_another_for_another_seed() -> None:
    every = range(4000)
    pairs = [replace(BUILT, source="written" if at < 40 else "squad") for at in every]
    first, second = part(pairs, every, 0.4, "1.2"), part(pairs, every, 0.4, "2.2")
    assert abs(len(first) / 4000 - 0.4) < 0.03
    assert first != second
    assert first[:40] == second[:40] == list(range(40))
    assert part(pairs, every, 1.0, "1.0") == list(every)


def test_rivals_come_near_and_do_not_hold_the_answer(embedder: OnnxEmbedder) -> None:
    texts = [
        TEXT,
        "A new bridge over the Rhine was opened by the mayor of Konstanz in 1999.",
        "The mayor of Lindau said that the bridge was opened in May 1957 indeed.",
        "Apples are cheap this year.",
    ]
    readings = [read(ArticleKey("", f"{at}.txt"), text.encode()) for at, text in enumerate(texts)]
    rivals = mined(OPENED, lay_out(readings, Cut(), embedder), embedder)
    assert rivals == [texts[1], texts[3]]


def trained(sets: Path, work: Path, *options: str, code: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "eval.training.train", str(sets), str(work), *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done.stderr


@pytest.mark.heavy
def test_a_run_that_stopped_goes_on_to_the_same_weights(tmp_path: Path) -> None:
    sets = small_sets(tmp_path / "sets")
    line = json.loads(gzip.decompress((sets / FORMS["squad"][0][0]).read_bytes()).splitlines()[0])
    many = [line | {"context": f"{TEXT} Note {at}.", "title": f"Bridge {at}"} for at in range(20)]
    gzipped(sets / FORMS["squad"][0][0], "".join(json.dumps(one) + "\n" for one in many))
    for name in ("once", "twice"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "rivals-squad.jsonl").write_text(json.dumps([3, ["Nothing of that."]]) + "\n")
    trained(sets, tmp_path / "once", "--passes", "1")
    trained(sets, tmp_path / "twice", "--passes", "1", "--steps", "1")
    assert not (tmp_path / "twice" / "pass-0.safetensors").exists()
    trained(sets, tmp_path / "twice", "--passes", "1")
    once, twice = (load_file(tmp_path / name / "pass-0.safetensors") for name in ("once", "twice"))
    assert once.keys() == twice.keys()
    assert all(np.array_equal(once[name], twice[name]) for name in once)
    told = json.loads((tmp_path / "once" / "pass-0.json").read_text())
    assert told["steps"] >= 2


@pytest.mark.heavy
def test_written_questions_are_seen_from_the_fourth_pass_on(tmp_path: Path) -> None:
    sets, work, written = small_sets(tmp_path / "sets"), tmp_path / "work", tmp_path / "written.jsonl"
    work.mkdir()
    asked = {"answered": [["Who met the cost?", 49, 58]], "missed": [["Who paid in 1954?", 49, 58]] * 40}
    written.write_text(json.dumps({"text": digest("unknown"), **asked}) + "\n")
    trained(sets, work, "--written", str(written), "--passes", "3")
    assert sorted(path.name for path in work.glob("pass-*.json")) == ["pass-0.json", "pass-1.json", "pass-2.json"]
    told = trained(sets, work, "--written", str(written), code=2)
    assert "1 of the texts that written.jsonl asks about are not among the public sets" in told
    written.write_text(json.dumps({"text": digest(TEXT), **asked}) + "\n")
    trained(sets, work, "--written", str(written), "--passes", "4")
    seen = [json.loads((work / f"pass-{at}.json").read_text())["examples"] for at in (2, 3)]
    assert seen[0] < 20 < seen[1]


@pytest.mark.heavy
def test_conversations_are_heard_from_the_fifth_pass_on(tmp_path: Path) -> None:
    sets, work = small_sets(tmp_path / "sets"), tmp_path / "work"
    work.mkdir()
    for name in ("written", "talks"):
        (tmp_path / f"{name}.jsonl").write_text("")
    given = ["--written", str(tmp_path / "written.jsonl"), "--talks", str(tmp_path / "talks.jsonl")]
    turns = [["Who met the cost?", "Who met the cost?", 0, 49, 58, True]] * 40
    (tmp_path / "talks.jsonl").write_text(json.dumps({"texts": [digest("unknown")], "turns": turns}) + "\n")
    trained(sets, work, *given, "--passes", "4")
    told = trained(sets, work, *given, code=2)
    assert "1 of the texts that talks.jsonl talks about are not among the public sets" in told
    (tmp_path / "talks.jsonl").write_text(json.dumps({"texts": [digest(TEXT)], "turns": turns}) + "\n")
    trained(sets, work, *given)
    seen = [json.loads((work / f"pass-{at}.json").read_text())["examples"] for at in (3, 4)]
    assert seen[0] < 20 < seen[1]


@pytest.mark.heavy
def test_a_near_miss_teaches_the_judge_alone() -> None:
    """By hand: of four places all alike each is ln 4 away, and a judge who says 3 of what is not so ln(1 + e^3)."""
    code = """
import json, torch
from eval.training.network import loss, misjudged
logits = torch.zeros(2, 5, 2, requires_grad=True)
may, right = torch.tensor([[1, 0, 1, 1, 1]] * 2), torch.tensor([[2, 3], [0, 0]])
lost = loss(logits, may, right, torch.tensor([0.0, 1.0]))
lost.backward()
none = loss(logits, may, right, torch.tensor([1.0, 1.0]))
told = misjudged(torch.tensor([0.0, 3.0]), right)
print(json.dumps([lost.item(), none.item(), told.item(), *(float(one.abs().sum()) for one in logits.grad)]))
"""
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    lost, none, told, pair, near = json.loads(done.stdout)
    assert lost == pytest.approx(2 * math.log(4))
    assert told == pytest.approx((math.log(2) + math.log(1 + math.exp(3))) / 2)
    assert pair == pytest.approx(2 * (3 / 4 + 3 * 1 / 4))
    assert none == near == 0


@pytest.mark.heavy
def test_what_answers_is_ranked_above_what_was_made_of_the_same_pair() -> None:
    """By hand, from the definition: start and end anywhere in the passage against "not here", then a softmax."""
    code = """
import json, torch
from eval.training.network import misranked
torch.manual_seed(5)
logits = torch.randn(5, 6, 2)
may = torch.tensor([[1, 0, 1, 1, 1, 1]] * 5)
right = torch.tensor([[2, 3], [0, 0], [0, 0], [4, 5], [0, 0]])
near, pairs = torch.tensor([0.0, 0, 1, 0, 0]), torch.tensor([7, 7, 7, 8, 9])
alone = misranked(logits[3:], may[3:], right[3:], near[3:], pairs[3:])
print(json.dumps([logits.tolist(), misranked(logits, may, right, near, pairs).item(), alone.item()]))
"""
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    logits, lost, alone = json.loads(done.stdout)
    here = [
        sum(math.log(sum(math.exp(piece[side]) for piece in text[2:])) - text[0][side] for side in (0, 1))
        for text in logits
    ]
    # The first answers and the second does not; the third is a near miss, and the others are of pairs of their own.
    assert lost == pytest.approx(math.log(1 + math.exp(here[1] - here[0])), rel=1e-5)
    assert alone == 0


@pytest.mark.heavy
def test_examples_of_one_pair_are_read_together() -> None:
    code = """
import json
import numpy as np
from eval.training.learner import Plan
from eval.training.network import Ready
from eval.training.train import batches
sizes = np.random.default_rng(3).integers(1, 5, 2500)
found = [
    Ready(np.zeros(20 + pair % 90, np.uint16), 5, 5, (0, 0), False, pair) for pair, size in enumerate(sizes)
    for _ in range(size)
]
print(json.dumps([[[at, found[at].pair, len(found[at].pieces)] for at in group] for group in batches(found, Plan())]))
"""
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    groups = json.loads(done.stdout)
    assert sorted(at for group in groups for at, *_ in group) == list(range(sum(map(len, groups))))
    assert max(map(len, groups)) <= 32
    homes: dict[int, set[int]] = {}
    for number, group in enumerate(groups):
        for _, pair, _ in group:
            homes.setdefault(pair, set()).add(number)
    assert all(len(home) == 1 for home in homes.values())
    read = sum(len(group) * max(size for *_, size in group) for group in groups)
    assert read < 1.1 * sum(size for group in groups for *_, size in group)


def test_what_is_packed_is_the_last_pass(tmp_path: Path) -> None:
    base = load_file(models.find_model(models.DEFAULT_MODEL) / "model.safetensors")
    name = "encoder.layer.0.attention.output.LayerNorm.bias"
    for turn in (0, 1):
        changed = {f"encoder.{name}": base[name] + turn, "head.bias": np.full(2, turn, np.float32)}
        save_file(changed, tmp_path / f"pass-{turn}.safetensors")
    packed = tmp_path / "out.safetensors"
    command = [sys.executable, "-P", "-m", "eval.training.pack", str(tmp_path), str(packed)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert load_file(packed)["head.bias"].tolist() == [1, 1]
    assert hashlib.sha256(packed.read_bytes()).hexdigest() in done.stdout


def test_packing_without_a_finished_pass_says_what_to_do(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-m", "eval.training.pack", str(tmp_path), str(tmp_path / "out.safetensors")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "No pass is finished in" in done.stderr
    assert not (tmp_path / "out.safetensors").exists()

"""The bench: samples inside samples, figures by hand, nothing measured twice, and a picture that is sound."""

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval.bench import command as bench
from eval.bench import parts as bench_parts
from eval.bench.parts import MORE, PARTS, QUESTIONS, Record, bytes_written, medians, snapshot, spread
from eval.bench.plot import draw
from eval.bench.report import FIGURES, Value, table, values
from eval.bench.results import described, machine, opened, save
from eval.bench.stand import MeasureFailed, Ran, Runner, Stand, lay, run_module
from index.errors import UsageError

MACHINE = {"cpu": "Some Processor", "cores": 2}
STANDS = bench.stands


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """Thirty articles of ten characters, some in a folder below, and a file that is none."""
    folder = tmp_path / "source"
    (folder / "below").mkdir(parents=True)
    for number in range(30):
        name = f"below/{number:02}.txt" if number % 3 else f"{number:02}.txt"
        (folder / name).write_text(f"article {number:02}", encoding="utf-8")
    (folder / "notes.md").write_text("no article")
    return folder


class Commands:
    """Stands in for both programs: writes a file for each article, and takes 2 s where the peer takes 6."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    def __call__(self, arguments: Sequence[str], stdin: str) -> Ran:
        self.asked.append(tuple(arguments))
        program, command, *rest = arguments
        qa = program == "qa"
        if command == "index":
            texts, out = Path(rest[0]), Path(rest[2 if qa else 1])
            out.mkdir(parents=True, exist_ok=True)
            names = [path.name for path in sorted(texts.rglob("*.txt"))]
            fresh = [name for name in names if not (out / name).exists()]
            for name in fresh:
                (out / name).write_bytes(b"x" * 100)
            if not qa:
                (out / "chunks.json").write_bytes(b"{}")
            said: Record = {"passages": 2 * len(names), "embedded": 2 * len(fresh), "chunks": len(names)}
            return Ran(json.dumps(said), 2.0 if qa else 6.0, 1.0, 1000)
        count = len(stdin.splitlines()) or 1
        lines = [json.dumps({"timing_ms": {"embed": number, "total": 2.0 * number}}) for number in range(count)]
        return Ran("\n".join(lines), 2.0 if qa else 6.0, 0.5, 4000)


def stand(source: Path, folder: Path, run: Runner, size: int = 5, with_peer: bool = True) -> Stand:
    made = bench.stands(source, (size,), folder, peer_most=1000 if with_peer else 0, rounds=3)[0]
    return replace(made, run=run)


def results(**parts: Record) -> Record:
    return {"version": 1, "date": None, "machine": MACHINE, "articles": {}, "parts": parts}


def test_smaller_samples_are_part_of_larger_ones_and_new_articles_of_neither(articles: Path, tmp_path: Path) -> None:
    few, many = bench.stands(articles, (18, 4), tmp_path, 10, 7)
    assert (len(few.names), len(many.names)) == (4, 18)
    assert few.names == many.names[:4]
    assert (few.with_peer, many.with_peer) == (True, False)
    assert len(few.more) == len(many.more) == MORE
    assert not set(few.more) & set(few.names)
    assert not set(many.more) & set(many.names)
    assert "notes.md" not in many.names + many.more


def test_order_depends_on_the_names_alone() -> None:
    names = [f"{number}.txt" for number in range(50)]
    assert bench.shuffled(names) == bench.shuffled(names[::-1])
    assert list(bench.shuffled(names)) != sorted(names)
    without = [name for name in bench.shuffled(names) if name != "7.txt"]
    assert list(bench.shuffled([name for name in names if name != "7.txt"])) == without


def test_size_with_too_few_articles_is_left_out_and_said(
    articles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [len(one.names) for one in bench.stands(articles, (5, 31), tmp_path, 10, 7)] == [5]
    assert "31 articles: left out" in capsys.readouterr().err


def test_size_without_ten_articles_more_has_no_update(articles: Path, tmp_path: Path) -> None:
    assert bench.stands(articles, (21,), tmp_path, 10, 7)[0].more == ()
    assert len(bench.stands(articles, (20,), tmp_path, 10, 7)[0].more) == MORE


def test_median_and_range_by_hand() -> None:
    assert spread([3.0, 1.0, 2.0]) == {"median": 2.0, "low": 1.0, "high": 3.0}
    assert spread([1.0, 2.0]) == {"median": 1.5, "low": 1.0, "high": 2.0}


def test_medians_take_whatever_stages_there_are() -> None:
    rows = [{"embed": 1.0, "total": 5.0}, {"embed": 3.0, "read": 2.0, "total": 9.0}, {"embed": 8.0, "total": 7.0}]
    assert medians(rows) == {"embed": 3.0, "total": 7.0, "read": 2.0}
    assert medians([]) == {}


def test_bytes_written_are_those_of_new_and_changed_files(tmp_path: Path) -> None:
    for name, size in (("same", 10), ("grows", 20), ("touched", 30), ("goes", 40)):
        (tmp_path / name).write_bytes(b"x" * size)
    before = snapshot(tmp_path)
    assert bytes_written({}, before) == 100
    assert bytes_written(before, snapshot(tmp_path)) == 0
    (tmp_path / "grows").write_bytes(b"x" * 25)
    os.utime(tmp_path / "touched", (1, 1))
    (tmp_path / "goes").unlink()
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "new").write_bytes(b"x" * 7)
    assert bytes_written(before, snapshot(tmp_path)) == 25 + 30 + 7


def test_laying_out_leaves_exactly_the_wanted_copies(articles: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    lay(articles, ["00.txt", "below/01.txt", "below/02.txt"], folder)
    (folder / "below" / "01.txt").write_text("half")
    lay(articles, ["below/01.txt", "03.txt"], folder)
    assert set(snapshot(folder)) == {"below/01.txt", "03.txt"}
    assert (folder / "below" / "01.txt").read_text() == "article 01"
    assert not (folder / "03.txt").is_symlink()
    assert (articles / "03.txt").stat().st_nlink == 1


def test_bulk_counts_work_by_the_second(articles: Path, tmp_path: Path) -> None:
    (tmp_path / "5" / "qa").mkdir(parents=True)
    (tmp_path / "5" / "qa" / "old").write_bytes(b"left by an earlier run")
    made = bench_parts.bulk(stand(articles, tmp_path, Commands()))
    assert (made["characters"], made["text_bytes"]) == (50, 50)
    assert made["qa"] == {
        "seconds": 2.0,
        "passages": 10,
        "passages_per_s": 5.0,
        "characters_per_s": 25,
        "index_bytes": 500,
    }
    assert made["peer"]["passages"] == 5
    assert made["peer"]["index_bytes"] == 502


def test_cold_asks_in_turn_the_same_questions_and_drops_the_first(articles: Path, tmp_path: Path) -> None:
    commands = Commands()
    made = bench_parts.cold(stand(articles, tmp_path, commands))
    asked = [arguments for arguments in commands.asked if arguments[1] == "ask"]
    assert [arguments[0] for arguments in asked] == ["qa", "eval.bench.peer"] * 4
    assert [arguments[2] for arguments in asked[::2]] == list(QUESTIONS[:4])
    assert [arguments[3] for arguments in asked[1::2]] == list(QUESTIONS[:4])
    assert made["ratio"] == 3.0
    assert made["qa"] == {"seconds": {"median": 2.0, "low": 2.0, "high": 2.0}, "user_s": 0.5, "peak_bytes": 4000}


def test_warm_drops_the_first_question(articles: Path, tmp_path: Path) -> None:
    made = bench_parts.warm(stand(articles, tmp_path, Commands()))
    assert made == {
        "questions": 20,
        "qa": {"embed": 10.5, "total": 21.0},
        "peer": {"embed": 10.5, "total": 21.0},
    }


def test_update_counts_what_ten_articles_more_write(articles: Path, tmp_path: Path) -> None:
    commands = Commands()
    one = stand(articles, tmp_path, commands)
    made = bench_parts.update(one)
    assert made["added"] == MORE
    assert made["qa"] == {"seconds": 2.0, "bytes_written": 1000, "embedded": 20}
    assert made["peer"] == {"seconds": 6.0, "bytes_written": 1502, "embedded": 15}
    one.ready()
    assert set(snapshot(one.articles)) == set(one.names)


def test_larger_sizes_leave_the_peer_out(articles: Path, tmp_path: Path) -> None:
    commands = Commands()
    made = {name: part(stand(articles, tmp_path, commands, with_peer=False)) for name, part in PARTS.items()}
    assert {arguments[0] for arguments in commands.asked} == {"qa"}
    assert [part.get("peer") for part in made.values()] == [None] * len(PARTS)
    assert made["cold"]["ratio"] is None


def counting(log: list[str], name: str) -> Callable[[Stand], Record]:
    def part(one: Stand) -> Record:
        log.append(f"{name} {len(one.names)}")
        return {"qa": {}, "peer": {} if one.with_peer else None}

    return part


def test_finished_part_is_stored_at_once_and_not_run_again(articles: Path, tmp_path: Path) -> None:
    log: list[str] = []
    warmed: list[str] = []
    parts = {name: counting(log, name) for name in ("bulk", "cold", "update")}

    def broken(one: Stand) -> Record:
        raise KeyboardInterrupt("in the middle")

    out = tmp_path / "out" / "bench.json"
    sizes = bench.stands(articles, (5, 20), tmp_path, 10, 7)
    run: dict[str, Any] = {"save": lambda made: save(out, made), "warm_up": lambda: warmed.append("warm")}
    with pytest.raises(KeyboardInterrupt, match="in the middle"):
        bench.measure(sizes, results(), parts={**parts, "update": broken}, **run)
    assert (log, warmed) == (["bulk 5", "cold 5"], ["warm"])

    resumed = opened(out, False, MACHINE, {})
    bench.measure(sizes, resumed, parts=parts, **run)
    assert log == ["bulk 5", "cold 5", "update 5", "bulk 20", "cold 20", "update 20"]
    bench.measure(sizes, opened(out, False, MACHINE, {}), parts=parts, **run)
    assert len(log) == 6
    assert len(warmed) == 2, "there was nothing to warm up for the third time"

    bench.measure(bench.stands(articles, (5, 20), tmp_path, 20, 7), resumed, parts=parts, **run)
    assert log[6:] == ["bulk 20", "cold 20", "update 20"], "the peer is wanted now where it was not"


def test_update_without_new_articles_is_said_and_left_for_another_run(
    articles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = results()
    log: list[str] = []
    sizes = bench.stands(articles, (30,), tmp_path, 10, 7)
    bench.measure(sizes, made, lambda _: None, lambda: None, {"update": counting(log, "update")})
    assert (log, made["parts"]) == ([], {"30": {}})
    assert "no update" in capsys.readouterr().err


def test_results_of_other_articles_or_another_machine_are_not_mixed(articles: Path, tmp_path: Path) -> None:
    out = tmp_path / "bench.json"
    had = described(articles)
    save(out, opened(out, False, MACHINE, had) | {"parts": {"5": {}}})
    assert opened(out, False, MACHINE, had)["parts"] == {"5": {}}
    (articles / "00.txt").write_text("longer than before")
    with pytest.raises(UsageError, match="articles is not the same"):
        opened(out, False, MACHINE, described(articles))
    with pytest.raises(UsageError, match="machine is not the same"):
        opened(out, False, {**MACHINE, "cores": 4}, had)
    assert opened(out, True, {**MACHINE, "cores": 4}, had)["parts"] == {}


def test_file_that_holds_no_results_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "bench.json").write_text("{")
    with pytest.raises(UsageError, match="holds no results"):
        opened(tmp_path / "bench.json", False, MACHINE, {})
    assert (tmp_path / "bench.json").read_text() == "{"


def test_machine_names_processor_and_versions() -> None:
    found = machine()
    assert found["cores"] >= 1
    assert all(re.match(r"\d+\.\d+", found[name]) for name in ("python", "onnxruntime", "faiss-cpu", "torch"))


def test_process_is_watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "child.py").write_text(
        "import sys\nsys.stdout.write(sys.stdin.read().upper())\ndata = bytes(64 << 20)\nsys.exit(int(sys.argv[1]))\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    for code in ("0", "3"):
        ran = run_module(["child", code], "who?\n")
        assert ran.said == "WHO?\n"
        assert ran.peak_bytes > 64 << 20
        assert 0 < ran.user_s < 60
        assert 0 < ran.seconds < 60
    with pytest.raises(MeasureFailed, match=r"`python -m child 4` left with exit code 4"):
        run_module(["child", "4"])


def side(seconds: float, rate: int, written: int) -> dict[str, Record]:
    return {
        "bulk": {"seconds": seconds, "characters_per_s": rate, "index_bytes": 3_000_000},
        "cold": {"seconds": spread([seconds, seconds * 2, seconds * 3]), "user_s": 1.0, "peak_bytes": 360_000_000},
        "update": {"seconds": seconds, "bytes_written": written, "embedded": 20},
    }


@pytest.fixture
def measured() -> Record:
    ours, theirs = side(0.5, 6000, 400_000), side(5.0, 3000, 2_000_000)
    both = {name: {"qa": ours[name], "peer": theirs[name]} for name in ours}
    both["warm"] = {"qa": {"embed": 7.0, "rank": 2.0, "total": 9.0}, "peer": {"embed": 20.0, "total": 21.0}}
    alone = {name: {"qa": ours[name], "peer": None} for name in ours}
    return results(**{"1000": alone, "5": both, "100": {**both, "idle": {"qa": {"seconds": spread([0.4])}}}})


def test_values_are_by_size_and_in_their_unit(measured: Record) -> None:
    figures = {figure.name.strip(): figure for figure in FIGURES}
    assert values(measured, figures["ask, a fresh process, s"], "peer") == (
        Value(5, 10.0, 5.0, 15.0),
        Value(100, 10.0, 5.0, 15.0),
    )
    assert values(measured, figures["written, MB"], "qa") == (Value(5, 0.4), Value(100, 0.4), Value(1000, 0.4))


def test_table_fits_eighty_columns_and_shows_ratios(measured: Record) -> None:
    measured["parts"]["10000"] = {"bulk": {"qa": {"seconds": 123_456.7}, "peer": None}}
    text = table(measured)
    lines = text.splitlines()
    assert max(map(len, lines)) <= 80
    cold = next(line for line in lines if line.startswith("ask, a fresh process, s"))
    assert cold.split()[5:] == ["5", "1.00", "(0.50-1.50)", "10.0", "(5.00-15.0)", "10.0"]
    shown = [line.split() for line in lines]
    assert ["rank", "5", "2.00", "-", "-"] in shown
    assert ["10000", "123457", "-", "-"] in shown


def test_table_of_nothing_measured_is_no_error() -> None:
    assert "articles" in table(results(**{"5": {}}))


def test_picture_has_a_line_for_everything_measured(measured: Record) -> None:
    picture = ElementTree.fromstring(draw(measured))
    marks = [str(element.get("id")) for element in picture.iter() if str(element.get("id")).startswith("line ")]
    assert len(marks) == len(set(marks)) == 8
    assert sum(mark.endswith(" qa") for mark in marks) == 4
    del measured["parts"]["5"], measured["parts"]["100"]
    picture = ElementTree.fromstring(draw(measured))
    marks = [str(element.get("id")) for element in picture.iter() if str(element.get("id")).startswith("line ")]
    assert len(marks) == 4, "no line for a program that was not measured"


def test_picture_is_the_same_each_time_and_bears_no_date(measured: Record) -> None:
    picture = draw(measured)
    assert picture == draw(measured)
    assert b"<dc:date>" not in picture


def test_whole_run_is_resumable_from_the_command_line(
    articles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out, commands = tmp_path / "docs" / "bench.json", Commands()
    monkeypatch.setattr(bench, "stands", lambda *given: [replace(one, run=commands) for one in STANDS(*given)])
    arguments = [str(articles), "--sizes", "5,30,100", "--out", str(out), "--work", str(tmp_path / "work")]
    assert bench.main(arguments) == 0
    said = capsys.readouterr()
    assert "ask, a fresh process, s" in said.out
    assert "100 articles: left out" in said.err
    assert sorted(json.loads(out.read_text())["parts"]) == ["30", "5"]
    assert out.with_suffix(".svg").read_bytes().startswith(b"<?xml")
    ran = len(commands.asked)
    assert bench.main(arguments) == 0
    assert len(commands.asked) == ran
    assert bench.main([*arguments, "--fresh"]) == 0
    assert len(commands.asked) == 2 * ran


@pytest.mark.parametrize("arguments", [["nowhere"], [".", "--sizes", "1000000"]])
def test_wrong_use_is_said(arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path if arguments[0] == "." else tmp_path / "nowhere"
    assert bench.main([str(folder), *arguments[1:], "--out", str(tmp_path / "out.json")]) == 2
    assert capsys.readouterr().err
    assert not (tmp_path / "out.json").exists()


def test_bench_stays_light() -> None:
    """A child's peak memory is never below its parent's, so the parent loads no engine."""
    heavy = "{'numpy', 'faiss', 'onnxruntime', 'matplotlib'}"
    code = f"import sys, eval.bench.command; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-P", "-c", code], check=False).returncode == 0

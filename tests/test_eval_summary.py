"""The summary for a pull request: verdicts by hand, one golden text, and tables no words can break."""

import re
from dataclasses import replace
from html import unescape

from eval_samples import BEFORE, COMPARISON, REPORT, RIGHT, ROWS, RUN, SILENT, WRONG, change, compared, with_rows
from hypothesis import example, given, settings
from hypothesis import strategies as st

from eval.page.summary import plain, summary, verdict

HOSTILE = "|`@octocat` #1 <img src=x> [a](http://e.vil) www.e.vil\n| $x$ ~~s~~ **b** \\ \x1b[31m\u202e-->:tada:{{x}}"


def tables(markdown: str) -> list[list[list[str]]]:
    """Return each table as rows of cells, split at every pipe as GitHub Flavored Markdown 0.29, section 4.10, splits.

    It would leave a pipe alone after a backslash; here no backslash may stand before one.
    """
    assert "\\|" not in markdown
    blocks = [block.splitlines() for block in markdown.split("\n\n") if block.startswith("|")]
    return [[line.removeprefix("|").removesuffix("|").split("|") for line in block] for block in blocks]


def test_the_verdict_of_a_run_alone_tells_what_it_scored() -> None:
    low, high = REPORT.measures["hit@1"].low, REPORT.measures["hit@1"].high
    assert verdict(RUN, None) == (
        f"Of 2 answerable questions, 0.500 find the right place first (95 % interval {low:.3f} - {high:.3f}); "
        "1.000 are answered, and 0.333 of all answers are right."
    )


def test_the_verdict_where_nothing_is_answerable_counts_what_was_said_all_the_same() -> None:
    nothing = dict(REPORT.measures) | dict.fromkeys(("hit@1", "coverage"), replace(REPORT.measures["hit@1"], mean=None))
    run = replace(RUN, report=replace(REPORT, questions=2, rows=ROWS[2:], measures=nothing))
    assert verdict(run, None) == "Not one of 2 questions is answerable; 1 were answered all the same."


def test_the_verdict_names_what_certainly_got_worse_before_what_got_better() -> None:
    assert verdict(RUN, COMPARISON) == "Worse: coverage -0.400; better: hit@1 +0.300 (more than chance explains)."
    better = compared(RUN, BEFORE, risk_area=change(0.3, 0.2, 0.001), f1=change(0.5, 0.4, 0.06))
    assert verdict(RUN, better) == "Better: risk_area -0.100 (more than chance explains)."


def test_the_verdict_without_certain_change_tells_what_could_have_been_seen() -> None:
    unsure = compared(
        RUN, BEFORE, 2, hit_at_1=change(0.4, 0.5, 0.2, 0.061), hit_at_5=change(1, 1, 1.0, 0.0), f1=change(0.1, 0.2)
    )
    assert verdict(RUN, unsure) == (
        "No difference that these 3 questions could show: a change of hit@1 by 0.061 or f1 by 0.100 would be noticed "
        "four times in five; what is smaller may be chance."
    )


def test_the_verdict_of_equal_runs_is_that_nothing_changed() -> None:
    assert verdict(RUN, compared(RUN, RUN, f1=change(1, 1, 1.0, 0.0))) == "No difference: no question changed."


def test_the_summary_beside_a_baseline_is_the_golden_one() -> None:
    assert summary(RUN, COMPARISON) == (
        "**Worse: coverage -0.400; better: hit@1 +0.300 (more than chance explains).**\n"
        "\n"
        "<code>moon.jsonl</code>: 4 questions, 2 of them answerable from the articles. Model <code>mini</code>, code "
        "<code>0.1.0+0123456789ab</code>, index generation 7, <code>2026-05-04T03&#58;02&#58;01+00&#58;00</code>.  \n"
        "Before: <code>moon.jsonl</code>. Model <code>mini</code>, code <code>0.1.0+0123456789ab</code>, index "
        "generation 7, <code>2026-01-01T00&#58;00&#58;00+00&#58;00</code>.\n"
        "\n"
        "| measure | before | after | change | p | won/lost/same | so it is |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: | --- |\n"
        "| hit@1 | 0.400 | 0.700 | +0.300 | 0.0123 | 1/2/3 | **better** |\n"
        "| coverage | 0.900 | 0.500 | -0.400 | 0.0004 | 1/2/3 | **worse** |\n"
        "| latency_p50 | 20 | 12 | -8 | - | 1/2/3 | not tested |\n"
        "\n"
        "p: how often chance alone does as much (paired randomisation, corrected for the number of measures).\n"
        "\n"
        "| lost | questions | what it means |\n"
        "| --- | ---: | --- |\n"
        "| lost in ranking | 1 | it is among the first 10 answers, but not the first |\n"
        "| answered, not said | 1 | the articles do not say, and it answered all the same |\n"
        "\n"
        "<details><summary>Flipped questions: 1 now wrong, 1 now right</summary>\n"
        "\n"
        "Now wrong: 1\n"
        "\n"
        "| id | question | said before | says now |\n"
        "| --- | --- | --- | --- |\n"
        "| <code>s2</code> | <code>Who?</code> | <code>Zhang</code> | <code>Li</code> |\n"
        "\n"
        "Now right: 1\n"
        "\n"
        "| id | question | said before | says now |\n"
        "| --- | --- | --- | --- |\n"
        "| <code>s1</code> | <code>Who?</code> | <code>Li</code> | <code>Zhang</code> |\n"
        "\n"
        "</details>\n"
    )


def test_the_summary_of_a_run_alone_has_values_intervals_and_meanings() -> None:
    text = summary(RUN, None)
    ((head, _, *measures), lost) = tables(text)
    assert [cell.strip() for cell in head] == ["measure", "value", "95 % interval", "what it says"]
    shown = {cells[0].strip(): [cell.strip() for cell in cells[1:]] for cells in measures}
    assert shown["hit@1"] == ["0.500", "0.000 - 1.000", "the first snippet is the right place"]
    assert shown["latency_p50"][0] == "6"  # the second of four
    assert len(lost) == 4
    assert "details" not in text


def test_what_cannot_be_measured_is_a_dash() -> None:
    nothing = dict(REPORT.measures) | {"f1": replace(REPORT.measures["f1"], mean=None, low=None, high=None)}
    text = summary(replace(RUN, report=replace(REPORT, measures=nothing, rows=(SILENT,))), None)
    assert "| f1 | - | - | words shared with the right answer |" in text
    assert len(tables(text)) == 1  # nothing was lost


def test_questions_in_one_run_only_are_told() -> None:
    assert "\n3 questions are in one run only and were left out.\n" in summary(RUN, compared(RUN, BEFORE, 3))


def test_at_most_twenty_flips_of_either_direction_are_listed() -> None:
    now = [replace(RIGHT if n < 25 else WRONG, id=f"q{n}") for n in range(45)]
    before = with_rows(BEFORE, [replace(row, right=not row.right) for row in now])
    text = summary(run := with_rows(RUN, now), compared(run, before))
    assert "<summary>Flipped questions: 20 now wrong, 25 now right</summary>" in text
    _, _, wrong, right = tables(text)
    assert (len(wrong), len(right)) == (22, 22)
    assert text.count("and 5 more (`qa eval --report DIR` lists all)") == 1
    assert "more (" not in text.split("Now right")[0].split("Now wrong")[1]


@settings(derandomize=True, deadline=None, max_examples=200)
@given(words=st.text(st.sampled_from("|`\\<>@&#[]()!*_~$:.-=+\n\r\t wxé\x1b\u202e\u2028")) | st.text())
@example(words=HOSTILE)
@example(words="\\")
@example(words="`|`")
@example(words="www.evil.example WWW.evil.example user@example.com 123abc#1 a/b#2 ftp://x")
def test_no_words_can_break_a_table_or_act(words: str) -> None:
    rows = [replace(row, id=words + row.id, question=words, text=words) for row in ROWS]
    config = replace(RUN.config, questions=words, model=words, code=words, date=words)
    run = with_rows(replace(RUN, config=config), rows)
    before = with_rows(replace(BEFORE, config=config), [replace(row, right=not row.right) for row in rows])
    text = summary(run, compared(run, before, f1=change(0.1, 0.2)))
    for table in tables(text):
        assert len({len(cells) for cells in table}) == 1
    assert [len(table) for table in tables(text)] == [3, 4, 5, 3]
    assert set(re.findall(r"<[^>]*>", text)) <= {
        "<code>",
        "</code>",
        "<details>",
        "</details>",
        "<summary>",
        "</summary>",
    }
    for said in re.findall(r"<code>(.*?)</code>", text, re.DOTALL):
        bare = re.sub(r"&#\d+;", "", said)
        assert not re.search(r"[&<>|`*_\[\]\\~$!@:#{}\n\x00-\x08\x1b\u202e\u2028]|(?i:www)\.", bare)


def test_words_come_back_as_they_were() -> None:
    """What a browser shows of the numbers is the text itself, unsafe code points visible."""
    assert unescape(plain("a|b `c` <d> @e\x1b", 80)) == "<code>a|b `c` <d> @e\\u{1b}</code>"
    assert plain("x" * 90, 80) == f"<code>{'x' * 77}...</code>"
    assert plain(None, 80) == plain(" \n", 80) == "(nothing)"


def test_the_longest_summary_fits_into_a_comment_on_github() -> None:
    """65,536 characters are what GitHub takes."""
    odd = "|" * 5000
    now = [replace(RIGHT if n % 2 else WRONG, id=odd + str(n), question=odd, text=odd) for n in range(100)]
    run = with_rows(replace(RUN, config=replace(RUN.config, questions=odd, model=odd, code=odd, date=odd)), now)
    before = with_rows(replace(run), [replace(row, right=not row.right) for row in now])
    changes = {name.replace("@", "_at_"): change(0.1, 0.2) for name in REPORT.measures}
    assert len(summary(run, compared(run, before, 0, **changes))) < 65_536

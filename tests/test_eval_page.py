"""The page: complete in itself, well formed whatever the words are, readable in both schemes, and true to the run."""

import re
from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from eval_samples import (
    BEFORE,
    COMPARISON,
    CONFIG,
    REPORT,
    RIGHT,
    ROWS,
    RUN,
    SAID_ALL_THE_SAME,
    SILENT,
    WRONG,
    Reader,
    change,
    compared,
    run_of,
    with_rows,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st

from eval.compare import compare
from eval.page import page
from eval.page.markup import POLICY, STYLE
from eval.report import MEANINGS, table
from eval.rows import Row
from qa.stages import HINTS, Loss

HOSTILE = "<script>alert(1)</script>\x1b[31m\u202eevil|`x` \"'><img src=http://e.vil/x onerror=y>&amp;\ufffe\x00"


def with_words(words: str) -> Callable[[Row], Row]:
    return lambda row: replace(row, id=words + row.id, question=words, kind=words, text=words, snippet=words)


def test_the_page_is_well_formed_and_each_picture_is_xml() -> None:
    html = page(RUN, COMPARISON)
    read = Reader(html)
    assert read.tags[0] == ("html", {"lang": "en"})
    pictures = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    assert len(pictures) == 5
    assert all(ElementTree.fromstring(picture).tag == "svg" for picture in pictures)
    ids = [named["id"] for _, named in read.tags if "id" in named]
    referred = [name for _, named in read.tags for name in (named.get("aria-labelledby") or "").split()]
    assert sorted(ids, key=str) == sorted(referred)
    assert len(set(ids)) == len(ids)


def test_the_page_fetches_nothing_and_runs_nothing() -> None:
    html = page(RUN, COMPARISON)
    read = Reader(html)
    metas = [named for tag, named in read.tags if tag == "meta"]
    assert metas == [
        {"charset": "utf-8"},
        {"http-equiv": "Content-Security-Policy", "content": POLICY},
        {"name": "viewport", "content": "width=device-width, initial-scale=1"},
    ]
    assert POLICY == "default-src 'none'; style-src 'unsafe-inline'"
    assert not {"script", "link", "img", "iframe", "object", "embed", "base", "form"} & {tag for tag, _ in read.tags}
    names = {name for _, named in read.tags for name in named}
    assert not {name for name in names if name in ("src", "href", "srcset", "action", "style") or name.startswith("on")}
    assert not re.search(r"url\(|@import|@font-face|https?:|//", html)


def test_hostile_words_are_shown_and_never_acted_on() -> None:
    rows = [with_words(HOSTILE)(row) for row in ROWS]
    config = replace(CONFIG, questions=HOSTILE, model=HOSTILE, code=HOSTILE, machine=HOSTILE, date=HOSTILE)
    run = with_rows(replace(RUN, config=config), rows)
    before = with_rows(replace(BEFORE, config=config), [replace(row, right=not row.right) for row in rows])
    html = page(run, compared(run, before, hit_at_1=change(0.1, 0.2)))
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ufffe]", html)
    read = Reader(html)
    assert not {"script", "img"} & {tag for tag, _ in read.tags}
    shown = "<script>alert(1)</script>\\u{1b}[31m\\u{202e}evil|`x` \"'><img src=http://e.vil/x onerror=y>&amp;\\u{fffe}"
    for part in ("h1", "dd", "title", "figcaption", "td", "th", "summary", "text"):
        assert any(shown[:25] in words for words in by_tag(html, part)), part
    assert shown in read.text


def by_tag(html: str, tag: str) -> list[str]:
    """Return the words inside each element of a name."""

    class Inner(Reader):
        def __init__(self, page: str) -> None:
            self.found: list[str] = []
            super().__init__(page)

        def handle_data(self, data: str) -> None:
            if tag in self.open:
                self.found.append(data)

    return Inner(html).found


@settings(derandomize=True, deadline=None, max_examples=40)
@given(words=st.text(min_size=1, max_size=40).filter(str.strip))
@example(words=HOSTILE)
@example(words="</td></tr></table></details>")
@example(words="--></title></style>")
def test_words_never_change_the_structure_of_the_page(words: str) -> None:
    def structure(words: str) -> list[str]:
        run = with_rows(RUN, [with_words(words)(row) for row in ROWS])
        before = with_rows(BEFORE, [replace(row, right=not row.right) for row in run.report.rows])
        return [tag for tag, _ in Reader(page(run, compared(run, before))).tags]

    assert structure(words) == structure("plain")


def test_the_head_names_what_was_scored_with_what() -> None:
    text = Reader(page(RUN, COMPARISON)).text
    for fact in (
        "moon.jsonl",
        "4, 2 of them answerable",
        "mini (abcdef012345)",
        "generation 7, 5 articles, 123 passages",
        "reader none",
        "threshold 0.500",
        "0.1.0+0123456789ab",
        "2026-05-04T03:02:01+00:00",
        "baseline moon.jsonl, mini, code 0.1.0+0123456789ab, 2026-01-01",
    ):
        assert fact in text


def test_every_measure_stands_with_the_digits_of_the_report() -> None:
    text = Reader(page(RUN, None)).text
    for name, meaning in MEANINGS.items():
        line = next(line for line in table(REPORT).splitlines() if line.startswith(name + " "))
        value, *bounds = re.findall(r"\s(\d[\d.]*|-)(?=\s)", line.split(meaning)[0])
        low, high = (bounds[0], bounds[2]) if len(bounds) == 3 else ("-", "-")
        assert f"{name} {value} {low} {high} {meaning}" in text


def test_changes_are_named_by_word_and_sign() -> None:
    text = Reader(page(RUN, COMPARISON)).text
    assert "hit@1 0.400 0.700 +0.300 0.0123 1/2/3 \u25b2 better" in text
    assert "coverage 0.900 0.500 -0.400 0.0004 1/2/3 \u25bc worse" in text
    assert "latency_p50 20 12 -8 - 1/2/3 not tested" in text
    chance = compared(RUN, BEFORE, 5, risk_area=change(0.2, 0.3, 0.0001), f1=change(0.5, 0.6, 0.4), em=change(1, 1, 1))
    text = Reader(page(RUN, chance)).text
    assert "risk_area 0.200 0.300 +0.100 0.0001 1/2/3 \u25bc worse" in text  # less is better
    assert "f1 0.500 0.600 +0.100 0.4000 1/2/3 may be chance" in text
    assert "em 1.000 1.000 +0.000 1.0000 1/2/3 no change" in text
    assert "5 questions are in one run only" in text


def test_lost_questions_stand_under_their_stage_with_what_was_found() -> None:
    text = Reader(page(RUN, None)).text
    assert "2 of 4 questions were lost" in text
    assert "lost in ranking: 1 It is among the first 10 answers, but not the first." in text
    assert "s2 Who? Li 0.600 4 17 2" in text
    assert "answered, not said: 1" in text
    assert "s4 Who? Mars 0.700 - - -" in text
    assert "<code>qa eval QUESTIONS --calibrate" in page(RUN, None)
    passage = replace(WRONG, loss=Loss.ARTICLE_ABSENT)
    assert "`" in HINTS[Loss.ARTICLE_ABSENT]
    assert "Index it with <code>qa index FOLDER</code>; <code>qa status</code> names" in page(
        with_rows(RUN, [passage]), None
    )


def test_flipped_questions_are_shown_in_full_before_and_now() -> None:
    long = "A long snippet. " * 50
    now = with_rows(RUN, [replace(RIGHT, snippet=long)])
    text = Reader(page(now, compared(now, with_rows(BEFORE, [replace(WRONG, id="s1")])))).text
    assert "Now right: 1 + s1 Who?" in text
    assert "Now wrong" not in text
    assert f"said Li Zhang snippet Li did not. {long.strip()} right no yes" in text
    assert "right place at rank 2 1 lost at lost in ranking" in text


def test_all_questions_are_listed_one_by_one() -> None:
    text = Reader(page(RUN, None)).text
    listed = text.split("All 4 questions")[1]
    assert "s1 who Who? Zhang 0.900 yes yes 12" in listed
    assert "s2 who Who? Li 0.600 yes no lost in ranking 30" in listed
    assert "s3 near-miss Who? (nothing) 0.200 no no 6" in listed


def test_of_more_than_a_thousand_only_the_lost_are_listed_and_the_page_says_so() -> None:
    rows = [replace(RIGHT, id=f"fine{number}") for number in range(1000)] + [WRONG]
    text = Reader(page(with_rows(RUN, rows), None)).text
    assert "The 1 questions that were lost, of 1001; a saved run holds all" in text
    assert "fine5 " not in text
    assert "fine5 " in Reader(page(with_rows(RUN, rows[:1000]), None)).text


@pytest.mark.parametrize(
    "rows",
    [
        (),
        (RIGHT,),
        (SILENT,),
        (SILENT, SAID_ALL_THE_SAME),
        (replace(RIGHT, answered=False, confidence=0.0, text=None, snippet=None, right=False, ranking=()),),
        (replace(RIGHT, latency_ms=0.0), replace(RIGHT, id="s9", latency_ms=0.0)),
    ],
    ids=["none", "one", "unanswerable", "none answerable", "no answer", "no time"],
)
def test_the_page_stands_also_for_runs_with_next_to_nothing_in_them(rows: tuple[Row, ...]) -> None:
    run = run_of(rows)
    html = page(run, compare(run, run) if rows else None)
    assert f"{len(rows)}, {sum(row.answerable for row in rows)} of them answerable" in Reader(html).text
    assert not re.search(r"\b(nan|inf|None)\b", Reader(html).text)
    assert not re.search(r'="-?(nan|inf)', html)


def luminance(colour: str) -> float:
    """Source: relative luminance, Web Content Accessibility Guidelines 2.1."""
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_enough_in_light_and_in_dark() -> None:
    """4.5 for words, 3 for marks against what lies behind them, as WCAG 2.1 asks."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    schemes = [dict(re.findall(r"--(\w+): (#\w{6})", part)) for part in STYLE.split("@media (prefers-color-scheme")]
    assert len(schemes) == 2
    for scheme in schemes:
        for words in ("ink", "soft"):
            assert contrast(scheme[words], scheme["paper"]) >= 4.5
        assert contrast(scheme["ink"], scheme["tint"]) >= 4.5
        for mark in ("mine", "other"):
            assert contrast(scheme[mark], scheme["paper"]) >= 3
            assert contrast(scheme[mark], scheme["tint"]) >= 3

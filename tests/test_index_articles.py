"""Reading articles: the seeds' metadata by DESIGN section 5, dates by table, reasons for refusal."""

import datetime
import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.articles import NotAnArticle, Reading, parse_date, read
from index.layout import Kind, paragraphs
from index.records import ArticleKey

SEEDS = {
    "000": (
        "China's deep space exploration: China seeks international partners in space",
        "Wei Diqi",
        None,
        None,
    ),
    "001": ("001_df72d8db8fd6d88c", None, None, "CGTN"),
    "002": ("002_47dff1a686762f21", None, None, None),
    "003": ("Global scientists invited to share the benefits of space exploration", None, "2019-04-24", "China Plus"),
    "004": ("International Space Cooperation Initiatives Released", "Staff Reporters", "2025-05-03", None),
}
FRONT = """---
title: "A day on the Moon"
author: Jane Roe
date: 2024-02-29
source: Example News
---

# Another heading

The rover woke up at dawn. It drove for two hours.
"""


def reading(text: str, path: str = "story.txt") -> Reading:
    return read(ArticleKey("/articles", path), text.encode("utf-8"))


def body(found: Reading) -> list[str]:
    return [paragraph.text for paragraph in found.paragraphs if paragraph.kind is Kind.BODY]


@pytest.mark.parametrize("number", SEEDS)
def test_seed_states_what_a_reader_finds_in_it(seeds: Path, number: str) -> None:
    (path,) = seeds.glob(f"{number}_*.txt")
    data = path.read_bytes()
    article = read(ArticleKey(str(seeds), path.name), data).article
    assert (article.title, article.byline, article.date, article.source) == SEEDS[number]
    assert article.sha256 == hashlib.sha256(data).hexdigest()
    with path.open(encoding="utf-8", newline="") as file:
        assert article.text == file.read()


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("000", "became the first spacecraft"),
        ("001", "planned for a 2028 launch"),
        ("002", "The three-day International Global Space Exploration"),
        ("003", "China has become just the third country"),
        ("004", "The\u00a0Chang'e-8\u00a0mission,\u00a0scheduled\u00a0for\u00a0launch\u00a0around\u00a02029"),
    ],
)
def test_seed_sentences_are_body(seeds: Path, number: str, sentence: str) -> None:
    (path,) = seeds.glob(f"{number}_*.txt")
    assert any(sentence in text for text in body(read(ArticleKey("/s", path.name), path.read_bytes())))


def test_titles_date_lines_and_bylines_of_seeds_are_asides(seeds: Path) -> None:
    (path,) = seeds.glob("004_*.txt")
    found = read(ArticleKey("/s", path.name), path.read_bytes()).paragraphs
    assert [p.kind for p in found[:3]] == [Kind.ASIDE] * 3


def test_front_matter_states_and_is_no_paragraph() -> None:
    found = reading(FRONT, "story.md")
    article = found.article
    assert (article.title, article.byline) == ("A day on the Moon", "Jane Roe")
    assert (article.date, article.source) == ("2024-02-29", "Example News")
    assert body(found) == ["The rover woke up at dawn. It drove for two hours."]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_front_matter_is_read_with_any_newline_and_byte_order_mark(newline: str, mark: str) -> None:
    text = mark + FRONT.replace("\n", newline)
    found = reading(text, "story.md").article
    assert (found.title, found.date, found.text) == ("A day on the Moon", "2024-02-29", text)


def test_wrapped_paragraph_right_after_front_matter_is_one() -> None:
    wrapped = "The rover woke up at dawn and drove over the wide and stony\nplain until it found a rock that was new."
    assert body(reading(f"---\ntitle: Moon\n---\n{wrapped}\n")) == [wrapped]


def test_markdown_heading_is_the_title_even_with_a_full_stop() -> None:
    found = reading("# It flew.\n\nThe rover woke up at dawn.\n", "story.md")
    assert (found.article.title, body(found)) == ("It flew.", ["The rover woke up at dawn."])


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("The rover woke up\n\nIt drove for two hours.", "The rover woke up"),
        ("The rover woke up.\n\nIt drove for two hours.", "story"),
        ("Only one line here", "story"),
        ("The rover rests on a stony plain. /CFP\n\nIt drove for two hours.", "story"),
        ("What did it find in the U.S.\n\nIt drove for two hours.", "What did it find in the U.S."),
        ("w" * 201 + "\n\nIt drove for two hours.", "story"),
    ],
)
def test_title_is_a_first_line_of_the_form_of_one_else_the_stem(text: str, title: str) -> None:
    assert reading(text).article.title == title


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2019-04-24", "2019-04-24"),
        ("2019/4/5", "2019-04-05"),
        ("2019.04.24", "2019-04-24"),
        ("2019-04-24 22:06:58", "2019-04-24"),
        ("2019-04-24T22:06:58Z", "2019-04-24"),
        ("2019-04-24T22:06:58.123+08:00", "2019-04-24"),
        ("24 April 2019", "2019-04-24"),
        ("1st Sept. 2020", "2020-09-01"),
        ("April 24, 2019", "2019-04-24"),
        ("Wednesday, April 24th, 2019", "2019-04-24"),
        ("Apr 24 2019 10:06 p.m. EST", "2019-04-24"),
        ("2025年05月03日 星期六", "2025-05-03"),
        ("2025年5月3日", "2025-05-03"),
        ("29 February 2024", "2024-02-29"),
        (" 2019-04-24\n", "2019-04-24"),
        ("29 February 2023", None),
        ("2019-13-01", None),
        ("2019-04-31", None),
        ("0000-01-01", None),
        ("2025年13月03日", None),
        ("April 2019", None),
        ("04/05/2019", None),
        ("It landed on 24 April 2019", None),
        ("2019-04-24 was a good day", None),
        ("", None),
    ],
)
def test_dates_by_table(text: str, day: str | None) -> None:
    assert parse_date(text) == day


@given(st.dates(), st.sampled_from(["%Y-%m-%d", "%d %B %Y", "%B %d, %Y", "%A, %d %b %Y", "%Y年%m月%d日"]))
@settings(derandomize=True, deadline=None, max_examples=200)
def test_every_day_is_read_back_from_every_form(day: datetime.date, form: str) -> None:
    text = day.strftime(form.replace("%Y", f"{day.year:04d}"))
    assert parse_date(text) == day.isoformat()


def test_date_inside_a_sentence_is_no_publication_date() -> None:
    found = reading("The rover woke up\n\nOn 24 April 2019 it drove away.\n\nIt came back on May 1, 2019.")
    assert found.article.date is None


def test_labelled_source_and_byline_are_read() -> None:
    found = reading("The rover woke up\nBy Jane Roe\nSource: Example News\nPosted on: May 1, 2019\n\nIt drove away.")
    article = found.article
    assert (article.byline, article.source, article.date) == ("Jane Roe", "Example News", "2019-05-01")
    assert body(found) == ["It drove away."]


def test_sentence_that_begins_with_by_is_no_byline() -> None:
    found = reading("The rover woke up\n\nBy noon it had left.\n\nBy then all was quiet!")
    assert found.article.byline is None
    assert body(found) == ["By noon it had left.", "By then all was quiet!"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "^empty$"),
        (b" \r\n\t ", "^empty$"),
        (b"one\0two", "zero bytes"),
        (b"abc\xffdef", r"not UTF-8 \(byte 3\)"),
        ("嫦娥".encode() + b"\xe5\xab", r"not UTF-8 \(byte 6\)"),
        (b"\xed\xa0\xbd", r"not UTF-8 \(byte 0\)"),
        ("caf\u00e9".encode("latin-1"), r"not UTF-8 \(byte 3\)"),
        (b"\xef\xbb\xbf \n", "no article text"),
        (b"SITEMAP\n\nAdvertisement\n", "no article text"),
        (b"---\ntitle: x\n---\n", "no article text"),
    ],
)
def test_what_is_no_article_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(NotAnArticle, match=reason):
        read(ArticleKey("/articles", "a.txt"), data)


@given(st.text(max_size=80).filter(lambda text: "\0" not in text))
@settings(derandomize=True, deadline=None, max_examples=150)
def test_any_text_is_an_article_kept_as_it_is_unless_it_has_no_words_of_one(text: str) -> None:
    data = text.encode("utf-8")
    try:
        article = read(ArticleKey("/articles", "a.txt"), data).article
    except NotAnArticle:
        shown = [paragraph for paragraph in paragraphs(text) if paragraph.kind is not Kind.FURNITURE]
        assert text.startswith("---") or shown == []
    else:
        assert article.text == text
        assert article.title.strip()

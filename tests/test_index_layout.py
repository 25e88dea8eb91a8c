"""Kinds of paragraphs: the five seeds line by line, plain articles, wrapped lines, and laws over any text."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.layout import Kind, paragraphs

B, A, F = Kind.BODY, Kind.ASIDE, Kind.FURNITURE
GOLDEN = {
    # title, byline, keywords, length of a video; two paragraphs; caption, the same again; four paragraphs
    "000": [B, A, F, F, B, B, B, F, B, B, B, B],
    # cookies, sitemap, copyright, hotline, the last three again; caption, body, "Read more", body, credit
    "001": [F, F, F, F, F, F, F, B, B, B, B, B, B, B, B, A, B, B, B, B, A],
    "002": [B] * 8,
    # title, date line, two lines of share buttons; body with two repeated captions; "Related stories", share; biography
    "003": [B, B, F, F, B, B, F, B, B, B, B, B, B, F, B, F, F, A],
    # date line, title, byline; caption; seven paragraphs; licence number
    "004": [B, B, B, B, B, B, B, B, B, B, B, F],
}
PLAIN = """The bakery sells cookies and cakes near the harbour every day.

Share prices fell by three percent on Monday, and copyright lawyers said the case was far from over.

Regulators said users must be able to refuse cookies as easily as they accept them.

Copyright holders sued the company on Monday.

The author shares her thoughts about privacy with everyone who will listen to her talk."""


def kinds(text: str) -> list[Kind]:
    return [paragraph.kind for paragraph in paragraphs(text)]


def after(text: str) -> Kind:
    """The kind of ``text`` as a paragraph between two plain ones."""
    return kinds(f"The rover woke up at dawn.\n\n{text}\n\nIt drove for two hours.")[1]


@pytest.mark.parametrize("number", GOLDEN)
def test_seed_paragraphs_have_the_kinds_a_reader_gives_them(seeds: Path, number: str) -> None:
    (path,) = seeds.glob(f"{number}_*.txt")
    found = kinds(path.read_bytes().decode("utf-8"))
    # Titles, bylines and date lines become asides when ``articles`` reads them; here BODY and ASIDE both do.
    assert [kind is F for kind in found] == [kind is F for kind in GOLDEN[number]]
    body = [at for at, kind in enumerate(GOLDEN[number]) if kind is B]
    head = {"000": 2, "003": 2, "004": 3}.get(number, 0)
    assert all(found[at] is B for at in body if at >= head)
    assert all(found[at] is A for at, kind in enumerate(GOLDEN[number]) if kind is A and at >= head)


@pytest.mark.parametrize("line", PLAIN.split("\n\n"))
def test_sentences_that_mention_furniture_words_are_body(line: str) -> None:
    assert after(line) is B


@pytest.mark.parametrize(
    "line",
    [
        "Share your view, minister tells parliament",
        "Twitter, Facebook and Reddit sued over data",
        "Menu prices rise again",
        "Close race in Ohio",
        "Sitemaps help search engines find pages.",
        "More than 300 people came.",
        "It was 10:45 when the train left.",
        "Cookies are baked at 200 degrees.",
        "Yes.",
    ],
)
def test_short_lines_that_look_a_little_like_furniture_are_body(line: str) -> None:
    assert after(line) is B


@pytest.mark.parametrize(
    "line",
    [
        "SITEMAP",
        "Copyright © 2024 CGTN. 京ICP备20000184号",
        "© 2021 Example News Ltd.",
        "All rights reserved.",
        "Disinformation report hotline: 010-85061466",
        "We use cookies. By continuing you agree to our privacy policy.",
        "Share this with Close",
        "Facebook Twitter WhatsApp",
        "Share | Print | Close",
        "Skip to main content",
        "Advertisement",
        "Related stories",
        "Sign up for our daily newsletter",
        "01:46",
        "Page 3",
        '["china", "space"]',
    ],
)
def test_lines_of_the_page_are_furniture(line: str) -> None:
    assert after(line) is F


def test_repeated_caption_is_furniture_and_its_first_copy_is_body() -> None:
    caption = "The probe stands on the far side of the Moon. /CGTN Photo"
    assert kinds(f"It landed on Monday.\n\n{caption}\n\n{caption}\n\nIt drove off.") == [B, B, F, B]


def test_short_words_may_be_said_twice() -> None:
    assert kinds("Yes.\n\nIt rained all day long.\n\nYes.") == [B, B, B]


def test_biographies_at_the_foot_are_asides_and_elsewhere_are_body() -> None:
    biography = "Jane Roe is a professor of astronomy at Leiden University."
    story = ["The rover woke.", "It drove for hours.", "Then it slept."]
    assert kinds("\n\n".join([*story, biography]))[-1] is A
    assert kinds("\n\n".join([biography, *story])) == [B] * 4


def test_paragraph_wrapped_at_a_fixed_width_is_one() -> None:
    wrapped = (
        "The rover woke up at dawn and began to drive over the wide and\n"
        "stony plain, where it found a rock that nobody had expected to\n"
        "find there, and then it slept."
    )
    first, second = paragraphs(f"{wrapped}\n\nNext day it rained.")
    assert (first.text, second.text) == (wrapped, "Next day it rained.")


def test_one_line_a_paragraph_stays_so() -> None:
    lines = "Title of the piece\nThe rover woke up at dawn. It drove.\nThen it slept until noon the next day."
    assert [p.text for p in paragraphs(lines)] == lines.split("\n")


@given(st.text(st.sampled_from("ab .\n\r\t\u00a0\u2028\x0b\x85\ufeff。嫦\U0001f680e\u0301-:©3"), max_size=120))
@settings(derandomize=True, deadline=None, max_examples=400)
def test_paragraphs_are_slices_in_order_that_hold_all_but_white_space(text: str) -> None:
    found = paragraphs(text)
    edges = [0, *(edge for p in found for edge in p.span), len(text)]
    assert edges == sorted(edges)
    assert all(text[p.span.start : p.span.end] == p.text for p in found)
    held = {at for p in found for at in range(*p.span)}
    assert "".join(c for at, c in enumerate(text) if at not in held).replace("\ufeff", "").strip() == ""

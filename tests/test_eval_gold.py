"""Finding gold: quotes against a slow twin that normalises the text, places against cases by hand."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from eval.gold import Alternative, gold_spans, missing_gold
from eval.question_sets import Gold, Question
from index.records import Span
from qa.quotes import locate

STRAIGHT = str.maketrans("‘’‚‛“”„‟", "''''\"\"\"\"")
LETTERS = "aab .*\\[^]'’‘\"“”\u00a0\n\r\t\u2003é\U0001f315"


def question(*gold: Gold, name: str = "q1") -> Question:
    return Question(name, "What?", (), gold, "", ())


def twin(quote: str, text: str) -> tuple[Span, ...]:
    """Normalise the text first, keeping for each character where it came from; then search it plainly."""
    shown: list[tuple[str, int, int]] = []
    for place, character in enumerate(text):
        if not character.isspace():
            shown.append((character.translate(STRAIGHT), place, place + 1))
        elif shown and shown[-1][0] == " ":
            shown[-1] = (" ", shown[-1][1], place + 1)
        else:
            shown.append((" ", place, place + 1))
    flat = "".join(character for character, _, _ in shown)
    wanted = " ".join(quote.split()).translate(STRAIGHT)
    starts = [place for place in range(len(flat)) if wanted and flat.startswith(wanted, place)]
    return tuple(Span(shown[start][1], shown[start + len(wanted) - 1][2]) for start in starts)


@settings(derandomize=True, deadline=None, max_examples=500)
@given(quote=st.text(LETTERS, max_size=5), text=st.text(LETTERS, max_size=60))
@example(quote="a a", text="a\u00a0 \na a")
@example(quote="  ", text="a  b")
def test_locate_agrees_with_searching_a_normalised_text(quote: str, text: str) -> None:
    assert locate(quote, text) == twin(quote, text)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(text=st.text(LETTERS, min_size=1, max_size=60), data=st.data())
def test_locate_finds_every_slice_of_a_text_where_it_was_cut(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    assert (Span(start, end) in locate(text[start:end], text)) == (start < end)


def test_locate_gives_offsets_of_the_original_text() -> None:
    text = "He said: “It\u00a0is\r\n  Chang’e-6.” It is."
    (span,) = locate('"It is Chang\'e-6."', text)
    assert text[span.start : span.end] == "“It\u00a0is\r\n  Chang’e-6.”"
    assert locate("It is", text) == (Span(10, 15), Span(31, 36))
    assert locate("it is", text) == ()


def test_gold_spans_stand_in_the_order_of_the_question() -> None:
    articles = {"a.txt": "Moon. Mars. Moon.", "b.txt": "Mars", "empty.txt": ""}
    asked = question(
        Gold("b.txt", None),
        Gold("a.txt", "Moon."),
        Gold("c.txt", "Moon"),
        Gold("a.txt", "Sun"),
        Gold("empty.txt", None),
    )
    assert gold_spans(asked, articles) == (
        Alternative("b.txt", (Span(0, 4),)),
        Alternative("a.txt", (Span(0, 5), Span(12, 17))),
        Alternative("c.txt", ()),
        Alternative("a.txt", ()),
        Alternative("empty.txt", ()),
    )
    assert gold_spans(question(), articles) == ()


def test_missing_gold_says_which_and_why() -> None:
    articles = {"a.txt": "Moon.", "empty.txt": ""}
    asked = (
        question(Gold("a.txt", "Moon"), Gold("a.txt", "Sun")),
        question(Gold("b.txt", "Moon"), name="q2"),
        question(Gold("empty.txt", None), name="q3"),
        question(name="q4"),
    )
    assert missing_gold(asked, articles) == (
        "Question 'q1': the article 'a.txt' does not hold the quote 'Sun'.",
        "Question 'q2': the article 'b.txt' is not among the articles.",
        "Question 'q3': the article 'empty.txt' is empty.",
    )
    assert missing_gold(asked[:1], {"a.txt": "Sun, Moon"}) == ()

"""Terms: worked by hand, stems against Snowball's own list, and laws over any text."""

import sys
import unicodedata

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from index.split import PASSAGE_RULE
from index.terms import FUNCTION_WORDS, TERM_RULE, Wanted, fold, phrases, run_of_words, stem, terms, wanted_terms

SNOWBALL = """
    consign consigned consigning consignment > consign; consist consisted consistency consistent consistently
    consisting consists > consist; consolation consolations console consoled consoles consoling consolingly > consol;
    consolatory > consolatori; consolidate consolidated consolidating > consolid; consonant > conson; conspicuous
    conspicuously > conspicu; conspiracy > conspiraci; conspirator conspire conspired conspiring > conspir; constancy >
    constanc; knackeries > knackeri; knaves > knave; knavish > knavish; kneaded kneading > knead; kneeled kneels >
    kneel; knees > knee; knelt > knelt; knick > knick; knif > knif; knightly > knight; knitted knitting > knit; knives
    > knive; knockers > knocker; knopp > knopp; knots > knot
"""
"""From the sample vocabulary at snowballstem.org/algorithms/english/stemmer.html."""
AWKWARD = (
    *(
        "US",
        "U.S.",
        "us",
        "WHO",
        "who",
        "IT",
        "Chang'e-4",
        "rover's",
        "it’s",
        "1,234,567.50",
        "3.5",
        "C++",
        "#",
        "don't",
    ),
    *("嫦娥四号", "月", "はやぶさ２", "ガガ", "궤도를", "日本China", "C#语言", "e\u0301", "ﬁ", "so\u00adft", "\u200b"),
    *("“far side”", '"', "«", "»", "'", "-", "\u2011", "\ud800", "\udfff", "\0", "\U0001f680", "ǅ", "İ", "ß", "Σς"),
)
SPACES = (" ", " ", "", "\n", "\u00a0", "\u3000")
any_text = st.lists(
    st.tuples(
        st.sampled_from(AWKWARD) | st.text(st.characters(exclude_characters="`"), max_size=6), st.sampled_from(SPACES)
    ),
    max_size=12,
).map(lambda pairs: "".join(word + space for word, space in pairs))
"""Without the grave accent, which is a quote mark only beside a character that is not ASCII."""


def names(question: str) -> list[str]:
    return [one.term for one in wanted_terms(question)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("?! … --", []),
        ("The rovers landed.", ["the", "rover", "land"]),
        ("The rover's wheels, the rovers' wheels", ["the", "rover", "wheel", "the", "rover", "wheel"]),
        ("Chang'e-4", ["chang'e-4", "chang", "e", "4"]),
        ("Chang’e‑4’s", ["chang'e-4", "chang", "e", "4"]),
        ("side-by-side", ["side-by-side", "side", "by", "side"]),
        ("don't", ["don't", "don", "t"]),
        ("AT&T", ["at&t", "at", "t"]),
        ("O'Neill", ["o'neill", "o", "neill"]),
    ],
)
def test_words_and_those_that_are_joined_of_several(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("us and the US", ["us", "and", "the", "US"]),
        ("The U.S. told us", ["the", "US", "told", "us"]),
        ("the WHO asked who", ["the", "WHO", "ask", "who"]),
        ("is IT so", ["is", "IT", "so"]),
        ("the USA, the U.S.A. and Usa", ["the", "usa", "the", "usa", "and", "usa"]),
        ("the NASA of I", ["the", "nasa", "of", "i"]),
        ("GIVE IT TO US", ["give", "it", "to", "us"]),
        ("US", ["us"]),
    ],
)
def test_names_in_capitals_are_no_pronouns_unless_everything_is_in_capitals(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


@pytest.mark.parametrize("text", ["a US-led crew", "the US-China talks", "the US's law", "the U.S.-led crew"])
def test_names_in_capitals_are_known_where_they_are_joined(text: str) -> None:
    assert "US" in terms(text)
    assert "us" not in terms(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("42", ["42"]),
        ("1,234,567.50", ["1234567.50"]),
        ("1,234 and 1234", ["1234", "and", "1234"]),
        ("12,34", ["12,34", "12", "34"]),
        ("3.5", ["3.5", "3", "5"]),
        ("2019-04-24", ["2019-04-24", "2019", "04", "24"]),
        ("v2.0.1", ["v2.0.1", "v2", "0", "1"]),
        ("3D, 3d", ["3d", "3d"]),
        ("C, C++, C#", ["c", "c++", "c", "c#", "c"]),
    ],
)
def test_numbers_and_languages(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Zürich São Paulo café", "Zurich Sao Paulo cafe"),
        ("Zu\u0308rich cafe\u0301", "Zurich cafe"),
        ("ﬁnal ﬂight oﬃce", "final flight office"),
        ("explo\u00adra\u00adtion lu\u200bnar Mo\u2060on \ufeffprobe", "exploration lunar Moon probe"),
        ("“don’t” ‘rover’s’", "\"don't\" 'rover's'"),
        ("Chang\u02bce\u20114", "Chang'e-4"),
        ("ＮＡＳＡ ２０２４ Ⅳ", "NASA 2024 IV"),
        ("STRASSE Straße", "strasse strasse"),
        ("İstanbul", "istanbul"),
        ("probe\u00a0landed", "probe landed"),
        ("Οδός", "ΟΔΟΣ".lower()),
    ],
)
def test_what_readers_do_not_see_as_a_difference_is_none(text: str, plain: str) -> None:
    assert terms(text) == terms(plain) != []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("月", ["月"]),
        ("嫦娥四号", ["嫦娥", "娥四", "四号"]),
        ("嫦娥四号，着陆。", ["嫦娥", "娥四", "四号", "着陆"]),
        ("2024年6月", ["2024", "年", "6", "月"]),
        ("月に着陸した", ["月に", "に着", "着陸", "陸し", "した"]),
        ("ガス ｶﾞｽ", ["ガス", "ガス"]),
        ("スーパー", ["スー", "ーパ", "パー"]),
        ("달 궤도를", ["달", "궤도", "도를"]),
        ("달".join(["\u1103\u1161\u11af"] * 2), ["달달", "달달"]),
        ("日本China", ["日本", "china"]),
        ("China日本3D打印", ["china", "日本", "3d", "打印"]),
        ("嫦娥-4号", ["嫦娥", "4", "号"]),
        ("\U00020bb7野家", ["\U00020bb7野", "野家"]),
    ],
)
def test_scripts_without_spaces_give_neighbouring_pairs(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


def test_stems_are_those_that_snowball_publishes() -> None:
    published = {
        word: found.strip()
        for line in SNOWBALL.split(";")
        for words, found in [line.split(">")]
        for word in words.split()
    }
    assert len(published) > 45
    assert {word: stem(word) for word in published} == published


def test_term_rule_is_part_of_the_rule_that_an_index_remembers() -> None:
    assert TERM_RULE in PASSAGE_RULE.split()


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("When did the probe land?", ["probe", "land"]),
        ("What did the US do?", ["US"]),
        ("WHAT DID THE US DO ABOUT PROBES?", ["probe"]),
        ("who is who", ["who", "is"]),
        ("Who is it?", ["who", "is", "it"]),
        ("probe, probes; PROBE!", ["probe"]),
        ("嫦娥什么时候着陆?", ["嫦娥", "娥什", "什么", "么时", "时候", "候着", "着陆"]),
        ("?", []),
        ("", []),
    ],
)
def test_questions_are_searched_by_what_tells_and_else_by_what_there_is(question: str, expected: list[str]) -> None:
    assert names(question) == expected


def test_wanted_terms_know_their_words_and_what_they_are_joined_of() -> None:
    assert wanted_terms("Chang'e-4 landings 嫦娥四") == (
        Wanted("chang'e-4", "chang'e-4", joined=True),
        Wanted("chang", "chang"),
        Wanted("e", "e"),
        Wanted("4", "4"),
        Wanted("land", "landings"),
        Wanted("嫦娥", "嫦娥"),
        Wanted("娥四", "娥四"),
    )


def test_function_words_are_as_they_come_out_of_a_question() -> None:
    assert {word for word in FUNCTION_WORDS if names(f"{word} probe") != ["probe"]} == set()
    assert FUNCTION_WORDS >= {"who", "what", "when", "us", "is", "the", "of", "don't"}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ('What is "the far side"?', (" the far side ",)),
        ("What is “the far side”?", (" the far side ",)),
        ("Was ist „die Rückseite“?", (" die ruckseite ",)),
        ("C'est quoi « la face cachée » ?", (" la face cachee ",)),
        ('"Landed probes" or “CHANG’E-4”', (" landed probes ", " chang e 4 ")),
        ('"a b" and "a  b"', (" a b ",)),
        ("Is 'this' one?", ()),
        ('An "open end', ()),
        ('Nothing "?!" in it', ()),
        ("The rover's", ()),
    ],
)
def test_phrases_are_what_stands_in_double_quotes(question: str, expected: tuple[str, ...]) -> None:
    assert phrases(question) == expected


@pytest.mark.parametrize(
    ("phrase", "text", "held"),
    [
        ("far side", "On the Far\nSide, they say", True),
        ("far side", "on the far-side", True),
        ("far side", "far and side", False),
        ("far side", "afar side", False),
        ("far side", "far sides", False),
        ("Chang'e-4", "the Chang’e‑4’s camera", True),
        ("side of the", "THE FAR SIDE OF THE MOON", True),
    ],
)
def test_phrase_is_held_word_by_word_as_it_is_written(phrase: str, text: str, held: bool) -> None:
    assert (run_of_words(phrase) in run_of_words(text)) == held


@pytest.mark.parametrize(
    "question",
    ['Is plan "A" better than plan "B"?', "“月”和“地”", '"" or ""', f'Either "{"word " * 60}" or "that one"'],
)
def test_what_stands_between_two_quotations_is_no_phrase(question: str) -> None:
    assert {run.split()[0] for run in phrases(question)} & {"better", "和", "or"} == set()


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("嫦娥四号", "然后嫦娥四号在月球背面软着陆。"),
        ("嫦娥四号 probe", "the 嫦娥四号 probe"),
        ("궤도를 돌고", "다누리는 달 궤도를 돌고 있다."),
        ("US", "Then the US said so."),
        ("WHO", "Then the WHO said so."),
    ],
)
def test_phrase_of_any_script_is_held(phrase: str, text: str) -> None:
    (run,) = phrases(f'Where is "{phrase}"?')
    assert run in run_of_words(text)


@given(any_text)
@settings(derandomize=True, deadline=None, max_examples=500)
def test_any_text_has_terms_and_none_of_them_is_empty_or_holds_a_space(text: str) -> None:
    found = terms(text)
    assert all(term and not any(char.isspace() for char in term) for term in found)
    assert {one.term for one in wanted_terms(text)} <= set(found)
    assert all(run.startswith(" ") and run.endswith(" ") and run.strip() for run in phrases(text))


@given(any_text, any_text)
@settings(derandomize=True, deadline=None, max_examples=500)
def test_texts_side_by_side_have_the_terms_of_both(first: str, second: str) -> None:
    """Whatever stands beside a text; but a name in capitals is one only beside a word that is not."""
    both = f"{first} {second}"
    assume(first.isupper() == second.isupper() == both.isupper())
    assert terms(both) == terms(first) + terms(second)


@given(any_text)
@settings(derandomize=True, deadline=None, max_examples=500)
def test_folding_twice_folds_no_further(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_folding_any_character_twice_folds_it_no_further() -> None:
    for first in range(0, sys.maxunicode, 4096):
        once = fold("\n".join(map(chr, range(first, first + 4096))))
        assert fold(once) == once


@given(st.text(st.characters(categories=["L", "M", "N", "Zs"]), max_size=20))
@settings(derandomize=True, deadline=None, max_examples=500)
def test_a_text_has_the_same_terms_composed_and_decomposed(text: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, f"a {text}") for form in ("NFC", "NFD"))
    assert terms(composed) == terms(decomposed) == terms(f"a {text}")


@given(st.lists(st.sampled_from(["far", "side", "Moon’s", "Chang'e-4", "3.5", "of", "the", "naïve"])), st.data())
@settings(derandomize=True, deadline=None, max_examples=200)
def test_every_run_of_words_of_a_text_is_a_phrase_that_it_holds(words: list[str], data: st.DataObject) -> None:
    assume(words)
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first + 1, len(words)))
    (phrase,) = phrases(f'Where is "{" ".join(words[first:last])}"?')
    assert phrase in run_of_words(", ".join(words))

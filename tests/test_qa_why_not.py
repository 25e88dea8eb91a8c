"""Why an article is not the answer: which article is meant, where it stood, and what is printed."""

from pathlib import Path

import pytest

from index.build import Wish, update
from index.embed import OnnxEmbedder
from index.errors import UsageError
from index.store import open_index
from qa.ask import Asker
from qa.stages import Loss
from qa.why_not import similar_articles, why_not, why_not_payload, why_not_text

ASKED = "When did Chang'e-4 land on the far side of the Moon?"
FIRST = "000_c708b5ca41c84679.txt"


@pytest.fixture(scope="module")
def asker(seed_index: Path, embedder: OnnxEmbedder) -> Asker:
    return Asker(open_index(seed_index), embedder)


@pytest.mark.parametrize("named", [FIRST, "000", f"seeds/{FIRST}", f"./{FIRST}", "000_c708"])
def test_an_article_may_be_named_in_several_ways(asker: Asker, seed_articles: Path, named: str) -> None:
    where = str(seed_articles.parent / named) if named.startswith("seeds") else named
    found = why_not(asker, where, ASKED)
    assert (found.article, found.stages.rank, found.loss) == (FIRST, 1, None)
    assert why_not_text(found).startswith(f"{FIRST} is the first answer.\n")


def test_an_article_that_is_not_indexed_is_absent_and_like_names_are_offered(asker: Asker) -> None:
    found = why_not(asker, "000_c708b5ca41c84678.txt", ASKED)
    assert (found.loss, found.stages.articles, found.similar[0]) == (Loss.ARTICLE_ABSENT, 0, FIRST)
    assert f"Did you mean: {FIRST}" in why_not_text(found)
    assert "qa index FOLDER" in why_not_text(found)


def test_a_mistyped_name_is_compared_without_folder_and_ending() -> None:
    indexed = ["2024/interview.md", "2024/notes.md", "letters/Interviews.txt"]
    assert similar_articles("interveiw", indexed) == ("2024/interview.md", "letters/Interviews.txt")
    assert similar_articles("2023/nots.md", indexed) == ("2024/notes.md",)
    assert similar_articles("zebra", indexed) == ()


def test_an_article_below_the_first_is_shown_beside_it(asker: Asker) -> None:
    found = why_not(asker, "002", ASKED)
    text = why_not_text(found)
    assert found.loss is Loss.RANKING
    assert found.stages.rank is not None
    assert f"rank {found.stages.rank}\n" in text
    assert f"of {asker.index.manifest.passages} passages" in text
    assert "Its best answer:\n    " in text
    assert "What stood first:\n    On January 3, China's Chang'e-4 probe became the first" in text
    assert max(map(len, text.split("What stood first")[0].splitlines()[:8])) < 120


def test_a_first_answer_that_was_held_back_is_told(asker: Asker) -> None:
    found = why_not(asker, "004", "What kind of machine is Turkiye's technical university sending to the moon?")
    assert (found.loss, found.stages.rank) == (Loss.ABSTENTION, 1)
    assert "0.50 is needed" in why_not_text(found)


def test_payload_is_plain_data(asker: Asker) -> None:
    data = why_not_payload(why_not(asker, "missing.txt", ASKED))
    assert (data["lost"], data["article"], data["stages"]["articles"]) == ("article absent", "missing.txt", 0)


def test_a_name_that_fits_several_articles_is_refused(tmp_path: Path, embedder: OnnxEmbedder) -> None:
    for folder in ("a", "b"):
        (tmp_path / "x" / folder).mkdir(parents=True)
        (tmp_path / "x" / folder / "note.txt").write_text(f"The {folder} house stands by the lake.")
    update(tmp_path / "index", Wish(paths=(tmp_path / "x",)), lambda _: embedder)
    several = Asker(open_index(tmp_path / "index"), embedder)
    with pytest.raises(UsageError, match=r"Several articles are called so: a/note\.txt, b/note\.txt"):
        why_not(several, "note.txt", "Which house?")
    assert why_not(several, "b/note.txt", "Which house?").article == "b/note.txt"

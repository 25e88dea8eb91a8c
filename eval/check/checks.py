"""Whether a question set can be trusted: gold that is not there, labels that contradict, wording that was copied.

Owns the checks and their words. Likeness is measured by ``likeness``, the articles are read through ``corpus``, and
the layout of what is found belongs to ``findings``. That it is a question set at all was settled in loading it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import sqrt

from eval.check.corpus import Corpus, row
from eval.check.findings import Finding, Severity
from eval.check.likeness import copied_run, near_copies, shares_content
from eval.gold import Alternative, gold_spans, missing_gold
from eval.question_sets import GoldBy, Question
from eval.report import shortened
from index.terms import run_of_words

FEW_QUESTIONS, FEW_UNANSWERABLE, FEW_OF_A_KIND = 50, 20, 10
TOO_OFTEN = 3
"""A quote that stands in more places than this names none of them."""
TOO_SHORT = 3
"""A quote of fewer words than this may stand anywhere."""


def check(questions: Sequence[Question], articles: Mapping[str, str]) -> tuple[Finding, ...]:
    """Return what is wrong with a question set: faults first, then what concerns all of it, then by question.

    ``articles`` maps path below the root to text. The time grows with the length of both, not with their product.
    """
    corpus = Corpus(articles)
    found = [*_counts(questions), *_repeats(questions, corpus)]
    for question in questions:
        found += _of_question(question, corpus)
    return tuple(sorted(found, key=lambda finding: finding.severity is not Severity.FAULT))


def _counts(questions: Sequence[Question]) -> Iterator[Finding]:
    """Find what there is too little of to measure."""
    asked, unanswerable = len(questions), sum(not question.answerable for question in questions)
    if asked < FEW_QUESTIONS:
        # Half of the widest 95 % interval of a share of n: 1.96 * sqrt(1/4 / n).
        half = f" gives an interval of about +/-{min(0.98 / sqrt(asked), 0.5):.2f}" if asked else " gives nothing"
        yield _warn("few questions", f"A set of {asked}{half}; add questions until there are {FEW_QUESTIONS} or more.")
    if unanswerable < FEW_UNANSWERABLE:
        message = (
            f"{unanswerable or 'No'} unanswerable question{'' if unanswerable == 1 else 's'}: abstention cannot be "
            f"measured by so few; add some that the articles do not answer until there are {FEW_UNANSWERABLE}."
        )
        yield _warn("few unanswerable", message)
    for kind, of_kind in Counter(question.kind for question in questions if question.kind).items():
        if of_kind < FEW_OF_A_KIND:
            message = (
                f"{of_kind} of the kind {shortened(kind, 40)!r}: too few to judge it by; "
                f"add some until there are {FEW_OF_A_KIND}, or give them another kind."
            )
            yield _warn("few of a kind", message)


def _repeats(questions: Sequence[Question], corpus: Corpus) -> Iterator[Finding]:
    """Find what is asked twice in the same conversation, word for word or nearly so."""
    first: dict[tuple[tuple[str, ...], ...], Question] = {}
    for question in questions:
        asked = tuple(corpus.words(text) or (text.strip(),) for text in (*question.history, question.text))
        same = first.setdefault(asked, question)
        if same is not question and _agree(question, same, corpus):
            message = f"It asks the same as {same.id!r}, so that this counts twice; remove one of them."
            yield _warn("duplicate", message, question.id)
        elif same is not question:
            message = f"It asks the same as {same.id!r}, but what is right there is wrong here; keep the true one."
            yield _fault("contradiction", message, question.id)
    conversations: dict[tuple[tuple[str, ...], ...], list[tuple[frozenset[str], Question]]] = {}
    for (*before, last), question in first.items():
        conversations.setdefault(tuple(before), []).append((frozenset(last), question))
    for asked_there in conversations.values():
        for number, other in near_copies([wording for wording, _ in asked_there]).items():
            near = asked_there[other][1]
            message = f"It asks nearly the same as {near.id!r}, {shortened(near.text, 60)!r}; keep one of them."
            yield _warn("near duplicate", message, asked_there[number][1].id)


def _agree(one: Question, other: Question, corpus: Corpus) -> bool:
    """Tell whether both can be right: as far as both say, they share a place and an answer."""
    if one.answerable != other.answerable or (one.gold and other.gold and not _meet(one, other, corpus)):
        return False
    here, there = (set(map(corpus.words, question.answers)) for question in (one, other))
    return not here or not there or bool(here & there)


def _meet(one: Question, other: Question, corpus: Corpus) -> bool:
    """Tell whether two questions have a gold place, or a part of one, in common."""
    here, there = (gold_spans(question, corpus.texts) for question in (one, other))
    return not {*(one.gold or ())}.isdisjoint(other.gold or ()) or any(
        path == path_there and span.start < span_there.end and span_there.start < span.end
        for path, spans in here
        for path_there, spans_there in there
        for span in spans
        for span_there in spans_there
    )


def _warn(about: str, message: str, question: str = "") -> Finding:
    return Finding(question, Severity.WARNING, about, message)


def _fault(about: str, message: str, question: str) -> Finding:
    return Finding(question, Severity.FAULT, about, message)


def _of_question(question: Question, corpus: Corpus) -> Iterator[Finding]:
    answers = [wanted for answer in question.answers if (wanted := corpus.words(answer))]
    asked = corpus.held(question.text)
    if any(row(answer) in asked for answer in answers):
        message = "An accepted answer stands in the question itself; ask without it, or accept another."
        yield _warn("leaks answer", message, question.id)
    if question.gold_by is GoldBy.ANSWER:
        if not any(map(corpus.anywhere, answers)):
            said = shortened("; ".join(question.answers), 40)
            message = f"No article holds any of its accepted answers, {said!r}; give one as it stands there."
            yield _fault("answer missing", message, question.id)
        return
    found = gold_spans(question, corpus.texts)
    if not all(alternative.spans for alternative in found):
        yield from _missing(question, corpus)
    places = list(_places(question, found, corpus))
    if answers and places and not any(row(answer) in place for answer in answers for place in places):
        message = "No accepted answer stands word for word in its gold, or around it; accept one that does."
        yield _warn("answer not in gold", message, question.id)
    yield from _copied(question, places, corpus)
    yield from _vague(question, found, corpus)


def _missing(question: Question, corpus: Corpus) -> Iterator[Finding]:
    """Find gold places that are not there."""
    for sentence in missing_gold([question], corpus.texts):
        wrong = sentence.removeprefix(f"Question {question.id!r}: ").removesuffix(".")
        message = f"{wrong[:1].upper()}{wrong[1:]}; index the article, or take the place from it again."
        yield _fault("gold missing", message, question.id)


def _copied(question: Question, places: Sequence[str], corpus: Corpus) -> Iterator[Finding]:
    """Find a question in the words of its gold: such a set flatters search by words."""
    asked = corpus.words(question.text)
    quotes = [corpus.words(gold.quote) for gold in question.gold or () if gold.quote is not None]
    copied = max((copied_run(asked, place) for place in places), key=len, default=())
    if copied:
        message = f"It copies {shortened(' '.join(copied), 60)!r} from its gold; ask in words of your own."
        yield _warn("leaks wording", message, question.id)
    elif any(shares_content(asked, quote) for quote in quotes):
        message = "Nearly all its words stand in its gold, which flatters search by words; ask in words of your own."
        yield _warn("leaks wording", message, question.id)


def _places(question: Question, found: Sequence[Alternative], corpus: Corpus) -> Iterator[str]:
    """Yield the words of every gold place, as ``Corpus.held`` gives them: the quote and the paragraphs it stands in."""
    for gold, (path, spans) in zip(question.gold or (), found, strict=True):
        if gold.quote is None:
            yield from [corpus.article(path)] if spans else []
            continue
        yield corpus.held(gold.quote)
        yield from (corpus.held(corpus.paragraph(path, span)) for span in spans[: TOO_OFTEN + 1])


def _vague(question: Question, found: Sequence[Alternative], corpus: Corpus) -> Iterator[Finding]:
    """Find quotes that could stand anywhere."""
    for gold, (_, spans) in zip(question.gold or (), found, strict=True):
        if gold.quote is None:
            continue
        quote = f"The quote {shortened(gold.quote, 40)!r}"
        if len(spans) > TOO_OFTEN or corpus.times(corpus.words(gold.quote), TOO_OFTEN) > TOO_OFTEN:
            message = f"{quote} stands in the articles more than {TOO_OFTEN} times; quote the words around it too."
            yield _warn("quote everywhere", message, question.id)
        elif len(run_of_words(gold.quote).split()) < TOO_SHORT:
            message = f"{quote} has fewer than {TOO_SHORT} words; quote the words around it too."
            yield _warn("quote short", message, question.id)

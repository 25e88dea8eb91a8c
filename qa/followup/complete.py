"""A question that leans on earlier ones, made to stand alone: what it may mean, the likeliest first.

Owns how the pieces are put together. What is put in are always words of the conversation, and the user is shown the
result. Besides what takes a pronoun's place, the other phrases of the last question follow in brackets: a follow-up
mostly stays with its matter.
"""

import re
from collections.abc import Sequence

from qa.followup.leaning import Leaning, bare, capital, leaning, opened, put
from qa.followup.mentions import focus
from qa.followup.phrases import Phrase, Sort, phrases
from qa.records import Earlier, Reading

MEANT = 2
"""Things that a pronoun is taken to mean."""
MOST = 3
"""Ways in which a question is looked for."""
CONTEXT = 3
"""Phrases of the last question that follow in brackets."""
FEW = 2
"""Words of matter in a question that can hardly be meant alone."""
_ANYTHING = Leaning(person=False, several=False)
_ASKING = re.compile(
    r"^\s*(?:(?:by|with|since|in|on|at|for|to|from)\s+)?"
    r"(?:how\s+(?:many|much|long|old|far|often)|what|who|whom|when|where|why|which|how)\b",
    re.IGNORECASE,
)
_LED = re.compile(r"^(?:in|on|at|for|to|from|with|by|of)\s+", re.IGNORECASE)
_BRACKETS = re.compile(r"\s*\([^()]*\)(?=[?.!]*\s*$)")


def readings(question: str, earlier: Sequence[Earlier]) -> tuple[Reading, ...]:
    """Return what a question may mean after earlier ones, at most MOST, the likeliest first."""
    if not earlier:
        return (Reading(question),)
    asked = Reading(question, why="It was taken as it stands.")
    in_full = earlier[-1]
    earlier = [_without_brackets(turn) for turn in earlier]
    last = earlier[-1]
    if (word := bare(question)) is not None:
        return (_asked_otherwise(word, last),)
    if (rest := opened(question)) is not None:
        return _unique([*_in_place(rest, in_full), _with_last(question, last)])
    how = leaning(question)
    if how is not None:
        meant = focus(question, earlier, how)[:MEANT]
        return _unique([_meaning(question, one, how, last) for one in meant] or [asked])
    return _unique(_nearby(question, asked, earlier))


def _meaning(question: str, meant: Phrase, how: Leaning, last: Earlier) -> Reading:
    """Return the question with one thing in the place of its pronouns."""
    text = put(question, meant.said, how)
    return Reading(_within(text, last), meant.text, f"It was taken to mean {meant.text}.")


def _nearby(question: str, asked: Reading, earlier: Sequence[Earlier]) -> list[Reading]:
    """Return the readings of a question without a pronoun: within what was spoken of, and as it stands.

    One that says much, or names somebody or something, is likelier about that alone: a new matter.
    """
    found = focus(question, earlier, _ANYTHING)
    if not found:
        return [asked]
    about = found[0]
    text = _within(_behind(question, [about.text]), earlier[-1])
    added = Reading(text, about.text, f"It was taken to be about {about.text}, as before.")
    own = phrases(question)
    itself = any(one.sort is Sort.NAME for one in own) or sum(len(one.words) for one in own) > FEW
    return [asked, added] if itself else [added, asked]


def _asked_otherwise(word: str, last: Earlier) -> Reading:
    """Return the last question with another question word."""
    rest = _ASKING.sub("", last.question, count=1).strip()
    return Reading(f"{capital(word)} {rest}", last.meant, "Only the question word was taken for new.")


def _in_place(rest: str, last: Earlier) -> list[Reading]:
    """Return the last question with what is asked about now in the place of something of the same sort."""
    rest = _LED.sub("", rest).rstrip(" ?.!")
    new = next(iter(phrases(rest, within=True)), None)
    found = []
    for one in phrases(last.question):
        if new is None or one.sort is not new.sort or one.words == new.words:
            continue
        end = one.start + len(one.text)
        text = capital(last.question[: one.start] + rest + last.question[end:])
        found.append(Reading(text, rest, f"The last question was taken, with {rest} for {one.text}."))
    return found


def _with_last(question: str, last: Earlier) -> Reading:
    whole = _behind(question, [last.question.rstrip(" ?.!")])
    return Reading(whole, last.meant, "It was read together with the last question.")


def _within(text: str, last: Earlier) -> str:
    """Return a question with the phrases of the last one behind it, names first, that it does not name itself."""
    own = {word for one in phrases(text) for word in one.words}
    others = [one for one in phrases(last.question) if own.isdisjoint(one.words) and one.sort is not Sort.NUMBER]
    others.sort(key=lambda one: one.sort is not Sort.NAME)
    return _behind(text, [one.text for one in others[:CONTEXT]])


def _behind(question: str, words: Sequence[str]) -> str:
    """Return a question with words in brackets behind it, in the brackets that stand there already."""
    if not words:
        return question
    stem = question.rstrip()
    marks = stem[len(stem.rstrip("?.!")) :]
    stem = stem.rstrip("?.!").rstrip()
    if stem.endswith(")") and "(" in stem:
        return f"{stem[:-1]}, {', '.join(words)}){marks}"
    return f"{stem} ({', '.join(words)}){marks}"


def _without_brackets(turn: Earlier) -> Earlier:
    return Earlier(_BRACKETS.sub("", turn.question), turn.answer, turn.meant)


def _unique(found: Sequence[Reading]) -> tuple[Reading, ...]:
    return tuple({one.text: one for one in reversed(found)}.values())[::-1][:MOST]

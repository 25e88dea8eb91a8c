"""What form of words a question waits for: a time, a number, or anything.

Owns the cues in the question and the forms in a sentence. English only; a question without a cue
expects nothing, and nothing then changes.
"""

import re
from collections.abc import Callable

_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_TIME = re.compile(
    rf"\b{_MONTH}\b|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\b(?:1[5-9]|20|21)\d\d(?:s|-\d\d)?\b"
    r"|\b\d{1,2}:\d\d\b|\b\d{1,2}(?::\d\d)?\s?(?i:[ap]\.?m)\b|\b\d+(?:st|nd|rd|th)\b"
    r"|\b(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.? \d"
    r"|\b(?i:today|yesterday|tomorrow|tonight|ago|decades?|century|centuries)\b"
    r"|\b(?i:last|next|this|past|coming|early|late|mid)[ -](?:\w+ )?"
    r"(?:week|month|year|spring|summer|autumn|fall|winter)s?\b"
    r"|年|月|日"
)
_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
    r"|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?"
    r"|millions?|billions?|trillions?|dozens?|half|third|quarter|twice|once|both|single|several|couple)\b",
    re.IGNORECASE,
)
_ASKS_TIME = re.compile(
    r"\b(?:what|which|whats|what's|tell me the)\s+(?:is the |was the |exact |calendar )*"
    r"(?:year|date|day|month|time|century|decade)\b|\bwhen\b|\bhow (?:soon|recently|long ago)\b|\bsince when\b",
    re.IGNORECASE,
)
_ASKS_NUMBER = re.compile(
    r"\bhow (?:many|much|old|long|far|big|large|heavy|tall|high|deep|often|fast)\b"
    r"|\b(?:what|which) (?:number|percentage|percent|share|price|cost|amount|sum|weight|mass|size|age|count)\b"
    r"|\b(?:number|weight|mass|amount|percentage|cost|price|size) of\b",
    re.IGNORECASE,
)


HasForm = Callable[[str], bool]
"""Tells whether a sentence has the form of words that a question waits for."""


def expected_form(question: str) -> HasForm | None:
    """Return a test for sentences of the form that ``question`` waits for, None where it waits for none."""
    if _ASKS_TIME.search(question):
        return lambda sentence: _TIME.search(sentence) is not None
    if _ASKS_NUMBER.search(question):
        return lambda sentence: _NUMBER.search(sentence) is not None
    return None

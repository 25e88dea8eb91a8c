"""Questions that lean on what was asked before: what they speak of, and the same question standing alone.

Owns words and rules; nothing here searches. ``phrases`` finds what a question is about, ``leaning`` tells what in it
points back, ``mentions`` what it may point to, and ``complete`` puts them together. Which of several readings is right
is decided in ``ask``.
"""

"""What was asked before a question, asked anew: a question set names earlier questions, not their answers.

Owns that every conversation is gone through as a person would, each of its questions completed from those before it.
"""

from dataclasses import dataclass, field

from eval.question_sets import Question
from qa.ask import Asker
from qa.records import Reply


@dataclass(frozen=True, slots=True)
class Replay:
    """Conversations with one index."""

    asker: Asker
    known: dict[tuple[str, ...], Reply] = field(default_factory=dict)
    """The reply to the last of some questions, asked one after the other."""

    def before(self, question: Question) -> tuple[Reply, ...]:
        """Return the replies to the history of a question, oldest first; each conversation is gone through once."""
        replies: tuple[Reply, ...] = ()
        for count, earlier in enumerate(question.history, start=1):
            asked = question.history[:count]
            if asked not in self.known:
                self.known[asked] = self.asker.ask(earlier, after=replies)
            replies = (*replies, self.known[asked])
        return replies

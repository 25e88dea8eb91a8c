"""Everything a user can cause, as one family. The command maps each kind to an exit code (``qa.diagnostics``)."""


class UserError(Exception):
    """One sentence that says what is wrong, and one that says what to do about it."""


class UsageError(UserError):
    """The command was called with something it cannot work with."""


class NothingIndexed(UserError):
    """There is no index, or it holds no article."""


class IndexDamaged(UserError):
    """A file of the index is not what was written."""


class IndexTooNew(IndexDamaged):
    """The newest generation was written by a newer version; nobody passes over it or repairs it."""


class ModelUnavailable(UserError):
    """The embedding model is missing, altered, or another one than the index was built with."""


class Busy(UserError):
    """Another process is writing this index."""


class BadQuestions(UserError):
    """A question set has errors; the message lists all of them, with file and line."""


class NotAnArticle(Exception):
    """The file holds nothing that can be indexed; the message is the reason, for a list of skipped files."""

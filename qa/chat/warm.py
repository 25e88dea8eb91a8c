"""An asker that is opened while a person is already typing, stays warm, and follows its index.

Owns when the index is opened, and when again. How it is opened belongs to ``session``; what is asked, to the chat.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from index import manifest as manifests
from index.errors import UserError
from qa.beside import Beside
from qa.chat.choosing import Entry, entries
from qa.records import Reply

if TYPE_CHECKING:
    from index.store import Index
    from qa.ask import Asker


class NotOpened(Exception):
    """The index or a model could not be opened, so that nothing can be asked; ``reason`` is what to tell."""

    def __init__(self, reason: UserError) -> None:
        super().__init__(str(reason))
        self.reason = reason


class Warm:
    """The newest generation of an index, ready as soon as it can be."""

    def __init__(
        self,
        folder: Path,
        opening: Callable[[], "Asker"],
        reopening: Callable[["Asker"], "Asker"],
        tell: Callable[[str], None],
    ) -> None:
        self._folder, self._opening, self._reopening, self._tell = folder, opening, reopening, tell
        self._loading: Beside[Asker] | None = None
        self._asker: Asker | None = None
        self._seen = 0
        self._entries: tuple[int, tuple[Entry, ...]] = (0, ())

    def begin(self) -> None:
        """Begin to open the index beside what goes on, unless that has begun."""
        if self._loading is None:
            self._seen = self._newest()
            self._loading = Beside(self._opening)

    @property
    def opened(self) -> bool:
        """Whether questions can be asked at once."""
        return self._asker is not None

    @property
    def loading(self) -> bool:
        """Whether it is being opened still."""
        return self._loading is not None and self._loading.under_way

    def asker(self) -> "Asker":
        """Return the asker, once it is opened. Raises NotOpened where it cannot be."""
        if self._asker is None:
            self.begin()
            assert self._loading is not None
            try:
                self._asker = self._loading.result()
            except UserError as error:
                raise NotOpened(error) from None
            self._seen = max(self._seen, self._asker.index.manifest.generation)
        return self._asker

    @property
    def index(self) -> "Index":
        """The generation that was asked last."""
        return self.asker().index

    def ask(
        self,
        question: str,
        k: int = 1,
        *,
        explained: bool = False,
        only: str | None = None,
        after: Sequence[Reply] = (),
    ) -> Reply:
        """Ask the newest generation, as ``Asker.ask`` does."""
        self._follow()
        return self.asker().ask(question, k, explained=explained, only=only, after=after)

    def entries(self) -> tuple[Entry, ...]:
        """Return the articles that can be chosen; none while the index is being opened."""
        if self._asker is None and (self._loading is None or self.loading):
            return ()
        index = self.asker().index
        if self._entries[0] != index.manifest.generation:
            self._entries = index.manifest.generation, entries(index.articles())
        return self._entries[1]

    def _newest(self) -> int:
        return max(manifests.generations(self._folder), default=self._seen)

    def _follow(self) -> None:
        """Go over to a newer generation, where there is one, and say so."""
        asker = self.asker()
        newest = self._newest()
        if newest == self._seen:
            return
        self._seen = newest
        try:
            self._asker = self._reopening(asker)
        except UserError as error:
            self._tell(f"The index was updated and cannot be opened: {error} Until then, the one from before is asked.")
            return
        count = self._asker.index.manifest.articles
        self._tell(f"The index was updated: {count} article{'' if count == 1 else 's'} now.")

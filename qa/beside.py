"""Work done on a thread of its own while this one goes on.

Owns waiting for it, and handing its error on. Lighter to load than the pools of the standard library, which matters
where one question is all that is asked.
"""

from collections.abc import Callable
from threading import Event, Thread
from typing import Generic, TypeVar

T = TypeVar("T")


class Beside(Thread, Generic[T]):
    """A piece of work under way."""

    def __init__(self, work: Callable[[], T]) -> None:
        super().__init__(daemon=True)
        self._work = work
        self._done: list[T] = []
        self._error: BaseException | None = None
        self._ended = Event()  # joining a thread, once interrupted, takes it for ended (Python 3.11)
        self.start()

    def run(self) -> None:
        """Do the work and keep what came of it."""
        try:
            self._done.append(self._work())
        except BaseException as error:  # whatever it is, it is raised again where the work was asked for
            self._error = error
        self._ended.set()

    @property
    def under_way(self) -> bool:
        """Whether the work is not done yet."""
        return not self._ended.is_set()

    def result(self) -> T:
        """Return what the work returned, once it is done; raises what it raised. Waiting can be interrupted."""
        self._ended.wait()
        if self._error is not None:
            raise self._error
        return self._done[0]

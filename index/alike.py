"""What a person may have meant who mistyped a name or a path: the nearest that is there, where one is near enough.

Owns how near that is, and the words that offer it. Which names there are is said by whoever knows them.
"""

import os
from collections.abc import Iterable
from pathlib import Path

NEAR = 0.6
"""Likeness, 0 to 1, from which a name is offered: at most about every third character differs."""
LOOKED_AT = 5000
"""Entries of a folder among which a misspelt one is looked for; comparing more would be felt."""


def alike(given: str, names: Iterable[str], most: int = 1) -> tuple[str, ...]:
    """Return up to ``most`` names that are near enough to ``given``, the nearest first; upper case is no difference."""
    from difflib import get_close_matches  # not needed while nothing is mistyped

    folded: dict[str, str] = {}
    for name in names:
        folded.setdefault(name.casefold(), name)
    return tuple(folded[match] for match in get_close_matches(given.casefold(), folded, most, NEAR))


def alike_path(path: Path) -> Path | None:
    """Return the path that is there and most like ``path``, which is not; None where no name on it is near enough."""
    sound, missing = path, list[str]()
    while not os.path.lexists(sound) and sound.name:
        missing.insert(0, sound.name)
        sound = sound.parent
    for name in missing:
        exact = sound / name
        found = exact if os.path.lexists(exact) else _sibling(sound, name)
        if found is None:
            return None
        sound = found
    return sound if missing else None


def offer(found: Iterable[str | Path]) -> str:
    """Return a question that offers what was found, with a space before it; empty where nothing was."""
    names = " or ".join(map(str, found))
    return f" Did you mean {names}?" if names else ""


def offer_path(path: Path) -> str:
    """Return a question that offers the path that ``path`` is most like; empty where there is none."""
    found = alike_path(path)
    return offer([found]) if found else ""


def _sibling(folder: Path, name: str) -> Path | None:
    """Return what in ``folder`` is most like ``name``; hidden names only where that is hidden."""
    names: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith(".") == name.startswith("."):
                    names.append(entry.name)
                if len(names) == LOOKED_AT:
                    break
    except OSError:
        return None
    return next((folder / match for match in alike(name, sorted(names))), None)

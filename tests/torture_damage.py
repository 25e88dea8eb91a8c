"""Damage: whatever happens to a file of an index is noticed, never answered from, and can be repaired.

Proved, for every kind of file, each of Lucene's damages (gone, zeros, half, one bit flipped, cut to
nothing or by a byte, garbage appended) at head, middle and end, and for bits flipped at random: opening
or verifying says so; whatever is still answered is a literal piece of an article; a repair brings back
the same answers, and embeds nothing whose vector was undamaged.
"""

import contextlib
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from unittest.mock import patch

from conftest import FakeEmbedder
from torture_base import QUESTIONS, Counts, Said, World, fake_model, new_world, note, ranking, said, sentences
from torture_faults import Faulty, Killed
from torture_harm import Damage, damages, flipped
from torture_power import recovers

from index import files
from index import manifest as manifests
from index.errors import IndexDamaged, UserError
from index.store import open_index
from index.verify import verify
from qa.ask import Asker


@dataclass(frozen=True)
class _World(World):
    """A world that remembers its articles and its index one generation ago."""

    earlier: dict[str, str]
    earlier_said: list[Said] = field(default_factory=list)


@contextlib.contextmanager
def _damaged_world() -> Iterator[tuple["_World", Path]]:
    """Give a world whose index has two segments and a removed article, and an untouched copy of that index."""
    with fake_model(), new_world("abcdefghijklmnopqrst", count=2) as plain:
        world = _World(plain.articles, plain.index, plain.truth())
        world.update()
        world.earlier_said.append(said(world.index))
        world.change()
        world.update()
        kept = world.index.with_name("kept")
        shutil.copytree(world.index, kept)
        yield world, kept


def _restore(world: _World, kept: Path) -> None:
    shutil.rmtree(world.index)
    shutil.copytree(kept, world.index)


def harmed(world: World, name: str, damage: Damage) -> bool:
    """Do ``damage`` to a file and tell whether that changed anything."""
    path = world.index / name
    data = path.read_bytes()
    left = damage(data)
    if left is None:
        path.unlink()
    else:
        path.write_bytes(left)
    return left != data


def noticed(folder: Path) -> str | None:
    """Return who notices that an index is damaged: opening it, or verifying it."""
    try:
        if open_index(folder).faults:
            return "open"
    except IndexDamaged:
        return "open"
    try:
        return "verify" if any(one.fault for one in verify(folder) if not one.subject.startswith("model")) else None
    except IndexDamaged:
        return "verify"


def wrong_citations(folder: Path, truth: dict[str, str], earlier: dict[str, str]) -> int:
    """Return how many snippets, asked for in every way there is, are not what stands in their article.

    A reader that fell back a generation may cite the article as it was earlier, marked as changed.
    """
    wrong = 0
    for degraded in (False, True):
        try:
            asker = Asker(open_index(folder, degraded=degraded), FakeEmbedder())
            replies = [asker.ask(question, 20) for question in QUESTIONS]
        except UserError:
            continue
        for answer in (answer for reply in replies for answer in reply.ranked):
            for cited in (answer.citation, *answer.also):
                text = (earlier if cited.changed else truth).get(cited.article, "")
                wrong += text[cited.start : cited.end] != answer.snippet and cited is answer.citation
                wrong += answer.text not in text
    return wrong


def one_damage(world: _World, name: str, damage: Damage, before: object) -> Counts:
    """Damage one file, look, repair, and look again."""
    counts: Counts = Counter(tried=0, at_open=0, at_verify=0, older=0, unnoticed=0, wrong=0, traceback=0, unrepaired=0)
    if not harmed(world, name, damage):
        return counts
    counts["tried"] = 1
    try:
        by = noticed(world.index)
        counts["wrong"] += wrong_citations(world.index, world.truth(), world.earlier)
        counts[f"at_{by}" if by else "older" if _fell_back(world, name) else "unnoticed"] += 1
    except Exception as error:  # any but a UserError is a traceback for the user
        note(f"{name} damaged: {type(error).__name__}: {error}")
        counts["traceback"] += 1
    embedder = FakeEmbedder()
    try:
        # where the only list of what there is is gone, so are the roots; they are named
        world.update(embedder, repair=True)
        counts["unrepaired"] += (said(world.index), ranking(world.index)) != before or noticed(world.index) is not None
    except Exception as error:
        note(f"{name} not repaired: {type(error).__name__}: {error}")
        counts["unrepaired"] += 1
    counts[f"embedded_for_{_kind(name)}"] = len(embedder.asked)
    return counts


def _kind(name: str) -> str:
    if name.startswith("manifest"):
        return "manifest"
    return "vectors" if name.endswith((".vectors.faiss", ".sentences.half")) else "undamaged_vectors"


def _fell_back(world: _World, name: str) -> bool:
    """Tell whether the newest manifest is gone without a trace, and the index the one before, all of it.

    Nothing can notice that: so looks an index whose last update was killed.
    """
    return not (world.index / name).exists() and _kind(name) == "manifest" and [said(world.index)] == world.earlier_said


def names_of(folder: Path) -> list[str]:
    """Return every file of the current generation, its manifest first."""
    return sorted(manifests.read_newest(folder).file_names(), key=lambda name: (not name.startswith("man"), name))


LARGE = {"CHECKED_AT_OPEN": -1, "MAPPED_FROM": 1}
"""Every file that holds anything is mapped, and has its checksum taken only when asked."""


def damage_matrix(*, large: bool = False, every: int = 1) -> Counts:
    """Do every damage to every file of an index, or one in ``every`` of all these.

    ``large`` lets all files count as too large for a check at open.
    """
    total: Counts = Counter(files=0)
    limit = patch.multiple(manifests, **LARGE) if large else contextlib.nullcontext()
    with _damaged_world() as (world, kept), limit:
        before = said(world.index), ranking(world.index)
        names = names_of(world.index)
        total["files"] = len(names)
        for name, (_, damage) in list(product(names, damages()))[::every]:
            total.update(one_damage(world, name, damage, before))
            _restore(world, kept)
    return dict(total)


def random_bits(count: int, *, large: bool = False) -> Counts:
    """Flip ``count`` bits at random, one at a time, in files chosen at random."""
    dice, total = random.Random(1), Counter()
    limit = patch.multiple(manifests, **LARGE) if large else contextlib.nullcontext()
    with _damaged_world() as (world, kept), limit:
        before = said(world.index), ranking(world.index)
        names = names_of(world.index)
        for _ in range(count):
            damage = flipped(lambda data: dice.randrange(8 * len(data)))
            total.update(one_damage(world, dice.choice(names), damage, before))
            _restore(world, kept)
    return dict(total)


def old_list_damaged() -> Counts:
    """Damage the manifest that a rollback would return to, then kill an update at each call: the next must work."""
    counts: Counts = Counter(tried=0, stuck=0)
    with _damaged_world() as (world, kept):
        world.write("later.txt", sentences("later"))
        for when in range(1, 9):
            for harm in (lambda data: bytes(len(data)), lambda data: None):
                harmed(world, manifests.manifest_name(1), harm)
                fault = Faulty("fsync", when, "killed")
                with patch.object(files, "os", fault), contextlib.suppress(Killed):
                    world.update()
                fault.bury()
                counts["tried"] += 1
                counts["stuck"] += not recovers(world)
                _restore(world, kept)
    return dict(counts)

"""Random histories of an index, against a plain dict of what it should hold.

Proved: after any sequence of articles added, edited, copied, renamed and removed, of updates whole and
crashed at any call, in steps and merging, of rollbacks, of damage and repair, the index says and ranks
what a fresh build of the articles in the dict does.
"""

import contextlib
import shutil
from typing import Any
from unittest.mock import patch

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from torture_base import NOTHING, Counts, Said, alike, fake_model, new_world, said, sentences
from torture_base import settings as sizes
from torture_damage import harmed, names_of, noticed
from torture_faults import CALLS, HOW, Faulty, Killed
from torture_harm import damages

from index import files
from index import manifest as manifests
from index.errors import NothingIndexed, UserError
from index.rollback import rollback

NAMES = st.sampled_from([f"{name}.txt" for name in "abcdefgh"])
TEXTS = st.integers(0, 30).map(lambda number: sentences(str(number), 1 + number % 4))
COUNTS: Counts = {}


def count(name: str) -> None:
    COUNTS[name] = COUNTS.get(name, 0) + 1


class Histories(RuleBasedStateMachine):
    """One index and its articles; ``live`` is what the index should hold, ``earlier`` what a rollback gives."""

    def __init__(self) -> None:
        super().__init__()
        self.exits = contextlib.ExitStack()
        self.exits.enter_context(fake_model())
        self.exits.enter_context(sizes(grace=0, step=400, segments=4))
        self.world = self.exits.enter_context(new_world(""))
        self.live: dict[str, str] = {}
        self.earlier: dict[str, str] | None = None
        self.whole = True
        count("histories")

    def teardown(self) -> None:
        self.exits.close()

    @rule(name=NAMES, text=TEXTS)
    def write(self, name: str, text: str) -> None:
        self.world.write(name, text)

    @rule(name=NAMES)
    def remove(self, name: str) -> None:
        (self.world.articles / name).unlink(missing_ok=True)

    @rule(name=NAMES, new=NAMES)
    def rename(self, name: str, new: str) -> None:
        if (self.world.articles / name).exists():
            (self.world.articles / name).rename(self.world.articles / new)

    @rule(name=NAMES, new=NAMES)
    def copy(self, name: str, new: str) -> None:
        if (self.world.articles / name).exists() and name != new:
            shutil.copyfile(self.world.articles / name, self.world.articles / new)

    @rule()
    def update(self) -> None:
        count("updates")
        with contextlib.suppress(NothingIndexed):  # no article, and no index either
            self.settle(self.world.update(prune=True).published)
        self.check()

    @rule(name=NAMES, text=TEXTS, call=st.sampled_from(CALLS), when=st.integers(1, 9), how=st.sampled_from(HOW))
    def crashed_update(self, name: str, text: str, call: str, when: int, how: str) -> None:
        self.world.write(name, text)
        fault = Faulty(call, when, how)
        with patch.object(files, "os", fault):
            try:
                self.settle(self.world.update(prune=True).published)
            except (UserError, Killed):
                self.look_after_crash()
            finally:
                fault.bury()
        count("crashes" if fault.injected else "updates")

    def look_after_crash(self) -> None:
        """What came of a crash: the old state, the new one, or some finished steps between them."""
        if not manifests.generations(self.world.index):
            assert not self.live
            return
        newest, found = manifests.read_newest(self.world.index), dict(said(self.world.index)[0])
        truth = self.world.truth()
        if found == self.live and newest.complete and self.whole:
            return  # nothing came of it, or nothing was to do
        if newest.complete:
            assert found == truth
            self.settle(True)
            return
        assert all(text in (self.live.get(path), truth.get(path)) for path, text in found.items())
        self.partly(found)

    def settle(self, published: bool) -> None:
        """Note what an update that ended well has made of the index."""
        if published:
            self.earlier = self.base if not self.whole else self.live_or_none()
            self.live, self.whole = self.world.truth(), True

    def partly(self, found: dict[str, str]) -> None:
        """Note what the finished steps of a crashed update have made of it."""
        if self.whole:
            self.base: dict[str, str] | None = self.live_or_none()
        self.earlier = self.base
        self.live, self.whole = found, False

    def live_or_none(self) -> dict[str, str] | None:
        """Return what the index holds, None where there is no index."""
        return self.live if manifests.read_newest(self.world.index).base is not None else None

    @precondition(lambda self: self.earlier is not None)
    @rule()
    def roll_back(self) -> None:
        count("rollbacks")
        rollback(self.world.index)
        if self.whole:
            self.live, self.earlier = self.earlier, self.live
        else:
            self.live, self.earlier, self.whole, self.base = self.earlier, self.live, True, None
        self.check()

    @precondition(lambda self: self.live and self.held())
    @rule(data=st.data(), damage=st.sampled_from([damage for _, damage in damages()]))
    def damage_and_repair(self, data: Any, damage: Any) -> None:
        name = data.draw(st.sampled_from(names_of(self.world.index)[1:]))  # a lost manifest has its own proof
        if harmed(self.world, name, damage):
            count("repairs")
            assert noticed(self.world.index)
            self.settle(self.world.update(prune=True, repair=True).published)
            self.earlier = None  # the generation before may have needed the damaged file
            assert not noticed(self.world.index)
            self.check()

    def held(self) -> bool:
        """Tell whether there is an index with anything in it."""
        found = manifests.generations(self.world.index)
        return bool(found) and bool(manifests.read_newest(self.world.index).segments)

    def check(self) -> None:
        """Compare the index with a fresh build of what it should hold."""
        count("comparisons")
        if not self.live and not manifests.generations(self.world.index):
            return
        found: Said = said(self.world.index)
        assert dict(found[0]) == self.live
        assert alike(self.world.index, self.live) if self.live else found == NOTHING


def histories(examples: int, steps: int) -> Counts:
    """Live through ``examples`` histories of ``steps`` steps each, and return how often each thing was done."""
    COUNTS.clear()
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=True,
            deadline=None,
            database=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
    return dict(COUNTS)

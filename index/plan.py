"""What an update has to do, decided from two maps of digests before anything is written. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from index.records import ArticleKey


@dataclass(frozen=True, slots=True)
class Plan:
    """Every article of before and after in exactly one place. All tuples are sorted."""

    added: tuple[ArticleKey, ...]
    changed: tuple[ArticleKey, ...]
    removed: tuple[ArticleKey, ...]
    renamed: tuple[tuple[ArticleKey, ArticleKey], ...]
    """(old, new): gone under one name and there under another, with the same content."""
    kept: tuple[ArticleKey, ...]

    @property
    def written(self) -> tuple[ArticleKey, ...]:
        """The articles that have to be stored anew."""
        return tuple(sorted([*self.added, *self.changed, *(new for _, new in self.renamed)]))

    @property
    def dropped(self) -> tuple[ArticleKey, ...]:
        """The articles whose stored form is no longer current."""
        return tuple(sorted([*self.removed, *self.changed, *(old for old, _ in self.renamed)]))

    def __bool__(self) -> bool:
        """Tell whether there is anything to do."""
        return bool(self.added or self.changed or self.removed or self.renamed)


def make_plan(before: Mapping[ArticleKey, str], after: Mapping[ArticleKey, str]) -> Plan:
    """Return what turns ``before`` into ``after``; both map an article to the digest of its content."""
    gone = sorted(before.keys() - after.keys())
    new = sorted(after.keys() - before.keys())
    waiting: dict[str, list[ArticleKey]] = {}
    for key in new:
        waiting.setdefault(after[key], []).append(key)
    renamed = [(old, waiting[before[old]].pop(0)) for old in gone if waiting.get(before[old])]
    left, came = {old for old, _ in renamed}, {key for _, key in renamed}
    both = sorted(before.keys() & after.keys())
    return Plan(
        added=tuple(key for key in new if key not in came),
        changed=tuple(key for key in both if before[key] != after[key]),
        removed=tuple(key for key in gone if key not in left),
        renamed=tuple(renamed),
        kept=tuple(key for key in both if before[key] == after[key]),
    )

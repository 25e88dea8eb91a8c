"""What ``qa index``, ``qa status`` and ``qa verify`` print, as text and as JSON payloads. Writes nothing."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from index.plan import Plan
from index.scan import Skipped
from index.sources import Scope, location
from qa.sanitise import name, one_line
from qa.show.places import shown_path

if TYPE_CHECKING:
    from index.build import Update
    from index.manifest import Manifest
    from index.status import Status
    from index.verify import Finding

LISTED = 20
"""Names shown of each kind; JSON lists them all."""


def update_text(update: "Update", *, dry: bool) -> str:
    """Return what an update did, article by article, and the sum."""
    plan = update.plan
    sum_line = (
        f"{update.articles} articles, {update.passages} passages in {name(shown_path(str(update.folder)))} "
        f"(generation {update.generation})"
    )
    if dry:
        damage = "".join(f"damaged: {file}\n" for file in update.damaged)
        return (
            f"{damage}{_changes(plan)}Nothing was written: this was a dry run. "
            f"{_counts(plan).capitalize()}; {update.written} articles would be stored anew.\n"
        )
    found = "".join(f"damaged: {file} (moved to quarantine/)\n" for file in update.damaged)
    if not update.published:
        return f"Nothing to do: {sum_line}.\n"
    return f"{found}{_changes(plan)}{_counts(plan).capitalize()}; {update.embedded} passages embedded.\n{sum_line}.\n"


def update_payload(update: "Update", *, dry: bool) -> dict[str, Any]:
    """Return what ``qa index --json`` prints."""
    return {
        "version": 1,
        "dry_run": dry,
        "published": update.published,
        "generation": update.generation,
        "articles": update.articles,
        "passages": update.passages,
        "embedded": update.embedded,
        "damaged": list(update.damaged),
        **_plan_payload(update.plan, update.skipped, update.withheld),
    }


def rollback_text(manifest: "Manifest") -> str:
    """Return what a rollback came back to."""
    return (
        f"Back to {manifest.articles} articles, {manifest.passages} passages (now generation {manifest.generation}). "
        "`qa index` takes up the articles as they are on the disk; `qa index --rollback` undoes this.\n"
    )


def rollback_payload(manifest: "Manifest") -> dict[str, Any]:
    """Return what ``qa index --rollback --json`` prints."""
    return {
        "version": 1,
        "generation": manifest.generation,
        "articles": manifest.articles,
        "passages": manifest.passages,
    }


def left_out(skipped: Sequence[Skipped], withheld: Sequence[Scope]) -> list[str]:
    """Return a sentence for each file that was left out and each root that seems to be gone."""
    return [f"Skipped {name(shown_path(str(skip.path)))}: {one_line(skip.reason)}." for skip in skipped] + [
        f"{name(shown_path(str(scope.location)))} is gone or empty; its articles stay in the index. "
        "If that is meant, run `qa index --prune`."
        for scope in withheld
    ]


def status_text(status: "Status") -> str:
    """Return what is indexed and what changed since."""
    manifest, plan = status.manifest, status.scan.plan
    roots = "".join(f"\n  {name(root)}" for root in manifest.roots)
    state = f"{_changes(plan)}Run `qa index` to take this up.\n" if plan else "Nothing changed since.\n"
    fitted = "" if manifest.threshold is None else f"answers count from a confidence of {manifest.threshold:.2f} on\n"
    return (
        f"{manifest.articles} articles, {manifest.passages} passages, {status.bytes / 1e6:.1f} MB "
        f"in {name(shown_path(str(status.folder)))} (generation {manifest.generation})\n"
        f"model: {one_line(manifest.model.name)}, {manifest.model.dim} numbers a passage\n{fitted}"
        f"roots:{roots}\n{state}"
    )


def status_payload(status: "Status") -> dict[str, Any]:
    """Return what ``qa status --json`` prints."""
    manifest = status.manifest
    return {
        "version": 1,
        "index": str(status.folder),
        "generation": manifest.generation,
        "articles": manifest.articles,
        "passages": manifest.passages,
        "bytes": status.bytes,
        "model": {"name": manifest.model.name, "fingerprint": manifest.model.fingerprint, "dim": manifest.model.dim},
        "roots": list(manifest.roots),
        "threshold": manifest.threshold,
        "stale": bool(status.scan.plan),
        **_plan_payload(status.scan.plan, status.scan.skipped, status.scan.withheld),
    }


def verify_text(found: "Sequence[Finding]") -> str:
    """Return one line a file, and what is wrong with it."""
    rows = [
        f"{'ok     ' if finding.fault is None else 'DAMAGED'} {one_line(finding.subject)}"
        + (f": {one_line(finding.fault)}" if finding.fault else "")
        for finding in found
    ]
    faults = sum(1 for finding in found if finding.fault)
    remedy = " Run `qa index --repair`." if any(finding.fault and finding.of_index for finding in found) else ""
    end = f"{faults} damaged.{remedy}" if faults else "All is well."
    return "\n".join([*rows, end]) + "\n"


def verify_payload(found: "Sequence[Finding]") -> dict[str, Any]:
    """Return what ``qa verify --json`` prints."""
    return {
        "version": 1,
        "ok": not any(finding.fault for finding in found),
        "files": [{"name": finding.subject, "fault": finding.fault} for finding in found],
    }


def _plan_payload(plan: Plan, skipped: Sequence[Skipped], withheld: Sequence[Scope]) -> dict[str, Any]:
    return {
        "added": [str(location(key)) for key in plan.added],
        "changed": [str(location(key)) for key in plan.changed],
        "removed": [str(location(key)) for key in plan.removed],
        "renamed": [[str(location(old)), str(location(new))] for old, new in plan.renamed],
        "kept": len(plan.kept),
        "skipped": [{"path": str(skip.path), "reason": skip.reason} for skip in skipped],
        "withheld": [str(scope.location) for scope in withheld],
    }


def _counts(plan: Plan) -> str:
    kinds = (("added", plan.added), ("changed", plan.changed), ("removed", plan.removed), ("renamed", plan.renamed))
    named = [f"{len(keys)} {kind}" for kind, keys in kinds if keys]
    return ", ".join([*named, f"{len(plan.kept)} unchanged"])


def _changes(plan: Plan) -> str:
    signs = [
        *(("+", shown_path(str(location(key)))) for key in plan.added),
        *(("~", shown_path(str(location(key)))) for key in plan.changed),
        *(("-", shown_path(str(location(key)))) for key in plan.removed),
        *((">", f"{shown_path(str(location(old)))} -> {shown_path(str(location(new)))}") for old, new in plan.renamed),
    ]
    rows = [f"{sign} {name(path)}" for sign, path in signs[:LISTED]]
    if len(signs) > LISTED:
        rows.append(f"  and {len(signs) - LISTED} more")
    return "".join(f"{row}\n" for row in rows)

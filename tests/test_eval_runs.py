"""Runs as files: what is saved is what is loaded, and what is damaged is told."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from runs_by_hand import CONFIG, RIGHT, SILENT, WRONG, run

from eval.runs import Run, code_version, load, payload, save
from index.errors import UsageError
from qa.stages import Loss, Stages

LOST = replace(WRONG, loss=Loss.RANKING, stages=Stages(1, 2, 3, None, 4))
MADE = run([RIGHT, LOST, SILENT] * 5)


def test_what_is_saved_is_what_is_loaded(tmp_path: Path) -> None:
    save(tmp_path / "run.json", MADE)
    assert load(tmp_path / "run.json") == MADE
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


def test_payload_has_the_shape_of_the_contract() -> None:
    data = json.loads(json.dumps(payload(MADE), allow_nan=False))
    assert (data["version"], data["questions"], len(data["per_question"])) == (1, 15, 15)
    assert data["measures"]["hit@1"] == {
        "mean": 0.5,
        "low": data["measures"]["hit@1"]["low"],
        "high": pytest.approx(0.8, abs=0.1),
    }
    assert all(list(measure) == ["mean", "low", "high"] for measure in data["measures"].values())
    row = data["per_question"][1]
    assert {name: row[name] for name in ("id", "answerable", "answered", "right", "loss")} == {
        "id": "q2",
        "answerable": True,
        "answered": True,
        "right": False,
        "loss": "lost in ranking",
    }
    assert row["ranking"][1] == {"article": "c d.txt", "start": 0, "end": 9, "hits": []}
    assert row["stages"] == {"articles": 1, "passages": 2, "by_meaning": 3, "by_words": None, "rank": 4}
    assert data["losses"] == dict.fromkeys(map(str, Loss), 0) | {"lost in ranking": 5}
    assert data["run"]["fingerprint"] == "f" * 64


def test_payload_gives_null_where_nothing_can_be_measured() -> None:
    data = json.loads(json.dumps(payload(run([SILENT])), allow_nan=False))
    for name in ("hit@1", "answer@1", "abstain_auroc", "coverage", "answered_precision", "citation_precision"):
        assert data["measures"][name] == {"mean": None, "low": None, "high": None}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.update(version=2),
        lambda data: data.pop("run"),
        lambda data: data["run"].pop("model"),
        lambda data: data["per_question"][0].pop("confidence"),
        lambda data: data["per_question"][0]["measures"].update({"hit@1": 7}),
        lambda data: data["per_question"][0].update(loss="bad luck"),
        lambda data: data["per_question"][0].update(surprise=1),
        lambda data: data["per_question"][1].update(id="q1"),
        lambda data: data["per_question"][0].update(latency_ms=float("nan")),
        lambda data: data["per_question"][0].update(confidence=1.5),
        lambda data: data["per_question"][0].update(question=None),
        lambda data: data["per_question"][0].update(right=1),
        lambda data: data["run"].update(threshold="x"),
        lambda data: data["run"].update(date=7),
    ],
    ids=[
        "version",
        "no config",
        "no model",
        "no confidence",
        "no share",
        "no stage",
        "unknown key",
        "id twice",
        "no time",
        "too sure",
        "no question",
        "no flag",
        "no threshold",
        "no date",
    ],
)
def test_a_file_that_is_no_run_is_refused(tmp_path: Path, spoil: object) -> None:
    data = json.loads(json.dumps(payload(MADE)))
    spoil(data)  # type: ignore[operator]
    (tmp_path / "run.json").write_text(json.dumps(data))
    with pytest.raises(UsageError, match=r"run\.json is not a run of `qa eval`"):
        load(tmp_path / "run.json")


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b"[" * 100_000, b"null", b'{"version": 1}'])
def test_a_file_of_something_else_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "run.json").write_bytes(content)
    with pytest.raises(UsageError, match=r"is not a run of `qa eval`"):
        load(tmp_path / "run.json")


def test_a_run_that_cannot_be_read_or_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot be read \(No such file"):
        load(tmp_path / "none.json")
    with pytest.raises(UsageError, match=r"cannot be written to .* \(No such file"):
        save(tmp_path / "none" / "run.json", MADE)


def test_a_run_saved_twice_is_whole_and_the_second(tmp_path: Path) -> None:
    save(tmp_path / "run.json", MADE)
    save(tmp_path / "run.json", Run(CONFIG, run([RIGHT]).report))
    assert load(tmp_path / "run.json").report.questions == 1


def test_code_version_names_the_release_and_the_sources() -> None:
    release, digest = code_version().split("+")
    assert release == "0.1.0"
    assert len(digest) == 12
    assert int(digest, 16) >= 0


@pytest.mark.parametrize("name", ["index/made.py", "qa/made.py", "eval/made.py", "eval/page/made.py"])
def test_code_version_changes_with_a_source_in_any_room(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eval.runs.files", lambda package: tmp_path / package)
    made = tmp_path / name
    made.parent.mkdir(parents=True)
    versions = []
    for source in (None, "ONE = 1\n", "ONE = 2\n", "ONE = 1\n"):
        if source:
            made.write_text(source)
        code_version.cache_clear()
        versions.append(code_version())
    made.rename(made.with_name("moved.py"))
    code_version.cache_clear()
    versions.append(code_version())
    code_version.cache_clear()
    assert versions[1] == versions[3]
    assert len(set(versions)) == 4

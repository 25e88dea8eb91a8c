"""The command as the shell sees it: real processes, exit codes, and what stands on which stream."""

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from index import exports
from index import manifest as manifests
from index.build import Wish, update
from index.calibration import store
from index.embed import OnnxEmbedder

QUESTION = "When did Chang'e-4 land on the far side of the Moon?"
JANUARY = "On January 3, China's Chang'e-4 probe became the first spacecraft to make a soft landing"
UNKNOWN = "What did the baker of Bern sell on Tuesday?"
ARTICLE = "Kites over Bern\n\nThe red kite was seen over Bern on May 5, 2021.\n"
COMMANDS = ("ask", "chat", "index", "status", "verify", "eval", "doctor")

Done = subprocess.CompletedProcess[str]
Qa = Callable[..., Done]


def qa_in(folder: Path, *arguments: str | Path, env: Mapping[str, str | None] | None = None, stdin: str = "") -> Done:
    """Run qa in ``folder``; a variable that ``env`` gives as None is taken away."""
    changed = {"HOME": str(folder.parent / "home"), "QA_INDEX": None, "NO_COLOR": None, **(env or {})}
    environment = {key: value for key, value in {**os.environ, **changed}.items() if value is not None}
    command = [sys.executable, "-P", "-m", "qa", *map(str, arguments)]
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        check=False,
        timeout=120,
    )


@pytest.fixture
def qa(tmp_path: Path) -> Qa:
    return lambda *arguments, **how: qa_in(tmp_path, *arguments, **how)


@pytest.fixture
def kites(tmp_path: Path, embedder: OnnxEmbedder) -> Path:
    """An index of one article, ./.qa, in the folder where qa runs."""
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "kites.txt").write_text(ARTICLE)
    update(tmp_path / ".qa", Wish(paths=(tmp_path / "articles",)), lambda _: embedder)
    return tmp_path / ".qa"


def assert_refused(done: Done, code: int, *words: str) -> None:
    """Nothing on stdout, and on stderr what is wrong and what to do, in one paragraph."""
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stderr.endswith((".\n", "?\n", '"\n'))
    assert all(word in done.stderr for word in words), done.stderr


def reseal(manifest: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change a manifest and give it the checksum that belongs to it."""
    content = json.loads(manifest.read_bytes())
    del content["crc32"]
    change(content)
    plain = json.dumps(content, sort_keys=True, separators=(",", ":"))
    manifest.write_text(json.dumps({**content, "crc32": zlib.crc32(plain.encode("ascii"))}))


# What is refused, and how.


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ask", ""], ["The question is blank"]),
        (["ask", " ", "\t"], ["The question is blank"]),
        (["ask", "why " * 20_000], ["80,000 characters", "50,000 are the most"]),
        (["ask", "-what is it"], ["put -- before it"]),
        (["ask", "what", "-k", "0"], ["-k 0"]),
        (["ask", "what", "-k", "-3"], ["-k -3"]),
        (["ask", "what", "-k", "many"], ["'-k'", ". See `qa ask --help`"]),
        (["ask", "-", "-k", "0"], ["-k 0"]),
        (["ask"], ["QUESTION"]),
        (["chat", "-k", "0"], ["-k 0"]),
        (["nonsense"], ["'nonsense'. See `qa"]),
        (["index", "no/such/folder"], ["no/such/folder does not exist"]),
        (["eval", "none.jsonl"], ["none.jsonl cannot be read", "No such file"]),
        (["index"], ["No folder of articles was named"]),
    ],
    ids=lambda value: " ".join(value)[:30],
)
def test_usage_errors_leave_with_two(arguments: list[str], words: list[str], qa: Qa, tmp_path: Path) -> None:
    assert_refused(qa(*arguments), 2, *words)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["aks", "what"], "No such command 'aks'. Did you mean 'ask'?"),
        (["statsu"], "No such command 'statsu'. Did you mean 'status'?"),
        (["xyzzy"], "No such command 'xyzzy'. See `qa --help`."),
        (["When did it land?"], 'To ask a question, put the command before it, as in: qa ask "Who said so?"'),
        (["who", "said", "so?"], 'To ask a question, put the command before it, as in: qa ask "Who said so?"'),
        (["status", "--jsn"], "No such option: --jsn. Did you mean --json?"),
        (["ask", "--whynot", "a.txt", "Who?"], "No such option: --whynot. Did you mean --why-not?"),
        (["--vers"], "No such option: --vers. Did you mean --version?"),
        (["index", "artcles"], "artcles does not exist. Did you mean articles?"),
        (["index", "artcles/2024-01"], "artcles/2024-01 does not exist. Did you mean articles/2024-10?"),
        (["index", "photos"], "photos does not exist. Give a folder of articles, or a .txt or .md file."),
        (["eval", "heldot"], "No question set is called heldot. Did you mean heldout?"),
        (["eval", "mine.json"], "mine.json cannot be read (No such file or directory). Did you mean mine.jsonl?"),
        (["eval", "dev", "--baseline", "run"], "The run run cannot be read (No such file or directory). Save one with"),
        (["eval", "dev", "--baseline", "befor.json"], "(No such file or directory). Did you mean before.json?"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_what_is_mistyped_is_answered_with_the_nearest(arguments: list[str], said: str, qa: Qa, tmp_path: Path) -> None:
    (tmp_path / "articles" / "2024-10").mkdir(parents=True)
    for name in ("mine.jsonl", "before.json"):
        (tmp_path / name).write_text("")
    assert_refused(qa(*arguments), 2, said)


def test_a_question_set_that_ships_is_found_by_name(qa: Qa, tmp_path: Path) -> None:
    done = qa("eval", "dev")
    assert_refused(done, 2, "These questions are about the articles in ./seeds, and there is no such folder here.")
    (tmp_path / "dev").mkdir()
    assert_refused(qa("eval", "dev"), 2, "The folder dev is no question set.")


def test_how_sure_an_answer_must_be_is_for_the_asker_to_say(seed_index: Path, qa: Qa) -> None:
    sure, unsure = (
        qa("ask", QUESTION, "--min-confidence", least, "--index", seed_index, "--json") for least in ("0.1", "1.0")
    )
    assert (sure.returncode, unsure.returncode) == (0, 3)
    assert (
        json.loads(sure.stdout)["answers"][0]["text"] == json.loads(unsure.stdout)["nearest"][0]["text"] == "January 3"
    )
    assert_refused(qa("ask", QUESTION, "--min-confidence", "2"), 2, "--min-confidence", "0.0<=x<=1.0")


def test_without_the_reader_a_sentence_is_marked(seed_index: Path, qa: Qa) -> None:
    done = qa("ask", QUESTION, "--no-reader", "--index", seed_index)
    assert f"answer: {JANUARY}" in done.stdout


@pytest.mark.parametrize("command", [["ask", QUESTION], ["chat"], ["status"], ["verify"]], ids=lambda c: c[0])
def test_nothing_indexed_leaves_with_four(command: list[str], qa: Qa, tmp_path: Path) -> None:
    assert_refused(qa(*command), 4, "Nothing is indexed", "qa index FOLDER")
    assert list(tmp_path.iterdir()) == []


def test_empty_folder_leaves_with_four_and_writes_nothing(qa: Qa, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert_refused(qa("index", "empty"), 4, "no article in", "empty")
    assert not (tmp_path / ".qa").exists()


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"PK\x03\x04\0\0", "not a text file"), (b"caf\xe9 in Bern", "not UTF-8 (byte 3)"), (b" \n", "empty")],
)
def test_folder_without_one_article_leaves_with_four(data: bytes, reason: str, qa: Qa, tmp_path: Path) -> None:
    (tmp_path / "only").mkdir()
    (tmp_path / "only" / "file.txt").write_bytes(data)
    assert_refused(qa("index", "only"), 4, "file.txt", reason)


def test_mixed_folder_is_done_and_lists_what_was_skipped(qa: Qa, tmp_path: Path) -> None:
    (tmp_path / "mixed").mkdir()
    (tmp_path / "mixed" / "good.txt").write_text(ARTICLE)
    (tmp_path / "mixed" / "binary.txt").write_bytes(b"\0\1\2")
    (tmp_path / "mixed" / "latin.md").write_bytes(b"caf\xe9")
    done = qa("index", "mixed")
    assert done.returncode == 0
    assert "1 articles" in done.stdout
    assert "Skipped mixed/binary.txt: not a text file" in done.stderr
    assert "Skipped mixed/latin.md: not UTF-8 (byte 3)" in done.stderr


def test_damaged_file_leaves_with_four_and_is_named(kites: Path, qa: Qa) -> None:
    vectors = next(kites.glob("*.vectors.faiss"))
    data = bytearray(vectors.read_bytes())
    data[-1] ^= 1
    vectors.write_bytes(data)
    assert_refused(qa("ask", QUESTION), 4, vectors.name, "damaged", "qa index --repair")
    verified = qa("verify")
    assert (verified.returncode, verified.stderr) == (4, "")
    assert f"DAMAGED {vectors.name}" in verified.stdout.replace(f"{kites}/", "")


def test_missing_file_leaves_with_four_and_is_named(kites: Path, qa: Qa) -> None:
    next(kites.glob("*.sentences.half")).unlink()
    assert_refused(qa("ask", QUESTION), 4, "sentences.half is missing", "qa index --repair")


def test_manifest_of_a_newer_format_leaves_with_four(kites: Path, qa: Qa) -> None:
    manifest = next(kites.glob("manifest-*.json"))
    reseal(manifest, lambda content: content.update(format=manifests.FORMAT + 1))
    assert_refused(qa("ask", QUESTION), 4, manifest.name, "newer qa", "Upgrade")


def test_manifest_cut_short_leaves_with_four(kites: Path, qa: Qa) -> None:
    manifest = next(kites.glob("manifest-*.json"))
    manifest.write_bytes(manifest.read_bytes()[:100])
    assert_refused(qa("status"), 4, manifest.name, "damaged")


def test_index_of_another_model_leaves_with_five(kites: Path, qa: Qa) -> None:
    manifest = next(kites.glob("manifest-*.json"))
    reseal(manifest, lambda content: content["model"].update(fingerprint="0" * 64))
    assert_refused(qa("ask", QUESTION), 5, "another model", "qa index --rebuild")


def test_unknown_model_leaves_with_five(qa: Qa, tmp_path: Path) -> None:
    (tmp_path / "kites.txt").write_text(ARTICLE)
    assert_refused(qa("index", "kites.txt", "--model", "./no-such-model"), 5, "no-such-model")


def test_broken_question_set_leaves_with_one_and_all_errors(qa: Qa, tmp_path: Path) -> None:
    (tmp_path / "set.jsonl").write_text('{"id": "a", "question": "", "gold": []}\n\nnot json\n{"id": "a"}\n')
    done = qa("eval", "set.jsonl")
    assert (done.returncode, done.stdout) == (1, "")
    assert [line.split(": ")[0] for line in done.stderr.splitlines()] == [
        "set.jsonl:1",
        "set.jsonl:3",
        *["set.jsonl:4"] * 3,
    ]


def test_unwritable_place_leaves_with_one(qa: Qa, tmp_path: Path) -> None:
    (tmp_path / "kites.txt").write_text(ARTICLE)
    done = qa("index", "kites.txt", "--index", "kites.txt/below")
    assert_refused(done, 1, "cannot be written", "--index")


def test_busy_writer_leaves_with_75_and_asking_goes_on(kites: Path, qa: Qa, tmp_path: Path) -> None:
    (tmp_path / "articles" / "new.txt").write_text("Something new is in here.")
    with (kites / "LOCK").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert_refused(qa("index"), 75, "Another qa is updating")
        assert qa("ask", "When was the red kite seen over Bern?").returncode == 0
    assert qa("index").returncode == 0


# What is answered.


def test_ask_builds_from_seeds_first_and_says_so_on_stderr(qa: Qa, tmp_path: Path, seeds: Path) -> None:
    shutil.copytree(seeds, tmp_path / "seeds")
    done = qa("ask", QUESTION)
    assert done.returncode == 0
    assert JANUARY in done.stdout
    assert done.stdout.startswith("The successful landing of the Chang'e-4 probe")
    assert "seeds/000_c708b5ca41c84679.txt:5-6" in done.stdout
    assert "indexing the articles in ./seeds" in done.stderr
    again = qa("ask", QUESTION)
    assert (again.stdout, again.stderr) == (done.stdout, "")


@pytest.mark.parametrize(
    "arguments",
    [QUESTION.split(), ["-k", "1000000", "--", "-", *QUESTION.split()]],
    ids=["unquoted", "a huge k and a dash"],
)
def test_ask_takes_its_words_as_they_come(arguments: list[str], qa: Qa, seed_index: Path) -> None:
    done = qa("ask", "--index", seed_index, *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert JANUARY in done.stdout
    assert "\x1b" not in done.stdout


def test_ask_without_an_answer_leaves_with_three(qa: Qa, seed_index: Path) -> None:
    done = qa("ask", UNKNOWN, env={"QA_INDEX": str(seed_index)})
    assert (done.returncode, done.stderr) == (3, "")
    assert done.stdout.startswith("Your articles do not say.\n\nNearest passages:\n\n[1]\n")


def test_ask_takes_bytes_that_are_no_text(qa: Qa, seed_index: Path) -> None:
    done = qa("ask", os.fsdecode(b"\xe9"), QUESTION, "--index", seed_index, "--json")
    assert (done.returncode in {0, 3}, done.stderr) == (True, "")
    assert json.loads(done.stdout)["question"] == f"\udce9 {QUESTION}"


def test_ask_leaves_nothing_in_the_home_folder(tmp_path: Path, seed_index: Path) -> None:
    # An environment without CI or any switch, in which a library may think that it is at somebody's home.
    environment = {key: os.environ[key] for key in ("PATH", "PYTHONPATH", "QA_CACHE") if key in os.environ}
    real = {} if "QA_CACHE" in environment else {"QA_CACHE": str(exports.cache())}
    command = [sys.executable, "-P", "-m", "qa", "ask", QUESTION, "--index", str(seed_index)]
    done = subprocess.run(
        command, cwd=tmp_path, env={**environment, **real, "HOME": str(tmp_path)}, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert list(tmp_path.rglob("*")) == []


def test_ask_reads_questions_from_stdin(qa: Qa, seed_index: Path) -> None:
    done = qa("ask", "-", "--json", "--index", seed_index, stdin=f"\ufeff{QUESTION}\r\n{UNKNOWN}\n\n")
    assert (done.returncode, done.stderr) == (0, "")
    replies = [json.loads(line) for line in done.stdout.splitlines()]
    assert [reply["question"] for reply in replies] == [QUESTION, UNKNOWN]
    assert [reply["answered"] for reply in replies] == [True, False]


@pytest.mark.parametrize("options", [["--json"], ["--json", "--explain", "-k", "9"], []], ids=" ".join)
def test_question_that_cannot_be_asked_is_named_by_its_line_and_the_others_are_answered(
    options: list[str], qa: Qa, seed_index: Path
) -> None:
    asked = [f"{QUESTION} \u2028 \x0b \x85 ", " \t ", "why " * 20_000, f"{UNKNOWN}\x1b[2J"]
    done = qa("ask", "-", *options, "--index", seed_index, stdin="\n".join(asked))
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        "Line 2 is blank and was passed over; give one question a line.",
        "Line 3 was passed over: The question has 79,999 characters, and 50,000 are the most. Ask something shorter.",
    ]
    if options:
        assert [json.loads(line)["question"] for line in done.stdout.splitlines()] == [QUESTION, asked[3]]
    else:
        assert [line for line in done.stdout.splitlines() if line.startswith("> ")] == [
            f"> {QUESTION}",
            f"> {UNKNOWN}\\u{{1b}}[2J",
        ]


def test_stdin_without_one_question_is_refused_before_anything_is_opened(qa: Qa) -> None:
    done = qa("ask", "-", stdin="\n" + "why " * 20_000)
    assert (done.returncode, done.stdout) == (2, "")
    assert [line.split(": ")[0] for line in done.stderr.splitlines()] == [
        "Line 1 is blank and was passed over; give one question a line.",
        "Line 2 was passed over",
        "No question on stdin can be asked. Give one a line, as in",
    ]


def test_questions_on_stdin_are_answered_as_they_come(seed_index: Path) -> None:
    command = [sys.executable, "-P", "-m", "qa", "ask", "-", "--json", "--index", str(seed_index)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for question in (QUESTION, UNKNOWN):
            process.stdin.write(f"{question}\n")
            assert json.loads(process.stdout.readline())["question"] == question
        process.stdin.close()
    assert process.returncode == 0


def test_plain_mode_is_asked_for_by_option_or_environment(qa: Qa, seed_index: Path) -> None:
    option = qa("ask", QUESTION, "--plain", "--index", seed_index)
    environment = qa("ask", QUESTION, "--index", seed_index, env={"QA_PLAIN": "1"})
    assert option.stdout.startswith("Answer:\nJanuary 3\n\nIn context:\nThe successful landing")
    assert environment.stdout == option.stdout
    assert qa("chat", "--plain", "--index", seed_index, stdin=QUESTION).stdout == option.stdout


@pytest.mark.parametrize(
    "env",
    [
        {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "HOME": None},
        {"PYTHONIOENCODING": "ascii", "NO_COLOR": "1", "TERM": "xterm"},
    ],
    ids=["C and no HOME", "ascii and NO_COLOR"],
)
def test_ask_works_in_a_poor_environment(env: dict[str, str | None], qa: Qa, seed_index: Path) -> None:
    done = qa("ask", "-k", "5", QUESTION, "--index", seed_index, env=env)
    assert (done.returncode, done.stderr) == (0, "")
    assert JANUARY in done.stdout
    assert "\x1b" not in done.stdout


def closing(seed_index: Path, redirection: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run qa with a stream closed by the shell."""
    command = [sys.executable, "-P", "-m", "qa", *arguments, "--index", str(seed_index)]
    script = f'"$@" {redirection}'
    return subprocess.run(
        ["sh", "-c", script, "sh", *command], cwd=seed_index.parent, capture_output=True, check=False, timeout=120
    )


def test_stdin_closed_is_no_matter_to_one_question(seed_index: Path) -> None:
    done = closing(seed_index, "<&-", "ask", QUESTION)
    assert (done.returncode, done.stderr) == (0, b"")
    assert JANUARY.encode() in done.stdout


@pytest.mark.parametrize(("command", "code"), [(["chat"], 0), (["ask", "-"], 2)], ids=["chat", "ask -"])
def test_stdin_closed_is_an_end_of_input(command: list[str], code: int, seed_index: Path) -> None:
    done = closing(seed_index, "<&-", *command)
    assert b"Traceback" not in done.stderr
    assert (done.returncode, done.stdout) == (code, b"")


@pytest.mark.parametrize("redirection", [">&-", "| head -c 1", ">&- 2>&-"])
def test_stdout_closed_is_silent(redirection: str, seed_index: Path) -> None:
    done = closing(seed_index, redirection, "ask", "-k", "100", QUESTION)
    assert done.stderr == b""
    assert done.returncode == 0


def test_stderr_closed_keeps_the_code_of_an_error(tmp_path: Path) -> None:
    assert closing(tmp_path / "index", "2>&-", "ask", QUESTION).returncode == 4


def test_qa_alone_says_in_three_lines_what_to_do_first(qa: Qa, tmp_path: Path, seeds: Path) -> None:
    last = "All commands: qa --help. When something does not work: qa doctor."

    def said(**env: str) -> list[str]:
        done = qa(env=env)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.splitlines()

    nothing = "Nothing is indexed here yet."
    assert said() == [nothing, "Index the folder of your .txt and .md files first: qa index FOLDER", last]
    (tmp_path / "seeds").mkdir()
    assert said() == [nothing, "Index the articles in ./seeds first: qa index seeds", last]
    shutil.copytree(seeds, tmp_path / "seeds", dirs_exist_ok=True)
    assert said() == [nothing, f'Try it on the articles in ./seeds: qa ask "{QUESTION}"', last]


def test_qa_alone_knows_the_index(kites: Path, qa: Qa) -> None:
    assert qa().stdout.startswith('1 article is indexed in .qa.\nAsk: qa ask "Who said so?", or stay')
    manifest = next(kites.glob("manifest-*.json"))
    manifest.write_bytes(b"{")
    done = qa()
    assert done.returncode == 0
    assert done.stdout.startswith("The index in .qa cannot be read.\nSee what is wrong and what to do: qa doctor\n")


def test_help_of_the_program_names_every_command(qa: Qa) -> None:
    done = qa("--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert all(command in done.stdout for command in COMMANDS)


@pytest.mark.parametrize("command", [*COMMANDS, ""])
def test_help_of_a_command_ends_in_examples_that_are_whole(command: str, qa: Qa) -> None:
    done = qa(*command.split(), "--help", env={"COLUMNS": "80"})
    assert (done.returncode, done.stderr) == (0, "")
    examples = done.stdout.split("\nExamples:\n")[1].splitlines()
    assert len(examples) >= 2
    assert all(line.startswith(f"  qa {command}") for line in examples)
    assert max(map(len, done.stdout.splitlines())) < 80


def test_help_groups_the_options(qa: Qa) -> None:
    shown = qa("ask", "--help").stdout
    groups = [line for line in shown.splitlines() if line.endswith(":") and not line.startswith(" ")]
    assert groups == ["Arguments:", "What is printed:", "How answers are found:", "Options:", "Examples:"]
    found = shown.split("How answers are found:")[1].split("Options:")[0]
    assert "--min-confidence" in found
    assert "--json" not in found


def test_version_is_that_of_the_distribution(qa: Qa) -> None:
    project = Path(__file__).parent.parent / "pyproject.toml"
    stated = next(line for line in project.read_text().splitlines() if line.startswith("version = ")).split('"')[1]
    done = qa("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"qa {stated}\n", "")


# Keeping an index.


def test_dry_run_writes_nothing(qa: Qa, tmp_path: Path) -> None:
    (tmp_path / "kites.txt").write_text(ARTICLE)
    done = qa("index", "kites.txt", "--dry-run")
    assert done.returncode == 0
    assert "+ kites.txt" in done.stdout
    assert "Nothing was written" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["kites.txt"]


def test_quiet_says_nothing_and_json_says_all(qa: Qa, tmp_path: Path) -> None:
    (tmp_path / "kites.txt").write_text(ARTICLE)
    (tmp_path / "bad.txt").write_bytes(b"\0")
    quiet = qa("index", ".", "--quiet")
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")
    (tmp_path / "more.md").write_text("# More kites\n\nA black kite came, too.\n")
    payload = json.loads(qa("index", "--json").stdout)
    assert payload["added"] == [str((tmp_path / "more.md").resolve())]
    assert (payload["version"], payload["published"], payload["generation"], payload["kept"]) == (1, True, 2, 1)
    assert payload["skipped"] == [
        {"path": str((tmp_path / "bad.txt").resolve()), "reason": "not a text file (it holds zero bytes)"}
    ]


def test_emptied_folder_is_kept_until_prune(kites: Path, qa: Qa, tmp_path: Path) -> None:
    (tmp_path / "articles" / "kites.txt").unlink()
    kept = qa("index")
    assert kept.returncode == 0
    assert "articles is gone or empty; its articles stay in the index" in kept.stderr
    assert json.loads(qa("status", "--json").stdout)["articles"] == 1
    pruned = json.loads(qa("index", "--prune", "--json").stdout)
    assert (len(pruned["removed"]), pruned["articles"]) == (1, 0)


def test_status_tells_added_changed_and_removed(kites: Path, qa: Qa, tmp_path: Path) -> None:
    assert "Nothing changed since." in qa("status").stdout
    folder = tmp_path / "articles"
    (folder / "leaving.txt").write_text("This one leaves soon.")
    qa("index", "--quiet")
    (folder / "kites.txt").write_text(ARTICLE + "One more line.\n")
    (folder / "new.txt").write_text("This one is new.")
    (folder / "leaving.txt").unlink()
    done = qa("status")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert {"+ articles/new.txt", "~ articles/kites.txt", "- articles/leaving.txt"} <= set(lines)
    payload = json.loads(qa("status", "--json").stdout)
    assert (payload["stale"], payload["articles"], payload["generation"]) == (True, 2, 2)


def test_verify_finds_a_sound_index_sound(kites: Path, qa: Qa) -> None:
    done = qa("verify")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("All is well.\n")


@contextlib.contextmanager
def without_write_bits(folder: Path) -> Iterator[None]:
    paths = [folder, *folder.iterdir()]
    modes = [path.stat().st_mode for path in paths]
    for path, mode in zip(paths, modes, strict=True):
        path.chmod(mode & ~0o222)
    try:
        yield
    finally:
        for path, mode in zip(paths, modes, strict=True):
            path.chmod(mode)


def test_asking_a_read_only_index_writes_nothing(kites: Path, qa: Qa) -> None:
    def state() -> list[tuple[str, int, bytes]]:
        return [(path.name, path.stat().st_mtime_ns, path.read_bytes()) for path in sorted(kites.iterdir())]

    before = state()
    with without_write_bits(kites):
        assert "May 5, 2021" in qa("ask", "When was the red kite seen over Bern?").stdout
        assert qa("status").returncode == qa("verify").returncode == 0
    assert state() == before


def test_eval_scores_a_set_of_ones_own(kites: Path, qa: Qa, tmp_path: Path) -> None:
    gold = [{"article": "kites.txt", "quote": "seen over Bern on May 5, 2021"}]
    asked = {"id": "k1", "question": "When was the red kite seen?", "answers": ["May 5, 2021"], "gold": gold}
    (tmp_path / "set.jsonl").write_text(json.dumps(asked))
    done = qa("eval", "set.jsonl", "--json")
    assert done.returncode == 0
    payload = json.loads(done.stdout)
    assert (payload["version"], payload["questions"]) == (1, 1)
    assert payload["measures"]["hit@1"]["mean"] == payload["measures"]["answer@1"]["mean"] == 1


def test_confidence_fitted_for_another_reader_is_passed_over_and_said(kites: Path, qa: Qa) -> None:
    store(kites, (2.0, -1.0), 0.9)
    told = "holds for another way of reading and is not used. Fit it anew: qa eval QUESTIONS --calibrate"
    assert told in qa("ask", "When was the red kite seen?").stderr
    assert told not in qa("ask", "When was the red kite seen?", "--no-reader").stderr


def test_an_index_is_done_also_where_the_reader_cannot_be_prepared(kites: Path, qa: Qa, tmp_path: Path) -> None:
    (tmp_path / "no-folder").write_text("")
    done = qa("index", env={"QA_CACHE": str(tmp_path / "no-folder")})
    assert done.returncode == 0
    assert "The reader has to be prepared once, and" in done.stderr


def test_a_question_after_another_is_completed_from_it(qa: Qa, seed_index: Path) -> None:
    first, second = "What will Chang'e-7 study?", "When is it due to launch?"
    done = qa("ask", "--after", first, second, "--json", "--index", seed_index)
    reply = json.loads(done.stdout)
    assert (reply["question"], reply["standalone"]) == (second, "When is Chang'e-7 due to launch?")
    shown = qa("ask", "--after", first, second, "--index", seed_index)
    assert shown.stdout.startswith("Asked as: When is Chang'e-7 due to launch?\n\n")
    assert qa("ask", "--after", " ", second, "--index", seed_index).returncode == 2


def test_why_not_completes_a_question_too(qa: Qa, seed_index: Path) -> None:
    why_not = ("--why-not", "003_", "--index", seed_index)
    after = qa("ask", "--after", "What will Chang'e-7 study?", "When is it due to launch?", *why_not)
    whole = qa("ask", "When is Chang'e-7 due to launch?", *why_not)
    assert after.stdout == whole.stdout != qa("ask", "When is it due to launch?", *why_not).stdout

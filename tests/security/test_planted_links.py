"""Links that somebody put where a run writes, and who may read what it writes."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from baogao.batch.folder import BatchFolder, RequestFiles
from baogao.errors import UsageError
from baogao.evaluation.gold import check_writable
from baogao.evaluation.runs import Run
from baogao.llm.cache import ReplyCache
from baogao.outputs.journal import Journal
from baogao.resources import mode_of, new_file, take_away
from cli.conftest import COMMUNIQUE

pytestmark = pytest.mark.skipif(os.name == "nt", reason="making links and permissions are those of POSIX")

FILES = [
    "records.jsonl",
    "schema.json",
    "index.html",
    "index.html.part",
    "matrix.html",
    "matrix.html.part",
    "records.jsonl.part",
    "journal.jsonl",
    ".baogao.lock",
]
FOLDERS = ["texts", ".results.part", ".results.whole", ".results.old"]


@pytest.fixture
def precious(tmp_path) -> Path:
    """A folder outside of the output, with files that must stay as they are."""
    folder = tmp_path / "precious"
    folder.mkdir()
    for name in ("good.txt", "records.jsonl", "notes.md"):
        (folder / name).write_text("mine", encoding="utf-8")
    return folder


def untouched(folder: Path) -> bool:
    """Whether the precious files are as they were, and nothing came to them."""
    found = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    return found == dict.fromkeys(("good.txt", "records.jsonl", "notes.md"), "mine")


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("name", [*FILES, *FOLDERS, "texts/good.txt"])
def test_no_planted_link_is_written_through(extract, reports, precious, name, again):
    """A link under any name that a run uses gives way to a file or is refused in a line; where it leads, nothing is."""
    if again:
        assert extract(reports).code == 0
    planted = Path("out") / name
    planted.parent.mkdir(parents=True, exist_ok=True)
    take_away(planted)
    planted.symlink_to(precious if name in FOLDERS else precious / "notes.md")
    outcome = extract(reports)
    assert untouched(precious)
    assert "Traceback" not in outcome.err
    if outcome.code:
        assert outcome.code == 2
        assert outcome.err.count("error: ") == 1
        assert name in {".baogao.lock", "texts/good.txt", "records.jsonl"}
    else:
        assert planted.name.endswith(".part") or not planted.is_symlink()
        assert Path("out/texts/good.txt").is_file()


def test_no_dangling_link_makes_a_file(extract, reports, tmp_path):
    """A link to nothing does not make something there."""
    Path("out").mkdir()
    for name in ("records.jsonl", "index.html.part", "journal.jsonl"):
        (Path("out") / name).symlink_to(tmp_path / f"made-{name}")
    assert extract(reports).code == 0
    assert not list(tmp_path.glob("made-*"))


def test_a_link_for_the_page_written_again(extract, baogao, reports, precious):
    """`baogao review` replaces a link, too."""
    assert extract(reports).code == 0
    for name in ("index.html", "index.html.part"):
        take_away(Path("out") / name)
        (Path("out") / name).symlink_to(precious / "notes.md")
    assert baogao("review", "out", "--schema", COMMUNIQUE).code == 0
    assert untouched(precious)
    assert not Path("out/index.html").is_symlink()


def test_a_journal_under_two_names(tmp_path, precious):
    """A file that stands where the journal should, and elsewhere, is let go, not emptied."""
    (tmp_path / "j").hardlink_to(precious / "notes.md")
    journal = Journal(tmp_path / "j", {})
    journal.append({"doc_id": "a"})
    journal.close()
    assert untouched(precious)


def test_links_in_the_folder_of_a_batch(tmp_path, precious):
    """Request files and what a batch was prepared with do not go through links either."""
    folder = tmp_path / "batch"
    folder.mkdir()
    (folder / "requests-1-001.jsonl.part").symlink_to(precious / "notes.md")
    with RequestFiles(folder) as files:
        files.add("a", {"messages": []})
    assert untouched(precious)
    (folder / ".baogao.lock").symlink_to(precious / "notes.md")
    with pytest.raises(UsageError, match="cannot write"), BatchFolder(folder):
        pytest.fail("entered")
    assert untouched(precious)


def test_links_in_the_folder_of_an_evaluation(tmp_path, precious):
    """What an evaluation writes aside does not go through a link."""
    run = Run(tmp_path / "run")
    run.path.mkdir()
    (run.path / "report.md.part").symlink_to(precious / "notes.md")
    check_writable(run.path / "report.md")
    assert untouched(precious)
    (run.path / "report.md.part").symlink_to(precious / "notes.md")
    run.write_text("report.md", "new")
    assert untouched(precious)


def mode(path: Path) -> int:
    """A file's permissions."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(
    ("said", "work", "results"), [(None, 0o600, 0o644), ("all", 0o600, 0o600), ("none", 0o644, 0o644)]
)
def test_who_may_read(extract, baogao, reports, tmp_path, monkeypatch, said, work, results):
    """Journal, cache and replies are the user's own; results are by the umask, unless BAOGAO_PRIVATE says otherwise."""
    if said is not None:
        monkeypatch.setenv("BAOGAO_PRIVATE", said)
    before = os.umask(0o022)
    try:
        assert extract(reports).code == 0
        assert baogao("export", "out", "--to", "table.csv", "--schema", COMMUNIQUE).code == 0
        journal = Journal(tmp_path / "journal.jsonl", {})
        journal.append({"doc_id": "a"})
        journal.close()
        ReplyCache(tmp_path / "replies").close()
    finally:
        os.umask(before)
    assert mode(tmp_path / "journal.jsonl") == work
    assert mode(tmp_path / "replies") == work | (work & 0o444) >> 2
    for name in ("out/records.jsonl", "out/index.html", "out/texts/good.txt", "table.csv"):
        assert mode(Path(name)) == results
    assert mode(Path("out/texts")) == results | (results & 0o444) >> 2


def test_a_setting_of_privacy_that_is_none(extract, reports, monkeypatch):
    """It is one line that says what may be said."""
    monkeypatch.setenv("BAOGAO_PRIVATE", "yes")
    outcome = extract(reports)
    assert outcome.code == 2
    assert "error: cannot write out: BAOGAO_PRIVATE is 'yes'; it may be work, all, none" in outcome.err
    with pytest.raises(OSError, match="BAOGAO_PRIVATE"):
        mode_of("work")


def test_a_new_file_is_new(tmp_path):
    """What is open elsewhere under the same name keeps its own content."""
    (tmp_path / "a").write_text("old", encoding="utf-8")
    with (tmp_path / "a").open() as old, new_file(tmp_path / "a") as new:
        new.write(b"new")
        new.flush()
        assert old.read() == "old"
    assert (tmp_path / "a").read_bytes() == b"new"

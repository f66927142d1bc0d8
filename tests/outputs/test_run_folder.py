"""The output folder: results in order at the end, an interrupted run goes on, nothing is lost and nothing is stale."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baogao.document import read_document
from baogao.errors import EndpointError, UsageError
from baogao.inputs import Source
from baogao.outputs.journal import Journal, checked, encoded
from baogao.outputs.records import current, iterate_review, kept_text, read_records
from baogao.outputs.run_folder import RunFolder, fits
from baogao.record import ProposedFigure, Provenance, Record, Review

MADE_BY = Provenance(baogao="0", extractor="rules", schema_digest="sha256:0")
IDS = ["a", "b", "c", "d"]
RUN = {"model": "small"}
TEXT = "一\r\n二\r三\n\u2028四"


class Bench:
    """Four inputs and an output folder."""

    def __init__(self, place: Path) -> None:
        self.out = place / "out"
        self.sources = [Source(name, place / f"{name}.txt") for name in IDS]
        for source in self.sources:
            source.path.write_bytes(f"{source.doc_id}{TEXT}".encode())

    def folder(self, run: dict[str, str] = RUN) -> RunFolder:
        """The folder for a run over all inputs."""
        return RunFolder(self.out, IDS, run)

    def record(self, doc_id: str, status: str = "ok", error: str | None = None) -> Record:
        """The record of one input."""
        source = self.source(doc_id)
        sha256 = read_document(source.path).sha256
        return Record(
            doc_id=doc_id,
            source=source.name,
            sha256=sha256,
            schema_name="s",
            status=status,
            error=error,
            made_by=MADE_BY,
        )

    def doubted(self, doc_id: str, priorities: list[float]) -> Record:
        """The record of one input, with entries of the queue that are worth so much."""
        record = self.record(doc_id)
        start = len(doc_id)
        item = {"by": "llm", "items": [{"text": "一", "evidence": [(start, start + 1)]}]}
        return record.with_review(
            Review(
                doc_id=doc_id,
                source=record.source,
                field=f"f{number}",
                label="一\u2028",
                kind="items",
                reason="readers differ",
                wrong=min(priority, 1),
                priority=priority,
                given=False,
                proposals=[item],
            )
            for number, priority in enumerate(priorities)
        )

    def queue(self) -> list[tuple[str, str]]:
        """Document and field of the entries in ``review.jsonl``."""
        return [(review.doc_id, review.field) for review in iterate_review(self.out)]

    def source(self, doc_id: str) -> Source:
        """One input."""
        return self.sources[IDS.index(doc_id)]

    def do(self, folder: RunFolder, doc_id: str, status: str = "ok", again: bool = False) -> None:
        """One document, as the pipeline does it."""
        assert folder.finished(self.source(doc_id)) is None
        text = read_document(self.source(doc_id).path).file.text
        folder.add(self.record(doc_id, status, "no" if status == "failed" else None), text, again=again)

    def kill(self, *done: str, again: bool = False, run: dict[str, str] = RUN) -> None:
        """A run that finishes some documents and is killed: its process ends without a word."""
        folder = self.folder(run).__enter__()
        for doc_id in done:
            self.do(folder, doc_id, "failed" if again else "ok", again)
        folder._journal.close()
        folder._lock.release()

    def run(self, *done: str, error: BaseException | None = None, status: str = "ok") -> None:
        """A run that finishes some documents and then comes to its end, or ends in an error."""
        with self.folder() as folder:
            for doc_id in done:
                self.do(folder, doc_id, status)
            if error is not None:
                raise error

    def finished(self, run: dict[str, str] = RUN) -> list[str]:
        """What a next run need not do."""
        folder = self.folder(run).__enter__()
        kept = [source.doc_id for source in self.sources if folder.finished(source)]
        folder.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
        return kept

    def results(self) -> list[str]:
        """The ids in ``records.jsonl``."""
        lines = (self.out / "records.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line)["doc_id"] for line in lines]


@pytest.fixture
def bench(tmp_path) -> Bench:
    """Four inputs and an output folder."""
    return Bench(tmp_path)


@given(st.permutations(IDS), st.integers(0, 4))
@settings(max_examples=8)
def test_order(tmp_path_factory, order, killed_after):
    """Whatever is finished first, and wherever the run was killed, the records are those of a run never killed."""
    plain, killed = Bench(tmp_path_factory.mktemp("plain")), Bench(tmp_path_factory.mktemp("killed"))
    plain.run(*IDS)
    killed.kill(*order[:killed_after])
    with killed.folder() as folder:
        for source in killed.sources:
            if folder.finished(source) is None:
                folder.add(killed.record(source.doc_id), read_document(source.path).file.text)
    assert killed.results() == IDS
    for doc_id in IDS:
        assert (killed.out / "texts" / f"{doc_id}.txt").read_bytes() == killed.source(doc_id).path.read_bytes()
    here, there = (str(one.out.parent) for one in (plain, killed))
    assert (plain.out / "records.jsonl").read_text().replace(here, there) == (killed.out / "records.jsonl").read_text()


PRIORITIES = st.lists(st.integers(0, 8).map(lambda number: number / 4), max_size=4)


@given(st.fixed_dictionaries(dict.fromkeys(IDS, PRIORITIES)), st.permutations(IDS), st.integers(0, 4))
@settings(max_examples=12)
def test_the_most_valuable_comes_first(tmp_path_factory, worth, order, killed_after):
    """Over the whole run, ties in the order of reports and fields; whoever is finished first, and after any kill."""
    bench = Bench(tmp_path_factory.mktemp("queue"))
    killed = bench.folder().__enter__()
    for doc_id in order[:killed_after]:
        assert killed.finished(bench.source(doc_id)) is None
        killed.add(bench.doubted(doc_id, worth[doc_id]), read_document(bench.source(doc_id).path).file.text)
    killed._journal.close()
    killed._lock.release()
    kept = {}
    with bench.folder() as folder:
        for source in bench.sources:
            kept[source.doc_id] = folder.finished(source)
            if kept[source.doc_id] is None:
                folder.add(bench.doubted(source.doc_id, worth[source.doc_id]), read_document(source.path).file.text)
    for doc_id in order[:killed_after]:
        assert kept[doc_id].review == bench.doubted(doc_id, worth[doc_id]).review
    entries = [(-one, at, number) for at, name in enumerate(IDS) for number, one in enumerate(worth[name])]
    assert bench.queue() == [(IDS[at], f"f{number}") for _, at, number in sorted(entries)]
    lines = [one.to_json() for name in IDS for one in bench.doubted(name, worth[name]).review]
    there = bench.out / "review.jsonl"
    assert there.exists() == bool(lines)
    if lines:
        assert sorted(there.read_bytes().decode().split("\n")) == ["", *sorted(lines)]


def test_a_run_without_a_queue_leaves_none_of_an_earlier_one(bench):
    """What is to be looked at is that of the records beside it."""
    with bench.folder() as folder:
        folder.add(bench.doubted("a", [0.5]), read_document(bench.source("a").path).file.text)
    assert bench.queue() == [("a", "f0")]
    bench.run("a")
    assert bench.queue() == []
    assert {path.name for path in bench.out.iterdir()} == {".baogao.lock", "records.jsonl", "texts"}


def test_a_journal_of_before_the_queue(bench):
    """Its reports count as finished, with nothing to look at, and no sentences told."""
    bench.kill("a", "b")
    entry = entry_of(bench, "a")
    assert (entry.pop("review"), entry.pop("sentences")) == ([], {})
    replace_entry(bench, entry)
    assert bench.finished() == ["a", "b"]
    assert bench.queue() == []


def test_nothing_but_the_results_is_left(bench):
    """The journal is gone when records and texts are there; the next run begins anew."""
    bench.run(*reversed(IDS))
    assert {path.name for path in bench.out.iterdir()} - {".baogao.lock"} == {"records.jsonl", "texts"}
    assert bench.finished() == []


def test_a_record_comes_back_whole(bench):
    """The record of a document that was finished before is equal to what was added."""
    bench.kill("b")
    with bench.folder() as folder:
        assert folder.kept == 1
        assert folder.finished(bench.source("b")) == bench.record("b")


def test_until_the_end_earlier_results_stay(bench):
    """A run that was killed has changed neither records nor texts of the run before."""
    bench.run("a")
    bench.source("a").path.write_text("changed", encoding="utf-8")
    bench.kill("a", "b")
    assert bench.results() == ["a"]
    assert (bench.out / "texts" / "a.txt").read_bytes() == f"a{TEXT}".encode()


@pytest.mark.parametrize("error", [KeyboardInterrupt, EndpointError])
def test_a_run_that_is_stopped(bench, error):
    """What was finished stands in the results, in order, and the same command goes on from there."""
    with pytest.raises(error):
        bench.run("c", "b", error=error("stop"))
    assert bench.results() == ["b", "c"]
    assert bench.finished() == ["b", "c"]


def test_a_run_that_cannot_work_leaves_no_trace(bench):
    """Where no document came through, the results and the journal are as they were."""
    bench.run("a")
    with pytest.raises(EndpointError):
        bench.run("b", status="failed", error=EndpointError("no server"))
    assert bench.results() == ["a"]
    assert not (bench.out / "journal.jsonl").exists()


def test_a_wrong_key_does_not_lose_the_journal(bench):
    """A run that cannot work leaves what an interrupted one had finished."""
    bench.kill("a", "b")
    with pytest.raises(EndpointError):
        bench.run(error=EndpointError("wrong key"))
    assert bench.finished() == ["a", "b"]


def test_what_makes_a_document_be_done_again(bench):
    """A changed file, a file that is gone, another path, a passing failure; a touched file is read, and not done."""
    bench.kill("a", "b", "c")
    bench.source("a").path.write_text("changed", encoding="utf-8")
    bench.source("b").path.unlink()
    os.utime(bench.source("c").path, ns=(1, 1))
    assert bench.finished() == ["c"]
    bench.sources[2] = Source("c", bench.source("c").path.parent / "." / ".." / bench.out.parent.name / "c.txt")
    assert bench.finished() == []


@pytest.mark.parametrize(("again", "kept"), [(True, []), (False, ["a"])])
def test_failures(bench, again, kept):
    """A failure that may pass is tried again; one that was paid for and will not is kept."""
    folder = bench.folder().__enter__()
    bench.do(folder, "a", "failed", again)
    folder._journal.close()
    folder._lock.release()
    assert bench.finished() == kept


def test_made_with_something_else(bench):
    """What another model finished does not count, and is said not to."""
    bench.kill("a", "b")
    assert bench.finished({"model": "large"}) == []
    assert bench.finished() == ["a", "b"]
    with bench.folder({"model": "large"}) as folder:
        assert "made with something else" in folder.notices[0]


def test_half_a_line(bench):
    """What was being written when the process died is done again, and said."""
    bench.kill("a", "b")
    journal = bench.out / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-9])
    with bench.folder() as folder:
        assert "is damaged in line 3" in folder.notices[0]
        for source in bench.sources:
            if folder.finished(source) is None:
                bench.do(folder, source.doc_id)
    assert bench.results() == IDS


def test_one_run_at_a_time(bench):
    """A second run on the folder is refused in words, and changes nothing."""
    with bench.folder() as folder:
        bench.do(folder, "a")
        with pytest.raises(UsageError, match=r"another run is writing to .*out: wait for its end"), bench.folder():
            pytest.fail("entered")
        bench.do(folder, "b")
    assert bench.results() == ["a", "b"]


def test_a_lock_dies_with_its_process(bench):
    """A killed process does not keep the folder."""
    script = (
        "import os, sys; from pathlib import Path; from baogao.outputs.run_folder import RunFolder;"
        "RunFolder(Path(sys.argv[1]), [], {}).__enter__(); os.kill(os.getpid(), 9)"
    )
    process = subprocess.run([sys.executable, "-c", script, str(bench.out)], check=False)
    assert process.returncode == -9
    assert bench.finished() == []


def test_a_place_that_cannot_be_written(tmp_path):
    """It is said on entering, before any work."""
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"cannot write .*file: "), RunFolder(tmp_path / "file", IDS, RUN):
        pytest.fail("entered")


def test_no_room_for_the_results(bench):
    """Where the journal found room and the results do not, nothing is lost: the same command writes them."""
    (bench.out / "records.jsonl").mkdir(parents=True)
    with pytest.raises(UsageError, match=r"cannot write .*records\.jsonl"):
        bench.run("a")
    (bench.out / "records.jsonl").rmdir()
    assert bench.finished() == ["a"]


def test_no_room_for_a_record(bench, monkeypatch):
    """A full disk ends the run in words; the results of an earlier run stay, what was finished goes on."""
    append = Journal.append

    def full(self, entry):
        if entry["doc_id"] == "b":
            raise UsageError("cannot write journal.jsonl: No space left on device")
        return append(self, entry)

    monkeypatch.setattr(Journal, "append", full)
    with pytest.raises(UsageError, match="No space left"):
        bench.run("a", "b")
    assert not (bench.out / "records.jsonl").exists()
    assert bench.finished() == ["a"]


FIGURE = {"by": "llm", "status": "reported", "value": 1, "bound": "exact", "evidence": [[1, 2]], "text": "一"} | {
    "confidence": 0.5
}
SPAN = {"value": "x", "evidence": [[0, 99]]}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def entry_of(bench: Bench, doc_id: str) -> dict[str, object]:
    """The entry of a finished document, as the journal has it."""
    lines = (bench.out / "journal.jsonl").read_bytes().splitlines(keepends=True)
    return next(entry for entry in map(checked, lines[1:]) if entry["doc_id"] == doc_id)


def replace_entry(bench: Bench, entry: dict[str, object]) -> None:
    """Put an entry in the place of the journal's second line, with the checksum that it should have."""
    journal = bench.out / "journal.jsonl"
    head, _, *rest = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([head, encoded(entry), *rest]))


@pytest.mark.parametrize(
    "change",
    [
        {"doc_id": None},
        {"doc_id": ["a"]},
        {"doc_id": "b"},
        {"doc_id": "../a"},
        {"source": 1},
        {"source": "another"},
        {"size": "12"},
        {"size": True},
        {"size": None},
        {"mtime_ns": 1.5},
        {"mtime_ns": {}},
        {"sha256": None},
        {"sha256": "0"},
        {"again": "no"},
        {"again": 0},
        {"record": None},
        {"record": []},
        {"record": {}},
        {"record": {"doc_id": "a"}},
        {"text": 7},
        {"text": ["一"]},
        {"text": "\ud800"},
        {"more": 1},
        {"size": ..., "mtime_ns": ...},
        *({key: ...} for key in ("source", "size", "mtime_ns", "sha256", "again", "record", "text")),
        *({"record.status": value} for value in ("perhaps", None, 3)),
        {"record.notices": "all"},
        {"record.notices": ["\udfff"]},
        {"record.fields": {"f": {"status": "reported", "confidence": float("nan")}}},
        {"record.fields": {"f": {"status": "reported", "text": "not there", "evidence": [[0, 3]]}}},
        {"record.metadata": {"title": SPAN}},
        {"record.metadata": {"title": SPAN | {"evidence": [[2, 1]]}}},
        {"record.lists": {"plans": [{"text": "x", "evidence": [[-1, 1]]}]}},
        {"record.usage": {"requests": "many"}},
        {"record.more": 1},
        {"record.review": []},
        {"sentences": None},
        {"sentences": {"f": 7}},
        {"review": None},
        {"review": [{}]},
        {"review.0.doc_id": "b"},
        {"review.0.source": "another"},
        {"review.0.priority": float("nan")},
        {"review.0.wrong": 2},
        {"review.0.more": 1},
        {"review.0.proposals": [{"by": "llm", "items": [{"text": "一", "evidence": [[0, 99]]}]}]},
        {"review.0.proposals": [{"by": "llm", "value": "x", "evidence": [[2, 1]]}]},
        {"review.0.proposals": [FIGURE | {"text": "not there"}]},
        {"review.0.proposals": [FIGURE | {"value": "1e99"}]},
    ],
)
def test_a_line_of_the_wrong_shape(bench, change):
    """A line with the right checksum that no run has written is named, and its document done again; others count."""
    bench.kill("a", "b")
    entry = entry_of(bench, "a")
    entry["review"] = [json.loads(one.to_json()) for one in bench.doubted("a", [0.5]).review]
    assert fits(json.loads(json.dumps(entry)))
    for key, value in change.items():
        *above, last = key.split(".")
        place = entry
        for part in above:
            place = place[int(part) if part.isdigit() else part]
        if value is ...:
            del place[last]
        else:
            place[last] = value
    replace_entry(bench, entry)
    with bench.folder() as folder:
        assert "is damaged in line 2" in folder.notices[0]
        assert [one.doc_id for one in bench.sources if folder.finished(one)] == ["b"]
        bench.do(folder, "a")
    assert bench.results() == ["a", "b"]


@given(
    st.dictionaries(
        st.sampled_from(
            ["doc_id", "source", "size", "mtime_ns", "sha256", "again", "record", "review", "sentences", "text"]
        ),
        JSON,
    )
)
@settings(max_examples=50)
def test_no_shape_is_too_strange(entry):
    """Whatever JSON an entry is, it is told from one that a run has written."""
    assert not fits(entry)


def test_a_figure_of_the_queue_reads_as_it_is_quoted():
    """The shape that the wrong ones of above are made of is a right one."""
    assert ProposedFigure.model_validate(FIGURE).text == TEXT[0]


def test_texts_of_documents_that_are_gone_go(bench):
    """The folder of texts holds those of this run, and no other."""
    bench.run("a", "b")
    bench.run("b", "c")
    assert sorted(path.name for path in (bench.out / "texts").iterdir()) == ["b.txt", "c.txt"]


@pytest.mark.parametrize("moved", [0, 1, 2])
def test_results_that_are_half_in_place(bench, moved):
    """Readers are told the whole new results, and the next run puts the rest in place and forgets nothing."""
    bench.run("a", "b")
    whole = bench.out / ".results.whole"
    (whole / "texts").mkdir(parents=True)
    (whole / "texts" / "c.txt").write_bytes(b"new")
    (whole / "records.jsonl").write_text(bench.record("c").to_json() + "\n", encoding="utf-8")
    for name in ("records.jsonl", "texts")[:moved]:
        if name == "texts":
            (bench.out / name).rename(bench.out / ".results.old")
        (whole / name).replace(bench.out / name)
    for place in (bench.out, bench.out / "records.jsonl"):
        assert [one.doc_id for one in read_records(place)] == ["c"]
    assert (kept_text("c", bench.out / "texts"), kept_text("a", bench.out / "texts")) == ("new", None)
    assert bench.finished() == []
    assert bench.results() == ["c"]
    assert {path.name for path in bench.out.iterdir()} == {".baogao.lock", "records.jsonl", "texts"}
    assert current(bench.out / "texts") == bench.out / "texts"


def test_a_folder_of_texts_that_is_somebody_elses(bench):
    """Files of the user's that only have the name of a run's are not replaced: it is said before any work."""
    mine = bench.out / "texts" / "mine.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match=r"mine\.txt is of no run, and .*texts is replaced at its end"):
        bench.run("a")
    assert [path.name for path in bench.out.iterdir()] == ["texts"]
    mine.unlink()
    (bench.out / "texts" / ".DS_Store").touch()
    bench.run("a")
    (bench.out / "texts" / "notes.md").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match=r"notes\.md is of no run"):
        bench.run("a")


def test_what_is_kept_of_a_run_of_fewer_documents(bench):
    """Going on with a part of the inputs, only documents of that part count as done before."""
    bench.kill("a", "b", "c")
    with RunFolder(bench.out, ["b", "x"], RUN) as folder:
        assert folder.kept == 1

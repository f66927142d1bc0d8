"""A run's folder that another run wants: nothing is lost and nothing mixed unless the user says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from baogao.choices import Onto
from baogao.errors import UsageError
from baogao.inputs import Source
from baogao.outputs.aside import keep_aside
from baogao.outputs.decisions import Decision, ReviewsFile
from baogao.outputs.earlier import Claim, Earlier, digest_of
from baogao.outputs.records import WHOLE, iterate_review, kept_text, read_records
from baogao.outputs.run_folder import RunFolder
from baogao.record import Provenance, Record, Review

MADE_BY = Provenance(baogao="1", extractor="rules", schema_digest="sha256:0")
RULES = MADE_BY.model_dump(mode="json", by_alias=True) | {"files": "sha256:1", "ask": None}


class Place:
    """A folder of reports, and one for the results of runs over some of them."""

    def __init__(self, place: Path) -> None:
        self.place, self.out = place, place / "out"

    def source(self, name: str, text: str | None = None, folder: str = "in") -> Source:
        """A report, written with some text of its own."""
        path = self.place / folder / f"{name}.txt"
        path.parent.mkdir(exist_ok=True)
        if text is not None or not path.exists():
            path.write_text(text if text is not None else f"{name}：{folder}", encoding="utf-8")
        return Source(name, path)

    def record(self, source: Source, word: str, status: str = "ok") -> Record:
        """A record that says by which run it was made."""
        record = Record(
            doc_id=source.doc_id,
            source=source.name,
            sha256=digest_of(source.path),
            schema_name="s",
            status=status,
            error="no" if status == "failed" else None,
            notices=[word],
            made_by=MADE_BY,
        )
        look = Review(
            doc_id=source.doc_id,
            source=source.name,
            field="f",
            label="",
            kind="items",
            reason=word,
            wrong=0.5,
            priority=0.5,
            given=False,
            proposals=[],
        )
        return record.with_review([look])

    def enter(self, sources: list[Source], onto: Onto = "same", **made: object) -> RunFolder:
        """A run that has its folder."""
        order = [source.doc_id for source in sources]
        return RunFolder(self.out, order, RULES | made, None, Claim(sources, onto)).__enter__()

    def run(
        self, word: str, sources: list[Source], onto: Onto = "same", status: str = "ok", **made: object
    ) -> RunFolder:
        """A run to its end."""
        folder = self.enter(sources, onto, **made)
        self.do(folder, word, status)
        folder.__exit__(None, None, None)
        return folder

    def do(self, folder: RunFolder, word: str, status: str = "ok") -> None:
        """What is to be done in a run."""
        for source in folder.todo:
            if folder.finished(source) is None:
                folder.add(self.record(source, word, status), source.path.read_text(encoding="utf-8"))

    def kill(self, folder: RunFolder) -> None:
        """End a run without a word."""
        folder._journal.close()
        folder._lock.release()

    def words(self) -> dict[str, str]:
        """By which run each record was made; each has its text and its part of the queue."""
        records = read_records(self.out)
        assert {one.doc_id: one.reason for one in iterate_review(self.out)} == {
            one.doc_id: one.notices[0] for one in records
        }
        assert all(kept_text(one.doc_id, self.out / "texts") for one in records)
        return {one.doc_id: one.notices[0] for one in records}

    def say(self, who: str) -> Decision:
        """Somebody says something of the run."""
        said = Decision(who=who, doc_id="a", text_sha256="0", key="f", act="absent")
        ReviewsFile(self.out).add([said])
        return said


@pytest.fixture
def here(tmp_path) -> Place:
    """A place for runs."""
    return Place(tmp_path)


def test_the_same_command_again(here):
    """The same inputs, made in the same way, are made anew; so they are where the folder of reports has grown."""
    here.run("old", [here.source("b")])
    here.run("new", [here.source("a"), here.source("b")])
    assert here.words() == {"a": "new", "b": "new"}


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ({"extractor": "hybrid"}, r"\(extractor: rules\), and this run is made otherwise \(extractor: hybrid\)"),
        ({"model": "m"}, r"\(model: none\), .* \(model: m\)"),
        ({"ask": "link"}, r"\(asked by: none\), .* \(asked by: link\)"),
        ({"prompts": "sha256:0123456789abcdef"}, r"\(prompts: none\), .* \(prompts: sha256:01234567…\)"),
        ({"min_confidence": 0.5}, r"\(min_confidence: none\), .* \(min_confidence: 0.5\)"),
        ({"ocr": "an engine"}, r"\(ocr: none\), .* \(ocr: an engine\)"),
    ],
)
@pytest.mark.parametrize("killed", [False, True])
def test_another_run_is_refused(here, made, said, killed):
    """It is said what differs; nothing changes; and so it is where the other run was broken off."""
    sources = [here.source("a")]
    if killed:
        folder = here.enter(sources)
        here.do(folder, "old")
        here.kill(folder)
    else:
        here.run("old", sources)
    before = {path.name for path in here.out.iterdir()}
    with pytest.raises(UsageError, match=f"out holds the results of another run {said}: name another folder"):
        here.enter(sources, **made)
    assert {path.name for path in here.out.iterdir()} == before
    here.run("new", sources, "overwrite", **made)
    assert here.words() == {"a": "new"}


def test_what_may_change_under_the_same_command(here):
    """Another version of baogao, with its prompts, and an edited schema: the run is made anew; none is added to it."""
    here.run("old", [here.source("a")])
    now = {"baogao": "2", "prompts": "sha256:9", "schema": "sha256:9", "files": "sha256:9", "calibration": "sha256:9"}
    with pytest.raises(UsageError, match=r"made in another way \(baogao: 1, .*\) than this one \(baogao: 2, "):
        here.enter([here.source("b")], "add", **now)
    here.run("new", [here.source("a")], **now)
    assert here.words() == {"a": "new"}


def test_other_inputs_are_refused(here):
    """A report that is not among the inputs would be lost; one of the same name in another folder is another report."""
    here.run("old", [here.source(name) for name in "abcd"])
    with pytest.raises(UsageError, match=r"not among the inputs \(4: a, b, c, …\), and they would be lost"):
        here.enter([here.source("e")])
    others = [here.source(name) for name in "abc"]
    with pytest.raises(UsageError, match=r"\(1: d\)"):
        here.enter([*others, here.source("d", folder="elsewhere")])
    here.run("new", [*others, here.source("d", "d：in", folder="moved")])
    assert here.words() == dict.fromkeys("abcd", "new")
    here.run("last", [here.source("e")], "overwrite")
    assert here.words() == {"e": "last"}


def test_other_inputs_than_a_run_that_was_broken_off(here):
    """What it had finished is not thrown away; added to, it stays."""
    folder = here.enter([here.source("a"), here.source("b")])
    here.do(folder, "old")
    here.kill(folder)
    with pytest.raises(UsageError, match=r"\(1: b\)"):
        here.enter([here.source("a"), here.source("c")])
    here.run("new", [here.source("c")], "add")
    assert here.words() == {"a": "old", "b": "old", "c": "new"}


def test_more_reports(here):
    """They come behind those that were there, whose lines stay to the byte; what is there is not read again."""
    here.run("old", [here.source("c"), here.source("a")])
    lines = (here.out / "records.jsonl").read_bytes()
    made = (here.out / "made_with.json").read_bytes()
    folder = here.run("new", [here.source("a"), here.source("b"), here.source("d")], "add")
    assert [source.doc_id for source in folder.todo] == ["b", "d"]
    assert list(here.words().items()) == [("c", "old"), ("a", "old"), ("b", "new"), ("d", "new")]
    assert (here.out / "records.jsonl").read_bytes().startswith(lines)
    assert (here.out / "made_with.json").read_bytes() == made
    assert folder.remarks == ["added to the reports that were there (2)"]


def test_more_reports_by_a_run_that_was_killed(here):
    """The same command goes on, and its end is that of a run that was not."""
    here.run("old", [here.source("a")])
    more = [here.source("b"), here.source("c")]
    folder = here.enter(more, "add")
    assert folder.finished(more[0]) is None
    folder.add(here.record(more[0], "new"), "b")
    here.kill(folder)
    assert here.words() == {"a": "old"}
    folder = here.enter(more, "add")
    assert folder.kept == 1
    here.do(folder, "later")
    folder.__exit__(None, None, None)
    assert here.words() == {"a": "old", "b": "new", "c": "later"}
    assert here.run("never", more, "add").todo == []
    assert here.words() == {"a": "old", "b": "new", "c": "later"}


def test_one_id_for_two_reports(here):
    """A file that would be called as another report is refused; a copy of the same bytes is there already."""
    here.run("old", [here.source("a")])
    with pytest.raises(
        UsageError, match=r"has a report a already, of .*in/a.txt, and .*other/A.txt would be called the"
    ):
        here.enter([here.source("A", folder="other")], "add")
    assert here.run("new", [here.source("a", "a：in", folder="copy")], "add").todo == []


def test_a_report_that_failed_is_tried_again(here):
    """It keeps its place among the others."""
    first, second = here.source("a"), here.source("b")
    here.run("old", [first], status="failed")
    here.run("old", [first, second], "add")
    here.run("old", [here.source("c")], "add", status="failed")
    here.run("new", [first, second, here.source("c")], "add")
    assert here.words() == {"a": "old", "b": "old", "c": "new"}
    assert [one.status for one in read_records(here.out)] == ["ok"] * 3


def test_a_report_that_has_changed_is_named(here):
    """Its record is kept where more are added, and that is said."""
    here.run("old", [here.source("a")])
    folder = here.run("new", [here.source("a", "changed"), here.source("b")], "add")
    assert here.words() == {"a": "old", "b": "new"}
    assert folder.remarks[1].startswith(
        "reports that have changed since they were read, and whose records are kept (1): a;"
    )


def test_to_add_to_nothing(here):
    """It is a run as any other."""
    here.run("new", [here.source("a")], "add")
    assert here.words() == {"a": "new"}


@pytest.mark.parametrize("killed", [False, True])
def test_what_people_said_is_never_lost(here, killed):
    """A run that was looked at is kept aside whole when it is replaced, with what was said while it was."""
    here.run("old", [here.source("a")])
    first = here.say("one")
    folder = here.enter([here.source("b")], "overwrite")
    here.do(folder, "new")
    if killed:
        here.kill(folder)
        assert keep_aside(here.out) == here.out / "before-1"  # it had come so far
        assert here.words() == {"a": "old"}
        folder = here.enter([here.source("b")], "overwrite")
        here.do(folder, "new")
    second = here.say("two")
    folder.__exit__(None, None, None)
    assert here.words() == {"b": "new"}
    aside = here.out / "before-1"
    assert str(aside) in folder.remarks[-1]
    assert folder.remarks == [f"what people said of the run that was replaced is kept, with its records: {aside}"]
    kept = Place(here.place)
    kept.out = aside
    assert kept.words() == {"a": "old"}
    assert [one.id for one in ReviewsFile(aside).on("a").saved] == [first.id, second.id]
    assert not (here.out / "reviews.jsonl").exists()
    here.say("three")
    here.run("newer", [here.source("a")], "overwrite")
    assert sorted(path.name for path in here.out.glob("before-*")) == ["before-1", "before-2"]
    assert len(ReviewsFile(here.out / "before-2").on("a").saved) == 1


def test_killed_while_what_people_said_was_moved(here):
    """The next run does not move what was said of the new run over what was said of the earlier one."""
    here.run("old", [here.source("a")])
    first = here.say("one")
    here.run("new", [here.source("a")], "overwrite")
    second = here.say("two")
    (here.out / WHOLE).mkdir()
    (here.out / WHOLE / "reviews.jsonl").touch()  # it was moved, and this had not gone yet
    here.run("new", [here.source("a")])
    assert [one.id for one in ReviewsFile(here.out / "before-1").on("a").saved] == [first.id]
    assert [one.id for one in ReviewsFile(here.out).on("a").saved] == [second.id]


def test_half_a_line_is_kept_aside_with_the_rest(here):
    """What a process left that died while it saved does not keep later words from going where the earlier ones are."""
    here.run("old", [here.source("a")])
    first = here.say("one")
    with (here.out / "reviews.jsonl").open("ab") as file:
        file.write(b'{"id": "half')
    folder = here.enter([here.source("b")], "overwrite")
    here.do(folder, "new")
    here.kill(folder)
    keep_aside(here.out)
    second = here.say("two")
    here.run("new", [here.source("b")], "overwrite")
    assert [one.id for one in ReviewsFile(here.out / "before-1").on("a").saved] == [first.id, second.id]
    assert not (here.out / "before-2").exists()


def test_a_window_that_is_open_while_the_run_is_replaced(here):
    """It can say nothing more of a run that is no longer there, and writes nothing into the new one's decisions."""
    here.run("old", [here.source("a")])
    here.say("one")
    open_window = ReviewsFile(here.out)
    assert len(open_window.on("a").saved) == 1
    here.run("new", [here.source("a")], "overwrite")
    with pytest.raises(UsageError, match=r"reviews\.jsonl was taken away meanwhile, because the run was replaced"):
        open_window.add([Decision(who="two", doc_id="a", text_sha256="0", key="f", act="absent")])
    assert ReviewsFile(here.out).all() == {}


def test_what_people_said_stays_with_the_same_run(here):
    """The same run made anew, and one that is added to, have the decisions that were there."""
    here.run("old", [here.source("a")])
    said = here.say("one")
    here.run("new", [here.source("a")])
    here.run("new", [here.source("b")], "add")
    assert [one.id for one in ReviewsFile(here.out).on("a").saved] == [said.id]
    assert list(here.out.glob("before-*")) == []


def test_a_run_of_an_earlier_version(here):
    """It says by its records how it was made; what they do not say is no difference."""
    here.run("old", [here.source("a")])
    (here.out / "made_with.json").unlink()
    with pytest.raises(UsageError, match=r"\(extractor: rules\)"):
        here.enter([here.source("a")], extractor="llm")
    here.run("new", [here.source("b")], "add", ask="link")
    assert here.words() == {"a": "old", "b": "new"}


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"version": 9, "made_with": {"extractor": "llm"}}', "\ufffd"])
def test_what_a_run_was_made_with_is_damaged(here, content):
    """Then its records say it."""
    here.run("old", [here.source("a")])
    (here.out / "made_with.json").write_text(content, encoding="utf-8")
    here.run("new", [here.source("a")])
    assert here.words() == {"a": "new"}


@pytest.mark.parametrize("line", ["no json", "[]", '{"doc_id": "a"}', '{"doc_id": "a", "source": '])
def test_records_that_are_none(here, line):
    """They are not replaced without a word."""
    here.out.mkdir()
    (here.out / "records.jsonl").write_text(line + "\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"records.jsonl, line 1: it is no record; --overwrite replaces"):
        here.enter([here.source("a")])
    here.run("new", [here.source("a")], "overwrite")
    assert here.words() == {"a": "new"}


def test_names_of_every_kind(here):
    """Quotes, backslashes and keys in another order do not hide whose a record is."""
    odd = Source('a"b', here.source('a"b').path)
    here.run("old", [odd])
    assert list(Earlier.of(here.out).reports) == ['a"b']
    file = here.out / "records.jsonl"
    data = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps(dict(reversed(data.items()))) + "\n", encoding="utf-8")
    (report,) = Earlier.of(here.out).reports.values()
    assert (report.doc_id, report.source, report.failed) == ('a"b', odd.name, False)

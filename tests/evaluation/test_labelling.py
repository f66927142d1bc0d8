"""Labels of a run's folder: written as a data set, counted, compared."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from baogao.errors import UsageError
from baogao.evaluation.datasets import load_dataset
from baogao.evaluation.labelling import (
    WRITTEN,
    WRITTEN_LOCK,
    Labelled,
    LabelRun,
    disputes_of,
    label_of,
    save_gold,
)
from baogao.outputs.decisions import ReviewsFile
from evaluation.conftest import HERE
from evaluation.reviewed import TEXT, decide, figure, record_of, write_run

BUSES, TWO = figure(1234, "1,234辆"), figure(2, "2场")
SCHEMA = str(HERE / "small_schema.py")


@pytest.fixture
def folder(tmp_path, small):
    """A run of one report, one field of which two people decided on, and another one of them."""
    record = record_of(small, fields={"buses": TWO, "passengers": figure(65000, "6.5万余人次", bound="over")})
    decisions = decide("buses", "correct", BUSES), decide("buses", after=TWO, who="王"), decide("accidents", "absent")
    return write_run(tmp_path / "run", record, *decisions)


def labelled(folder, who=None, **more):
    """The only report's labels."""
    (one,) = LabelRun(folder, SCHEMA).labelled(who, **more)
    return one


def test_progress_is_counted(folder):
    """Of all fields, metadata and lists, how many are gold; on what people differ is said beside it."""
    both, li = labelled(folder), labelled(folder, "李")
    assert (both.looked_at, both.of, both.disputed) == (2, 8, ["buses"])
    assert (li.looked_at, li.gold.field("buses").value, li.disputed) == (2, 1234, [])
    assert labelled(folder, "王").looked_at == 1
    assert LabelRun(folder, SCHEMA).people == ["李", "王"]
    with pytest.raises(UsageError, match=r"赵 has decided nothing in .*; who has: 李, 王"):
        labelled(folder, "赵")


def test_what_is_saved_loads_as_a_data_set(folder, tmp_path, small):
    """Text and gold side by side, the text to the byte; saved again, it is the same."""
    out = tmp_path / "set"
    (path,) = save_gold([labelled(folder, "李")], out)
    (item,) = load_dataset(out, small).items
    assert item.text() == TEXT
    assert item.gold.field("buses").value == 1234
    before = path.read_bytes()
    assert save_gold([labelled(folder, "李")], out) == [path]
    assert path.read_bytes() == before
    assert sorted(one.name for one in out.iterdir()) == [WRITTEN, WRITTEN_LOCK, "r.gold.json", "r.txt"]


def test_pages_that_save_at_once(folder, tmp_path):
    """Whatever several save in the same moment is known as written here, and may be saved anew."""
    one, out = labelled(folder), tmp_path / "set"
    reports = [
        replace(one, doc_id=f"r{number}", gold=one.gold.model_copy(update={"text_file": f"r{number}.txt"}))
        for number in range(24)
    ]
    with ThreadPoolExecutor(8) as pages:
        list(pages.map(lambda report: save_gold([report], out), reports))
    changed = [replace(report, text=f"{report.text}\n") for report in reports]
    assert len(save_gold(changed, out)) == len(reports)


def test_labels_grow_and_what_others_wrote_stays(folder, tmp_path):
    """What was saved here may be saved anew; what was changed by hand, or was there before, only if that is said."""
    out = tmp_path / "set"
    (path,) = save_gold([labelled(folder, proposals=True)], out)
    ReviewsFile(folder).add([decide("drills", "absent")])
    save_gold([labelled(folder)], out)
    assert "drills" not in json.loads(path.read_text())["not_looked_at"]
    path.write_text(path.read_text().replace("1234", "1235") + "\n")
    changed = path.read_bytes()
    ReviewsFile(folder).add([decide("punctuality", "absent")])
    with pytest.raises(UsageError, match=r"r\.gold\.json was not written by this command, or was changed since"):
        save_gold([labelled(folder)], out)
    assert path.read_bytes() == changed
    save_gold([labelled(folder)], out, overwrite=True)
    assert "punctuality" not in json.loads(path.read_text())["not_looked_at"]


def test_where_one_is_refused_none_is_written(folder, tmp_path):
    """A text of the same name that is another one stops everything before anything is written."""
    out = tmp_path / "set"
    out.mkdir()
    (out / "r.txt").write_text("别的")
    one = labelled(folder)
    other = replace(one, doc_id="a", gold=one.gold.model_copy(update={"doc_id": "a", "text_file": "a.txt"}))
    with pytest.raises(UsageError, match=r"r\.txt was not written by this command"):
        save_gold([other, one], out)
    assert sorted(path.name for path in out.iterdir()) == [WRITTEN_LOCK, "r.txt"]


@pytest.mark.parametrize("damage", ["{", "[]", '{"r.gold.json": 1}'])
def test_a_damaged_list_of_what_was_written_protects_everything(folder, tmp_path, damage):
    """Where it cannot be told what was written here, all of it is somebody else's."""
    out = tmp_path / "set"
    save_gold([labelled(folder)], out)
    (out / WRITTEN).write_text(damage)
    save_gold([labelled(folder)], out)
    (out / WRITTEN).write_text(damage)
    with pytest.raises(UsageError, match="was not written by this command"):
        save_gold([labelled(folder, "王")], out)


def test_reports_without_labels_say_why(tmp_path, small):
    """A report that failed, one whose text was not kept, one whose id leads elsewhere."""
    record = record_of(small)
    folder = write_run(tmp_path / "run", record)
    failed = record.model_copy(update={"doc_id": "f", "status": "failed", "error": "no text layer"})
    gone, astray = (record.model_copy(update={"doc_id": name}) for name in ("gone", "../r"))
    lines = [one.to_json() for one in (record, failed, gone, astray)]
    (folder / "records.jsonl").write_text("".join(f"{line}\n" for line in lines))
    found = {one.doc_id: one.why_not for one in LabelRun(folder, SCHEMA).labelled()}
    assert found == {
        "r": "",
        "f": "it was not read: no text layer",
        "gone": "its text was not kept",
        "../r": "its id is not the name of a file",
    }
    assert save_gold([Labelled("f", None, why_not="x")], tmp_path / "set") == []
    assert not (tmp_path / "set").exists()


def test_disputes_have_both_sides_with_their_sentences(folder):
    """Who said what, from which sentence; settled, it is none any more."""
    (dispute,) = disputes_of(LabelRun(folder, SCHEMA))
    assert (dispute.doc_id, dispute.key, dispute.label) == ("r", "buses", "公交车辆数")
    assert [(one.who, one.said["value"], one.sentence) for one in dispute.sayings] == [
        ("李", 1234, "年末公交车辆共有1,234辆，客运量6.5万余人次。"),
        ("王", 2, "春季演练2场，秋季演练3场；未发生责任事故。"),
    ]
    ReviewsFile(folder).add([decide("buses", "correct", BUSES, who="赵", settles=True)])
    assert list(disputes_of(LabelRun(folder, SCHEMA))) == []
    assert labelled(folder).gold.field("buses").value == 1234


@pytest.mark.parametrize("evidence", [[[900, 901]], [[5, 2]], [3], [["a", "b"]], {"a": 1}, [[1]]])
def test_evidence_that_is_none_has_no_sentence(folder, evidence):
    """What anybody may have written into the file of decisions costs a sentence, and no more."""
    odd = {"status": "reported", "value": 3, "evidence": evidence}
    ReviewsFile(folder).add([decide("buses", "correct", odd, who="赵")])
    (dispute,) = disputes_of(LabelRun(folder, SCHEMA))
    assert dispute.sayings[-1].sentence is None


def test_keys_have_the_names_of_their_fields(every_kind):
    """A field, an entry, a cell; a key that the schema does not have is its own name."""
    keys = ("cargo", "problems@3-9", "berths/0/cost", "berths/+x", "trams")
    assert [label_of(key, every_kind) for key in keys] == ["货物吞吐量", "问题", "泊位：造价", "泊位", "trams"]

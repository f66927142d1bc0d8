"""Data sets: everything that a check must find in gold, and what loading a folder makes of it."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.errors import GoldError, UsageError
from baogao.evaluation.checking import Finding, check_gold
from baogao.evaluation.compiling import build_dataset, to_gold
from baogao.evaluation.datasets import GoldCheck, check_dataset, load_dataset, load_gold
from baogao.evaluation.marks import parse

DATASETS = Path(__file__).parents[2] / "eval" / "datasets"


def errors(check: GoldCheck) -> list[Finding]:
    """What loading would stop at."""
    return [finding for finding in check.findings if finding.level == "error"]


def findings(small, source: str, **changes: object) -> list[tuple[str, str]]:
    """The level and message of what a check finds, the gold's fields changed by hand."""
    marked = parse(source, "doc")
    gold = to_gold(marked, small, Path("doc.marked.txt"))
    gold.metadata.update({"title": None, "issuer": None})
    data = json.loads(gold.to_json())
    for name, change in changes.items():
        data["fields"][name] = {**data["fields"].get(name, {}), **change}
    changed = type(gold).model_validate(data)
    return [(found.level, str(found)) for found in check_gold(changed, marked.text, small, Path("doc.gold.json"))]


@pytest.mark.parametrize(
    "source",
    [
        "{6.5万余人次|passengers>65000}",
        "{１２辆|buses=12}",
        "{二十七辆|buses=27}",
        "{98.48%|punctuality=98.48}",
        "{百分之百|punctuality=100}",
        "{九成以上|punctuality>90}",
        "{8\n9辆|buses=89}",
        "{1,234|buses=1234}",
        "{未发生事故|accidents=none}",
        "{3次|drills+=3}、{近2次|drills+<2}",
        "夜间演练、白天演练各{1次|drills=2}",
        "新车、旧车各{7辆|buses=7}",
    ],
)
def test_figures_in_every_dress_pass(small, source: str) -> None:
    """Evidence that reads as the stated value and bound is fine."""
    assert findings(small, source) == []


@pytest.mark.parametrize(
    ("source", "level", "message"),
    [
        ("{12辆|buses=13}", "error", "'12辆' reads as 12, and the gold says 13"),
        ("{12辆|buses>12}", "warning", "no word for the bound 'over'"),
        ("{近12辆|buses=12}", "error", "reads as 'under', the gold says 'exact'"),
        ("{1.2|passengers=12000}", "warning", "reads as 1.2, and the gold says 12000"),
        ("{95|punctuality=95}", "warning", "no per cent sign"),
        ("{95件|punctuality=95}", "error", "is in '件'"),
        ("{12%|buses=12}", "error", "is in '%'"),
        ("{若干辆|buses=12}", "error", "does not read as a figure"),
        ("{事故|accidents=none}", "warning", "does not read as a none"),
        ("{12辆|buses?=13}", "error", "buses, alternative 1 at 0"),
    ],
)
def test_evidence_that_does_not_read_as_stated(small, source: str, level: str, message: str) -> None:
    """A contradiction is an error; a word that may stand elsewhere, as in a table's head, a warning."""
    ((found, said),) = findings(small, source)
    assert found == level
    assert message in said


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"evidence": [[[0, 99]]]}, "buses at 0: the span [0, 99] is not inside the text"),
        ({"evidence": [[[3, 3]]]}, "not inside the text"),
        ({"evidence": [[[-1, 3]]]}, "not inside the text"),
        ({"evidence": [[[0, 3], [0, 3]]]}, "out of order or overlaps"),
        ({"evidence": [[[0, 1], [1, 3]]]}, "is not additive"),
        ({"evidence": []}, "without evidence"),
        ({"evidence": [[]]}, "empty copy"),
        ({"value": None}, "reported without a value"),
        ({"status": "not_reported"}, "not_reported and has a value"),
        ({"status": "reported_none"}, "its value is 0"),
        ({"alternatives": [{"status": "not_reported"}]}, "silence is never an alternative"),
    ],
)
def test_gold_that_does_not_hold_together(small, change: dict, message: str) -> None:
    """Spans, states and values are checked, each error with field and offset."""
    found = findings(small, "{12辆|buses=12}", buses=change)
    assert any(level == "error" and message in said for level, said in found)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"doc_id": "zwei"}, "doc_id: 'zwei' is not the file's name"),
        ({"schema": "other"}, "schema: is 'other'"),
        ({"sha256": "0" * 64}, "sha256: is not the digest"),
        ({"characters": 7}, "characters: is 7"),
        ({"metadata": {"author": None}}, "author: is not among the metadata"),
        ({"fields": {"trams": {"status": "not_reported"}}}, "trams: is not among the fields"),
        ({"lists": {"wishes": []}}, "wishes: is not among the lists"),
        ({"lists": {"problems": [[[[0, 9999]]]]}}, "problems, item 1 at 0: the span"),
        ({"lists": {"problems": [[]]}}, "problems, item 1: has no evidence"),
        ({"text_file": "../one.txt"}, "text_file: '../one.txt' is not the name"),
        ({"text_file": "gone.txt"}, "cannot be read"),
        ({"fields": {"buses": {"status": "maybe"}}}, "fields.buses.status"),
        ({"remark": 1}, "remark: Extra inputs"),
    ],
)
def test_a_wrong_file_is_named_and_refused(dataset_dir: Path, small, change: dict, message: str) -> None:
    """Loading stops at the first error, checking lists it: file and field in both."""
    path = dataset_dir / "dev" / "one.gold.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(GoldError) as error:
        load_dataset(dataset_dir, small)
    assert message in str(error.value)
    assert path.stem.split(".")[0] in str(error.value) or "gone.txt" in str(error.value)
    assert message in "\n".join(map(str, errors(check_dataset(dataset_dir, small))))


def test_an_id_that_stands_twice_is_refused(dataset_dir: Path, small) -> None:
    """One report in dev and in test would be counted twice."""
    for suffix in (".txt", ".gold.json"):
        (dataset_dir / "test" / f"one{suffix}").write_bytes((dataset_dir / "dev" / f"one{suffix}").read_bytes())
    with pytest.raises(GoldError, match=r"test/one\.gold\.json: doc_id: 'one' is also in .*dev"):
        load_dataset(dataset_dir, small)
    assert len(errors(check_dataset(dataset_dir, small))) == 1


def test_a_data_set_knows_its_splits_and_its_digest(dataset_dir: Path, small) -> None:
    """Splits come from folders; the digest follows the gold, not the place."""
    dataset = load_dataset(dataset_dir, small)
    assert [(item.gold.doc_id, item.split) for item in dataset.items] == [("one", "dev"), ("two", "test")]
    assert dataset.part("dev").digest == load_dataset(dataset_dir / "dev", small).digest
    assert dataset.part("dev").digest != dataset.digest
    moved = dataset_dir.rename(dataset_dir.with_name("elsewhere"))
    assert load_dataset(moved, small).digest == dataset.digest


def test_folders_without_gold_are_a_usage_error(tmp_path: Path, small) -> None:
    """A mistyped folder, or one without gold, is said before anything is scored."""
    with pytest.raises(UsageError, match="there is no folder"):
        load_dataset(tmp_path / "gone", small)
    with pytest.raises(UsageError, match=r"no \*\.gold\.json"):
        load_dataset(tmp_path, small)


@pytest.mark.parametrize(("name", "doubtful"), [("examples", 0), ("fictional/dev", 1), ("second-hand", 3)])
def test_the_gold_of_the_published_reports_passes(name: str, doubtful: int, flagship) -> None:
    """Gold of whole reports has no errors, and only the warnings that a person has looked at: heads of tables."""
    check = check_dataset(DATASETS / name, flagship)
    assert check.documents == len(list((DATASETS / name).glob("*.gold.json"))) > 0
    assert errors(check) == []
    warnings = [finding.message for finding in check.findings]
    assert len(warnings) == len(check.findings) == doubtful
    assert all("no per cent sign" in message or "and the gold says" in message for message in warnings)


@pytest.mark.parametrize(
    ("loaded", "path", "split"),
    [
        (".", "one", None),
        (".", "dev/one", "dev"),
        (".", "test/more/one", "test"),
        (".", "dev/test/one", "test"),
        ("test", "test/one", "test"),
        ("test", "test/dev/one", "dev"),
    ],
)
def test_the_innermost_folder_is_the_split(tmp_path: Path, small, loaded: str, path: str, split: str | None) -> None:
    """A part of a data set that is loaded alone keeps its split; a folder of another name has none."""
    (tmp_path / "one.marked.txt").write_text("{5辆|buses=5}", encoding="utf-8")
    build_dataset([tmp_path / "one.marked.txt"], (tmp_path / "set" / path).parent, small)
    (item,) = load_dataset(tmp_path / "set" / loaded, small).items
    assert item.split == split


def test_a_check_goes_on_after_a_broken_file(dataset_dir: Path, small) -> None:
    """Every file is checked: one that is not JSON is one error among those of the others."""
    (dataset_dir / "dev" / "one.gold.json").write_text("{", encoding="utf-8")
    (dataset_dir / "test" / "two.txt").write_text("别的", encoding="utf-8")
    check = check_dataset(dataset_dir, small)
    assert check.documents == 2
    places = [(finding.path.name, finding.place) for finding in errors(check)]
    assert places[:3] == [("one.gold.json", "file"), ("two.gold.json", "sha256"), ("two.gold.json", "characters")]
    broken = check.findings[0]
    assert str(broken).count(str(broken.path)) == 1
    assert "is not JSON" in broken.message


def test_a_warning_does_not_stop_loading(tmp_path: Path, small) -> None:
    """A doubtful figure is for a person to look at; whoever loads the data set may work with it."""
    (tmp_path / "one.marked.txt").write_text("{95|punctuality=95}", encoding="utf-8")
    found = build_dataset([tmp_path / "one.marked.txt"], tmp_path / "set", small)
    assert ("warning", "punctuality") in [(finding.level, finding.place) for finding in found]
    assert load_gold(tmp_path / "set" / "one.gold.json", small).fields["punctuality"].value == 95


def test_a_finding_says_where() -> None:
    """File, field and offset, as an editor jumps to them; without an offset where there is none."""
    assert str(Finding("error", Path("a.gold.json"), "buses", "is wrong", 7)) == "a.gold.json: buses at 7: is wrong"
    assert str(Finding("error", Path("a.gold.json"), "schema", "is wrong")) == "a.gold.json: schema: is wrong"


@given(st.decimals(0, 10**9, places=2), st.decimals(0, 10**9, places=2))
def test_a_figure_passes_when_it_reads_as_the_gold_says(small, printed: Decimal, stated: Decimal) -> None:
    """The same number is fine; another one is an error, or a warning where a table's head may scale it."""
    found = findings(small, f"{{{printed:f}辆|buses={stated:f}}}")
    scales = [10**power for power in (3, 4, 6, 7, 8)]
    if printed == stated:
        assert found == []
    else:
        level = "warning" if any(printed * scale == stated for scale in scales) else "error"
        assert [level for level, _ in found] == [level]

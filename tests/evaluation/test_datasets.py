"""Data sets: everything that a check must find in gold, and what loading a folder makes of it."""

import json
from pathlib import Path

import pytest

from baogao.errors import GoldError, UsageError
from baogao.evaluation.checking import Finding
from baogao.evaluation.compiling import build_dataset
from baogao.evaluation.datasets import GoldCheck, check_dataset, load_dataset, load_gold

DATASETS = Path(__file__).parents[2] / "eval" / "datasets"


def errors(check: GoldCheck) -> list[Finding]:
    """What loading would stop at."""
    return [finding for finding in check.findings if finding.level == "error"]


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

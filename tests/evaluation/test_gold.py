"""Gold: from marks to files and back, and everything that a check must find."""

import hashlib
import json
from decimal import Decimal
from pathlib import Path

import pytest

from baogao.errors import GoldError, UsageError
from baogao.evaluation.compiling import build, build_dataset, to_gold
from baogao.evaluation.datasets import check_dataset, check_gold, load_dataset, load_gold
from baogao.evaluation.gold import parse_gold, split_of
from baogao.evaluation.marks import parse
from baogao.schema.load import load_schema

ROOT = Path(__file__).parents[2]
DATASETS = ROOT / "eval" / "datasets"
SHARED = ROOT.parent / "shared" / "reports"


def test_marks_become_gold(compiled) -> None:
    """Each kind of mark in its place: figures, bounds, sums, nones, alternatives, items."""
    gold = compiled(
        "{近30辆|buses<30}{2场|drills+=2}、{3场|drills+=3}{无事故|accidents=none}{9人|passengers?=9}{旧|problems}"
    )
    assert (gold.fields["buses"].value, gold.fields["buses"].bound) == (30, "under")
    assert (gold.fields["drills"].value, gold.fields["drills"].evidence) == (5, [[(4, 6), (7, 9)]])
    assert gold.fields["accidents"].status == "reported_none"
    assert gold.fields["passengers"].status == "not_reported"
    assert gold.fields["passengers"].alternatives[0].value == 9
    assert gold.lists == {"problems": [[[(14, 15)]]]}
    assert gold.field("punctuality").status == "not_reported"


def test_a_figure_printed_twice_has_two_copies(compiled) -> None:
    """The same value again is another right place; so is an item's text, white space aside, and a printed sum."""
    gold = compiled(
        "{5场|drills=5}：{2场|drills+=2}{3场|drills+=3}；{4场|drills+2=4}{1场|drills+2=1}"
        "{旧 车|problems}{旧\n车|problems}"
    )
    assert gold.fields["drills"].evidence == [[(0, 2)], [(3, 5), (5, 7)], [(8, 10), (10, 12)]]
    assert gold.lists["problems"] == [[[(12, 15)], [(15, 18)]]]


@pytest.mark.parametrize(
    ("source", "bound"),
    [("{2场|drills+=2}{3场|drills+=3}", "exact"), ("{2场|drills+=2}{近3场|drills+<3}", "under")],
)
def test_a_sum_is_as_exact_as_its_parts(compiled, source: str, bound: str) -> None:
    """One inexact part makes the sum inexact."""
    assert compiled(source).fields["drills"].bound == bound


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{5辆|buses=5}、{6辆|buses=6}", "buses is marked '5辆' at 0 and otherwise: '6辆' at offset 3"),
        ("{5辆|trams=5}", "'trams' is no figure"),
        ("{5辆|buses}", "'buses' is no list"),
        ("{6场|drills=6}{2场|drills+=2}{3场|drills+=3}", "add up to 5, not 6"),
        ("{2场|drills+=2}{3场|drills+2=3}", "different sums"),
        ("---\nmetadata: {author: x}\n---\n", "'author' is not in"),
        ("---\nmetadata: {title: 2023}\n---\n", "title: write 2023 in quotes"),
    ],
)
def test_marks_that_contradict_one_another_are_named(compiled, source: str, message: str) -> None:
    """Both places, or the file and the field."""
    with pytest.raises(GoldError, match=message):
        compiled(source)


def test_a_gold_file_survives_its_own_writing(dataset_dir: Path, small) -> None:
    """Text and gold are written byte for byte, and load to what was compiled."""
    text, gold = build(dataset_dir.parent / "one.marked.txt", small)
    assert (dataset_dir / "dev" / "one.txt").read_bytes() == text.encode()
    assert load_gold(dataset_dir / "dev" / "one.gold.json", small) == gold
    assert gold.fields["buses"].value == Decimal(1234)


def test_line_ends_are_never_translated(tmp_path: Path, small) -> None:
    """A scrape's CRLF stays as it is: offsets refer to the file's own characters."""
    marked = tmp_path / "crlf.marked.txt"
    marked.write_bytes("甲\r\n{5辆|buses=5}\r\n".encode())
    found = build_dataset([marked], tmp_path / "out", small)
    assert [(finding.level, finding.place) for finding in found] == [("warning", "title"), ("warning", "issuer")]
    gold = load_gold(tmp_path / "out" / "crlf.gold.json", small)
    assert gold.fields["buses"].evidence == [[(3, 5)]]
    assert (tmp_path / "out" / "crlf.txt").read_bytes() == "甲\r\n5辆\r\n".encode()


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
    assert message in "\n".join(map(str, check_dataset(dataset_dir, small).of("error")))


def test_a_key_that_stands_twice_is_refused(dataset_dir: Path) -> None:
    """JSON would let the second win in silence."""
    path = dataset_dir / "dev" / "one.gold.json"
    path.write_text(path.read_text().replace('"fields": {', '"fields": {"buses": {"status": "not_reported"},', 1))
    with pytest.raises(GoldError, match="'buses' stands twice"):
        parse_gold(path)


def test_an_id_that_stands_twice_is_refused(dataset_dir: Path, small) -> None:
    """One report in dev and in test would be counted twice."""
    for suffix in (".txt", ".gold.json"):
        (dataset_dir / "test" / f"one{suffix}").write_bytes((dataset_dir / "dev" / f"one{suffix}").read_bytes())
    with pytest.raises(GoldError, match=r"test/one\.gold\.json: doc_id: 'one' is also in .*dev"):
        load_dataset(dataset_dir, small)
    assert len(check_dataset(dataset_dir, small).of("error")) == 1


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


def test_nothing_is_written_beside_an_error(tmp_path: Path, small) -> None:
    """A build with an error leaves no half data set behind."""
    good, bad = tmp_path / "good.marked.txt", tmp_path / "bad.marked.txt"
    good.write_text("{12辆|buses=12}")
    bad.write_text("{12辆|buses=13}")
    assert any(found.level == "error" for found in build_dataset([good, bad], tmp_path / "out", small))
    assert not (tmp_path / "out").exists()
    with pytest.raises(GoldError, match="a second report of the id 'good'"):
        build_dataset([good, good], tmp_path / "out", small)


def test_the_split_is_the_digests_and_nobodys_choice() -> None:
    """The first hex digit of SHA-256 decides; both splits get about half."""
    names = [f"report-{number}" for number in range(1000)]
    for name in names[:20]:
        assert (split_of(name) == "test") == (int(hashlib.sha256(name.encode()).hexdigest(), 16) >> 255 == 0)
    assert 430 < sum(split_of(name) == "test" for name in names) < 570


@pytest.mark.parametrize("name", ["examples", "fictional"])
def test_the_projects_own_gold_is_what_its_marks_say(name: str, tmp_path: Path) -> None:
    """The published files are the compiled marks, without an error, each in the split of its id."""
    schema, folder = load_schema(), DATASETS / name
    marked = sorted((folder / "marked").glob("*.marked.txt"))
    found = build_dataset(marked, tmp_path, schema, by_split=name == "fictional")
    assert [str(finding) for finding in found if finding.level == "error"] == []
    built = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.*")}
    published = [
        path for path in folder.rglob("*.*") if path.parent.name != "marked" and path.suffix in (".txt", ".json")
    ]
    assert {path.relative_to(folder) for path in published} == built.keys()
    assert [path.name for path in published if path.read_bytes() != built[path.relative_to(folder)]] == []


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real reports are not here")
def test_the_gold_of_the_real_reports_passes() -> None:
    """Hand-made gold of real texts has neither errors nor warnings."""
    assert check_dataset(SHARED, load_schema()).findings == []

"""From marks to gold and its files: what each mark becomes, and which marks contradict one another."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.errors import GoldError, UsageError
from baogao.evaluation.compiling import build, build_dataset
from baogao.evaluation.datasets import load_gold
from baogao.evaluation.gold import split_of
from baogao.schema.load import load_schema

DATASETS = Path(__file__).parents[2] / "eval" / "datasets"


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
    [
        ("{2场|drills+=2}{3场|drills+=3}", "exact"),
        ("{2场|drills+=2}{近3场|drills+<3}", "under"),
        ("{2场余|drills+>2}{近3场|drills+<3}", "about"),
        ("{约2场|drills+~2}{3场|drills+=3}", "about"),
    ],
)
def test_a_sum_is_as_exact_as_its_parts(compiled, source: str, bound: str) -> None:
    """One inexact part makes the sum inexact; two that differ leave it at about."""
    assert compiled(source).fields["drills"].bound == bound


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{5辆|buses=5}、{6辆|buses=6}", "buses is marked '5辆' at 0 and otherwise: '6辆' at offset 3"),
        ("{5辆|trams=5}", "'trams' is no field of small_schema: '5辆' at offset 0 of the text, line 1"),
        ("{5辆|buses}", "buses is a figure: its label needs a value"),
        ("{5辆|buses?}", "buses is a figure: its label needs a value"),
        ("{5辆|buses=five}", "buses takes a number, a range 6..6.5 or none, not 'five'"),
        ("{5-6辆|buses=5..6}", "buses takes no range"),
        ("{5辆|buses+=5}", "buses is marked as a part of a sum"),
        ("{5辆|buses.1.name=5}", "buses is no list of rows"),
        ("{旧|problems=旧}", "problems is an entry of a list"),
        ("{某市|title}", "title is metadata"),
        ("{6场|drills=6}{2场|drills+=2}{3场|drills+=3}", "add up to 5, not 6"),
        ("{2场|drills+=2}{3场|drills+2=3}", "different sums"),
        ("---\nmetadata: {author: x}\n---\n", "'author' is not in"),
        ("---\nmetadata: {title: 2023}\n---\n", "title: write 2023 in quotes"),
        ("---\nmetadata: [1]\n---\n", "a name and a value on each line is wanted"),
    ],
)
def test_marks_that_contradict_one_another_are_named(compiled, source: str, message: str) -> None:
    """Both places, or the file and the field."""
    with pytest.raises(GoldError, match=message):
        compiled(source)


REPORT = """---
metadata: {title: 某港年报}
---
某港年报（{2025年1月8日|issued_on=2025-01-08}，港长{王 海川|issued_by}）
全年计划{圆满完成|plan_met=完成}。吞吐量{1.2亿吨|cargo=12000}，下降{2.3%|cargo_growth=-2.3}，居全国{第三|place=3}，
煤炭、矿石、箱之比为{15|coal_share=15}:61.9:23.1。今年力争增长{6%—6.5%|cargo_target=6..6.5}。
{城西泊位|berths.20.name}投资{0.8亿元|berths.20.cost=0.8}，与{城东泊位|berths.3.name}均已{建成|berths.20.stage=建成,
berths.3.stage=建成}，造价{5000万元|berths.3.cost?=0.5}；另有{老泊位|berths.21.name?}{在建|berths.21.stage=在建}。
"""


def test_every_kind_of_field_has_its_gold(compiled_every) -> None:
    """A sign, a range, a rank, a part of a ratio, a date, a quote, a choice: each as its kind writes a value."""
    gold = compiled_every(REPORT)
    said = {name: (field.value, field.upper, field.bound) for name, field in gold.fields.items()}
    assert said == {
        "issued_on": ("2025-01-08", None, None),
        "issued_by": ("王海川", None, None),
        "plan_met": ("完成", None, None),
        "cargo": (12000, None, "exact"),
        "cargo_growth": (Decimal("-2.3"), None, "exact"),
        "cargo_target": (6, Decimal("6.5"), "exact"),
        "place": (3, None, "exact"),
        "coal_share": (15, None, "exact"),
    }
    assert (gold.schema_version, gold.to_json().count('"schema_version": 1,')) == (1, 1)


def test_rows_come_in_the_order_of_their_numbers(compiled_every) -> None:
    """Cells in the schema's order; one mark may be of two rows; of a row that may be there all is an alternative."""
    east, west, old = compiled_every(REPORT).rows["berths"]
    assert [list(row) for row in (east, west, old)] == [["name", "cost", "stage"]] * 2 + [["name", "stage"]]
    assert (east["name"].value, west["name"].value, west["cost"].value) == ("城东泊位", "城西泊位", Decimal("0.8"))
    assert east["stage"].evidence == west["stage"].evidence
    assert (east["cost"].status, east["cost"].alternatives[0].value) == ("not_reported", Decimal("0.5"))
    assert [(cell.stated, cell.alternatives[0].value) for cell in old.values()] == [(False, "老泊位"), (False, "在建")]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{圆满|plan_met=圆满}", "plan_met has no option '圆满', only 完成, 未完成"),
        ("{圆满|plan_met}", "plan_met is a choice: its label needs a value"),
        ("{圆满|plan_met>完成}", "plan_met is a choice: its label has a = and no other sign"),
        ("{1月|issued_on=2025-13}", "issued_on takes a date"),
        ("{1月|issued_on=none}", "issued_on takes a date"),
        ("{王|issued_by=王}", "issued_by takes no value: the marked text is it"),
        ("{王|issued_by}{李|issued_by}", "issued_by is marked '王' at 0 and otherwise: '李' at offset 1"),
        ("{6-7%|cargo_target=7..6}", "cargo_target has a range whose second bound is not above the first"),
        ("{东|berths}", "berths is a list of rows: write NAME.NUMBER.CELL"),
        ("{东|berths.1.depth=3}", "'depth' is no cell of berths, only name, cost, stage, opened"),
        ("{1亿元|berths.1.cost=1}{2亿元|berths.1.cost=2}", "berths.1.cost is marked '1亿元' at 0 and otherwise"),
    ],
)
def test_a_label_that_does_not_fit_its_kind_is_named(compiled_every, source: str, message: str) -> None:
    """File, field and place; an option that does not exist lists those that do."""
    with pytest.raises(GoldError, match=message):
        compiled_every(source)


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


def test_nothing_is_written_beside_an_error(tmp_path: Path, small) -> None:
    """A build with an error leaves no half data set behind."""
    good, bad = tmp_path / "good.marked.txt", tmp_path / "bad.marked.txt"
    good.write_text("{12辆|buses=12}")
    bad.write_text("{12辆|buses=13}")
    assert any(found.level == "error" for found in build_dataset([good, bad], tmp_path / "out", small))
    assert not (tmp_path / "out").exists()
    with pytest.raises(GoldError, match="a second report of the id 'good'"):
        build_dataset([good, good], tmp_path / "out", small)


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


def test_an_id_is_the_front_matters_or_the_files(tmp_path: Path, small) -> None:
    """The front matter's wins; the file's loses its suffix, whichever of the two it has."""
    for name, source, expected in (
        ("a.marked.txt", "甲", "a"),
        ("b.txt", "甲", "b"),
        ("c.marked.txt", "---\ndoc_id: town-7\n---\n甲", "town-7"),
        ("d.marked.txt", "---\ndoc_id: 2023\n---\n甲", "2023"),
    ):
        (tmp_path / name).write_text(source, encoding="utf-8")
        text, gold = build(tmp_path / name, small)
        assert (text, gold.doc_id, gold.text_file, gold.characters) == ("甲", expected, f"{expected}.txt", 1)


def test_fields_and_metadata_stand_in_the_schemas_order(compiled) -> None:
    """However the marks and the front matter are ordered, so that files can be compared."""
    gold = compiled("---\nmetadata: {issuer: null, title: 甲}\n---\n{无|accidents=none}{5辆|buses=5}")
    assert list(gold.metadata) == ["title", "issuer"]
    assert list(gold.fields) == ["buses", "accidents"]
    assert gold.lists == {"problems": []}


def test_an_alternative_that_says_the_same_is_none(compiled) -> None:
    """The same value at the same place is no second reading; at another place it is."""
    gold = compiled("{5辆|buses=5, buses?=5}，{5人|passengers=5}、{5人|passengers?=5}、{6人|passengers?=6}")
    assert gold.fields["buses"].alternatives == []
    assert [(other.value, other.evidence) for other in gold.fields["passengers"].alternatives] == [
        (5, [[(6, 8)]]),
        (6, [[(9, 11)]]),
    ]


def test_reports_go_to_the_split_of_their_ids(tmp_path: Path, small) -> None:
    """Each into ``dev`` or ``test`` by its id alone, whatever is given first."""
    names = [f"town{number}" for number in range(12)]
    marked = [tmp_path / f"{name}.marked.txt" for name in names]
    for path in marked:
        path.write_text("{5辆|buses=5}", encoding="utf-8")
    build_dataset(marked[::-1], tmp_path / "set", small, by_split=True)
    built = {path.name.removesuffix(".gold.json"): path.parent.name for path in (tmp_path / "set").rglob("*.json")}
    assert built == {name: split_of(name) for name in names}
    assert set(built.values()) == {"dev", "test"}


@given(st.lists(st.lists(st.integers(0, 999), min_size=1, max_size=3), min_size=1, max_size=3))
def test_parts_make_a_sum_or_contradict_one_another(compiled, copies: list[list[int]]) -> None:
    """Copies whose parts add up to the same are one reading with a place for each; others are refused."""
    source = "；".join(
        "".join(f"{{{part}场|drills+{number}={part}}}" for part in parts)
        for number, parts in enumerate(copies, start=1)
    )
    if len({sum(parts) for parts in copies}) > 1:
        with pytest.raises(GoldError, match="add up to different sums"):
            compiled(source)
        return
    field = compiled(source).fields["drills"]
    assert (field.status, field.value, field.bound) == ("reported", sum(copies[0]), "exact")
    assert [len(copy) for copy in field.evidence] == [len(parts) for parts in copies]


def test_a_place_for_gold_that_cannot_be_written(tmp_path: Path, small) -> None:
    """It is an error in words."""
    marked = tmp_path / "a.marked.txt"
    marked.write_text("{5辆|buses=5}", encoding="utf-8")
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"cannot write .*a\.txt"):
        build_dataset([marked], tmp_path / "file" / "set", small)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("夜间演练、白天演练各{1场|drills=1}", 2),
        ("夜间演练、白天演练{各1场|drills=1}", 2),
        ("夜间演练、白天演练各{1场|drills=2}", 2),
        ("{3场|drills+=3}，夜间演练、白天演练各{1场|drills+=1}", 5),
        ("六个车队各{1场|drills=1}", 1),
        ("新车、旧车各{7辆|buses=7}", 7),
    ],
)
def test_a_number_shared_by_nouns_counts_for_each(compiled, source: str, value: int) -> None:
    """各1场 behind two nouns is 2 for a field that may be summed, whichever of the two its label says."""
    assert compiled(source).fields[source.partition("|")[2].split("=")[0].rstrip("+")].value == value

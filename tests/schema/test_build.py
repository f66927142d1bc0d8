"""From the classes of a schema file to the schema, for fields of every kind; the line of whatever is wrong with one."""

from __future__ import annotations

from pathlib import Path

import pytest

from baogao.errors import SchemaError
from baogao.schema import Unit, load_schema

EVERY_KIND = Path(__file__).parents[1] / "fixtures" / "every_kind.py"
GOOD = EVERY_KIND.read_text(encoding="utf-8")


@pytest.fixture
def changed(tmp_path):
    """A function that writes the schema of every kind with one thing changed; gives its path and its source."""

    def changed(old: str, new: str) -> tuple[Path, str]:
        assert old in GOOD
        path = tmp_path / "every_kind.py"
        source = GOOD.replace(old, new)
        path.write_text(source, encoding="utf-8")
        return path, source

    return changed


def test_every_kind_of_field():
    """What each asks for is in the schema, beside where it stands."""
    schema = load_schema(EVERY_KIND)
    assert {spec.id: spec.kind for spec in schema.specs} == {
        "title": "text",
        "signed_on": "date",
        "manager": "quote",
        "plan_met": "choice",
        "water": "figure",
        "growth": "figure",
        "growth_target": "figure",
        "metered": "choice",
        "repairs": "figure",
        "problems": "items",
        "works": "rows",
    }
    assert [spec.id for spec in schema.fields if spec.group == "supply"] == [
        *("water", "growth", "growth_target", "metered", "repairs"),
    ]
    target, works = schema.by_id["growth_target"], schema.by_id["works"]
    assert (target.period, target.allow, target.takes) == ("next", {"growth"}, {"number", "range"})
    assert (target.needs, target.excludes) == ({"target"}, {"prior_year", "cumulative"})
    assert [(cell.id, cell.kind, cell.key) for cell in works.cells] == [
        ("name", "quote", True),
        ("cost", "figure", False),
        ("stage", "choice", False),
        ("opened", "date", False),
    ]
    assert (schema.by_id["metered"].options, works.cells[2].options) == (("是", "否"), ("建成", "在建"))
    assert schema.sought.kinds == {"number", "range", "date"}
    assert (schema.sought.year, schema.sought.signed) == ("before_title", True)
    assert schema.units.own == (Unit("方", of="立方米"),)


def test_rows_are_named_by_the_first_quote(changed):
    """Where no cell says that it is the key."""
    path, _ = changed(", key=True", "")
    (works,) = load_schema(path).rows
    assert works.named_by.id == "name"


@pytest.mark.parametrize(
    ("old", "new", "at", "message"),
    [
        (
            'options=["完成", "未完成"]',
            'options=["完成"]',
            "plan_met: ",
            "needs two or more different options",
        ),
        ('["建成", "在建"]', '["在建", "在建"]', "stage: ", "two or more different options; it has: 在建, 在建"),
        (
            'name: Annotated[Quote, Ask("工程名称", key=True)]',
            'name: Annotated[Date, Ask("工程名称")]',
            "works: ",
            "the rows of works need a key: a Quote that names a row, or Ask(…, key=True)",
        ),
        ('Ask("负责人")', 'Ask("签发日期")', "manager: ", "the label '签发日期': signed_on and manager"),
        ('Ask("进度",', 'Ask("投资",', "stage: ", "two fields have the label '投资': cost and stage"),
        ('of="立方米"', 'of="桶"', '"桶"', "nothing is known of the unit '桶': it cannot be converted"),
        ('of="立方米"', 'of="立方米", factor="many"', '"方"', "the unit '方' cannot be converted"),
        ('of="立方米"', 'of="立方米", factor="1/0"', '"方"', "the unit '方' cannot be converted"),
        ('of="立方米"', 'of="方"', '"方"', "cannot be converted: the unit '方' is defined by itself"),
        (
            'allow=["growth"], terms',
            'allow=["grows"], terms',
            "growth: ",
            "allows 'grows'; it may be some of",
        ),
        (
            'allow=["growth"], terms',
            'allow="growth", terms',
            "growth: ",
            "allows 'growth', which is no list; write ['growth']",
        ),
        (
            'takes=["number", "range"])\n    ]',
            'takes=["span"])\n    ]',
            "growth_target: ",
            "takes 'span'; it may be",
        ),
        (
            'takes=["number", "range"])\n    ]',
            "takes=[])\n    ]",
            "growth_target: ",
            "takes nothing: it needs one",
        ),
        (
            'period="next"',
            'period="soon"',
            "growth_target: ",
            "the period 'soon'; there are this, last",
        ),
        (
            '"before_title"',
            '"after"',
            "class WaterReport",
            "the reporting_year is 'after'; there are",
        ),
        ('Ask("负责人")', 'Ask("负责人", role="issuer")', "manager: ", "has the role 'issuer'; a Text may have one of"),
        (
            "opened: Annotated[Date",
            "opened: Annotated[Items",
            "opened: ",
            "opened of a row must be annotated",
        ),
        (
            "cost: Annotated[Figure",
            "cost: Annotated[list[Supply]",
            "cost: ",
            "cost of a row must be annotated",
        ),
        (
            "metered: Annotated[Choice",
            "metered: Annotated[list[Works]",
            "metered: ",
            "metered of a group must be",
        ),
        ("list[Works]", "list[int]", "works: ", "works of the report must be annotated as Figure, Text, Items, Choice"),
        ('    """工程投用的日期。"""\n', "", "opened: ", "the field opened needs a docstring below it"),
        ("signed_on: A", "water: A", "water: Annotated[Date", "two fields have the id 'water'"),
    ],
)
def test_errors_name_their_line(changed, old, new, at, message):
    """Whatever is wrong with a field of any kind, the message has the file, the line and the reason, in one line."""
    path, source = changed(old, new)
    with pytest.raises(SchemaError) as caught:
        load_schema(path)
    line = 1 + source[: source.index(at)].count("\n")
    assert str(caught.value).startswith(f"{path}, line {line}: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)

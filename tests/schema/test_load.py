"""Loading a schema file, and the line of whatever is wrong with one."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from baogao.errors import SchemaError
from baogao.schema import load_schema, new_schema
from baogao.schema.fields import FieldKind

GOOD = '''\
from typing import Annotated, ClassVar

from baogao.schema import Ask, Figure, Group, Items, Relation, Report, Text


class Output(Group):
    """产出"""

    grain: Annotated[Figure, Ask("粮食产量", unit="吨", terms=["粮食"])]
    """全年粮食产量。"""

    wheat: Annotated[Figure, Ask("小麦产量", unit="吨", additive=True)]
    """全年小麦产量。"""


class Grain(Report):
    """粮食工作报告"""

    schema_name: ClassVar[str] = "grain"
    relations: ClassVar[tuple[Relation, ...]] = (Relation("ordered", ("grain", "wheat")),)

    title: Annotated[Text, Ask("标题")]
    """标题。"""

    output: Output

    problems: Annotated[Items, Ask("问题")]
    """问题。"""
'''


FIRST_LINE = ""


@pytest.fixture
def write(tmp_path):
    """A function that writes a schema file and gives its path."""

    def write(source: str) -> Path:
        path = tmp_path / "grain.py"
        path.write_text(source, encoding="utf-8")
        return path

    return write


def test_a_good_schema(write):
    """Everything that the file says is in the schema."""
    schema = load_schema(write(GOOD))
    assert (schema.name, schema.title, schema.version, schema.language) == ("grain", "粮食工作报告", 1, "zh")
    assert [(spec.id, spec.kind, spec.group) for spec in schema.specs] == [
        ("title", "text", ""),
        ("grain", "figure", "output"),
        ("wheat", "figure", "output"),
        ("problems", "items", ""),
    ]
    assert schema.groups == {"output": "产出"}
    assert schema.by_id["grain"].terms == ("粮食",)
    assert schema.by_id["grain"].note == "全年粮食产量。"
    assert schema.by_id["wheat"].additive
    assert schema.relations[0].fields == ("grain", "wheat")
    assert schema.digest.startswith("sha256:")


def test_postponed_annotations_work_too(write):
    """A file may begin with ``from __future__ import annotations``."""
    assert load_schema(write(f"from __future__ import annotations\n{GOOD}")).name == "grain"


def test_a_changed_file_is_read_anew(write):
    """Loading twice in one process sees an edit of the same length."""
    first = load_schema(write(GOOD))
    second = load_schema(write(GOOD.replace("粮食产量", "谷物产量")))
    assert first.by_id["grain"].label == "粮食产量"
    assert second.by_id["grain"].label == "谷物产量"
    assert first.digest != second.digest


@pytest.mark.parametrize(
    ("old", "new", "at", "message"),
    [
        ("class Output(Group):", "class Output(Group)", "class Output(Group)", "expected ':'"),
        ("import Annotated", "import Annotatedd", "import Annotatedd", "ImportError: cannot import name 'Annotatedd'"),
        ("\n\nclass Output", "\n\n1 / 0\n\nclass Output", "1 / 0", "ZeroDivisionError: division by zero"),
        ("\n\nclass Output", "\n\nraise SystemExit(3)\n\nclass Output", "raise SystemExit", "SystemExit: 3"),
        ("Annotated[Figure, Ask(", "Annotated[Figur, Ask(", "Figur,", "name 'Figur' is not defined"),
        ('unit="吨", terms', 'units="吨", terms', "units=", "TypeError"),
        (
            "wheat: Annotated[Figure,",
            "wheat: Annotated[bytes,",
            "wheat: ",
            "field wheat of a group must be annotated as",
        ),
        ("title: Annotated[Text,", "title: Annotated[bytes,", "title: ", "as Figure, Text, Items, Choice, Date, Quote"),
        ("wheat: Annotated[Figure,", "wheat: Annotated[Text,", "wheat: ", "must be annotated as Figure"),
        ('Annotated[Text, Ask("标题")]', "Text", "title: Text", "field title needs one Ask"),
        ('    """全年小麦产量。"""\n', "", "wheat: ", "field wheat needs a docstring below it"),
        (
            'Ask("标题")',
            'Ask("标题", role="titel")',
            "title: ",
            "has the role 'titel'; a Text may have one of title",
        ),
        ('terms=["粮食"]', 'role="title"', "grain: ", "the field grain has the role 'title'; a Text may have"),
        ("wheat: A", "grain: A", 'grain: Annotated[Figure, Ask("小麦', "two fields have the id 'grain'"),
        ("title: A", "wheat: A", "wheat: Annotated[Text", "two fields have the id 'wheat'"),
        ("    wheat: A", "    Wheat: A", "Wheat: ", "an id has small letters"),
        ('("grain", "wheat")', '("grain", "barley")', '"barley"', "names the figure 'barley', which does not exist"),
        ('"ordered"', '"sum"', '"sum"', "there is no relation 'sum'"),
        ('"ordered"', '"rate"', '"rate"', "the relation 'rate' needs 3 fields"),
        (
            "class Grain(Report)",
            "class Grain(Group)",
            FIRST_LINE,
            "exactly one class derived from Report; there is: none",
        ),
        ("class Output(Group)", "class Output(Report)", "class Grain", "exactly one class derived from Report"),
        ('schema_name: ClassVar[str] = "grain"', "pass", "class Grain", "needs a schema_name"),
        ('= "grain"', '= "My Grain"', "class Grain", "needs a schema_name"),
        ("output: Output", 'output: "Outputs"', "output: ", "Outputs"),
    ],
)
@pytest.mark.parametrize("postponed", [False, True])
def test_errors_name_their_line(write, old, new, at, message, postponed):
    """Whatever is wrong in someone's file, the message has the file, the line and the reason, in one line."""
    source = ("from __future__ import annotations\n" if postponed else "") + GOOD.replace(old, new)
    path = write(source)
    with pytest.raises(SchemaError) as caught:
        load_schema(path)
    line = 1 if at == FIRST_LINE else 1 + source[: source.index(at)].count("\n")
    assert str(caught.value).startswith(f"{path}, line {line}: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_bytes_that_are_no_source(tmp_path):
    """A file that is not even text is an error in words."""
    path = tmp_path / "grain.py"
    path.write_bytes("# 粮食".encode("gb18030") + b"\0")
    with pytest.raises(SchemaError, match=r"grain\.py, line 1: "):
        load_schema(path)


def test_unknown_names(tmp_path):
    """A name that does not exist lists those that do; a path that does not exist is named."""
    with pytest.raises(SchemaError, match=r"no schema named 'weather'; there are: .*law_based_government"):
        load_schema("weather")
    with pytest.raises(SchemaError, match=r"no schema file .*nothing\.py"):
        load_schema(tmp_path / "nothing.py")


def test_a_new_schema_loads(tmp_path):
    """The skeleton is a schema of every kind of field, under the name that was asked for."""
    schema = load_schema(new_schema(tmp_path / "water"))
    assert schema.name == "water"
    assert {spec.kind for spec in schema.specs} == set(get_args(FieldKind))
    assert schema.relations
    figures = schema.figures
    assert {"this", "next"} <= {spec.period for spec in figures}
    assert any(spec.signed for spec in figures)
    assert any("range" in spec.takes for spec in figures)
    assert load_schema(new_schema(tmp_path / "a.py", "fire_reports")).model.__name__ == "FireReports"


def test_a_new_schema_overwrites_nothing(tmp_path):
    """An existing file stays, a missing folder and a bad name are errors in words."""
    path = new_schema(tmp_path / "water.py")
    before = path.read_bytes()
    with pytest.raises(SchemaError, match=r"water\.py exists already"):
        new_schema(path)
    assert path.read_bytes() == before
    path.unlink()
    with pytest.raises(SchemaError, match=r"water\.rules\.yaml exists already"):
        new_schema(path)
    assert not path.exists()
    with pytest.raises(SchemaError, match="cannot be written"):
        new_schema(tmp_path / "no" / "water.py")
    with pytest.raises(SchemaError, match="small letters"):
        new_schema(tmp_path / "Water-1.py")

"""A schema as JSON Schema and as a table."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from rich.console import Console

from baogao.schema import as_table, json_schema, load_schema
from baogao.schema.values import Answer

EVERY_KIND = Path(__file__).parents[1] / "fixtures" / "every_kind.py"


@pytest.fixture(scope="module")
def schema():
    """The flagship."""
    return load_schema()


@pytest.fixture(scope="module")
def validator(schema):
    """A validator for what json_schema describes."""
    document = json_schema(schema)
    jsonschema.Draft202012Validator.check_schema(document)
    return jsonschema.Draft202012Validator(document)


def record(schema):
    """The three parts of an empty record."""
    return {
        "metadata": {spec.id: {"value": None, "evidence": []} for spec in schema.metadata},
        "fields": {spec.id: {"status": "not_reported"} for spec in schema.figures},
        "lists": {spec.id: [] for spec in schema.lists},
    }


def test_a_record_is_valid(schema, validator):
    """Records as they are written fit."""
    data = record(schema)
    data["fields"]["case_files_reviewed"] = {
        "status": "reported",
        "value": 135,
        "bound": "exact",
        "unit": "卷",
        "evidence": [[901, 905]],
        "text": "135卷",
        "confidence": 0.97,
        "by": "rules",
    }
    data["lists"]["problems"].append({"text": "人手不足", "evidence": [[3301, 3305]]})
    validator.validate(data)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data["fields"].pop("exam_passed"),
        lambda data: data["fields"].update(exam_taken={"status": "not_reported"}),
        lambda data: data["fields"].update(exam_passed={"status": "silent"}),
        lambda data: data["fields"].update(exam_passed={"value": 3}),
        lambda data: data["lists"].update(plans={}),
    ],
)
def test_a_spoilt_record_is_not(schema, validator, spoil):
    """A missing field, an unknown one, a fourth state, a figure without a state, a list that is none."""
    data = record(schema)
    spoil(data)
    assert not validator.is_valid(data)


def test_units_and_notes_are_told(schema):
    """A reader of the JSON Schema learns what the codebook says of a field."""
    field = json_schema(schema)["properties"]["fields"]["properties"]["emergency_drills"]
    spec = schema.by_id["emergency_drills"]
    assert (field["title"], field["description"]) == (spec.label, spec.note)
    assert (field["x-unit"], field["x-group"], field["x-additive"]) == ("场", "emergency", True)


def test_the_table_is_whole(schema):
    """Every field's id, label and note stand in the table, however narrow the screen."""
    console = Console(file=io.StringIO(), width=100)
    console.print(as_table(schema))
    shown = "".join(console.file.getvalue().split())
    printed = "".join(line.split("│")[-2].strip() for line in console.file.getvalue().splitlines() if "│" in line)
    for spec in schema.specs:
        assert spec.id in shown
        assert "".join(spec.note.split()) in "".join(printed.split())


def of_every_kind():
    """The four parts of a record with a field of every kind."""
    said = {"status": "reported", "evidence": [[0, 2]], "text": "……", "confidence": 0.9, "by": "rules"}
    silent = {"status": "not_reported"}
    return {
        "metadata": {"title": {"value": "报告", "evidence": []}},
        "fields": {
            "signed_on": said | {"value": "2025-01-08"},
            "manager": said | {"value": "李云"},
            "plan_met": said | {"value": "未完成"},
            "water": said | {"value": 1260.5, "bound": "exact", "unit": "立方米"},
            "growth": said | {"value": -2.3, "bound": "exact", "unit": "%"},
            "growth_target": said | {"value": 6.5, "upper": 7, "bound": "exact", "unit": "%"},
            "metered": silent,
            "repairs": silent,
        },
        "lists": {"problems": []},
        "rows": {"works": [{"name": said | {"value": "新水厂"}, "cost": said | {"value": 86, "bound": "about"}}, {}]},
    }


@pytest.fixture(scope="module")
def every_kind():
    """A schema with a field of every kind."""
    return load_schema(EVERY_KIND)


def test_a_record_of_every_kind_is_valid(every_kind):
    """As it is written: words, a year that is a number, a range, a fall, rows with some of their cells."""
    document = json_schema(every_kind)
    jsonschema.Draft202012Validator.check_schema(document)
    validator = jsonschema.Draft202012Validator(document)
    data = of_every_kind()
    validator.validate(data)
    for date in ("2025-01", 2025):
        data["fields"]["signed_on"]["value"] = date
        validator.validate(data)


@pytest.mark.parametrize(
    ("field", "key", "value"),
    [
        ("signed_on", "value", "8 January"),
        ("signed_on", "bound", "exact"),
        ("plan_met", "value", "大致完成"),
        ("manager", "upper", 7),
        ("water", "value", "许多"),
        ("water", "upper", 1300),
        ("growth_target", "upper", "7%"),
    ],
)
def test_a_value_of_another_kind_is_not(every_kind, field, key, value):
    """A date that is none, an option that is none, words for a figure, a second bound where no range is asked for."""
    validator = jsonschema.Draft202012Validator(json_schema(every_kind))
    data = of_every_kind()
    data["fields"][field][key] = value
    assert not validator.is_valid(data)


@pytest.mark.parametrize(
    "cell", [{"owner": {"status": "not_reported"}}, {"stage": {"status": "reported", "value": "停"}}]
)
def test_a_row_with_a_strange_cell_is_not(every_kind, cell):
    """One that the row does not have, or whose value is none of its options."""
    data = of_every_kind()
    data["rows"]["works"].append(cell)
    assert not jsonschema.Draft202012Validator(json_schema(every_kind)).is_valid(data)


def test_an_option_of_digits_is_described_as_it_is_written(every_kind):
    """A record writes the option 1 as a number."""
    choice = replace(every_kind.by_id["plan_met"], options=("1", "2", "其他"))
    specs = tuple(choice if spec.id == "plan_met" else spec for spec in every_kind.specs)
    fields = json_schema(replace(every_kind, specs=specs))["properties"]["fields"]["properties"]
    written = json.loads(Answer(status="reported", value="1").model_dump_json())["value"]
    assert fields["plan_met"]["properties"]["value"]["enum"] == [written, 2, "其他"]


def test_what_a_figure_asks_for_is_told(every_kind):
    """Period, sign, what is allowed and what is taken, where it is not what every figure has."""
    fields = json_schema(every_kind)["properties"]["fields"]["properties"]
    told = {key: value for key, value in fields["growth_target"].items() if key.startswith("x-")}
    assert told == {
        "x-unit": "%",
        "x-group": "supply",
        "x-period": "next",
        "x-allow": ["growth"],
        "x-takes": ["number", "range"],
    }
    assert fields["growth"]["x-signed"]
    assert not {"x-period", "x-allow", "x-takes", "x-signed"} & fields["water"].keys()
    cells = json_schema(every_kind)["properties"]["rows"]["properties"]["works"]["items"]["properties"]
    assert [name for name, cell in cells.items() if "x-key" in cell] == ["name"]


def test_the_table_says_what_is_asked(every_kind):
    """Options, periods, signs, and the cells of rows."""
    console = Console(file=io.StringIO(), width=200)
    console.print(as_table(every_kind))
    lines = [[part.strip() for part in line.split("│")] for line in console.file.getvalue().splitlines()]
    told = {line[1]: line[3] for line in lines if len(line) > 4}
    assert told["plan_met"] == "完成 / 未完成"
    assert told["growth"] == "%, signed, growth allowed"
    assert told["growth_target"] == "%, next period, number or range, growth allowed"
    assert told["repairs"] == "次, additive"
    assert (told["works.name"], told["works.opened"]) == ("words as printed, names the row", "date")

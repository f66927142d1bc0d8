"""A schema as JSON Schema and as a table."""

from __future__ import annotations

import io

import jsonschema
import pytest
from rich.console import Console

from baogao.schema import as_table, json_schema, load_schema


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

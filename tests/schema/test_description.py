"""Schemas as data: nothing that tables, pages and checks need is lost, and nothing is executed."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pytest

from baogao.errors import SchemaError
from baogao.schema import available_schemas, load_schema
from baogao.schema.description import describe, read_description

FIXTURES = Path(__file__).parents[1] / "fixtures"
OWN = [str(FIXTURES / name) for name in ("communique/communique.py", "every_kind.py", "museum/museum.py")]
NOT_TOLD = {"model", "path"}
"""Where the schema came from."""


@pytest.mark.parametrize("name", [*available_schemas(), *OWN], ids=lambda name: Path(name).stem)
def test_a_description_tells_the_schema(name, tmp_path):
    """Shipped ones, own ones with units of their own, and a plain pydantic model come back whole."""
    schema = load_schema(name)
    (tmp_path / "schema.json").write_text(describe(schema), encoding="utf-8")
    told = read_description(tmp_path / "schema.json")
    for one in fields(schema):
        if one.name not in NOT_TOLD:
            assert getattr(told, one.name) == getattr(schema, one.name), one.name
    assert describe(told).replace('"schema.json"', json.dumps(schema.path.name)) == describe(schema)


def test_sets_are_told_in_order():
    """The same bytes whatever the seed of hashes: a run that goes on after a kill writes what another would have."""
    told = json.loads(describe(load_schema("government_work_report")))
    sets = [
        told["sought"]["kinds"],
        *(spec[key] for spec in told["specs"] for key in ("allow", "takes") if key in spec),
    ]
    assert max(map(len, sets)) > 2
    assert all(one == sorted(one) for one in sets)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "../x"}, "'../x' is no name of one"),
        ({"specs": [{"id": "../x", "kind": "rows", "label": "x", "note": ""}]}, "'../x' is no id"),
        ({"specs": [{"id": "x", "kind": "figure", "label": "x", "note": ""}] * 2}, "'x' is no id, or stands twice"),
        ({"specs": [{"id": "x", "kind": "code", "label": "x", "note": ""}]}, r"specs\.0\.kind: Input should be"),
        ({"units": [{"name": "担", "of": "担", "factor": "1"}]}, "units cannot be converted: .*defined by itself"),
        ({"units": [{"name": "担", "of": "斤", "factor": "many"}]}, "units cannot be converted"),
    ],
)
def test_a_description_that_does_not_hold(change, message, tmp_path):
    """Folders come from anybody: ids become names of files, so they are those that a schema file may use."""
    file = tmp_path / "schema.json"
    file.write_text(json.dumps(json.loads(describe(load_schema())) | change), encoding="utf-8")
    with pytest.raises(SchemaError, match=f"{file.name} does not describe a schema: .*{message}"):
        read_description(file)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b'{"name": "x"}', b"1" * 5_000_000])
def test_a_file_that_is_no_description(data, tmp_path):
    """Damage is one sentence that names the file."""
    (tmp_path / "schema.json").write_bytes(data)
    with pytest.raises(SchemaError, match=r"schema\.json does not describe a schema: "):
        read_description(tmp_path / "schema.json")


def test_no_file(tmp_path):
    """So is a file that is not there."""
    with pytest.raises(SchemaError, match=r"cannot read .*No such file"):
        read_description(tmp_path / "schema.json")

"""The flagship schema has the fields that the codebook fixes: ids, order, groups, labels, units, what may be summed."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from baogao.schema import available_schemas, load_schema

CODEBOOK = yaml.safe_load((Path(__file__).parent / "codebook.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def schema():
    """The flagship."""
    return load_schema(CODEBOOK["schema"])


def test_what_the_schema_is(schema):
    """Gold and records of this name and version are made with it, and it comes along."""
    assert (schema.name, schema.version, schema.language) == (
        CODEBOOK["schema"],
        CODEBOOK["version"],
        CODEBOOK["language"],
    )
    assert schema.name in available_schemas()


def test_groups(schema):
    """The groups have the codebook's ids and labels, in its order."""
    groups = [(name, group["label"]) for name, group in CODEBOOK["figure"].items()]
    assert list(schema.groups.items()) == groups


def test_figures(schema):
    """Every figure has the codebook's id, group, label and unit, in its order, and may be summed where it says so."""
    expected = [
        (field, group_id, label, unit, more == ["additive"])
        for group_id, group in CODEBOOK["figure"].items()
        for field, (label, unit, *more) in group["fields"].items()
    ]
    found = [(spec.id, spec.group, spec.label, spec.unit, spec.additive) for spec in schema.figures]
    assert found == expected


@pytest.mark.parametrize("kind", ["text", "items"])
def test_metadata_and_lists(schema, kind):
    """Metadata and lists have the codebook's ids and labels, in its order, and neither unit nor group."""
    found = [(spec.id, spec.label, spec.unit, spec.group) for spec in schema.specs if spec.kind == kind]
    assert found == [(field, label, "", "") for field, label in CODEBOOK[kind].items()]


def test_the_codebook_is_whole():
    """Seven pieces of metadata, 65 figures in nine groups, two lists: what the published results are about."""
    groups = CODEBOOK["figure"].values()
    assert (len(CODEBOOK["text"]), len(groups), len(CODEBOOK["items"])) == (7, 9, 2)
    assert sum(len(group["fields"]) for group in groups) == 65


def test_every_field_has_words_to_find_it_by(schema):
    """A form's shortlist works on labels and terms."""
    assert all(spec.label and spec.note and (spec.terms or spec.kind != "figure") for spec in schema.specs)

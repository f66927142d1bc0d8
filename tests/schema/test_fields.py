"""A schema's fields by kind and by id."""

from __future__ import annotations

import pytest


def test_every_field_is_of_one_kind(flagship, communique):
    """Metadata, figures and lists are all fields, each once, each in the schema's order."""
    for schema in (flagship, communique):
        parts = (*schema.metadata, *schema.figures, *schema.lists)
        assert sorted(spec.id for spec in parts) == sorted(spec.id for spec in schema.specs)
        for part in (schema.metadata, schema.figures, schema.lists):
            assert list(part) == [spec for spec in schema.specs if spec in part]
            assert len({spec.kind for spec in part}) <= 1


def test_a_field_is_found_by_its_id(flagship):
    """And by nothing else."""
    assert flagship.by_id["exam_passed"].label == "执法资格考试通过人数"
    assert [spec.id for spec in flagship.by_id.values()] == [spec.id for spec in flagship.specs]
    with pytest.raises(KeyError):
        flagship.by_id["执法资格考试通过人数"]


def test_a_rate_is_told_by_its_unit(flagship):
    """A percentage is a rate, whatever its name says; counts and metadata are none."""
    rates = {spec.id for spec in flagship.specs if spec.is_rate}
    assert rates == {spec.id for spec in flagship.figures if spec.unit == "%"}
    assert "exam_pass_rate" in rates
    assert "exam_passed" not in rates


def test_only_figures_have_a_group(flagship, communique):
    """A figure that stands in a group has one that the schema names; metadata and lists have none."""
    for schema in (flagship, communique):
        assert {spec.group for spec in schema.figures if spec.group} == set(schema.groups)
        assert not [spec for spec in (*schema.metadata, *schema.lists) if spec.group]

"""Schemas: which figures, metadata and lists a kind of report has, and what they mean."""

from baogao.schema.fields import Ask, FieldSpec, Figure, Group, Items, Relation, Report, Schema, Text
from baogao.schema.load import available_schemas, load_schema

__all__ = [
    "Ask",
    "FieldSpec",
    "Figure",
    "Group",
    "Items",
    "Relation",
    "Report",
    "Schema",
    "Text",
    "available_schemas",
    "load_schema",
]

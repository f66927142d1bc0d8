"""Schemas: which figures, metadata and lists a kind of report has, and what they mean."""

from baogao.schema.authoring import as_table, json_schema, new_schema
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
    "as_table",
    "available_schemas",
    "json_schema",
    "load_schema",
    "new_schema",
]

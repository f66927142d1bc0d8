"""Schemas: which figures, metadata and lists a kind of report has, and what they mean."""

from baogao.schema.authoring import as_table, json_schema
from baogao.schema.fields import (
    Ask,
    Choice,
    Date,
    FieldSpec,
    Figure,
    Group,
    Items,
    Quote,
    Relation,
    Report,
    Row,
    Schema,
    Text,
)
from baogao.schema.load import available_schemas, load_schema
from baogao.schema.skeleton import new_schema
from baogao.schema.units import Unit
from baogao.schema.wording import Wording

__all__ = [
    "Ask",
    "Choice",
    "Date",
    "FieldSpec",
    "Figure",
    "Group",
    "Items",
    "Quote",
    "Relation",
    "Report",
    "Row",
    "Schema",
    "Text",
    "Unit",
    "Wording",
    "as_table",
    "available_schemas",
    "json_schema",
    "load_schema",
    "new_schema",
]

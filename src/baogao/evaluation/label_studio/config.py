"""The labelling configuration of a schema, and the names of its controls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import get_args
from xml.etree import ElementTree

from baogao.schema.fields import FieldSpec, Schema
from baogao.schema.values import Bound

TEXT = "text"
"""The report's text: the object that everything is about, and its key in a task's data."""
FIELD = "field"
"""The labels: fields, lists, cells of rows."""
STATUS, BOUND, VALUE, READING, ROW = "status", "bound", "value", "reading", "row"
"""What is said of one region."""
STATUSES = ("reported", "reported_none")
ALTERNATIVE = "alternative"
"""The ``reading`` of a region that a careful annotator could defend, too."""
PART = "part"
"""The relation between two printed parts of one sum."""
METADATA = "metadata_"
"""Before the id of a piece of metadata: its text, said of the report as a whole."""
NOT_LOOKED_AT = "not_looked_at"
"""The ids of fields that nobody has looked at yet, one a line."""
_KEEP_SPACES = ".htx-text{white-space:pre-wrap;}"
"""Otherwise white space is trimmed, and offsets count in another text."""


def labels(schema: Schema) -> dict[str, str]:
    """Every label by what it stands for: a field, a list, a cell as ``projects.investment``.

    A label is the field's name in the reports' language, and its id behind it, which makes it the only one.
    """
    return {name: f"{words} {name}" for name, words in _labelled(schema)}


def _labelled(schema: Schema) -> Iterator[tuple[str, str]]:
    for spec in schema.specs:
        if spec.kind == "rows":
            yield from ((f"{spec.id}.{cell.id}", f"{spec.label}·{cell.label}") for cell in spec.cells)
        elif spec.kind != "text":
            yield spec.id, spec.label


def config_of(schema: Schema) -> str:
    """The labelling configuration, as XML."""
    view = ElementTree.Element("View")
    ElementTree.SubElement(view, "Style").text = _KEEP_SPACES
    ElementTree.SubElement(view, "Header", value=schema.title or schema.name)
    ElementTree.SubElement(view, "Filter", name="filter", toName=FIELD, minlength="0", placeholder="…")
    names = ElementTree.SubElement(view, "Labels", name=FIELD, toName=TEXT, showInline="true")
    notes = _notes(schema.specs)
    for name, label in labels(schema).items():
        ElementTree.SubElement(names, "Label", value=label, hint=notes[name])
    relations = ElementTree.SubElement(view, "Relations")
    ElementTree.SubElement(relations, "Relation", value=PART)
    shown = {"granularity": "symbol", "saveTextResult": "yes"}
    ElementTree.SubElement(view, "Text", {"name": TEXT, "value": f"${TEXT}", **shown})
    _choices(view, STATUS, STATUSES)
    _text_area(view, VALUE, perRegion="true")
    _choices(view, BOUND, get_args(Bound))
    _choices(view, READING, (ALTERNATIVE,))
    if schema.rows:
        _text_area(view, ROW, perRegion="true")
    for spec in schema.metadata:
        ElementTree.SubElement(view, "Header", value=spec.label, size="5")
        _text_area(view, f"{METADATA}{spec.id}", maxSubmissions="1")
    ElementTree.SubElement(view, "Header", value=NOT_LOOKED_AT, size="5")
    _text_area(view, NOT_LOOKED_AT)
    ElementTree.indent(view)
    return ElementTree.tostring(view, encoding="unicode") + "\n"


def _notes(specs: Iterable[FieldSpec]) -> dict[str, str]:
    """What each label means, for whoever holds the mouse over it."""
    notes = {}
    for spec in specs:
        notes[spec.id] = spec.note
        notes |= {f"{spec.id}.{cell.id}": cell.note for cell in spec.cells}
    return notes


def _choices(view: ElementTree.Element, name: str, values: Iterable[str]) -> None:
    choices = ElementTree.SubElement(view, "Choices", name=name, toName=TEXT, perRegion="true", choice="single-radio")
    for value in values:
        ElementTree.SubElement(choices, "Choice", value=value)


def _text_area(view: ElementTree.Element, name: str, **more: str) -> None:
    ElementTree.SubElement(view, "TextArea", {"name": name, "toName": TEXT, "editable": "true", "rows": "1", **more})

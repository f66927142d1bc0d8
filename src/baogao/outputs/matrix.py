"""One table over all reports, ``matrix.html``: a row a report, a column a field, a cell what the report says of it.

Like the review page the file is complete in itself, and its data stand in it as inert JSON: one block for the whole
table, as short as it can be written, and one for each report with sentences and places, which is read when a cell of
the report is looked at. A browser without JavaScript shows the values as a plain table.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from markupsafe import Markup

from baogao._version import __version__
from baogao.language.pages import PageLanguage, chinese_of
from baogao.outputs.headings import VALUES
from baogao.outputs.outliers import Comparison, Outlier
from baogao.outputs.page import NO_GROUP
from baogao.outputs.page_file import csp_hash, environment, inert_json, source, write_page_file
from baogao.outputs.records import TEXTS, astray, kept_text, words_of
from baogao.outputs.subject import Subject
from baogao.outputs.views import REVIEW_BELOW, Sentences, shown_unit, spec_view, unsure
from baogao.record import Record, Review
from baogao.schema import FieldSpec, Schema
from baogao.schema.values import Answer, HeldBack, Item, plain_number, shown_value

MATRIX_REPORTS = 5000
"""Reports that the table of a run shows; `baogao review` and `baogao matrix` show them all."""
LISTS = "Lists"
"""The heading of the columns that count entries and rows."""
PLAIN_REPORTS = 500
"""Reports in the table that a browser without JavaScript shows."""
_TEMPLATE = "matrix.html.j2"
_SCRIPTS = ("matrix_data.js", "matrix_panel.js", "matrix.js")
"""In the order in which they run."""
_STATES = {"not_reported": 0, "reported": 1, "reported_none": 2}
_HELD_BACK = 3
_LOOK, _FAILING, _OUTLIER, _REVIEWED = 1, 2, 4, 8
"""What a cell is marked with, added up."""
_MARKS = 4
"""Where in a cell its marks stand."""
_BOUNDS = {"exact": "", "over": "≥", "under": "≤", "about": "≈"}
_SAFE_DIGITS = 15
"""A browser's numbers keep so many."""
_ENTRIES = 5
"""Entries of a list that are shown beside its count."""


def write_matrix(
    records: Iterable[Record],
    schema: Schema,
    path: Path,
    texts: Mapping[str, str] | Path | None = None,
    *,
    queue: Iterable[Review] = (),
    in_page: int | None = None,
) -> list[Outlier]:
    """Write the table over some records, taken one at a time, and say which figures stand out.

    :param texts: the text of each document by its id, or the folder that holds them; None is ``texts`` beside the file.
    :param queue: what is to be looked at, for records that come without their part of it.
    :param in_page: how many of the records, from the first on, ``index.html`` shows; None is all.
    :raises UsageError: a path that cannot be written or read.
    """
    table = Table(schema, path.parent / TEXTS if texts is None else texts, queue)
    for record in records:
        table.add(record)
    outliers = table.mark_outliers()
    template, *scripts = map(source, (_TEMPLATE, *_SCRIPTS))
    language = PageLanguage(template, *scripts)
    css, script = source("page.css") + language.css + source("matrix.css"), "\n".join([language.script, *scripts])
    view = {
        "title": schema.title,
        "reviewBelow": REVIEW_BELOW,
        "inPage": len(table.rows) if in_page is None else min(in_page, len(table.rows)),
        "groups": table.groups(),
        "reports": table.rows,
        "outliers": [table.outlier(one) for one in outliers],
    }
    page = (
        environment()
        .get_template(_TEMPLATE)
        .stream(
            title=schema.title,
            version=__version__,
            css=Markup(css),
            script=Markup(script),
            css_hash=csp_hash(css),
            script_hash=csp_hash(script),
            switch=language.switch,
            language=inert_json(
                language.data([NO_GROUP, LISTS, *(row.get("error") for row in table.rows)], words=VALUES)
            ),
            table=inert_json(view),
            details=table.details(),
            labels=[spec.label for spec in table.columns],
            plain=map(table.plain, table.rows[:PLAIN_REPORTS]),
            left_out=max(0, len(table.rows) - PLAIN_REPORTS),
        )
    )
    write_page_file(page, path)
    return outliers


class Table:
    """The columns of a schema, and what is shown of each report that is added."""

    def __init__(self, schema: Schema, texts: Mapping[str, str] | Path, queue: Iterable[Review] = ()) -> None:
        self.schema = schema
        self.texts = texts
        by_group = [spec for group in ("", *schema.groups) for spec in schema.fields if spec.group == group]
        self.columns: list[FieldSpec] = [*by_group, *schema.lists, *schema.rows]
        self.rows: list[dict[str, Any]] = []
        self._details: list[bytes] = []
        """Packed: they are most of the page."""
        self._number = {spec.id: number for number, spec in enumerate(self.columns)}
        self._comparison = Comparison(schema)
        self._queued: dict[str, set[str]] = defaultdict(set)
        for review in queue:
            self._queued[review.doc_id].add(review.field)

    def add(self, record: Record) -> None:
        """Add a report."""
        self._comparison.add(record)
        self.rows.append(self._row(record))
        self._details.append(zlib.compress(inert_json(self._detail(record)).encode(), level=1))

    def details(self) -> Iterator[Markup]:
        """Of each row, as inert JSON, what is shown when a cell of it is looked at."""
        return (Markup(zlib.decompress(packed).decode()) for packed in self._details)

    def mark_outliers(self) -> list[Outlier]:
        """Mark the cells whose figures stand out from those of the other reports, and say which they are."""
        outliers = self._comparison.outliers()
        standing_out = {(one.doc_id, self._number[one.field]) for one in outliers}
        for row in self.rows:
            for cell in row.get("cells", ()):
                if (row["id"], cell[0]) in standing_out:
                    cell[_MARKS] += _OUTLIER
        return outliers

    def groups(self) -> list[dict[str, Any]]:
        """The columns by group: of each field what the page says of it, and whether its figures may be added up."""
        labels = {"": NO_GROUP} | self.schema.groups
        groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for spec in self.columns:
            label = LISTS if spec.kind in ("items", "rows") else labels[spec.group]
            view = spec_view(spec) | {"kind": spec.kind}
            view.pop("cells", None)
            view |= {"rate": True} if spec.is_rate else {}
            view |= {"sum": True} if _may_be_added(spec) else {}
            groups[label].append(view)
        return [{"label": label, "columns": columns} for label, columns in groups.items()]

    def _row(self, record: Record) -> dict[str, Any]:
        """A report in the table: what it is about, and its cells; a field that it does not speak of has none."""
        subject = Subject.of(record, self.schema)
        told = {
            "title": subject.title,
            "place": subject.place,
            "key": subject.place_key,
            "level": subject.level,
            "period": subject.period,
            "order": f"{subject.end} {subject.start}".strip(),
            "year": subject.year,
            "part": "/".join(subject.part_of_year).strip("/"),
            "error": record.error if record.status == "failed" else None,
        }
        row = {"id": record.doc_id} | {key: value for key, value in told.items() if value}
        return row | ({"failed": True} if record.status == "failed" else {"cells": list(self._cells(record))})

    def _cells(self, record: Record) -> Iterator[list[Any]]:
        """Each cell: column, state, value, confidence in per cent, marks; bound and printed words where they matter."""
        unread = (name for name, given in unsure(record).items() if not getattr(given, "reviewed", None))
        looked_at = {review.field for review in record.review} | {name.split("/")[0] for name in unread}
        looked_at |= self._queued[record.doc_id]
        failing = {name for check in record.checks if not check.holds for name in check.fields}
        for number, spec in enumerate(self.columns):
            marks = _FAILING * (spec.id in failing)
            if spec.kind in ("items", "rows"):
                entries: list[Any] = (record.lists if spec.kind == "items" else record.rows).get(spec.id, [])
                marks += _REVIEWED if _any_reviewed(entries) else _LOOK * (spec.id in looked_at)
                if entries or marks:
                    yield [number, int(bool(entries)), len(entries), None, marks]
                continue
            answer = record.fields.get(spec.id) or Answer(status="not_reported")
            marks += _REVIEWED if answer.reviewed else _LOOK * (spec.id in looked_at)
            given = answer.held_back if answer.status == "not_reported" else answer
            if given is None:
                if marks:
                    yield [number, 0, None, None, marks]
                continue
            state = _HELD_BACK if given is not answer else _STATES[answer.status]
            yield [number, state, *_value(given, marks, spec)]

    def _detail(self, record: Record) -> dict[str, Any]:
        """What is shown of a report's cells when they are looked at: sentence, place, who read it, what is wrong."""
        text = None if record.status == "failed" else kept_text(record.doc_id, self.texts)
        printed = Sentences(text)
        sentences: dict[str, int] = {}
        cells: dict[int, dict[str, Any]] = {}
        for name, answer in record.fields.items():
            given, reviewed = answer.held_back or answer, answer.reviewed
            if name not in self._number or (given.status == "not_reported" and reviewed is None):
                continue
            spec = self.columns[self._number[name]]
            sentence, unit = printed.of(given), shown_unit(given, spec)
            told = {
                "text": given.text,
                "sentence": None if sentence is None else sentences.setdefault(sentence, len(sentences)),
                "page": given.page,
                "by": given.by,
                "unit": unit if unit != spec.unit else None,
                "reason": given.reason if isinstance(given, HeldBack) else None,
                "reviewed": None if reviewed is None else reviewed.model_dump(mode="json"),
                "astray": text is not None and astray(given, text),
            }
            cells[self._number[name]] = {
                key: value for key, value in told.items() if value is not None and value is not False
            }
        cells |= {self._number[name]: {"entries": words} for name, words in _entries(record, self.schema) if words}
        checks: list[dict[str, Any]] = [
            {"columns": [self._number[name] for name in check.fields if name in self._number], "message": check.message}
            for check in record.checks
            if not check.holds
        ]
        messages = [*(check["message"] for check in checks), *(cell.get("reason") for cell in cells.values())]
        shown: dict[str, Any] = {
            "source": record.source,
            "sentences": list(sentences),
            "cells": cells,
            "checks": checks,
        }
        return shown | ({"zh": words} if (words := chinese_of(messages)) else {})

    def outlier(self, one: Outlier) -> dict[str, Any]:
        """A figure that stands out; the page says it in words."""
        told = {
            "id": one.doc_id,
            "column": self._number[one.field],
            "against": one.against,
            "value": one.value,
            "usual": one.usual,
            "places": one.places,
        }
        return told | ({"rate": True} if one.rate else {})

    def plain(self, row: dict[str, Any]) -> dict[str, Any]:
        """A report in the table of a browser without JavaScript: its values as words."""
        words = [""] * len(self.columns)
        for number, state, value, _, _, *more in row.get("cells", ()):
            bound, printed = [*more, "", ""][:2]
            shown = printed or (shown_value(Decimal(repr(value))) if isinstance(value, int | float) else value)
            words[number] = ("", f"{bound}{shown}", "无", f"({bound}{shown})")[state]
        return {"title": row.get("title") or row["id"], "error": row.get("error"), "cells": words}


def _may_be_added(spec: FieldSpec) -> bool:
    """Whether the figures of several reports may be added up: counts and amounts, no rates, ranks, ratios, changes."""
    return spec.kind == "figure" and not spec.is_rate and not spec.signed and spec.takes <= {"number", "range"}


def _any_reviewed(entries: Iterable[Item | dict[str, Answer]]) -> bool:
    """Whether a person looked at an entry of a list, or at a cell of a row."""
    cells = (cell for one in entries for cell in ([one] if isinstance(one, Item) else one.values()))
    return any(cell.reviewed for cell in cells)


def _value(given: Answer | HeldBack, marks: int, spec: FieldSpec) -> list[Any]:
    """Value, confidence and marks of a cell; then the sign of its bound, and what is printed where that is more."""
    confidence = None if given.confidence is None else round(given.confidence * 100)
    if spec.kind != "figure" or not isinstance(given.value, Decimal):
        return [words_of(given.value), confidence, marks]
    bound = _BOUNDS[given.bound or "exact"]
    large = len(given.value.as_tuple().digits) > _SAFE_DIGITS or abs(given.value.adjusted()) > _SAFE_DIGITS
    printed = shown_value(given.value, given.upper) if large or given.upper is not None else ""
    more = [bound, printed] if printed else [bound] if bound else []
    return [plain_number(given.value), confidence, marks, *more]


def _entries(record: Record, schema: Schema) -> Iterator[tuple[str, list[str]]]:
    """The first entries of each list, in words; of rows the cell that names one."""
    for spec in schema.lists:
        yield spec.id, [item.text for item in record.lists.get(spec.id, [])[:_ENTRIES]]
    for spec in schema.rows:
        named = spec.named_by
        answers = [row.get(named.id) if named else None for row in record.rows.get(spec.id, [])[:_ENTRIES]]
        yield spec.id, [words_of(answer.value) or "–" if answer else "–" for answer in answers]

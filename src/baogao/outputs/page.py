"""The review page: one HTML file with every report's text, its figures marked, and every figure with its place.

The file is complete in itself. Data stand in it as inert JSON, one block a report, which the page's script reads when
the report is opened; the script writes text only as text. A content security policy lets no other script run and no
request go out.

What the page shows of a report is a view: its text in pieces, and every answer with the places it was read from. The
pieces are cut here and not in the browser, because offsets count characters and a browser counts UTF-16 units.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from baogao._version import __version__
from baogao.chinese.list_marks import leading_mark
from baogao.errors import UsageError
from baogao.language.pages import PageLanguage, chinese_of
from baogao.outputs.headings import VALUES
from baogao.outputs.page_file import csp_hash, environment, inert_json, source, write_page_file
from baogao.outputs.places import CANDIDATE, Places, cut
from baogao.outputs.records import kept_text
from baogao.outputs.views import REVIEW_BELOW, AnswerViews, reviewed_view, spec_view, unsure
from baogao.record import Record
from baogao.schema import Schema
from baogao.schema.values import Span

if TYPE_CHECKING:
    from jinja2.environment import TemplateStream

NO_GROUP = "On the report as a whole"
"""The heading of fields that stand in the report itself."""
_TEMPLATE = "page.html.j2"
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
_HEADINGS = {1: "h1", 2: "h2"}
"""The lines that look like headings, by the level of their marks: 一、 or （一）."""
_TITLE = re.compile(r"[^。；;]{1,40}\s*")
"""What follows the mark of a heading: at most 40 characters that end no clause; longer is prose."""


def write_page(
    records: Iterable[Record],
    texts: Mapping[str, str] | Path,
    schema: Schema,
    path: Path,
    *,
    table: str | None = None,
) -> None:
    """Write the review page of some records.

    :param texts: the text of each document by its id, or the folder that holds them as ``DOC_ID.txt``.
    :param table: the file beside the page that holds the table over all reports, for a link; None where none is.
    :raises UsageError: evidence that does not lie in its text; a path that cannot be written or read.
    """
    records = list(records)
    page = page_stream(
        schema,
        [summary_view(one, schema) for one in records],
        (_complete(one, kept_text(one.doc_id, texts), schema) for one in records),
        table=table,
    )
    write_page_file(page, path)


def page_stream(
    schema: Schema,
    summaries: Sequence[Mapping[str, Any]],
    reports: Iterable[Mapping[str, Any]] = (),
    *,
    table: str | None = None,
    script: str = "",
    css: str = "",
    **index: Any,
) -> TemplateStream:
    """The page, piece by piece.

    :param reports: what the page is to hold of each report; none where it asks a server for them.
    :param table: see :func:`write_page`.
    :param script: a script of a page that is served, which runs before the page's own.
    :param css: a style of it, which comes after the page's own.
    :param index: what that script is to know.
    """
    own_css, own_script, template = map(source, ("page.css", "page.js", _TEMPLATE))
    language = PageLanguage(template, script, own_script)
    css = f"{own_css}{language.css}{css}"
    script = f"{language.script}\n{script}\n{own_script}"
    return (
        environment()
        .get_template(_TEMPLATE)
        .stream(
            title=schema.title,
            version=__version__,
            count=len(summaries),
            table=table,
            css=Markup(css),
            script=Markup(script),
            css_hash=csp_hash(css),
            script_hash=csp_hash(script),
            served=bool(index),
            switch=language.switch,
            language=inert_json(language.data([NO_GROUP, *(one["error"] for one in summaries)], words=VALUES)),
            index=inert_json({"schema": schema_view(schema), "reports": summaries, **index}),
            reports=reports,
        )
    )


def _complete(record: Record, text: str | None, schema: Schema) -> dict[str, Any]:
    """A report for the page that holds all of it; its text and a table of its figures for who has no JavaScript."""
    view = report_view(record, text, schema)
    names = {spec.id: spec for spec in schema.fields}
    plain = [
        (names[name].label, "无" if one["status"] == "reported_none" else one["value"], one["unit"], one["text"])
        for name, one in view["figures"].items()
        if one["status"] != "not_reported"
    ]
    return {"data": inert_json(view), "id": record.doc_id, "error": record.error, "text": text, "figures": plain}


def schema_view(schema: Schema) -> dict[str, Any]:
    """The fields with their labels, by group, in the schema's order; those of no group in one of their own."""
    labels = {"": NO_GROUP} if any(not spec.group for spec in schema.fields) else {}
    groups = [
        {"label": label, "fields": [spec_view(spec) for spec in schema.fields if spec.group == group]}
        for group, label in (labels | schema.groups).items()
    ]
    view = {
        "title": schema.title,
        "groups": groups,
        "metadata": [spec_view(spec) for spec in schema.metadata],
        "lists": [spec_view(spec) for spec in schema.lists],
        "reviewBelow": REVIEW_BELOW,
    }
    return view | ({"rows": [spec_view(spec) for spec in schema.rows]} if schema.rows else {})


def summary_view(record: Record, schema: Schema) -> dict[str, Any]:
    """A report in the list of reports: its name, how it went, how many fields are in which state."""
    answers = record.fields.values()
    title = record.metadata.get(schema.id_of("title") or "")
    return {
        "id": record.doc_id,
        "title": (title.value if title else None) or record.doc_id,
        "status": record.status,
        "error": record.error,
        "reported": sum(answer.status == "reported" for answer in answers),
        "none": sum(answer.status == "reported_none" for answer in answers),
        "review": len({review.field for review in record.review} | set(unsure(record))),
        "failing": sum(not check.holds for check in record.checks),
    }


def report_view(
    record: Record, text: str | None, schema: Schema, also: Iterable[tuple[str, Span]] | None = None
) -> dict[str, Any]:
    """Everything the page shows of one report.

    :param text: what the offsets refer to; None when it was not kept.
    :param also: of a page on which people point at places: further places by their keys; each line then says at which
        character it starts.
    :raises UsageError: evidence that does not lie in the text.
    """
    places = Places(schema.id_of("title"))
    views = AnswerViews(record, text, schema, places)
    figures = views.fields()
    metadata = {
        name: {
            "value": answer.value,
            "places": places.add(name, "metadata", answer.evidence),
            **reviewed_view(answer),
        }
        for name, answer in record.metadata.items()
    }
    lists = {
        name: [
            {
                "text": item.text,
                "places": places.add(f"{name}/{number}", "item", item.evidence),
                **reviewed_view(item),
            }
            for number, item in enumerate(items)
        ]
        for name, items in record.lists.items()
    }
    rows = {"rows": views.rows()} if schema.rows else {}
    queue = views.queue()
    for key, span in also or ():
        places.add(key, CANDIDATE, [span])
    failing = [check for check in record.checks if not check.holds]
    reasons = [entry["reason"] for entry in queue] + [
        answer.held_back.reason for answer in record.fields.values() if answer.held_back
    ]
    return {
        **record.model_dump(
            mode="json", include={"doc_id", "source", "status", "error", "notices", "made_by", "usage"}
        ),
        "lines": None if text is None else _lines(text, places, record, starts=also is not None),
        "places": places.rows,
        **({"spans": places.spans} if also is not None else {}),
        "figures": figures if record.status == "ok" else {},
        "order": places.reading_order(),
        "metadata": metadata,
        "lists": lists,
        **rows,
        "queue": queue,
        "failing": [check.model_dump() for check in failing],
        "checks": len(record.checks),
        "zh": chinese_of([record.error, *record.notices, *(check.message for check in failing), *reasons]),
    }


def _lines(text: str, places: Places, record: Record, *, starts: bool = False) -> list[dict[str, Any]]:
    """The text line by line: what a line looks like, its pieces, and the page that begins in it.

    A piece is a string, or a string and the numbers of the places that cover it.
    """
    pages = record.read.pages if record.read else []
    begins = [match.start() for match in _LINE.finditer(text)]
    try:
        pieces = cut(len(text), places.spans, begins)
    except ValueError as error:
        raise UsageError(f"{record.doc_id}: the record does not belong to this text: {error}") from error
    lines: list[dict[str, Any]] = []
    for _, group in groupby(pieces, key=lambda piece: bisect_right(begins, piece.start)):
        line = [(text[piece.start : piece.end], piece) for piece in group]
        whole = "".join(characters for characters, _ in line)
        if whole.strip() and all(places.in_title(piece) for characters, piece in line if characters.strip()):
            role = "title"
        else:
            mark = leading_mark(whole)
            role = _HEADINGS.get(mark.level, "") if mark and _TITLE.fullmatch(whole, mark.end) else ""
        printed = [(characters.rstrip("\r\n"), piece.inside) for characters, piece in line]
        views = [
            [characters, places.foremost_first(inside)] if inside else characters
            for characters, inside in printed
            if characters
        ]
        begun = bisect_left(pages, line[-1][1].end)
        page = begun if begun > bisect_left(pages, line[0][1].start) else None
        first = {"start": line[0][1].start} if starts else {}
        lines.append({"role": role, "pieces": views} | ({"page": page} if page else {}) | first)
    return lines

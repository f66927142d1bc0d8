"""The review page: one HTML file with every report's text, its figures marked, and every figure with its place.

The file is complete in itself. Data stand in it as inert JSON, one block a report, which the page's script reads when
the report is opened; the script writes text only as text. A content security policy lets no other script run and no
request go out.

What the page shows of a report is a view: its text in pieces, and every answer with the places it was read from. The
pieces are cut here and not in the browser, because offsets count characters and a browser counts UTF-16 units.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from baogao._version import __version__
from baogao.chinese.list_marks import leading_mark
from baogao.errors import UsageError
from baogao.language.pages import PageLanguage, chinese_of
from baogao.outputs.places import Places, cut
from baogao.outputs.records import kept_text
from baogao.outputs.views import REVIEW_BELOW, AnswerViews, spec_view, unsure
from baogao.record import Record
from baogao.resources import new_file
from baogao.schema import Schema

if TYPE_CHECKING:
    from jinja2.environment import TemplateStream

NO_GROUP = "On the report as a whole"
"""The heading of fields that stand in the report itself."""

_TEMPLATES = Path(__file__).parent / "templates"
_NOT_INERT = re.compile("[<>&\u2028\u2029\ud800-\udfff]")
"""What HTML or JavaScript could take for its own, and halves of characters, which UTF-8 cannot write."""
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
    css, script, template = (
        (_TEMPLATES / name).read_text(encoding="utf-8") for name in ("page.css", "page.js", "page.html.j2")
    )
    language = PageLanguage(template, script)
    css, script = css + language.css, f"{language.script}\n{script}"
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # a page is written at the end of a run

    environment = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined)
    page = environment.get_template("page.html.j2").stream(
        title=schema.title,
        version=__version__,
        count=len(records),
        table=table,
        css=Markup(css),
        script=Markup(script),
        css_hash=csp_hash(css),
        script_hash=csp_hash(script),
        switch=language.switch,
        language=inert_json(language.data([NO_GROUP, *(one.error for one in records)])),
        index=inert_json({"schema": schema_view(schema), "reports": [summary_view(one, schema) for one in records]}),
        reports=(inert_json(report_view(one, kept_text(one.doc_id, texts), schema)) for one in records),
    )
    write_whole(page, path)


def write_whole(page: TemplateStream, path: Path) -> None:
    """Write a page piece by piece: the whole page is several times the size of what it is made of.

    It stands under its name only when it is whole; a link that stood there goes.

    :raises UsageError: it cannot be written; or what its pieces raise.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        with new_file(part) as file:
            page.dump(file, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        with suppress(OSError):  # gone by now, or never there
            part.unlink()


def inert_json(data: Any) -> Markup:
    """JSON that nothing can break out of: every character that HTML or JavaScript could take for its own is escaped."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Markup(_NOT_INERT.sub(lambda match: f"\\u{ord(match[0]):04x}", text))


def csp_hash(content: str) -> str:
    """How a content security policy names a script or a style that stands in the page."""
    digest = hashlib.sha256(content.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


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


def report_view(record: Record, text: str | None, schema: Schema) -> dict[str, Any]:
    """Everything the page shows of one report.

    :param text: what the offsets refer to; None when it was not kept.
    :raises UsageError: evidence that does not lie in the text.
    """
    places = Places(schema.id_of("title"))
    views = AnswerViews(record, text, schema, places)
    figures = views.fields()
    metadata = {
        name: {"value": answer.value, "places": places.add(name, "metadata", answer.evidence)}
        for name, answer in record.metadata.items()
    }
    lists = {
        name: [
            {"text": item.text, "places": places.add(f"{name}/{number}", "item", item.evidence)}
            for number, item in enumerate(items)
        ]
        for name, items in record.lists.items()
    }
    rows = {"rows": views.rows()} if schema.rows else {}
    queue = views.queue()
    failing = [check for check in record.checks if not check.holds]
    reasons = [entry["reason"] for entry in queue] + [
        answer.held_back.reason for answer in record.fields.values() if answer.held_back
    ]
    return {
        **record.model_dump(
            mode="json", include={"doc_id", "source", "status", "error", "notices", "made_by", "usage"}
        ),
        "lines": None if text is None else _lines(text, places, record),
        "places": places.rows,
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


def _lines(text: str, places: Places, record: Record) -> list[dict[str, Any]]:
    """The text line by line: what a line looks like, its pieces, and the page that begins in it.

    A piece is a string, or a string and the numbers of the places that cover it.
    """
    pages = record.read.pages if record.read else []
    starts = [match.start() for match in _LINE.finditer(text)]
    try:
        pieces = cut(len(text), places.spans, starts)
    except ValueError as error:
        raise UsageError(f"{record.doc_id}: the record does not belong to this text: {error}") from error
    lines: list[dict[str, Any]] = []
    for _, group in groupby(pieces, key=lambda piece: bisect_right(starts, piece.start)):
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
        lines.append({"role": role, "pieces": views} | ({"page": page} if page else {}))
    return lines

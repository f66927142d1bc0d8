"""The review page: one HTML file with every report's text, its figures marked, and every figure with its place.

The file is complete in itself. Data stand in it as inert JSON, one block a report, which the page's script reads when
the report is opened; the script writes text only as text. A content security policy lets no other script run and no
request go out.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from baogao import __version__
from baogao.errors import UsageError
from baogao.outputs.view import report_view, schema_view, summary_view
from baogao.record import Record
from baogao.schema import Schema

_TEMPLATES = Path(__file__).parent / "templates"
_NOT_INERT = re.compile("[<>&\u2028\u2029\ud800-\udfff]")


def write_page(records: Iterable[Record], texts: Mapping[str, str] | Path, schema: Schema, path: Path) -> None:
    """Write the review page of some records.

    :param texts: the text of each document by its id, or the folder that holds them as ``DOC_ID.txt``.
    :raises UsageError: evidence that does not lie in its text; a path that cannot be written or read.
    """
    records = list(records)
    css, script = ((_TEMPLATES / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    environment = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined)
    page = environment.get_template("page.html.j2").stream(
        title=schema.title,
        version=__version__,
        count=len(records),
        css=Markup(css),
        script=Markup(script),
        css_hash=csp_hash(css),
        script_hash=csp_hash(script),
        index=inert_json(
            {"schema": schema_view(schema), "reports": [summary_view(record, schema) for record in records]}
        ),
        reports=_report_blocks(records, texts, schema),
    )
    part = path.with_name(f"{path.name}.part")
    try:
        # Report by report: the whole page is several times the size of what it is made of.
        page.dump(str(part), encoding="utf-8")
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


def _report_blocks(records: Iterable[Record], texts: Mapping[str, str] | Path, schema: Schema) -> Iterator[Markup]:
    for record in records:
        yield inert_json(report_view(record, _text_of(record, texts), schema))


def _text_of(record: Record, texts: Mapping[str, str] | Path) -> str | None:
    if not isinstance(texts, Path):
        return texts.get(record.doc_id)
    file = texts / f"{record.doc_id}.txt"
    try:
        # Records may come from anybody: an id must not lead to another file of this machine.
        if not file.resolve().is_relative_to(texts.resolve()) or not file.is_file():
            return None
        return file.read_bytes().decode("utf-8")  # no newline translation: offsets count the file's own characters
    except (OSError, ValueError) as error:  # not UTF-8, or no name of a file at all
        raise UsageError(f"cannot read {file}: {error}") from error


def csp_hash(content: str) -> str:
    """How a content security policy names a script or a style that stands in the page."""
    digest = hashlib.sha256(content.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"

"""A draft written as a schema file, which is loaded before it is kept."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from baogao.authoring.draft import OTHERS, DraftField, group_id, grouped
from baogao.choices import ReportingYear
from baogao.errors import SchemaError
from baogao.schema.load import load_schema
from baogao.schema.skeleton import schema_name

_HEAD = '''\
"""Drafted from {reports} reports: read every label, unit and note before you use it.

Then run: baogao schema check {file}
"""

from typing import Annotated, ClassVar

from baogao.schema import Ask, Figure, Group, {items}Report, Text
'''
_REPORT = '''

class {class_name}(Report):
    """{title}"""

    schema_name: ClassVar[str] = "{name}"
    reporting_year: ClassVar = "{year}"

    title: Annotated[Text, Ask("{title_label}", role="title")]
    """报告上印出的完整标题。"""

{groups}
'''
_ITEMS = '''
    problems: Annotated[Items, Ask("{problems_label}")]
    """“存在的问题”部分的每一条。"""
'''


def draft_source(
    fields: Sequence[DraftField],
    path: Path,
    *,
    reports: int,
    reporting_year: ReportingYear = "title",
    problems: bool = False,
) -> str:
    """The text of a schema file.

    :param path: where it is to be written; its name is the schema's.
    :param reports: how many reports it was drawn from.
    :param problems: whether it asks for a list of problems.
    :raises SchemaError: the name of the file is no identifier.
    """
    name = schema_name(path, None)
    groups = grouped(fields)
    parts = [_HEAD.format(reports=reports, file=path.name, items="Items, " if problems else "")]
    for number, (label, members) in enumerate(groups, 1):
        body = "\n".join(_field(one) for one in members)
        parts.append(f'\n\nclass Group{number}(Group):\n    """{_words(label)}"""\n\n{body}')
    declared = "\n".join(f"    {group_id(number)}: Group{number}" for number in range(1, len(groups) + 1))
    class_name = name.title().replace("_", "") + "Report"
    parts.append(
        _REPORT.format(
            class_name=class_name,
            title="报告名称",
            name=name,
            year=reporting_year,
            groups=declared,
            title_label=OTHERS["title"],
        )
    )
    return "".join([*parts, _ITEMS.format(problems_label=OTHERS["problems"]) if problems else ""])


def write_draft(source: str, path: Path) -> None:
    """Write a schema file that loads.

    :raises SchemaError: it does not load, and then nothing is written; the file exists, or cannot be written.
    """
    with tempfile.TemporaryDirectory() as folder:
        tried = Path(folder, path.name)
        tried.write_text(source, encoding="utf-8")
        try:
            load_schema(tried)
        except SchemaError as error:
            reason = str(error).removeprefix(f"{tried}, ")
            raise SchemaError(f"nothing is written: the draft would not load: {reason}") from error
    try:
        with path.open("x", encoding="utf-8") as out:
            out.write(source)
    except FileExistsError as error:
        raise SchemaError(f"{path} exists already; give another name") from error
    except OSError as error:
        raise SchemaError(f"{path} cannot be written: {error.strerror or error}") from error


def _field(one: DraftField) -> str:
    """The lines of one figure."""
    told: list[tuple[str, object]] = [("unit", one.unit)] if one.unit else []
    if one.form.period != "this":
        told.append(("period", one.form.period))
    told += [("allow", one.allow)] if one.allow else []
    told += [("takes", one.takes)] if one.takes != ["number"] else []
    said = [_quoted(one.label), *(f"{name}={_quoted(value)}" for name, value in told)]
    if one.signed:
        said.append("signed=True")
    said.append(f"terms={_quoted(one.terms)}")
    note = _words(one.note) or f"报告写出的{_words(one.label)}。"
    example = _words(one.example.sentence)[:60]
    stated = f"    # Stated by {one.reports}, for example: {example}"
    ask = f"    {one.id}: Annotated[Figure, Ask({', '.join(said)})]"
    return f'{stated}\n{ask}\n    """{note}"""\n'


def _quoted(value: object) -> str:
    """A text, or a list of them, as Python writes it."""
    return json.dumps(value, ensure_ascii=False)


def _words(text: str) -> str:
    """A text that may stand in a docstring or behind #: one line, without what would end it."""
    return re.sub(r"[\s\x00-\x1f\x7f]+", " ", text.replace("\\", "＼").replace('"', "”")).strip()

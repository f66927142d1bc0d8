"""A new schema to begin from: small, commented, and it loads."""

from __future__ import annotations

import keyword
import re
from pathlib import Path

from baogao.errors import SchemaError

_SKELETON = '''\
"""What reports of the kind {name} are asked.

Change the labels and notes, add fields, then run: baogao schema check {file}
Labels and notes are in the language of the reports: forms and prompts print them.
"""

from typing import Annotated, ClassVar

from baogao.schema import Ask, Figure, Group, Items, Relation, Report, Text


class Results(Group):
    """主要指标"""

    # A figure: its label as the reports call it, its unit, and further words by which they name the same thing.
    cases_received: Annotated[Figure, Ask("收件数", unit="件", terms=["收到", "受理"])]
    """报告期内收到的件数。上年结转的不算。"""

    cases_closed: Annotated[Figure, Ask("办结数", unit="件", terms=["办结", "审结"])]
    """报告期内办结的件数。"""

    # A rate has the unit %. It is read where it is printed, never computed.
    closing_rate: Annotated[Figure, Ask("办结率", unit="%", terms=["办结率"])]
    """报告写出的办结率。"""


class {class_name}(Report):
    """报告名称"""

    schema_name: ClassVar[str] = "{name}"

    # Arithmetic that should hold; it is checked and never makes up a value.
    relations: ClassVar[tuple[Relation, ...]] = (
        Relation("rate", ("closing_rate", "cases_closed", "cases_received")),
        Relation("ordered", ("cases_received", "cases_closed")),
    )

    # Metadata.
    title: Annotated[Text, Ask("报告标题", role="title")]
    """报告上印出的完整标题。"""

    # Groups of figures.
    results: Results

    # Lists: one entry for each item of a section.
    problems: Annotated[Items, Ask("存在的问题")]
    """“存在的问题”部分的每一条。"""
'''


def new_schema(path: str | Path, name: str | None = None) -> Path:
    """Write a small commented schema file that loads, for someone to go on from.

    :param path: the file to write; ``.py`` is added when it is missing.
    :param name: by which records and gold will call it; by default the file's name.
    :returns: the path that was written.
    :raises SchemaError: the file exists, its folder does not, or the name is no identifier.
    """
    path = Path(path)
    path = path if path.suffix == ".py" else path.with_name(f"{path.name}.py")
    name = name or path.stem
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or keyword.iskeyword(name):
        raise SchemaError(f"a schema's name has small letters, digits and _ only, and begins with a letter: {name!r}")
    text = _SKELETON.format(name=name, file=path.name, class_name=name.title().replace("_", ""))
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise SchemaError(f"{path} exists already; give another name") from error
    except OSError as error:
        raise SchemaError(f"{path} cannot be written: {error.strerror or error}") from error
    return path

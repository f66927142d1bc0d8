"""Small data sets made of sentences: every figure in 【field:…】 is gold of that field."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from baogao.candidates import parse_quantity
from baogao.evaluation.gold import Gold, GoldField

SCHEMA = '''\
from typing import Annotated, ClassVar
from baogao.schema import Ask, Figure, Report


class Wells(Report):
    """水井"""
    schema_name: ClassVar[str] = "wells"
    dug: Annotated[Figure, Ask("凿井数", unit="口")]
    """新凿的井。"""
    closed: Annotated[Figure, Ask("封井数", unit="口")]
    """封掉的井。"""
'''
_MARK = re.compile(r"【(?P<field>\w+):(?P<text>[^】]+)】")


def write_gold(folder: Path, marked: Iterable[str], schema: str = "wells") -> Path:
    """Write a data set of some marked texts, one report each, called a, b, c …"""
    folder.mkdir(parents=True, exist_ok=True)
    for number, source in enumerate(marked):
        text, fields, end = "", {}, 0
        for match in _MARK.finditer(source):
            text += source[end : match.start()]
            span = (len(text), len(text) + len(match["text"]))
            quantity = parse_quantity(match["text"])
            fields[match["field"]] = GoldField(
                status="reported", value=quantity.value, bound="exact", evidence=[[span]]
            )
            text, end = text + match["text"], match.end()
        text += source[end:]
        name, data = chr(ord("a") + number), text.encode()
        gold = Gold(
            doc_id=name,
            schema=schema,
            text_file=f"{name}.txt",
            sha256=hashlib.sha256(data).hexdigest(),
            characters=len(text),
            fields=fields,
        )
        (folder / f"{name}.txt").write_bytes(data)
        (folder / f"{name}.gold.json").write_text(gold.to_json(), encoding="utf-8")
    return folder

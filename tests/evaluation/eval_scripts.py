"""The scripts of ``eval`` as modules, and a small data set for them."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[2]
TEXT = """云岭县人民政府关于2023年度法治政府建设情况的报告

市人民政府：

一、主要工作
（一）执法监督有序推进。全县组织评查执法案卷128卷，开展应急演练30余场。
（二）复议应诉从严从实。未发生涉外公证。
二、存在的问题
（一）执法力量薄弱，部分乡镇只有一名持证人员。
（二）宣传形式单一，群众参与不多。

云岭县人民政府
2024年1月15日
"""


def script(name: str) -> ModuleType:
    """A script of ``eval``, such as ``bench/formats``, with what lies beside it."""
    path = ROOT / "eval" / f"{name}.py"
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))
    if path.stem not in sys.modules:
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = sys.modules[path.stem] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[path.stem]


def small_dataset(folder: Path, fields: dict[str, tuple[str, Any, str]], entries: list[str], text: str = TEXT) -> Path:
    """A folder with one report and its gold.

    :param fields: by id, what is printed, its value and its bound; a value of None stands for a none.
    :param entries: what is printed of the problems.
    """
    folder.mkdir(parents=True)
    (folder / "yunling.txt").write_text(text, encoding="utf-8")

    def copies(printed: str) -> list[list[tuple[int, int]]]:
        start = text.index(printed)
        return [[(start, start + len(printed))]]

    gold = {
        "doc_id": "yunling",
        "schema": "law_based_government",
        "text_file": "yunling.txt",
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "characters": len(text),
        "metadata": {},
        "fields": {
            name: {
                "status": "reported_none" if value is None else "reported",
                "value": value or 0,
                "bound": bound,
                "evidence": copies(printed),
            }
            for name, (printed, value, bound) in fields.items()
        },
        "lists": {"problems": [copies(printed) for printed in entries]},
    }
    (folder / "yunling.gold.json").write_text(json.dumps(gold, ensure_ascii=False), encoding="utf-8")
    return folder

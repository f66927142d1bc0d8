"""Groups of reports: by level and year, by how their files were read, and by what a data set says of them.

A data set may have a file ``groups.json``: ``{DOC_ID: {"author": "north"}}``, any names, any number of them. It is no
gold: it changes no verdict and is not in the digest of a data set.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from baogao.errors import GoldError
from baogao.evaluation.gold import GoldDoc, read_text
from baogao.schema.fields import Schema

GROUPS_FILE = "groups.json"
Groups = Mapping[str, Mapping[str, str]]
"""Of each report, by its id, the group that it belongs to, by what reports are grouped by."""
_SHAPE = TypeAdapter(dict[str, dict[str, str]])


def read_groups(folder: Path) -> dict[str, dict[str, str]]:
    """What the files ``groups.json`` of a data set say: in its folder and in those below; beside a split, in the folder
    that holds the split.

    :raises GoldError: a file is not of that form; names file and key.
    """
    above = [folder.resolve().parent] if folder.resolve().name in ("dev", "test") else []
    found: dict[str, dict[str, str]] = {}
    for path in [*(place / GROUPS_FILE for place in above), *sorted(folder.rglob(GROUPS_FILE))]:
        for doc_id, groups in (_read(path) if path.is_file() else {}).items():
            found[doc_id] = found.get(doc_id, {}) | groups
    return found


def _read(path: Path) -> dict[str, dict[str, str]]:
    try:
        return _SHAPE.validate_python(json.loads(read_text(path)))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise GoldError(f"{path}: {place}: {first['msg']}") from error
    except (ValueError, RecursionError) as error:
        raise GoldError(f"{path}: is not JSON: {error}") from error


def groups_of(item: GoldDoc, schema: Schema, read_as: str | None) -> dict[str, str]:
    """The groups of one report; what the data set says comes last, and wins.

    :param read_as: how its file was read, as records say it; None where that is not known.
    """
    level, start = (item.gold.metadata.get(schema.id_of(role) or "") for role in ("level", "period_start"))
    known = {"level": level, "year": start[:4] if start else None, "format": read_as}
    return {name: group for name, group in known.items() if group} | dict(item.groups)

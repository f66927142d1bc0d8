"""Rows of ``scores.jsonl``: one for each extractor, document and field, with the sentence it was judged on.

A row says everything that a reader of the report needs, so that a run can be reported on, or compared with another one,
without its gold and its texts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from baogao.errors import GoldError, UsageError
from baogao.evaluation.gold import GoldField, Split
from baogao.evaluation.tally import Verdict
from baogao.evaluation.taxonomy import Cause
from baogao.schema.values import Answer, Span, Strict


class Passage(Strict):
    """A stretch of the report's text, and what was pointed at in it; spans count from the passage's beginning."""

    start: int
    """Where the passage begins in the text."""
    text: str
    answer: list[Span] = Field(default_factory=list)
    gold: list[Span] = Field(default_factory=list)


class ScoreRow(Strict):
    """The verdict on one figure."""

    kind: Literal["figure"] = "figure"
    extractor: str
    dataset: str
    split: Split | None = None
    doc_id: str
    field: str
    verdict: Verdict
    answer: Answer | None = None
    gold: GoldField
    bound_ok: bool | None = None
    grounded: bool | None = None
    cause: Cause | None = None
    error: str | None = None
    """Why the whole document failed, if it did."""
    passages: list[Passage] = Field(default_factory=list)

    @property
    def right(self) -> bool:
        """Whether the codebook finds no fault with it."""
        return self.verdict in ("correct", "neutral", "absent") or (self.verdict == "errored" and not self.gold.stated)


class MetadataRow(Strict):
    """Whether one piece of metadata is right."""

    kind: Literal["metadata"] = "metadata"
    extractor: str
    dataset: str
    split: Split | None = None
    doc_id: str
    field: str
    right: bool
    answer: str | None = None
    gold: str | None = None


class ListRow(Strict):
    """How one list fared: how many items were found, and the texts of those that were not or should not have been."""

    kind: Literal["list"] = "list"
    extractor: str
    dataset: str
    split: Split | None = None
    doc_id: str
    field: str
    found: int
    answers: int
    gold: int
    unfound: list[str] = Field(default_factory=list)
    surplus: list[str] = Field(default_factory=list)


Row = ScoreRow | MetadataRow | ListRow
_KINDS: Mapping[str, type[Row]] = {"figure": ScoreRow, "metadata": MetadataRow, "list": ListRow}


def write_rows(rows: Iterable[Row], path: Path) -> None:
    """Write rows as JSON lines, empty parts left out.

    :raises UsageError: the file cannot be written.
    """
    lines = (
        json.dumps(row.model_dump(mode="json", exclude_defaults=True) | {"kind": row.kind}, ensure_ascii=False)
        for row in rows
    )
    try:
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from error


def read_rows(path: Path) -> list[Row]:
    """Read ``scores.jsonl``.

    :raises UsageError: there is no such file.
    :raises GoldError: a line that is not a row; names file and line.
    """
    if not path.is_file():
        raise UsageError(f"there is no {path}: score the run first (baogao eval score)")
    rows: list[Row] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if line.strip():
            rows.append(_row(line, f"{path}, line {number}"))
    return rows


def _row(line: str, where: str) -> Row:
    try:
        data = json.loads(line)
        return _KINDS[data["kind"]].model_validate(data)
    except (json.JSONDecodeError, LookupError, TypeError) as error:
        raise GoldError(f"{where}: is not a row of scores: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise GoldError(f"{where}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error

"""Gold labels: what a careful reader finds in a report, with the characters where it stands.

A data set is any folder with ``NAME.gold.json`` beside ``NAME.txt``, also in folders below it; the folders ``dev`` and
``test`` are its split. Loading checks everything that can be checked (``baogao.evaluation.datasets``), because one
wrong offset turns into a wrong verdict that nobody sees.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from errno import EISDIR
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, Field, ValidationError

from baogao.errors import GoldError, UsageError
from baogao.schema.values import Bound, Number, Span, Status, Strict, Value

Copies = list[list[Span]]
"""Places that are equally right; each is a list of spans that belong together (several only in a sum)."""
Split = Literal["dev", "test"]


class Reading(Strict):
    """One defensible reading of a field."""

    status: Status
    value: Value | None = None
    """A figure in the field's unit, 0 when ``reported_none``; of a choice, a date, a quote as in an answer; None when
    ``not_reported``."""
    upper: Number | None = Field(default=None, exclude_if=lambda upper: upper is None)
    """The other bound, where a range is printed."""
    bound: Bound | None = None
    evidence: Copies = Field(default_factory=list)

    @property
    def number(self) -> Decimal | None:
        """The value where it is a number."""
        return self.value if isinstance(self.value, Decimal) else None


class GoldField(Reading):
    """The gold of one field: the best reading, and the others where two careful annotators could differ."""

    alternatives: list[Reading] = Field(default_factory=list)

    @property
    def stated(self) -> bool:
        """True when the text states the field, be it a figure or a "none"."""
        return self.status != "not_reported"

    @property
    def readings(self) -> list[Reading]:
        """Every reading that states something, the best one first."""
        return [*([self] if self.stated else []), *self.alternatives]


GoldRow = dict[str, GoldField]
"""One row of a list of rows, by cell; a cell that is not there is ``not_reported``. A row whose naming cell has only
alternatives may be there or not."""


class Gold(Strict):
    """The gold file of one report."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    doc_id: str
    schema_name: str = Field(alias="schema")
    schema_version: int | None = Field(default=None, exclude_if=lambda version: version is None)
    """Of the schema that it was annotated by; None where the file does not say."""
    text_file: str
    sha256: str
    """Hex digest of the text file's bytes."""
    characters: int
    metadata: dict[str, str | None] = Field(default_factory=dict)
    fields: dict[str, GoldField] = Field(default_factory=dict)
    """A field that is not here is ``not_reported``."""
    lists: dict[str, list[Copies]] = Field(default_factory=dict)
    rows: dict[str, list[GoldRow]] = Field(default_factory=dict)
    """Of each list of rows its rows, in the annotator's order."""
    not_looked_at: list[str] = Field(default_factory=list, exclude_if=lambda names: not names)
    """Fields, metadata, lists and lists of rows that nobody has looked at yet: nothing is known of them, and what the
    file says of them is a proposal. Empty in gold that is whole."""
    annotators: list[str] = Field(default_factory=list, exclude_if=lambda names: not names)
    """Who looked, where that was asked to be kept."""

    def knows(self, name: str) -> bool:
        """Whether somebody looked at a field, a piece of metadata, a list."""
        return name not in self.not_looked_at

    def known(self) -> Gold:
        """The same without what nobody has looked at, so that no proposal is taken for gold."""
        if not self.not_looked_at:
            return self
        parts = ("metadata", "fields", "lists", "rows")
        known = {part: {k: v for k, v in getattr(self, part).items() if self.knows(k)} for part in parts}
        return self.model_copy(update=known)

    def field(self, name: str) -> GoldField:
        """The gold of a field, ``not_reported`` when the file is silent on it."""
        return self.fields.get(name) or GoldField(status="not_reported")

    def to_json(self) -> str:
        """The gold file's text: one line for each field, list and row, so that a change of one shows as one line."""
        data = self.model_dump(mode="json", by_alias=True, exclude={"metadata", "fields", "lists", "rows"})
        fields = {name: _slim(field.model_dump(mode="json")) for name, field in self.fields.items()}
        lines = [f" {_json(key)}: {_json(value)}" for key, value in data.items()]
        lines.append(f' "metadata": {_block(self.metadata)}')
        lines.append(f' "fields": {_block(fields)}')
        lines.append(f' "lists": {_block(self.lists)}')
        if self.rows:
            blocks = (f"  {_json(name)}: {_rows(rows)}" for name, rows in self.rows.items())
            lines.append(' "rows": {\n' + ",\n".join(blocks) + "\n }")
        return "{\n" + ",\n".join(lines) + "\n}\n"


@dataclass(frozen=True)
class GoldDoc:
    """One report of a data set."""

    gold: Gold
    text_path: Path
    gold_path: Path
    split: Split | None = None
    """From the folder it lies in, ``dev`` or ``test``; None where the data set has no split."""
    groups: Mapping[str, str] = field(default_factory=dict)
    """What the data set says of it beside its gold, such as who wrote it: ``groups.json``."""

    def text(self) -> str:
        """The text that the offsets refer to: no newline translation, no normalisation."""
        return read_text(self.text_path)


@dataclass(frozen=True)
class Dataset:
    """A folder of gold, checked."""

    name: str
    items: list[GoldDoc]
    """In the order of their ids."""
    digest: str
    """``sha256:`` and the hex digest over ids and gold files (which hold their texts' digests)."""
    left_out: tuple[str, ...] = ()
    """Ids of reports of which nobody has looked at anything: they say nothing, and are not among the items."""

    def looked_at(self, names: Collection[str]) -> Dataset:
        """Without the reports of which nobody has looked at anything.

        :param names: all that there is to look at.
        """
        nothing = {item.gold.doc_id for item in self.items if not any(map(item.gold.knows, names))}
        items = [item for item in self.items if item.gold.doc_id not in nothing]
        return replace(self, items=items, left_out=tuple(sorted(nothing)))

    @property
    def not_looked_at(self) -> int:
        """How many fields nobody has looked at, over all reports."""
        return sum(len(item.gold.not_looked_at) for item in self.items)

    def part(self, split: Split) -> Dataset:
        """The reports of one split."""
        items = [item for item in self.items if item.split == split]
        return Dataset(f"{self.name}/{split}", items, dataset_digest(items))


def split_of(doc_id: str) -> Split:
    """``dev`` or ``test`` by the first hex digit of SHA-256 of the id: 0-7 is ``test``.

    Nobody can tune such a split: whoever writes a report does not choose where it goes, and it never moves.
    """
    return "test" if hashlib.sha256(doc_id.encode()).hexdigest()[0] in "01234567" else "dev"


def read_text(path: Path) -> str:
    """A UTF-8 text exactly as it stands in the file.

    :raises GoldError: no such file, or not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise GoldError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise GoldError(f"{path}: is not UTF-8 at byte {error.start}") from error
    except ValueError as error:  # a name that no file can have, such as one with a NUL
        raise GoldError(f"{path}: cannot be read: {error}") from error


def write_whole(path: Path, data: bytes | memoryview) -> None:
    """Write a file, its folder made; what stood there stays until all of it is written.

    :raises UsageError: it cannot be written.
    """
    with _aside(path) as aside:
        aside.write_bytes(data)
        aside.replace(path)


def check_writable(path: Path) -> None:
    """See that a file can be written, before any work is done for it.

    :raises UsageError: it cannot.
    """
    with _aside(path) as aside:
        aside.write_bytes(b"")
        if path.is_dir():
            raise IsADirectoryError(EISDIR, os.strerror(EISDIR))


@contextmanager
def _aside(path: Path) -> Iterator[Path]:
    """A place beside a file, its folder made; what is there afterwards is removed."""
    aside = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.unlink(missing_ok=True)  # a link would lead elsewhere
        yield aside
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)


def parse_gold(path: Path) -> Gold:
    """Read a gold file's shape, without comparing it with its text.

    :raises GoldError: the file cannot be read, is not JSON, or is not of the form in docs/evaluation.md; names the file
        and the field.
    """
    try:
        data = json.loads(read_text(path), parse_float=Decimal, object_pairs_hook=_no_duplicates)
        return Gold.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise GoldError(f"{path}: {place}: {first['msg']}") from error
    except (ValueError, RecursionError) as error:
        raise GoldError(f"{path}: is not JSON: {error}") from error


def gold_files(folder: Path) -> list[Path]:
    """The gold files in a folder and the folders below it, by name.

    :raises UsageError: no such folder, or no gold in it.
    """
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}")
    paths = sorted(folder.rglob("*.gold.json"))
    if not paths:
        raise UsageError(f"{folder} holds no *.gold.json: a data set is NAME.gold.json beside NAME.txt")
    return paths


def dataset_digest(items: list[GoldDoc]) -> str:
    """The digest of a data set: of its gold, whatever folder it lies in."""
    digest = hashlib.sha256()
    for item in items:
        digest.update(item.gold.doc_id.encode() + b"\0" + item.gold_path.read_bytes() + b"\0")
    return f"sha256:{digest.hexdigest()}"


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} stands twice in one object")
    return data


def _slim(reading: dict[str, Any]) -> dict[str, Any]:
    """A reading without its empty parts."""
    slim = {key: value for key, value in reading.items() if value not in (None, [])}
    if "alternatives" in slim:
        slim["alternatives"] = [_slim(other) for other in slim["alternatives"]]
    return slim


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _block(mapping: dict[str, Any]) -> str:
    if not mapping:
        return "{}"
    return "{\n" + ",\n".join(f"  {_json(key)}: {_json(value)}" for key, value in mapping.items()) + "\n }"


def _rows(rows: list[GoldRow]) -> str:
    """A list of rows, a line for each."""
    lines = (_json({name: _slim(cell.model_dump(mode="json")) for name, cell in row.items()}) for row in rows)
    return "[\n" + ",\n".join(f"   {line}" for line in lines) + "\n  ]" if rows else "[]"

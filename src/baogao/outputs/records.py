"""A run's results read back: records, the queue for people, a document's text from ``texts/``, whether they agree."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from baogao._version import __version__
from baogao.errors import SchemaError, UsageError
from baogao.record import ProposedFigure, ProposedItems, ProposedText, Record, Review
from baogao.schema import Schema, load_schema
from baogao.schema.description import read_description
from baogao.schema.load import available_schemas, shipped_schema
from baogao.schema.values import Answer, HeldBack, Strict, TextAnswer

RECORDS = "records.jsonl"
REVIEW = "review.jsonl"
"""The queue for people; not there where nothing is to be looked at."""
SCHEMA = "schema.json"
"""The schema of a run as data; not there in runs of earlier versions."""
TEXTS = "texts"
"""The folder of the texts that records count the characters of, as ``DOC_ID.txt``."""
PAGE = "index.html"
MATRIX = "matrix.html"
"""The table over all reports."""
WHOLE = ".results.whole"
"""The folder, inside a run's, of results that are whole and not all in place yet."""
_MAY_BE_HALF = (b"\\u", b"\xed")
"""The ways in which half of a character (a lone surrogate) may come into a line: escaped, or as bytes."""
_Line = TypeVar("_Line", bound=Strict)


def current(path: Path) -> Path:
    """Where a part of a run's results is: records, queue, texts or page, given as the place where it belongs.

    They are put in place one after another. Where a run was killed meanwhile, those that are not in place yet lie
    beside those of an earlier run, and count instead of them.
    """
    whole = path.parent / WHOLE
    aside = whole / path.name
    return aside if aside.exists() and not (whole.is_symlink() or aside.is_symlink()) else path


def read_records(path: Path) -> list[Record]:
    """Read ``records.jsonl``, given as the file itself or as the folder that holds it.

    :raises UsageError: no such file; a damaged line, a field that does not hold, a document twice; with its line.
    """
    return list(iterate_records(path))


def iterate_records(path: Path) -> Iterator[Record]:
    """As :func:`read_records`, one record at a time: a long run's records need not fit into memory."""
    file = current(path / RECORDS if path.is_dir() else path)
    if path.is_dir() and not file.exists():
        raise UsageError(f"cannot read {file}: {path} is no folder of a run, which extract writes")
    first_lines: dict[str, int] = {}
    for number, line in lines_of(file):
        where = f"{file}, line {number}"
        record = read_line(line, where, Record)
        first = first_lines.setdefault(record.doc_id, number)
        if first != number:
            raise UsageError(f"{where}: the document {record.doc_id!r} stands already in line {first}")
        yield record


def iterate_review(path: Path) -> Iterator[Review]:
    """Read a run's queue for people, given as ``review.jsonl`` or as the folder that holds it, most valuable first.

    :raises UsageError: a damaged line, a key that does not hold; with its line. A file that is not there is no queue.
    """
    file = current(path / REVIEW if path.is_dir() else path)
    for number, line in lines_of(file) if file.exists() else ():
        yield read_line(line, f"{file}, line {number}", Review)


def with_review(records: Iterable[Record], path: Path) -> list[Record]:
    """Some records of a run, each with its part of the queue.

    :param path: as for :func:`iterate_review`.
    :raises UsageError: as there.
    """
    records = list(records)
    queue: dict[str, list[Review]] = {record.doc_id: [] for record in records}
    for review in iterate_review(path):
        if review.doc_id in queue:
            queue[review.doc_id].append(review)
    return [record.with_review(queue[record.doc_id]) for record in records]


def lines_of(file: Path) -> Iterator[tuple[int, bytes]]:
    """The lines of a file that are not blank, with their numbers.

    :raises UsageError: it cannot be read.
    """
    try:
        with file.open("rb") as opened:
            for number, line in enumerate(opened, start=1):
                line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
                if line.strip():
                    yield number, line
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror or error}") from error


def read_line(line: bytes, where: str, kind: type[_Line]) -> _Line:
    """What one line holds; everything that a damaged or foreign file can hold is an error that says where.

    :raises UsageError: it is not of that kind.
    """
    try:
        data = json.loads(line)
        if any(half in line for half in _MAY_BE_HALF):
            json.dumps(data, ensure_ascii=False).encode()
        return kind.model_validate(data)
    except UnicodeDecodeError as error:
        raise UsageError(f"{where}: not UTF-8 at byte {error.start + 1}") from error
    except json.JSONDecodeError as error:
        raise UsageError(f"{where}: not JSON at column {error.colno}: {error.msg}") from error
    except (RecursionError, MemoryError) as error:
        raise UsageError(f"{where}: not a {kind.__name__.lower()}: nested too deep") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        if first["type"] == "extra_forbidden" or _version_of(data) > _numbers(__version__):
            raise UsageError(_of_another_version(where, data, ".".join(map(str, first["loc"])))) from error
        field = ".".join(map(str, first["loc"])) or f"the {kind.__name__.lower()}"
        raise UsageError(f"{where}: {field}: {first['msg']}") from error
    except ValueError as error:  # a whole number of too many digits, half of a character
        raise UsageError(f"{where}: it cannot be read: {error}") from error


def _of_another_version(where: str, data: Any, field: str) -> str:
    """What is said of a line that this version cannot read, and a later one may have written."""
    told, here = ".".join(map(str, _version_of(data))), __version__
    if _version_of(data) > _numbers(here):
        return (
            f"{where}: it was written by baogao {told}, and this is {here}, which does not know {field}: update baogao"
        )
    return f"{where}: {field} is nothing that baogao {here} writes: is it of a later version, or of another program?"


def _version_of(data: Any) -> tuple[int, ...]:
    """The version of baogao that a line says it was written by; none where it says nothing."""
    made_by = data.get("made_by") if isinstance(data, dict) else None
    return _numbers(made_by.get("baogao")) if isinstance(made_by, dict) else ()


def _numbers(version: Any) -> tuple[int, ...]:
    """``1.12.0`` as numbers, of which the larger is the later; nothing where it is no version."""
    found = re.match(r"\d{1,6}(\.\d{1,6})*", version) if isinstance(version, str) else None
    return tuple(map(int, found[0].split("."))) if found else ()


def read_schema(path: Path) -> Schema:
    """The schema that a run remembers, given as the run's folder or as the ``schema.json`` in it. Nothing is executed.

    It is for what is done with records: tables, pages, gold. Rules and examples beside the schema's file are not there.

    :raises SchemaError: the file is not there, as in runs of earlier versions, or does not describe a schema.
    """
    return read_description(current(path / SCHEMA if path.is_dir() else path))


def schema_of(records: Iterable[Record], given: str | None = None, folder: Path | None = None) -> Schema:
    """The schema of some records: the one that is given, else the one that their run remembers, else one by its name.

    :param given: a name or a path, as the user said it. None finds the run's own, or a schema that comes with baogao by
        the name in the records; of no records, the one that ``load_schema`` loads when nothing is said.
    :param folder: the run's; a run of an earlier version remembers no schema.
    :raises UsageError: they are of several schemas, or not of the one that is given or remembered.
    :raises SchemaError: theirs is not remembered and does not come with baogao; the one that is given does not load.
    """
    names = sorted({record.schema_name for record in records})
    if len(names) > 1:
        schemas = ", ".join(names)
        raise UsageError(
            f"the records are of several schemas: {schemas}; a page and a table are of one: keep those of each in "
            "a folder of its own"
        )
    if given is None and folder is not None and current(folder / SCHEMA).is_file():
        remembered = read_schema(folder)
        if names and remembered.name != names[0]:
            file = folder / SCHEMA
            raise UsageError(f"the records are of the schema {names[0]!r}, and {file} is of {remembered.name!r}")
        return remembered
    if given is None and names:
        if names[0] not in available_schemas():
            raise SchemaError(f"the records are of the schema {names[0]!r}: give its file with --schema FILE.py")
        return shipped_schema(names[0])
    schema = load_schema(given) if given else load_schema()
    if names and schema.name != names[0]:
        raise UsageError(f"the records are of the schema {names[0]!r}, not of {schema.name!r}")
    return schema


def kept_text(doc_id: str, texts: Mapping[str, str] | Path) -> str | None:
    """The text that the offsets of a document's record count; None where it was not kept.

    :param texts: the texts by document id, or the folder that holds them as ``DOC_ID.txt``.
    :raises UsageError: the file is there and cannot be read, or is not UTF-8.
    """
    if not isinstance(texts, Path):
        return texts.get(doc_id)
    texts = current(texts)
    file = texts / f"{doc_id}.txt"
    try:
        # Records may come from anybody: an id must not lead to another file of this machine.
        if not file.resolve().is_relative_to(texts.resolve()) or not file.is_file():
            return None
        return file.read_bytes().decode("utf-8")  # no newline translation: offsets count the file's own characters
    except (OSError, ValueError) as error:  # not UTF-8, or no name of a file at all
        raise UsageError(f"cannot read {file}: {error}") from error


def astray(answer: Answer | HeldBack | ProposedFigure, text: str) -> bool:
    """True when the characters at the evidence are not the ones that the record quotes: the text has changed since."""
    quoted = "、".join(text[start:end] for start, end in answer.evidence or [])
    return answer.text is not None and answer.text != quoted


def words_of(value: Decimal | str | None) -> str | None:
    """The value of a choice, a date or a quote. One of digits alone, a year, is read back from a file as a number."""
    return f"{value:f}" if isinstance(value, Decimal) else value


def belongs(record: Record, text: str) -> bool:
    """Whether a record can have been read from a text: all its evidence, and that of what is to be looked at, lies in
    it, and reads as it is quoted there."""
    given = [one for answer in record.fields.values() for one in (answer, answer.held_back) if one is not None]
    proposals = [proposal for review in record.review for proposal in review.proposals]
    given += [answer for rows in record.rows.values() for row in rows for answer in row.values()]
    figures = [*given, *(one for one in proposals if isinstance(one, ProposedFigure))]
    lists = [*record.lists.values(), *(one.items for one in proposals if isinstance(one, ProposedItems))]
    words: list[TextAnswer | ProposedText] = list(record.metadata.values())
    words += [one for one in proposals if isinstance(one, ProposedText)]
    evidence = [*(one.evidence or () for one in figures), *(one.evidence for one in words)]
    evidence += [item.evidence for items in lists for item in items]
    spans = chain.from_iterable(evidence)
    inside = all(0 <= start < end <= len(text) for start, end in spans)
    return inside and not any(astray(figure, text) for figure in figures)

"""Every report and every field in one grid, for the page to show: one letter a cell, and what was said.

::

    extractors  their names; ``main`` is the number of the one that is shown first
    fields      [id, label, group] of each column
    reports     [id, part, 1 where it is held out, text or null] of each row
    cells       for each extractor, for each report, a letter for each field
    said        for each report, by the number of the field: [gold, its places, {extractor: [answer, its places,
                note]}]; an extractor that says just what the gold does, at its places, has 1

Places count characters of the text, as everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from baogao.evaluation.report.content import Grid
from baogao.evaluation.report.discrepancies import kind_of
from baogao.evaluation.report.files import RunFiles
from baogao.evaluation.report.render import reading_words
from baogao.evaluation.report.sources import Sources
from baogao.evaluation.rows import CellRow, JudgedRow, ListRow, MetadataRow, Row, ScoreRow
from baogao.evaluation.tally import Verdict
from baogao.evaluation.taxonomy import CAUSES
from baogao.schema.values import Span

MEANINGS: Mapping[str, str] = {
    "c": "right",
    "o": "right, with another bound or place",
    "p": "right in part",
    "w": "wrong",
    "m": "missed",
    "s": "not stated, yet answered",
    "n": "answered where gold leaves it open",
    "a": "silent, as the report is",
    "e": "the report failed",
    "u": "not asked",
    "x": "not looked at by an annotator",
}
_LETTERS: Mapping[Verdict, str] = {
    "correct": "c",
    "wrong": "w",
    "missing": "m",
    "spurious": "s",
    "neutral": "n",
    "absent": "a",
    "errored": "e",
}
_MOST_CELLS = 20
"""Cells of rows that the note of a list of rows names."""
Said = tuple[str, str, list[Span], str, list[Span], str]
"""Letter; gold and its places; answer and its places; a note."""


def grid_of(files: RunFiles, sources: Sources, main: str) -> Grid:
    """The grid of a run.

    :param main: the extractor that is shown first.
    """
    here: dict[tuple[str, str, str], list[Row]] = {}
    for row in files.rows:
        here.setdefault((row.doc_id, row.field, row.extractor), []).append(row)
    heads = {row.doc_id: (row.split or row.dataset, int(row.split == "test")) for row in files.rows}
    names, fields = files.info.names, files.info.schema_info.fields
    asked = [files.asked(name).fields for name in names]
    why = {(one.extractor, one.doc_id, one.field): one.why() for one in files.silence if one.row is None}
    cells, said = [list[str]() for _ in names], list[dict[str, Any]]()
    for doc_id in heads:
        told: dict[str, Any] = {}
        for number, name in enumerate(names):
            letters = ""
            for column, spec in enumerate(fields):
                if spec.id not in asked[number]:
                    letters += "u"
                    continue
                judged = here.get((doc_id, spec.id, name), [])
                if spec.id in sources.not_looked_at.get(doc_id, ()) or not (judged or spec.kind == "rows"):
                    letters += "x"  # only a list of rows in which nobody has any has no verdict all the same
                    continue
                found = _said(judged, spec.unit, sources, why)
                letters += found[0]
                _tell(told, str(column), str(number), found)
            cells[number].append(letters)
        said.append(told)
    data = {
        "extractors": names,
        "main": names.index(main),
        "fields": [[spec.id, spec.label, spec.group] for spec in fields],
        "reports": [[doc_id, *head, sources.texts.get(doc_id)] for doc_id, head in heads.items()],
        "cells": cells,
        "said": said,
    }
    used = {letter for rows in cells for row in rows for letter in row}
    meanings = {letter: words for letter, words in MEANINGS.items() if letter in used}
    return Grid(meanings, data, sum(doc_id not in sources.texts for doc_id in heads))


def _tell(told: dict[str, Any], column: str, number: str, found: Said) -> None:
    """Add what one extractor says of a field; nothing where all are rightly silent."""
    letter, gold, places, answer, answered, note = found
    if letter == "a" and not places and not note:
        return
    entry = told.setdefault(column, [gold, places, {}])
    entry[2][number] = 1 if (answer, answered, note) == (gold, places, "") else [answer, answered, note]


def _said(rows: Sequence[Row], unit: str, sources: Sources, why: Mapping[tuple[str, str, str], str]) -> Said:
    """What one extractor and the gold say of one field of one report; several rows are the cells of a list of rows."""
    cells = [row for row in rows if isinstance(row, CellRow)]
    if cells:
        return _of_cells(cells)
    row = rows[0] if rows else None
    if isinstance(row, ScoreRow):
        return _of_answer(row, unit, why)
    if isinstance(row, MetadataRow):
        return _of_metadata(row)
    if isinstance(row, ListRow):
        return _of_list(row, sources)
    return "a", "silent", [], "silent", [], ""


def _of_answer(row: ScoreRow, unit: str, why: Mapping[tuple[str, str, str], str]) -> Said:
    gold = reading_words(row.gold, unit)
    others = row.gold.readings[1:] if row.gold.stated else row.gold.readings
    gold = " or ".join([gold, *(reading_words(other, unit) for other in others)])
    letter = "o" if row.verdict == "correct" and kind_of(row) else _LETTERS[row.verdict]
    cause = CAUSES[row.cause][0] if row.cause and row.cause not in ("missed", "failed") else ""
    note = "; ".join(filter(None, [cause, why.get((row.extractor, row.doc_id, row.field), "")]))
    answered = _spans(row.answer.evidence if row.answer else None)
    places = _gold_places(row)
    answer = reading_words(row.answer, unit)
    if letter == "c" and any(answered == _spans(copy) for one in row.gold.readings for copy in one.evidence):
        return letter, gold, places, gold, places, ""  # just what the gold says
    return letter, gold, places, answer, answered, note


def _gold_places(row: JudgedRow) -> list[Span]:
    """Every place that gold names for its first reading."""
    return [span for copy in row.gold.readings[0].evidence for span in _spans(copy)] if row.gold.readings else []


def _spans(spans: Iterable[Span] | None) -> list[Span]:
    return [(start, end) for start, end in spans or ()]


def _of_metadata(row: MetadataRow) -> Said:
    letter = "c" if row.gold else "a"
    if not row.right:
        letter = "w" if row.answer and row.gold else "m" if row.gold else "s" if row.answer else "e"
    return letter, row.gold or "silent", [], row.answer or "silent", [], ""


def _of_list(row: ListRow, sources: Sources) -> Said:
    copies = sources.lists.get(row.doc_id, {}).get(row.field, [])
    answered = sources.entries.get((row.extractor, row.doc_id), {}).get(row.field, [])
    missed, surplus = row.gold - row.found, row.answers - row.found
    letter = _letter_of(row.found, missed, surplus)
    note = "; ".join(
        [*(f"not found: {words}" for words in row.unfound), *(f"not of the gold: {words}" for words in row.surplus)]
    )
    places = [span for entry in copies for copy in entry for span in _spans(copy)]
    shown = [span for entry in answered for span in _spans(entry)]
    gold, answer = f"{row.gold} entries", f"{row.answers} entries, {row.found} of them right"
    if not row.gold and not row.answers:
        gold = answer = "silent"
    return letter, gold, places, answer, shown, note


def _of_cells(cells: Sequence[CellRow]) -> Said:
    right = sum(row.verdict == "correct" for row in cells)
    wrong = [row for row in cells if not row.right]
    missed = sum(row.verdict in ("missing", "errored") for row in wrong)
    letter = "e" if all(row.verdict == "errored" for row in cells) else _letter_of(right, missed, len(wrong) - missed)
    named = [f"{row.named or '?'}, {row.cell}: {row.verdict}" for row in wrong]
    more = len(named) - _MOST_CELLS
    note = "; ".join(named[:_MOST_CELLS] + ([f"and {more} more"] if more > 0 else []))
    stated = sum(row.gold.stated for row in cells)
    places = [span for row in cells for span in _gold_places(row)]
    answered = [span for row in cells if row.answer for span in _spans(row.answer.evidence)]
    return letter, f"{stated} cells", places, f"{right} of {stated} cells right", answered, note


def _letter_of(right: int, missed: int, surplus: int) -> str:
    """Of several that are judged together."""
    if right:
        return "p" if missed or surplus else "c"
    if missed:
        return "w" if surplus else "m"
    return "s" if surplus else "a"

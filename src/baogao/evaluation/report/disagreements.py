"""Every disagreement with the gold, with its sentence; the same answer by several extractors is listed once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from baogao.evaluation.report.content import Discrepancy, Fragment, OtherDisagreement
from baogao.evaluation.report.render import reading_words
from baogao.evaluation.rows import Excerpt, ListRow, MetadataRow, Row, ScoreRow
from baogao.evaluation.taxonomy import CAUSES
from baogao.outputs.page import cut
from baogao.schema.values import Span

_RIGHT_ELSEWHERE = "right value, other place"
_BOUND = "right value, other bound"


def figure_disagreements(rows: Iterable[ScoreRow], fields: Mapping[str, Mapping[str, Any]]) -> list[Discrepancy]:
    """Figures that are not the gold's, and right values with a wrong bound or from a place that the gold does not name.

    :param fields: of each field its ``label`` and ``unit``.
    :returns: in the order of documents and fields.
    """
    groups: dict[tuple[Any, ...], list[ScoreRow]] = {}
    for row in rows:
        kind = _kind(row)
        if kind is not None:
            answer = row.answer.model_dump_json(exclude={"confidence", "by", "text", "unit"}) if row.answer else ""
            groups.setdefault((row.doc_id, row.field, kind, answer), []).append(row)
    order = {name: number for number, name in enumerate(fields)}
    keys = sorted(groups, key=lambda key: (key[0], order.get(key[1], len(order)), key[2:]))
    return [_figure(groups[key], key[2], fields[key[1]]) for key in keys]


def _kind(row: ScoreRow) -> str | None:
    """What is wrong, in a word; None where nothing is."""
    if not row.right:
        return row.verdict
    if row.verdict != "correct":
        return None
    if row.bound_ok is False:
        return _BOUND
    return _RIGHT_ELSEWHERE if row.grounded is False else None


def _figure(rows: Sequence[ScoreRow], kind: str, spec: Mapping[str, Any]) -> Discrepancy:
    row, unit = rows[0], spec["unit"]
    known = [one.answer.confidence for one in rows if one.answer and one.answer.confidence is not None]
    readings = row.gold.readings
    return Discrepancy(
        doc_id=row.doc_id,
        part=row.split or row.dataset,
        field=row.field,
        label=spec["label"],
        extractors=[one.extractor for one in rows],
        verdict=kind,
        cause=CAUSES[row.cause][0] if row.cause else "",
        answer=reading_words(row.answer, unit),
        gold=reading_words(row.gold, unit),
        others=[reading_words(other, unit) for other in (readings[1:] if row.gold.stated else readings)],
        confidence=max(known, default=None),
        passages=[pieces_of(passage) for passage in row.passages],
        note=row.error or "",
        held_out=row.split == "test",
    )


def pieces_of(passage: Excerpt) -> list[Fragment]:
    """A passage cut where a mark begins or ends."""
    length = len(passage.text)
    spans: list[Span] = [*passage.answer, *passage.gold]
    held = [(max(0, start), min(length, end)) for start, end in spans]
    answers = len(passage.answer)
    return [
        Fragment(
            passage.text[piece.start : piece.end],
            answer=any(index < answers for index in piece.inside),
            gold=any(index >= answers for index in piece.inside),
        )
        for piece in cut(length, held)
    ]


def other_disagreements(rows: Iterable[Row], fields: Mapping[str, Mapping[str, Any]]) -> list[OtherDisagreement]:
    """Metadata that differ, and lists in which entries were not found or should not be there."""
    groups: dict[tuple[str, str, str, str], list[Row]] = {}
    for row in rows:
        said = _other(row)
        if said is not None:
            groups.setdefault((row.doc_id, row.field, *said), []).append(row)
    return [
        OtherDisagreement(
            doc_id=doc_id,
            part=same[0].split or same[0].dataset,
            label=fields[field]["label"],
            extractors=[row.extractor for row in same],
            answer=answer,
            gold=gold,
            held_out=same[0].split == "test",
        )
        for (doc_id, field, answer, gold), same in sorted(groups.items(), key=lambda group: group[0])
    ]


def _other(row: Row) -> tuple[str, str] | None:
    """What was answered instead of what; None where they agree."""
    if isinstance(row, MetadataRow):
        # Where both are silent and yet it is not right, the whole document failed.
        said = row.answer or ("no answer at all" if row.gold is None else "silent")
        return None if row.right else (said, row.gold or "silent")
    if isinstance(row, ListRow) and (row.unfound or row.surplus):
        surplus = "；".join(row.surplus) or f"{row.found} of {row.gold} entries found"
        return surplus, "；".join(row.unfound) or "nothing more"
    return None

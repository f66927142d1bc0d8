"""Every discrepancy from the gold, with its sentence; the same answer by several extractors is listed once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from baogao.evaluation.report.content import Discrepancy, Fragment, OtherDiscrepancy
from baogao.evaluation.report.render import reading_words
from baogao.evaluation.rows import CellRow, Excerpt, ListRow, MetadataRow, Row, ScoreRow
from baogao.evaluation.run_info import FieldInfo
from baogao.evaluation.silence import Silence
from baogao.evaluation.taxonomy import CAUSES
from baogao.outputs.places import cut
from baogao.schema.values import Span


def answer_discrepancies(
    rows: Iterable[ScoreRow | CellRow], fields: Mapping[str, FieldInfo], silence: Iterable[Silence] = ()
) -> list[Discrepancy]:
    """Answers that are not the gold's, and right values with a wrong bound or from a place that the gold does not name.

    :param fields: by id, in the order of the schema.
    :param silence: why stated fields were missed, where that is known.
    :returns: in the order of documents and fields.
    """
    order = {name: number for number, name in enumerate(fields)}
    why = {(one.extractor, one.doc_id, one.field, one.row): one.why() for one in silence}
    groups: dict[tuple[str, int, str, str, str], list[ScoreRow | CellRow]] = {}
    for row in rows:
        kind = kind_of(row)
        if kind is not None:
            answer = row.answer.model_dump_json(exclude={"confidence", "by", "text", "unit"}) if row.answer else ""
            groups.setdefault((row.doc_id, order[row.field], _within(row), kind, answer), []).append(row)
    found = []
    for (doc_id, _, _, kind, _), same in sorted(groups.items(), key=lambda group: group[0]):
        row, spec = same[0], _asked(same[0], fields)
        known = [one.answer.confidence for one in same if one.answer and one.answer.confidence is not None]
        readings = row.gold.readings[1:] if row.gold.stated else row.gold.readings
        found.append(
            Discrepancy(
                doc_id=doc_id,
                part=row.split or row.dataset,
                field=row.place,
                label=spec.label,
                extractors=[one.extractor for one in same],
                verdict=kind,
                cause=CAUSES[row.cause][0] if row.cause else "",
                answer=reading_words(row.answer, spec.unit),
                gold=reading_words(row.gold, spec.unit),
                others=[reading_words(other, spec.unit) for other in readings],
                confidence=max(known, default=None),
                excerpts=[pieces_of(excerpt) for excerpt in row.excerpts],
                note=row.error or "",
                held_out=row.split == "test",
                why=_reasons(same, why),
            )
        )
    return found


def _within(row: ScoreRow | CellRow) -> str:
    """Where in its field an answer is: the row of a cell, and the cell; those that gold does not have come last."""
    if not isinstance(row, CellRow):
        return ""
    return f"{row.row or 10**6:07} {row.named} {row.cell}"


def _asked(row: ScoreRow | CellRow, fields: Mapping[str, FieldInfo]) -> FieldInfo:
    spec = fields[row.field]
    return next((cell for cell in spec.cells if isinstance(row, CellRow) and cell.id == row.cell), spec)


def _reasons(rows: Iterable[ScoreRow | CellRow], why: Mapping[tuple[str, str, str, int | None], str]) -> list[str]:
    """Why each extractor missed what is stated, ``rules: nothing said``."""
    found = []
    for row in rows:
        name, number = (f"{row.field}.{row.cell}", row.row) if isinstance(row, CellRow) else (row.field, None)
        reason = why.get((row.extractor, row.doc_id, name, number))
        found += [f"{row.extractor}: {reason}"] if reason else []
    return found


def kind_of(row: ScoreRow | CellRow) -> str | None:
    """What is wrong with an answer, in a few words; None where nothing is."""
    if not row.right:
        return row.verdict
    if row.verdict != "correct":
        return None
    if row.bound_ok is False:
        return "right value, other bound"
    return "right value, other place" if row.grounded is False else None


def pieces_of(excerpt: Excerpt) -> list[Fragment]:
    """An excerpt cut where a mark begins or ends."""
    length = len(excerpt.text)
    spans: list[Span] = [*excerpt.answer, *excerpt.gold]
    held = [(max(0, start), min(length, end)) for start, end in spans]
    answers = len(excerpt.answer)
    return [
        Fragment(
            excerpt.text[piece.start : piece.end],
            answer=any(index < answers for index in piece.inside),
            gold=any(index >= answers for index in piece.inside),
        )
        for piece in cut(length, held)
    ]


def other_discrepancies(rows: Iterable[Row], fields: Mapping[str, FieldInfo]) -> list[OtherDiscrepancy]:
    """Metadata that differ, and lists in which entries were not found or should not be there."""
    groups: dict[tuple[str, str, str, str], list[Row]] = {}
    for row in rows:
        if isinstance(row, MetadataRow) and not row.right:
            # Where both are silent and yet it is not right, the whole document failed.
            answer = row.answer or ("no answer at all" if row.gold is None else "silent")
            gold = row.gold or "silent"
        elif isinstance(row, ListRow) and (row.unfound or row.surplus):
            answer = "；".join(row.surplus) or f"{row.found} of {row.gold} entries found"
            gold = "；".join(row.unfound) or "nothing more"
        else:
            continue
        groups.setdefault((row.doc_id, row.field, answer, gold), []).append(row)
    return [
        OtherDiscrepancy(
            doc_id=doc_id,
            part=same[0].split or same[0].dataset,
            label=fields[field].label,
            extractors=[row.extractor for row in same],
            answer=answer,
            gold=gold,
            held_out=same[0].split == "test",
        )
        for (doc_id, field, answer, gold), same in sorted(groups.items(), key=lambda group: group[0])
    ]

"""From links to a Record: every value, bound, unit and place is read from its candidates here, and nowhere else."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from baogao._version import __version__
from baogao.candidates.candidate import Candidate
from baogao.checks import run_checks
from baogao.document.document import Span
from baogao.extraction import Doubt, Extraction, Link, ReportText, Row, Said, TextLink, Words
from baogao.fit import fit_of, hardly_fits, words_on
from baogao.inputs import Source
from baogao.record import (
    FileReading,
    ProposedFigure,
    ProposedItems,
    ProposedText,
    Provenance,
    ReadingNotice,
    Record,
    Review,
)
from baogao.schema.fields import FieldSpec, Schema
from baogao.schema.values import Answer, Bound, HeldBack, Item, TextAnswer
from baogao.usage import Usage

_LOOSENESS: dict[Bound, int] = {"exact": 0, "over": 1, "under": 1, "about": 2}
"""How little a bound says of a sum of which it is the bound of one part."""


def read_record(
    report: ReportText, extraction: Extraction, schema: Schema, made_by: Provenance, usage: Usage | None = None
) -> Record:
    """Read an extraction's answers from the candidates that it points at.

    Every field of the schema is present: given, held back, or silent.

    :raises ValueError: a link that cannot be read, see :func:`read_answer`; a list that points at no entry.
    """
    document = report.document
    fields: dict[str, Answer] = {}
    for spec in schema.fields:
        held = extraction.held.get(spec.id)
        given = extraction.fields.get(spec.id) or extraction.words.get(spec.id)
        if given is not None:
            fields[spec.id] = read_answer(report, given, spec)
        elif held is not None:
            read = read_answer(report, held.link, spec)
            held_back = HeldBack(**read.model_dump(exclude={"held_back"}), reason=held.reason)
            held_back.tell(read.sentence)
            fields[spec.id] = Answer(status="not_reported", held_back=held_back)
        else:
            fields[spec.id] = Answer(status="not_reported")
    said = extraction.metadata
    fit = fit_of(document, report.candidates, schema)
    odd = fit if fit is not None and hardly_fits(fit) else None
    record = Record(
        doc_id=document.doc_id,
        source=document.source,
        sha256=document.sha256,
        schema_name=schema.name,
        status="ok",
        metadata={
            spec.id: TextAnswer(
                value=said[spec.id].value, evidence=[document.printed(span) for span in said[spec.id].evidence]
            )
            if spec.id in said
            else TextAnswer()
            for spec in schema.metadata
        },
        fields=fields,
        lists={
            spec.id: [_item(report, one, spec) for one in extraction.lists.get(spec.id, [])] for spec in schema.lists
        },
        rows={spec.id: [_row(report, row, spec) for row in extraction.rows.get(spec.id, [])] for spec in schema.rows},
        checks=run_checks(fields, schema),
        read=_how_read(report),
        fit=odd,
        notices=[*map(str, report.notices), *extraction.notices, *([words_on(odd, schema)] if odd else [])],
        usage=(usage or Usage()).rounded(),
        made_by=made_by.model_copy(update={"jury": extraction.jury}) if extraction.jury else made_by,
    )
    return record.with_review(_queue(report, extraction, schema))


def _queue(report: ReportText, extraction: Extraction, schema: Schema) -> list[Review]:
    """What a person should look at, most valuable first, ties in the order of the fields.

    :raises ValueError: what was said of a field cannot be read.
    """
    place = {spec.id: number for number, spec in enumerate(schema.specs)}
    queue = []
    for doubt in extraction.queue():
        if doubt.field not in place:
            continue
        spec = schema.by_id[doubt.field]
        once = any(spec.id in said for said in (extraction.fields, extraction.words, extraction.metadata))
        given = once or bool(extraction.lists.get(spec.id) or extraction.rows.get(spec.id))
        review = Review(
            doc_id=report.document.doc_id,
            source=report.document.source,
            field=spec.id,
            label=spec.label,
            kind=spec.kind,
            reason=doubt.reason,
            wrong=round(doubt.wrong, 4),
            priority=round(doubt.wrong * _weight(doubt), 4),
            given=given,
            proposals=[_proposed(report, by, said, spec) for by, said in doubt.said],
        )
        queue.append(review)
    return sorted(queue, key=lambda one: (-one.priority, place[one.field]))


def _weight(doubt: Doubt) -> int:
    """How much hangs on a doubt: one answer, or every entry of a list on which readers differ."""
    lists = [set(said) for _, said in doubt.said if isinstance(said, tuple)]
    if not lists:
        return 1
    every = lists[0].union(*lists[1:])
    return len(every - lists[0].intersection(*lists[1:])) or len(every)


def _proposed(
    report: ReportText, by: str, said: Said, spec: FieldSpec
) -> ProposedFigure | ProposedText | ProposedItems:
    """What a reader says of a field, read where it is printed."""
    if isinstance(said, TextLink):
        places = [report.document.printed(span) for span in said.evidence]
        return ProposedText(by=by, value=said.value, evidence=places)
    if isinstance(said, tuple):
        return ProposedItems(by=by, items=[_item(report, one, spec) for one in said])
    answer = read_answer(report, said, spec)
    read = answer.model_dump(exclude={"by", "held_back"})
    return ProposedFigure(by=by, sentence=answer.sentence, **read)


def _how_read(report: ReportText) -> FileReading:
    """What the record says of how its file was read."""
    file = report.document.file
    said = []
    for notice in report.notices:
        start, end = notice.span or (None, None)
        said.append(ReadingNotice(message=notice.message, start=start, end=end))
    return FileReading(format=file.format, pages=list(file.pages), converter=file.converter, notices=said)


def failed_record(
    source: Source, error: str, schema: Schema, made_by: Provenance, sha256: str = "", usage: Usage | None = None
) -> Record:
    """The row of a document that could not be read or asked about: its error in words, and no fields."""
    return Record(
        doc_id=source.doc_id,
        source=source.name,
        sha256=sha256,
        schema_name=schema.name,
        status="failed",
        error=error,
        usage=(usage or Usage()).rounded(),
        made_by=made_by,
    )


def read_answer(report: ReportText, said: Link | Words, spec: FieldSpec) -> Answer:
    """The answer that a link points at, or that words give; a figure is given in its field's unit.

    :raises ValueError: a link to no candidate, to a list item, or to several for a field that is not additive.
    """
    if isinstance(said, Words):
        return _answer(report, said, [report.document.printed(span) for span in said.evidence], value=said.value)
    linked = [report.candidates[one] for one in said.candidates if one in report.candidates]
    values = [value for one in linked if (value := _in_unit(one, spec)) is not None]
    whole = 0 < len(values) == len(said.candidates)
    if not whole or (len(linked) > 1 and not spec.additive):
        raise ValueError(f"{spec.id}: the link {said.candidates} cannot be read as one figure")
    bounds = {candidate.bound for candidate in linked}
    # 零件 says in words that there was none; 0件 is a figure.
    says_none = all(c.kind == "none" or (c.value == 0 and c.text.startswith(("零", "〇"))) for c in linked)
    return _answer(
        report,
        said,
        [report.document.printed((candidate.start, candidate.end)) for candidate in linked],
        status="reported_none" if says_none else "reported",
        value=sum(values, Decimal(0)),
        upper=None if linked[0].upper is None else spec.units.converted(linked[0].upper, linked[0].unit, spec.unit),
        # The loosest bound among the parts; parts that are loose in opposite directions are only about right.
        bound="about" if {"over", "under"} <= bounds else max(bounds, key=_LOOSENESS.__getitem__),
        unit=linked[0].unit or None,
    )


def _in_unit(candidate: Candidate, spec: FieldSpec) -> Decimal | None:
    """What a candidate says in a field's unit, as printed where its own measures something else; None for no number."""
    value = candidate.value_for(spec)
    if value is None:
        return None
    converted = spec.units.converted(value, candidate.unit, spec.unit)
    return value if converted is None else converted


def _answer(report: ReportText, said: Link | Words, printed: list[Span], **read: Any) -> Answer:
    """An answer with the places where it is printed, in the file's own text."""
    answer = Answer(
        **{"status": "reported", **read},
        evidence=printed,
        text="、".join(report.document.file.text[start:end] for start, end in printed),
        page=report.document.page_of(printed[0][0]),
        confidence=round(said.confidence, 4),
        by=said.by,
    )
    answer.tell(report.document.printed_sentences(printed))
    return answer


def _row(report: ReportText, row: Row, spec: FieldSpec) -> dict[str, Answer]:
    """One row of a list of records, its cells in the schema's order."""
    return {cell.id: read_answer(report, row[cell.id], cell) for cell in spec.cells if cell.id in row}


def _item(report: ReportText, candidate_id: int, spec: FieldSpec) -> Item:
    """The entry of a list that an extraction points at."""
    if candidate_id not in report.candidates or report.candidates[candidate_id].kind != "item":
        raise ValueError(f"{spec.id}: {candidate_id} is no entry of this report")
    entry = report.candidates[candidate_id]
    printed = report.document.printed((entry.start, entry.end))
    text = report.document.file.text[slice(*printed)]
    return Item(text=text, evidence=[printed], page=report.document.page_of(printed[0]))


def provenance(schema: Schema, extractor: str, model: str | None = None, prompts: str | None = None) -> Provenance:
    """What made a record of this run."""
    return Provenance(
        baogao=__version__, extractor=extractor, model=model, prompts=prompts, schema_digest=schema.digest
    )

"""The blocks of a report that tell of fields: how each fared, each kind of them, and why they were missed."""

from __future__ import annotations

from collections import Counter

from baogao.evaluation.report.content import ALPHA, Estimate, FieldCell, FieldRow, GroupRow, KindRow, MissedRow, WhyRow
from baogao.evaluation.report.files import RunFiles
from baogao.evaluation.silence import REASONS
from baogao.evaluation.summary import FieldSummary, GroupSummary


def field_rows(files: RunFiles) -> list[FieldRow]:
    """Every field of the schema that is answered once, the extractors side by side."""
    errored = Counter(
        (row.extractor, row.field) for row in files.figures if row.verdict == "errored" and row.gold.stated
    )
    rows = []
    for spec in files.info.schema_info.fields:
        if spec.kind not in ("figure", "choice", "date", "quote"):
            continue
        fields = {name: files.summary.extractors[name].fields for name in files.info.names}
        if any(spec.id not in one for one in fields.values()):  # nobody looked at it in any report
            continue
        found = {name: one[spec.id] for name, one in fields.items()}
        cells = {
            name: _cell(one, one.missing + errored[name, spec.id], asked=spec.id in files.asked(name).fields)
            for name, one in found.items()
        }
        notable = [
            f"{pair.a} / {pair.b}" for pair in files.summary.comparisons if pair.fields_p.get(spec.id, 1.0) < ALPHA
        ]
        stated = found[files.info.names[0]].stated
        rows.append(FieldRow(spec.id, spec.label, spec.unit, spec.group, stated, cells, notable))
    return rows


def _cell(found: FieldSummary | GroupSummary, missing: int, *, asked: bool) -> FieldCell:
    return FieldCell(
        f1=Estimate(found.f1, found.f1_ci) if asked else Estimate(None),
        precision=found.precision if asked else None,
        recall=found.recall if asked else None,
        correct=found.correct,
        wrong=found.wrong,
        missing=missing,
        spurious=found.spurious,
    )


def cell_rows(files: RunFiles) -> list[FieldRow]:
    """Every cell of the schema's rows, the extractors side by side."""
    rows = []
    for spec in files.info.schema_info.fields:
        for cell in spec.cells:
            name = f"{spec.id}.{cell.id}"
            found = {one: files.summary.extractors[one].rows.get(name) for one in files.info.names}
            cells = {
                one: _cell(rates, rates.missing, asked=spec.id in files.asked(one).fields)
                for one, rates in found.items()
                if rates is not None
            }
            stated = max((rates.stated for rates in found.values() if rates), default=0)
            if len(cells) == len(found):
                rows.append(FieldRow(name, cell.label, cell.unit, spec.label, stated, cells))
    return rows


def kind_rows(files: RunFiles) -> list[KindRow]:
    """Every kind of field on every part of the data; none where there are plain figures only."""
    rows = []
    for part in files.parts:
        found = {name: files.summary.extractors[name].part(part).kinds for name in files.info.names}
        for kind in dict.fromkeys(kind for kinds in found.values() for kind in kinds):
            f1 = {
                name: Estimate(kinds[kind].f1, kinds[kind].f1_ci)
                if kind in kinds and kind.partition(":")[0] in files.asked(name).kinds
                else Estimate(None)
                for name, kinds in found.items()
            }
            stated = max(kinds[kind].stated for kinds in found.values() if kind in kinds)
            rows.append(KindRow(part, kind, stated, f1))
    return rows


def group_rows(files: RunFiles) -> tuple[list[GroupRow], dict[str, str]]:
    """The reports of each level, year, format, author, …; and what all reports have in common, which has no row."""
    told = {name: files.summary.extractors[name].groups for name in files.info.names}
    first, rows, together = told[files.info.names[0]], list[GroupRow](), dict[str, str]()
    documents = files.summary.extractors[files.info.names[0]].documents
    for by, groups in first.items():
        if [one.documents for one in groups.values()] == [documents]:
            together[by] = next(iter(groups))
            continue
        for group, one in groups.items():
            f1 = {name: Estimate(told[name][by][group].f1, told[name][by][group].f1_ci) for name in told}
            rows.append(GroupRow(by, group, one.documents, one.stated, f1))
    return rows, together


def why_rows(files: RunFiles) -> list[WhyRow]:
    """Every reason for silence that there is, counted for each extractor."""
    counts = Counter((one.reason, one.extractor) for one in files.silence)
    rows = [
        WhyRow(name, meaning, {one: counts[reason, one] for one in files.info.names})
        for reason, (name, meaning) in REASONS.items()
    ]
    return [row for row in rows if any(row.counts.values())]


def missed_rows(files: RunFiles) -> list[MissedRow]:
    """Every field that was missed and every cell, with the reasons of each extractor, in the schema's order."""
    labels = {one.id: one.label for one in files.info.schema_info.fields}
    labels |= {
        f"{one.id}.{cell.id}": f"{one.label}：{cell.label}"
        for one in files.info.schema_info.fields
        for cell in one.cells
    }
    rows = []
    for name, label in labels.items():
        here = [one for one in files.silence if one.field == name]
        why = {
            extractor: ", ".join(
                f"{reason} {count}"
                for reason, count in Counter(one.why() for one in here if one.extractor == extractor).most_common()
            )
            for extractor in files.info.names
        }
        if here:
            rows.append(MissedRow(name, label, len(here), why))
    return rows

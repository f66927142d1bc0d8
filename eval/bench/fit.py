"""How often a report is wrongly said to hardly fit its schema, and how often that is missed: ``fit.py``.

Reports of a kind are asked by the schema of that kind, by those of other kinds, and texts of further kinds by all. Only
totals are printed.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from baogao.document import read_document
from baogao.extraction import ReportText
from baogao.fit import fit_of, hardly_fits
from baogao.inputs import find_sources
from baogao.schema import Schema, load_schema

ROOT = Path(__file__).parents[2]
DATASETS = ROOT / "eval" / "datasets"
FIXTURES = ROOT / "tests" / "fixtures"
LAW = ("examples", "fictional/dev", "fresh/tuning", "second-hand")


class Judged(NamedTuple):
    """What was said of some reports."""

    reports: int
    hardly_fit: int
    too_little: int
    """Reports with too few numbers to say anything."""


def judge(paths: Iterable[Path], schema: Schema) -> Judged:
    """Say of some reports whether they hardly fit a schema."""
    fits = []
    for path in paths:
        report = ReportText.from_document(read_document(path), schema.sought)
        fits.append(fit_of(report.document, report.candidates, schema))
    told = [fit for fit in fits if fit is not None]
    return Judged(len(fits), sum(map(hardly_fits, told)), len(fits) - len(told))


def reports_in(*folders: Path) -> list[Path]:
    """The reports of some folders, without texts that have marks in them."""
    return [source.path for source in find_sources(map(str, folders)) if "marked" not in source.path.parts]


def main() -> None:
    """Print the table."""
    schemas = [load_schema(name) for name in ("law_based_government", "government_work_report")]
    kinds = {
        "law_based_government": reports_in(*(DATASETS / name for name in LAW)),
        "government_work_report": reports_in(DATASETS / "work-reports"),
        "other kinds": reports_in(FIXTURES / "other_kinds"),
    }
    print(f"{'reports':24}{'asked by':24}{'number':>8}{'hardly fit':>12}{'too little':>12}  wrong")
    for kind, paths in kinds.items():
        for schema in schemas:
            found = judge(paths, schema)
            missed = found.reports - found.hardly_fit
            wrong = f"{found.hardly_fit} false alarms" if kind == schema.name else f"{missed} missed"
            print(f"{kind:24}{schema.name:24}{found.reports:8}{found.hardly_fit:12}{found.too_little:12}  {wrong}")


if __name__ == "__main__":
    main()

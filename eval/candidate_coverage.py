"""What the candidates leave to be found: ``candidate_coverage.py [FOLDER ...] [--errors]``.

An answer can only be linked to a candidate, so their completeness bounds every extractor. A figure that the gold states
is found when, for one of its copies, each span overlaps a candidate and these, linked together, are read as what the
gold says: none or a figure, value and bound. (Of a figure that several things share, 各1场, the reading of it counts;
alternatives of the gold do not.) An entry of a list is found when an entry among the candidates overlaps one of its
copies.

With ``--errors`` what was missed is printed with its sentence, for the data sets that may be read; the others are for
measuring (``eval/README.md``).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from pathlib import Path
from typing import get_args

from baogao.candidates.candidate import Candidate, Kind
from baogao.console import print_in_any_encoding
from baogao.document import read_document
from baogao.evaluation.datasets import load_dataset
from baogao.evaluation.gold import Copies, GoldDoc, GoldField
from baogao.evaluation.judging import has_bound
from baogao.evaluation.values import same_value
from baogao.extraction import Link, ReportText
from baogao.reading import read_answer
from baogao.schema.fields import FieldSpec, Schema
from baogao.schema.load import load_schema
from baogao.schema.values import Span

DATASETS = Path(__file__).parent / "datasets"
READABLE = (("fictional", "dev"), ("fresh", "tuning"))
"""The last two parts of a data set's path, of those whose texts may be read while rules are written."""
_FIGURES: tuple[Kind, ...] = ("number", "none", "range", "rank", "ratio")
"""The kinds of candidate that are read as a figure."""
_MOST_LINKS = 256
"""Ways to choose one candidate for each span of a copy."""


@dataclass
class Coverage:
    """What was found in one data set."""

    reports: int = 0
    figures: int = 0
    figures_found: int = 0
    entries: int = 0
    entries_found: int = 0
    lists: int = 0
    lists_whole: int = 0
    """With every entry found."""
    candidates: dict[Kind, int] = field(default_factory=lambda: dict.fromkeys(get_args(Kind), 0))
    misses: list[str] = field(default_factory=list)
    """Each with its sentence."""

    def __add__(self, other: Coverage) -> Coverage:
        return Coverage(
            self.reports + other.reports,
            self.figures + other.figures,
            self.figures_found + other.figures_found,
            self.entries + other.entries,
            self.entries_found + other.entries_found,
            self.lists + other.lists,
            self.lists_whole + other.lists_whole,
            {kind: self.candidates[kind] + other.candidates[kind] for kind in self.candidates},
            self.misses + other.misses,
        )

    def row(self, name: str) -> str:
        """One line of the table."""
        kinds = " ".join(f"{count / self.reports:6.1f}" for count in self.candidates.values())
        figures, entries = _share(self.figures_found, self.figures), _share(self.entries_found, self.entries)
        return f"{name:20} {self.reports:7} {figures} {entries} {_share(self.lists_whole, self.lists)} {kinds}"


def cover(report: ReportText, item: GoldDoc, schema: Schema) -> Coverage:
    """What the candidates of one report leave to be found."""
    coverage = Coverage(reports=1)
    for candidate in report.candidates:
        coverage.candidates[candidate.kind] += 1
    specs = {spec.id: spec for spec in schema.figures}
    for name, truth in item.gold.fields.items():
        if truth.stated and name in specs:
            coverage.figures += 1
            found = any(_is_found(report, copy, truth, specs[name]) for copy in truth.evidence)
            coverage.figures_found += found
            if not found:
                coverage.misses.append(_missed(report, item, f"{name} {truth.value} {truth.bound}", truth.evidence))
    for name, entries in item.gold.lists.items():
        hits = [any(_overlapping(report, span, ("item",)) for copy in copies for span in copy) for copies in entries]
        coverage.entries += len(hits)
        coverage.entries_found += sum(hits)
        coverage.lists += bool(hits)
        coverage.lists_whole += bool(hits) and all(hits)
        coverage.misses += [
            _missed(report, item, name, copies) for copies, hit in zip(entries, hits, strict=True) if not hit
        ]
    return coverage


def _is_found(report: ReportText, copy: Sequence[Span], truth: GoldField, spec: FieldSpec) -> bool:
    """Whether some candidates at the spans of a copy are read as what the gold says."""
    choices = [_overlapping(report, span, _FIGURES) for span in copy]
    for chosen in islice(product(*choices), _MOST_LINKS):
        ids = tuple(dict.fromkeys(candidate.id for candidate in chosen))
        try:
            answer = read_answer(report, Link(ids, 1.0, "gold"), spec)
        except ValueError:  # parts of a figure that is not summed
            continue
        if answer.status == truth.status and same_value(truth, answer) and has_bound(truth, answer):
            return True
    return False


def _overlapping(report: ReportText, span: Span, kinds: Sequence[Kind]) -> list[Candidate]:
    """The candidates of some kinds that are printed where a span of the file is."""
    found = []
    for candidate in report.candidates:
        if candidate.kind in kinds:
            start, end = report.document.printed((candidate.start, candidate.end))
            if start < span[1] and span[0] < end:
                found.append(candidate)
    return found


def _missed(report: ReportText, item: GoldDoc, what: str, copies: Copies) -> str:
    """A miss with what is printed around it."""
    text = report.document.file.text
    start, end = copies[0][0]
    before, behind = max(0, start - 60), end + 60
    around = f"{text[before:start]}[[{text[start:end]}]]{text[end:behind]}"
    return f"{item.gold.doc_id}: {what}: {' '.join(around.split())}"


def _share(found: int, every: int) -> str:
    return f"{found:6} of {every:6} {f'{found / every:.4f}' if every else 'n/a':>6}"


def datasets(folders: Sequence[Path]) -> Iterator[Path]:
    """Some folders, or every folder below ``eval/datasets`` that holds gold itself."""
    yield from folders or sorted({path.parent for path in DATASETS.rglob("*.gold.json")})


def main() -> None:
    """Print one line a data set, their sum, and on demand what was missed."""
    print_in_any_encoding()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, help="by default all data sets of eval/datasets")
    parser.add_argument("--errors", action="store_true", help="print what was missed")
    parser.add_argument("--unread", action="store_true", help="of data sets that are kept for measuring as well")
    arguments = parser.parse_args()
    schema = load_schema("law_based_government")
    kinds = " ".join(f"{kind:>6}" for kind in get_args(Kind))
    print(f"{'data set':20} reports {'figures found':>23} {'entries found':>23} {'lists whole':>23} {kinds} a report")
    total, misses = Coverage(), []
    for folder in datasets(arguments.folders):
        coverage = Coverage()
        for item in load_dataset(folder, schema).items:
            report = ReportText.from_document(read_document(item.text_path, item.gold.doc_id), schema.sought)
            coverage += cover(report, item, schema)
        place = folder.resolve()
        name = str(place.relative_to(DATASETS.resolve())) if place.is_relative_to(DATASETS.resolve()) else folder.name
        print(coverage.row(name), flush=True)
        total += coverage
        if place.parts[-2:] in READABLE or arguments.unread:
            misses += coverage.misses
        elif coverage.misses:
            misses.append(f"{name}: {len(coverage.misses)} missed; its texts are not to be read")
    print(total.row("all"))
    if arguments.errors:
        print("", *misses, sep="\n")


if __name__ == "__main__":
    main()

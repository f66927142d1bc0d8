"""The same report in every file format: does it give the same answers? ``formats.py FOLDER ... [--formats A,B]``.

Each report is printed from its text in every format, read back, and answered by rules. Its answers are compared with
those on the text: status, value and bound of each figure that either side states; metadata and entries of lists by
their words, white space and the entries' own numbers aside. F1 is against the gold, by value.

What is printed is the report as a person would have typed it: the paragraphs of its main text. Lines that were broken
by hand are joined, navigation and a body's second copy are left out (see ``print_layout.py``). The answers on the text
are those on the file as it lies there, with all its dirt.
"""

from __future__ import annotations

import argparse
import hashlib
import inspect
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time

import pypdfium2
from comparison import Comparison, Same
from print_layout import Block, blocks_of
from print_page import print_broken_site, print_page, print_site, print_tabled_site, print_titled_site
from print_pdf import PdfLayout
from print_programs import Chromium, NotMade, Office
from print_word import WordLayout

from baogao.document import read_document
from baogao.document.document import Document
from baogao.errors import DocumentError
from baogao.evaluation.datasets import load_dataset
from baogao.evaluation.gold import Dataset, GoldDoc
from baogao.evaluation.scoring import score_dataset
from baogao.evaluation.submissions import submission_of
from baogao.evaluation.tally import Tally
from baogao.extraction import ReportText
from baogao.reading import provenance, read_record
from baogao.record import Record
from baogao.rules.extractor import RulesExtractor
from baogao.rules.rulebook import load_rulebook
from baogao.schema.fields import Schema
from baogao.schema.load import load_schema

Print = Callable[[Sequence[Block]], bytes]


@dataclass(frozen=True)
class Format:
    """One way to make a file of a report."""

    suffix: str
    print: Print
    """Makes the file, or the one that a program makes it of."""
    printed: str = ""
    """The suffix of what is printed, where a program makes another file of it."""
    program: Office | Chromium | None = None


_TO_WORD = Office("docx:MS Word 2007 XML", "HTML (StarWriter)")
FORMATS = {
    "docx": Format(".docx", WordLayout().print),
    "docx-numbered": Format(".docx", WordLayout(numbered=True).print),
    "docx-office": Format(".docx", print_page, ".html", _TO_WORD),
    "docx-numbered-office": Format(".docx", WordLayout(numbered=True).print, ".docx", Office("docx:MS Word 2007 XML")),
    "html": Format(".html", print_page),
    "html-site": Format(".html", print_site),
    "html-site-titled": Format(".html", print_titled_site),
    "html-site-breaks": Format(".html", print_broken_site),
    "html-site-table": Format(".html", print_tabled_site),
    "pdf": Format(".pdf", PdfLayout().print),
    "pdf-two-columns": Format(".pdf", PdfLayout(columns=2).print),
    "pdf-head-and-foot": Format(".pdf", PdfLayout(head_and_foot=True).print),
    "pdf-office": Format(".pdf", WordLayout(points=16).print, ".docx", Office()),
    "pdf-office-numbered": Format(".pdf", WordLayout(numbered=True, points=16).print, ".docx", Office()),
    "pdf-office-head-and-foot": Format(".pdf", WordLayout(head_and_foot=True, points=16).print, ".docx", Office()),
    "pdf-office-justified": Format(".pdf", WordLayout(justified=True).print, ".docx", Office()),
    "pdf-office-two-columns": Format(
        ".pdf", WordLayout(columns=2, head_and_foot=True, justified=True).print, ".docx", Office()
    ),
    "pdf-chromium": Format(".pdf", print_page, ".html", Chromium()),
    "pdf-chromium-head-and-foot": Format(".pdf", print_page, ".html", Chromium(head_and_foot=True)),
}


@dataclass
class Result(Comparison):
    """What came of one format."""

    reports: Same = field(default_factory=Same)
    """Those whose answers are all the same."""
    pages: int = 0
    seconds: float = 0.0
    """Of processor time, for reading the files."""
    records: dict[Path, Record] = field(default_factory=dict)
    """By the report's text file."""
    differences: list[str] = field(default_factory=list)


class Bench:
    """Reports, their answers as text, and their answers in other formats."""

    def __init__(self, datasets: Sequence[Dataset], keep: Path, schema: Schema) -> None:
        self.datasets = datasets
        self.keep = keep
        self.schema = schema
        self.rules = RulesExtractor(load_rulebook(None, self.schema))
        self.items = [item for dataset in datasets for item in dataset.items]
        self.blocks = {item.text_path: blocks_of(read_document(item.text_path).file.text) for item in self.items}
        self.texts = Result()
        for item in self.items:
            self.texts.records[item.text_path] = self._answered(item, item.text_path, self.texts)

    def _answered(self, item: GoldDoc, path: Path, result: Result) -> Record:
        started = process_time()
        document: Document = read_document(path, item.gold.doc_id)
        result.seconds += process_time() - started
        report = ReportText.from_document(document, self.schema.sought)
        extraction, _ = self.rules.link(report)
        record = read_record(report, extraction, self.schema, provenance(self.schema, "rules"))
        return record.model_copy(update={"sha256": item.gold.sha256})  # scored by value, against the gold of the text

    def try_format(self, name: str) -> Result:
        """Print all reports in a format and compare their answers.

        :raises NotMade: a program that the format needs is missing or fails.
        """
        result = Result()
        made = self._made(FORMATS[name], name)
        for item in self.items:
            path = made[item.text_path]
            truth = self.texts.records[item.text_path]
            try:
                record = self._answered(item, path, result)
                result.records[item.text_path] = record
            except DocumentError as error:
                record = truth.model_copy(update={"metadata": {}, "fields": {}, "lists": {}})
                result.differences.append(f"{item.gold.doc_id}: {path} is not read: {error}")
            if path.suffix == ".pdf":
                with pypdfium2.PdfDocument(path) as pdf:
                    result.pages += len(pdf)
            found = list(result.compare(truth, record))
            result.reports.add(not found, 1)
            result.differences += [f"{item.gold.doc_id}: {line}" for line in found]
        return result

    def _made(self, form: Format, name: str) -> dict[Path, Path]:
        """The file of each report in a format; those that are kept from an earlier run are not made again."""
        code = Path(inspect.getfile(sys.modules[form.print.__module__])).read_bytes()
        made: dict[Path, Path] = {}
        missing: list[tuple[Path, Path]] = []
        folder = self.keep / name
        folder.mkdir(parents=True, exist_ok=True)
        for item in self.items:
            blocks = self.blocks[item.text_path]
            digest = hashlib.sha256(code + repr((name, form.program, blocks)).encode()).hexdigest()[:12]
            path = made[item.text_path] = folder / f"{item.gold.doc_id}-{digest}{form.suffix}"
            if path.exists():
                continue
            printed = path
            if form.program:
                printed = folder / "printed" / f"{path.stem}{form.printed}"
                printed.parent.mkdir(exist_ok=True)
                missing.append((printed, path))
            printed.write_bytes(form.print(blocks))
        if missing and form.program:
            form.program.convert([printed for printed, _ in missing], folder)
            for printed, path in missing:
                if not path.exists():
                    raise NotMade(f"no {path.suffix} came of {printed}")
        return made

    def f1(self, result: Result) -> float:
        """F1 of all figures against the gold, by value."""
        tally = Tally()
        for dataset in self.datasets:
            records = [result.records[item.text_path] for item in dataset.items if item.text_path in result.records]
            tally += score_dataset(dataset, map(submission_of, records), self.schema).tally
        return tally.f1 or 0.0


def table(bench: Bench, names: Sequence[str], errors: bool) -> Iterator[str]:
    """The lines of the table, and behind it what could not be made and what differs."""
    yield f"{len(bench.items)} reports; F1 as text {bench.f1(bench.texts):.3f}"
    yield ""
    yield "| format | figures the same | metadata | entries | reports wholly the same | F1 | pages a second |"
    yield "|---|---|---|---|---|---|---|"
    behind: list[str] = []
    for name in names:
        try:
            result = bench.try_format(name)
        except NotMade as error:
            behind.append(f"{name}: not made: {error}")
            continue
        speed = f"{result.pages / result.seconds:.0f}" if result.pages else ""
        same = f"{result.figures} | {result.metadata} | {result.entries} | {result.reports.same}"
        yield f"| {name} | {same} | {bench.f1(result):.3f} | {speed} |"
        if errors:
            behind += [f"\n== {name}", *result.differences]
    yield from ("", *behind)


def main() -> None:
    """Print the table, and write it where it is wanted."""
    arguments = _arguments()
    names = arguments.formats.split(",") if arguments.formats else list(FORMATS)
    if unknown := set(names) - FORMATS.keys():
        raise SystemExit(f"there is no format {', '.join(sorted(unknown))}; there are {', '.join(FORMATS)}")
    schema = load_schema(arguments.schema)
    datasets = [load_dataset(folder, schema) for folder in arguments.folders]
    if arguments.limit:
        datasets = [Dataset(one.name, one.items[: arguments.limit], one.digest) for one in datasets]
    with tempfile.TemporaryDirectory(prefix="baogao-formats-") as folder:
        lines = []
        for line in table(Bench(datasets, arguments.keep or Path(folder), schema), names, arguments.errors):
            print(line, flush=True)
            lines.append(line)
    if arguments.out:
        arguments.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, help="data sets: NAME.gold.json beside NAME.txt")
    parser.add_argument("--schema", default="law_based_government", help="what the reports are asked")
    parser.add_argument("--formats", help=f"some of {', '.join(FORMATS)}, parted by commas; by default all")
    parser.add_argument("--limit", type=int, help="only so many reports of each data set")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="keep the files there, so that a second run is quick"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the table there as well")
    parser.add_argument("--errors", action="store_true", help="print every difference with its sentences")
    return parser.parse_args()


if __name__ == "__main__":
    main()

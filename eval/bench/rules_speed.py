"""How fast the rules are, on one core: ``rules_speed.py [FILE|FOLDER ...] [--repeat N]``.

Every report is read ``N`` times and its best time counts, in processor time, so that what else the machine does matters
little. Speeds are given for a report of 4,000 characters.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from time import process_time
from typing import TypeVar

from baogao.document import document_from_text, read_document
from baogao.extraction import ReportText
from baogao.inputs import find_sources
from baogao.reading import provenance, read_record
from baogao.rules.extractor import RulesExtractor
from baogao.rules.rulebook import load_rulebook
from baogao.schema.load import load_schema

REPORT = 4000
"""Characters of an ordinary report."""
DEV = Path(__file__).parents[1] / "datasets" / "fictional" / "dev"

_Result = TypeVar("_Result")


class Clock:
    """Processor time by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def time(self, stage: str, work: Callable[[], _Result]) -> _Result:
        """Do some work, and note how long it took."""
        start = process_time()
        result = work()
        self.seconds[stage] = process_time() - start
        return result


class Bench:
    """The rules path from a text to a record, with a clock on each stage."""

    def __init__(self, schema_name: str) -> None:
        self.schema = load_schema(schema_name)
        self.rules = RulesExtractor(load_rulebook(None, self.schema))
        self.made_by = provenance(self.schema, "rules")

    def read(self, text: str) -> Clock:
        """Read one report once."""
        clock = Clock()
        document = clock.time("document", lambda: document_from_text(text))
        report = clock.time("candidates", lambda: ReportText.from_document(document, self.schema.sought))
        extraction, _ = clock.time("links", lambda: self.rules.link(report))
        clock.time("record", lambda: read_record(report, extraction, self.schema, self.made_by))
        return clock

    def best(self, text: str, repeat: int) -> Counter[str]:
        """The seconds of each stage, the best of several times."""
        clocks = [self.read(text) for _ in range(repeat)]
        return Counter({stage: min(clock.seconds[stage] for clock in clocks) for stage in clocks[0].seconds})


def main() -> None:
    """Print speeds: all in all, and by stage."""
    arguments = _arguments()
    texts = list(_texts(arguments.inputs))
    bench = Bench(arguments.schema)
    bench.best(texts[0], 3)
    seconds: Counter[str] = Counter()
    for text in texts:
        seconds.update(bench.best(text, arguments.repeat))
    characters, total = sum(map(len, texts)), seconds.total()
    print(f"{len(texts)} reports, {characters:,} characters, best of {arguments.repeat}")
    print(f"{characters / REPORT / total:8.1f} reports of {REPORT:,} characters a second on one core")
    print(f"{characters / total:8,.0f} characters a second")
    for stage, spent in [*seconds.items(), ("all", total)]:
        print(f"{stage:12} {1000 * spent * REPORT / characters:6.2f} ms a report {spent / total:6.0%}")


def _texts(inputs: list[str]) -> Iterator[str]:
    for source in find_sources(inputs or [str(DEV)]):
        yield read_document(source.path).text


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("inputs", nargs="*", help="files, folders or patterns; by default the development reports")
    parser.add_argument("--repeat", type=int, default=7)
    parser.add_argument("--schema", default="law_based_government")
    return parser.parse_args()


if __name__ == "__main__":
    main()

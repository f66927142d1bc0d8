"""Memory that a run keeps of every report until its end: ``memory_kept.py [--reports N]``.

Of the table over all reports (5,000 at most) and of what tells near copies, by ``tracemalloc``, without what they need
for the first report. The reports are the examples with other digits, read by rules; those for near copies are made of
chance characters, in 170 clauses of 6 to 18, because of a copy nothing is kept.
"""

from __future__ import annotations

import argparse
import random
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from command import run_baogao
from corpus import write_corpus

from baogao.outputs.matrix import Table
from baogao.outputs.near_copies import NearCopies
from baogao.outputs.records import TEXTS, iterate_records
from baogao.schema import load_schema

_COMMON_CHARACTERS = range(0x4E00, 0x4E00 + 3000)


def main() -> None:
    """Print kilobytes a report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=1000)
    reports = parser.parse_args().reports
    with TemporaryDirectory(prefix="baogao-bench-") as folder:
        place = Path(folder)
        write_corpus(place / "in", reports)
        run_baogao(["extract", place / "in", "--extractor", "rules", "--out", place / "out"])
        table = Table(load_schema(), place / "out" / TEXTS, ())
        kept = _kept(map(table.add, iterate_records(place / "out")), reports)
    print(f"table over all reports: {kept:.1f} KB a report, of {reports} reports")
    copies = NearCopies()
    kept = _kept((copies.first_like(str(number), text) for number, text in enumerate(_texts(reports))), reports)
    print(f"near copies: {kept:.1f} KB a report, of {reports} reports")


def _kept(work: Iterator[object], reports: int) -> float:
    """Kilobytes that doing something with every report but the first leaves, a report."""
    next(work)
    tracemalloc.start()
    for _ in work:
        pass
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return kept / 1000 / (reports - 1)


def _texts(reports: int) -> Iterator[str]:
    chance = random.Random(1)
    for _ in range(reports):
        lengths = (chance.randrange(6, 18) for _ in range(170))
        yield "。".join("".join(map(chr, chance.choices(_COMMON_CHARACTERS, k=length))) for length in lengths)


if __name__ == "__main__":
    main()

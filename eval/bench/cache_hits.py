"""A run in which every reply comes from the cache: ``cache_hits.py [--reports N] [--ask form|link] [--jobs N]``.

``baogao extract`` runs twice over the same reports, against a fake server that must not be asked the second time. Of
the second run the time of one report is taken between a quarter of the reports and all of them, so that the start of
the program falls out.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import sys
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from command import Taken, load, run_baogao
from corpus import write_corpus
from fake_model import fake_model

from baogao.cli.main import run

_TARGETS = {"form": 150, "link": 250}
"""Reports a second on two cores."""
_PROFILED = 60
"""Functions that a profile lists."""


def main() -> None:
    """Print reports a second."""
    options = _arguments()
    before = load()
    with TemporaryDirectory(prefix="baogao-bench-") as folder:
        place = Path(folder)
        characters = write_corpus(place / "in", options.reports)
        some = options.reports // 4
        write_corpus(place / "some", some)
        with fake_model(0.0) as server:
            filled = _extract(place, "in", server.url, options)
            server.traffic()
            few = _extract(place, "some", server.url, options)
            every = _extract(place, "in", server.url, options)
            if asked := server.traffic().requests:
                raise SystemExit(f"{asked} replies did not come from the cache")
            if options.profile:
                _profile(place, server.url, options)
    rate = (options.reports - some) / (every.seconds - few.seconds)
    busy = (options.reports - some) / (every.processor - few.processor)
    print(
        f"cache hits, {options.extractor} {options.ask}: {rate:.0f} reports a second ({busy:.0f} a second of processor "
        f"time; {characters / options.reports:,.0f} characters a report; target {_TARGETS[options.ask]} on two cores); "
        f"{options.jobs} jobs; "
        f"{options.reports} reports in {every.seconds:.1f} s with the start, {filled.seconds:.1f} s with none kept; "
        f"{before}"
    )


def _extract(place: Path, reports: str, url: str, options: argparse.Namespace) -> Taken:
    return run_baogao(_command(place, reports, url, options), {"BAOGAO_CACHE_DIR": str(place / "cache")})


def _command(place: Path, reports: str, url: str, options: argparse.Namespace) -> list[str | Path]:
    command: list[str | Path] = ["extract", place / reports, "--extractor", options.extractor, "--ask", options.ask]
    command += ["--base-url", url, "--model", "fake", "--concurrency", str(options.concurrency)]
    command += ["--jobs", str(options.jobs)]
    return [*command, "--out", place / f"out-{reports}"]


def _profile(place: Path, url: str, options: argparse.Namespace) -> None:
    """Print where a run's processor time goes, the most expensive first."""
    os.environ["BAOGAO_CACHE_DIR"] = str(place / "cache")
    sys.argv = ["baogao", *map(str, _command(place, "in", url, options))]
    profile = cProfile.Profile(time.process_time)
    with suppress(SystemExit):
        profile.runcall(run)
    for order in ("tottime", "cumtime"):
        pstats.Stats(profile).sort_stats(order).print_stats(_PROFILED)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=800)
    parser.add_argument("--extractor", choices=("llm", "hybrid"), default="llm")
    parser.add_argument("--ask", choices=("form", "link"), default="form")
    parser.add_argument("--concurrency", type=int, default=8)
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes; 1 to profile all of the work")
    parser.add_argument("--profile", action="store_true", help="say where the time of the main process goes")
    return parser.parse_args()


if __name__ == "__main__":
    main()

"""Kill a run again and again and see what it costs: ``kill_test.py [--kills N] [--reports N] [--concurrency N]``.

The real command line extracts reports with a model behind a slow local server, and is killed (SIGKILL) at random
moments: while it starts, while it asks, while it writes. Every fifth time the journal also loses its last bytes, as
after a power failure. In the end the records must be those of a run that was never killed, and no reply that had come
may have been asked for again: only what was under way at a kill, at most ``--concurrency`` requests each time, is sent
once more.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from cli.model_of_tests import good_model  # noqa: E402
from llm.fake_server import FakeServer, Seen, Step  # noqa: E402

SCHEMA = ROOT / "tests" / "fixtures" / "communique" / "communique.py"
REPORT = """{name}县2023年国民经济和社会发展统计公报

一、综合
初步核算，全年地区生产总值{gdp}.4亿元，比上年增长5.8%。年末常住人口21.{residents:02}万人，城镇化率47.6%。

二、注释
1.本公报数据为初步统计数，正式数据以年鉴为准。
"""
_DELAY = 0.03
"""Seconds that the server takes for a reply."""
_CUT_EVERY = 5
_PATIENCE = 300.0
_CERTAIN = 1.0
"""A reply that was sent so many seconds before the kill had surely come."""


@dataclass
class Run:
    """What one process asked, and when it was killed."""

    asked: Counter[str] = field(default_factory=Counter)
    answered_at: dict[str, float] = field(default_factory=dict)
    ended_at: float = float("inf")

    def again_in(self, later: set[str]) -> list[str]:
        """The requests that this run repeated itself, or that were sent again later."""
        return [body for body, count in self.asked.items() for _ in range(count - 1 + (body in later))]


@dataclass
class Ledger:
    """Every request that the server got, by the run that sent it.

    Each run has an address of its own, because a request may still arrive when its sender is dead.
    """

    runs: list[Run] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, seen: Seen) -> Step:
        """Note a request and answer it."""
        body = json.dumps(seen.body, sort_keys=True)
        with self.lock:
            run = self.runs[int(seen.path.split("/")[1])]
            run.asked[body] += 1
            run.answered_at[body] = time.monotonic() + _DELAY
        return Step(good_model(seen).body, delay=_DELAY)

    def new_run(self, server: FakeServer) -> str:
        """The address for another process."""
        with self.lock:
            self.runs.append(Run())
            return server.url.replace("/v1", f"/{len(self.runs) - 1}/v1")

    @property
    def seen(self) -> int:
        """Requests of the present run."""
        with self.lock:
            return self.runs[-1].asked.total()

    @property
    def total(self) -> int:
        """Requests of all runs."""
        return sum(run.asked.total() for run in self.runs)

    def repeated(self) -> list[int]:
        """For each run, how many of its requests were sent again."""
        return [len(again) for _, again in self._again()]

    def paid_twice(self) -> int:
        """How many requests were sent again although their reply had surely come before the kill."""
        return sum(
            run.answered_at[body] < run.ended_at - _CERTAIN or run.asked[body] > 1
            for run, again in self._again()
            for body in again
        )

    def _again(self) -> list[tuple[Run, list[str]]]:
        later = [set[str]().union(*(run.asked for run in self.runs[at + 1 :])) for at in range(len(self.runs))]
        return [(run, run.again_in(bodies)) for run, bodies in zip(self.runs, later, strict=True)]


@dataclass(frozen=True)
class Outcome:
    """What the kills did."""

    kills: int
    asked: int
    """Requests in all."""
    needed: int
    """Requests of a run that is never killed."""
    repeated: list[int]
    """Requests sent again, for each run."""
    paid_twice: int
    """Those of them whose reply had surely come."""
    same: bool
    """Whether records (their usage aside) and texts are those of a run never killed."""
    notices: int
    """Times that a damaged journal was found and said."""


def kill_often(place: Path, *, kills: int, reports: int, concurrency: int, seed: int) -> Outcome:
    """Extract reports twice: undisturbed, and with kills in between."""
    chance = random.Random(seed)
    _write_reports(place / "reports", reports)
    plain, killed = Ledger(), Ledger()
    with FakeServer(plain.answer) as server:
        _finish(_start(place, "plain", plain.new_run(server), concurrency))
    notices = 0
    with FakeServer(killed.answer) as server:
        for number in range(kills):
            run = _start(place, "killed", killed.new_run(server), concurrency)
            _wait_for_a_moment(run, killed, chance, plain.total * 0.8 / kills)
            run.kill()
            killed.runs[-1].ended_at = time.monotonic()
            notices += _said_damaged(run)
            if number % _CUT_EVERY == _CUT_EVERY - 1:
                _cut(place / "killed" / "journal.jsonl", chance)
        notices += _said_damaged(_finish(_start(place, "killed", killed.new_run(server), concurrency)))
    return Outcome(
        kills=kills,
        asked=killed.total,
        needed=plain.total,
        repeated=killed.repeated(),
        paid_twice=killed.paid_twice(),
        same=_results(place / "plain") == _results(place / "killed"),
        notices=notices,
    )


def _write_reports(folder: Path, reports: int) -> None:
    folder.mkdir(parents=True)
    for number in range(reports):
        text = REPORT.format(name=f"第{number}", gdp=100 + number, residents=number % 100)
        (folder / f"r{number:03}.txt").write_text(text, encoding="utf-8")


def _start(place: Path, name: str, url: str, concurrency: int) -> subprocess.Popen[str]:
    model = ["--extractor", "llm", "--ask", "form", "--base-url", url, "--model", "small"]
    more = ["--schema", str(SCHEMA), "--concurrency", str(concurrency), "--out", name]
    return subprocess.Popen(
        [sys.executable, "-m", "baogao", "extract", "reports", *model, *more],
        cwd=place,
        # Every run asks the one server at an address of its own.
        env=os.environ | {"BAOGAO_CACHE_DIR": str(place / f"cache-{name}"), "BAOGAO_SHARED_CACHE": "one server"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _wait_for_a_moment(run: subprocess.Popen[str], ledger: Ledger, chance: random.Random, most: float) -> None:
    """Until some requests were sent and a little longer, so that a kill may come between any two steps."""
    requests = chance.randint(0, max(1, round(1.5 * most)))
    end = time.monotonic() + _PATIENCE
    while ledger.seen < requests and run.poll() is None and time.monotonic() < end:
        time.sleep(0.002)
    time.sleep(chance.uniform(0, 3 * _DELAY))


def _finish(run: subprocess.Popen[str]) -> subprocess.Popen[str]:
    if run.wait(_PATIENCE) != 0:
        raise SystemExit(f"the run failed: {run.stderr.read() if run.stderr else ''}")
    return run


def _said_damaged(run: subprocess.Popen[str]) -> bool:
    _, said = run.communicate(timeout=_PATIENCE)
    return "is damaged in line" in said


def _cut(journal: Path, chance: random.Random) -> None:
    """Take the last bytes off a journal, as a power failure may."""
    if journal.exists():
        size = journal.stat().st_size
        os.truncate(journal, max(0, size - chance.randint(1, 200)))


def _results(folder: Path) -> dict[str, Any]:
    records = [json.loads(line) for line in (folder / "records.jsonl").read_text(encoding="utf-8").splitlines()]
    texts = {path.name: path.read_bytes() for path in (folder / "texts").iterdir()}
    # What a report took is counted by the run that finished it: what an earlier one had paid for came from the cache.
    return {"records": [record | {"usage": None} for record in records], "texts": texts}


def main() -> int:
    """Run the test and print what came of it; 0 when nothing was lost and nothing paid twice."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--reports", type=int, default=60)
    parser.add_argument("--concurrency", type=int, default=4)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    given = parser.parse_args()
    with TemporaryDirectory(prefix="baogao-kill-") as folder:
        outcome = kill_often(
            Path(folder),
            kills=given.kills,
            reports=given.reports,
            concurrency=given.concurrency,
            seed=given.seed,
        )
    print(f"seed {given.seed}: {outcome.kills} kills, {given.reports} reports, {given.concurrency} requests at once")
    print(f"requests: {outcome.needed} needed, {outcome.asked} sent")
    print(f"sent again: {sum(outcome.repeated)}, at most {max(outcome.repeated)} after one kill (those under way)")
    print(f"sent again although the reply had come: {outcome.paid_twice}")
    print(f"damaged journals found and said: {outcome.notices}")
    print(f"records and texts: {'the same' if outcome.same else 'DIFFERENT'}")
    return 0 if outcome.same and not outcome.paid_twice and max(outcome.repeated) <= given.concurrency else 1


if __name__ == "__main__":
    sys.exit(main())

"""baogao beside a bare OpenAI client: ``client_overhead.py [--requests N] [--concurrency N] [--latency SECONDS]``.

Three ways to have the same questions answered by the same fake server, with the same number of requests under way:

- bare: workers that call ``AsyncOpenAI`` in a loop, their questions made beforehand;
- client: baogao's ``ModelClient``, the questions made beforehand, too; no cache;
- pipeline: ``run_documents``, which also reads the reports, finds candidates and makes questions and records.

The ways take turns, each several times, and the median counts. The server counts what is in flight.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
import openai
from command import load
from corpus import write_corpus
from fake_model import FakeModel, Traffic, fake_model

from baogao.asking.form import FormExtractor
from baogao.extraction import ReportText
from baogao.inputs import Source, find_sources
from baogao.llm import EndpointSettings, ModelClient, load_prompts
from baogao.llm.messages import Question
from baogao.pipeline import Sink, documents_at_once, run_documents
from baogao.reading import provenance
from baogao.record import Record
from baogao.schema import load_schema


class Nowhere(Sink):
    """Keeps nothing."""

    def has_all(self, sources: Sequence[Source]) -> bool:
        """None is."""
        return False

    def finished(self, source: Source) -> Record | None:
        """Nothing is."""
        return None

    def add(self, record: Record, text: str | None = None, *, again: bool = False) -> None:
        """Make sure that all went well."""
        if record.error:
            raise SystemExit(record.error)


@dataclass(frozen=True)
class Turn:
    """What asking all questions once took."""

    seconds: float
    """By the clock."""
    processor: float
    """Seconds of processor time of the asking side."""
    traffic: Traffic


class Bench:
    """The questions of some reports, and three ways to ask them."""

    def __init__(self, server: FakeModel, folder: Path, requests: int, concurrency: int) -> None:
        self._server = server
        self._concurrency = concurrency
        self._schema = load_schema("law_based_government")
        self._prompts = load_prompts()
        self._settings = EndpointSettings(base_url=server.url, model="fake", concurrency=concurrency)
        self._sources = find_sources([str(folder)])
        self.questions: list[Question] = []
        self.sources: list[Source] = []
        for source, asked in self._asked():
            if len(self.questions) + len(asked) > requests:
                break
            self.sources.append(source)
            self.questions += asked

    def _asked(self) -> Iterator[tuple[Source, list[Question]]]:
        extractor = self._extractor(ModelClient(self._settings))
        for source in self._sources:
            document = source.read()
            yield source, extractor.questions(ReportText.from_document(document, self._schema.sought))

    def _extractor(self, client: ModelClient) -> FormExtractor:
        return FormExtractor(self._schema, client, self._prompts)

    async def bare(self) -> None:
        """The SDK alone."""
        # Enough connections for all, as baogao's client has; the SDK would take as many.
        limits = httpx2.Limits(max_connections=1000, max_keepalive_connections=100)
        http = httpx2.AsyncClient(limits=limits, timeout=600, trust_env=False)
        async with openai.AsyncOpenAI(
            base_url=self._server.url, api_key="none", max_retries=0, http_client=http
        ) as client:
            rest = iter([question.payload() for question in self.questions])

            async def work() -> None:
                for payload in rest:
                    await client.chat.completions.create(model="fake", **payload)

            await asyncio.gather(*(work() for _ in range(self._concurrency)))

    async def client(self) -> None:
        """baogao's client."""
        async with ModelClient(self._settings) as client:
            rest = iter(self.questions)

            async def work() -> None:
                for question in rest:
                    await client.ask(question)

            # As the pipeline does: more are waiting than may be under way.
            await asyncio.gather(*(work() for _ in range(2 * self._concurrency)))

    async def pipeline(self) -> None:
        """The whole of baogao but for the files that it writes."""
        async with ModelClient(self._settings) as client:
            extractor = self._extractor(client)
            made_by = provenance(self._schema, "llm", "fake", self._prompts.digest)
            jobs = os.cpu_count() or 1
            at_once = documents_at_once(self._concurrency, jobs)
            await run_documents(self.sources, extractor, made_by, Nowhere(), at_once=at_once, jobs=jobs)

    def time(self, way: Callable[[], Coroutine[Any, Any, None]]) -> Turn:
        """Ask all questions one way."""
        self._server.traffic()
        clock, processor = time.perf_counter(), time.process_time()
        asyncio.run(way())
        return Turn(time.perf_counter() - clock, time.process_time() - processor, self._server.traffic())


def main() -> None:
    """Print one line for each way."""
    options = _arguments()
    before = load()
    with TemporaryDirectory(prefix="baogao-bench-") as name, fake_model(options.latency) as server:
        write_corpus(Path(name), 1 + options.requests // 6)
        bench = Bench(server, Path(name), options.requests, options.concurrency)
        ways = {"bare": bench.bare, "client": bench.client, "pipeline": bench.pipeline}
        turns = [{name: bench.time(way) for name, way in ways.items()} for _ in range(1 + options.turns)]
    print(
        f"{len(bench.questions)} requests of {len(bench.sources)} reports, {options.concurrency} at once, server "
        f"{1000 * options.latency:.0f} ms, median of {options.turns} after a first turn that does not count; ideal "
        f"{len(bench.questions) * options.latency / options.concurrency:.2f} s; {before}"
    )
    bare = statistics.median(turn["bare"].seconds for turn in turns[1:])
    for name in ways:
        _print_way(name, [turn[name] for turn in turns[1:]], bare)


def _print_way(name: str, turns: Sequence[Turn], bare: float) -> None:
    seconds = statistics.median(turn.seconds for turn in turns)
    requests = turns[0].traffic.requests
    each = 1000 * statistics.median(turn.processor for turn in turns) / requests
    mean = statistics.median(turn.traffic.mean for turn in turns)
    print(
        f"client overhead, {name:8}: {seconds:6.2f} s, {seconds / bare - 1:+.0%} against bare (target 10%); "
        f"{each:.2f} ms of processor time a request; in flight {mean:.1f} (target 30), "
        f"at most {max(turn.traffic.most for turn in turns)}; {requests} requests"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--latency", type=float, default=0.02, help="of the server, in seconds")
    parser.add_argument("--turns", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main()

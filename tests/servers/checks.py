"""What every server is asked: each check says in a few words what was seen, and raises where baogao did wrong.

Wrong is a report that is read otherwise than by heart, one that is lost, a traceback, or an error of several lines.
That a server cannot do something is no fault: one clear line says so.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from baogao.errors import BaogaoError
from baogao.llm import EndpointSettings, Message, ModelClient, Question
from servers.kinds import CONTEXT, ROOT
from servers.lessons import Lessons
from servers.running import Running
from short_reports import COMMUNIQUE

_SECONDS = 300
_UNSURE = {"choice": 1.0, "tag": 0.8}
"""The confidence of an answer where the endpoint gives no probabilities."""
_ABILITIES = {"json_schema": "JSON schema", "json_object": "JSON", "tools": "tools", "logprobs": "probabilities"}


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str
    rows: list[dict[str, Any]]
    """The records of an extraction."""

    def line(self) -> str:
        """The one line that says what went wrong."""
        if self.rows:
            return "; ".join(dict.fromkeys(row["error"] for row in self.rows if row["error"]))
        lines = [line for line in self.err.splitlines() if line.startswith("error: ")]
        assert len(lines) == 1, f"no single line says what went wrong: {self.err}"
        return lines[0].removeprefix("error: ")


@dataclass(frozen=True)
class Bench:
    """A server under test, and a user's folder."""

    server: Running
    lessons: Lessons
    folder: Path

    def baogao(self, *words: object, key: str | None = None, model: str | None = None) -> Ended:
        """A command of baogao's, with what names the endpoint."""
        told = ["--base-url", self.server.url, *([] if model is None else ["--model", model])]
        env = {name: value for name, value in os.environ.items() if not name.startswith(("BAOGAO", "OPENAI"))}
        env |= {"BAOGAO_CACHE_DIR": str(self.folder / "cache"), "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "500"}
        if known := key or self.server.kind.key:
            env["OPENAI_API_KEY"] = known
        command = [sys.executable, "-m", "baogao", *map(str, words), *told]
        ran = subprocess.run(
            command, cwd=self.folder, env=env, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
        assert "Traceback" not in ran.stderr, ran.stderr
        assert ran.returncode in (0, 1, 2), ran.stderr
        rows = self.folder / "out" / "records.jsonl"
        read = [json.loads(line) for line in rows.read_text(encoding="utf-8").splitlines()] if rows.exists() else []
        return Ended(ran.returncode, ran.stdout, ran.stderr, read)

    def extract(self, *words: object, report: Path | None = None, **told: Any) -> Ended:
        """Read a report, or whatever ``report`` names."""
        shutil.rmtree(self.folder / "out", ignore_errors=True)
        command = ("extract", report or self.lessons.report, "--schema", COMMUNIQUE, "--out", "out", "--no-cache")
        return self.baogao(*command, *words, **{"model": self.server.model, **told})

    def by_heart(self, row: dict[str, Any], way: str) -> None:
        """Make sure that a record says what the parrot knows; in hybrid that depends on how the server is asked."""
        said: dict[str, Any] = {name: one["text"] for name, one in row["fields"].items() if one.get("text")}
        said |= {name: one["value"] for name, one in row["metadata"].items() if one.get("value")}
        said |= {name: [one["text"] for one in entries] for name, entries in row["lists"].items()}
        assert said in [outcome for name, outcome in self.lessons.outcomes.items() if name.partition(",")[0] == way]

    def ask(self, question: Question, **told: Any) -> Any:
        """Ask a question by the client itself."""
        settings = EndpointSettings(
            base_url=self.server.url, model=self.server.model, api_key=self.server.kind.key, max_attempts=1, **told
        )

        async def asked() -> Any:
            async with ModelClient(settings) as client:
                return await client.ask(question)

        return asyncio.run(asked())


def probe(bench: Bench) -> str:
    """What ``baogao model probe`` finds."""
    ended = bench.baogao("model", "probe", model=bench.server.model)
    assert ended.code == 0, ended.err
    found = dict(line.split(": ", 1) for line in ended.out.splitlines() if ": " in line)
    able = [words for name, words in _ABILITIES.items() if found[name] == "True"]
    length = found["context_length"]
    return ", ".join([*(able or ["text only"]), f"context {length}" if length != "unknown" else "context not said"])


def model_unnamed(bench: Bench) -> str:
    """Whether the model is found in the server's list, where nobody names it."""
    ended = bench.extract("--extractor", "llm", "--ask", "form", model=None)
    if ended.code:
        return f"one line: {ended.line()}"
    bench.by_heart(ended.rows[0], "form")
    return "found in the list"


def _way(way: str) -> Callable[[Bench], str]:
    def check(bench: Bench) -> str:
        ended = bench.extract("--extractor", "llm", "--ask", way)
        assert ended.code == 0, ended.err
        [row] = ended.rows
        bench.by_heart(row, way)
        sure = {one["confidence"] for one in row["fields"].values() if one.get("confidence")}
        return "works, probabilities missing" if sure == {_UNSURE.get(way)} else "works"

    check.__doc__ = f"Whether the report is read by {way}."
    return check


def hybrid(bench: Bench) -> str:
    """Whether rules and the model read together, the way of asking left open."""
    ended = bench.extract()
    assert ended.code == 0, ended.err
    bench.by_heart(ended.rows[0], "hybrid")
    return "works"


def streaming(bench: Bench) -> str:
    """Whether a reply that comes as a stream is read."""
    (bench.folder / "baogao.toml").write_text("[endpoint.profile]\nstream = true\n")
    ended = bench.extract("--extractor", "llm", "--ask", "form")
    assert ended.code == 0, ended.err
    bench.by_heart(ended.rows[0], "form")
    return "works"


def wrong_model(bench: Bench) -> str:
    """What a model's name that the server does not have comes to."""
    ended = bench.extract("--extractor", "llm", "--ask", "form", model="no-such-model")
    if ended.code == 0:
        bench.by_heart(ended.rows[0], "form")
        return "answers under any name"
    return f"one line: {ended.line()}"


def wrong_key(bench: Bench) -> str:
    """What a wrong key comes to; it is not shown."""
    if bench.server.kind.key is None:
        return "wants no key"
    wrong = "sk-wrong-7c2b90e1d4f84f6a"
    ended = bench.extract("--extractor", "llm", "--ask", "form", key=wrong)
    assert ended.code == 2, ended.err
    assert wrong not in ended.out + ended.err
    return f"one line: {ended.line()}"


def too_long(bench: Bench) -> str:
    """What a report comes to that is longer than the model's context."""
    lines = [
        f"第{number}项：走访{number * 7 % 97}户，修渠{number * 13 % 89}米，补栽{number * 5 % 83}株。"
        for number in range(1, 90)
    ]
    report = bench.folder / "long.txt"
    report.write_text("\n".join(["云岭县2023年国民经济和社会发展统计公报", *lines]), encoding="utf-8")
    ended = bench.extract("--extractor", "llm", "--ask", "link", report=report)
    assert ended.code == 1, f"a report of more than {CONTEXT} tokens was read: {ended.out}"
    return f"one line: {ended.line()}"


def capped(bench: Bench) -> str:
    """What a reply comes to that runs into its cap: half a reply is none."""
    lesson = max(bench.lessons.all, key=lambda one: len(one.reply))
    question = Question(tuple(Message(one["role"], one["content"]) for one in lesson.messages), max_tokens=5)
    try:
        reply = bench.ask(question)
    except BaogaoError as error:
        return f"one line: {error}"
    raise AssertionError(f"half a reply was taken for a whole one: {reply}")


def four_at_once(bench: Bench) -> str:
    """Whether four reports are read at the same time, four requests under way."""
    folder = bench.folder / "reports"
    folder.mkdir()
    for number in range(4):
        shutil.copy(bench.lessons.report, folder / f"report{number}.txt")
    ended = bench.extract("--extractor", "llm", "--ask", "choice", "--concurrency", "4", report=folder)
    assert ended.code == 0, ended.err
    assert len(ended.rows) == 4
    for row in ended.rows:
        bench.by_heart(row, "choice")
    again = sum(row["usage"]["retries"] for row in ended.rows)
    return "works" if not again else f"works, after {again} requests were sent again"


CHECKS: dict[str, Callable[[Bench], str]] = {
    "probe": probe,
    "model unnamed": model_unnamed,
    "form": _way("form"),
    "choice": _way("choice"),
    "link": _way("link"),
    "tag": _way("tag"),
    "hybrid": hybrid,
    "as a stream": streaming,
    "wrong model": wrong_model,
    "wrong key": wrong_key,
    "too long": too_long,
    "cap": capped,
    "four at once": four_at_once,
}
"""By the names that the page has for them."""
_PLACES = re.compile(r"http://127\.0\.0\.1:\d+")


def without_places(words: str, models: Path) -> str:
    """What was seen without what is another at every run: ports, ids and folders."""
    words = _PLACES.sub("http://127.0.0.1:PORT", words.replace(str(models), "FOLDER"))
    return re.sub(r"\b[0-9a-f]{8}-[0-9a-f-]{20,}|chatcmpl-\w+", "ID", words)

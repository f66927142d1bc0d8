"""Batches executed by hand: every request file is sent, line by line, to a model server on loopback."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx2

from cli.conftest import GOOD, _own_world  # noqa: F401
from llm.fake_server import FakeServer

COUNTIES = ("甲山县", "乙水县", "丙林县", "丁原县")


def write_reports(folder: Path) -> Path:
    """Four reports in a new folder, each of another county, the last one twice as long as one question may be.

    One thing is said in words that rules do not know, so that hybrid must ask the model, whichever way it asks.
    """
    folder.mkdir()
    for number, county in enumerate(COUNTIES):
        text = GOOD.replace("南屏县", county).replace("年末常住人口", "住在县里的人口有")
        if number == len(COUNTIES) - 1:
            text += "\n三、其他\n" + "\n".join(f"第{i}项工作平稳有序推进，群众普遍满意。" for i in range(600))
        (folder / f"r{number}.txt").write_text(text, encoding="utf-8")
    return folder


def requests(number: int = 1, folder: Path = Path("batch")) -> list[dict[str, Any]]:
    """The requests of one round, in the order of its files."""
    files = sorted(folder.glob(f"requests-{number}-*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def executed(server: FakeServer, asked: Iterable[dict[str, Any]], seed: int = 0) -> list[dict[str, Any]]:
    """What a batch service says to some requests: the server's own answers, in an order of its own."""
    results = []
    with httpx2.Client(base_url=server.url.removesuffix("/v1")) as client:
        for number, request in enumerate(asked):
            assert request["method"] == "POST"
            reply = client.post(request["url"], json=request["body"])
            response = {"status_code": reply.status_code, "request_id": f"r{number}", "body": reply.json()}
            line = {"id": f"line{seed}-{number}", "custom_id": request["custom_id"], "response": response}
            results.append(line | {"error": None})
    random.Random(seed).shuffle(results)
    return results


def write_results(name: str, results: Iterable[dict[str, Any] | str]) -> Path:
    """A result file; texts are written as they are."""
    path = Path(name)
    lines = [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in results]
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return path


def untimed(folder: str) -> list[str]:
    """The lines of a run's records, without the seconds that the server took."""
    lines = []
    for line in (Path(folder) / "records.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        record["usage"].pop("seconds")
        lines.append(json.dumps(record, ensure_ascii=False))
    return lines

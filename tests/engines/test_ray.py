"""A local Ray cluster of four workers gives the records of a local run, also when one of them is killed.

It takes a minute and needs the extra ``baogao[ray]``: ``make test-ray``.
"""

from __future__ import annotations

import json
import os
import signal
import threading
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from baogao.llm.abilities import memory_file
from baogao.llm.messages import Abilities
from batch.conftest import untimed
from cli.conftest import COMMUNIQUE, GOOD, _own_world, baogao, rows  # noqa: F401
from cli.model_of_tests import good_model
from llm.fake_server import failure, fake_server

pytestmark = pytest.mark.ray

REPORTS = 40
WORKERS = 4


@pytest.fixture
def reports(tmp_path):
    """Many reports, each of another county; one cannot be read."""
    folder = tmp_path / "reports"
    folder.mkdir()
    for number in range(REPORTS):
        (folder / f"r{number:02}.txt").write_text(GOOD.replace("南屏县", f"第{number}县"), encoding="utf-8")
    (folder / "broken.docx").write_bytes(b"no zip")
    return folder


@pytest.fixture
def ask_about(baogao, reports):  # noqa: F811
    """Extract the reports with the model of a server, by one engine or the other."""

    def call(server, out, *more):
        memory_file().parent.mkdir(parents=True, exist_ok=True)
        known = {f"{server.url} small": asdict(Abilities(json_schema=True))}
        memory_file().write_text(json.dumps(known), encoding="utf-8")
        asked = ("--extractor", "hybrid", "--base-url", server.url, "--no-cache")
        return baogao("extract", reports, "--schema", COMMUNIQUE, *asked, "--out", out, *more)

    return call


def workers():
    """Process ids of the workers that this process's cluster has now."""
    parents, names = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                names[int(entry.name)] = (entry / "cmdline").read_bytes()
            except OSError:
                continue  # it has ended meanwhile

    def is_ours(pid):
        while pid in parents:
            pid = parents[pid]
            if pid == os.getpid():
                return True
        return False

    return [pid for pid, name in names.items() if name.startswith(b"ray::_Actor") and is_ours(pid)]


class Killer:
    """A model that kills one of the workers that ask it, once, in the middle of the run."""

    def __init__(self, after):
        self.after = after
        self.killed = []
        self.most_workers = 0
        self._asked = 0
        self._lock = threading.Lock()

    def __call__(self, seen):
        """Answer as a good model does, not at once."""
        with self._lock:
            self._asked += 1
            if self._asked == self.after:
                found = workers()
                self.most_workers = len(found)
                os.kill(found[0], signal.SIGKILL)
                self.killed.append(found[0])
        return replace(good_model(seen), delay=0.1)


def test_one_worker_is_killed(ask_about):
    """Documents that it had under way are done by others or by its successor; the records are those of a local run."""
    with fake_server(good_model) as server:
        said = ask_about(server, "local")
        assert said.code == 1
        assert len(rows(Path("local"))) == REPORTS + 1
    killer = Killer(after=12)
    with fake_server(killer) as server:
        said = ask_about(server, "by_ray", "--engine", "ray", "--workers", WORKERS, "--concurrency", 8)
    assert said.code == 1
    assert killer.most_workers == WORKERS
    assert len(killer.killed) == 1
    assert len(server.seen) >= REPORTS
    assert untimed("by_ray") == untimed("local")
    for text in Path("local/texts").iterdir():
        assert (Path("by_ray/texts") / text.name).read_bytes() == text.read_bytes()


def test_a_wrong_key_is_one_message(ask_about):
    """What is wrong for all documents ends the run, as it does without Ray."""
    with fake_server(lambda seen: failure(401, "Incorrect API key provided")) as server:
        said = ask_about(server, "out", "--engine", "ray")
    assert said.code == 2
    assert "refuses access (401)" in said.err
    assert len(server.seen) <= 2 * WORKERS + 2

"""A local Ray cluster of four workers gives the records of a local run, also when one of them is killed.

It is open to nobody else, and ends with its run, however that ends. It takes some minutes
and needs the extra ``baogao[ray]``: ``make test-ray``.
"""

from __future__ import annotations

import ipaddress
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from baogao.engines import ray as engine
from baogao.engines.ray import members
from baogao.llm import Abilities, EndpointSettings, Profile
from baogao.llm.profiles import remember
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


def asking(server, reports, out):
    """The command, for a server that is known to be able."""
    remember(EndpointSettings(base_url=server.url), "small", Profile(Abilities(json_schema=True)))
    asked = ("--extractor", "hybrid", "--base-url", server.url, "--no-cache")
    return ("extract", reports, "--schema", COMMUNIQUE, *asked, "--out", out)


@pytest.fixture
def ask_about(baogao, reports):  # noqa: F811
    """Extract the reports with the model of a server, by one engine or the other."""

    def call(server, out, *more):
        return baogao(*asking(server, reports, out), *more)

    return call


@pytest.fixture
def folders(monkeypatch):
    """Where the folders of clusters are made, by this process and those that it starts; nothing may stay there."""
    base = tempfile.mkdtemp(prefix="b", dir="/tmp")
    monkeypatch.setattr(tempfile, "tempdir", base)
    monkeypatch.setenv("TMPDIR", base)
    yield Path(base)
    left = list(Path(base).glob("baogao-ray-*"))
    shutil.rmtree(base)
    assert left == []


def processes(folders):
    """The names of the cluster's processes, by their ids."""
    [folder] = folders.glob("baogao-ray-*")
    named = {}
    for pid in members(str(folder)):
        with suppress(OSError):  # it has ended meanwhile
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            named[pid] = " ".join(word.decode() for word in words if not word.startswith(b"--")).strip()
    return named


def called(folders, name):
    """Ids of those of the cluster's processes that have a name."""
    return [pid for pid, words in processes(folders).items() if name in words]


def alive(pid):
    """Whether a process is there and has not ended."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except OSError:
        return False


def listening(pids):
    """Every address that some processes listen on."""
    sockets = set()
    for pid in pids:
        with suppress(OSError):  # it has ended meanwhile, or closes a file
            for file in Path(f"/proc/{pid}/fd").iterdir():
                sockets.add(str(file.readlink()).removeprefix("socket:[").removesuffix("]"))
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == "0A" and words[9] in sockets:
                raw = bytes.fromhex(words[1].split(":")[0])
                turned = b"".join(raw[at : at + 4][::-1] for at in range(0, len(raw), 4))
                address = ipaddress.ip_address(turned)
                found.append(getattr(address, "ipv4_mapped", None) or address)
    return found


class Killer:
    """A model that kills one of the processes of the cluster that asks it, once, in the middle of the run."""

    def __init__(self, folders, name="ray::_Actor", after=12):
        self.folders = folders
        self.name = name
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
                self.most_workers = len(called(self.folders, "ray::_Actor"))
                found = called(self.folders, self.name)
                os.kill(found[0], signal.SIGKILL)
                self.killed.append(found[0])
        return replace(good_model(seen), delay=0.1)


def test_one_worker_is_killed(ask_about, folders):
    """Documents that it had under way are done by others or by its successor; the records are those of a local run."""
    with fake_server(good_model) as server:
        said = ask_about(server, "local")
        assert said.code == 1
        assert len(rows(Path("local"))) == REPORTS + 1
    killer = Killer(folders)
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


@pytest.mark.parametrize("name", ["ray::DashboardAgent", "ray::RuntimeEnvAgent"])
def test_an_agent_is_killed(ask_about, folders, name):
    """Ray ends with it: no document becomes a failed row; the run ends with one line, and the same command goes on."""
    killer = Killer(folders, name)
    asked = ("--engine", "ray", "--workers", WORKERS, "--concurrency", 8)
    with fake_server(killer) as server:
        said = ask_about(server, "out", *asked)
    assert len(killer.killed) == 1
    assert said.code == 2
    assert (
        "error: the Ray cluster broke down, or cannot make a worker; the same command goes on where it stopped"
        in said.err
    )
    assert not [row for row in rows(Path("out")) if row.status == "failed" and row.doc_id != "broken"]
    with fake_server(good_model) as server:
        ask_about(server, "out", *asked)
    assert [row.doc_id for row in rows(Path("out")) if row.status == "failed"] == ["broken"]


def test_nobody_else_can_reach_the_cluster(ask_about, folders, tmp_path, monkeypatch):
    """Every port of every process is on loopback, its files are closed to others, and its token lies in no file."""
    monkeypatch.setenv("HOME", str(tmp_path))
    seen = {}

    def look(asked):
        if not seen:
            [folder] = folders.glob("baogao-ray-*")
            found = processes(folders)
            seen.update(
                names=" ".join(found.values()), open=listening([os.getpid(), *found]), mode=folder.stat().st_mode
            )
        return replace(good_model(asked), delay=0.1)

    with fake_server(look) as server:
        said = ask_about(server, "out", "--engine", "ray", "--workers", 2)
    assert said.code == 1, said.err
    for name in ("gcs_server", "raylet", "ray::_Actor", "ray::RuntimeEnvAgent", "ray::DashboardAgent"):
        assert name in seen["names"]
    assert len(seen["open"]) >= 6
    assert all(address.is_loopback for address in seen["open"])
    assert stat.S_IMODE(seen["mode"]) == 0o700
    assert not (tmp_path / ".ray").exists()


def test_a_killed_run_asks_no_more(folders, reports, tmp_path):
    """After SIGKILL no worker goes on asking, and no process and no folder of the cluster stays."""
    environment = dict(os.environ, PYTHONPATH=str(Path(engine.__file__).parents[2]))
    with fake_server(lambda seen: replace(good_model(seen), delay=0.5)) as server:
        command = [sys.executable, "-m", "baogao", *map(str, asking(server, reports, "out")), "--engine", "ray"]
        with subprocess.Popen([*command, "--workers", "2"], env=environment, cwd=tmp_path) as run:
            until = time.monotonic() + 60
            while len(server.seen) < 6 and run.poll() is None and time.monotonic() < until:
                time.sleep(0.1)
            ours = processes(folders)
            assert len([name for name in ours.values() if name.startswith("ray::_Actor")]) == 2
            run.kill()
        time.sleep(5)
        asked = len(server.seen)
        assert asked < REPORTS
        assert [pid for pid in ours if alive(pid)] == []
        time.sleep(3)
        assert len(server.seen) == asked
